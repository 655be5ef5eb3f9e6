//! A second opinion on free text: how much it sounds like a wish to stop, as learnt from the practice texts.
//!
//! Rules read what they know and are blind to the rest; a scorer hears everything and is sure of little. Together they
//! are right more often than either: the scorer sees what the rules found, and says whether it holds. Where it
//! hears a wish to stop, a second table is asked, which has learnt from such wishes and from what people text each other
//! alone: the less sure of the two holds. It never opens anything, never takes a keyword away, and where rules and scorer differ a
//! person's marketing waits for a human.

use std::{
    ops::{Add, Mul},
    sync::LazyLock,
};

use super::{
    Context, Intent, Language, Understood, classes,
    fold::Folded,
    phrases::{Found, Phrase, Phrases},
};
use crate::linear::{
    Linear, MARKS,
    lexicon::{Classes, Classified, Lexicon, hash},
    mix, most,
    vocabulary::Vocabulary,
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
/// Of a hundred words of a text, so many are known in its language, or it is in another: people write as they like.
const KNOWN: usize = 40;
/// As many words as a text has at least, where their number counts.
const FEW: usize = 5;
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
    /// It is one.
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
    /// It was taken for less than the score says, for it sounds like what people text each other.
    pub talk: bool,
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

    /// Whether they find nothing that speaks of stopping, but a doubt at most.
    pub(super) fn is_bare(&self) -> bool {
        let closes = |intent: Intent| !matches!(intent, Intent::Other | Intent::Unsure);
        let phrases = self.found.iter().filter_map(|found| self.phrases.phrase(found.phrase));
        let mut intents = self.read.into_iter().map(|read| read.intent).chain(phrases.map(|p| p.intent));
        !intents.any(closes)
    }
}

/// The words and the weights.
#[derive(Debug)]
pub(super) struct Scorer {
    lexicon: Lexicon,
    weights: Linear,
    /// What tells a wish to stop from ordinary talk.
    talk: Linear,
}

impl Scorer {
    /// What was learnt; `None` if a table does not read, which a test sees to.
    pub(super) fn builtin() -> Option<&'static Self> {
        static BUILTIN: LazyLock<Option<Scorer>> = LazyLock::new(|| {
            let weights = Linear::read(include_bytes!("scorer.bin"))?;
            let talk = Linear::read(include_bytes!("talk.bin"))?;
            let words = Vocabulary::read(include_bytes!("words.bin"))?;
            Some(Scorer { lexicon: classes::lexicon().telling_by(words), weights, talk })
        });
        BUILTIN.as_ref()
    }

    /// What it makes of a text; of one word, and where most words are new, it has nothing to say.
    pub(super) fn hear(&self, sight: Sight<'_>) -> Option<Heard> {
        let weighed = self.weigh(sight);
        let language = weighed.words.language.and_then(|code| Language::new(code).ok());
        is_heard(sight.folded, &weighed.words).then_some(Heard { opinion: weighed.opinion, language })
    }

    fn weigh(&self, sight: Sight<'_>) -> Weighed {
        let own_words = own_words(sight.folded);
        let folded = own_words.as_ref().unwrap_or(sight.folded);
        let words = self.lexicon.classify(folded);
        let bare = bare(sight) as i32;
        let by = |table: &Linear| {
            let (score, marks) = (score(table, sight, folded, &words), marks(bare, table.marks));
            (score, marks, opinion(score, marks))
        };
        let (score, marks, alone) = by(&self.weights);
        let opinion = if alone == Opinion::Other { alone } else { alone.min(by(&self.talk).2) };
        Weighed { words, score, marks, opinion, talk: opinion < alone }
    }

    /// How the score of a text comes about. It costs as many scores as the text has words.
    pub(super) fn tell(&self, sight: Sight<'_>) -> Learnt {
        let Weighed { score, marks: [doubt_at, stop_at], talk, .. } = self.weigh(sight);
        let pull = |at: usize| {
            let mut without = sight.folded.clone();
            without.words.remove(at);
            let rest = self.weigh(Sight { folded: &without, ..sight });
            (sight.folded.word(at).to_owned(), score - rest.score)
        };
        let mut words: Vec<_> = (0..sight.folded.words.len().min(TOLD)).map(pull).collect();
        words.sort_by_key(|(_, pull)| std::cmp::Reverse(pull.abs()));
        words.dedup_by(|a, b| a.0 == b.0);
        words.truncate(MOST);
        Learnt { score, doubt_at, stop_at, talk, words }
    }
}

