//! What kind of message a text is, whatever its author calls it.

use std::{ops::Range, sync::LazyLock};

use super::classes::{self, CLASSES};
use crate::{
    linear::{
        self, Linear,
        lexicon::{Classes, Classified as Words, Lexicon, hash},
        vocabulary::Vocabulary,
        words::{self, each, own},
    },
    message::{
        Kind, Kinds,
        fold::{Folded, fold},
    },
};

/// Kind of feature: a mark of the raw text.
const MARK: u64 = 0;
/// Longest text that is looked at, in characters; a longer one is marketing.
const LONGEST: usize = 10_000;
/// Of a hundred words of a text, so many are known in its language, or it is in another.
const KNOWN: usize = 55;
/// A text of more words than these is looked at piece by piece too, lest much service hide a little promotion; of so many
/// words each.
const LONGER: usize = 40;
const PIECE: usize = 20;
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
/// Portuguese or Dutch. One of which more than half of the words are new, or of more than 10,000 characters, is marketing, and
/// not surely. So is what is in another language, but for some texts in a near relative of these (Galician, Catalan, Afrikaans).
///
/// A linear scorer over words and their classes, which looks at the whole and at the sentence that promotes most, learnt from
/// texts in the repository; see the README for how often it is right.
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
    let heard = Heard::new(&tables.lexicon, text, &folded);
    if !heard.classified.knows(KNOWN) {
        return unknown;
    }
    let [boundary, not, surely] = tables.marketing.marks;
    let all = folded.words.len();
    let Weighed { whole, classes, mut score } = heard.weigh(&tables.marketing, 0..all);
    if all > LONGER {
        let pieces = (0..all).step_by(PIECE / 2).map(|from| from..all.min(from + PIECE));
        score = pieces.map(|piece| heard.weigh(&tables.marketing, piece).score).fold(score, i32::max);
    }
    let sells = score >= boundary;
    let kind = match tables.conversational.score(&whole) {
        _ if sells => Kind::Marketing,
        talk if talk >= tables.conversational.marks[0] => Kind::Conversational,
        _ => Kind::Transactional,
    };
    let mut reasons = reasons(&tables.marketing, kind, classes);
    let subkind = subkind(kind, &reasons, folded.asking);
    reasons.truncate(REASONS);
    Classified {
        kind,
        subkind,
        mixed: sells && tables.mixed.score(&whole) >= tables.mixed.marks[0],
        score: score - boundary,
        sure: score >= surely || score < not,
        reasons: reasons.iter().filter_map(|&class| Some(CLASSES.get(class)?.name)).collect(),
        language: heard.classified.language,
    }
}

/// The language of a text, ISO 639-1; `None` where too few of its words are known to say.
pub(super) fn language_of(folded: &Folded) -> Option<&'static str> {
    let spoken = TABLES.as_ref()?.lexicon.classify(folded);
    spoken.language.filter(|_| spoken.knows(KNOWN))
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
    let vocabulary = Vocabulary::read(include_bytes!("words.bin"))?;
    let (tables, rest) = include_bytes!("classify.bin").as_chunks::<{ linear::SIZE }>();
    let [marketing, conversational, mixed] = tables else { return None };
    rest.is_empty().then_some(())?;
    Some(Tables {
        lexicon: classes::lexicon().telling_by(vocabulary),
        marketing: Linear::read(marketing)?,
        conversational: Linear::read(conversational)?,
        mixed: Linear::read(mixed)?,
    })
});

/// A text with what its words are.
pub(super) struct Heard<'t> {
    text: &'t str,
    folded: &'t Folded,
    classified: Words,
}

impl<'t> Heard<'t> {
    pub(super) fn new(lexicon: &Lexicon, text: &'t str, folded: &'t Folded) -> Self {
        Self { text, folded, classified: lexicon.classify(folded) }
    }

