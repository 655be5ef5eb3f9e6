//! Caps, grounds, required texts and dates of the book, written down again by hand.

use std::sync::Arc;

use chrono::DateTime;
use optin::{
    consent::Basis,
    law::{
        AfterThat, CapKey, CountedFrom, Effect, Kept, Posture, Reach, Requirement, Rule, Rulebook,
        SenderForm, Standing,
    },
    message::Kind,
    place::Place,
};

/// Rule, place, key: three in 24 hours each.
const CAPS: &[(&str, &str, CapKey)] = &[
    ("US-FL-CAP", "US-FL", CapKey::PersonSubject),
    ("US-OK-CAP", "US-OK", CapKey::PersonSubject),
    ("US-MD-CAP", "US-MD", CapKey::PersonSubject),
    ("US-OR-CAP", "US-OR", CapKey::Person),
];

/// Rule, place, kinds, and the standings that suffice on 2026-11-21 as `basis`, `basis+s5` (a sale five months
/// ago), `basis+i5` (an inquiry); then those that do not.
type Grounds = (&'static str, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const GROUNDS: &[Grounds] = &[
    ("US-FED-PEWC", "US-TX", "marketing", "express_written", "express express+s1 soft_opt_in+s1 implied+s1 none+s1"),
    ("US-CTIA-MARKETING", "US", "marketing", "express_written", "express express+s1 soft_opt_in+s1 implied+s1 none+s1"),
    ("US-CTIA-INFORMATIONAL", "US-PR", "transactional authentication service",
        "express_written express soft_opt_in implied", "none none+s1"),
    ("US-CTIA-CONVERSATIONAL", "US", "conversational", "express_written express soft_opt_in implied none", ""),
    ("CA-CASL-MARKETING", "CA-QC", "marketing",
        "express_written express implied+s23 implied+i5 soft_opt_in+s23",
        "implied implied+s24 implied+s25 implied+i6 implied+i7 soft_opt_in soft_opt_in+s24 soft_opt_in+i1 none none+s1"),
    ("CA-CASL-6-6", "CA", "transactional service authentication", "express implied none", ""),
    ("CA-CASL-ANSWER", "CA", "conversational", "express implied none", ""),
    ("FR-CONSENT-MARKETING", "FR-974", "marketing", "express_written express soft_opt_in+s1 soft_opt_in+s90",
        "soft_opt_in soft_opt_in+i1 implied implied+s1 none none+s1"),
    ("FR-CONSENT-OTHER", "FR", "transactional conversational authentication service", "express none", ""),
    ("GB-CONSENT-MARKETING", "GB", "marketing", "express_written express soft_opt_in+s1 soft_opt_in+i1",
        "soft_opt_in implied implied+s1 none none+s1"),
    ("GB-CONSENT-OTHER", "GB", "transactional conversational authentication service", "express none", ""),
];

/// Rule, place, kinds, what each message shows.
const TEXTS: &[(&str, &str, &str, &[Requirement])] = &[
    ("US-CTIA-TEXT", "US", "marketing", &[Requirement::Identity, Requirement::OptOut]),
    (
        "CA-CASL-TEXT",
        "CA",
        "marketing transactional service",
        &[Requirement::Identity, Requirement::Contact, Requirement::OptOut],
    ),
    ("FR-TEXT", "FR", "marketing", &[Requirement::Identity, Requirement::OptOut, Requirement::OptOut]),
    ("GB-TEXT", "GB", "marketing", &[Requirement::Identity, Requirement::OptOut]),
];

/// Rule, a place that it binds, what is kept for how many months, from when, and then.
const PERIODS: &[(&str, &str, Kept, u16, CountedFrom, AfterThat)] = &[
    ("US-FED-LIMITATION", "US", Kept::Evidence, 48, CountedFrom::LastMessage, AfterThat::MayErase),
    ("US-FED-INTERNAL-DNC", "US-PR", Kept::Suppression, 60, CountedFrom::Revocation, AfterThat::MayErase),
    ("US-VA-STOP-RECORD", "US-VA", Kept::Suppression, 120, CountedFrom::Revocation, AfterThat::MayErase),
    ("FR-PROSPECT-RETENTION", "FR-974", Kept::Prospect, 36, CountedFrom::LastContact, AfterThat::Erase),
    ("FR-OBJECTION-RETENTION", "FR", Kept::Suppression, 36, CountedFrom::Revocation, AfterThat::MayErase),
    ("CA-CASL-PROOF", "CA-QC", Kept::Evidence, 36, CountedFrom::LastMessage, AfterThat::MayErase),
];

