//! The loader: what it takes and, above all, what it refuses.

use optin::law::{Rulebook, RulebookError};

const GOOD: &str = r#"
known = ["DE"]

[[calendar]]
id = "DE"
citation = "§ 1"
confidence = "low"
[[calendar.day]]
name = "Tag der Deutschen Einheit"
on = "10-03"
shift = ["sun+1"]

[[rule]]
id = "DE-HOURS"
layer = "practice"
reach = "unclear"
confidence = "low"
citation = "House rule"
sources = []
places = ["DE"]
from = "2020-01-01"
to = "2030-01-01"
kinds = ["marketing"]
caps = [{ max = 3, per_hours = 24, key = "person" }]
lifted_by = [{ by = "sale", certainty = "settled", months = 12 }]
bases = [{ basis = "express" }]
retention = [{ what = "suppression", keep_months = 12, counted_from = "revocation", after = "may_erase" }]
[rule.hours]
windows = [{ days = "mon-sat", from = "08:00", to = "20:00" }]
zone = "Europe/Berlin"
holidays = ["DE"]
"#;

fn load(toml: &str) -> Result<Rulebook, RulebookError> {
    Rulebook::builtin().with_overlay("host.toml", toml)
}

#[test]
fn the_compiled_in_book_loads() {
    let book = Rulebook::builtin();
    assert!(book.version().starts_with("2026-11-21+"), "{}", book.version());
    assert_eq!(book.version().len(), "2026-11-21+ab12cd34".len());
    assert!(book.rules().len() >= 60 && book.covered().len() > 170);
}

#[test]
fn an_overlay_adds_and_replaces() {
    let book = load(GOOD).unwrap();
    for place in ["DE", "DE-BY"].map(|code| code.parse().unwrap()) {
        assert_eq!(book.law_of(place).rules.len(), Rulebook::builtin().law_of(place).rules.len() + 1);
    }
    assert_eq!(book.rules().len(), Rulebook::builtin().rules().len() + 1);

    let replaced = book.with_overlay("again.toml", &GOOD.replace("\"practice\"", "\"statute\"")).unwrap();
    assert_eq!(replaced.rule("DE-HOURS").unwrap().layer, optin::law::Layer::Statute);
    assert_eq!(replaced.rules().len(), book.rules().len());
    let versions = [Rulebook::builtin().version(), book.version(), replaced.version()].map(str::to_owned);
    assert!(versions[0] != versions[1] && versions[1] != versions[2]);
    assert_eq!(load(GOOD).unwrap().version(), versions[1], "the same content has the same version");
}

/// Those below it include it: it stays where it was.
#[test]
fn a_calendar_that_others_include_can_be_replaced() {
    let france = "[[calendar]]\nid = \"FR\"\ncitation = \"§ 1\"\nconfidence = \"low\"\n\
                  [[calendar.day]]\nname = \"Armistice\"\non = \"11-11\"\n";
    let book = load(france).unwrap();
    let list = |id: &str| book.calendars().iter().find(|calendar| calendar.id() == id).unwrap().clone();
    for id in ["FR", "FR-ALSACE-MOSELLE"] {
        assert_eq!(list(id).is_holiday("2026-11-11".parse().unwrap()), Some(true), "{id}");
        assert_eq!(list(id).is_holiday("2026-07-14".parse().unwrap()), Some(false), "{id}");
    }
}

#[test]
fn a_replaced_calendar_reaches_the_rules_that_name_it() {
    let calendar = GOOD.split("[[rule]]").next().unwrap();
    let more = calendar.replace("10-03", "10-31");
    let book = load(GOOD).unwrap().with_overlay("days.toml", &more).unwrap();
    let hours = book.rule("DE-HOURS").unwrap().hours.clone().unwrap();
    assert_eq!(hours.holidays()[0].is_holiday("2025-10-31".parse().unwrap()), Some(true));
    assert_eq!(hours.holidays()[0].is_holiday("2025-10-03".parse().unwrap()), Some(false));
}

#[test]
fn dated_versions_of_one_id_may_follow_but_not_overlap() {
    let second = |from: &str| {
        let rule = GOOD.split("[[rule]]").nth(1).unwrap();
        let rule = rule.replace("2030-01-01", "2040-01-01").replace("2020-01-01", from);
        load(&format!("{GOOD}\n[[rule]]{rule}"))
    };
    let book = second("2030-01-01").unwrap();
    assert_eq!(book.rules().iter().filter(|rule| rule.id == "DE-HOURS").count(), 2);
    let error = second("2029-12-31").unwrap_err();
    assert_eq!((error.entry.as_str(), error.field.as_str()), ("DE-HOURS", "from"), "{error}");
    let line = format!("{GOOD}\n").lines().count() + 1 + 8;
    assert_eq!(error.line, Some(line), "the second version's: {error}");
}

