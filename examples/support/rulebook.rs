//! What the rule book says: of a place on a date, between two dates or two books, and in whole.

use std::{error::Error, fmt::Write, path::PathBuf};

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use optin::{
    clock::{Clock, SystemClock},
    law::{InForce, Language, Posture, Reach, Rule, Rulebook, table},
    message::Kind,
    phone::Country,
    place::Place,
};
use serde_json::{Value, json};

use crate::{
    people::{Done, say},
    rulebook_diff::{self, DiffArgs},
};

#[derive(Args)]
pub(crate) struct RulebookArgs {
    #[command(subcommand)]
    ask: Ask,
}

#[derive(Subcommand)]
enum Ask {
    /// What is in force at a place on a date
    Show(ShowArgs),
    /// What changes between two dates, or what one book has otherwise than another
    Diff(DiffArgs),
    /// Every rule in words
    Table(TableArgs),
    /// A row for each group of places that have the same
    Coverage(CoverageArgs),
}

#[derive(Args)]
pub(crate) struct BookArgs {
    /// A file of the host's own over the book; several are laid one over the other
    #[arg(long = "overlay", value_name = "FILE")]
    pub(crate) overlays: Vec<PathBuf>,
    /// `en` or `fr`
    #[arg(long, default_value = "en")]
    pub(crate) language: String,
}

#[derive(Args)]
struct ShowArgs {
    /// A country or a part of one, as US-FL or FR-974
    place: String,
    /// The local date; today unless given
    #[arg(long)]
    on: Option<NaiveDate>,
    /// Only what binds this kind of message
    #[arg(long, value_parser = ["marketing", "transactional", "conversational", "authentication", "service"])]
    kind: Option<String>,
    /// How doubt is resolved
    #[arg(long, default_value = "strict", value_parser = ["strict", "settled"])]
    posture: String,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    book: BookArgs,
}

#[derive(Args)]
struct TableArgs {
    /// Markdown, by jurisdiction, with coverage (default)
    #[arg(long)]
    markdown: bool,
    /// Writes the Markdown to this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["csv", "json"])]
    into: Option<PathBuf>,
    /// One row a rule
    #[arg(long, conflicts_with = "markdown")]
    csv: bool,
    /// One array of objects
    #[arg(long, conflicts_with_all = ["markdown", "csv"])]
    json: bool,
    #[command(flatten)]
    book: BookArgs,
}

#[derive(Args)]
struct CoverageArgs {
    /// Writes it between the markers of this file instead
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
    #[command(flatten)]
    book: BookArgs,
}

impl BookArgs {
    /// The compiled-in book with the files over it.
    pub(crate) fn read(&self) -> Result<Rulebook, Box<dyn Error>> {
        self.overlays.iter().try_fold(Rulebook::builtin(), |book, path| overlay(&book, path))
    }

    pub(crate) fn language(&self) -> Result<Language, String> {
        match self.language.as_str() {
            "en" => Ok(Language::English),
            "fr" => Ok(Language::French),
            other => Err(format!("`{other}` is no language of this: en or fr")),
        }
    }
}

pub(crate) fn overlay(book: &Rulebook, path: &PathBuf) -> Result<Rulebook, Box<dyn Error>> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(book.with_overlay(&path.display().to_string(), &text)?)
}

pub(crate) fn rulebook(args: &RulebookArgs) -> Done {
    match &args.ask {
        Ask::Show(args) => show(args),
        Ask::Diff(args) => rulebook_diff::diff(args),
        Ask::Table(args) => whole(args),
        Ask::Coverage(args) => coverage(args),
    }
}

fn coverage(args: &CoverageArgs) -> Done {
    let text = table::summary(&args.book.read()?, args.book.language()?);
    let Some(path) = &args.into else {
        say(text.trim_end());
        return Ok(true);
    };
    let (begins, ends) = (table::SUMMARY_BEGINS, table::SUMMARY_ENDS);
    let page = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let marked = || page.split_once(begins).and_then(|(head, rest)| Some((head, rest.split_once(ends)?.1)));
    let (head, tail) =
        marked().ok_or_else(|| format!("{}: no lines `{begins}` and `{ends}`", path.display()))?;
    std::fs::write(path, format!("{head}{begins}\n\n{}\n\n{ends}{tail}", text.trim()))?;
    Ok(true)
}

