//! What a sale is worth to a marketing text, from country to country, and where a list must be asked first.

use optin::{consent::Basis, message::Kind};

use super::cases::{Ask, bare};

/// Wednesday noon in Paris.
const NOON: &str = "2026-11-18T11:00:00Z";

fn soft(of: &str, sale: &str) -> Ask {
    bare(of, NOON).grant(Basis::SoftOptIn, Some(sale), None)
}

fn express(of: &str) -> Ask {
    bare(of, NOON).grant(Basis::Express, None, None)
}

/// Country, a mobile number, and the answers to a soft opt-in with a sale of 2026-11-01 and one of 2019, and to an
/// express consent.
#[rustfmt::skip]
const COUNTRIES: &[(&str, &str, &str, &str, &str)] = &[
    ("BE", "+32470123456", "allow", "allow", "allow"),
    ("LU", "+352628123456", "allow", "allow", "allow"),
    ("CH", "+41781234567", "allow", "allow", "allow"),
    ("DE", "+4915112345678", "allow", "allow", "allow"),
    ("NL", "+31612345678", "allow", "allow", "allow"),
    ("PT", "+351912345678", "allow", "allow", "allow"),
    ("CZ", "+420601123456", "allow", "allow", "allow"),
    ("SE", "+46701234567", "allow", "allow", "allow"),
    ("DK", "+4520123456", "allow", "allow", "allow"),
    ("NO", "+4740612345", "allow", "allow", "allow"),
    ("FI", "+358412345678", "allow", "allow", "allow"),
    // The list is for those who did not consent themselves.
    ("AT", "+436641234567", "defer register register_stale/AT-ECG-LIST",
        "defer register register_stale/AT-ECG-LIST", "allow"),
    ("ES", "+34612345678", "defer register register_stale/ES-ROBINSON",
        "defer register register_stale/ES-ROBINSON", "allow"),
    ("IE", "+353850123456", "allow", "deny basis_expired/IE-CONSENT-MARKETING", "allow"),
    ("IT", "+393123456789", "deny basis_insufficient/IT-CONSENT-MARKETING",
        "deny basis_insufficient/IT-CONSENT-MARKETING", "allow"),
    ("PL", "+48512345678", "deny basis_insufficient/PL-CONSENT-MARKETING",
        "deny basis_insufficient/PL-CONSENT-MARKETING", "allow"),
    ("HU", "+36201234567", "deny basis_insufficient/EU-EPRIVACY-CONSENT",
        "deny basis_insufficient/EU-EPRIVACY-CONSENT", "allow"),
    ("GR", "+306912345678", "deny basis_insufficient/EU-EPRIVACY-CONSENT",
        "deny basis_insufficient/EU-EPRIVACY-CONSENT", "allow"),
    // A consent that the national system does not hold is none.
    ("TR", "+905012345678", "deny basis_insufficient/TR-CONSENT-MARKETING",
        "deny basis_insufficient/TR-CONSENT-MARKETING", "defer register register_stale/TR-IYS"),
];

#[test]
fn a_sale_is_worth_what_each_country_says() {
    for &(country, of, fresh, old, agreed) in COUNTRIES {
        assert_eq!(soft(of, "2026-11-01T10:00:00Z").answer(), fresh, "{country}");
        assert_eq!(soft(of, "2019-11-01T10:00:00Z").answer(), old, "{country}");
        assert_eq!(express(of).answer(), agreed, "{country}");
        // Nobody asks for a consent to a parcel's arrival.
        assert_eq!(bare(of, NOON).kind(Kind::Transactional).answer(), "allow", "{country}");
        assert!(bare(of, NOON).answer().starts_with("deny no_consent/"), "{country}");
    }
}

#[test]
fn a_date_before_the_law_that_the_book_knows_is_not_answered() {
    let polish = |when| bare("+48512345678", when).grant(Basis::Express, None, None).answer();
    assert_eq!(polish("2024-11-09T11:00:00Z"), "defer coverage no_coverage");
    assert_eq!(polish("2024-11-10T11:00:00Z"), "allow");
    // A Turkish consent of before the İYS needed no entry.
    let turkish = |when| bare("+905012345678", when).grant(Basis::Express, None, None).answer();
    assert_eq!(turkish("2020-08-30T11:00:00Z"), "allow 2020-08-31T21:00:00Z");
    assert_eq!(turkish("2020-09-01T11:00:00Z"), "defer register register_stale/TR-IYS");
}

#[test]
fn an_irish_program_keeps_its_ground_by_writing_in_time() {
    let of = "+353850123456";
    assert_eq!(soft(of, "2025-11-20T10:00:00Z").answer(), "allow 2026-11-20T10:00:00Z");
    let kept = soft(of, "2025-06-01T10:00:00Z").sent("2025-11-25T10:00:00Z", None);
    assert_eq!(kept.answer(), "allow 2026-11-25T10:00:00Z");
    let lost = soft(of, "2025-06-01T10:00:00Z").sent("2026-07-01T10:00:00Z", None);
    assert_eq!(lost.answer(), "deny basis_expired/IE-CONSENT-MARKETING");
}

#[test]
fn the_evening_in_paris_under_three_regimes() {
    let ends = |when| bare("+33612345678", when).grant(Basis::Express, None, None).answer();
    assert_eq!(ends("2024-08-30T11:00:00Z"), "allow 2024-08-30T18:30:00Z");
    assert_eq!(ends("2024-09-02T11:00:00Z"), "allow 2024-09-02T20:00:00Z");
    assert_eq!(ends("2026-03-10T11:00:00Z"), "allow 2026-03-10T20:30:00Z");
    assert_eq!(ends("2026-04-02T11:00:00Z"), "allow 2026-04-02T19:30:00Z");
}
