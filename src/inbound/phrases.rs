//! Free text: where the phrases of the tables stand in it.

use std::{collections::HashMap, ops::Range, sync::Arc};

use super::{
    Context, Intent, Language, TableError,
    fold::{Folded, Word},
    keywords::{language, wrong},
    misspelt::Misspelt,
    patterns::{Known, Pattern, PhraseSpec, Slot, Vocabulary, bits, has_bit, set_bit},
};

/// Slots that may be tried on one text. Ordinary ones need a few hundred; a text made to need more is unsure.
const WORK: u32 = 40_000;

/// How far a shield keeps stops away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// From those that it overlaps.
    Words,
    /// From those behind it in its sentence, too.
    Sentence,
    /// From all of the text.
    Text,
    /// From none; but a keyword alone in a sentence of the text is unsure.
    Keywords,
}

/// One row of the table.
#[derive(Debug, Clone)]
pub(super) struct Phrase {
    pub(super) id: Arc<str>,
    pub(super) intent: Intent,
    pub(super) language: Language,
    contested: Vec<Context>,
    /// Says more than the program.
    pub(super) all: bool,
    pub(super) reach: Reach,
    /// Of a shield: the only intent that it keeps away.
    pub(super) against: Option<Intent>,
    /// Meant even among laughter.
    pub(super) earnest: bool,
    /// A doubt that makes a stop together with another row's.
    pub(super) adds: bool,
    /// A host's own.
    pub(super) overlay: bool,
}

impl Phrase {
    /// Whether in this context the words more likely speak of something else.
    pub(super) fn contested(&self, context: Context) -> bool {
        self.contested.contains(&context)
    }

    fn parse(spec: &PhraseSpec, overlay: bool) -> Result<Self, TableError> {
        let unknown = |what: &str| wrong(&spec.id, format!("unknown {what}"));
        let intent = Intent::from_code(&spec.intent)
            .filter(|i| matches!(i, Intent::Stop | Intent::WrongNumber | Intent::Unsure | Intent::Other))
            .filter(|i| !overlay || *i != Intent::Other)
            .ok_or_else(|| wrong(&spec.id, format!("no phrase has the intent `{}`", spec.intent)))?;
        let contested = spec.contested_in.iter().map(|c| Context::from_code(c)).collect::<Option<_>>();
        Ok(Self {
            id: spec.id.as_str().into(),
            intent,
            language: language(&spec.id, &spec.language)?,
            contested: contested.ok_or_else(|| unknown("context"))?,
            all: match spec.scope.as_deref() {
                None | Some("program") => false,
                Some("all") => true,
                Some(_) => return Err(unknown("scope")),
            },
            reach: match spec.reach.as_deref() {
                None | Some("words") => Reach::Words,
                Some("sentence") => Reach::Sentence,
                Some("text") => Reach::Text,
                Some("keywords") => Reach::Keywords,
                Some(_) => return Err(unknown("reach")),
            },
            against: match spec.against.as_deref() {
                None => None,
                Some(code) => Some(Intent::from_code(code).ok_or_else(|| unknown("intent"))?),
            },
            earnest: spec.earnest,
            adds: spec.adds,
            overlay,
        })
    }
}

/// Where a phrase was found, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) phrase: usize,
    pub(super) words: Range<usize>,
}

/// A text with more work in it than is done for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooDense;

/// Patterns that begin alike and need the same other word.
#[derive(Debug, Clone)]
struct Bundle {
    /// The word that they cannot do without, as a number of [`Phrases::keys`]; none: the first is enough.
    key: Option<usize>,
    patterns: Vec<u32>,
}

/// The words of a sentence.
#[derive(Debug, Clone, Copy)]
struct Line<'f> {
    ids: &'f [Option<usize>],
    words: &'f [Word],
}

