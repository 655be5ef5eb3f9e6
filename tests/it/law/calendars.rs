//! The calendars against PyPI `holidays`, 2020 to 2035.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use optin::law::Rulebook;

const ORACLE: &str = include_str!("../../data/law_holidays.csv");

/// Calendar, date, name.
type Days = BTreeMap<(String, NaiveDate), String>;

/// Where the two differ and should: calendar, whose day it is, its name, why.
const WANTED: &[(&str, char, &str, &str)] = &[];

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
