//! What kind of message a text is, whatever its author calls it.

use std::sync::LazyLock;

use super::classes::{self, CLASSES};
use crate::{
    linear::{
        self, Linear,
        lexicon::{Classes, Lexicon, hash},
        mix,
        words::{self, each, own},
    },
    message::{
        Kind, Kinds,
        fold::{Folded, fold},
    },
};

/// Kinds of features: a mark of the raw text.
const MARK: u64 = 0;
/// Letters in a row, the word's ends among them: forms of a word share them.
const LETTERS: u64 = 1;
const IN_A_ROW: usize = 4;
/// Longest text that is looked at, in characters; a longer one is marketing.
const LONGEST: usize = 10_000;
/// Reasons that are named at most.
const REASONS: usize = 5;

/// What kind a text was found to be.
///
/// ```
/// use optin::{content::classify, message::Kind};
///
/// let found = classify("Maison Lune : -40 % sur tout le site jusqu'à dimanche, foncez ! STOP au 36123");
/// assert_eq!((found.kind, found.mixed), (Kind::Marketing, false));
/// assert!(found.reasons.contains(&"discount"));
///
/// let found = classify("Maison Lune: your order 1042 has shipped and arrives tomorrow between 9 and 12.");
/// assert_eq!(found.kind, Kind::Transactional);
/// // Whatever its author calls it, what sells is marketing; and nothing is made less than it is called.
/// assert_eq!(found.against(Kind::Marketing), Kind::Marketing);
/// let mixed = classify("Your order 1042 has shipped! Enjoy 20% off your next one with code LUNE20, shop now");
/// assert_eq!(mixed.against(Kind::Transactional), Kind::Marketing);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Classified {
    /// Marketing, transactional or conversational.
    pub kind: Kind,
    /// What of that kind: `discount`, `cart`, `delivery`, `otp`, `answer` and so on; `other` where nothing tells.
    pub subkind: &'static str,
    /// Service and promotion in one text, which is marketing (47 CFR 64.1200(f)(1), (f)(13): a dual purpose).
    pub mixed: bool,
    /// How much it promotes: from 0 on it is marketing. No unit; a hundred is much.
    pub score: i32,
    /// Whether practice texts that are not marketing hardly ever score so high (2 in 100), or marketing so low.
    pub sure: bool,
    /// The classes of words, and the marks, that speak for this kind, the strongest first.
    pub reasons: Vec<&'static str>,
    /// The language of most of its words, ISO 639-1.
    pub language: Option<&'static str>,
}

impl Classified {
    /// The kind that holds for a text which its author calls `declared`: the stricter of the two. What is called
    /// marketing stays marketing.
    #[must_use]
    pub fn against(&self, declared: Kind) -> Kind {
        self.beside(declared).holds()
    }

    /// Both kinds. A text in a language that is not read has none of its own.
    #[must_use]
    pub fn beside(&self, declared: Kind) -> Kinds {
        Kinds { declared, found: self.language.map(|_| self.kind) }
    }
}

/// Finds the kind of a text: a template's source or a final text, in English, French, Spanish, German, Italian,
/// Portuguese or Dutch. In another language, or of more than 10,000 characters, it is marketing, and not surely.
///
/// A linear scorer over word classes, learnt from texts in the repository; see the README for how often it is right.
#[must_use]
pub fn classify(text: &str) -> Classified {
    let unknown = Classified {
        kind: Kind::Marketing,
        subkind: "other",
        mixed: false,
        score: 0,
        sure: false,
        reasons: Vec::new(),
        language: None,
    };
    let (Some(tables), Some(folded)) = (TABLES.as_ref(), fold_short(text)) else { return unknown };
    let mut features = Vec::with_capacity(512);
    let spoken = self::features(&tables.lexicon, text, &folded, |feature| features.push(feature));
    if spoken.language.is_none() || !spoken.understood {
        return unknown;
    }
    let weigh = |table: &Linear| {
        let mut weighing = table.weigh();
        features.iter().for_each(|&feature| weighing.put(feature));
        weighing.score
    };
    let [boundary, not, surely, _] = tables.marketing.marks;
    let score = weigh(&tables.marketing);
    let sells = score >= boundary;
    let kind = match weigh(&tables.conversational) {
        _ if sells => Kind::Marketing,
        talk if talk >= tables.conversational.marks[0] => Kind::Conversational,
        _ => Kind::Transactional,
    };
    let mut reasons = reasons(&tables.marketing, kind, spoken.classes);
    let subkind = subkind(kind, &reasons, folded.asking);
    reasons.truncate(REASONS);
    Classified {
        kind,
        subkind,
        mixed: sells && weigh(&tables.mixed) >= tables.mixed.marks[0],
        score: score - boundary,
        sure: score >= surely || score < not,
        reasons: reasons.iter().filter_map(|&class| Some(CLASSES.get(class)?.name)).collect(),
        language: spoken.language,
    }
}

/// The language of a text, ISO 639-1; `None` where too few of its words are known to say.
pub(super) fn language_of(folded: &Folded) -> Option<&'static str> {
    let spoken = TABLES.as_ref()?.lexicon.classify(folded);
    spoken.language.filter(|_| spoken.is_understood())
}