/// A text on the scales.
struct Weighed {
    words: Classified,
    score: i32,
    marks: [i32; 2],
    opinion: Opinion,
    /// The opinion is not what the score says.
    talk: bool,
}

fn score(table: &Linear, sight: Sight<'_>, folded: &Folded, words: &Classified) -> i32 {
    let sentences: Vec<_> = folded.sentences().collect();
    let mut score = table.bias;
    let classes = words::listed(words, folded, 0..folded.words.len(), |feature| {
        score += table.of_text(feature, &sentences);
    });
    beside(classes, folded, sight, |feature| score += table.weight(feature));
    score += most(&sentences, |sentence| {
        let mut sum = 0;
        words::listed(words, folded, sentence, |feature| sum += table.in_sentence(feature));
        sum
    });
    score
}

/// Whether there is enough to be weighed.
pub(super) fn is_heard(folded: &Folded, words: &Classified) -> bool {
    words.knows(KNOWN) && folded.words.len() > 1
}

/// How many words somebody says of their own without one that speaks of stopping, none if there is one. A few at least, for
/// of one or two little is to be learnt.
pub(super) fn bare(sight: Sight<'_>) -> usize {
    if !sight.rules.is_none_or(|rules| rules.is_bare()) {
        return 0;
    }
    let own = sight.folded.words.iter().filter(|word| !word.quoted).count();
    if own == 0 { sight.folded.words.len() } else { own }.max(FEW)
}

/// From where on a text may be a wish to stop, and is one. The more `bare` words somebody says without one of stopping, the
/// more likely it is that they are of something else.
pub(super) fn marks<N: Copy + Add<Output = N> + Mul<Output = N>>(
    bare: N,
    [doubt, stop, a_word]: [N; MARKS],
) -> [N; 2] {
    [doubt + bare * a_word, stop + bare * (a_word + a_word)]
}

/// What a score says, by the marks.
pub(super) fn opinion<N: PartialOrd>(score: N, [doubt, stop]: [N; 2]) -> Opinion {
    match score {
        _ if score >= stop => Opinion::Stop,
        _ if score >= doubt => Opinion::Doubt,
        _ => Opinion::Other,
    }
}

/// The features of what is known of a text beside its words, and of its letters.
pub(super) fn beside(classes: Classes, folded: &Folded, sight: Sight<'_>, mut put: impl FnMut(u64)) {
    words::letters(folded, 0..folded.words.len(), &mut put);
    let here = hash(sight.context.code());
    put(own(HERE, here));
    each(classes, |class| put(own(HERE, mix(here, class))));
    let Some(ruled) = sight.rules else { return };
    let read = ruled.read.map_or(0, |read| mix(hash(read.intent.code()), u64::from(read.tier)));
    put(own(RULES, read));
    put(own(RULES_HERE, mix(read, here)));
    ruled.read.into_iter().for_each(|read| put(own(DECIDED, hash(&read.rule))));
    for phrase in ruled.found.iter().filter_map(|found| ruled.phrases.phrase(found.phrase)) {
        put(own(INTENT, hash(phrase.intent.code())));
        put(own(ROW, hash(&phrase.id)));
    }
}

/// The text without what it quotes, if it quotes and says something itself: quoted words are somebody else's.
pub(super) fn own_words(folded: &Folded) -> Option<Folded> {
    let quotes = folded.words.iter().any(|word| word.quoted) && !folded.words.iter().all(|word| word.quoted);
    quotes.then(|| {
        let mut own = folded.clone();
        own.words.retain(|word| !word.quoted);
        own
    })
}
