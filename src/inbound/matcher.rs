use std::{collections::HashMap, ops::Range, sync::Arc};

use serde::Deserialize;

use super::{
    Context, Intent, Language, Reading, Scope, TableError, Understood,
    fold::{Folded, fold},
    keywords::{self, BesideSpec, KeywordSpec, Keywords, Row, SlipSpec},
    phrases::{Found, Phrase, PhraseSpec, Phrases},
    polite::{Manners, Polite},
    scope::narrowed,
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
    class: HashMap<String, String>,
}

/// Reads replies. Immutable after construction: build one, share it in an `Arc`.
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
    keywords: Keywords,
    beside: WordMap<Beside>,
    never: WordMap<Beside>,
    pub(super) phrases: Phrases,
    /// No tables: everything is unsure.
    closed: bool,
}

impl Matcher {
    /// The tables that come with the library.
    ///
    /// Should they not read (a test sees to it that they do), every reply is [`Intent::Unsure`].
    #[must_use]
    pub fn builtin() -> Self {
        Self::load().unwrap_or_else(|_| Self { closed: true, ..Self::default() })
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
        let mut matcher = Self::load()?;
        let tables = parse(toml)?;
        if !tables.beside.is_empty() || !tables.slips.never.is_empty() {
            return Err(keywords::wrong("beside", "an overlay brings keywords and phrases only".into()));
        }
        let builtin = matcher.clone();
        for spec in &tables.keyword {
            builtin.keeps_stops(spec)?;
            matcher.keywords.add(spec, true)?;
        }
        for spec in &tables.phrase {
            matcher.phrases.add(spec, true, &tables.class)?;
        }
        matcher.phrases.index();
        Ok(matcher)
    }

    fn load() -> Result<Self, TableError> {
        Self::of(tongues::BUILTIN)
    }

    /// A matcher of these files, each with its name.
    pub(super) fn of<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<Self, TableError> {
        let mut matcher = Self::default();
        for (name, toml) in files {
            let tables = parse(toml).map_err(|error| match error {
                TableError::Syntax(why) => TableError::Syntax(format!("{name}: {why}")),
                other => other,
            })?;
            for spec in &tables.keyword {
                matcher.keywords.add(spec, false)?;
            }
            for spec in &tables.beside {
                keywords::stand_beside(&mut matcher.beside, spec)?;
            }
            for word in tables.slips.never.split_whitespace() {
                matcher.never.entry(word);
            }
            for spec in &tables.phrase {
                matcher.phrases.add(spec, false, &tables.class)?;
            }
        }
        matcher.phrases.index();
        Ok(matcher)
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
            let sign = if folded.stopping { (Intent::Unsure, "sign") } else { (Intent::Other, "none") };
            return plain(sign.0, sign.1);
        }
        self.exact(&folded, reading)
            .or_else(|| self.in_company(&folded, reading))
            .or_else(|| self.in_free_text(&folded, reading).map(|read| narrowed(read, &folded)))
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
            let unsure = polite.laughing || folded.laughing || polite.weak && other_matter;
            return Some(politely(polite, folded, if unsure { 4 } else { 2 }));
        }
        if let Some((row, words)) = manners.help(folded, reading) {
            return Some(by_row(row, Intent::Help, 2, folded, &words));
        }
        let row = manners.disguised(folded)?;
        let scope = if row.all { Scope::All } else { Scope::Program };
        Some(Understood { scope: Some(scope), ..by_row(row, Intent::Stop, 2, folded, &whole) })
    }

    /// Tiers 3 and 4.
    fn in_free_text(&self, folded: &Folded, reading: &Reading<'_>) -> Option<Understood> {
        let Ok(found) = self.phrases.find(folded) else { return Some(plain(Intent::Unsure, "too-dense")) };
        let found: Vec<(&Found, &Phrase)> =
            found.iter().filter_map(|f| Some((f, self.phrases.phrase(f.phrase)?))).collect();
        let standing = |intent| first_standing(&found, intent);
        let wrong_number = standing(Intent::WrongNumber);
        let also = wrong_number.map(|_| Intent::WrongNumber);
        let stop = standing(Intent::Stop).map(|(found, phrase)| {
            let meant = !folded.laughing && !self.laughs(folded) && !quoted(folded, &found.words);
            let plain = meant && !phrase.contested(reading.context);
            Understood { also, ..by_phrase(phrase, if plain { 3 } else { 4 }, folded, &found.words) }
        });
        if let Some(stop) = stop.clone().filter(|stop| stop.tier == 3) {
            return Some(stop);
        }
        let alone = self.alone(folded, reading).map(|alone| Understood { also, ..alone });
        if let Some(alone) = alone.clone().filter(|alone| alone.tier == 3) {
            return Some(alone);
        }
        let by = |(found, phrase): (&Found, &Phrase)| by_phrase(phrase, 3, folded, &found.words);
        wrong_number.map(by).or(stop).or(alone).or_else(|| standing(Intent::Unsure).map(by))
    }

    /// A stop keyword that has a sentence, or the last clause, to itself.
    fn alone(&self, folded: &Folded, reading: &Reading<'_>) -> Option<Understood> {
        let manners = self.manners();
        let read = |run: Range<usize>| manners.stop(folded, run, reading, false);
        let by_sentence = folded.sentences().find_map(read);
        let clause = by_sentence.is_none().then(|| folded.clauses().find_map(read)).flatten();
        let last = clause
            .as_ref()
            .is_some_and(|p| folded.clauses().last().is_some_and(|last| last.contains(&p.words.start)));
        let sure = by_sentence.is_some() || last;
        let polite = by_sentence.or(clause)?;
        let meant = sure && !polite.weak && !polite.echo && !polite.laughing && !folded.laughing;
        let meant = meant && !self.laughs(folded) && !quoted(folded, &polite.words);
        Some(politely(polite, folded, if meant { 3 } else { 4 }))
    }

    fn laughs(&self, folded: &Folded) -> bool {
        (0..folded.words.len())
            .any(|at| self.beside.find(folded.word(at)).is_some_and(|role| role.is(Beside::LAUGH)))
    }

    const fn manners(&self) -> Manners<'_> {
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

