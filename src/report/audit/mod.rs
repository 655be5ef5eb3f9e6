//! The back-audit: past traffic of *any* platform, judged message by message under the rules in force at each
//! moment.
//!
//! An [`Audit`] is fed [`Consents`](ConsentFact) and [`Sends`](SendFact), by hand or from two CSV files
//! ([`read_consents`], [`read_sends`]), and [`judge`](Audit::judge)s them: each person's past is walked in order
//! of time, and each message is put to the same [`decide`](crate::policy::Policy::decide) that guards live
//! sending, with only what was on record by then. Nothing is stored, nothing is sent, no clock is read.
//!
//! A message is asked about under both postures. What stands against it even when only settled law binds, and
//! wherever the person may have been, is [`Class::Settled`]; what stands against it only when doubt counts is
//! [`Class::Contested`]; what nobody can show either way is [`Class::Unprovable`]. The brand's own wishes are no
//! law and are not asked.
//!
//! The figures are what statutes print, multiplied where they say *per message*: no legal advice, no prediction.

mod chart;
mod exposure;
mod fact;
mod finding;
mod html;
mod json;
mod judge;
mod list;
mod outcome;
mod result;
mod stops;
mod table;
mod tables;
mod tally;
mod walk;
mod words;

pub use exposure::{Amounts, Exposure};
pub use fact::{Agreed, ConsentFact, Fate, Located, SendFact, Spoken};
pub use finding::{Class, Finding};
pub use html::Rendering;
pub use judge::{Audit, Judged, Passed, Told};
pub use list::FindingList;
pub use outcome::{Conditions, Outcomes, Split};
pub use result::{AfterStop, AuditReport, Example, FileMark, HeatRow, Month, RuleRow, Totals, Unproven};
pub use table::{AuditReadError, Reading, RowFault, day_first, read_consents, read_sends};
