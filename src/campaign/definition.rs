use std::{num::NonZeroU32, ops::Range};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::Audience;
use crate::{
    codec::{cbor_enum, cbor_map},
    content::classify,
    id::{Hash, Name, NameError},
    message::{
        Alphabet, CheckedTemplate, Kind, Kinds, Letters, Tag, TagRow, Tags, Template, TemplateError, smart,
    },
};

cbor_enum! {
    /// What becomes of a message whose turn comes after a pause that nobody planned.
    pub enum Late {
        /// It goes at the next lawful moment before the campaign ends.
        Move = 0, "move";
        /// It is dropped and counted once its planned moment is more than an hour past, or its window is over.
        Drop = 1, "drop";
    }
}

/// A message for many: what is said, of what kind, to whom, and between which instants.
///
/// ```
/// use optin::{campaign::Campaign, message::Template};
/// let sale = Campaign::marketing("flash-2026-11-27", "soldes")?
///     .category("promo")?
///     .text(Template::parse("{first_name|Bonjour}, -40 % jusqu'à 21 h : {link}")?)
///     .window("2026-11-27T08:00:00Z".parse()?.."2026-11-27T20:00:00Z".parse()?);
/// assert!(Campaign::marketing("flash 2026", "soldes").is_err());   // a name has no space
/// # let _ = sale;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Campaign {
    pub(crate) name: Name,
    pub(crate) program: Name,
    /// What holds: what it is called, until its text was read.
    pub(crate) kind: Kind,
    /// What it is called and what it reads as, once it was read.
    pub(crate) kinds: Option<Kinds>,
    /// Why its author's word on the kind stands whatever the text reads as, and the digest of the words meant.
    pub(crate) vouched: Option<(String, [u8; 32])>,
    pub(crate) category: Option<Name>,
    pub(crate) subject: Option<Name>,
    pub(crate) template: Option<Template>,
    /// The same said in other languages.
    pub(crate) variants: Vec<(String, Template)>,
    pub(crate) tags: Tags,
    pub(crate) window: Option<Range<DateTime<Utc>>>,
    pub(crate) late: Late,
    pub(crate) guard: Option<Name>,
    pub(crate) tracks: bool,
    pub(crate) ending: bool,
    pub(crate) smart: Option<Letters>,
    pub(crate) repeats: Option<String>,
    pub(crate) weight: NonZeroU32,
    pub(crate) audience: Option<Audience>,
}

impl Campaign {
    /// A campaign of this kind in this program.
    ///
    /// # Errors
    /// Either is not a [`Name`].
    pub fn new(kind: Kind, name: &str, program: &str) -> Result<Self, NameError> {
        let plain = |max| Tag::text(max).alphabet(Alphabet::Any);
        Ok(Self {
            name: Name::new(name)?,
            program: Name::new(program)?,
            kind,
            kinds: None,
            vouched: None,
            category: None,
            subject: None,
            template: None,
            variants: Vec::new(),
            tags: Tags::new()
                .with("first_name", plain(40))
                .with("last_name", plain(40))
                .with("offer.ends", Tag::date())
                .with("cart.items", Tag::list(60))
                .with("cart.total", Tag::money())
                .with("order.number", Tag::text(20).alphabet(Alphabet::Gsm7Basic))
                .with("code", Tag::text(20).alphabet(Alphabet::Gsm7Basic))
                .with("link", Tag::link(60)),
            window: None,
            late: Late::Move,
            guard: None,
            tracks: false,
            ending: false,
            smart: None,
            repeats: None,
            weight: NonZeroU32::MIN,
            audience: None,
        })
    }

    /// A marketing campaign.
    ///
    /// # Errors
    /// Either is not a [`Name`].
    pub fn marketing(name: &str, program: &str) -> Result<Self, NameError> {
        Self::new(Kind::Marketing, name, program)
    }

    /// The brand's category, such as `promo`.
    ///
    /// # Errors
    /// Not a [`Name`].
    pub fn category(mut self, category: &str) -> Result<Self, NameError> {
        self.category = Some(Name::new(category)?);
        Ok(self)
    }

    /// What caps count as the same subject; unless said, every message is of the same subject.
    ///
    /// # Errors
    /// Not a [`Name`].
    pub fn subject(mut self, subject: &str) -> Result<Self, NameError> {
        self.subject = Some(Name::new(subject)?);
        Ok(self)
    }

    /// The text.
    #[must_use]
    pub fn text(mut self, template: Template) -> Self {
        self.template = Some(template);
        self
    }

    /// The text for people who read this language, a BCP 47 tag such as `fr` or `fr-CA`: those whose value `language` says so.
    /// A reader gets the text of the very tag, else of its language, else the [first](Self::text), which is in the
    /// program's language.
    #[must_use]
    pub fn text_in(mut self, language: impl Into<String>, template: Template) -> Self {
        self.variants.push((language.into(), template));
        self
    }

