//! What any gateway must do, as a suite that it runs against itself.
//!
//! Whoever writes a gateway gives a [`Maker`]: it makes the gateway with a carrier behind it that treats certain
//! numbers badly and tells what it really took. `taking` checks what arrives, `refusing` what is refused,
//! `unsure` what nobody knows, `looking` look-ups and recalls, `private` what is shown. Nothing here panics: a
//! gateway that does not conform gets a [`Failure`] that names the check and what was seen, without number or text.

use std::{fmt, future::Future, time::Duration};

use thiserror::Error;

use super::{Answered, Gateway};
use crate::{
    id::{Name, NameError},
    phone::{PhoneNumber, PhoneNumberError},
};

mod bench;
mod looking;
mod private;
mod refusing;
mod taking;
mod unsure;

/// How a carrier treats the messages to one number. Numbers without a fault are served well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Refused: there is no such number.
    NoSuchNumber,
    /// Refused: the person opted out.
    OptedOut,
    /// Refused as too fast, and asked to wait so long.
    TooFast(Duration),
    /// Not taken, and that is certain: nobody listens, or the carrier says that it is out of order.
    OutOfOrder,
    /// Lost on its way: not taken, and never answered.
    LostRequest,
    /// Taken, and never answered.
    LostAnswer,
    /// Taken, and answered with what nobody can read.
    Garbled,
    /// Taken, and answered with a server error.
    Failed,
}

/// The numbers that a carrier treats badly.
pub type Plan = Vec<(PhoneNumber, Fault)>;

/// What a carrier took.
#[derive(Clone, PartialEq, Eq)]
pub struct Got {
    /// To whom.
    pub number: PhoneNumber,
    /// From which sender.
    pub sender: String,
    /// The text.
    pub body: String,
    /// How long it may wait, where the gateway said so.
    pub valid_for: Option<Duration>,
}

impl fmt::Debug for Got {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Got({} bytes to {})", self.body.len(), self.number)
    }
}

/// The carrier behind a gateway under test.
pub trait Carrier: Send + Sync {
    /// Everything that it took, in order, repeats included.
    fn taken(&self) -> Vec<Got>;

    /// Waits until everything that has left the gateway was dealt with. At once unless written.
    fn settle(&self) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// The numbers that a message reached, once all had the time to; `None` if the carrier cannot say.
    fn delivered(&self) -> Option<Vec<PhoneNumber>> {
        None
    }
}

/// Makes gateways for the suite.
pub trait Maker: Sync {
    /// The gateway under test.
    type Gateway: Gateway;
    /// What stands behind it.
    type Carrier: Carrier;

    /// A new gateway before a carrier that has taken nothing, apart from all others.
    fn fresh(&self, plan: Plan) -> impl Future<Output = (Self::Gateway, Self::Carrier)> + Send;

    /// Whether the carrier can do this. A check that needs what it cannot is told as not run.
    fn can(&self, fault: Fault) -> bool {
        let _ = fault;
        true
    }

    /// Numbers to send to, each `nth` below 1,000 its own. French mobiles unless written.
    ///
    /// # Errors
    /// Not a number.
    fn number(&self, nth: u32) -> Result<PhoneNumber, PhoneNumberError> {
        PhoneNumber::from_e164(&format!("+336399{nth:05}"))
    }

    /// Senders to send from, two at least. French short codes unless written.
    ///
    /// # Errors
    /// Not a name.
    fn sender(&self, nth: u32) -> Result<Name, NameError> {
        Name::new(if nth.is_multiple_of(2) { "36123" } else { "36124" })
    }

