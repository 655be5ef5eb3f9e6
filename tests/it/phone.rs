//! Tests of `phone`: every way of writing a number against libphonenumber's answer, and nothing panics.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod plans;
mod reference;
mod sample;

use optin::phone::{Country, Line, PhoneNumber, PhoneNumberError};
use proptest::prelude::*;

/// `text | country | E.164 or - | valid | region or - | line`.
const TABLE: &str = include_str!("../data/phones.txt");

fn line(code: &str) -> Line {
    match code {
        "fixed" => Line::Fixed,
        "mobile" => Line::Mobile,
        "fixed_or_mobile" => Line::FixedOrMobile,
        "toll_free" => Line::TollFree,
        "voip" => Line::Voip,
        "unknown" => Line::Unknown,
        _ => Line::Other,
    }
}

#[test]
fn written_numbers_are_read_as_libphonenumber_reads_them() {
    let (mut rows, mut wrong) = (0, Vec::new());
    for row in TABLE.lines().filter(|l| !l.starts_with('#')) {
        let [text, country, e164, ..] = row.split('|').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let ours = PhoneNumber::parse(text, Country::new(country).unwrap());
        let ours = ours.map_or_else(|_| "-".to_owned(), |n| n.e164());
        if ours != e164 {
            wrong.push(format!("{row} -> {ours}"));
        }
        rows += 1;
    }
    assert!(rows > 2_000, "{rows}");
    assert!(wrong.is_empty(), "{} of {rows}:\n{}", wrong.len(), wrong.join("\n"));
}

/// The crate's metadata (9.0.33) is older than the oracle's (9.0.43); for the numbers in the table they agree.
#[test]
fn validity_region_and_line_agree_with_libphonenumber() {
    let mut wrong = Vec::new();
    for row in TABLE.lines().filter(|l| !l.starts_with('#')) {
        let [_, _, e164, valid, region, kind] = row.split('|').collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        if e164 == "-" {
            continue;
        }
        let number: PhoneNumber = e164.parse().unwrap();
        let ours = (number.is_valid(), number.region().map_or("-".to_owned(), |c| c.to_string()));
        if ours != (valid == "yes", region.to_owned()) || number.line() != line(kind) {
            wrong.push(format!("{row} -> {ours:?} {:?}", number.line()));
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

fn parse(text: &str, country: &str) -> Result<String, PhoneNumberError> {
    PhoneNumber::parse(text, Country::new(country).unwrap()).map(|n| n.e164())
}

#[test]
fn what_is_no_plain_number_is_refused() {
    for text in
        ["1-800-FLOWERS", "(415) 555-2671 x12", "(415) 555-2671 ext. 12", "tel:+14155552671", "+1;ext=2"]
    {
        assert_eq!(parse(text, "US"), Err(PhoneNumberError::Character), "{text}");
    }
    assert_eq!(parse(&"1 ".repeat(40), "US"), Err(PhoneNumberError::Length));
    assert_eq!(parse(&"12345".repeat(6), "US"), Err(PhoneNumberError::Length));
    for text in ["", "+", "()", "00", "+0", "911", "+999 12345678", "0033", "++33612345678", "+43000000000"] {
        assert!(parse(text, "FR").is_err(), "{text}");
    }
}

/// The formats that DESIGN.md and the issue name.
#[test]
fn the_named_formats_are_read() {
    for (text, country, e164) in [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("０６　１２　３４　５６　７８", "FR", "+33612345678"),
        ("0033 6 12 34 56 78", "FR", "+33612345678"),
        ("011 33 6 12 34 56 78", "US", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "US", "+33612345678"),
        ("06\u{a0}12.34-56/78", "FR", "+33612345678"),
        ("07700 900123", "GB", "+447700900123"),
        ("+7 812 345 67 89", "FR", "+78123456789"),
        ("06 698 83712", "IT", "+390669883712"),
    ] {
        assert_eq!(parse(text, country).as_deref(), Ok(e164), "{text}");
    }
}

/// A default country that no plan knows still reads what is international.
#[test]
fn an_unknown_country_reads_international_numbers_only() {
    assert_eq!(parse("+33 6 12 34 56 78", "ZZ").as_deref(), Ok("+33612345678"));
    assert_eq!(parse("06 12 34 56 78", "ZZ"), Err(PhoneNumberError::NotANumber));
}

#[test]
fn nothing_shows_a_whole_number() {
    let number: PhoneNumber = "+33612345678".parse().unwrap();
    for shown in [format!("{number}"), format!("{number:?}"), format!("{:?}", Some(number))] {
        assert!(!shown.contains("612345"), "{shown}");
    }
    let refusal = PhoneNumber::parse("0612345678 x", Country::FR).unwrap_err();
    assert!(!format!("{refusal} {refusal:?}").contains("0612"));
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*", country in "[A-Z]{2}") {
        let _ = parse(&text, &country);
    }

    #[test]
    fn no_text_that_looks_like_a_number_panics(text in "[+＋]?[0-9０-９ .()/\u{a0}x;=-]{0,40}", country in "US|FR|AR|BR|MX|JE|RU|IT") {
        let _ = parse(&text, &country);
    }

    #[test]
    fn reading_again_changes_nothing(text in "\\+?[0-9]{7,16}", country in "US|FR|GB|JE|AR|BR|MX|RU|IT|KZ|DE") {
        if let Ok(e164) = parse(&text, &country) {
            prop_assert_eq!(parse(&e164, "ZZ"), Ok(e164));
        }
    }

    /// Asking about a number is total: every number has an answer, and `valid` and `unknown` exclude each other.
    #[test]
    fn every_number_can_be_asked_about(digits in "[1-9][0-9]{6,14}") {
        let number: PhoneNumber = format!("+{digits}").parse().unwrap();
        prop_assert_eq!(number.is_valid(), number.line() != Line::Unknown);
        let _ = number.region();
    }
}
