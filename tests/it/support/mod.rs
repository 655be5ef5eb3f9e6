//! A crew of processes on one SQLite file: a carrier, a receiver, workers, and the test that directs them.
//!
//! The test binary runs itself again for each of them ([`part`]) and speaks to them by lines ([`member`]). All read
//! the time from one file ([`clock`]), so hours pass in no time and in every process at once. A worker's ledger and
//! gateway stand still at a named point when told to ([`hold`], [`watched`]), which makes an interleaving certain.
//! The carrier keeps one list, in its own order, of what reached it and of each STOP's answer ([`carrier`],
//! [`record`]): what was late is read off that list, not off clocks. [`stage`] builds a campaign for them, and
//! [`audit`] reads the ledger against the carrier's list when all is over.

mod audit;
mod carrier;
mod clock;
mod founder;
mod hold;
mod keeper;
mod member;
mod part;
mod receiver;
mod record;
mod stage;
mod watched;
mod worker;

pub(crate) use audit::{Tally, audit};
pub(crate) use carrier::Door;
pub(crate) use clock::SharedClock;
pub(crate) use member::Member;
pub(crate) use receiver::receive;
pub(crate) use record::{Entry, Fault, faults};
pub(crate) use stage::{InCaseOf, audience, copy_of, ledger, message, open, runtime, set, shop_on};
pub(crate) use worker::work_off;
