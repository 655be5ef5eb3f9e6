use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Basis, OneTimeCode, event::TextKept};
use crate::{
    codec::{cbor_enum, cbor_map},
    id::{Hash, InboundId, Name},
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
        /// Brought in from another system, which does not say how.
        Import = 6, "import";
        /// Signed, on paper or on a screen.
        Signature = 7, "signature";
    }
}

cbor_enum! {
    /// By what channel a consent reached the sender.
    pub enum Channel {
        /// A page or a form on the web.
        Web = 0, "web";
        /// An app.
        App = 1, "app";
        /// A text message.
        Sms = 2, "sms";
        /// A call.
        Voice = 3, "voice";
        /// Face to face: at a till, on paper.
        InPerson = 4, "in_person";
        /// E-mail or post.
        Mail = 5, "mail";
        /// A chat or a social network.
        Social = 6, "social";
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
        /// The person's name.
        Name = 7, "name";
        /// Where the recording or the signed paper is kept.
        Recording = 8, "recording";
        /// What another platform's list said of the consent, in its own words.
        Source = 9, "source";
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
    /// SHA-256 over language, version and words, each with its length in bytes (64 bit, big-endian) before it.
    #[must_use]
    pub fn digest(&self) -> Hash {
        text_digest(self.language, self.version, self.text)
    }
}

pub(crate) fn text_digest(language: &str, version: &str, text: &str) -> Hash {
    let mut hasher = Sha256::new();
    for part in [language, version, text] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    Hash(hasher.finalize().into())
}

impl From<&ConsentText> for TextKept {
    fn from(text: &ConsentText) -> Self {
        Self::new(text.language, text.version, text.text)
    }
}

impl TextKept {
    /// The words of a consent text that is not in the program's source, such as those of an imported list.
    #[must_use]
    pub fn new(language: &str, version: &str, text: &str) -> Self {
        Self {
            digest: text_digest(language, version, text),
            version: version.to_owned(),
            language: language.to_owned(),
            text: text.to_owned(),
        }
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
    pub(crate) text: Option<TextKept>,
    pub(crate) acquisition: Acquisition,
    pub(crate) acted: Option<DateTime<Utc>>,
    pub(crate) zone: Option<Zone>,
    pub(crate) sale: Option<DateTime<Utc>>,
    pub(crate) inquiry: Option<DateTime<Utc>>,
    pub(crate) screenshot: Option<Hash>,
    pub(crate) seller: Option<String>,
    pub(crate) purpose: Option<String>,
    pub(crate) inbound: Option<InboundId>,
    pub(crate) channel: Option<Channel>,
    pub(crate) undated: bool,
    pub(crate) personal: Vec<(PersonalField, String)>,
    pub(crate) double: bool,
    pub(crate) code: Option<OneTimeCode>,
    pub(crate) texted: bool,
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
            text: text.map(TextKept::from),
            acquisition: Acquisition::Own,
            acted: None,
            zone: None,
            sale: None,
            inquiry: None,
            screenshot: None,
            seller: None,
            purpose: None,
            inbound: None,
            channel: None,
            undated: false,
            personal: Vec::new(),
            double: false,
            code: None,
            texted: false,
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

    /// Signed, on paper or on a screen: express written consent. `kept` says where the signed original is.
    #[must_use]
    pub fn signature(text: &ConsentText, kept: impl Into<String>) -> Self {
        Self::new(How::Signature, Basis::ExpressWritten, Some(text)).recording(kept)
    }

    /// A keyword that the person texted, by the gateway's id for that message: express written consent.
    #[must_use]
    pub fn keyword(text: &ConsentText, inbound: &str) -> Self {
        Self {
            inbound: Some(InboundId::of(inbound)),
            channel: Some(Channel::Sms),
            ..Self::new(How::TextToJoin, Basis::ExpressWritten, Some(text))
        }
    }

    /// Words that are not in the program's source.
    #[must_use]
    pub fn words(mut self, words: TextKept) -> Self {
        self.text = Some(words);
        self
    }

    /// SHA-256 of a picture of the request as it was shown.
    #[must_use]
    pub const fn screenshot(mut self, digest: Hash) -> Self {
        self.screenshot = Some(digest);
        self
    }

    /// The seller or sellers whom the request named.
    #[must_use]
    pub fn seller(mut self, named: impl Into<String>) -> Self {
        self.seller = Some(named.into());
        self
    }

    /// What for, in the words of the request.
    #[must_use]
    pub fn purpose(mut self, purpose: impl Into<String>) -> Self {
        self.purpose = Some(purpose.into());
        self
    }

    /// By what channel the consent came. A page is taken for the web, a keyword for a text, unless this says otherwise.
    #[must_use]
    pub const fn channel(mut self, channel: Channel) -> Self {
        self.channel = Some(channel);
        self
    }

    /// What the person texted, word for word.
    #[must_use]
    pub fn texted(self, words: impl Into<String>) -> Self {
        self.personal(PersonalField::Text, words)
    }

    /// Nobody knows when the person acted: such a consent is of the lowest grade.
    #[must_use]
    pub const fn undated(mut self) -> Self {
        self.undated = true;
        self
    }

    /// The person's name.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        self.personal(PersonalField::Name, name)
    }

    /// Where the recording of a call or the signed paper is kept.
    #[must_use]
    pub fn recording(self, kept: impl Into<String>) -> Self {
        self.personal(PersonalField::Recording, kept)
    }

    /// What another platform's list said of the consent, in its own words.
    #[must_use]
    pub fn source(self, words: impl Into<String>) -> Self {
        self.personal(PersonalField::Source, words)
    }

    /// Asks for a second yes by text before anything is open (double opt-in).
    #[must_use]
    pub const fn double(mut self) -> Self {
        self.double = true;
        self
    }

    /// Asks for this code by text before anything is open: the page shows it, the person texts it. A yes does not do.
    ///
    /// ```
    /// use optin::consent::{ConsentText, OneTimeCode, OptIn};
    /// # const V3: ConsentText = ConsentText { version: "v3", language: "en", text: "Text me the offers." };
    /// let code = OneTimeCode::new("482913")?;               // "Text 482913 to 36123 to finish"
    /// let asked = OptIn::form(&V3).double_by_code(code);
    /// assert!(OneTimeCode::new("48 29").is_err());
    /// # let _ = asked; Ok::<(), optin::consent::CodeError>(())
    /// ```
    #[must_use]
    pub fn double_by_code(mut self, code: OneTimeCode) -> Self {
        (self.double, self.code, self.texted) = (true, Some(code), false);
        self
    }

    /// Texts this code before anything is open: the person types it on the page, and
    /// [`Messenger::confirm`](crate::Messenger::confirm) takes it. A yes does not do; the code, texted back, does. It
    /// waits as long as [`Program::code_waits`](crate::program::Program::code_waits) says.
    ///
    /// ```
    /// use optin::consent::{ConsentText, OneTimeCode, OptIn};
    /// # const V3: ConsentText = ConsentText { version: "v3", language: "en", text: "Text me the offers." };
    /// let asked = OptIn::form(&V3).double_by_texted_code(OneTimeCode::random()?);
    /// # let _ = asked; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn double_by_texted_code(self, code: OneTimeCode) -> Self {
        Self { texted: true, ..self.double_by_code(code) }
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
    pub fn page(mut self, url: impl Into<String>) -> Self {
        self.channel = self.channel.or(Some(Channel::Web));
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
        /// SHA-256 of a picture of the request as it was shown.
        8 => pub screenshot: Option<Hash>,
        /// The seller or sellers whom the request named.
        9 => pub seller: Option<String>,
        /// What for, in the words of the request.
        10 => pub purpose: Option<String>,
        /// The inbound message by which the person agreed.
        11 => pub inbound: Option<InboundId>,
        /// Which personal values lie sealed beside the record, ascending.
        12 => pub kept: Option<Vec<PersonalField>>,
        /// It came into force by a second yes (double opt-in).
        13 => pub confirmed: Option<bool>,
        /// Nobody knows when the person acted; `acted_ms` is when it was recorded.
        14 => pub undated: Option<bool>,
        /// The list that brought it; set by the fold.
        15 => pub import: Option<Name>,
        /// By what channel it came.
        16 => pub channel: Option<Channel>,
    }
}

impl Grant {
    /// A consent of which no more is known.
    #[must_use]
    pub const fn new(basis: Basis, how: How, acted_ms: i64) -> Self {
        Self {
            basis,
            how,
            acquisition: Acquisition::Own,
            acted_ms,
            zone: None,
            text: None,
            sale_ms: None,
            inquiry_ms: None,
            screenshot: None,
            seller: None,
            purpose: None,
            inbound: None,
            kept: None,
            confirmed: None,
            undated: None,
            import: None,
            channel: None,
        }
    }

    /// How well it could be shown to a court or a regulator, by what is on record.
    #[must_use]
    pub fn grade(&self) -> Grade {
        let words = self.text.is_some() || self.screenshot.is_some();
        let keeps = |fields: &[PersonalField]| self.kept.iter().flatten().any(|kept| fields.contains(kept));
        // By a message from the number itself, or by hand or voice.
        let by_the_person = self.confirmed == Some(true)
            || self.inbound.is_some()
            || (self.how == How::Signature || self.how == How::Verbal) && keeps(&[PersonalField::Recording]);
        let traced = by_the_person
            || keeps(&[
                PersonalField::Ip,
                PersonalField::UserAgent,
                PersonalField::Page,
                PersonalField::Recording,
            ]);
        let act = self.how != How::Import;
        let own = self.import.is_none();
        match (self.undated == Some(true), words, act) {
            (true, ..) => Grade::D,
            (false, true, true) if own && by_the_person => Grade::A,
            (false, true, true) if traced => Grade::B,
            (false, words, act) if words || traced || act => Grade::C,
            (false, ..) => Grade::D,
        }
    }
}

cbor_enum! {
    /// How well a consent can be shown, by what is on record of it: 16 CFR 310.5(a)(8), GDPR art. 7(1), CASL s. 13.
    ///
    /// ```
    /// use optin::consent::{Basis, Grade, Grant, How};
    /// let mut grant = Grant::new(Basis::ExpressWritten, How::Checkbox, 1_700_000_000_000);
    /// assert_eq!(grant.grade(), Grade::C);                       // when and how, but not to which words
    /// grant.undated = Some(true);
    /// assert_eq!(grant.grade(), Grade::D);
    /// assert!(Grade::A < Grade::D);                              // the better, the smaller
    /// ```
    pub enum Grade {
        /// The words as shown, when, the act, and a sign from the number's holder: a second yes or a keyword by text,
        /// or a signature or recording that is kept. Never of an imported list.
        A = 0, "A";
        /// The words as shown, when, the act, and a trace of it: page, IP, user agent, recording.
        B = 1, "B";
        /// When, and the words or the act or a trace.
        C = 2, "C";
        /// A bare claim, or nobody knows when.
        D = 3, "D";
    }
}