/// Every phrase.
#[derive(Debug, Clone, Default)]
pub(super) struct Phrases {
    phrases: Vec<Phrase>,
    patterns: Vec<Pattern>,
    vocabulary: Vocabulary,
    known: Known,
    misspelt: Misspelt,
    /// By word: the sets of words that it is in, of those that some pattern cannot do without, one bit each.
    keys: Vec<Box<[u64]>>,
    /// By first word.
    by_first: Vec<Vec<Bundle>>,
}

impl Phrases {
    pub(super) fn phrase(&self, phrase: usize) -> Option<&Phrase> {
        self.phrases.get(phrase)
    }

    /// Adds one row; an `overlay` may not shield.
    pub(super) fn add(
        &mut self,
        spec: &PhraseSpec,
        overlay: bool,
        classes: &HashMap<String, String>,
    ) -> Result<(), TableError> {
        let parsed = Phrase::parse(spec, overlay)?;
        let phrase = self.phrases.len();
        for written in &spec.patterns {
            let patterns = self.vocabulary.patterns(phrase, written, classes, &mut self.known);
            for pattern in patterns.map_err(|why| wrong(&spec.id, format!("`{written}`: {why}")))? {
                if self.known.patterns.insert(pattern.clone()) {
                    self.patterns.push(pattern);
                }
            }
        }
        self.phrases.push(parsed);
        Ok(())
    }

    /// A word that turns what stands behind it, as `not` does.
    pub(super) fn turns(&mut self, word: &str) {
        self.vocabulary.turns(word);
    }

    /// A word that is what it is, however near to another.
    pub(super) fn spelt_so(&mut self, word: &str) {
        self.vocabulary.word(word);
    }

    /// Sorts the patterns by their first word; to be called once all rows are in.
    pub(super) fn index(&mut self) {
        self.known = Known::default();
        self.vocabulary.spread_stems();
        self.misspelt = Misspelt::of(self.vocabulary.entries());
        // How often a set is met in texts: the more words it has and the shorter, each letter a quarter as often.
        let mut by_word = vec![0u64; self.vocabulary.ids];
        for (word, id, _) in self.vocabulary.entries() {
            by_word.get_mut(id).into_iter().for_each(|often| *often = 1 << 32 >> (2 * word.len()).min(24));
        }
        let often = |set: &Vec<u64>| bits(set).filter_map(|id| by_word.get(id)).sum::<u64>();
        let often: Vec<u64> = self.vocabulary.sets.iter().map(often).collect();
        let mut numbers: HashMap<usize, usize> = HashMap::new();
        let mut keys: Vec<Vec<u64>> = vec![Vec::new(); self.vocabulary.ids];
        self.by_first = vec![Vec::new(); self.vocabulary.ids];
        for (at, pattern) in (0u32..).zip(&self.patterns) {
            let mut sets = pattern.slots.iter().filter_map(|slot| match slot {
                Slot::OneOf(set) => Some(*set),
                Slot::Gap(_) => None,
            });
            let Some(first) = sets.next().and_then(|set| self.vocabulary.sets.get(set)) else { continue };
            let rarest = sets.min_by_key(|&set| often.get(set).copied());
            let key = rarest.map(|set| {
                let fresh = numbers.len();
                *numbers.entry(set).or_insert_with(|| {
                    let members = self.vocabulary.sets.get(set).into_iter().flat_map(|set| bits(set));
                    members.for_each(|id| keys.get_mut(id).into_iter().for_each(|k| set_bit(k, fresh)));
                    fresh
                })
            });
            for word in bits(first) {
                let Some(bundles) = self.by_first.get_mut(word) else { continue };
                match bundles.iter_mut().find(|bundle| bundle.key == key) {
                    Some(bundle) => bundle.patterns.push(at),
                    None => bundles.push(Bundle { key, patterns: vec![at] }),
                }
            }
        }
        self.keys = keys.into_iter().map(Into::into).collect();
    }

