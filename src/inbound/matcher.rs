use std::{
    collections::HashMap,
    ops::Range,
    sync::{Arc, LazyLock},
};

use serde::Deserialize;

use super::{
    Context, Intent, Language, Reading, Scope, TableError, Understood,
    fold::{Folded, fold},
    keywords::{self, BesideSpec, KeywordSpec, Keywords, Row, SlipSpec},
    patterns::PhraseSpec,
    phrases::{Phrase, Phrases},
    polite::{Manners, Polite},
    scope::narrowed,
    scorer::Scorer,
    tongues,
    words::{Beside, WordMap},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    #[serde(default)]
    keyword: Vec<KeywordSpec>,
    #[serde(default)]
    beside: Vec<BesideSpec>,
    #[serde(default)]
    slips: SlipSpec,
    #[serde(default)]
    phrase: Vec<PhraseSpec>,
    #[serde(default)]
    gaps: GapSpec,
    #[serde(default)]
    class: HashMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct GapSpec {
    #[serde(default)]
    never: String,
}

/// Reads replies. Immutable after construction; a clone shares the tables.
///
/// ```
/// use optin::inbound::{Context, Intent, Matcher, Reading};
/// let matcher = Matcher::builtin();
/// let read = |text, context| matcher.read(text, &Reading { context, ..Reading::default() }).intent;
///
/// assert_eq!(read("Arrêtez svp", Context::None), Intent::Stop);
/// assert_eq!(read("which bus stop is it?", Context::None), Intent::Other);
/// // A yes is consent only while one is waited for, and never as part of a sentence.
/// assert_eq!(read("YES", Context::DoubleOptIn), Intent::Confirm);
/// assert_eq!(read("YES", Context::None), Intent::Other);
/// assert_eq!(read("yes, send me everything", Context::DoubleOptIn), Intent::Other);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    keywords: Arc<Keywords>,
    pub(super) beside: Arc<WordMap<Beside>>,
    never: Arc<WordMap<Beside>>,
    pub(super) phrases: Arc<Phrases>,
    /// A second opinion on free text.
    pub(super) scorer: Option<&'static Scorer>,
    /// No tables: everything is unsure.
    closed: bool,
}

impl Matcher {
    /// The tables that come with the library, which are read once.
    ///
    /// Should they not read (a test sees to it that they do), every reply is [`Intent::Unsure`].
    #[must_use]
    pub fn builtin() -> Self {
        static BUILTIN: LazyLock<Matcher> =
            LazyLock::new(|| match (Matcher::of(tongues::BUILTIN), Scorer::builtin()) {
                (Ok(matcher), scorer @ Some(_)) => Matcher { scorer, ..matcher },
                _ => Matcher { closed: true, ..Matcher::default() },
            });
        BUILTIN.clone()
    }

    /// The library's tables and the host's own rows: `[[keyword]]` of any intent (`other` for a command such as
    /// `STOP 12345` that a program uses), and `[[phrase]]` with the intents `stop`, `unsure`, `wrong_number`.
    ///
    /// # Errors
    /// A table that does not read; a row that is wrong in itself; a row that would give a stop word, or a
    /// stop word in company, another meaning.
    ///
    /// ```
    /// use optin::inbound::{Intent, Matcher, Reading, TableError};
    /// let row = |intent, word| format!(
    ///     "[[keyword]]\nid = \"shop\"\nintent = \"{intent}\"\nlanguage = \"en\"\nwords = [\"{word}\"]\n\
    ///      source = \"own\"\nconfidence = \"high\"");
    /// let matcher = Matcher::with_overlay(&row("stop", "enough"))?;
    /// assert_eq!(matcher.read("Enough!", &Reading::default()).intent, Intent::Stop);
    /// assert!(matches!(Matcher::with_overlay(&row("other", "Stop")), Err(TableError::TakesStopAway { .. })));
    /// # Ok::<(), TableError>(())
    /// ```
    pub fn with_overlay(toml: &str) -> Result<Self, TableError> {
        let mut matcher = Self { scorer: Scorer::builtin(), ..Self::of(tongues::BUILTIN)? };
        let tables = parse(toml)?;
        if !tables.beside.is_empty() || !tables.slips.never.is_empty() || !tables.gaps.never.is_empty() {
            return Err(keywords::wrong("beside", "an overlay brings keywords and phrases only".into()));
        }
        let builtin = matcher.clone();
        for spec in &tables.keyword {
            builtin.keeps_stops(spec)?;
            Arc::make_mut(&mut matcher.keywords).add(spec, true)?;
        }
        for spec in &tables.phrase {
            Arc::make_mut(&mut matcher.phrases).add(spec, true, &tables.class)?;
        }
        if !tables.phrase.is_empty() {
            Arc::make_mut(&mut matcher.phrases).index();
        }
        Ok(matcher)
    }

