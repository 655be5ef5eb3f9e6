//! Teaching the classifier, from the texts under `tests/data/messages`.
//!
//! `cargo test --lib content::lessons::teach -- --ignored --nocapture` writes `classify.bin` and `words.bin` anew, and prints what it is
//! worth on texts that it has not learnt from.

use std::{collections::BTreeMap, fs, path::Path};

use super::{
    classes::{self, FILES},
    classify::Heard,
};
use crate::{
    linear::{
        HEAD, MARKS, SIZE,
        learn::{Example, Parted, Weights, keep_misread, learn, learn_parted, rows},
        lexicon::spoken,
        vocabulary::{self, Vocabulary},
    },
    message::fold::fold,
};

/// What an error costs.
const COST: f64 = 0.01;
/// The score from which a text is marketing: a little doubt is enough.
const BOUNDARY: f64 = -0.1;
/// Parts into which the texts are cut: each is scored by what the others teach.
const FOLDS: usize = 5;
/// Texts that stay together, for some are written as pairs.
const BLOCK: usize = 10;
/// Of a hundred texts of the other side, as many may lie beyond the marks from where it is sure.
const WRONG: f64 = 2.0;

#[derive(Clone)]
struct Lesson {
    row: String,
    language: String,
    kind: String,
    mixed: bool,
    /// Wanted: that it sells.
    text: Parted,
}

fn lessons(place: &str, words: &'static [u8]) -> Vec<Lesson> {
    let lexicon = classes::lexicon().telling_by(Vocabulary::read(words).unwrap());
    let mut lessons = Vec::new();
    for line in rows(place) {
        let [_, language, _, kind, _, mixed, text] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let text = text.replace("\\n", "\n");
        let folded = fold(&text).unwrap();
        let heard = Heard::new(&lexicon, &text, &folded);
        let list = |words| {
            let mut features = Vec::new();
            heard.list(words, |feature| features.push(feature));
            features
        };
        lessons.push(Lesson {
            row: line.clone(),
            language: language.into(),
            kind: kind.into(),
            mixed: mixed == "1",
            text: Parted::new(
                kind == "marketing",
                list(0..folded.words.len()),
                folded.sentences().map(list).collect(),
            ),
        });
    }
    lessons
}

/// What is learnt of each question from these texts.
struct Learnt {
    marketing: Weights,
    conversational: Weights,
    mixed: Weights,
}

impl Learnt {
    fn of<'l>(lessons: impl Iterator<Item = &'l Lesson> + Clone) -> Self {
        let teach = |among: fn(&Lesson) -> bool, wanted: fn(&Lesson) -> bool| {
            let examples: Vec<Example> =
                lessons.clone().filter(|l| among(l)).map(|l| l.text.example(wanted(l))).collect();
            learn(&examples.iter().collect::<Vec<_>>(), COST)
        };
        Self {
            marketing: learn_parted(lessons.clone().map(|l| &l.text), COST),
            conversational: teach(|l| !l.text.wanted, |l| l.kind == "conversational"),
            mixed: teach(|l| l.text.wanted, |l| l.mixed),
        }
    }

    fn scores(&self, lesson: &Lesson) -> [f64; 2] {
        [self.marketing.score_most(&lesson.text), self.conversational.score(&lesson.text.example(false))]
    }
}

/// The words that these texts hold.
fn vocabulary(place: &str) -> Vec<u8> {
    vocabulary::table(rows(place).iter().map(|line| {
        let [_, language, .., text] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let language = FILES.iter().position(|(code, _)| *code == language).unwrap();
        (language, spoken(&fold(&text.replace("\\n", "\n")).unwrap()))
    }))
}

fn kind([sells, talks]: [f64; 2], boundary: f64) -> &'static str {
    match sells {
        _ if sells >= boundary => "marketing",
        _ if talks >= 0.0 => "conversational",
        _ => "transactional",
    }
}

