use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

/// Made by tests/oracles/customers.py, whose comment says how and whose the numbers are.
const CUSTOMERS: &str = include_str!("../../../examples/data/customers.csv");

/// The header of Shopify's customer export, 2026.
const HEADER: [&str; 20] = [
    "Customer ID",
    "First Name",
    "Last Name",
    "Email",
    "Accepts Email Marketing",
    "Default Address Company",
    "Default Address Address1",
    "Default Address Address2",
    "Default Address City",
    "Default Address Province Code",
    "Default Address Country Code",
    "Default Address Zip",
    "Default Address Phone",
    "Phone",
    "Accepts SMS Marketing",
    "Total Spent",
    "Total Orders",
    "Note",
    "Tax Exempt",
    "Tags",
];

fn rows() -> (Vec<csv::StringRecord>, Vec<csv::Error>) {
    let mut reader = csv::Reader::from_reader(CUSTOMERS.as_bytes());
    assert_eq!(reader.headers().unwrap(), &HEADER[..]);
    let (good, bad): (Vec<_>, Vec<_>) = reader.records().partition(Result::is_ok);
    (good.into_iter().map(Result::unwrap).collect(), bad.into_iter().map(Result::unwrap_err).collect())
}

#[test]
fn the_file_is_what_the_script_writes() {
    let hex: String = Sha256::digest(CUSTOMERS).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(hex, "22304ac7fbcc1a985b198c7acaf57ceb1605276300729329bbe62543dd15442e");
}

#[test]
fn one_row_is_broken_and_the_rest_goes_on() {
    let (good, bad) = rows();
    assert!(good.len() >= 540, "{}", good.len());
    assert_eq!(bad.len(), 1);
    assert!(matches!(bad[0].kind(), csv::ErrorKind::UnequalLengths { expected_len: 20, len: 9, .. }));
    let broken_at = bad[0].position().unwrap().record();
    assert!(broken_at > 100 && (broken_at as usize) < good.len() - 100, "{broken_at}");
}

#[test]
fn every_promised_oddity_is_there() {
    let (good, _) = rows();
    let mut odd = BTreeMap::new();
    for row in &good {
        if let Some(name) = row[19].strip_prefix("odd:") {
            *odd.entry(name.to_owned()).or_insert(0) += 1;
        }
    }
    for (name, least) in [
        ("landline", 4),
        ("toll-free", 2),
        ("invalid", 7),
        ("excel", 2),
        ("opposite-consents", 4),
        ("duplicate", 9),
        ("moved", 4),
        ("split-area-code", 6),
        ("no-coverage", 3),
        ("name", 13),
        ("no-phone", 12),
        ("address-phone", 2),
        ("fiction-invalid", 3),
    ] {
        assert!(odd.get(name).is_some_and(|&n| n >= least), "{name}: {odd:?}");
    }
    let countries: BTreeSet<_> = good.iter().map(|row| &row[10]).collect();
    for country in ["US", "CA", "FR", "GB", "GP", "MQ", "GF", "RE", "YT", "DE", "IN", ""] {
        assert!(countries.contains(country), "{country}");
    }
    for first in ["{link}", "Zoë 🌸", "Bob \"The Boss\"", "Smith, Jr.", "Jean\nMarie"] {
        assert!(good.iter().any(|row| &row[1] == first), "{first}");
    }
    let consents = good.iter().filter(|row| &row[14] == "yes").count();
    assert!(consents > 400 && consents < good.len() - 100, "{consents}");
}
