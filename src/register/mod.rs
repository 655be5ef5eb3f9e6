//! Registers that the law or a careful sender asks before writing to somebody: do-not-call lists, reassigned
//! numbers, litigators, registers of consents.
//!
//! This library looks nothing up in a paid register. A host gives it a [`Register`] that does, or loads a list with
//! [`FileRegister`]; [`Messenger::scrub`](crate::Messenger::scrub) asks about those whose answer is missing or too
//! old, and keeps each answer with the date that the register itself gives. What an answer means and how long it
//! stays good is data of the rule book ([`law::Register`](crate::law::Register)): no answer in time defers, wherever
//! the law demands one. Nothing is asked over a network when a message is judged.
//!
//! | name in the book | register | meaning of standing in it | good for |
//! |---|---|---|---|
//! | `us-dnc` | National Do Not Call Registry | no marketing without express written consent | 31 days |
//! | `us-rnd` | Reassigned Numbers Database (a duty in Maine) | the number changed hands | 31 days |
//! | `za-ncc` | South Africa's opt-out registry | no marketing | 28 days |

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod entries;
mod file;

use std::{fmt::Debug, future::Future, sync::Arc};

use chrono::{DateTime, Utc};
pub use file::{FileError, FileRegister, Layout, LineFault, Reader};
use thiserror::Error;

use crate::{
    id::{Hash, Name},
    ledger::BoxFuture,
    phone::PhoneNumber,
};

/// A question to a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Query {
    /// About which number.
    pub number: PhoneNumber,
    /// The oldest consent that is still relied on: a register of reassigned numbers is asked whether the number
    /// changed hands since.
    pub known_since: Option<DateTime<Utc>>,
}

impl Query {
    /// A question about a number of which no more is known.
    #[must_use]
    pub const fn new(number: PhoneNumber) -> Self {
        Self { number, known_since: None }
    }

    /// With the date since when the number is known to be the person's.
    #[must_use]
    pub const fn known_since(mut self, since: DateTime<Utc>) -> Self {
        self.known_since = Some(since);
        self
    }
}

/// Whether a number stands in a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It does.
    Listed,
    /// It does not.
    NotListed,
    /// The register has no data about it. That is no answer: whoever needs one goes on waiting.
    NoData,
}

/// What a register answers about one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Whether the number stands in it.
    pub presence: Presence,
    /// As of when that is, by the register's own date: of the edition of a list, not of the question.
    pub as_of: DateTime<Utc>,
    /// Since when it stands there, if the register says.
    pub since: Option<DateTime<Utc>>,
    /// Where the answer comes from: a file's digest, a provider's id of it. Never a number: it is kept in the clear.
    pub provenance: Option<String>,
}

impl Listing {
    /// An answer of this date.
    #[must_use]
    pub const fn new(presence: Presence, as_of: DateTime<Utc>) -> Self {
        Self { presence, as_of, since: None, provenance: None }
    }
}

/// One edition of a register that comes as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edition {
    /// As of when it is.
    pub as_of: DateTime<Utc>,
    /// Its entries.
    pub entries: u64,
    /// SHA-256 of the file.
    pub digest: Option<Hash>,
}

/// A register that can be asked about numbers.
///
/// ```
/// use optin::register::{Listing, Presence, Query, Register, RegisterError};
/// use optin::{id::Name, phone::PhoneNumber};
///
/// /// Everybody whose number ends in 99.
/// #[derive(Debug)]
/// struct Superstition(Name);
/// impl Register for Superstition {
///     fn name(&self) -> &Name { &self.0 }
///     async fn look_up(&self, queries: &[Query]) -> Result<Vec<Listing>, RegisterError> {
///         let as_of = "2026-11-01T00:00:00Z".parse().map_err(RegisterError::new)?;
///         let one = |query: &Query| match query.number.digits() % 100 {
///             99 => Presence::Listed,
///             _ => Presence::NotListed,
///         };
///         Ok(queries.iter().map(|query| Listing::new(one(query), as_of)).collect())
///     }
/// }
/// # optin::blocking::wait(async {
/// let register = Superstition(Name::new("bad-luck")?);
/// let [lucky, not]: [PhoneNumber; 2] = ["+33612345678".parse()?, "+33612345699".parse()?];
/// let told = register.look_up(&[Query::new(lucky), Query::new(not)]).await?;
/// assert_eq!((told[0].presence, told[1].presence), (Presence::NotListed, Presence::Listed));
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub trait Register: Debug + Send + Sync + 'static {
    /// The name by which rules demand it.
    fn name(&self) -> &Name;

    /// How many numbers it takes at once, at most.
    fn batch(&self) -> usize {
        500
    }

    /// The edition that answers, where the register comes as a whole.
    fn edition(&self) -> Option<Edition> {
        None
    }

    /// Answers about each number, in order, one answer each.
    fn look_up(&self, queries: &[Query]) -> impl Future<Output = Result<Vec<Listing>, RegisterError>> + Send;
}

/// The boxed twin of [`Register`].
pub trait DynRegister: Debug + Send + Sync {
    /// See [`Register::name`].
    fn name(&self) -> &Name;
    /// See [`Register::batch`].
    fn batch(&self) -> usize;
    /// See [`Register::edition`].
    fn edition(&self) -> Option<Edition>;
    /// See [`Register::look_up`].
    fn look_up<'a>(&'a self, queries: &'a [Query]) -> BoxFuture<'a, Result<Vec<Listing>, RegisterError>>;
}

impl<R: Register> DynRegister for R {
    fn name(&self) -> &Name {
        Register::name(self)
    }
    fn batch(&self) -> usize {
        Register::batch(self)
    }
    fn edition(&self) -> Option<Edition> {
        Register::edition(self)
    }
    fn look_up<'a>(&'a self, queries: &'a [Query]) -> BoxFuture<'a, Result<Vec<Listing>, RegisterError>> {
        Box::pin(Register::look_up(self, queries))
    }
}

impl<R: Register> Register for Arc<R> {
    fn name(&self) -> &Name {
        Register::name(&**self)
    }
    fn batch(&self) -> usize {
        Register::batch(&**self)
    }
    fn edition(&self) -> Option<Edition> {
        Register::edition(&**self)
    }
    fn look_up(&self, queries: &[Query]) -> impl Future<Output = Result<Vec<Listing>, RegisterError>> + Send {
        Register::look_up(&**self, queries)
    }
}

/// A register did not answer. Nothing is kept, and those who need its answer go on waiting.
#[derive(Debug, Error)]
#[error("the register did not answer")]
pub struct RegisterError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl RegisterError {
    /// With what stood in the way. It must name no number.
    #[must_use]
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}
