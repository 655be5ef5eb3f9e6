//! Teaching the scorer. The practice texts, on which the rules were tuned, teach it words; the school texts, which no rule
//! was ever tuned on, teach it also how far the rules are to be trusted. Wishes to stop and ordinary talk alone, more of
//! it, teach a second table.
//!
//! `cargo test --lib inbound::schooling::teach -- --ignored --nocapture` writes `scorer.bin`, `talk.bin` and `words.bin` anew, and
//! prints what they are worth on texts that they have not learnt from.

use std::{fs, path::Path};

use super::{
    Context, Intent, Language, Matcher, Reading,
    classes::{self, FILES},
    fold::fold,
    free::settled,
    scorer::{self, Opinion, Ruled, Sight, bare, beside, is_heard, opinion, own_words},
    tongues,
};
use crate::linear::{
    BUCKETS, HEAD, MARKS,
    learn::{Parted, Weights, keep_misread, learn_parted, rows},
    lexicon::spoken,
    vocabulary::{self, Vocabulary},
    words::listed,
};

/// The score from which a text is a stop; and how much higher it lies with each word where the rules find nothing that speaks
/// of stopping, twice as much as that of a doubt.
const STOP: f64 = 0.2;
const A_WORD: f64 = 0.0175;
/// Where a doubt and a stop begin by what sets them apart from ordinary talk, and how much higher with each such word.
const TALK: [f64; MARKS] = [-0.2, 0.5, 0.01];
/// Of a hundred wishes to stop, as many may score below the lowest mark.
const MISSED: f64 = 5.0;
/// What an error costs.
const COST: f64 = 0.01;
/// Parts into which the school texts are cut: each is scored by what the others teach.
const FOLDS: usize = 5;
/// Texts that stay together, for some are written as pairs.
const BLOCK: usize = 10;

const PRACTICE: [&str; 2] = ["replies", "inbound_tune.tsv"];
const SCHOOL: &str = "school";
/// Ordinary talk between people, for the second table.
const BETWEEN_PEOPLE: &str = "talk";

struct Lesson {
    row: String,
    /// Wanted: that it is a wish to stop.
    text: Parted,
    /// How many words, where the rules found nothing that speaks of stopping.
    bare: f64,
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
fn lessons(place: &str, with_rules: bool, heard: &'static [u8]) -> Vec<Lesson> {
    let matcher = Matcher::of(tongues::BUILTIN).unwrap();
    let lexicon = classes::lexicon().telling_by(Vocabulary::read(heard).unwrap());
    let mut lessons = Vec::new();
    for line in rows(place) {
        let [id, language, context, expected, text] = cells(&line);
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
        let own = own_words(&folded);
        let own = own.as_ref().unwrap_or(&folded);
        let words = lexicon.classify(own);
        let mut whole = Vec::new();
        let classes = listed(&words, own, 0..own.words.len(), |feature| whole.push(feature));
        beside(classes, own, sight, |feature| whole.push(feature));
        let list = |sentence| {
            let mut heard = Vec::new();
            listed(&words, own, sentence, |feature| heard.push(feature));
            heard
        };
        let wanted = matches!(expected, "stop" | "wrong_number");
        lessons.push(Lesson {
            row: line.clone(),
            text: Parted::new(wanted, whole, own.sentences().map(list).collect()),
            bare: bare(Sight { rules: Some(rules), ..sight }) as f64,
            chat: id.chars().nth(3).is_some_and(|wave| matches!(wave, 'G'..='L' | 'O'))
                || place == BETWEEN_PEOPLE,
            expected: expected.into(),
            ruled: read.as_ref().map(|read| read.intent),
            needed: matcher.needed(rules, &text, &folded, &reading),
            heard: is_heard(&folded, &words),
            keyword: keyword.map(|read| read.intent),
        });
    }
    lessons
}

/// Of a row of any of the files its name, language, context, meaning and text.
fn cells(line: &str) -> [&str; 5] {
    match line.split('\t').collect::<Vec<_>>()[..] {
        [id, language, context, expected, _, text] => [id, language, context, expected, text],
        [expected, context, text] => ["", "en", context, expected, text],
        _ => panic!("{line}"),
    }
}

/// The words of the texts that tell their language.
fn vocabulary() -> Vec<u8> {
    let rows = [PRACTICE[0], SCHOOL].into_iter().flat_map(rows);
    vocabulary::table(rows.map(|line| {
        let [_, language, _, _, text] = cells(&line);
        let language = FILES.iter().position(|(code, _)| *code == language).unwrap();
        (language, spoken(&fold(&text.replace("\\n", "\n")).unwrap()))
    }))
}

/// The texts on which the rules were tuned, the school texts, and ordinary talk, of those that are weighed.
fn all(heard: &'static [u8]) -> [Vec<Lesson>; 3] {
    let practice = PRACTICE.into_iter().flat_map(|place| lessons(place, false, heard));
    [practice.collect(), lessons(SCHOOL, true, heard), lessons(BETWEEN_PEOPLE, true, heard)].map(weighed)
}

/// Those that get as far as the scorer and are no matter of opinion.
fn weighed(mut lessons: Vec<Lesson>) -> Vec<Lesson> {
    lessons.retain(|lesson| lesson.keyword.is_none() && lesson.expected != "stop?");
    lessons
}

/// What lessons teach: all of them; and the wishes to stop beside ordinary talk, theirs and more.
fn learn<'l>(lessons: impl Iterator<Item = &'l Lesson> + Clone, talk: &'l [Lesson]) -> [Weights; 2] {
    let talk = lessons.clone().filter(|lesson| lesson.chat || lesson.wants()).chain(talk);
    [
        learn_parted(lessons.map(|lesson| &lesson.text), COST),
        learn_parted(talk.map(|lesson| &lesson.text), COST),
    ]
}

