//! What of a program a STOP means: the topics that it names, and those that it expressly keeps.
//!
//! All of it narrows, so all of it needs plain words: a topic is what the program, or the list of general ones,
//! calls by one name; anything else, or two things at once, is the whole program.

use std::{collections::HashMap, ops::Range, sync::LazyLock};

use serde::Deserialize;

use super::{
    Intent, Scope, TableError, Understood,
    fold::{Folded, fold},
    keywords::{language, wrong},
    words::WordMap,
};
use crate::{consent::event::ORDERS, id::Name, program::Program};

/// Words in the longest name of a topic.
const LONGEST: usize = 4;
/// Words in the longest text that is looked at for topics.
const WORDS: usize = 80;

static GENERAL: LazyLock<General> =
    LazyLock::new(|| General::read(include_str!("topics.toml")).unwrap_or_default());

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    topic: Vec<Row>,
    keep: Keep,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    class: String,
    language: String,
    #[serde(default)]
    orders: bool,
    words: Vec<String>,
    source: String,
    confidence: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keep {
    after: Vec<String>,
    never_behind: String,
    wide: String,
    stops: String,
    refuses: String,
}

/// A general topic.
#[derive(Debug)]
struct Class {
    name: String,
    orders: bool,
}

/// The general topics and the words that keep one. Empty if the table did not read: then nothing is narrowed.
#[derive(Debug, Default)]
struct General {
    classes: Vec<Class>,
    /// By folded words: which class.
    words: HashMap<String, usize>,
    /// By their first word.
    keep: WordMap<Vec<String>>,
    never_behind: WordMap<()>,
    wide: WordMap<()>,
    /// A second one of these in a text is a second wish.
    stops: WordMap<()>,
    /// What turns a thing kept into one more that is refused.
    refuses: WordMap<()>,
}

impl General {
    fn read(toml: &str) -> Result<Self, TableError> {
        let table: Table = basic_toml::from_str(toml).map_err(|e| TableError::Syntax(e.to_string()))?;
        let mut general = Self::default();
        for row in &table.topic {
            language(&row.class, &row.language)?;
            if row.source.is_empty() || !matches!(row.confidence.as_str(), "high" | "medium" | "low") {
                return Err(wrong(&row.class, "needs a source and a confidence".into()));
            }
            let class = general.classes.iter().position(|known| known.name == row.class);
            let class = class.unwrap_or_else(|| {
                general.classes.push(Class { name: row.class.clone(), orders: row.orders });
                general.classes.len() - 1
            });
            for word in &row.words {
                if general.words.insert(folded(word), class).is_some_and(|other| other != class) {
                    return Err(wrong(&row.class, format!("`{word}` stands in two classes")));
                }
            }
        }
        for words in table.keep.after.iter().map(|words| folded(words)) {
            let first = words.split(' ').next().unwrap_or("").to_owned();
            general.keep.entry(&first).push(words);
        }
        let lists = [
            (&table.keep.never_behind, &mut general.never_behind),
            (&table.keep.wide, &mut general.wide),
            (&table.keep.stops, &mut general.stops),
            (&table.keep.refuses, &mut general.refuses),
        ];
        for (list, words) in lists {
            list.split_whitespace().for_each(|word| *words.entry(&folded(word)) = ());
        }
        Ok(general)
    }
}

fn folded(words: &str) -> String {
    fold(words).unwrap_or_default().text
}

/// What a STOP means of one program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Meant {
    /// The topics that it closes; empty: all of the program.
    pub(super) closes: Vec<Name>,
    /// What it expressly keeps.
    pub(super) keeps: Vec<Name>,
}

/// What a text that was read as a STOP means of this program.
pub(super) fn meant(program: &Program, text: &str, understood: &Understood) -> Meant {
    let whole = Meant::default();
    let Some(folded) = fold(text).filter(|folded| folded.words.len() <= WORDS) else { return whole };
    if understood.intent != Intent::Stop || matches!(understood.scope, Some(Scope::All)) {
        return whole;
    }
    let Some(parts) = parts(&folded, understood) else { return whole };
    let topics = Topics::of(program);
    let keeps: Vec<Topic> = topics.named(&folded, &parts.keeps);
    let closes: Vec<Topic> = topics.named(&folded, &parts.closes);
    let mut kept: Vec<Name> = Vec::new();
    for topic in &keeps {
        kept.extend(topic.kept().into_iter().filter(|name| !kept.contains(name)).collect::<Vec<_>>());
    }
    let names: Option<Vec<Name>> = closes.iter().map(|topic| topic.name().cloned()).collect();
    let narrow = matches!(understood.scope, Some(Scope::Topic(_))) || !kept.is_empty();
    let names = names.filter(|names| narrow && !parts.wide && !names.iter().any(|name| kept.contains(name)));
    match names {
        Some(mut closes) if !closes.is_empty() => {
            closes.dedup();
            Meant { closes, keeps: kept }
        }
        // All of the program, but for what is no marketing and was expressly kept.
        _ if closes.iter().any(Topic::is_order) => whole,
        _ => Meant {
            closes: Vec::new(),
            keeps: kept.into_iter().filter(|name| name.as_str() == ORDERS).collect(),
        },
    }
}

