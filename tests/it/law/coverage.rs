//! Which places the book covers, since when, and which rules reach them; written down by hand.

use optin::{law::Rulebook, place::Place};

/// What the facts give windows and consent bases for.
#[rustfmt::skip]
const COVERED: &[(&str, &str)] = &[
    ("2003-10-01", "US US-AL US-AK US-AZ US-AR US-CA US-CO US-CT US-DE US-DC US-FL US-GA US-HI US-ID US-IL US-IN US-IA \
        US-KS US-KY US-LA US-ME US-MD US-MA US-MI US-MN US-MS US-MO US-MT US-NE US-NV US-NH US-NJ US-NM US-NY US-NC \
        US-ND US-OH US-OK US-OR US-PA US-RI US-SC US-SD US-TN US-TX US-UT US-VT US-VA US-WA US-WV US-WI US-WY US-PR"),
    ("2014-07-01", "CA CA-AB CA-BC CA-MB CA-NB CA-NL CA-NS CA-NT CA-NU CA-ON CA-PE CA-QC CA-SK CA-YT"),
    ("2013-01-01", "FR FR-01 FR-02 FR-03 FR-04 FR-05 FR-06 FR-07 FR-08 FR-09 FR-10 FR-11 FR-12 FR-13 FR-14 FR-15 FR-16 \
        FR-17 FR-18 FR-19 FR-2A FR-2B FR-21 FR-22 FR-23 FR-24 FR-25 FR-26 FR-27 FR-28 FR-29 FR-30 FR-31 FR-32 FR-33 \
        FR-34 FR-35 FR-36 FR-37 FR-38 FR-39 FR-40 FR-41 FR-42 FR-43 FR-44 FR-45 FR-46 FR-47 FR-48 FR-49 FR-50 FR-51 \
        FR-52 FR-53 FR-54 FR-55 FR-56 FR-57 FR-58 FR-59 FR-60 FR-61 FR-62 FR-63 FR-64 FR-65 FR-66 FR-67 FR-68 FR-69 \
        FR-70 FR-71 FR-72 FR-73 FR-74 FR-75 FR-76 FR-77 FR-78 FR-79 FR-80 FR-81 FR-82 FR-83 FR-84 FR-85 FR-86 FR-87 \
        FR-88 FR-89 FR-90 FR-91 FR-92 FR-93 FR-94 FR-95 \
        FR-971 FR-972 FR-973 FR-974 FR-976 FR-BL FR-MF FR-PM FR-NC FR-PF FR-WF"),
    ("2003-12-11", "GB"),
    ("2004-01-01", "IT"),
    ("2005-07-01", "LU"),
    ("2007-01-01", "CZ"),
    ("2007-04-01", "CH"),
    ("2008-07-01", "SE"),
    ("2008-12-30", "DE"),
    ("2009-06-01", "NO"),
    ("2009-10-01", "NL"),
    ("2011-07-01", "IE"),
    ("2013-01-01", "PT"),
    ("2014-05-31", "BE"),
    ("2015-01-01", "FI"),
    ("2015-07-15", "TR"),
    ("2017-07-01", "DK"),
    ("2018-12-07", "ES"),
    ("2021-11-01", "AT"),
    ("2024-11-10", "PL"),
    ("2018-05-25", "BG CY EE GR HR HU LT LV MT RO SI SK"),
    ("2008-01-01", "NZ"),
    ("2008-12-01", "IL JP"),
    ("2014-11-29", "KR"),
    ("2019-01-01", "IN SA"),
    ("2020-11-03", "AE"),
    ("2021-02-01", "SG"),
    ("2021-04-01", "AU"),
    ("2021-04-16", "MX"),
    ("2021-07-01", "ZA"),
    ("2022-01-01", "BR BR-SP"),
];

fn place(code: &str) -> Place {
    code.parse().unwrap()
}

/// Places that the book covers on other days than the list says, or with other marks.
pub(super) fn faults(book: &Rulebook) -> Vec<String> {
    let mut faults = Vec::new();
    let (last, end) = ("2035-12-31".parse().unwrap(), "2036-01-01".parse().unwrap());
    for &(from, places) in COVERED {
        let from = from.parse().unwrap();
        for code in places.split_whitespace() {
            if book.coverage(place(code), from).is_none() {
                faults.push(format!("{code} is not covered"));
            }
            let eve = chrono::NaiveDate::pred_opt(&from).unwrap();
            if book.coverage(place(code), eve).is_some() {
                faults.push(format!("{code} is covered too early"));
            }
            if book.coverage(place(code), last).is_none() || book.coverage(place(code), end).is_some() {
                faults.push(format!("{code} is covered until another day than 2035-12-31"));
            }
        }
    }
    faults.extend(wrong_marks(book));
    faults
}

