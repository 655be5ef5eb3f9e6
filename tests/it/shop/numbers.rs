//! Numbers that spreadsheets spoiled.

use optin::{
    phone::Country,
    shop::{Reason, read_number},
};

fn read(text: &str, region: Option<&str>) -> String {
    match read_number(text, region.map(|region| Country::new(region).unwrap())) {
        Ok((number, note)) => format!("{} {}", number.e164(), note.map_or("-", Reason::code)),
        Err(reason) => reason.code().to_owned(),
    }
}

#[test]
fn what_a_spreadsheet_did_is_undone_or_named() {
    let cases = [
        ("+33612345678", Some("FR"), "+33612345678 -"),
        ("+33612345678", None, "+33612345678 -"),
        ("0033612345678", Some("FR"), "+33612345678 -"),
        ("06 12 34 56 78", Some("FR"), "+33612345678 -"),
        ("06\u{a0}12\u{202f}34 56 78", Some("FR"), "+33612345678 -"),
        ("０６１２３４５６７８", Some("FR"), "+33612345678 -"),
        ("\u{feff}0612345678 ", Some("FR"), "+33612345678 -"),
        ("'0612345678", Some("FR"), "+33612345678 -"),
        ("=\"0612345678\"", Some("FR"), "+33612345678 -"),
        ("\u{2019}+33612345678", Some("FR"), "+33612345678 -"),
        // A territory that shares the national plan, and a number that nobody has.
        ("06 92 34 57 07", Some("FR"), "+262692345707 -"),
        ("692345707", Some("FR"), "+262692345707 zero_restored"),
        ("+33 6 92 34 57 07", Some("FR"), "+33692345707 -"),
        // What a formula comes to is not written.
        ("=14155550287", Some("US"), "character"),
        ("=HYPERLINK(\"06 12 34 56 78\")", Some("FR"), "character"),
        ("06\u{2009}12\u{2009}34 56 78", Some("FR"), "+33612345678 -"),
        // The plus is gone.
        ("33612345678", Some("FR"), "+33612345678 plus_restored"),
        ("33612345678", Some("US"), "+33612345678 plus_restored"),
        ("14155552671", Some("US"), "+14155552671 plus_restored"),
        ("14155552671", Some("FR"), "+14155552671 plus_restored"),
        ("447911123456", Some("FR"), "+447911123456 plus_restored"),
        ("33612345678", None, "no_region"),
        // National numbers stay what they are, though with a plus they might be somebody else's.
        ("4155552671", Some("US"), "+14155552671 -"),
        ("0612345678", None, "no_region"),
        // The zero is gone.
        ("612345678", Some("FR"), "+33612345678 zero_restored"),
        ("612345678.0", Some("FR"), "+33612345678 zero_restored"),
        ("7911123456", Some("GB"), "+447911123456 zero_restored"),
        // A mobile of Germany without its zero, or one of Arizona without its plus.
        ("15202345678", Some("DE"), "ambiguous"),
        // Amounts.
        ("33612345678.0", Some("FR"), "+33612345678 plus_restored"),
        ("33612345678,00", Some("FR"), "+33612345678 plus_restored"),
        ("33,612,345,678", Some("FR"), "+33612345678 plus_restored"),
        ("33'612'345'678", Some("FR"), "+33612345678 plus_restored"),
        ("+33,612,345,678", Some("FR"), "+33612345678 excel_number"),
        ("4155552671.0", Some("US"), "+14155552671 excel_number"),
        // Digits that are lost are lost.
        ("3.36E+10", Some("FR"), "excel_scientific"),
        ("3,36E+10", Some("FR"), "excel_scientific"),
        ("3.36123E10", Some("FR"), "excel_scientific"),
        ("+3.36e+10", Some("FR"), "excel_scientific"),
        ("3E+10", None, "excel_scientific"),
        ("'3.36E+10", Some("FR"), "excel_scientific"),
        // Nothing to read.
        ("", Some("FR"), "no_number"),
        (" \u{a0}", Some("FR"), "no_number"),
        ("'", Some("FR"), "no_number"),
        ("n/a", Some("FR"), "character"),
        ("0612345678 ext 4", Some("FR"), "character"),
        ("06 12 34", Some("FR"), "not_a_number"),
        ("061234567890123456789012345", Some("FR"), "length"),
        ("#REF!", Some("FR"), "character"),
        ("0", Some("FR"), "not_a_number"),
    ];
    for (text, region, expected) in cases {
        assert_eq!(read(text, region), expected, "{text:?} in {region:?}");
    }
}

proptest::proptest! {
    /// Whatever is written: no panic, and what is read, written out and read again, is the same.
    #[test]
    fn any_text_is_read_or_refused(text in "[0-9+'.,eE \u{a0}=\"x-]{0,24}", region in proptest::sample::select(vec!["FR", "US", "GB", "IT", "CI"])) {
        if let Ok((number, _)) = read_number(&text, Some(Country::new(region).unwrap())) {
            let e164 = number.e164();
            proptest::prop_assert_eq!(read(&e164, Some(region)), format!("{e164} -"));
        }
    }
}