/// Rule, a place where it binds, register, days for which an answer stays good, what standing in it means.
const REGISTERS: &[(&str, &str, &str, u16, Effect)] = &[
    ("US-DNC", "US-WY", "us-dnc", 31, Effect::Bars),
    ("US-ME-RND", "US-ME", "us-rnd", 31, Effect::Ends),
    ("ZA-OPT-OUT-REGISTRY", "ZA", "za-ncc", 28, Effect::Bars),
];

/// Rule, its first day, and the first day that it is no longer in force.
const DATES: &[(&str, &str, &str)] = &[
    ("US-FED-HOURS", "2003-10-01", ""),
    ("US-DNC", "2024-03-26", ""),
    ("US-ME-RND", "2024-07-16", ""),
    ("ZA-OPT-OUT-REGISTRY", "2026-04-15", ""),
    ("US-CT-HOURS", "2023-10-01", ""),
    ("US-FL-HOURS", "2021-07-01", ""),
    ("US-MD-HOURS", "2024-01-01", ""),
    ("US-NY-HOURS", "2021-08-12", ""),
    ("US-OK-HOURS", "2022-11-01", ""),
    ("US-OR-HOURS", "2026-01-01", ""),
    ("US-PA-HOURS", "2019-12-03", ""),
    ("US-TN-HOURS", "2023-07-01", ""),
    ("US-VA-HOURS", "2020-07-01", ""),
    ("US-WA-HOURS", "2022-06-09", ""),
    ("FR-HOURS-2024", "2024-09-01", "2026-04-01"),
    ("FR-HOURS-2026", "2026-03-01", ""),
    ("US-FL-CAP", "2021-07-01", ""),
    ("US-OK-CAP", "2022-11-01", ""),
    ("US-MD-CAP", "2024-01-01", ""),
    ("US-OR-CAP", "2026-01-01", ""),
    ("CA-CASL-PROOF", "2014-07-01", ""),
    ("CA-CASL-MARKETING", "2014-07-01", ""),
    ("GB-CONSENT-MARKETING", "2003-12-11", "2026-02-05"),
];

/// What the book says otherwise.
pub(super) fn faults(book: &Rulebook) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |so: bool, what: String| {
        if !so {
            faults.push(what);
        }
    };
    let place = |code: &str| code.parse::<Place>().unwrap();
    // CASL s. 11(1)(a): no longer any messages, or any of a class.
    let by_class = |rule: &&Arc<Rule>| rule.revocation.as_ref().is_some_and(|revocation| revocation.by_class);
    let by_class: Vec<&str> = book.rules().iter().filter(by_class).map(|rule| rule.id.as_str()).collect();
    expect(by_class == ["CA-STOP"], format!("a class may be named: {by_class:?}"));
    for &(id, at, key) in CAPS {
        let rule = book.law_of(place(at)).caps.iter().find(|rule| rule.id == id);
        let cap = rule.and_then(|rule| rule.caps.first());
        expect(
            cap.is_some_and(|cap| (cap.max, cap.per_hours, cap.key) == (3, 24, key)),
            format!("{id}: {cap:?}"),
        );
    }
    for &(id, at, kinds, enough, too_little) in GROUNDS {
        let rule = book.law_of(place(at)).bases.iter().find(|rule| rule.id == id);
        let Some(bases) = rule.and_then(|rule| rule.bases.as_ref()) else {
            expect(false, format!("{id} gives no grounds at {at}"));
            continue;
        };
        expect(is_for(rule.unwrap(), kinds), format!("{id} binds other kinds"));
        for (standings, suffices) in [(enough, true), (too_little, false)] {
            for text in standings.split_whitespace() {
                let found = bases.ground_for(&standing(text), today()).is_some();
                expect(found == suffices, format!("{id}: {text} is not {suffices}"));
            }
        }
    }
    for &(id, at, kinds, texts) in TEXTS {
        let rule = book.law_of(place(at)).required.iter().find(|rule| rule.id == id);
        let as_told = |rule: &std::sync::Arc<optin::law::Rule>| {
            is_for(rule, kinds) && rule.required.iter().map(|text| text.what).eq(texts.iter().copied())
        };
        expect(rule.is_some_and(as_told), format!("{id}: {rule:?}"));
    }
    for &(id, at, what, months, from, after) in PERIODS {
        let rule = book.law_of(place(at)).retention.iter().find(|rule| rule.id == id);
        let as_told = |rule: &std::sync::Arc<optin::law::Rule>| {
            let mut rows =
                rule.retention.iter().map(|row| (row.what, row.keep_months, row.counted_from, row.after));
            rows.len() == 1 && rows.all(|row| row == (what, months, from, after))
        };
        expect(rule.is_some_and(as_told), format!("{id}: {rule:?}"));
    }
    for &(id, at, name, days, effect) in REGISTERS {
        let rule = book.law_of(place(at)).registers.iter().find(|rule| rule.id == id);
        let as_told = |rule: &std::sync::Arc<optin::law::Rule>| {
            let named = rule
                .registers
                .iter()
                .map(|register| (register.name.as_str(), register.max_age_days, register.effect));
            is_for(rule, "marketing") && named.eq([(name, days, effect)])
        };
        expect(rule.is_some_and(as_told), format!("{id}: {rule:?}"));
    }
    for &(id, from, to) in DATES {
        let date = |text: &str| text.parse().ok();
        let rule = book.rule(id);
        expect(
            rule.is_some_and(|rule| rule.from == date(from) && rule.to == date(to)),
            format!("{id}: dates"),
        );
    }
    faults
}