/// The topic that a stop in free text names beside one that it keeps, by the general list alone.
pub(super) fn narrowed(mut understood: Understood, folded: &Folded) -> Understood {
    if understood.intent != Intent::Stop
        || understood.scope != Some(Scope::Program)
        || folded.words.len() > WORDS
    {
        return understood;
    }
    let Some(parts) = parts(folded, &understood).filter(|parts| !parts.wide && !parts.keeps.is_empty())
    else {
        return understood;
    };
    let topics = Topics::default();
    let (closes, keeps) = (topics.named(folded, &parts.closes), topics.named(folded, &parts.keeps));
    let both = |topic: &Topic| keeps.iter().any(|kept| kept.class == topic.class);
    if let (Some(first), false, false) = (closes.first(), keeps.is_empty(), closes.iter().any(both)) {
        understood.scope = Some(Scope::Topic(folded.text.get(first.at.clone()).unwrap_or("").to_owned()));
    }
    understood
}

/// The words of a text that say what to close, and those that say what to keep.
struct Parts {
    closes: Range<usize>,
    keeps: Range<usize>,
    /// Something like "everything" stands among what is closed, or more than one wish.
    wide: bool,
}

/// `None` where the text holds more than one thing kept, or a second wish behind it.
fn parts(folded: &Folded, understood: &Understood) -> Option<Parts> {
    let words = folded.words.len();
    let matched = understood.matched.as_ref()?;
    let start = folded.words.iter().position(|word| word.raw.start >= matched.start)?;
    let markers: Vec<Range<usize>> = (0..words).filter_map(|at| marker(folded, at)).collect();
    let (closes, keeps) = match markers.iter().find(|marker| marker.start > start) {
        Some(marker) => (start..marker.start, marker.end..words),
        None => match markers.iter().rfind(|marker| marker.end <= start) {
            Some(marker) => (start..words, marker.end..start),
            None => (start..words, words..words),
        },
    };
    let wide = |at: usize| GENERAL.wide.find(folded.word(at)).is_some();
    let stops = |at: &usize| GENERAL.stops.find(folded.word(*at)).is_some();
    let refuses = |at: usize| GENERAL.refuses.find(folded.word(at)).is_some();
    if keeps.clone().any(|at| wide(at) || stops(&at) || refuses(at)) {
        return None;
    }
    // "all promos" is promos; "all" by itself is not.
    let all = |at: usize| wide(at) && named_at(folded, at + 1..closes.end).is_none();
    let wide = closes.clone().any(all) || closes.clone().filter(stops).count() > 1;
    Some(Parts { closes, keeps, wide })
}

/// The words from here on that keep what follows.
fn marker(folded: &Folded, at: usize) -> Option<Range<usize>> {
    let behind = at.checked_sub(1).map_or("", |before| folded.word(before));
    let phrases = GENERAL.keep.find(folded.word(at))?;
    if GENERAL.never_behind.find(behind).is_some() {
        return None;
    }
    let end = (1..=LONGEST)
        .rev()
        .map(|length| at + length)
        .find(|&end| run(folded, &(at..end)).is_some_and(|run| phrases.iter().any(|phrase| phrase == run)))?;
    Some(at..end)
}

fn named_at(folded: &Folded, words: Range<usize>) -> Option<usize> {
    (1..=LONGEST.min(words.len())).rev().find(|length| {
        run(folded, &(words.start..words.start + length)).is_some_and(|run| GENERAL.words.contains_key(run))
    })
}

fn run<'f>(folded: &'f Folded, words: &Range<usize>) -> Option<&'f str> {
    let from = folded.words.get(words.start)?.at.start;
    let to = folded.words.get(words.end.checked_sub(1)?)?.at.end;
    folded.text.get(from..to)
}

/// One topic that a text names.
#[derive(Debug)]
struct Topic {
    /// Where in the folded text.
    at: Range<usize>,
    class: Option<usize>,
    /// The program's, if it is exactly one.
    name: Option<Name>,
}

