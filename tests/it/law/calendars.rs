//! The calendars against PyPI `holidays`, 2020 to 2035.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use chrono::{Datelike, NaiveDate};
use optin::law::Rulebook;

const ORACLE: &str = include_str!("../../data/law_holidays.csv");

/// Calendar, date, name.
type Days = BTreeMap<(String, NaiveDate), String>;

/// Where the two differ and should: calendar, whose day it is, on how many dates, its name, why.
#[rustfmt::skip]
const WANTED: &[(&str, char, usize, &str, &str)] = &[
    ("FR-971", '-', 16, "Good Friday", "custom of Guadeloupe, not in L3422-2 nor L3133-1"),
    ("FR-971", '-', 16, "Mi-Careme", "custom of Guadeloupe"),
    ("FR-971", '-', 16, "Victor Schoelcher Day", "custom, not in L3422-2"),
    ("FR-972", '-', 16, "Victor Schoelcher Day", "custom, not in L3422-2"),
    ("FR-MF", '-', 16, "Victor Schoelcher Day", "custom, not in L3422-2"),
    ("FR-MF", '-', 16, "Abolition of Slavery", "they have May 28"),
    ("FR-MF", '+', 16, "Abolition de l'esclavage (Saint-Martin)", "May 27 by L3422-2 and decree 2012-553 (S115, S116)"),
    ("US-AL", '+', 16, "Mardi Gras", "Mobile and Baldwin counties only, from memory"),
    ("US-LA", '+', 16, "Battle of New Orleans", "list of the commission (S70)"),
    ("US-LA", '+', 16, "Huey P. Long Day", "La. R.S. 1:55, from memory"),
    ("US-LA", '+', 16, "Columbus Day", "a federal day, kept on the strict side"),
    ("US-LA", '+', 16, "All Saints' Day", "La. R.S. 1:55, from memory"),
    ("US-LA", '+', 16, "Acadian Day", "La. R.S. 1:55, from memory"),
    ("US-MS", '+', 16, "Columbus Day", "a federal day, kept on the strict side"),
    ("US-PA", '+', 16, "Good Friday", "list in S73"),
    ("US-PA", '+', 18, "Flag Day", "list in S73"),
    ("US-PA", '+', 16, "Election Day", "list in S73"),
    ("US-PA", '-', 20, "Juneteenth National Independence Day", "not in the list of S73"),
    ("US-PA", '-', 16, "Day After Thanksgiving", "a day off for the state's employees, not in the list of S73"),
    ("US-PA", '-', 3, "New Year's Day", "Saturday to Friday is for the state's employees"),
    ("US-PA", '-', 2, "Independence Day", "Saturday to Friday is for the state's employees"),
    ("US-PA", '-', 3, "Veterans Day", "Saturday to Friday is for the state's employees"),
    ("US-PA", '-', 3, "Christmas Day", "Saturday to Friday is for the state's employees"),
    ("US-RI", '+', 8, "Election Day", "R.I.G.L. 25-1-1, from memory"),
    ("US-UT", '+', 7, "Juneteenth (Utah)", "Utah Code 63G-1-301, from memory"),
];

fn theirs() -> Days {
    let mut rows = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(ORACLE.as_bytes());
    let rows = rows.deserialize::<(String, NaiveDate, String)>().map(Result::unwrap);
    rows.map(|(calendar, date, name)| ((calendar, date), name)).collect()
}

fn ours(book: &Rulebook) -> Days {
    let days = book.calendars().iter().flat_map(|calendar| {
        calendar.days().iter().map(|day| ((calendar.id().to_owned(), day.date), day.name.clone()))
    });
    days.filter(|((_, date), _)| (2020..2036).contains(&date.year())).collect()
}

/// The names of the days that one has and the other has not, and on how many dates.
fn only(of: &Days, less: &Days, whose: char) -> BTreeSet<(String, char, usize, String)> {
    let mut dates = BTreeMap::<(String, String), usize>::new();
    for ((calendar, _), name) in of.iter().filter(|(day, _)| !less.contains_key(day)) {
        *dates.entry((calendar.clone(), name.replace(" (observed)", ""))).or_default() += 1;
    }
    dates.into_iter().map(|((calendar, name), count)| (calendar, whose, count, name)).collect()
}

/// Days before 2020 that were proclaimed for one year, and the rule behind dates that are listed one by one.
fn proclaimed(book: &Rulebook) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |calendar: &str, date: NaiveDate| {
        let known = book.calendars().iter().find(|known| known.id() == calendar);
        if known.and_then(|known| known.is_holiday(date)) != Some(true) {
            faults.push(format!("{calendar} has no {date}"));
        }
    };
    // South Africa: elections, and the Tuesday after a Christmas on a Sunday.
    for date in ["2011-05-18", "2011-12-27", "2014-05-07", "2016-08-03", "2016-12-27", "2019-05-08"] {
        expect("ZA", date.parse().unwrap());
    }
    // Utah: a Juneteenth from Tuesday to Friday is kept on the Monday before.
    for year in 2024..=2046 {
        let day = NaiveDate::from_ymd_opt(year, 6, 19).unwrap();
        let since = day.weekday().num_days_from_monday();
        if (1..=4).contains(&since) {
            expect("US-UT", day - chrono::Days::new(since.into()));
        }
    }
    faults
}

/// What the book's calendars say otherwise than the oracle, or no longer although it is wanted.
pub(super) fn faults(book: &Rulebook) -> Vec<String> {
    static THEIRS: LazyLock<Days> = LazyLock::new(theirs);
    let ours = ours(book);
    let mut differences = only(&ours, &THEIRS, '+');
    differences.extend(only(&THEIRS, &ours, '-'));
    let wanted: BTreeSet<_> = WANTED
        .iter()
        .map(|&(calendar, whose, count, name, _)| (calendar.to_owned(), whose, count, name.to_owned()))
        .collect();
    let mut faults = proclaimed(book);
    faults.extend(differences.symmetric_difference(&wanted).map(|difference| format!("{difference:?}")));
    faults
}

#[test]
fn calendars_differ_from_the_oracle_only_where_they_should() {
    assert!(theirs().len() > 3000);
    assert_eq!(faults(&Rulebook::builtin()), [""; 0]);
}