    /// What must never be shown, besides numbers and texts: keys, tokens, passwords.
    fn secrets(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A gateway does not conform.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{check}: {what}")]
pub struct Failure {
    /// The check that failed.
    pub check: &'static str,
    /// What was seen.
    pub what: String,
}

/// What the suite found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Findings {
    /// Checks that failed.
    pub failures: Vec<Failure>,
    /// Checks that were not run in full, and the fault that the carrier cannot do.
    pub not_run: Vec<(&'static str, Fault)>,
}

/// Why a check ended early; the suite adds its name.
#[derive(Debug)]
enum Seen {
    Wrong(String),
    CannotMake(Fault),
}

fn wrong<T>(what: impl Into<String>) -> Result<T, Seen> {
    Err(Seen::Wrong(what.into()))
}

/// Ends a check unless this holds.
fn holds(what: &str, found: bool) -> Result<(), Seen> {
    if found { Ok(()) } else { wrong(what) }
}

/// Ends a check unless two values are equal.
fn same<T: PartialEq + fmt::Debug>(what: &str, found: T, wanted: T) -> Result<(), Seen> {
    if found == wanted { Ok(()) } else { wrong(format!("{what}: {found:?}, not {wanted:?}")) }
}

/// An answer without what a carrier wrote into it.
fn class(answered: &Answered) -> String {
    match answered {
        Answered::Accepted(_) => "accepted".to_owned(),
        Answered::Rejected(said) => format!("rejected as {:?}", said.refusal),
        Answered::Unknown(why) => format!("unknown: {why:?}"),
    }
}

macro_rules! checks {
    ($($room:ident :: $check:ident),* $(,)?) => {
        /// The names of all checks, in order.
        pub const CHECKS: &[&str] = &[$(stringify!($check)),*];

        /// Runs every check and tells all that failed.
        pub async fn all<M: Maker>(make: &M) -> Findings {
            let mut found = Findings::default();
            $( match $room::$check(make).await {
                Ok(()) => {}
                Err(Seen::Wrong(what)) => found.failures.push(Failure { check: stringify!($check), what }),
                Err(Seen::CannotMake(fault)) => found.not_run.push((stringify!($check), fault)),
            } )*
            found
        }
    };
}

checks! {
    taking::what_is_accepted_was_taken_once_as_given,
    taking::every_message_has_an_id_of_its_own,
    taking::a_permit_past_its_deadline_reaches_nobody,
    taking::an_unknown_time_reaches_nobody,
    taking::the_clock_is_read_at_the_hand_over,
    taking::the_carrier_is_told_how_long,
    taking::hand_overs_at_once_do_not_mix,
    taking::nothing_is_sent_that_was_not_given,
    taking::capabilities_stay_the_same,
    refusing::what_is_refused_was_not_taken,
    refusing::an_opt_out_is_told,
    refusing::too_fast_is_told_with_the_wait,
    refusing::out_of_order_is_not_for_good,
    unsure::a_lost_request_is_never_accepted,
    unsure::a_lost_answer_is_unknown,
    unsure::an_unreadable_answer_is_unknown,
    unsure::a_server_error_is_unknown,
    unsure::a_dropped_hand_over_is_taken_once_at_most,
    looking::a_look_up_tells_the_truth,
    looking::repeated_look_ups_agree,
    looking::what_is_called_back_never_arrives,
    private::nothing_private_is_shown,
}

/// Runs the suite.
///
/// ```
/// use optin::gateway::{Fate, Refusal, SimulatedCarrier, conformance::{self, Carrier, Fault, Got, Plan}};
/// use std::{sync::Arc, time::Duration};
///
/// struct Simulated;
/// struct Behind(Arc<SimulatedCarrier>);
///
/// impl Carrier for Behind {
///     fn taken(&self) -> Vec<Got> {
///         let got = |taken: optin::gateway::Taken| Got {
///             number: taken.number,
///             sender: taken.sender.to_string(),
///             body: taken.text,
///             valid_for: Some(taken.valid_for),
///         };
///         self.0.taken().into_iter().map(got).collect()
///     }
/// }
///
/// impl conformance::Maker for Simulated {
///     type Gateway = Arc<SimulatedCarrier>;
///     type Carrier = Behind;
///     async fn fresh(&self, plan: Plan) -> (Arc<SimulatedCarrier>, Behind) {
///         let mut carrier = SimulatedCarrier::builder(7).retry_after(Duration::from_secs(7));
///         for (number, fault) in plan {
///             carrier = carrier.with_number(number, match fault {
///                 Fault::NoSuchNumber => Fate::Refused(Refusal::InvalidNumber),
///                 Fault::OptedOut => Fate::Refused(Refusal::OptedOut),
///                 Fault::TooFast(_) => Fate::Refused(Refusal::RateLimited),
///                 Fault::OutOfOrder => Fate::Refused(Refusal::Unavailable),
///                 Fault::LostRequest => Fate::LostRequest,
///                 _ => Fate::LostAnswer,
///             });
///         }
///         let carrier = Arc::new(carrier.build());
///         (Arc::clone(&carrier), Behind(carrier))
///     }
/// }
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// conformance::run(&Simulated).await?;
/// # Ok::<(), conformance::Failure>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The first check that failed. What was not run is no failure: [`all`] tells it.
pub async fn run<M: Maker>(make: &M) -> Result<(), Failure> {
    all(make).await.failures.into_iter().next().map_or(Ok(()), Err)
}
