//! What a consent and a sale are worth to a marketing text outside Europe and the United States, and where a list must
//! be asked first.

use optin::{consent::Basis, message::Kind};

use super::cases::{Ask, bare};

/// Wednesday, within the hours of every country that has some.
const AT: &str = "2026-11-18T09:00:00Z";
const OLD: Option<&str> = Some("2019-11-01T10:00:00Z");

fn agreed(of: &str, basis: Basis) -> Ask {
    unsigned(bare(of, AT)).grant(basis, None, None)
}

fn customer(of: &str, basis: Basis) -> Ask {
    unsigned(bare(of, AT)).grant(basis, OLD, None)
}

/// A mobile number, and the answers to an express consent, to a relation and to a soft opt-in with a sale of 2019, and
/// to nobody known.
#[rustfmt::skip]
const COUNTRIES: &[(&str, &str, &str, &str, &str)] = &[
    ("+61412345678", "allow", "allow", "allow", "deny no_consent/AU-CONSENT-MARKETING"),
    ("+64211234567", "allow", "allow", "allow", "deny no_consent/NZ-CONSENT-MARKETING"),
    ("+919812345678", "allow 2026-11-18T15:30:00Z", "deny basis_insufficient/IN-CONSENT-MARKETING",
        "deny basis_insufficient/IN-CONSENT-MARKETING", "deny no_consent/IN-CONSENT-MARKETING"),
    // The register stands in for a consent.
    ("+6581234567", "allow", "defer register register_stale/SG-NO-TEXT-REGISTER",
        "defer register register_stale/SG-NO-TEXT-REGISTER", "defer register register_stale/SG-NO-TEXT-REGISTER"),
    ("+821012345678", "allow 2026-11-18T12:00:00Z",
        "deny basis_expired/KR-CONSENT-MARKETING basis_expired/KR-RECONFIRMATION",
        "deny basis_expired/KR-CONSENT-MARKETING basis_expired/KR-RECONFIRMATION",
        "deny no_consent/KR-CONSENT-MARKETING no_consent/KR-RECONFIRMATION"),
    ("+819012345678", "allow", "allow", "allow", "deny no_consent/JP-CONSENT-MARKETING"),
    ("+972501234567", "allow", "deny basis_insufficient/IL-CONSENT-MARKETING", "allow",
        "deny no_consent/IL-CONSENT-MARKETING"),
    ("+971501234567", "allow 2026-11-18T17:00:00Z", "deny basis_insufficient/AE-CONSENT-MARKETING",
        "deny basis_insufficient/AE-CONSENT-MARKETING", "deny no_consent/AE-CONSENT-MARKETING"),
    // Not even a consent is known to stand against the registry.
    ("+27711234567", "defer register register_stale/ZA-OPT-OUT-REGISTRY",
        "deny basis_insufficient/ZA-CONSENT-MARKETING",
        "defer register register_stale/ZA-OPT-OUT-REGISTRY",
        "deny no_consent/ZA-CONSENT-MARKETING"),
    ("+525512345678", "allow", "defer register register_stale/MX-REPEP", "defer register register_stale/MX-REPEP",
        "deny no_consent/MX-CONSENT-MARKETING"),
    ("+5511961234567", "allow", "defer register register_stale/BR-SP-LIST",
        "defer register register_stale/BR-SP-LIST",
        "deny no_consent/BR-CONSENT-MARKETING"),
];

/// From no sender in particular: some countries prescribe a form of its name.
fn unsigned(ask: Ask) -> Ask {
    ask.with(|ask| ask.sender = None)
}

#[test]
fn consent_and_sale_are_worth_what_each_country_says() {
    for &(of, express, relation, soft, nobody) in COUNTRIES {
        for basis in [Basis::ExpressWritten, Basis::Express] {
            assert_eq!(unsigned(agreed(of, basis)).answer(), express, "{of}");
        }
        assert_eq!(unsigned(customer(of, Basis::Implied)).answer(), relation, "{of}");
        assert_eq!(unsigned(customer(of, Basis::SoftOptIn)).answer(), soft, "{of}");
        assert_eq!(unsigned(bare(of, AT)).answer(), nobody, "{of}");
        assert_eq!(unsigned(bare(of, AT)).kind(Kind::Conversational).answer(), "allow", "{of}");
        // A parcel's arrival needs no consent, and in India a relation on record.
        let parcel = unsigned(bare(of, AT)).kind(Kind::Transactional).answer();
        let expected = if of.starts_with("+91") { "deny no_consent/IN-CONSENT-SERVICE" } else { "allow" };
        assert_eq!(parcel, expected, "{of}");
        assert_eq!(agreed(of, Basis::Implied).kind(Kind::Transactional).answer(), "allow", "{of}");
    }
}

#[test]
fn in_korea_a_consent_lasts_two_years_and_a_sale_six_months() {
    let ticked = |when| agreed("+821012345678", Basis::ExpressWritten).with(|ask| ask.at(when));
    assert_eq!(ticked("2028-10-19T08:59:59Z").answer(), "allow 2028-10-19T09:00:00Z");
    assert_eq!(ticked("2028-10-19T09:00:00Z").answer(), "deny basis_expired/KR-RECONFIRMATION");
    let bought = |sale| bare("+821012345678", AT).grant(Basis::Implied, Some(sale), None);
    assert_eq!(bought("2026-05-18T09:00:01Z").answer(), "allow 2026-11-18T09:00:01Z");
    let lapsed = "deny basis_expired/KR-CONSENT-MARKETING basis_expired/KR-RECONFIRMATION";
    assert_eq!(bought("2026-05-18T09:00:00Z").answer(), lapsed);
}

#[test]
fn under_settled_what_is_not_sure_is_a_warning() {
    let mexico = "defer register register_stale/MX-REPEP warning:no_consent/MX-CONSENT-MARKETING";
    assert_eq!(bare("+525512345678", AT).settled().answer(), mexico);
    let brazil = "allow warning:register_stale/BR-SP-LIST";
    assert_eq!(customer("+5511961234567", Basis::Implied).settled().answer(), brazil);
}

#[test]
fn a_country_is_open_in_its_own_clock_only() {
    let asked = |of, when| unsigned(bare(of, when)).grant(Basis::ExpressWritten, None, None).answer();
    for (of, when, answer) in [
        ("+966501234567", "2026-11-18T18:00:00Z", "defer 2026-11-19T06:00:00Z window_closed/SA-HOURS"),
        ("+919812345678", "2026-11-18T04:29:00Z", "defer 2026-11-18T04:30:00Z window_closed/IN-HOURS"),
        ("+971501234567", "2026-11-18T02:59:00Z", "defer 2026-11-18T03:00:00Z window_closed/AE-HOURS"),
        ("+821012345678", "2026-11-18T12:00:00Z", "defer 2026-11-18T23:00:00Z window_closed/KR-HOURS"),
        // Hours for calls hold no text.
        ("+14165550123", "2026-11-18T05:00:00Z", "allow"),
        ("+5511961234567", "2026-11-18T05:00:00Z", "allow"),
    ] {
        assert_eq!(asked(of, when), answer, "{of}");
    }
}
