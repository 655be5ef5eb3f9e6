use optin::{
    phone::Country,
    place::{Place, PostalCodeError, Provenance, Whereabouts, Zone},
};
use proptest::prelude::*;

use super::{of, places, zone, zones};

fn place(code: &str) -> Place {
    Place::new(code).unwrap()
}

/// number | code | places | zones
const CODES: &[(&str, &str, &str, &str)] = &[
    ("+12125550123", "10001", "US-NY", "America/New_York"),
    ("+12125550123", "10001-1234", "US-NY", "America/New_York"),
    ("+12125550123", " 90210 ", "US-CA", "America/Los_Angeles"),
    ("+12125550123", "06390", "US-NY", "America/New_York"),
    ("+12125550123", "06320", "US-CT", "America/New_York"),
    ("+12125550123", "32501", "US-FL", "America/Chicago"),
    ("+12125550123", "32456", "US-FL", "America/Chicago,America/New_York"),
    ("+12125550123", "33101", "US-FL", "America/New_York"),
    ("+12125550123", "79901", "US-TX", "America/Denver"),
    ("+12125550123", "75001", "US-TX", "America/Chicago"),
    ("+12125550123", "37402", "US-TN", "America/Chicago,America/New_York"),
    ("+12125550123", "38103", "US-TN", "America/Chicago"),
    ("+12125550123", "49801", "US-MI", "America/Chicago"),
    ("+12125550123", "48201", "US-MI", "America/New_York"),
    ("+12125550123", "86040", "US-AZ", "America/Denver,America/Phoenix"),
    ("+12125550123", "85001", "US-AZ", "America/Phoenix"),
    ("+12125550123", "20001", "US-DC", "America/New_York"),
    ("+12125550123", "96799", "US-AS", "Pacific/Pago_Pago"),
    ("+12125550123", "96813", "US-HI", "Pacific/Honolulu"),
    ("+12125550123", "96910", "US-GU", "Pacific/Guam"),
    ("+12125550123", "96950", "US-MP", "Pacific/Saipan"),
    ("+12125550123", "00901", "US-PR", "America/Puerto_Rico"),
    ("+12125550123", "00801", "US-VI", "America/St_Thomas"),
    ("+18005550123", "73301", "US-TX", "America/Chicago"),
    ("+18005550123", "M5V 3L9", "CA-ON", "America/Toronto"),
    ("+14165550123", "h2x1y4", "CA-QC", "America/Toronto"),
    ("+14165550123", "T2P", "CA-AB", "America/Edmonton"),
    ("+33612345678", "57000", "FR-57", "Europe/Paris"),
    ("+33612345678", "75 008", "FR-75", "Europe/Paris"),
    ("+33612345678", "20000", "FR-2A", "Europe/Paris"),
    ("+33612345678", "20137", "FR-2A", "Europe/Paris"),
    ("+33612345678", "20200", "FR-2B", "Europe/Paris"),
    ("+33612345678", "20600", "FR-2B", "Europe/Paris"),
    ("+33612345678", "97110", "FR-971", "America/Guadeloupe"),
    ("+33612345678", "97133", "FR-BL", "America/St_Barthelemy"),
    ("+33612345678", "97150", "FR-MF", "America/Marigot"),
    ("+33612345678", "97200", "FR-972", "America/Martinique"),
    ("+33612345678", "97300", "FR-973", "America/Cayenne"),
    ("+262692123456", "97400", "FR-974", "Indian/Reunion"),
    ("+262692123456", "97600", "FR-976", "Indian/Mayotte"),
    ("+33612345678", "97500", "FR-PM", "America/Miquelon"),
    ("+33612345678", "98600", "FR-WF", "Pacific/Wallis"),
    ("+33612345678", "98713", "FR-PF", "Pacific/Gambier,Pacific/Marquesas,Pacific/Tahiti"),
    ("+33612345678", "98800", "FR-NC", "Pacific/Noumea"),
    ("+447400123456", "SW1A 1AA", "GB", "Europe/London"),
    ("+447400123456", "m1 1ae", "GB", "Europe/London"),
    ("+447400123456", "GY1 1AA", "GG", "Europe/Guernsey"),
    ("+447797123456", "JE2 3AB", "JE", "Europe/Jersey"),
    ("+447400123456", "IM1 1AA", "IM", "Europe/Isle_of_Man"),
];

#[test]
fn a_postal_code_says_where() {
    for &(number, code, expected, expected_zones) in CODES {
        let here = of(number).with_postal_code(code).unwrap_or_else(|e| panic!("{code}: {e}"));
        assert_eq!((places(&here), zones(&here)), (expected.to_owned(), expected_zones.to_owned()), "{code}");
        assert_eq!((here.places_from(), here.zones_from()), (Provenance::PostalCode, Provenance::PostalCode));
        assert_eq!(here.number_places(), of(number).places(), "the number's own places stay");
    }
}

