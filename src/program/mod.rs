//! What a person agrees to hear from: a program of a brand, its senders and what each of them can do.

mod joining;
mod limit;
mod sender;
mod topic;

pub use joining::JoinBy;
pub use limit::{Counted, Limit, LimitError, Period};
pub use sender::{Sender, SenderKind};
pub use topic::Topic;

use crate::{
    id::{Name, NameError},
    phone::Country,
};

/// A messaging program: the unit of consent. One legal sender (one ledger) runs one or several.
///
/// ```
/// use optin::{phone::Country, program::{Program, Sender}};
/// let soldes = Program::new("soldes", "Maison Lune")?
///     .sender(Sender::short_code(Country::FR, "36123")?)
///     .help("aide@maisonlune.fr")
///     .language("fr");
/// assert_eq!(soldes.brand(), "Maison Lune");
/// assert!(Program::new("été 2026", "Maison Lune").is_err());       // a name is printable ASCII without spaces
/// # Ok::<(), optin::id::NameError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Program {
    name: Name,
    brand: String,
    senders: Vec<Sender>,
    help: String,
    language: String,
    age_checked: bool,
    domains: Vec<String>,
    joining: joining::Joining,
    topics: Vec<Topic>,
    clarifies: bool,
}

impl Program {
    /// A program `name` of the brand that signs its messages.
    ///
    /// # Errors
    /// `name` is not a [`Name`].
    pub fn new(name: &str, brand: impl Into<String>) -> Result<Self, NameError> {
        Ok(Self {
            name: Name::new(name)?,
            brand: brand.into(),
            senders: Vec::new(),
            help: String::new(),
            language: "en".to_owned(),
            age_checked: false,
            domains: Vec::new(),
            joining: joining::Joining::default(),
            topics: Vec::new(),
            clarifies: false,
        })
    }

    /// Adds a sender. The first one whose country is the recipient's is used, else the first.
    #[must_use]
    pub fn sender(mut self, sender: Sender) -> Self {
        self.senders.push(sender);
        self
    }

    /// Where a person finds help: an address or a number, shown in the answer to HELP.
    #[must_use]
    pub fn help(mut self, contact: impl Into<String>) -> Self {
        self.help = contact.into();
        self
    }

    /// The language of answers, by ISO 639-1; `en` unless said.
    #[must_use]
    pub fn language(mut self, code: impl Into<String>) -> Self {
        self.language = code.into();
        self
    }

    /// Everybody in it had their age checked before they joined: what is lawful to adults alone may be written about.
    #[must_use]
    pub const fn age_checked(mut self) -> Self {
        self.age_checked = true;
        self
    }

    /// Adds a domain of the brand's own, such as `maisonlune.fr`: links to anywhere but such domains and what is beneath
    /// them are noted in plans. Without any, links may lead anywhere but to public shorteners.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domains.push(domain.into().to_lowercase());
        self
    }

    /// The brand's own domains.
    #[must_use]
    pub fn domains(&self) -> &[String] {
        &self.domains
    }

    /// Adds a topic: the category that its messages carry, and the words by which people call it, in whatever
    /// language. A topic that shares a word with a general one (advertising, orders, reminders, newsletter, reviews)
    /// is also known by that one's other words, in eight languages, if it is the program's only such topic.
    ///
    /// A STOP that names topics of the program closes those alone; one that names anything else closes the program.
    ///
    /// # Errors
    /// `name` is not a [`Name`].
    pub fn topic(mut self, name: &str, words: &[&str]) -> Result<Self, NameError> {
        self.topics.push(Topic::new(name, words)?);
        Ok(self)
    }

    /// Its topics.
    #[must_use]
    pub fn topics(&self) -> &[Topic] {
        &self.topics
    }

    /// The confirmation of a STOP asks which of several programs or topics was meant, where the law of every place
    /// of the person lets it (United States, 47 CFR 64.1200(a)(12)). Until an answer, the STOP ends everything.
    #[must_use]
    pub const fn clarifies(mut self) -> Self {
        self.clarifies = true;
        self
    }

    /// Whether its confirmation of a STOP may ask which one was meant.
    #[must_use]
    pub const fn is_clarifying(&self) -> bool {
        self.clarifies
    }

    /// Whether everybody in it had their age checked.
    #[must_use]
    pub const fn is_age_checked(&self) -> bool {
        self.age_checked
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// The brand that signs.
    #[must_use]
    pub fn brand(&self) -> &str {
        &self.brand
    }

    /// The help contact, empty if none was given.
    #[must_use]
    pub fn help_contact(&self) -> &str {
        &self.help
    }

    /// The language of answers.
    #[must_use]
    pub fn language_code(&self) -> &str {
        &self.language
    }

    /// Every sender.
    #[must_use]
    pub fn senders(&self) -> &[Sender] {
        &self.senders
    }

    /// The sender that writes to this country.
    #[must_use]
    pub fn sender_for(&self, country: Option<Country>) -> Option<&Sender> {
        self.senders.iter().find(|sender| Some(sender.country()) == country).or_else(|| self.senders.first())
    }
}