fn whole(args: &TableArgs) -> Done {
    let (book, language) = (args.book.read()?, args.book.language()?);
    if args.csv {
        let mut csv = csv::Writer::from_writer(std::io::stdout());
        csv.write_record(table::headings(language))?;
        for row in table::rows(&book, language) {
            csv.write_record(row.cells())?;
        }
        csv.flush()?;
    } else if args.json {
        let rules: Vec<_> = book.rules().iter().map(|rule| rule_json(rule, language)).collect();
        say(&serde_json::to_string_pretty(&rules)?);
    } else if let Some(path) = &args.into {
        std::fs::write(path, table::markdown(&book, language))?;
    } else {
        say(table::markdown(&book, language).trim_end());
    }
    Ok(true)
}

/// The place that was meant, if the book knows it.
pub(crate) fn place(book: &Rulebook, text: &str) -> Result<Place, String> {
    let known = book.places();
    let tidy = text.trim().to_uppercase().replace(['_', ' ', '/', '.'], "-");
    if let Some(place) = Place::new(&tidy).ok().filter(|place| known.contains(place)) {
        return Ok(place);
    }
    let country = tidy.get(..2).and_then(|two| Country::new(two).ok()).map(Place::country_wide);
    let near: Vec<_> = known
        .iter()
        .filter(|place| country.is_some_and(|country| country.country() == place.country()))
        .map(|place| (distance(&place.to_string(), &tidy), place.to_string()))
        .collect();
    let best = near.iter().min().filter(|(far, _)| *far <= 2).map(|(_, code)| code);
    let hint = match (best, country.filter(|country| known.contains(country))) {
        (Some(code), _) => format!("did you mean {code}?"),
        (None, Some(country)) => format!("try {country}, or `optin rulebook coverage` for all"),
        (None, None) => "`optin rulebook coverage` lists them".to_owned(),
    };
    match Place::new(&tidy) {
        Ok(place) => Err(format!("{place} is not covered, so every message there waits: {hint}")),
        Err(_) => Err(format!("`{text}` is no place, which is written US-FL or FR-974: {hint}")),
    }
}

/// How many letters must be put in, taken out or changed to make one of the other.
fn distance(a: &str, b: &str) -> usize {
    // What it takes from the letters of `a` so far to each beginning of `b`.
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, ca) in a.chars().enumerate() {
        let (mut before, mut left) = (i, i + 1);
        let mut next = vec![left];
        for (cb, here) in b.chars().zip(row.iter().skip(1)) {
            left = (before + usize::from(ca != cb)).min(here + 1).min(left + 1);
            before = *here;
            next.push(left);
        }
        row = next;
    }
    row.pop().unwrap_or(0)
}

fn show(args: &ShowArgs) -> Done {
    let (book, l) = (args.book.read()?, args.book.language()?);
    let place = place(&book, &args.place)?;
    let today = || SystemClock::new().now().map(|now| now.date_naive());
    let date = args.on.or_else(today).ok_or("the clock cannot be read: say --on")?;
    let posture = if args.posture == "settled" { Posture::Settled } else { Posture::Strict };
    let kind = args.kind.as_deref().and_then(Kind::from_code);
    let mut found = book.on(place, date);
    found.rules.retain(|rule| kind.is_none_or(|kind| rule.kinds.contains(kind)));
    if args.json {
        say(&serde_json::to_string_pretty(&show_json(&book, &found, posture, l))?);
        return Ok(true);
    }
    print(&book, &found, posture, l);
    Ok(true)
}

pub(crate) fn pick<T>(language: Language, english: T, french: T) -> T {
    if language == Language::French { french } else { english }
}

/// What a rule means under a posture.
fn weight(rule: &Rule, posture: Posture, l: Language) -> &'static str {
    if rule.reach == Reach::Voice {
        "" // Its reach says so.
    } else if posture.binds(rule.reach) {
        pick(l, "binds", "lie")
    } else {
        pick(l, "warns only", "avertit seulement")
    }
}

