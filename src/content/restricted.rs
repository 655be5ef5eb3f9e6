//! What may not be said, or only to adults: found by words in seven languages, judged by rows.

use std::{ops::Range, sync::LazyLock};

use super::{
    classify::{classify, language_of},
    fold::Folded as Plain,
    lint::{Finding, FindingCode, Lint, not_covered, pick},
    rows::{RestrictedRow, Row, Ruled, Severity, ToAdults},
    said::Said,
};
use crate::{
    linear::lexicon::{Classes, Lexicon},
    message::{
        Kind,
        fold::{Folded, fold},
    },
};

/// Each topic, the code of its finding, and the classes of its words: one strong word is enough, of the weak ones
/// two. Words of the last class are innocent expressions.
const TOPICS: [(FindingCode, usize, usize); 10] = [
    (FindingCode::ShaftAlcohol, 0, 1),
    (FindingCode::ShaftFirearms, 2, 3),
    (FindingCode::ShaftTobacco, 4, 5),
    (FindingCode::ShaftSex, 6, 7),
    (FindingCode::ShaftHate, 8, 9),
    (FindingCode::Cannabis, 10, 11),
    (FindingCode::Gambling, 12, 13),
    (FindingCode::Loan, 14, 15),
    (FindingCode::Crypto, 16, 17),
    (FindingCode::Debt, 18, 19),
];

const CLASSES: [&str; 23] = [
    "alcohol",
    "alcohol_weak",
    "firearms",
    "firearms_weak",
    "tobacco",
    "tobacco_weak",
    "sex",
    "sex_weak",
    "hate",
    "hate_weak",
    "cannabis",
    "cannabis_weak",
    "gambling",
    "gambling_weak",
    "loan",
    "loan_weak",
    "crypto",
    "crypto_weak",
    "debt",
    "debt_weak",
    "people",
    "against",
    "not",
];

/// A word of each class in one sentence is enough, of whatever people it is.
const PAIRS: [(FindingCode, usize, usize); 1] = [(FindingCode::ShaftHate, 20, 21)];

/// The last of the classes.
const NOT: usize = CLASSES.len() - 1;

static FILES: [(&str, &str); 7] = [
    ("en", include_str!("topics/en.txt")),
    ("fr", include_str!("topics/fr.txt")),
    ("es", include_str!("topics/es.txt")),
    ("de", include_str!("topics/de.txt")),
    ("it", include_str!("topics/it.txt")),
    ("pt", include_str!("topics/pt.txt")),
    ("nl", include_str!("topics/nl.txt")),
];

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(&CLASSES, &FILES));

impl Lint {
    /// Topics, and whether it reads as marketing though it is called something less.
    pub(super) fn check_words(&self, said: &Said<'_>, whole: &str, found: &mut Vec<Finding>) {
        let Some(folded) = fold(whole) else {
            found.push(not_covered("length", 0..whole.len()));
            return;
        };
        let plain = Plain::new(whole);
        for (code, span) in topics(&folded, said) {
            let rows = self.restricted_rows(code);
            let Some(ruled) = pick(&rows, said) else { continue };
            if ruled.pattern.as_ref().is_some_and(|unless| unless.is_match(plain.as_str())) {
                continue;
            }
            let severity = match ruled.row.to_adults.filter(|_| said.age_checked) {
                None => ruled.row.severity,
                Some(ToAdults::Warning) => Severity::Warning,
                Some(ToAdults::None) => continue,
            };
            found.push(Finding::by(*ruled, code, severity, span).fix(ruled.row.fix.clone()));
        }
        self.check_kind(said, found);
    }

    fn restricted_rows(&self, code: FindingCode) -> Vec<&Ruled<RestrictedRow>> {
        self.book.restricted.iter().filter(|ruled| ruled.code == code).collect()
    }

    fn check_kind(&self, said: &Said<'_>, found: &mut Vec<Finding>) {
        if said.declared == Kind::Marketing || said.vouched {
            return;
        }
        let read = classify(said.text);
        let all = 0..said.text.len();
        let Some(row) = pick(&self.book.kinds, &Said { kind: said.declared, ..*said }) else {
            found.push(not_covered("kind", all));
            return;
        };
        match read.language {
            None => found.push(Finding::by(row, FindingCode::KindUnread, row.unread, all)),
            Some(_) if read.kind == Kind::Marketing => {
                let severity = if read.sure { row.severity } else { row.unsure };
                found.push(Finding::by(row, FindingCode::KindStricter, severity, all));
            }
            Some(_) => {}
        }
    }
}

