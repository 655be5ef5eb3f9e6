use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::Basis;
use crate::{
    codec::{cbor_enum, cbor_map},
    id::Hash,
    place::Zone,
};

cbor_enum! {
    /// How a person gave consent.
    pub enum How {
        /// A box that the person ticked.
        Checkbox = 0, "checkbox";
        /// A form that asks for nothing else.
        Form = 1, "form";
        /// A page behind a QR code.
        QrLanding = 2, "qr_landing";
        /// At checkout.
        Checkout = 3, "checkout";
        /// A keyword texted to the program.
        TextToJoin = 4, "text_to_join";
        /// Said, on a call or at a till.
        Verbal = 5, "verbal";
        /// Brought in from another system.
        Import = 6, "import";
    }
}

cbor_enum! {
    /// Where the person came from. It bounds what consent can mean.
    pub enum Acquisition {
        /// The brand's own site, shop or short code.
        Own = 0, "own";
        /// Named by somebody else. Nobody can consent for a friend, so this opens nothing.
        Referral = 1, "referral";
        /// Bought through a marketplace: transactional messages only.
        Marketplace = 2, "marketplace";
        /// A partner's form that named this brand.
        Partner = 3, "partner";
    }
}

cbor_enum! {
    /// A personal value: sealed beside the envelope, which holds only its salted commitment.
    pub enum PersonalField {
        /// The phone number.
        Number = 0, "number";
        /// The page the request stood on.
        Page = 1, "page";
        /// The IP address.
        Ip = 2, "ip";
        /// The user agent.
        UserAgent = 3, "user_agent";
        /// What the person texted.
        Text = 4, "text";
        /// What support noted.
        Note = 5, "note";
        /// Postal code.
        PostalCode = 6, "postal_code";
    }
}

/// The exact words a person saw when consenting, with their version. A later edit is another text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentText {
    /// The host's own version mark.
    pub version: &'static str,
    /// ISO 639-1.
    pub language: &'static str,
    /// The words as shown.
    pub text: &'static str,
}

impl ConsentText {
    /// SHA-256 over language, version and words, each with its length.
    #[must_use]
    pub fn digest(&self) -> Hash {
        let mut hasher = Sha256::new();
        for part in [self.language, self.version, self.text] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        Hash(hasher.finalize().into())
    }
}

/// A consent as the host saw it given: what is recorded, and the personal values that are sealed.
///
/// ```
/// use optin::consent::{Acquisition, ConsentText, OptIn};
/// const V3: ConsentText = ConsentText {
///     version: "v3", language: "fr",
///     text: "J'accepte de recevoir les offres de Maison Lune par SMS. STOP pour arrêter.",
/// };
/// let by_herself = OptIn::checkbox(&V3).page("https://maisonlune.fr/panier");
/// let by_a_friend = OptIn::form(&V3).acquired(Acquisition::Referral);   // recorded, and opens nothing
/// # let _ = (by_herself, by_a_friend);
/// ```
#[derive(Clone)]
pub struct OptIn {
    pub(crate) how: How,
    pub(crate) basis: Basis,
    pub(crate) text: Option<ConsentText>,
    pub(crate) acquisition: Acquisition,
    pub(crate) acted: Option<DateTime<Utc>>,
    pub(crate) zone: Option<Zone>,
    pub(crate) sale: Option<DateTime<Utc>>,
    pub(crate) inquiry: Option<DateTime<Utc>>,
    pub(crate) personal: Vec<(PersonalField, String)>,
    pub(crate) double: bool,
}

impl std::fmt::Debug for OptIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OptIn").field("how", &self.how).field("basis", &self.basis).finish_non_exhaustive()
    }
}

impl OptIn {
    /// A consent given in this way, on this ground. With `text` it can be shown later what was agreed to.
    #[must_use]
    pub fn new(how: How, basis: Basis, text: Option<&ConsentText>) -> Self {
        Self {
            how,
            basis,
            text: text.cloned(),
            acquisition: Acquisition::Own,
            acted: None,
            zone: None,
            sale: None,
            inquiry: None,
            personal: Vec::new(),
            double: false,
        }
    }

    /// A box that the person ticked: express written consent.
    #[must_use]
    pub fn checkbox(text: &ConsentText) -> Self {
        Self::new(How::Checkbox, Basis::ExpressWritten, Some(text))
    }

    /// A form of its own: express written consent.
    #[must_use]
    pub fn form(text: &ConsentText) -> Self {
        Self::new(How::Form, Basis::ExpressWritten, Some(text))
    }

    /// Said aloud: express consent.
    #[must_use]
    pub fn verbal(text: &ConsentText) -> Self {
        Self::new(How::Verbal, Basis::Express, Some(text))
    }

    /// A customer who bought at `sale` and was told and could refuse: soft opt-in.
    #[must_use]
    pub fn customer(text: &ConsentText, sale: DateTime<Utc>) -> Self {
        Self { sale: Some(sale), ..Self::new(How::Checkout, Basis::SoftOptIn, Some(text)) }
    }

    /// Asks for a second yes by text before anything is open (double opt-in).
    #[must_use]
    pub const fn double(mut self) -> Self {
        self.double = true;
        self
    }

    /// When the person acted, if that was not just now.
    #[must_use]
    pub const fn at(mut self, acted: DateTime<Utc>) -> Self {
        self.acted = Some(acted);
        self
    }

    /// The zone in which the person acted.
    #[must_use]
    pub const fn zone(mut self, zone: Zone) -> Self {
        self.zone = Some(zone);
        self
    }

    /// The date of the last sale.
    #[must_use]
    pub const fn sale(mut self, at: DateTime<Utc>) -> Self {
        self.sale = Some(at);
        self
    }

    /// The date of the last inquiry.
    #[must_use]
    pub const fn inquiry(mut self, at: DateTime<Utc>) -> Self {
        self.inquiry = Some(at);
        self
    }

    /// Where the person came from.
    #[must_use]
    pub const fn acquired(mut self, from: Acquisition) -> Self {
        self.acquisition = from;
        self
    }

    /// The page the request stood on.
    #[must_use]
    pub fn page(self, url: impl Into<String>) -> Self {
        self.personal(PersonalField::Page, url)
    }

    /// The IP address.
    #[must_use]
    pub fn ip(self, ip: IpAddr) -> Self {
        self.personal(PersonalField::Ip, ip.to_string())
    }

    /// The user agent.
    #[must_use]
    pub fn user_agent(self, agent: impl Into<String>) -> Self {
        self.personal(PersonalField::UserAgent, agent)
    }

    fn personal(mut self, field: PersonalField, value: impl Into<String>) -> Self {
        self.personal.retain(|(held, _)| *held != field);
        self.personal.push((field, value.into()));
        self
    }
}

cbor_map! {
    /// The clear facts of a consent.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Grant {
        /// On what ground.
        0 => pub basis: Basis,
        /// How it was given.
        1 => pub how: How,
        /// Where the person came from.
        2 => pub acquisition: Acquisition,
        /// When the person acted, Unix milliseconds.
        3 => pub acted_ms: i64,
        /// The zone in which the person acted.
        4 => pub zone: Option<String>,
        /// Digest of the words shown; the words stand in the house stream.
        5 => pub text: Option<Hash>,
        /// The last sale, Unix milliseconds.
        6 => pub sale_ms: Option<i64>,
        /// The last inquiry, Unix milliseconds.
        7 => pub inquiry_ms: Option<i64>,
    }
}