fn wrong_marks(book: &Rulebook) -> Vec<String> {
    let overseas = ["971", "972", "973", "974", "976", "BL", "MF", "NC", "PF", "PM", "WF"];
    let (overseas, counted) = (overseas.map(|part| format!("FR-{part}")), ["US-FL", "US-OK", "US-VA"]);
    let differs = |row: &&optin::law::Coverage| {
        let place = row.place.to_string();
        row.own_prefix != overseas.contains(&place) || row.by_number != counted.contains(&place.as_str())
    };
    book.covered().iter().filter(differs).map(|row| format!("{} has other marks", row.place)).collect()
}

#[test]
fn what_the_facts_know_is_covered_from_its_day_on() {
    let book = Rulebook::builtin();
    assert_eq!(faults(&book), [""; 0]);
    let listed: usize = COVERED.iter().map(|(_, places)| places.split_whitespace().count()).sum();
    assert_eq!(book.covered().len(), listed);
    for &(from, places) in COVERED {
        let eve = from.parse::<chrono::NaiveDate>().unwrap().pred_opt().unwrap();
        for code in places.split_whitespace() {
            assert_eq!(book.coverage(place(code), eve), None, "{code}");
        }
    }
}

#[test]
fn what_the_facts_do_not_know_is_not() {
    let (book, day) = (Rulebook::builtin(), "2026-11-21".parse().unwrap());
    for code in [
        "UA", "DE-BY", "AX", "JE", "AU-NSW", "BR-RJ", "CX", "NG", "CN", "QA", "AR", "GU", "VI", "AS", "MP",
        "PR", "RE", "GP", "US-GU", "US-VI", "FR-20", "FR-977", "CA-XX", "GB-ENG", "ZZ",
    ] {
        assert_eq!(book.coverage(place(code), day), None, "{code}");
    }
}

#[test]
fn marks_of_number_and_prefix() {
    let book = Rulebook::builtin();
    let with = |mark: fn(&optin::law::Coverage) -> bool| -> Vec<String> {
        book.covered().iter().filter(|row| mark(row)).map(|row| row.place.to_string()).collect()
    };
    assert_eq!(with(|row| row.by_number), ["US-FL", "US-OK", "US-VA"]);
    let overseas = ["971", "972", "973", "974", "976", "BL", "MF", "NC", "PF", "PM", "WF"];
    assert_eq!(with(|row| row.own_prefix), overseas.map(|part| format!("FR-{part}")));
}

fn rules_at(code: &str) -> Vec<String> {
    Rulebook::builtin().law_of(place(code)).hours.iter().map(|rule| rule.id.clone()).collect()
}

#[test]
fn a_place_has_its_own_rules_and_those_around_it() {
    assert_eq!(rules_at("US-TX"), ["US-FED-HOURS", "US-TX-HOURS"]);
    assert_eq!(rules_at("US-CA"), ["US-FED-HOURS"]);
    assert_eq!(rules_at("US-GU"), ["US-FED-HOURS"]);
    assert_eq!(rules_at("GB"), [""; 0]);
    assert_eq!(rules_at("DE"), [""; 0]);
    let overseas = [
        "FR-974-HOURS-2012",
        "FR-974-HOURS-2024",
        "FR-974-HOURS-2026",
        "FR-HOURS-2012",
        "FR-HOURS-2024",
        "FR-HOURS-2026",
    ];
    assert_eq!(rules_at("FR-974"), overseas);
    let mainland = ["FR-HOURS-2012", "FR-HOURS-2024", "FR-HOURS-2026"];
    assert_eq!(rules_at("FR-75"), mainland);
    assert_eq!(rules_at("FR-NC"), mainland);
}

#[test]
fn an_unknown_part_has_the_rules_of_every_part_without_a_prefix_of_its_own() {
    let states = [
        "CT", "FL", "LA", "MD", "MS", "NJ", "NY", "OK", "OR", "PA", "RI", "TN", "TX", "UT", "VA", "WA", "KY",
        "MA", "AL", "IL", "MI", "MN", "NM", "NV", "SD",
    ];
    let mut expected: Vec<String> = states.iter().map(|state| format!("US-{state}-HOURS")).collect();
    expected.push("US-FED-HOURS".to_owned());
    // Before 2025 and since.
    expected.push("US-MS-HOURS".to_owned());
    expected.sort();
    assert_eq!(rules_at("US"), expected);
    let alsace = [
        "FR-ALSACE-MOSELLE-HOURS-2012",
        "FR-ALSACE-MOSELLE-HOURS-2024",
        "FR-ALSACE-MOSELLE-HOURS-2026",
        "FR-HOURS-2012",
        "FR-HOURS-2024",
        "FR-HOURS-2026",
    ];
    assert_eq!(rules_at("FR"), alsace);
}