/// The topics of a text with the bytes that tell, in its language and in the one that it is said to be in; in every
/// language where neither is known.
fn topics(folded: &Folded, said: &Said<'_>) -> Vec<(FindingCode, Range<usize>)> {
    let declared = said.spoken();
    let known = |code: &str| FILES.iter().any(|(language, _)| *language == code);
    let mut languages: Vec<&str> = language_of(folded).into_iter().collect();
    if known(&declared) && !languages.contains(&declared.as_str()) {
        languages.push(&declared);
    }
    if languages.is_empty() {
        languages.extend(FILES.iter().map(|(language, _)| *language));
    }
    let mut runs: Vec<_> = languages.iter().map(|language| LEXICON.runs(folded, language)).collect();
    // What one language knows to be innocent is so in all.
    let innocent: Vec<_> = runs
        .iter()
        .flatten()
        .filter(|(classes, _)| classes & bit(NOT) != 0)
        .map(|(_, at)| at.clone())
        .collect();
    let shields = |at: &Range<usize>| innocent.iter().any(|all| all.start <= at.start && at.end <= all.end);
    runs.iter_mut().for_each(|runs| runs.retain(|(_, at)| !shields(at)));
    let brand = named(folded, said.brand);
    let pair = |of: FindingCode, runs: &Runs| {
        let (.., one, other) = *PAIRS.iter().find(|(code, ..)| *code == of)?;
        together(folded, runs, &brand, [bit(one), bit(other)])
    };
    let tells = |&(code, strong, weak)| {
        runs.iter()
            .find_map(|runs| {
                telling(folded, runs, &brand, bit(strong), bit(weak)).or_else(|| pair(code, runs))
            })
            .map(|span| (code, span))
    };
    TOPICS.iter().filter_map(tells).collect()
}

const fn bit(class: usize) -> Classes {
    1 << class
}

/// The words of a text in which its brand is named.
fn named(folded: &Folded, brand: &str) -> Vec<Range<usize>> {
    let Some(brand) = fold(brand).filter(|brand| !brand.words.is_empty()) else { return Vec::new() };
    let words = brand.words.len();
    let starts = 0..(folded.words.len() + 1).saturating_sub(words);
    let is_named = |start: &usize| (0..words).all(|at| folded.word(start + at) == brand.word(at));
    starts.filter(is_named).map(|start| start..start + words).collect()
}

/// The words that have a class.
type Runs = [(Classes, Range<usize>)];

/// From the first to the last word of a pair in one sentence.
fn together(
    folded: &Folded,
    runs: &Runs,
    brand: &[Range<usize>],
    [one, other]: [Classes; 2],
) -> Option<Range<usize>> {
    let of =
        |class| spoken(folded, runs).filter(move |(classes, at)| classes & class != 0 && !within(at, brand));
    let sentence = |at: &Range<usize>| folded.words.get(at.start).map(|word| word.sentence);
    of(one).find_map(|(_, at)| {
        let (_, beside) = of(other).find(|(_, beside)| sentence(beside) == sentence(at))?;
        folded.raw(&(at.start.min(beside.start)..at.end.max(beside.end)))
    })
}

/// The runs but those in a link's path, where nobody's words stand.
fn spoken<'r>(folded: &'r Folded, runs: &'r Runs) -> impl Iterator<Item = &'r (Classes, Range<usize>)> {
    runs.iter().filter(|(_, at)| folded.words.get(at.start).is_some_and(|word| !word.linked))
}

fn within(at: &Range<usize>, brand: &[Range<usize>]) -> bool {
    brand.iter().any(|name| name.start <= at.start && at.end <= name.end)
}

/// The first strong word, or the first of two different weak ones. A brand may be called what it likes: a strong word
/// of its name is a weak one.
fn telling(
    folded: &Folded,
    runs: &Runs,
    brand: &[Range<usize>],
    strong: Classes,
    weak: Classes,
) -> Option<Range<usize>> {
    let spoken = || spoken(folded, runs);
    if let Some((_, at)) = spoken().find(|(classes, at)| classes & strong != 0 && !within(at, brand)) {
        return folded.raw(at);
    }
    let word = |at: &Range<usize>| at.clone().map(|i| folded.word(i)).collect::<Vec<_>>();
    let mut weak = spoken().filter(|(classes, _)| classes & (strong | weak) != 0);
    let (_, first) = weak.next()?;
    weak.any(|(_, at)| word(at) != word(first)).then(|| folded.raw(first)).flatten()
}

impl<R: Row> Row for &R {
    fn id(&self) -> &str {
        (**self).id()
    }

    fn citation(&self) -> &str {
        (**self).citation()
    }

    fn reach(&self) -> super::rows::Reach<'_> {
        (**self).reach()
    }
}

#[cfg(test)]
mod tests {
    use super::{CLASSES, FILES, PAIRS, TOPICS};
    use crate::linear::lexicon::check;

    #[test]
    fn every_line_is_a_class_and_every_word_is_folded() {
        check(&CLASSES, &FILES);
        for (code, strong, weak) in TOPICS {
            let name = code.code().trim_start_matches("shaft_");
            assert_eq!((CLASSES[strong], CLASSES[weak]), (name, format!("{name}_weak").as_str()));
        }
        for (_, one, other) in PAIRS {
            assert_eq!((CLASSES[one], CLASSES[other]), ("people", "against"));
        }
    }
}
