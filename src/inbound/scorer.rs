//! A second opinion on free text: how much it sounds like a wish to stop, as learnt from the practice texts.
//!
//! Rules read what they know and are blind to the rest; a scorer hears everything and is sure of little. Together they
//! are right more often than either: the scorer sees what the rules found, and says whether it holds. It never opens
//! anything, never takes a keyword away, and where the two differ a person's marketing waits for a human.

use std::sync::LazyLock;

use super::{
    Context, Intent, Language, Understood, classes,
    fold::Folded,
    phrases::{Found, Phrase, Phrases},
};
use crate::linear::{
    Linear, MARKS,
    lexicon::{Lexicon, hash},
    mix,
    words::{self, each, own},
};

/// Kinds of features: the pending question, what the rules make of it, then and under that question, the row that
/// decided, what the phrases say that were found, their rows.
const HERE: u64 = 0;
const RULES: u64 = 1;
const RULES_HERE: u64 = 2;
const DECIDED: u64 = 3;
const INTENT: u64 = 4;
const ROW: u64 = 5;
/// Words of a text that are told of, and the most that are named.
const TOLD: usize = 100;
const MOST: usize = 5;

/// What the scorer makes of a text, the surer the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Opinion {
    /// Something else.
    Other,
    /// It may be a wish to stop.
    Doubt,
    /// It is one, if the rules say so.
    Agree,
    /// It is one, whatever the rules say.
    Stop,
}

/// An opinion, and in what language the words were heard, if in any.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard {
    pub(super) opinion: Opinion,
    pub(super) language: Option<Language>,
}

/// How a score came about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Learnt {
    /// The sum of the weights.
    pub score: i32,
    /// From here on it may be a wish to stop.
    pub doubt_at: i32,
    /// From here on it is one.
    pub stop_at: i32,
    /// The words that count most, folded, and by how much the score is higher with each than without it.
    pub words: Vec<(String, i32)>,
}

/// A text, with all that is known of it before it is weighed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) folded: &'a Folded,
    pub(super) context: Context,
    /// What the rules make of it. Of the texts on which the rules were tuned, nothing is to be learnt about the rules.
    pub(super) rules: Option<Ruled<'a>>,
}

/// What the rules make of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ruled<'a> {
    pub(super) read: Option<&'a Understood>,
    pub(super) found: &'a [Found],
    pub(super) phrases: &'a Phrases,
}

impl<'a> Ruled<'a> {
    /// The phrase that decided; none where a keyword did, or nothing.
    pub(super) fn phrase(&self) -> Option<&'a Phrase> {
        let phrases = self.found.iter().filter_map(|found| self.phrases.phrase(found.phrase));
        phrases.into_iter().find(|phrase| self.read.is_some_and(|read| phrase.id == read.rule))
    }

    /// Whether they find nothing that speaks of stopping.
    pub(super) fn is_bare(&self) -> bool {
        let speaks =
            |found: &Found| self.phrases.phrase(found.phrase).is_some_and(|p| p.intent != Intent::Other);
        self.read.is_none() && !self.found.iter().any(speaks)
    }
}

/// The words and the weights.
#[derive(Debug)]
pub(super) struct Scorer {
    lexicon: Lexicon,
    weights: Linear,
}

impl Scorer {
    /// What was learnt; `None` if the table does not read, which a test sees to.
    pub(super) fn builtin() -> Option<&'static Self> {
        static BUILTIN: LazyLock<Option<Scorer>> = LazyLock::new(|| {
            let weights = Linear::read(include_bytes!("scorer.bin"))?;
            Some(Scorer { lexicon: classes::lexicon(), weights })
        });
        BUILTIN.as_ref()
    }

    /// What it makes of a text; of one word, and of words that it has never heard, it has nothing to say.
    pub(super) fn hear(&self, sight: Sight<'_>) -> Option<Heard> {
        let (score, language) = self.score(sight);
        is_heard(sight.folded, language)
            .then(|| Heard { opinion: opinion(score, self.weights.marks), language })
    }

    fn score(&self, sight: Sight<'_>) -> (i32, Option<Language>) {
        let mut weighing = self.weights.weigh();
        let language = features(&self.lexicon, sight, |feature| weighing.put(feature));
        // What people write to each other sounds like much; where no rule hears anything, more is asked for.
        let [.., handicap] = self.weights.marks;
        let bare = sight.rules.is_none_or(|rules| rules.is_bare());
        (weighing.score - if bare { handicap } else { 0 }, language)
    }

    /// How the score of a text comes about. It costs as many scores as the text has words.
    pub(super) fn tell(&self, sight: Sight<'_>) -> Learnt {
        let (score, _) = self.score(sight);
        let [doubt_at, _, stop_at, _] = self.weights.marks;
        let pull = |at: usize| {
            let mut without = sight.folded.clone();
            without.words.remove(at);
            let (rest, _) = self.score(Sight { folded: &without, ..sight });
            (sight.folded.word(at).to_owned(), score - rest)
        };
        let mut words: Vec<_> = (0..sight.folded.words.len().min(TOLD)).map(pull).collect();
        words.sort_by_key(|(_, pull)| std::cmp::Reverse(pull.abs()));
        words.dedup_by(|a, b| a.0 == b.0);
        words.truncate(MOST);
        Learnt { score, doubt_at, stop_at, words }
    }
}

/// Whether there is enough to be weighed.
pub(super) fn is_heard(folded: &Folded, language: Option<Language>) -> bool {
    language.is_some() && folded.words.len() > 1
}

/// What a score says, by the marks.
pub(super) fn opinion<N: PartialOrd>(score: N, [doubt, agree, stop, _]: [N; MARKS]) -> Opinion {
    match score {
        _ if score >= stop => Opinion::Stop,
        _ if score >= agree => Opinion::Agree,
        _ if score >= doubt => Opinion::Doubt,
        _ => Opinion::Other,
    }
}

/// All features of a text, some of them more than once; returns the language of its words.
pub(super) fn features(lexicon: &Lexicon, sight: Sight<'_>, mut put: impl FnMut(u64)) -> Option<Language> {
    // Quoted words are somebody else's.
    let own_words = own_words(sight.folded);
    let spoken = words::features(lexicon, own_words.as_ref().unwrap_or(sight.folded), &mut put);
    let here = hash(sight.context.code());
    put(own(HERE, here));
    each(spoken.classes, |class| put(own(HERE, mix(here, class))));
    if let Some(ruled) = sight.rules {
        let read = ruled.read.map_or(0, |read| mix(hash(read.intent.code()), u64::from(read.tier)));
        put(own(RULES, read));
        put(own(RULES_HERE, mix(read, here)));
        ruled.read.into_iter().for_each(|read| put(own(DECIDED, hash(&read.rule))));
        for phrase in ruled.found.iter().filter_map(|found| ruled.phrases.phrase(found.phrase)) {
            put(own(INTENT, hash(phrase.intent.code())));
            put(own(ROW, hash(&phrase.id)));
        }
    }
    spoken.language.and_then(|code| Language::new(code).ok())
}

/// The text without what it quotes, if it quotes and says something itself.
fn own_words(folded: &Folded) -> Option<Folded> {
    let quotes = folded.words.iter().any(|word| word.quoted) && !folded.words.iter().all(|word| word.quoted);
    quotes.then(|| {
        let mut own = folded.clone();
        own.words.retain(|word| !word.quoted);
        own
    })
}