    /// The merge tags it may use, in place of `first_name`, `last_name`, `code`, `link`, `order.number`,
    /// `cart.items`, `cart.total` and `offer.ends`.
    #[must_use]
    pub fn tags(mut self, tags: Tags) -> Self {
        self.tags = tags;
        self
    }

    /// From when to before when it runs. Recipients are held to their own lawful hours within it.
    #[must_use]
    pub const fn window(mut self, window: Range<DateTime<Utc>>) -> Self {
        self.window = Some(window);
        self
    }

    /// What becomes of messages that an outage delayed.
    #[must_use]
    pub const fn late(mut self, late: Late) -> Self {
        self.late = late;
        self
    }

    /// Asks this guard, at the last moment, whether a message still makes sense. The host names it with
    /// [`Builder::relevance`](crate::Builder::relevance); where it is not known, nothing is sent.
    ///
    /// # Errors
    /// Not a [`Name`].
    pub fn relevance(mut self, guard: &str) -> Result<Self, NameError> {
        self.guard = Some(Name::new(guard)?);
        Ok(self)
    }

    /// It is about an offer that ends: a text that does not say when is noted.
    #[must_use]
    pub const fn offer_ends(mut self) -> Self {
        self.ending = true;
        self
    }

    /// Makes the links of its values short and its own, message by message, by the host's [`Links`](super::Links).
    #[must_use]
    pub const fn track_links(mut self) -> Self {
        self.tracks = true;
        self
    }

    /// Writes typography with what GSM 03.38 has, in the texts and the values, as [`smart`] does, which tells each
    /// change. Nothing is changed unless this is asked; the plan's [`dear`](super::Plan::dear) says when it would spare segments.
    #[must_use]
    pub const fn smart_encoding(mut self, letters: Letters) -> Self {
        self.smart = Some(letters);
        self
    }

    /// Starts a message again, up to three times, when nobody knows what became of it.
    ///
    /// **The risk**: whoever did get it gets it twice, unless the gateway takes an idempotency key. `why` goes on
    /// record. Marketing cannot choose this: the plan is refused.
    #[must_use]
    pub fn at_least_once(mut self, why: impl Into<String>) -> Self {
        self.repeats = Some(why.into());
        self
    }

    /// How much of a shared sender it gets beside other campaigns: twice the weight, twice the segments.
    #[must_use]
    pub const fn weight(mut self, weight: NonZeroU32) -> Self {
        self.weight = weight;
        self
    }

    /// Who is meant.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<Audience>) -> Self {
        self.audience = Some(audience.into());
        self
    }
}

/// A campaign that cannot be planned.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CampaignError {
    /// It tracks links and the host has nothing that keeps them.
    #[error("the campaign tracks links: give what keeps them with `Builder::links`")]
    NoLinks,
    /// The host has no such program.
    #[error("no program `{0}`")]
    NoProgram(Name),
    /// The program has no sender.
    #[error("program `{0}` has no sender")]
    NoSender(Name),
    /// Nothing to say.
    #[error("the campaign has no text: call `Campaign::text`")]
    NoText,
    /// Nobody to say it to.
    #[error("the campaign has no audience: call `Campaign::audience`")]
    NoAudience,
    /// No time to say it in.
    #[error("the campaign's window is missing or over: call `Campaign::window`")]
    NoWindow,
    /// It names a guard that the host has not got.
    #[error("no guard `{0}`: give it with `Builder::relevance`")]
    NoGuard(Name),
    /// Another campaign was launched under this name, in another program or of another kind.
    #[error("`{0}` is the name of a campaign in another program or of another kind: choose another")]
    NameTaken(Name),
    /// Messages with other words, of another category or subject wait under this name.
    #[error("messages of `{0}` with other words, category or subject still wait: choose another name")]
    StillWaits(Name),
    /// Marketing goes at most once.
    #[error("marketing goes at most once: `at_least_once` is for transactional messages")]
    MarketingRepeats,
    /// The template uses a tag that is not declared, or is otherwise wrong.
    #[error("the template is refused: {0}")]
    Template(TemplateError),
}

impl From<TemplateError> for CampaignError {
    fn from(error: TemplateError) -> Self {
        Self::Template(error)
    }
}