/// The first of an intent that nothing shields.
fn first_standing<'f>(found: &[(&'f Found, &'f Phrase)], intent: Intent) -> Option<(&'f Found, &'f Phrase)> {
    let shields = |other: Intent| match intent {
        Intent::Stop => matches!(other, Intent::Other | Intent::Unsure),
        _ => other == Intent::Other,
    };
    let shielded = |words: &Range<usize>| {
        found.iter().any(|(shield, phrase)| {
            let at = &shield.words;
            let inside = at.start >= words.start && at.end <= words.end;
            shields(phrase.intent) && at.start <= words.start && at.end > words.start && !inside
        })
    };
    let mut of_intent = found.iter().copied().filter(|(_, phrase)| phrase.intent == intent);
    of_intent.find(|(found, _)| !shielded(&found.words))
}

/// Whether words stand in quotation marks and others do not: somebody else's words.
fn quoted(folded: &Folded, words: &Range<usize>) -> bool {
    let inside = folded.words.get(words.start).is_some_and(|word| word.quoted);
    inside && folded.words.iter().any(|word| !word.quoted)
}

pub(super) fn plain(intent: Intent, rule: &str) -> Understood {
    let tier = if intent == Intent::Unsure { 4 } else { 0 };
    let rule = rule.into();
    Understood { intent, tier, language: None, scope: None, matched: None, rule, also: None, answer: None }
}

fn by_row(row: &Row, intent: Intent, tier: u8, folded: &Folded, words: &Range<usize>) -> Understood {
    evidence(intent, tier, row.language, &row.id, folded, words)
}

fn by_phrase(phrase: &Phrase, tier: u8, folded: &Folded, words: &Range<usize>) -> Understood {
    let unsure = phrase.intent == Intent::Unsure || tier == 4;
    let (intent, tier) = if unsure { (Intent::Unsure, 4) } else { (phrase.intent, tier) };
    let read = evidence(intent, tier, phrase.language, &phrase.id, folded, words);
    Understood { scope: (intent == Intent::Stop).then_some(Scope::Program), ..read }
}

fn politely(polite: Polite<'_>, folded: &Folded, tier: u8) -> Understood {
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