    /// Every place where a phrase stands.
    pub(super) fn find(&self, folded: &Folded) -> Result<Vec<Found>, TooDense> {
        let words = folded.words.iter().enumerate();
        let ids: Vec<Option<usize>> = words.map(|(at, w)| self.id(folded.word(at), w.linked)).collect();
        let mut found = Vec::new();
        let mut work = WORK;
        let mut there: Vec<u64> = Vec::new();
        for sentence in folded.sentences() {
            let ids = ids.get(sentence.clone()).unwrap_or_default();
            let words = folded.words.get(sentence.clone()).unwrap_or_default();
            there.clear();
            ids.iter().flatten().for_each(|&id| join(&mut there, self.keys.get(id).map_or(&[], |k| k)));
            for (at, id) in ids.iter().enumerate() {
                let first = found.len();
                let bundles = id.and_then(|id| self.by_first.get(id)).into_iter().flatten();
                for bundle in bundles.filter(|b| b.key.is_none_or(|key| has_bit(&there, key))) {
                    for pattern in bundle.patterns.iter().filter_map(|&p| self.patterns.get(p as usize)) {
                        if pattern.from_start.is_some_and(|most| at > usize::from(most)) {
                            continue;
                        }
                        // The first slot is what they were found by.
                        let rest = pattern.slots.get(1..).unwrap_or_default();
                        if let Some(end) = self.ends(pattern, rest, Line { ids, words }, at + 1, &mut work) {
                            let words = sentence.start + at..sentence.start + end;
                            found.push(Found { phrase: pattern.phrase, words });
                        }
                        if work == 0 {
                            return Err(TooDense);
                        }
                    }
                }
                // As the rows stand, however they are looked for.
                let here = found.get_mut(first..).unwrap_or_default();
                here.sort_by_key(|found: &Found| (found.phrase, found.words.end));
            }
        }
        Ok(found)
    }

    fn id(&self, word: &str, linked: bool) -> Option<usize> {
        if linked {
            return None;
        }
        self.vocabulary.id(word).or_else(|| self.misspelt.meant(word))
    }

    /// Whether a gap may stand for the word at `at`.
    fn spans(&self, pattern: &Pattern, line: Line<'_>, at: usize) -> bool {
        let (Some(word), Some(before)) =
            (line.words.get(at), at.checked_sub(1).and_then(|b| line.words.get(b)))
        else {
            return false;
        };
        let turning =
            || line.ids.get(at).copied().flatten().is_some_and(|id| has_bit(&self.vocabulary.turning, id));
        let stops = || self.phrase(pattern.phrase).is_some_and(|phrase| phrase.intent == Intent::Stop);
        word.clause == before.clause && !(turning() && stops())
    }

    /// Where the slots end that begin at `at`, if they hold.
    fn ends(
        &self,
        pattern: &Pattern,
        slots: &[Slot],
        line: Line<'_>,
        at: usize,
        work: &mut u32,
    ) -> Option<usize> {
        *work = work.checked_sub(1)?;
        let Some((slot, rest)) = slots.split_first() else {
            return (!pattern.to_end || at == line.ids.len()).then_some(at);
        };
        match slot {
            Slot::OneOf(set) => {
                let id = (*line.ids.get(at)?)?;
                has_bit(self.vocabulary.sets.get(*set)?, id).then_some(())?;
                self.ends(pattern, rest, line, at + 1, work)
            }
            Slot::Gap(most) => (0..=usize::from(*most))
                .take_while(|skip| {
                    skip.checked_sub(1).is_none_or(|last| self.spans(pattern, line, at + last))
                })
                .find_map(|skip| self.ends(pattern, rest, line, at + skip, work)),
        }
    }
}

fn join(bits: &mut Vec<u64>, more: &[u64]) {
    if bits.len() < more.len() {
        bits.resize(more.len(), 0);
    }
    for (a, b) in bits.iter_mut().zip(more) {
        *a |= b;
    }
}
