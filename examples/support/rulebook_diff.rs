//! What changes in the rule book: with time, or from one book to another.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use optin::law::{Change, Changed, Difference, Language, Rule, Rulebook};
use serde_json::{Value, json};

use crate::{
    people::{Done, say},
    rulebook::{BookArgs, overlay, paragraph, pick, place, rule_json},
};

#[derive(Args)]
pub(crate) struct DiffArgs {
    /// A date, to see what changes after it; or a file of the host's own, or `builtin`. Without both: what the overlays change
    #[arg(requires = "to")]
    from: Option<String>,
    /// The last date; or the other file
    to: Option<String>,
    /// Only what may bind somebody at this place
    #[arg(long)]
    place: Option<String>,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    book: BookArgs,
}

pub(crate) fn diff(args: &DiffArgs) -> Done {
    let (book, l) = (args.book.read()?, args.book.language()?);
    let dates = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<NaiveDate>().ok());
    match (dates(&args.from), dates(&args.to)) {
        (Some(from), Some(to)) if from < to => over_time(args, &book, from, to, l),
        (Some(from), Some(to)) => Err(format!("{to} is not after {from}").into()),
        (None, None) => match (&args.from, &args.to) {
            (Some(from), Some(to)) => {
                let read = |name: &str| match name {
                    "builtin" => Ok(book.clone()),
                    path => overlay(&book, &PathBuf::from(path)),
                };
                between(args, &read(from)?, &read(to)?, l)
            }
            _ if args.book.overlays.is_empty() => {
                Err("say two dates, two files, or an --overlay to compare with the book itself".into())
            }
            _ => between(args, &Rulebook::builtin(), &book, l),
        },
        _ => Err("a date is compared with a date, YYYY-MM-DD, and a file with a file".into()),
    }
}

fn over_time(args: &DiffArgs, book: &Rulebook, from: NaiveDate, to: NaiveDate, l: Language) -> Done {
    let place = args.place.as_ref().map(|text| place(book, text)).transpose()?;
    let mut changes = book.changes(from, to);
    changes.retain(|change| place.is_none_or(|place| change.concerns(book, place)));
    if args.json {
        let changes: Vec<_> = changes.iter().map(|change| change_json(change, l)).collect();
        let whole = json!({ "rulebook": book.version(), "from": from, "to": to, "changes": changes });
        say(&serde_json::to_string_pretty(&whole)?);
        return Ok(true);
    }
    let (word, rules) = pick(l, ("changes", "rule book"), ("changements", "recueil"));
    say(&format!("{from} → {to} · {rules} {} · {} {word}", book.version(), changes.len()));
    for Change { on, what, .. } in &changes {
        match what {
            Changed::Begins(rule) => {
                say(&format!("\n{on} + {}", rule.id));
                about(rule, l);
            }
            Changed::Ends(rule) => {
                say(&format!("\n{on} - {}", rule.id));
                about(rule, l);
            }
            Changed::Replaced { before, after } => {
                say(&format!("\n{on} ~ {}", after.id));
                fields(before, after, l);
            }
            Changed::Covered(row) => {
                let covered = pick(l, "is covered", "est couvert");
                say(&format!("\n{on} + {} {covered} ({})", row.place, row.confidence.words(l)));
            }
            Changed::ZoneData(row) => {
                let zones: Vec<_> = row.zones.iter().map(ToString::to_string).collect();
                let needs = pick(l, "need time zone data", "exigent les données de fuseaux");
                say(&format!("\n{on} ! {} {needs} {}", zones.join(", "), row.release));
                paragraph(4, &row.citation);
            }
            Changed::BookEnds => {
                say(&format!(
                    "\n{on} ! {}",
                    pick(l, "the book answers no more", "le recueil ne répond plus")
                ));
            }
            _ => {}
        }
    }
    Ok(true)
}

fn about(rule: &Rule, l: Language) {
    paragraph(4, &rule.asks(l));
    paragraph(4, &rule.citation);
}

fn fields(before: &Rule, after: &Rule, l: Language) {
    let nothing = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    for field in before.differences(after, l) {
        let (was, is) = (nothing(&field.before), nothing(&field.after));
        if was == is {
            let other = pick(l, "other days of a calendar it names", "autres jours d'un calendrier nommé");
            paragraph(4, &format!("{}: {other}", field.field));
        } else {
            paragraph(4, &format!("{}: {was} → {is}", field.field));
        }
    }
}