fn print(book: &Rulebook, found: &InForce, posture: Posture, l: Language) {
    say(&format!(
        "{} · {} · {} {} · {} {}",
        found.place,
        found.date,
        pick(l, "rule book", "recueil"),
        book.version(),
        pick(l, "posture", "posture"),
        posture.words(l)
    ));
    match &found.coverage {
        Some(row) => {
            let (since, sure) = pick(l, ("covered since", "confidence"), ("couvert depuis le", ":"));
            say(&format!("{since} {}, {sure} {}", row.from, row.confidence.words(l)));
            paragraph(2, &row.note);
        }
        None => say(pick(
            l,
            "NOT COVERED on this date: every message there waits (`no_coverage`)",
            "NON COUVERT à cette date : tout message y attend (`no_coverage`)",
        )),
    }
    for waiver in &found.waived {
        say("");
        paragraph(0, &format!("! {}", waiver.words(l)));
        waiver.rules.iter().for_each(|rule| paragraph(4, &rule.asks(l)));
    }
    for rule in &found.rules {
        let row = table::Row::of(rule, l);
        let marks = [weight(rule, posture, l), row.layer, row.reach, row.confidence];
        let marks: Vec<_> = marks.into_iter().filter(|mark| !mark.is_empty()).collect();
        say(&format!("\n{:<30} {}", row.id, marks.join(" · ")));
        paragraph(2, &row.asks);
        let more = |label: &str, text: &str| {
            if !text.is_empty() {
                paragraph(2, &format!("{label}: {text}"));
            }
        };
        more(pick(l, "lifted by", "levée par"), &row.lifted_by);
        let dates = if row.dates.is_empty() { String::new() } else { format!(" [{}]", row.dates) };
        more(pick(l, "citation", "texte"), &format!("{}{dates}", row.citation));
        if let Some(penalty) = &rule.penalty {
            more(pick(l, "penalty", "sanction"), &penalty.words(l));
        }
        if !row.asks.ends_with(&rule.note) {
            more("note", &rule.note);
        }
    }
}

/// Text broken at words to a terminal's width.
pub(crate) fn paragraph(indent: usize, text: &str) {
    const WIDTH: usize = 100;
    let (margin, mut line) = (" ".repeat(indent), String::new());
    for word in text.split_whitespace() {
        let long = line.chars().count() + 1 + word.chars().count() + indent > WIDTH;
        if long && !line.is_empty() {
            say(&format!("{margin}{}", std::mem::take(&mut line)));
        }
        let gap = if line.is_empty() { "" } else { " " };
        let _ = write!(line, "{gap}{word}");
    }
    if !line.is_empty() {
        say(&format!("{margin}{line}"));
    }
}

pub(crate) fn rule_json(rule: &Rule, l: Language) -> Value {
    let lifts = rule.lifted_by.iter().map(|lift| lift.words(l));
    json!({
        "id": rule.id,
        "places": rule.places.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "kinds": rule.kinds.iter().map(Kind::code).collect::<Vec<_>>(),
        "asks": rule.asks(l),
        "from": rule.from,
        "to": rule.to,
        "layer": rule.layer.code(),
        "reach": rule.reach.code(),
        "confidence": rule.confidence.code(),
        "lifted_by": lifts.collect::<Vec<_>>(),
        "citation": rule.citation,
        "sources": rule.sources,
        "penalty": rule.penalty.as_ref().map(|penalty| penalty.words(l)),
        "note": rule.note,
    })
}

fn show_json(book: &Rulebook, found: &InForce, posture: Posture, l: Language) -> Value {
    let coverage = found.coverage.as_ref().map(|row| {
        json!({
            "from": row.from, "confidence": row.confidence.code(), "by_number": row.by_number,
            "own_prefix": row.own_prefix, "note": row.note,
        })
    });
    let rules = found.rules.iter().map(|rule| {
        let mut value = rule_json(rule, l);
        if let Some(fields) = value.as_object_mut() {
            fields.insert("binds".to_owned(), posture.binds(rule.reach).into());
        }
        value
    });
    let waived = found.waived.iter().map(|waiver| {
        let rules: Vec<_> = waiver.rules.iter().map(|rule| rule_json(rule, l)).collect();
        json!({ "what": waiver.what.code(), "id": waiver.id, "words": waiver.words(l), "rules": rules })
    });
    json!({
        "place": found.place.to_string(),
        "date": found.date,
        "rulebook": book.version(),
        "posture": posture.code(),
        "coverage": coverage,
        "rules": rules.collect::<Vec<_>>(),
        "waived": waived.collect::<Vec<_>>(),
    })
}