cbor_map! {
    /// What a worker must know of a campaign that was launched.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct Job {
        0 => pub(crate) name: Name,
        1 => pub(crate) program: Name,
        2 => pub(crate) kind: Kind,
        3 => pub(crate) category: Option<Name>,
        4 => pub(crate) subject: Option<Name>,
        5 => pub(crate) ends_ms: i64,
        6 => pub(crate) late: Late,
        7 => pub(crate) repeats: Option<bool>,
        8 => pub(crate) guard: Option<Name>,
        9 => pub(crate) recipe: Option<Recipe>,
        10 => pub(crate) smart: Option<Letters>,
        /// The digest of all its texts.
        11 => pub(crate) words: Option<Hash>,
        /// Somebody answers for its being of the declared kind.
        12 => pub(crate) vouched: Option<bool>,
    }
}

impl Job {
    /// Whether a message of that one is one of this, by what is said.
    pub(crate) fn says_as(&self, that: &Self) -> bool {
        let said = |job: &Self| (job.category.clone(), job.subject.clone(), job.words);
        said(self) == said(that)
    }
}

cbor_map! {
    /// What makes a text anew.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct Recipe {
        0 => pub(crate) source: String,
        1 => pub(crate) tags: Vec<TagRow>,
        2 => pub(crate) variants: Option<Vec<(String, String)>>,
    }
}

impl Recipe {
    /// The texts with their languages; the first is in the program's.
    pub(crate) fn texts(&self, language: &str) -> Option<Vec<(String, CheckedTemplate)>> {
        let tags = Tags::from_rows(&self.tags);
        let first = std::iter::once((language, self.source.as_str()));
        let others = self.variants.iter().flatten().map(|(tag, source)| (tag.as_str(), source.as_str()));
        let read = |(tag, source): (&str, &str)| {
            Some((tag.to_owned(), Template::parse(source).ok()?.check(&tags).ok()?))
        };
        first.chain(others).map(read).collect()
    }
}

impl Campaign {
    /// Its texts with their languages, checked; the first is in the program's.
    pub(crate) fn texts(&self, language: &str) -> Result<Vec<(String, CheckedTemplate)>, CampaignError> {
        let first = self.template.as_ref().ok_or(CampaignError::NoText)?;
        let first = std::iter::once((language, first));
        let others = self.variants.iter().map(|(tag, text)| (tag.as_str(), text));
        let check = |(tag, text): (&str, &Template)| match self.smart {
            None => Ok((tag.to_owned(), text.check(&self.tags)?)),
            Some(letters) => {
                let plain = Template::parse(&smart(text.source(), letters).text)?;
                Ok((tag.to_owned(), plain.check(&self.tags)?))
            }
        };
        first.chain(others).map(check).collect()
    }

    /// The digest of all its texts.
    pub(crate) fn words(&self) -> [u8; 32] {
        let texts = self.template.iter().map(|text| ("", text));
        let texts = texts.chain(self.variants.iter().map(|(tag, text)| (tag.as_str(), text)));
        let mut digest = Sha256::new();
        for part in texts.flat_map(|(tag, text)| [tag, text.source()]) {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.finalize().into()
    }

    /// The same with its text read: what reads as marketing is marketing from here on, unless somebody vouches.
    pub(crate) fn read(mut self) -> Self {
        let declared = self.kinds.map_or(self.kind, |kinds| kinds.declared);
        let texts = self.template.iter().chain(self.variants.iter().map(|(_, text)| text));
        let read = texts.map(|text| classify(text.source()).beside(declared));
        // The strictest of the texts counts for all.
        self.kinds = read.reduce(Kinds::with);
        // Somebody vouched for other words than these.
        if self.vouched.as_ref().is_some_and(|(_, words)| *words != self.words()) {
            self.vouched = None;
        }
        let found = self.kinds.filter(|_| self.vouched.is_none());
        self.kind = found.map_or(declared, Kinds::holds);
        self
    }

    /// What a worker must know of it; `None` without a window.
    pub(crate) fn job(&self) -> Option<Job> {
        let recipe = || {
            let plain = |text: &Template| match self.smart {
                None => text.source().to_owned(),
                Some(letters) => smart(text.source(), letters).text,
            };
            let source = plain(self.template.as_ref()?);
            let variants = self.variants.iter().map(|(tag, text)| (tag.clone(), plain(text)));
            Some(Recipe { source, tags: self.tags.rows(), variants: Some(variants.collect()) })
        };
        Some(Job {
            name: self.name.clone(),
            program: self.program.clone(),
            kind: self.kind,
            category: self.category.clone(),
            subject: self.subject.clone(),
            ends_ms: self.window.as_ref()?.end.timestamp_millis(),
            late: self.late,
            repeats: self.repeats.is_some().then_some(true),
            guard: self.guard.clone(),
            recipe: self.guard.as_ref().and_then(|_| recipe()),
            smart: self.smart,
            words: Some(Hash(self.words())),
            vouched: self.vouched.is_some().then_some(true),
        })
    }
}