#[test]
fn a_code_that_does_not_fit_is_reported() {
    for (number, code, refusal) in [
        ("+12125550123", "SW1A 1AA", PostalCodeError::Form),
        ("+12125550123", "1234", PostalCodeError::Form),
        ("+12125550123", "", PostalCodeError::Form),
        ("+12125550123", "09012", PostalCodeError::Unassigned),
        ("+12125550123", "96201", PostalCodeError::Unassigned),
        ("+12125550123", "00000", PostalCodeError::Unassigned),
        ("+33612345678", "00123", PostalCodeError::Unassigned),
        ("+14165550123", "W1A 1A1", PostalCodeError::Unassigned),
        ("+447400123456", "BF1 2AT", PostalCodeError::Unassigned),
        ("+4915112345678", "10115", PostalCodeError::NoTable),
        ("+80012345678", "10115", PostalCodeError::NoCountry),
    ] {
        assert_eq!(of(number).with_postal_code(code), Err(refusal), "{number} {code}");
    }
    let texas = of("+12125550123").with_place(place("US-TX"));
    assert_eq!(texas.with_postal_code("10001"), Err(PostalCodeError::Elsewhere));
}

#[test]
fn a_postal_code_refines_a_declared_place() {
    let number = of("+12125550123");
    let (there, back) = (
        number.with_place(place("US-TN")).with_postal_code("38103").unwrap(),
        number.with_postal_code("38103").unwrap().with_place(place("US-TN")),
    );
    assert_eq!(there, back);
    assert_eq!((places(&there), zones(&there)), ("US-TN".into(), "America/Chicago".into()));
    let moved = number.with_postal_code("38103").unwrap().with_place(place("US-NY"));
    assert_eq!(zones(&moved), "America/New_York");
    let nation = number.with_place(Place::country_wide(Country::FR)).with_postal_code("67000").unwrap();
    assert_eq!((places(&nation), nation.places_from()), ("FR-67".into(), Provenance::PostalCode));
}

#[test]
fn a_declared_zone_outranks_everything_and_leaves_places() {
    let denver = zone("America/Denver");
    let told = of("+12125550123").with_zone(denver);
    for here in [told.clone(), told.with_place(place("US-TN")), told.with_postal_code("38103").unwrap()] {
        assert_eq!((here.zones(), here.zones_from()), (&[denver][..], Provenance::Declared));
    }
    assert_eq!(places(&told), "US-NY");
    assert_eq!(told.places_from(), Provenance::NumberPrefix);
    assert!(
        Provenance::Declared > Provenance::PostalCode && Provenance::PostalCode > Provenance::NumberPrefix
    );
}

/// Facts law.md X10: the states with two zones, and Arizona with the Navajo Nation.
#[test]
fn a_place_has_all_its_zones() {
    for state in ["FL", "TX", "TN", "KY", "IN", "MI", "SD", "ND", "NE", "KS", "ID", "OR", "AK", "AZ", "NV"] {
        let here = of("+12125550123").with_place(place(&format!("US-{state}")));
        assert!(here.zones().len() >= 2, "{state}");
        assert_eq!(here.zones_from(), Provenance::Declared);
    }
    for (code, expected) in [
        ("US-NY", "America/New_York"),
        ("FR-75", "Europe/Paris"),
        ("FR-974", "Indian/Reunion"),
        ("DE-BY", "Europe/Berlin,Europe/Busingen"),
        ("PR", "America/Puerto_Rico"),
        ("RE", "Indian/Reunion"),
        ("GB", "Europe/London"),
        ("CA-AB", "America/Edmonton"),
        ("ZZ", ""),
    ] {
        assert_eq!(zones(&of("+12125550123").with_place(place(code))), expected, "{code}");
    }
    assert_eq!(places(&of("+17875550123").with_place(place("PR"))), "US-PR");
}

#[test]
fn nothing_shows_a_number_or_a_code() {
    let here = of("+12125550123").with_postal_code("38103").unwrap();
    let shown = format!("{here:?}");
    assert!(!shown.contains("5550123") && !shown.contains("38103"), "{shown}");
}

#[derive(Debug, Clone)]
enum Step {
    Code(String),
    Place(String),
    Zone(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        "[0-9]{5}|[A-Z]{1,2}[0-9]{1,2} ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] [0-9][A-Z][0-9]|\\PC{0,10}"
            .prop_map(Step::Code),
        "(US|CA|FR|GB|DE|AU|ZZ)(-[A-Z0-9]{2})?".prop_map(Step::Place),
        (0usize..598).prop_map(Step::Zone),
    ]
}

fn take(here: &Whereabouts, step: &Step) -> Whereabouts {
    match step {
        Step::Code(code) => here.with_postal_code(code).unwrap_or_else(|_| here.clone()),
        Step::Place(code) => here.with_place(place(code)),
        Step::Zone(index) => here.with_zone(Zone::all().nth(*index).unwrap()),
    }
}

proptest! {
    #[test]
    fn narrowing_keeps_its_promises(
        number in "\\+(1[2-9][0-9]{9}|33[1-9][0-9]{8}|44[1-9][0-9]{9}|[1-9][0-9]{8,12})",
        steps in prop::collection::vec(step(), 0..6),
    ) {
        let start = of(&number);
        let mut here = start.clone();
        for step in &steps {
            let next = take(&here, step);
            prop_assert!(next.places().is_sorted_by(|a, b| a < b) && next.zones().is_sorted_by(|a, b| a < b));
            prop_assert_eq!(next.number_places(), start.places());
            prop_assert_eq!(&take(&next, step), &next, "told twice, known once");
            if let Step::Zone(_) = step {
                prop_assert_eq!(next.zones_from(), Provenance::Declared);
            }
            here = next;
        }
        if steps.iter().any(|step| matches!(step, Step::Zone(_))) {
            prop_assert_eq!(here.zones().len(), 1, "once told, the zone stays");
        }
    }
}