/// What is changed in the good file, into what, and the entry and field that the refusal names.
const REFUSED: &[(&str, &str, &str, &str)] = &[
    ("zone = \"Europe/Berlin\"", "zone = \"Europe/Bonn\"", "DE-HOURS", "zone"),
    ("holidays = [\"DE\"]", "holidays = [\"DX\"]", "DE-HOURS", "holidays"),
    ("places = [\"DE\"]", "places = [\"DX\"]", "DE-HOURS", "places"),
    ("places = [\"DE\"]", "places = [\"Germany\"]", "DE-HOURS", "places"),
    ("places = [\"DE\"]", "places = []", "DE-HOURS", "places"),
    ("kinds = [\"marketing\"]", "kinds = [\"adverts\"]", "DE-HOURS", "kinds"),
    ("kinds = [\"marketing\"]", "kinds = []", "DE-HOURS", "kinds"),
    ("to = \"2030-01-01\"", "to = \"2019-01-01\"", "DE-HOURS", "to"),
    ("to = \"2030-01-01\"", "to = \"2020-01-01\"", "DE-HOURS", "to"),
    ("to = \"2030-01-01\"", "to = \"2030-02-30\"", "DE-HOURS", "to"),
    ("to = \"20:00\"", "to = \"08:00\"", "DE-HOURS", "windows"),
    ("to = \"20:00\"", "to = \"25:00\"", "DE-HOURS", "windows"),
    ("days = \"mon-sat\"", "days = \"mon-xxx\"", "DE-HOURS", "windows"),
    ("basis = \"express\"", "basis = \"wink\"", "DE-HOURS", "bases"),
    ("by = \"sale\"", "by = \"magic\"", "DE-HOURS", "lifted_by"),
    (", months = 12", "", "DE-HOURS", "lifted_by"),
    ("keep_months = 12", "keep_months = 0", "DE-HOURS", "retention"),
    ("keep_months = 12", "keep_months = -1", "DE-HOURS", "retention"),
    ("keep_months = 12", "keep_months = 70000", "DE-HOURS", "retention"),
    ("keep_months = 12, ", "", "DE-HOURS", "keep_months"),
    ("keep_months = 12", "keep_years = 1", "DE-HOURS", "keep_years"),
    ("after = \"may_erase\"", "after = \"erase\"", "DE-HOURS", "retention"),
    ("what = \"suppression\"", "what = \"memories\"", "DE-HOURS", "retention"),
    ("counted_from = \"revocation\"", "counted_from = \"birth\"", "DE-HOURS", "retention"),
    ("per_hours = 24", "per_hours = 0", "DE-HOURS", "caps"),
    ("citation = \"House rule\"", "citation = \" \"", "DE-HOURS", "citation"),
    ("citation = \"House rule\"\n", "", "DE-HOURS", "citation"),
    ("layer = \"practice\"", "layer = \"gossip\"", "DE-HOURS", "layer"),
    ("reach = \"unclear\"", "raech = \"unclear\"", "DE-HOURS", "raech"),
    ("on = \"10-03\"", "on = \"10-33\"", "DE", "on"),
    ("on = \"10-03\"\n", "", "DE", "day"),
    ("\"sun+1\"", "\"sunday\"", "DE", "shift"),
    ("known = [\"DE\"]", "known = [\"D\"]", "D", "places"),
    ("known = [\"DE\"]", "known = [\"DE\"", "DE", "syntax"),
];

#[test]
fn a_bad_file_is_refused_by_file_entry_and_field() {
    load(GOOD).unwrap();
    for &(from, to, entry, field) in REFUSED {
        assert!(GOOD.contains(from), "{from}");
        let error = load(&GOOD.replacen(from, to, 1)).expect_err(to);
        assert_eq!(error.file, "host.toml");
        assert_eq!(error.entry, entry, "{error}");
        assert!(error.field.starts_with(field), "{field}: {error}");
        // The line that was spoilt; where the whole field is gone, one of its entry.
        let line = error.line.unwrap_or_else(|| panic!("no line: {error}"));
        let spoilt = GOOD[..GOOD.find(from).unwrap()].lines().count().max(1)
            + usize::from(GOOD[..GOOD.find(from).unwrap()].ends_with('\n'));
        if from.ends_with('\n') || field == "syntax" {
            let entries = [("DE", 4..=11), ("DE-HOURS", 12..=30)];
            assert!(
                entries.iter().any(|(of, lines)| *of == entry && lines.contains(&line)) || field == "syntax",
                "{error}"
            );
        } else {
            assert_eq!(line, spoilt, "{error}");
        }
        assert!(error.to_string().starts_with(&format!("host.toml:{line}: {entry}: ")));
    }
}

#[test]
fn a_field_that_spans_lines_is_refused_on_its_own() {
    let many = GOOD.replace(
        "windows = [{ days = \"mon-sat\", from = \"08:00\", to = \"20:00\" }]",
        "windows = [\n  { days = \"mon\", from = \"08:00\", to = \"20:00\" },\n  { days = \"tue\", from = \"08:00\", to = \"26:00\" },\n]",
    );
    let error = load(&many).unwrap_err();
    let line = many.lines().position(|line| line.contains("26:00")).unwrap() + 1;
    assert_eq!(error.line, Some(line), "{error}");

    // The same name in two tables of one entry.
    let revocation = "[rule.revocation]\nany_words = true\nany_channel = true\nwithin_business_days = 1\nholidays = \"DX\"\nends = \"all\"\n";
    let two = format!("{GOOD}{revocation}");
    let error = load(&two).unwrap_err();
    assert_eq!(error.line, Some(two.lines().count() - 1), "{error}");

    // An entry of an inline array has no header to find: the line of the value, or none, never a wrong one.
    let covered =
        "[[covered]]\nplaces = [\n  \"DE\",\n  \"D-E-X\",\n]\nfrom = \"2020-01-01\"\nconfidence = \"low\"\n";
    let error = load(covered).unwrap_err();
    assert_eq!((error.line, error.entry.as_str()), (Some(4), "D-E-X"), "{error}");
}

proptest::proptest! {
    #[test]
    fn no_file_panics(cut in 0usize..1000, junk in "[\\[\\]={}\"a-z0-9\n -]{0,12}") {
        let (before, after) = GOOD.split_at_checked(cut).unwrap_or((GOOD, ""));
        let _ = load(&format!("{before}{junk}{after}"));
    }
}