pub(super) fn is_for(rule: &optin::law::Rule, kinds: &str) -> bool {
    Kind::ALL
        .iter()
        .all(|kind| rule.kinds.contains(*kind) == kinds.split(' ').any(|code| code == kind.code()))
}

pub(super) fn today() -> i64 {
    DateTime::parse_from_rfc3339("2026-11-21T12:00:00Z").unwrap().timestamp()
}

/// `implied+s23`: implied, with a sale 23 months before today.
pub(super) fn standing(text: &str) -> Standing<'static> {
    let (basis, date) = text.split_once('+').unwrap_or((text, ""));
    let ago = |mark: char| -> Option<i64> {
        let months: u32 = date.strip_prefix(mark)?.parse().unwrap();
        let today = DateTime::from_timestamp(today(), 0).unwrap();
        Some(today.checked_sub_months(chrono::Months::new(months)).unwrap().timestamp())
    };
    Standing {
        basis: Basis::from_code(basis).unwrap(),
        given_at: ago('c'),
        sale_at: ago('s'),
        inquiry_at: ago('i'),
        marketed: &[],
        sends: &[],
    }
}

#[test]
fn caps_grounds_texts_and_dates_are_as_the_facts_have_them() {
    assert_eq!(faults(&Rulebook::builtin()), [""; 0]);
}

#[test]
fn the_last_instant_of_a_period_is_within_it() {
    let book = Rulebook::builtin();
    let bases = book.rule("CA-CASL-MARKETING").unwrap().bases.clone().unwrap();
    let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().timestamp();
    // Six months from the last of August end with February.
    let inquiry = at("2025-08-31T10:00:00Z");
    let implied = Standing {
        basis: Basis::Implied,
        given_at: None,
        sale_at: None,
        inquiry_at: Some(inquiry),
        marketed: &[],
        sends: &[],
    };
    assert!(bases.ground_for(&implied, at("2026-02-28T09:59:59Z")).is_some());
    assert!(bases.ground_for(&implied, at("2026-02-28T10:00:00Z")).is_none());
    assert!(bases.ground_for(&implied, inquiry).is_some());
    assert!(bases.ground_for(&implied, inquiry - 1).is_none(), "an inquiry to come is none yet");
}