    /// A matcher of these files, each with its name.
    pub(super) fn of<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<Self, TableError> {
        let (mut keywords, mut phrases) = (Keywords::default(), Phrases::default());
        let (mut beside, mut never) = (WordMap::default(), WordMap::default());
        for (name, toml) in files {
            let tables = parse(toml).map_err(|error| match error {
                TableError::Syntax(why) => TableError::Syntax(format!("{name}: {why}")),
                other => other,
            })?;
            for spec in &tables.keyword {
                keywords.add(spec, false)?;
            }
            for spec in &tables.beside {
                keywords::stand_beside(&mut beside, spec)?;
            }
            for word in tables.slips.never.split_whitespace() {
                never.entry(word);
                phrases.spelt_so(word);
            }
            tables.gaps.never.split_whitespace().for_each(|word| phrases.turns(word));
            for spec in &tables.phrase {
                phrases.add(spec, false, &tables.class)?;
            }
        }
        phrases.index();
        let (keywords, phrases) = (Arc::new(keywords), Arc::new(phrases));
        Ok(Self {
            keywords,
            phrases,
            beside: Arc::new(beside),
            never: Arc::new(never),
            scorer: None,
            closed: false,
        })
    }

    /// Refuses an overlay keyword that reads as a stop today and would not any more. A number beside the
    /// word makes it the program's own command, which is what such rows are for.
    fn keeps_stops(&self, spec: &KeywordSpec) -> Result<(), TableError> {
        for word in spec.words().filter(|_| !spec.stops()) {
            let numbered = word.split_whitespace().any(|w| w.bytes().all(|b| b.is_ascii_digit()));
            if !numbered && self.read(word, &Reading::default()).intent == Intent::Stop {
                return Err(TableError::TakesStopAway { row: spec.id().to_owned(), word: word.to_owned() });
            }
        }
        Ok(())
    }

    /// Reads one reply. Never fails, never panics; the work is linear in the text, and a text of more
    /// than 10,000 characters is [`Intent::Unsure`].
    #[must_use]
    pub fn read(&self, text: &str, reading: &Reading<'_>) -> Understood {
        let Some(folded) = fold(text).filter(|_| !self.closed) else {
            return plain(Intent::Unsure, "too-long");
        };
        if folded.words.is_empty() {
            return by_sign(&folded);
        }
        self.exact(&folded, reading)
            .or_else(|| self.in_company(&folded, reading))
            .or_else(|| self.in_free_text(text, &folded, reading).map(|read| narrowed(read, &folded)))
            .unwrap_or_else(|| plain(Intent::Other, "none"))
    }

    /// Reads one reply whose bytes may not be UTF-8; ranges are then of the repaired text.
    #[must_use]
    pub fn read_bytes(&self, text: &[u8], reading: &Reading<'_>) -> Understood {
        self.read(&String::from_utf8_lossy(text), reading)
    }

    /// Tier 1, and tier 2 where only marks and emoji stand around the word.
    pub(super) fn exact(&self, folded: &Folded, reading: &Reading<'_>) -> Option<Understood> {
        let row = self.keywords.exact(&folded.text, reading, None)?;
        let words = 0..folded.words.len();
        let tier = if folded.decorated { 2 } else { 1 };
        Some(match row.intent {
            Intent::Stop if row.contested(reading.context) => by_row(row, Intent::Unsure, 4, folded, &words),
            Intent::Stop => {
                let scope = if row.all { Scope::All } else { Scope::Program };
                Understood { scope: Some(scope), ..by_row(row, Intent::Stop, tier, folded, &words) }
            }
            Intent::Help => by_row(row, Intent::Help, tier, folded, &words),
            // What opens is taken at its word or not at all.
            opening if opening.opens() && !folded.clouded && awaited(opening, reading.context) => {
                by_row(row, opening, 1, folded, &words)
            }
            _ => Understood { rule: Arc::clone(&row.id), ..plain(Intent::Other, "none") },
        })
    }

