//! A crew of processes on one SQLite file: a carrier, a receiver, workers, and the test that directs them.
//!
//! The test binary runs itself again for each of them ([`part`]) and speaks to them by lines ([`member`]). All read
//! the time from one file ([`clock`]), so hours pass in no time and in every process at once. A worker's ledger and
//! gateway stand still at a named point when told to ([`hold`], [`watched`]), which makes an interleaving certain.
//! The carrier keeps one list, in its own order, of what reached it and of each STOP's answer ([`carrier`],
//! [`record`]): what was late is read off that list, not off clocks. [`stage`] builds a campaign for them.

mod carrier;
mod clock;
mod hold;
mod member;
mod part;
mod receiver;
mod record;
mod stage;
mod watched;
mod worker;

pub(crate) use carrier::Door;
pub(crate) use clock::SharedClock;
pub(crate) use member::Member;
pub(crate) use record::{Entry, Fault, faults};
pub(crate) use stage::{audience, ledger, message, open, runtime, set, shop_on};