fn change_json(change: &Change, l: Language) -> Value {
    let what = match &change.what {
        Changed::Begins(rule) => json!({ "change": "begins", "rule": rule_json(rule, l) }),
        Changed::Ends(rule) => json!({ "change": "ends", "rule": rule_json(rule, l) }),
        Changed::Replaced { before, after } => json!({
            "change": "replaced", "rule": rule_json(after, l), "fields": fields_json(before, after, l),
        }),
        Changed::Covered(row) => json!({ "change": "covered", "place": row.place.to_string() }),
        Changed::ZoneData(row) => json!({ "change": "zone_data", "release": row.release }),
        Changed::BookEnds => json!({ "change": "book_ends" }),
        _ => json!({ "change": "other" }),
    };
    let mut all = json!({ "on": change.on });
    if let (Value::Object(all), Value::Object(what)) = (&mut all, what) {
        all.extend(what);
    }
    all
}

fn fields_json(before: &Rule, after: &Rule, l: Language) -> Vec<Value> {
    let all = before.differences(after, l).into_iter();
    all.map(|f| json!({ "field": f.field, "before": f.before, "after": f.after })).collect()
}

fn between(args: &DiffArgs, ours: &Rulebook, theirs: &Rulebook, l: Language) -> Done {
    let place = args.place.as_ref().map(|text| place(theirs, text)).transpose()?;
    let mut all = ours.compare(theirs);
    all.retain(|difference| place.is_none_or(|place| difference.concerns(theirs, place)));
    if args.json {
        let rows: Vec<_> = all.iter().map(|difference| difference_json(difference, l)).collect();
        let whole = json!({ "before": ours.version(), "after": theirs.version(), "differences": rows });
        say(&serde_json::to_string_pretty(&whole)?);
        return Ok(true);
    }
    let word = pick(l, "differences", "différences");
    say(&format!("{} → {} · {} {word}", ours.version(), theirs.version(), all.len()));
    all.iter().for_each(|difference| told(difference, l));
    Ok(true)
}

/// `+`, `-` or `~`.
const fn sign<T>(before: Option<&T>, after: Option<&T>) -> &'static str {
    match (before, after) {
        (None, _) => "+",
        (_, None) => "-",
        _ => "~",
    }
}

fn told(difference: &Difference, l: Language) {
    match difference {
        Difference::Rule { before, after } => {
            let sign = sign(before.as_ref(), after.as_ref());
            match (before, after) {
                (Some(before), Some(after)) => {
                    say(&format!("\n{sign} {}", after.id));
                    fields(before, after, l);
                }
                (before, after) => before.iter().chain(after).for_each(|rule| {
                    say(&format!("\n{sign} {}", rule.id));
                    about(rule, l);
                }),
            }
        }
        Difference::Calendar { before, after } => {
            let id = before.iter().chain(after).map(|calendar| calendar.id().to_owned()).next();
            let word = pick(l, "calendar", "calendrier");
            say(&format!("\n{} {word} {}", sign(before.as_ref(), after.as_ref()), id.unwrap_or_default()));
        }
        Difference::Coverage { before, after } => {
            let sign = sign(before.as_ref(), after.as_ref());
            let row = after.as_ref().or(before.as_ref());
            let (place, from) = row
                .map_or((String::new(), String::new()), |row| (row.place.to_string(), row.from.to_string()));
            let word = pick(l, "coverage of", "couverture de");
            say(&format!("\n{sign} {word} {place} ({from})"));
        }
        Difference::ZoneData => {
            say(pick(l, "\n~ least time zone data", "\n~ données de fuseaux requises"));
        }
        Difference::Until { before, after } => {
            let date = |date: &Option<NaiveDate>| date.map_or("–".to_owned(), |date| date.to_string());
            say(&format!("\n~ until {} → {}", date(before), date(after)));
        }
        _ => {}
    }
}

fn difference_json(difference: &Difference, l: Language) -> Value {
    match difference {
        Difference::Rule { before: Some(before), after: Some(after) } => {
            json!({ "what": "rule", "id": after.id, "fields": fields_json(before, after, l) })
        }
        Difference::Rule { before, after } => json!({
            "what": "rule",
            "before": before.as_ref().map(|rule| rule_json(rule, l)),
            "after": after.as_ref().map(|rule| rule_json(rule, l)),
        }),
        Difference::Calendar { before, after } => json!({
            "what": "calendar",
            "before": before.as_ref().map(|calendar| calendar.id()),
            "after": after.as_ref().map(|calendar| calendar.id()),
        }),
        Difference::Coverage { before, after } => {
            let row =
                |row: &optin::law::Coverage| json!({ "place": row.place.to_string(), "from": row.from });
            json!({ "what": "coverage", "before": before.as_ref().map(row), "after": after.as_ref().map(row) })
        }
        Difference::ZoneData => json!({ "what": "zone_data" }),
        Difference::Until { before, after } => json!({ "what": "until", "before": before, "after": after }),
        _ => json!({ "what": "other" }),
    }
}
