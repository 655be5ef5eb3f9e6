//! Who shall hear what, and when: a campaign, its audience, and the plan that says for everyone *send at, hold
//! until, refuse because* before anything is approved.

mod audience;
mod backlog;
mod definition;
mod links;
mod payload;
mod plan;
mod relevance;
mod schedule;
mod slots;
mod wording;

pub use audience::Audience;
pub(crate) use audience::Source;
pub use backlog::Backlog;
pub(crate) use backlog::forecast;
pub(crate) use definition::Job;
pub use definition::{Campaign, CampaignError, Late};
pub(crate) use links::{DynLinks, is_own};
pub use links::{Links, TrackedLink};
pub(crate) use payload::Payload;
pub(crate) use plan::Planner;
pub use plan::{ApproveError, Approved, Fate, Plan, Planned, Sample};
pub(crate) use relevance::DynRelevance;
pub use relevance::{Candidate, Relevance, Relevant};
pub(crate) use wording::{Reader, Wording, has_no_way_out};
