//! The book in words, in tables, on a date, and against itself at another time.

use optin::law::{Change, Changed, Difference, Language, Rulebook, table};

/// A rule that asks of everything, in two dated versions.
const ALL: &str = r#"
known = ["AQ"]

[[calendar]]
id = "AQ"
citation = "§ 1"
confidence = "low"
[[calendar.day]]
name = "Midwinter"
on = "06-21"

[[rule]]
id = "AQ-ALL"
layer = "statute"
reach = "contested"
confidence = "low"
citation = "§ 2 | [a](b) <i>"
sources = []
places = ["AQ"]
from = "2020-01-01"
to = "2024-01-01"
kinds = ["marketing", "service"]
lifted_by = [
  { by = "sale", certainty = "contested", months = 18 },
  { by = "other", certainty = "settled", text = "penguins" },
]
caps = [{ max = 3, per_hours = 24, key = "person_subject" }]
bases = [
  { basis = "express_written" },
  { basis = "soft_opt_in", sale_within_months = 24, inquiry_within_months = 6 },
]
required = [
  { what = "identity" },
  { what = "opt_out", forms = ["STOP", "ARRET"], position = "end", valid_days = 60 },
  { what = "help", on = "first" },
]
registers = [{ name = "aq-dnc", max_age_days = 31 }]
records = ["person", "time"]
retention = [{ what = "evidence", keep_months = 60, counted_from = "last_message", after = "may_erase" }]
forbids = [{ what = "topic", of = ["krill"], unless_age_checked = true }]
feed = { name = "aq-emergency", max_age_hours = 24 }
[rule.hours]
windows = [{ days = "mon-fri,sun", from = "08:00", to = "20:00" }]
zone = "Antarctica/Troll"
holidays = ["AQ"]
discouraged_days = "sun"
[rule.revocation]
keywords = ["stop"]
any_words = true
any_channel = true
within_business_days = 10
holidays = "AQ"
confirmations = 1
confirm_within_minutes = 5
ends = "all"
"#;

const ENGLISH: &str = "marketing, service: only Mon–Fri, Sun 08:00–20:00 (by the clock of Antarctica/Troll), not on \
    holidays (AQ), discouraged: Sun; at most 3 in 24 h to a person about a subject; only on written consent or soft \
    opt-in (sale within 24 months or inquiry within 6 months); each message says who sends it, how to end it (“STOP” \
    or “ARRET”) at the end, good for 60 days; the first message says how to get help; register aq-dnc, at most 31 days \
    old: nobody who is listed; STOP, any clear words, any channel ends all messages within 10 business days (AQ), 1 \
    confirmation within 5 min; on record: who, when; keeps evidence 60 months from the last message; nothing about \
    krill unless the age was checked; the bans of aq-emergency, at most 24 h old";

const FRENCH: &str = "prospection, service : seulement lun–ven, dim 08:00–20:00 (à l'heure de Antarctica/Troll), sauf \
    jours fériés (AQ), déconseillé : dim ; au plus 3 en 24 h par personne et par sujet ; seulement sur consentement \
    écrit ou exception client (achat sous 24 mois ou demande sous 6 mois) ; chaque message indique l'expéditeur, le \
    moyen d'arrêter (« STOP » ou « ARRET ») à la fin, valable 60 jours ; le premier message indique l'aide ; registre \
    aq-dnc, 31 jours au plus : sauf inscrits ; STOP, tout mot clair, tout canal met fin à tout message sous 10 jours \
    ouvrés (AQ), 1 confirmation sous 5 min ; à consigner : qui, quand ; conserver preuves 60 mois depuis le dernier \
    message ; rien sur krill sauf âge vérifié ; les interdictions de aq-emergency, 24 h au plus";

fn book(toml: &str) -> Rulebook {
    Rulebook::builtin().with_overlay("aq.toml", toml).unwrap()
}

/// The same rule from 2024 on with another cap, and its end.
fn next(from: &str) -> String {
    let rule = ALL.split("[[rule]]").nth(1).unwrap();
    let rule = rule.replace("to = \"2024-01-01\"", "to = \"2025-01-01\"").replace("2020-01-01", from);
    format!("{ALL}\n[[rule]]{}", rule.replace("max = 3", "max = 2"))
}

#[test]
fn a_rule_is_told_in_one_line() {
    let book = book(ALL);
    let rule = book.rule("AQ-ALL").unwrap();
    assert_eq!(rule.asks(Language::English), ENGLISH);
    assert_eq!(rule.asks(Language::French), FRENCH);
    let row = table::Row::of(rule, Language::English);
    assert_eq!(row.lifted_by, "sale within 18 months (contested); penguins");
    assert_eq!((row.places.as_str(), row.dates.as_str()), ("AQ", "2020-01-01–2024-01-01"));
}

#[test]
fn every_rule_of_the_book_says_something() {
    for language in [Language::English, Language::French] {
        for rule in Rulebook::builtin().rules() {
            let asks = rule.asks(language);
            assert!(asks.chars().count() > 15 && !asks.contains("{}") && !asks.contains("  "), "{asks}");
        }
    }
}

#[test]
fn a_table_holds_whatever_a_rule_says() {
    let text = table::markdown(&book(ALL), Language::English);
    let row = text.lines().find(|line| line.starts_with("| AQ-ALL ")).unwrap();
    assert!(row.ends_with(r"| § 2 \| \[a\](b) &lt;i&gt; |"), "{row}");
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let bars = line.replace(r"\|", "").matches('|').count();
        assert!([10, 5].contains(&bars), "{bars}: {line}");
    }
}