/// F1 of each kind and their mean, marketing that is caught, transactional texts held as marketing.
fn figures<'l>(read: impl Iterator<Item = (&'l Lesson, [f64; 2])>, boundary: f64) -> String {
    let mut table: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for (lesson, scores) in read {
        *table.entry((&lesson.kind, kind(scores, boundary))).or_default() += 1.0;
    }
    let at = |wanted, got| table.get(&(wanted, got)).copied().unwrap_or(0.0);
    let kinds = ["marketing", "transactional", "conversational"];
    let f1 = kinds.map(|k| {
        let (wanted, got): (f64, f64) =
            (kinds.iter().map(|o| at(k, o)).sum(), kinds.iter().map(|o| at(o, k)).sum());
        2.0 * at(k, k) / (wanted + got)
    });
    let of = |wanted| at(wanted, "marketing") / kinds.iter().map(|got| at(wanted, got)).sum::<f64>();
    format!(
        "macro-F1 {:.3} {f1:.3?}; marketing caught {:.3}, transactional held {:.3}",
        f1.iter().sum::<f64>() / 3.0,
        of("marketing"),
        of("transactional")
    )
}

#[test]
#[ignore = "a tool: writes classify.bin"]
fn teach() {
    let words = vocabulary("messages").leak();
    let lessons = lessons("messages", words);
    let mut unseen = vec![[0.0; 2]; lessons.len()];
    for fold in 0..FOLDS {
        let is_here = |at: usize| at / BLOCK % FOLDS == fold;
        let others = lessons.iter().enumerate().filter(|(at, _)| !is_here(*at)).map(|(_, lesson)| lesson);
        let learnt = Learnt::of(others);
        for (at, lesson) in lessons.iter().enumerate().filter(|(at, _)| is_here(*at)) {
            unseen[at] = learnt.scores(lesson);
        }
    }
    let read = || lessons.iter().zip(unseen.iter().copied());
    for boundary in [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3] {
        println!("{} texts, unseen, from {boundary}: {}", lessons.len(), figures(read(), boundary));
    }
    let misread = read().filter(|(lesson, scores)| kind(*scores, BOUNDARY) != lesson.kind);
    keep_misread("messages", misread.map(|(lesson, [sells, _])| format!("{sells:.2}\t{}", lesson.row)));
    let sorted = |marketing: bool| {
        let of = read().filter(|(lesson, _)| lesson.text.wanted == marketing);
        let mut scores: Vec<f64> = of.map(|(_, scores)| scores[0]).collect();
        scores.sort_by(f64::total_cmp);
        scores
    };
    let (sells, serves) = (sorted(true), sorted(false));
    let not = sells[(sells.len() as f64 * WRONG / 100.0) as usize];
    let surely = serves[(serves.len() as f64 * (1.0 - WRONG / 100.0)) as usize];
    let learnt = Learnt::of(lessons.iter());
    let blind = self::lessons("messages_heldout.tsv", words);
    let scored: Vec<_> = blind.iter().map(|lesson| (lesson, learnt.scores(lesson))).collect();
    println!("the blind half: {}", figures(scored.iter().copied(), BOUNDARY));
    for language in ["en", "fr", "es", "de", "it", "pt", "nl"] {
        let of = scored.iter().copied().filter(|(lesson, _)| lesson.language == language);
        println!("  {language} {}", figures(of, BOUNDARY));
    }
    for (name, mark) in [("sure", surely), ("not surely not", not)] {
        println!("the blind half, {name}: {}", figures(scored.iter().copied(), mark));
    }
    let mut table = learnt.marketing.table([BOUNDARY, not, surely]);
    table.extend(learnt.conversational.table([0.0; MARKS]));
    table.extend(learnt.mixed.table([0.0; MARKS]));
    for (name, table) in [("classify.bin", &*table), ("words.bin", words)] {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/content").join(name), table).unwrap();
    }
}

#[test]
fn the_weights_are_what_the_texts_teach() {
    let words = include_bytes!("words.bin");
    assert!(*words == *vocabulary("messages"), "words.bin is not what the texts hold: run the tool `teach`");
    let lessons = lessons("messages", words);
    let learnt = Learnt::of(lessons.iter());
    let kept = include_bytes!("classify.bin");
    let made = [(learnt.marketing, BOUNDARY), (learnt.conversational, 0.0), (learnt.mixed, 0.0)];
    for ((table, mark), kept) in made.iter().zip(kept.chunks(SIZE)) {
        let made = table.table([*mark, 0.0, 0.0]);
        // All but from where it is sure, which the texts of each fifth are needed for.
        assert!(
            made[HEAD..] == kept[HEAD..] && made[..8] == kept[..8],
            "classify.bin is not what the texts teach: run the tool `teach`"
        );
    }
}