    /// The features of these words, all of them or a sentence's; some of them more than once. Returns every class that
    /// is there.
    pub(super) fn list(&self, words: Range<usize>, mut put: impl FnMut(u64)) -> Classes {
        let classes = words::listed(&self.classified, self.folded, words.clone(), &mut put);
        words::placed(&self.classified, self.folded, words.clone(), &mut put);
        marks(self.raw(&words)).for_each(|mark| put(own(MARK, hash(mark))));
        words::letters(self.folded, words, put);
        classes
    }

    /// How much these words sell, the sentence that does so most counted twice.
    fn weigh(&self, table: &Linear, words: Range<usize>) -> Weighed {
        let mut whole = Vec::with_capacity(1024);
        let classes = self.list(words.clone(), |feature| whole.push(feature));
        let within = |run: Range<usize>| run.start.max(words.start)..run.end.min(words.end);
        let sentences: Vec<_> = self.folded.sentences().map(within).filter(|run| !run.is_empty()).collect();
        let most = linear::most(&sentences, |sentence| {
            let mut sum = 0;
            self.list(sentence, |feature| sum += table.in_sentence(feature));
            sum
        });
        let all = whole.iter().map(|&feature| table.of_text(feature, &sentences)).sum::<i32>();
        Weighed { score: table.bias + all + most, whole, classes }
    }

    /// The text that these words are, with the signs that stand about them.
    fn raw(&self, words: &Range<usize>) -> &'t str {
        let begin = |at: usize| if at == 0 { Some(0) } else { self.begin(at) };
        let end = self.begin(words.end).unwrap_or(self.text.len());
        begin(words.start).and_then(|from| self.text.get(from..end)).unwrap_or(self.text)
    }

    /// Where a word begins, with what stands right before it. What ends the word before stands there.
    fn begin(&self, at: usize) -> Option<usize> {
        let before = self.folded.words.get(at.checked_sub(1)?)?.raw.end;
        let word = self.folded.words.get(at)?.raw.start;
        let between = self.text.get(before..word)?;
        Some(between.rfind(char::is_whitespace).map_or(word, |space| before + space))
    }
}

/// What some words of a text weigh, and of what.
struct Weighed {
    whole: Vec<u64>,
    classes: Classes,
    score: i32,
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
    use super::{super::classes, Heard, classify, fold};
    use crate::message::Kind;

    #[test]
    fn what_it_does_not_understand_is_marketing_and_not_surely() {
        let long = "your order has shipped ".repeat(500);
        let foreign = "Siparişiniz kargoya verildi, yarın teslim edilecektir info";
        for text in ["", "\0", ".", "🎉", "123456", "12 34 2025", foreign, &long] {
            let found = classify(text);
            assert_eq!((found.kind, found.sure), (Kind::Marketing, false), "{found:?}");
        }
    }

    #[test]
    fn much_service_does_not_hide_a_little_promotion() {
        let service = "Your order 1042 has shipped and arrives tomorrow between 9 and 12. ";
        for times in [1, 2, 5, 10, 40] {
            for (before, behind) in [(times, 0), (0, times), (times, times)] {
                let (before, behind) = (service.repeat(before), service.repeat(behind));
                let text = format!("{before}Enjoy 20% off everything with code LUNE20, shop now! {behind}");
                assert_eq!(classify(&text).kind, Kind::Marketing, "{times}: {text}");
            }
            assert_eq!(classify(&service.repeat(times)).kind, Kind::Transactional, "{times}");
        }
    }

    #[test]
    fn a_sentence_has_the_signs_that_stand_about_it() {
        let text = "« Bonjour ! » Votre colis part. Tout à -50 % ! Vite, 3 €.";
        let lexicon = classes::lexicon();
        let folded = fold(text).unwrap();
        let heard = Heard::new(&lexicon, text, &folded);
        let parts: Vec<&str> = folded.sentences().map(|sentence| heard.raw(&sentence)).collect();
        assert_eq!(parts.concat(), text);
        assert!(parts.iter().any(|part| part.ends_with("-50 % !")), "{parts:?}");
    }
}