/// Rule, then what lifts it today under Strict, what only under Settled, and what never.
const LIFTS: &[(&str, &str, &str, &str)] = &[
    ("US-UT-HOURS", "express express_written", "", "implied+s1 soft_opt_in+s1"),
    ("US-VA-HOURS", "express express_written", "", "implied+s1"),
    ("US-TN-HOURS", "express express_written implied+s11", "", "implied+s13 implied+i1"),
    ("US-PA-HOURS", "implied+s11", "", "implied+s13 express_written"),
    ("US-WA-HOURS", "implied+s11", "", "implied+s12 express_written"),
    ("US-TX-HOURS", "implied+s17", "", "implied+s19 express_written"),
    ("US-OK-HOURS", "implied+s17", "implied+i2", "implied+s19 implied+i4 express_written"),
    ("US-OR-HOURS", "", "implied+s17", "implied+s19 express_written"),
    ("US-FED-HOURS", "", "express express_written implied+s17 implied+i2", "implied+s19 implied+i4"),
    ("US-NJ-HOURS", "", "express", "implied+s1"),
    ("US-DNC", "express_written", "implied+s17 implied+i2", "express implied+s19 implied+i4"),
    ("US-ME-RND", "express_written implied+s17 implied+i2", "", "express implied+s19 implied+i4"),
    ("ZA-OPT-OUT-REGISTRY", "", "", "express_written+s1"),
    ("US-RI-HOURS", "", "express", "implied+s1"),
    ("US-MA-HOURS", "", "express implied+s1", "none"),
    ("US-LA-HOURS", "", "express implied+s1", "none"),
    ("US-CT-HOURS", "", "express_written", "express implied+s1"),
    ("US-FL-HOURS", "", "", "express_written+s1"),
    ("US-MS-HOURS", "", "", "express_written+s1"),
    ("US-NY-HOURS", "", "", "express_written+s1"),
    ("US-MD-HOURS", "", "", "express_written+s1"),
    ("US-KY-HOURS", "", "", "express_written+s1"),
    ("FR-HOURS-2026", "", "", "express_written+s1"),
    ("KR-HOURS", "", "", "express_written+s1"),
    ("ZA-HOURS", "", "", "express_written+s1"),
];

#[test]
fn a_contested_lift_does_not_lift_under_strict() {
    let book = Rulebook::builtin();
    for &(id, strict, settled, never) in LIFTS {
        for (standings, by_strict, by_settled) in
            [(strict, true, true), (settled, false, true), (never, false, false)]
        {
            for text in standings.split_whitespace() {
                let lifts = |posture| {
                    let lifted_by = &book.rule(id).unwrap().lifted_by;
                    lifted_by.iter().any(|lift| lift.lifts(&standing(text), posture, today()))
                };
                assert_eq!(lifts(Posture::Strict), by_strict, "{id} {text}");
                assert_eq!(lifts(Posture::Settled), by_settled, "{id} {text}");
            }
        }
    }
}

#[test]
fn what_is_not_settled_binds_only_under_strict() {
    let book = Rulebook::builtin();
    for id in ["US-CT-HOURS", "US-VA-HOURS", "US-OR-HOURS", "FR-HOURS-2026", "US-CTIA-MARKETING", "ZA-HOURS"]
    {
        assert!(Posture::Settled.binds(book.rule(id).unwrap().reach), "{id}");
    }
    for id in [
        "US-FED-HOURS",
        "US-FL-HOURS",
        "US-TX-HOURS",
        "US-WA-HOURS",
        "US-NJ-HOURS",
        "US-UT-HOURS",
        "US-PA-HOURS",
        "US-RI-HOURS",
        "US-MS-HOURS",
        "US-KY-HOURS",
        "US-MA-HOURS",
        "US-FED-PEWC",
    ] {
        assert!(!Posture::Settled.binds(book.rule(id).unwrap().reach), "{id}");
    }
    assert!(
        book.rules().iter().all(|rule| Posture::Strict.binds(rule.reach) != (rule.reach == Reach::Voice))
    );
}

#[test]
fn a_french_name_that_cannot_be_answered_names_a_short_code() {
    let book = Rulebook::builtin();
    let texts = &book.rule("FR-TEXT").unwrap().required;
    let forms = |sender| -> Vec<&str> {
        let of_sender = texts.iter().filter(|text| text.sender == sender);
        of_sender.flat_map(|text| text.forms.iter().map(String::as_str)).collect()
    };
    assert!(forms(SenderForm::Alphanumeric).iter().all(|form| form.contains("{short_code}")));
    assert_eq!(forms(SenderForm::Reachable), ["STOP"]);
}

#[test]
fn every_rule_says_where_it_is_from() {
    for rule in Rulebook::builtin().rules() {
        assert!(
            !rule.citation.is_empty() && !rule.sources.is_empty() && rule.penalty.is_some(),
            "{}",
            rule.id
        );
    }
}