impl Topic {
    const fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    fn is_order(&self) -> bool {
        self.class.and_then(|class| GENERAL.classes.get(class)).is_some_and(|class| class.orders)
    }

    /// The names under which it is kept.
    fn kept(&self) -> Vec<Name> {
        let orders = self.is_order().then(|| Name::new(ORDERS).ok()).flatten();
        self.name.iter().cloned().chain(orders).collect()
    }
}

/// A program's topics, by every word for them.
#[derive(Debug, Default)]
struct Topics {
    /// By folded words; `None` where two topics claim them.
    words: HashMap<String, Option<Name>>,
    /// The program's one topic of each general class; `None` where there are several.
    classes: HashMap<usize, Option<Name>>,
}

impl Topics {
    fn of(program: &Program) -> Self {
        let mut topics = Self::default();
        for topic in program.topics() {
            let name = topic.name();
            let claim = |held: &mut Option<Name>| {
                if held.as_ref() != Some(name) {
                    *held = None;
                }
            };
            let words = topic.words().iter().map(String::as_str).chain([name.as_str()]);
            for word in words.map(folded).filter(|word| !word.is_empty()) {
                if let Some(class) = GENERAL.words.get(&word) {
                    topics.classes.entry(*class).and_modify(claim).or_insert_with(|| Some(name.clone()));
                }
                topics.words.entry(word).and_modify(claim).or_insert_with(|| Some(name.clone()));
            }
        }
        topics
    }

    /// The topics that stand among these words, the longest name at each place.
    fn named(&self, folded: &Folded, words: &Range<usize>) -> Vec<Topic> {
        let (mut named, mut at) = (Vec::new(), words.start);
        while at < words.end {
            let found = (1..=LONGEST.min(words.end - at)).rev().find_map(|length| {
                let run = run(folded, &(at..at + length))?;
                let class = GENERAL.words.get(run).copied();
                let own = self.words.get(run).cloned();
                let name = match own {
                    Some(own) => own,
                    None => class.and_then(|class| self.classes.get(&class).cloned()).flatten(),
                };
                (class.is_some() || self.words.contains_key(run)).then_some((length, class, name))
            });
            match found {
                Some((length, class, name)) => {
                    let from = folded.words.get(at).map_or(0, |word| word.at.start);
                    let to = folded.words.get(at + length - 1).map_or(from, |word| word.at.end);
                    named.push(Topic { at: from..to, class, name });
                    at += length;
                }
                None => at += 1,
            }
        }
        named
    }
}

/// A text that names a topic by the program's own word for it, which the tables cannot know: a stop word beside it
/// counts as it would alone. Nothing that was read as a stop, or opens, is read anew.
pub(super) fn by_own_words(
    program: &Program,
    text: &str,
    understood: Understood,
    read: impl Fn(&str) -> Understood,
) -> Understood {
    if program.topics().is_empty() || !matches!(understood.intent, Intent::Other | Intent::Unsure) {
        return understood;
    }
    let Some((rest, topic)) = without_topics(program, text) else { return understood };
    let alone = read(&rest);
    if alone.intent != Intent::Stop || alone.tier > 2 {
        return understood;
    }
    Understood { tier: 2, scope: Some(Scope::Topic(topic)), matched: Some(0..text.len()), ..alone }
}

/// The text without the program's own names for its topics, and the first of those. `None` where there is none, or
/// nothing else.
fn without_topics(program: &Program, text: &str) -> Option<(String, String)> {
    let folded = fold(text).filter(|folded| folded.words.len() <= WORDS && !folded.clouded)?;
    let topics = Topics::of(program);
    let (mut left, mut at, mut topic) = (Vec::new(), 0, None);
    while at < folded.words.len() {
        let named = (1..=LONGEST).rev().find_map(|length| {
            let run = run(&folded, &(at..at + length))?;
            topics.words.contains_key(run).then_some((length, run))
        });
        match named {
            Some((length, run)) => {
                topic.get_or_insert_with(|| run.to_owned());
                at += length;
            }
            None => {
                left.push(folded.word(at));
                at += 1;
            }
        }
    }
    topic.filter(|_| !left.is_empty()).map(|topic| (left.join(" "), topic))
}

#[cfg(test)]
mod tests {
    use super::{GENERAL, General};

    #[test]
    fn the_general_topics_read() {
        assert!(General::read(include_str!("topics.toml")).is_ok());
        assert!(GENERAL.words.len() > 150 && GENERAL.classes.iter().any(|class| class.orders));
    }
}