    /// Tier 2.
    pub(super) fn in_company(&self, folded: &Folded, reading: &Reading<'_>) -> Option<Understood> {
        let manners = self.manners();
        let whole = 0..folded.words.len();
        if let Some(polite) = manners.stop(folded, whole.clone(), reading, true) {
            let other_matter = matches!(reading.context, Context::OrderSupport | Context::Appointment);
            let unsure = polite.laughing || !folded.laughing.is_empty() || polite.weak && other_matter;
            return Some(politely(polite, folded, if unsure { 4 } else { 2 }));
        }
        if let Some((row, words)) = manners.help(folded, reading) {
            return Some(by_row(row, Intent::Help, 2, folded, &words));
        }
        let row = manners.disguised(folded)?;
        let scope = if row.all { Scope::All } else { Scope::Program };
        Some(Understood { scope: Some(scope), ..by_row(row, Intent::Stop, 2, folded, &whole) })
    }

    pub(super) fn manners(&self) -> Manners<'_> {
        Manners { keywords: &self.keywords, beside: &self.beside, never: &self.never }
    }
}

fn parse(toml: &str) -> Result<Tables, TableError> {
    basic_toml::from_str(toml).map_err(|e| TableError::Syntax(e.to_string()))
}

/// Whether the pending question waits for such an answer.
fn awaited(intent: Intent, context: Context) -> bool {
    intent != Intent::Confirm || context == Context::DoubleOptIn
}

/// A text without a word.
fn by_sign(folded: &Folded) -> Understood {
    match (folded.stopping, folded.refusing) {
        (true, _) if folded.laughing.is_empty() => Understood {
            intent: Intent::Stop,
            tier: 2,
            scope: Some(Scope::Program),
            ..plain(Intent::Unsure, "sign")
        },
        (false, false) => plain(Intent::Other, "none"),
        _ => plain(Intent::Unsure, "sign"),
    }
}

pub(super) fn plain(intent: Intent, rule: &str) -> Understood {
    let tier = if intent == Intent::Unsure { 4 } else { 0 };
    let rule = rule.into();
    Understood { intent, tier, language: None, scope: None, matched: None, rule, also: None, answer: None }
}

fn by_row(row: &Row, intent: Intent, tier: u8, folded: &Folded, words: &Range<usize>) -> Understood {
    evidence(intent, tier, row.language, &row.id, folded, words)
}

pub(super) fn by_phrase(phrase: &Phrase, tier: u8, folded: &Folded, words: &Range<usize>) -> Understood {
    let unsure = phrase.intent == Intent::Unsure || tier == 4;
    let (intent, tier) = if unsure { (Intent::Unsure, 4) } else { (phrase.intent, tier) };
    let read = evidence(intent, tier, phrase.language, &phrase.id, folded, words);
    let scope = if phrase.all { Scope::All } else { Scope::Program };
    Understood { scope: (intent == Intent::Stop).then_some(scope), ..read }
}

pub(super) fn politely(polite: Polite<'_>, folded: &Folded, tier: u8) -> Understood {
    let intent = if tier == 4 { Intent::Unsure } else { Intent::Stop };
    let read = by_row(polite.row, intent, tier, folded, &polite.words);
    Understood { scope: (intent == Intent::Stop).then_some(polite.scope), ..read }
}

fn evidence(
    intent: Intent,
    tier: u8,
    language: Language,
    rule: &Arc<str>,
    folded: &Folded,
    words: &Range<usize>,
) -> Understood {
    let matched = folded.raw(words);
    let rule = Arc::clone(rule);
    let language = Some(language);
    Understood { intent, tier, language, scope: None, matched, rule, also: None, answer: None }
}
