//! Teaching the classifier, from the texts under `tests/data/messages`.
//!
//! `cargo test --lib content::lessons::teach -- --ignored --nocapture` writes `classify.bin` anew, and prints what it is
//! worth on texts that it has not learnt from.

use std::{collections::BTreeMap, fs, path::Path};

use super::{classes, classify::features};
use crate::{
    linear::{
        HEAD, MARKS, SIZE,
        learn::{Example, Weights, learn, rows},
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
    language: String,
    kind: String,
    mixed: bool,
    features: Vec<u64>,
}

impl Lesson {
    fn example(&self, wanted: bool) -> Example {
        Example::new(wanted, self.features.iter().copied())
    }
}

fn lessons(place: &str) -> Vec<Lesson> {
    let lexicon = classes::lexicon();
    let mut lessons = Vec::new();
    for line in rows(place) {
        let [_, language, _, kind, _, mixed, text] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let text = text.replace("\\n", "\n");
        let mut heard = Vec::new();
        features(&lexicon, &text, &fold(&text).unwrap(), |feature| heard.push(feature));
        lessons.push(Lesson {
            language: language.into(),
            kind: kind.into(),
            mixed: mixed == "1",
            features: heard,
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
                lessons.clone().filter(|l| among(l)).map(|l| l.example(wanted(l))).collect();
            learn(&examples.iter().collect::<Vec<_>>(), COST)
        };
        Self {
            marketing: teach(|_| true, |l| l.kind == "marketing"),
            conversational: teach(|l| l.kind != "marketing", |l| l.kind == "conversational"),
            mixed: teach(|l| l.kind == "marketing", |l| l.mixed),
        }
    }

    fn scores(&self, lesson: &Lesson) -> [f64; 2] {
        [&self.marketing, &self.conversational].map(|table| table.score(&lesson.example(false)))
    }
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
    let lessons = lessons("messages");
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
    for boundary in [-0.3, -0.2, -0.1, 0.0, 0.1] {
        println!("{} texts, unseen, from {boundary}: {}", lessons.len(), figures(read(), boundary));
    }
    let sorted = |marketing: bool| {
        let of = read().filter(|(lesson, _)| (lesson.kind == "marketing") == marketing);
        let mut scores: Vec<f64> = of.map(|(_, scores)| scores[0]).collect();
        scores.sort_by(f64::total_cmp);
        scores
    };
    let (sells, serves) = (sorted(true), sorted(false));
    let not = sells[(sells.len() as f64 * WRONG / 100.0) as usize];
    let surely = serves[(serves.len() as f64 * (1.0 - WRONG / 100.0)) as usize];
    let learnt = Learnt::of(lessons.iter());
    let blind = self::lessons("messages_heldout.tsv");
    let scored: Vec<_> = blind.iter().map(|lesson| (lesson, learnt.scores(lesson))).collect();
    println!("the blind half: {}", figures(scored.iter().copied(), BOUNDARY));
    for language in ["en", "fr", "es", "de", "it", "pt", "nl"] {
        let of = scored.iter().copied().filter(|(lesson, _)| lesson.language == language);
        println!("  {language} {}", figures(of, BOUNDARY));
    }
    for (name, mark) in [("sure", surely), ("not surely not", not)] {
        println!("the blind half, {name}: {}", figures(scored.iter().copied(), mark));
    }
    let mut table = learnt.marketing.table([BOUNDARY, not, surely, 0.0]);
    table.extend(learnt.conversational.table([0.0; MARKS]));
    table.extend(learnt.mixed.table([0.0; MARKS]));
    fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/content/classify.bin"), table).unwrap();
}

#[test]
fn the_weights_are_what_the_texts_teach() {
    let lessons = lessons("messages");
    let learnt = Learnt::of(lessons.iter());
    let kept = include_bytes!("classify.bin");
    for (table, kept) in [learnt.marketing, learnt.conversational, learnt.mixed].iter().zip(kept.chunks(SIZE))
    {
        let made = table.table([0.0; MARKS]);
        assert!(
            made[HEAD..] == kept[HEAD..],
            "classify.bin is not what the texts teach: run the tool `teach`"
        );
    }
}