fn fold_short(text: &str) -> Option<Folded> {
    let short = text.len() <= LONGEST || text.chars().nth(LONGEST).is_none();
    if short { fold(text) } else { None }
}

struct Tables {
    lexicon: Lexicon,
    /// Marketing against all else.
    marketing: Linear,
    /// Conversational against transactional.
    conversational: Linear,
    /// Mixed against plain marketing.
    mixed: Linear,
}

static TABLES: LazyLock<Option<Tables>> = LazyLock::new(|| {
    let (tables, rest) = include_bytes!("classify.bin").as_chunks::<{ linear::SIZE }>();
    let [marketing, conversational, mixed] = tables else { return None };
    rest.is_empty().then_some(())?;
    Some(Tables {
        lexicon: classes::lexicon(),
        marketing: Linear::read(marketing)?,
        conversational: Linear::read(conversational)?,
        mixed: Linear::read(mixed)?,
    })
});

/// All features of a text; some of them more than once.
pub(super) fn features(
    lexicon: &Lexicon,
    text: &str,
    folded: &Folded,
    mut put: impl FnMut(u64),
) -> words::Spoken {
    let spoken = words::features(lexicon, folded, &mut put);
    marks(text).for_each(|mark| put(own(MARK, hash(mark))));
    for word in (0..folded.words.len()).map(|at| folded.word(at)) {
        if !word.bytes().all(|b| b.is_ascii_digit()) {
            letters(word, |row| put(own(LETTERS, hash_of(row))));
        }
    }
    spoken
}

/// Each run of letters of a word, one mark before its first and one behind its last.
fn letters(word: &str, mut then: impl FnMut([char; IN_A_ROW])) {
    let mut row = ['\0'; IN_A_ROW];
    let marked = std::iter::once('<').chain(word.chars()).chain(std::iter::once('>'));
    for (at, c) in marked.enumerate() {
        row.rotate_left(1);
        row[IN_A_ROW - 1] = c;
        if at + 1 >= IN_A_ROW {
            then(row);
        }
    }
}

const fn hash_of(row: [char; IN_A_ROW]) -> u64 {
    let [a, b, c, d] = row;
    mix(mix(a as u64, b as u64), mix(c as u64, d as u64))
}

/// What the raw text shows that its words do not.
fn marks(text: &str) -> impl Iterator<Item = &'static str> {
    let words = || text.split_whitespace();
    let digits = |word: &str| word.bytes().any(|b| b.is_ascii_digit());
    let money = |word: &str| word.contains(['€', '$', '£']);
    let shouted = |word: &&str| {
        word.chars().filter(|c| c.is_alphabetic()).count() > 2 && !word.chars().any(char::is_lowercase)
    };
    let code = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.len() > 3
            && digits(word)
            && word.bytes().any(|b| b.is_ascii_uppercase())
            && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    let link = |word: &str| word.contains("://") || word.contains('/') && word.contains('.');
    let shows = [
        ("percent", text.contains('%')),
        ("money", words().any(money)),
        ("exclaims", text.contains('!')),
        ("exclaims twice", text.matches('!').count() > 1),
        ("asks", text.contains('?')),
        ("link", words().any(link)),
        ("tag", text.contains('{')),
        ("code", words().any(code)),
        ("capitals", words().filter(shouted).count() > 2),
        ("emoji", text.chars().any(|c| matches!(u32::from(c), 0x2600..=0x27bf | 0x1_f000..=0x1_faff))),
        ("minus", words().any(|word| word.starts_with(['-', '−']) && digits(word))),
        ("long", text.len() > 160),
    ];
    shows.into_iter().filter(|(_, there)| *there).map(|(mark, _)| mark)
}

/// The classes that speak for a kind, the strongest first.
fn reasons(table: &Linear, kind: Kind, there: Classes) -> Vec<usize> {
    let mut reasons = Vec::new();
    each(there, |class| reasons.push((words::weight(table, class), class as usize)));
    let side = if kind == Kind::Marketing { -1 } else { 1 };
    reasons.retain(|(weight, _)| weight * side < 0);
    reasons.sort_by_key(|(weight, class)| (weight * side, *class));
    reasons.into_iter().map(|(_, class)| class).collect()
}

fn subkind(kind: Kind, reasons: &[usize], asking: bool) -> &'static str {
    let mut classes = reasons.iter().filter_map(|&class| CLASSES.get(class));
    match kind {
        Kind::Marketing => classes.find_map(|class| class.marketing).unwrap_or("other"),
        Kind::Conversational if asking => "question",
        Kind::Conversational => "answer",
        _ => classes.find_map(|class| class.transactional).unwrap_or("other"),
    }
}

#[cfg(test)]
mod tests {
    use super::classify;
    use crate::message::Kind;

    #[test]
    fn what_it_does_not_understand_is_marketing_and_not_surely() {
        let long = "your order has shipped ".repeat(500);
        for text in ["", "\0", "Siparişiniz kargoya verildi, yarın teslim edilecektir info", &long] {
            let found = classify(text);
            assert_eq!((found.kind, found.sure), (Kind::Marketing, false), "{found:?}");
        }
    }
}