#[test]
fn the_pages_are_the_book() {
    let book = Rulebook::builtin();
    let page = include_str!("../../../src/law/table.md");
    assert!(
        page.trim_end() == table::markdown(&book, Language::English).trim_end(),
        "src/law/table.md is not the book: cargo run --all-features --example optin -- rulebook table --markdown --into src/law/table.md"
    );
    let readme = include_str!("../../../README.md");
    let (_, rest) = readme.split_once(table::SUMMARY_BEGINS).expect("the README has the marker");
    let (shown, _) = rest.split_once(table::SUMMARY_ENDS).expect("and its end");
    assert!(
        shown.trim() == table::summary(&book, Language::English).trim(),
        "the README's coverage is not the book's: cargo run --all-features --example optin -- rulebook coverage --into README.md"
    );
}

fn told(changes: &[Change]) -> Vec<String> {
    let told = changes.iter().map(|change| {
        let (what, rule) = match &change.what {
            Changed::Begins(rule) => ("begins", rule),
            Changed::Ends(rule) => ("ends", rule),
            Changed::Replaced { after, .. } => ("replaced", after),
            _ => return format!("{} other", change.on),
        };
        format!("{} {} {what}", change.on, rule.id)
    });
    told.filter(|line| line.contains("AQ")).collect()
}

#[test]
fn versions_that_follow_replace_and_a_gap_ends() {
    let between = |toml: &str, from: &str, to: &str| {
        told(&book(toml).changes(from.parse().unwrap(), to.parse().unwrap()))
    };
    let follows = next("2024-01-01");
    assert_eq!(
        between(&follows, "2019-12-31", "2025-01-01"),
        ["2020-01-01 AQ-ALL begins", "2024-01-01 AQ-ALL replaced", "2025-01-01 AQ-ALL ends"]
    );
    // The first date is where one stands, the last is looked at.
    assert_eq!(between(&follows, "2020-01-01", "2023-12-31"), [""; 0]);
    assert_eq!(between(&follows, "2023-12-31", "2024-01-01"), ["2024-01-01 AQ-ALL replaced"]);
    assert_eq!(between(&follows, "2025-01-01", "2019-12-31"), [""; 0]);
    assert_eq!(
        between(&next("2024-03-01"), "2023-01-01", "2024-12-31"),
        ["2024-01-01 AQ-ALL ends", "2024-03-01 AQ-ALL begins"]
    );
}

#[test]
fn a_change_names_the_fields_that_differ() {
    let changes =
        book(&next("2024-01-01")).changes("2023-12-31".parse().unwrap(), "2024-01-01".parse().unwrap());
    let found = changes.iter().find_map(|change| match &change.what {
        Changed::Replaced { before, after } if before.id == "AQ-ALL" => {
            Some(before.differences(after, Language::English))
        }
        _ => None,
    });
    let fields: Vec<_> = found.unwrap();
    let caps = fields.iter().find(|change| change.field == "caps").unwrap();
    assert!(caps.before.starts_with("at most 3") && caps.after.starts_with("at most 2"), "{caps:?}");
    let names: Vec<_> = fields.iter().map(|change| change.field).collect();
    assert_eq!(names, ["from", "to", "caps"]);
}

#[test]
fn the_year_2025_in_the_united_states() {
    let book = Rulebook::builtin();
    let (from, to) = ("2025-01-01".parse().unwrap(), "2025-12-31".parse().unwrap());
    let changes = book.changes(from, to);
    let found = |on: &str, id: &str| {
        changes.iter().filter(|change| change.on.to_string() == on).find_map(|change| match &change.what {
            Changed::Begins(rule) if rule.id == id => Some(("begins", change)),
            Changed::Ends(rule) if rule.id == id => Some(("ends", change)),
            Changed::Replaced { before, .. } if before.id == id => Some(("replaced", change)),
            _ => None,
        })
    };
    let what = |on: &str, id: &str| found(on, id).map(|(what, _)| what);
    // 47 CFR 64.1200(a)(10) took effect on 2025-04-11; Texas SB 140 on 2025-09-01.
    assert_eq!(what("2025-04-11", "US-STOP-REVOCATION"), Some("begins"));
    assert_eq!(what("2025-04-11", "US-STOP-INTERNAL-LIST"), Some("ends"));
    assert_eq!(what("2025-09-01", "US-TX-HOURS"), Some("replaced"));
    let (_, texas) = found("2025-09-01", "US-TX-DNC").unwrap();
    assert!(!texas.concerns(&book, "US-FL".parse().unwrap()), "Texas is not Florida");
    assert!(texas.concerns(&book, "US-TX".parse().unwrap()));
    assert!(texas.concerns(&book, "US".parse().unwrap()), "the part of a country may be any");
}

#[test]
fn two_books_differ_in_what_the_overlay_brings() {
    let (old, new) = (Rulebook::builtin(), book(ALL));
    assert!(old.compare(&old).is_empty());
    let found = old.compare(&new);
    assert!(matches!(
        found.as_slice(),
        [
            Difference::Rule { before: None, after: Some(_) },
            Difference::Calendar { before: None, after: Some(_) }
        ]
    ));
    let back = new.compare(&old);
    assert!(matches!(back.first(), Some(Difference::Rule { before: Some(_), after: None })));
    let changed = new.compare(&book(&ALL.replace("max = 3", "max = 2")));
    let [Difference::Rule { before: Some(before), after: Some(after) }] = changed.as_slice() else {
        panic!("{changed:?}")
    };
    assert_eq!(before.differences(after, Language::English).len(), 1);
    // A day more in a calendar changes the calendar and the hours that name it.
    let days = new.compare(&book(&ALL.replace("06-21", "06-22")));
    assert_eq!(days.len(), 2, "{days:?}");
}
