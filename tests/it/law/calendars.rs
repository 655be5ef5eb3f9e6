//! The calendars against PyPI `holidays`, 2020 to 2035.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use optin::law::Rulebook;

const ORACLE: &str = include_str!("../../data/law_holidays.csv");

/// Calendar, date, name.
type Days = BTreeMap<(String, NaiveDate), String>;

/// Where the two differ and should: calendar, whose day it is, its name, why.
#[rustfmt::skip]
const WANTED: &[(&str, char, &str, &str)] = &[
    ("FR-971", '-', "Good Friday", "custom of Guadeloupe, not in L3422-2 nor L3133-1"),
    ("FR-971", '-', "Mi-Careme", "custom of Guadeloupe"),
    ("FR-971", '-', "Victor Schoelcher Day", "custom, not in L3422-2"),
    ("FR-972", '-', "Victor Schoelcher Day", "custom, not in L3422-2"),
    ("FR-MF", '-', "Victor Schoelcher Day", "custom, not in L3422-2"),
    ("FR-MF", '-', "Abolition of Slavery", "they have May 28"),
    ("FR-MF", '+', "Abolition de l'esclavage (Saint-Martin)", "May 27 by L3422-2 and decree 2012-553 (S115, S116)"),
    ("US-AL", '+', "Mardi Gras", "Mobile and Baldwin counties only, from memory"),
    ("US-LA", '+', "Battle of New Orleans", "list of the commission (S70)"),
    ("US-LA", '+', "Huey P. Long Day", "La. R.S. 1:55, from memory"),
    ("US-LA", '+', "Columbus Day", "a federal day, kept on the strict side"),
    ("US-LA", '+', "All Saints' Day", "La. R.S. 1:55, from memory"),
    ("US-LA", '+', "Acadian Day", "La. R.S. 1:55, from memory"),
    ("US-MS", '+', "Columbus Day", "a federal day, kept on the strict side"),
    ("US-PA", '+', "Good Friday", "list in S73"),
    ("US-PA", '+', "Flag Day", "list in S73"),
    ("US-PA", '+', "Election Day", "list in S73"),
    ("US-PA", '-', "Juneteenth National Independence Day", "not in the list of S73"),
    ("US-PA", '-', "Day After Thanksgiving", "a day off for the state's employees, not in the list of S73"),
    ("US-PA", '-', "New Year's Day", "Saturday to Friday is for the state's employees"),
    ("US-PA", '-', "Independence Day", "Saturday to Friday is for the state's employees"),
    ("US-PA", '-', "Veterans Day", "Saturday to Friday is for the state's employees"),
    ("US-PA", '-', "Christmas Day", "Saturday to Friday is for the state's employees"),
    ("US-RI", '+', "Election Day", "R.I.G.L. 25-1-1, from memory"),
    ("US-UT", '+', "Juneteenth (Utah)", "Utah Code 63G-1-301, from memory"),
];

fn theirs() -> Days {
    let mut rows = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(ORACLE.as_bytes());
    let rows = rows.deserialize::<(String, NaiveDate, String)>().map(Result::unwrap);
    rows.map(|(calendar, date, name)| ((calendar, date), name)).collect()
}

fn ours() -> Days {
    let book = Rulebook::builtin();
    let days = book.calendars().iter().flat_map(|calendar| {
        calendar.days().iter().map(|day| ((calendar.id().to_owned(), day.date), day.name.clone()))
    });
    days.filter(|((_, date), _)| (2020..2036).contains(&date.year())).collect()
}

/// The names of the days that one has and the other has not.
fn only(of: &Days, less: &Days, whose: char) -> BTreeSet<(String, char, String)> {
    let days = of.iter().filter(|(day, _)| !less.contains_key(day));
    days.map(|((calendar, _), name)| (calendar.clone(), whose, name.replace(" (observed)", ""))).collect()
}

#[test]
fn calendars_differ_from_the_oracle_only_where_they_should() {
    let (ours, theirs) = (ours(), theirs());
    assert!(theirs.len() > 3000);
    let mut differences = only(&ours, &theirs, '+');
    differences.extend(only(&theirs, &ours, '-'));
    let wanted =
        WANTED.iter().map(|&(calendar, whose, name, _)| (calendar.to_owned(), whose, name.to_owned()));
    assert_eq!(differences, wanted.collect());
}
