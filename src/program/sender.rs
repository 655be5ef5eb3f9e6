use std::num::NonZeroU32;

use super::Limit;
use crate::{
    codec::cbor_enum,
    id::{Name, NameError},
    phone::Country,
};

cbor_enum! {
    /// What kind of address a message comes from, and so whether it can be answered.
    pub enum SenderKind {
        /// Five or six digits; answers reach the program.
        ShortCode = 0, "short_code";
        /// An ordinary number (10DLC in the United States).
        LongCode = 1, "long_code";
        /// A toll-free number; in the United States its STOP is enforced by the network.
        TollFree = 2, "toll_free";
        /// Letters: nobody can answer it, so a message must name another way out.
        Alphanumeric = 3, "alphanumeric";
    }
}

impl<'de> serde::Deserialize<'de> for SenderKind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let unknown = || serde::de::Error::custom(format_args!("unknown sender kind `{code}`"));
        Self::from_code(&code).ok_or_else(unknown)
    }
}

/// An address that messages come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    id: Name,
    kind: SenderKind,
    country: Country,
    per_second: NonZeroU32,
    stop_code: Option<Name>,
    limits: Vec<Limit>,
}

impl Sender {
    /// A sender of this kind. It hands over one message a second until [`throughput`](Self::throughput) says more.
    ///
    /// # Errors
    /// `id` is not a [`Name`].
    pub fn new(kind: SenderKind, country: Country, id: &str) -> Result<Self, NameError> {
        Ok(Self {
            id: Name::new(id)?,
            kind,
            country,
            per_second: NonZeroU32::MIN,
            stop_code: None,
            limits: Vec::new(),
        })
    }

    /// A short code.
    ///
    /// # Errors
    /// `id` is not a [`Name`].
    pub fn short_code(country: Country, id: &str) -> Result<Self, NameError> {
        Self::new(SenderKind::ShortCode, country, id)
    }

    /// A sender of letters that names the short code which takes its STOP (France: "STOP au 36xxx").
    ///
    /// # Errors
    /// Either is not a [`Name`].
    pub fn alphanumeric(country: Country, id: &str, stop_code: &str) -> Result<Self, NameError> {
        let sender = Self::new(SenderKind::Alphanumeric, country, id)?;
        Ok(Self { stop_code: Some(Name::new(stop_code)?), ..sender })
    }

    /// How many messages a second its carrier takes.
    #[must_use]
    pub const fn throughput(mut self, per_second: NonZeroU32) -> Self {
        self.per_second = per_second;
        self
    }

    /// What else holds it back: a carrier's minute, a brand's day.
    #[must_use]
    pub fn limit(mut self, limit: Limit) -> Self {
        self.limits.push(limit);
        self
    }

    /// The address itself.
    #[must_use]
    pub const fn id(&self) -> &Name {
        &self.id
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> SenderKind {
        self.kind
    }

    /// The country whose people it writes to.
    #[must_use]
    pub const fn country(&self) -> Country {
        self.country
    }

    /// Messages a second.
    #[must_use]
    pub const fn per_second(&self) -> NonZeroU32 {
        self.per_second
    }

    /// What else holds it back.
    #[must_use]
    pub fn limits(&self) -> &[Limit] {
        &self.limits
    }

    /// Where STOP goes when it is not the sender itself.
    #[must_use]
    pub const fn stop_code(&self) -> Option<&Name> {
        self.stop_code.as_ref()
    }

    /// Whether a person can answer it.
    #[must_use]
    pub const fn can_receive(&self) -> bool {
        !matches!(self.kind, SenderKind::Alphanumeric)
    }

    /// The number that takes its STOP: its own, unless it names another.
    pub(crate) const fn takes_stop(&self) -> &Name {
        match &self.stop_code {
            Some(code) => code,
            None => &self.id,
        }
    }

    /// Whether a text sent to `address` is meant for this sender: its own id, or the code that takes its STOP.
    #[must_use]
    pub fn answers_to(&self, address: &str) -> bool {
        self.id == *address || self.stop_code.as_ref().is_some_and(|code| *code == *address)
    }
}
