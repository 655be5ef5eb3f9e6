//! Teaching the scorer. The practice texts, on which the rules were tuned, teach it words; the school texts, which no rule
//! was ever tuned on, teach it also how far the rules are to be trusted.
//!
//! `cargo test --lib inbound::schooling::teach -- --ignored --nocapture` writes `scorer.bin` anew, and prints what it is
//! worth on texts that it has not learnt from.

use std::{fs, path::Path};

use super::{
    Context, Intent, Language, Matcher, Reading, classes,
    fold::fold,
    free::settled,
    scorer::{Opinion, Ruled, Sight, features, is_heard, opinion},
    tongues,
};
use crate::linear::{
    BUCKETS, HEAD, MARKS,
    learn::{Example, learn, rows},
};

/// Of a hundred texts that are no wish to stop, as many may score above the mark from where it agrees with rules.
const FALSE_STOPS: f64 = 6.0;
/// The score from which it is sure, and what is taken off where the rules find nothing that speaks of stopping.
const SURE: f64 = 0.65;
const HANDICAP: f64 = 0.5;
/// Of a hundred wishes to stop, as many may score below the lowest mark.
const MISSED: f64 = 5.0;
/// What an error costs.
const COST: f64 = 0.01;
/// Parts into which the school texts are cut: each is scored by what the others teach.
const FOLDS: usize = 5;
/// Texts that stay together, for some are written as pairs.
const BLOCK: usize = 10;

struct Lesson {
    example: Example,
    /// The rules found nothing that speaks of stopping.
    bare: bool,
    /// Ordinary talk between people, which has nothing to do with a shop.
    chat: bool,
    expected: String,
    /// What the rules alone say.
    ruled: Option<Intent>,
    /// What the scorer has to say at least for it to stand.
    needed: Option<Opinion>,
    /// There is enough to be weighed.
    heard: bool,
    /// What a keyword says, whose text is not weighed.
    keyword: Option<Intent>,
}

/// The texts of a file, or of the files of a directory, of `tests/data`.
fn lessons(place: &str, with_rules: bool) -> Vec<Lesson> {
    let matcher = Matcher::of(tongues::BUILTIN).unwrap();
    let lexicon = classes::lexicon();
    let mut lessons = Vec::new();
    for line in rows(place) {
        let cells: Vec<&str> = line.split('\t').collect();
        let (id, language, context, expected, text) = match cells[..] {
            [id, language, context, expected, _, text] => (id, language, context, expected, text),
            [expected, context, text] => ("", "en", context, expected, text),
            _ => panic!("{line}"),
        };
        let languages = [Language::new(language).unwrap()];
        let context = Context::from_code(context).unwrap();
        let reading = Reading { country: None, languages: &languages, context };
        let text = text.replace("\\n", "\n");
        let folded = fold(&text).unwrap();
        let keyword = matcher.exact(&folded, &reading).or_else(|| matcher.in_company(&folded, &reading));
        let found = matcher.phrases.find(&folded).unwrap();
        let read = matcher.by_rules(&text, &folded, &reading, &found);
        let rules = Ruled { read: read.as_ref(), found: &found, phrases: &matcher.phrases };
        let sight = Sight { folded: &folded, context, rules: with_rules.then_some(rules) };
        let mut heard = Vec::new();
        let spoken = features(&lexicon, sight, |feature| heard.push(feature));
        let wanted = matches!(expected, "stop" | "wrong_number");
        lessons.push(Lesson {
            example: Example::new(wanted, heard),
            bare: rules.is_bare(),
            chat: id.get(3..4).is_some_and(|wave| ("G"..="L").contains(&wave)),
            expected: expected.into(),
            ruled: read.as_ref().map(|read| read.intent),
            needed: matcher.needed(rules, &text, &folded, &reading),
            heard: is_heard(&folded, spoken),
            keyword: keyword.map(|read| read.intent),
        });
    }
    lessons
}

/// The texts on which the rules were tuned.
fn practice() -> Vec<Lesson> {
    let mut lessons = lessons("replies", false);
    lessons.extend(self::lessons("inbound_tune.tsv", false));
    lessons
}

/// Those that get as far as the scorer and are no matter of opinion.
fn weighed(mut lessons: Vec<Lesson>) -> Vec<Lesson> {
    lessons.retain(|lesson| lesson.keyword.is_none() && lesson.expected != "stop?");
    lessons
}

