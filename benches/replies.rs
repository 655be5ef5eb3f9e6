//! What a reply means, beside what a hand-written program would do: a set of regular expressions made of the same
//! English phrases, and a map of exact keywords.

use std::{collections::HashMap, hint::black_box, time::Instant};

use optin::inbound::{Matcher, Reading};
use regex::{RegexSet, RegexSetBuilder};

use super::Line;

/// The first in the table, so that the first use is one.
pub(super) const ALL: &[fn(bool) -> Vec<Line>] = &[replies];

const ENGLISH: &str = include_str!("../src/inbound/tongues/en.toml");
/// 160 characters each.
const ASCII: &str = "Hi there, I bought two of the blue ones last week and they were lovely. Do you still have them in \
                     a size nine, and will the sale go on until my payday on Friday? ";
const ACCENTED: &str = "Bonjour, j'ai acheté deux paires à l'été dernier et elles étaient très belles. Avez-vous encore \
                        du 39, et est-ce que la promo dure jusqu'à samedi soir ? Merci..";

fn replies(_: bool) -> Vec<Line> {
    let start = Instant::now();
    let matcher = Matcher::builtin();
    let first = start.elapsed().as_secs_f64() * 1e3;
    let own = allocation_counter::measure(|| drop(black_box(Matcher::with_overlay(OWN))));
    let regexes = regexes();
    println!("# peer: one RegexSet of {} of the English phrases", regexes.len());
    let read = |text: &str| nanoseconds(|| _ = black_box(matcher.read(black_box(text), &Reading::default())));
    let by_regex = |text: &str| {
        nanoseconds(|| {
            let plain = black_box(text).to_lowercase().replace(|c: char| !c.is_alphanumeric(), " ");
            _ = black_box(regexes.matches(&plain).iter().count());
        })
    };
    let line = |name, text: &str| pair(name, read(text), by_regex(text));
    let keyword = || {
        let words: HashMap<&str, u8> =
            ["stop", "unsubscribe", "end", "quit", "cancel"].map(|w| (w, 1)).into();
        nanoseconds(|| _ = black_box(words.get(black_box("STOP").trim().to_lowercase().as_str())))
    };
    let long = ASCII.repeat(63);
    vec![
        alone("replies: the built-in tables, read once", format!("{first:.1} ms")),
        alone("replies: bytes of a matcher with own rows, at most", format!("{} kB", own.bytes_max / 1024)),
        line("replies: 160 characters of ASCII", ASCII),
        line("replies: 160 characters with accents", ACCENTED),
        line("replies: \"please take me off your list\"", "please take me off your list"),
        pair("replies: STOP", read("STOP"), keyword()),
        line("replies: 10,000 characters", long.get(..10_000).unwrap()),
    ]
}

const OWN: &str =
    "[[phrase]]\nid = \"own\"\nintent = \"stop\"\nlanguage = \"en\"\npatterns = [\"scratch my name\"]\n";

pub(super) fn alone(name: &'static str, ours: String) -> Line {
    Line { name, ours, peer: "-".to_owned(), ratio: None }
}

pub(super) fn pair(name: &'static str, ours: f64, peer: f64) -> Line {
    Line { name, ours: format!("{ours:.0} ns"), peer: format!("{peer:.0} ns"), ratio: Some(ours / peer) }
}

/// The best of many runs: what the machine does when nothing else runs.
pub(super) fn nanoseconds(read: impl Fn()) -> f64 {
    (0..400).fold(f64::INFINITY, |best, _| {
        let start = Instant::now();
        (0..10).for_each(|_| read());
        best.min(start.elapsed().as_nanos() as f64 / 10.0)
    })
}

/// The English patterns as regular expressions, as far as they say the same in them.
fn regexes() -> RegexSet {
    let class = |line: &str| {
        let (name, words) = line.split_once(" = \"")?;
        Some((name.to_owned(), words.trim_end_matches('"').replace(' ', "|")))
    };
    let classes: HashMap<String, String> = ENGLISH.lines().filter_map(class).collect();
    let patterns = ENGLISH.lines().filter_map(|line| line.strip_prefix("  \"")?.strip_suffix("\","));
    let all: Vec<String> = patterns.map(|pattern| regex(pattern, &classes)).collect();
    RegexSetBuilder::new(all).size_limit(1 << 30).dfa_size_limit(1 << 26).build().unwrap()
}

fn regex(pattern: &str, classes: &HashMap<String, String>) -> String {
    let word = |token: &str| {
        let words: Vec<String> = token
            .split('|')
            .filter(|word| *word != "$")
            .map(|word| match word.strip_prefix('<').and_then(|w| w.strip_suffix('>')) {
                Some(class) => classes[class].replace('~', r"\w*"),
                None => word.replace('~', r"\w*"),
            })
            .collect();
        format!("(?:{})", words.join("|"))
    };
    let parts = pattern.split(' ').map(|token| match token {
        "^" => "^".to_owned(),
        "$" => r"\s*$".to_owned(),
        "*" => r"(?:\w+\s+){0,2}".to_owned(),
        "**" => r"(?:\w+\s+){0,6}".to_owned(),
        token => match token.strip_suffix('?') {
            Some(token) => format!(r"(?:\b{}\s+)?", word(token)),
            None => format!(r"\b{}\b\s*", word(token)),
        },
    });
    parts.collect()
}