/// The scores of the school texts, each by what all others teach.
fn unseen([practice, school, talk]: [&[Lesson]; 3]) -> Vec<[f64; 2]> {
    let mut scores = vec![[0.0; 2]; school.len()];
    for fold in 0..FOLDS {
        let is_here = |at: usize| at / BLOCK % FOLDS == fold;
        let others = school.iter().enumerate().filter(|(at, _)| !is_here(*at)).map(|(_, lesson)| lesson);
        let weights = learn(practice.iter().chain(others), talk);
        for (at, lesson) in school.iter().enumerate().filter(|(at, _)| is_here(*at)) {
            scores[at] = lesson.scores(&weights);
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
    let heard = vocabulary().leak();
    let [practice, school, talk] = all(heard);
    let scores = unseen([&practice, &school, &talk]);
    let scored = || school.iter().zip(scores.iter().copied());
    let of = |wanted: fn(&Lesson) -> bool| scored().filter(move |(lesson, _)| wanted(lesson)).map(|(_, s)| s);
    let doubt = above(of(Lesson::wants).map(|[score, _]| score), 100.0 - MISSED);
    let marks = [[doubt, STOP, A_WORD], TALK];
    let misread = scored().filter(|(lesson, score)| {
        lesson.wants() != matches!(lesson.judged(*score, marks), Intent::Stop | Intent::WrongNumber)
    });
    keep_misread(
        "replies",
        misread.map(|(lesson, [score, talk])| format!("{score:.2}\t{talk:.2}\t{}", lesson.row)),
    );
    let near = scored().filter(|(lesson, _)| !lesson.chat);
    println!(
        "{} practice texts, {} school texts, unseen: {}",
        practice.len(),
        school.len(),
        figures(near, marks)
    );
    println!("chat: {}", figures(scored().filter(|(lesson, _)| lesson.chat), marks));
    let tried =
        [(0.1, 0.0175), (0.3, 0.0175), (0.2, 0.0125), (0.2, 0.0225)].map(|(stop, word)| (stop, word, TALK));
    let talks = [[-0.3, 0.5, 0.01], [-0.1, 0.5, 0.01], [-0.2, 0.7, 0.01], [-0.2, 0.5, 0.02]];
    let tried = tried.into_iter().chain(talks.map(|talk| (STOP, A_WORD, talk)));
    for (stop, a_word, beside) in tried {
        let (near, marks) = (scored().filter(|(lesson, _)| !lesson.chat), [[doubt, stop, a_word], beside]);
        let chat = scored().filter(|(lesson, _)| lesson.chat);
        println!(
            "  stop from {stop}, a word {a_word}, talk {beside:?}: {}; chat: {}",
            figures(near, marks),
            figures(chat, marks)
        );
    }
    let weights = learn(practice.iter().chain(&school), &talk);
    for place in ["replies_heldout.tsv", "replies_heldout_2.tsv"] {
        let blind = lessons(place, true, heard);
        println!("{place}: {}", figures(blind.iter().map(|lesson| (lesson, lesson.scores(&weights))), marks));
    }
    let [table, talk] = [0, 1].map(|at| weights[at].table(marks[at]));
    for (name, table) in [("scorer.bin", &*table), ("talk.bin", &*talk), ("words.bin", heard)] {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/inbound").join(name), table).unwrap();
    }
}

/// Of wishes to stop and of others: how many, how many are stopped, how many are unsure.
fn figures<'l>(scored: impl Iterator<Item = (&'l Lesson, [f64; 2])>, marks: [[f64; MARKS]; 2]) -> String {
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

    fn scores(&self, weights: &[Weights; 2]) -> [f64; 2] {
        weights.each_ref().map(|weights| weights.score_most(&self.text))
    }

    /// What the rules and these scores come to.
    fn judged(&self, scores: [f64; 2], marks: [[f64; MARKS]; 2]) -> Intent {
        let [alone, talk] = [0, 1].map(|at| opinion(scores[at], scorer::marks(self.bare, marks[at])));
        let heard = alone.min(talk);
        let stands = self.needed.is_some_and(|needed| heard >= needed);
        self.keyword.unwrap_or_else(|| match self.ruled {
            ruled if !self.heard => ruled.unwrap_or(Intent::Other),
            ruled => settled(ruled, stands, heard),
        })
    }
}

#[test]
fn the_weights_are_what_the_texts_teach() {
    let heard = include_bytes!("words.bin");
    assert!(*heard == *vocabulary(), "words.bin is not what the texts hold: run the tool `teach`");
    let [practice, school, talk] = all(heard);
    let [learnt, talk] = learn(practice.iter().chain(&school), &talk);
    for (name, made, kept) in [
        ("scorer.bin", learnt.table([0.0, STOP, A_WORD]), include_bytes!("scorer.bin")),
        ("talk.bin", talk.table(TALK), include_bytes!("talk.bin")),
    ] {
        let same = made.iter().skip(HEAD).zip(kept.iter().skip(HEAD)).filter(|(a, b)| a == b).count();
        assert_eq!(same, BUCKETS, "{name} is not what the texts teach: run the tool `teach`");
        // All but where a doubt begins, which the texts of each fifth are needed for.
        assert_eq!((&made[..4], &made[8..HEAD]), (&kept[..4], &kept[8..HEAD]), "{name}");
    }
}