/// The scores of the school texts, each by what all others teach.
fn unseen(practice: &[Lesson], school: &[Lesson]) -> Vec<f64> {
    let mut scores = vec![0.0; school.len()];
    for fold in 0..FOLDS {
        let is_here = |at: usize| at / BLOCK % FOLDS == fold;
        let others = school.iter().enumerate().filter(|(at, _)| !is_here(*at)).map(|(_, lesson)| lesson);
        let examples: Vec<&Example> = practice.iter().chain(others).map(|lesson| &lesson.example).collect();
        let weights = learn(&examples, COST);
        for (at, lesson) in school.iter().enumerate().filter(|(at, _)| is_here(*at)) {
            scores[at] = weights.score(&lesson.example);
        }
    }
    scores
}

/// The score above which so many in a hundred lie.
fn above(scores: impl Iterator<Item = f64>, hundredths: f64) -> f64 {
    let mut scores: Vec<f64> = scores.collect();
    scores.sort_by(f64::total_cmp);
    scores[(scores.len() as f64 * (1.0 - hundredths / 100.0)) as usize]
}

#[test]
#[ignore = "a tool: writes scorer.bin"]
fn teach() {
    let (practice, school) = (weighed(practice()), weighed(lessons("school", true)));
    let scores = unseen(&practice, &school);
    let scored = || school.iter().zip(scores.iter().copied());
    let of = |wanted: fn(&Lesson) -> bool| scored().filter(move |(lesson, _)| wanted(lesson)).map(|(_, s)| s);
    let doubt = above(of(Lesson::wants), 100.0 - MISSED);
    let agree = above(of(|lesson| !lesson.wants() && !lesson.chat), FALSE_STOPS);
    let marks = [doubt, agree, SURE, HANDICAP];
    let near = scored().filter(|(lesson, _)| !lesson.chat);
    println!(
        "{} practice texts, {} school texts, unseen: {}",
        practice.len(),
        school.len(),
        figures(near, marks)
    );
    println!("chat: {}", figures(scored().filter(|(lesson, _)| lesson.chat), marks));
    for (sure, handicap) in [(0.5, 0.5), (0.5, 0.7), (0.65, 0.35), (0.65, 0.7), (0.8, 0.5)] {
        let (near, marks) = (scored().filter(|(lesson, _)| !lesson.chat), [doubt, agree, sure, handicap]);
        let chat = scored().filter(|(lesson, _)| lesson.chat);
        println!(
            "  sure {sure}, handicap {handicap}: {}; chat: {}",
            figures(near, marks),
            figures(chat, marks)
        );
    }
    let all: Vec<&Example> = practice.iter().chain(&school).map(|lesson| &lesson.example).collect();
    let weights = learn(&all, COST);
    let blind = lessons("replies_heldout.tsv", true);
    println!("the blind half: {}", figures(blind.iter().map(|l| (l, weights.score(&l.example))), marks));
    let table = weights.table(marks);
    fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/inbound/scorer.bin"), table).unwrap();
}

/// Of wishes to stop and of others: how many, how many are stopped, how many are unsure.
fn figures<'l>(scored: impl Iterator<Item = (&'l Lesson, f64)>, marks: [f64; MARKS]) -> String {
    let mut counts = [[0u32; 3]; 2];
    for (lesson, score) in scored.filter(|(lesson, _)| lesson.expected != "stop?") {
        let read = lesson.judged(score, marks);
        let [all, stopped, unsure] = &mut counts[usize::from(!lesson.wants())];
        *all += 1;
        *stopped += u32::from(matches!(read, Intent::Stop | Intent::WrongNumber));
        *unsure += u32::from(read == Intent::Unsure);
    }
    format!("stops {:?}, others {:?} (all, stopped, unsure)", counts[0], counts[1])
}

impl Lesson {
    fn wants(&self) -> bool {
        matches!(&*self.expected, "stop" | "wrong_number")
    }

    /// What the rules and this score come to.
    fn judged(&self, score: f64, marks: [f64; MARKS]) -> Intent {
        let [.., handicap] = marks;
        let heard = opinion(if self.bare { score - handicap } else { score }, marks);
        let stands = self.needed.is_some_and(|needed| heard >= needed);
        self.keyword.unwrap_or_else(|| match self.ruled {
            ruled if !self.heard => ruled.unwrap_or(Intent::Other),
            ruled => settled(ruled, stands, heard),
        })
    }
}

#[test]
fn the_weights_are_what_the_texts_teach() {
    let (practice, school) = (weighed(practice()), weighed(lessons("school", true)));
    let all: Vec<&Example> = practice.iter().chain(&school).map(|lesson| &lesson.example).collect();
    let (made, kept) = (learn(&all, COST).table([0.0; MARKS]), include_bytes!("scorer.bin"));
    let same = made.iter().skip(HEAD).zip(kept.iter().skip(HEAD)).filter(|(a, b)| a == b).count();
    assert_eq!(same, BUCKETS, "scorer.bin is not what the texts teach: run the tool `teach`");
    assert_eq!(made[..4], kept[..4]);
}
