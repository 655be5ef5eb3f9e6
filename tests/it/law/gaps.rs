//! What the other hand-written assertions leave out, found by taking each thing out of the book: dates and days of the
//! French parts with holidays of their own, versions of one rule, lifts, terms, fines. From the facts, never from the
//! book's own data.

use chrono::{DateTime, Days, NaiveDate};
use optin::{
    consent::Basis,
    law::{Certainty, LiftBy, PenaltyUnit, Posture, Rule, Rulebook, Standing, Tolerance, is_open},
    message::Kind,
    place::{Place, Zone, ZoneTable},
};

use super::rules::{is_for, standing, today};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The version of a rule that is in force at a place on a day.
fn version<'b>(book: &'b Rulebook, id: &str, place: &str, on: &str) -> Option<&'b Rule> {
    let rules = &book.law_of(place.parse::<Place>().unwrap()).rules;
    rules.iter().map(AsRef::as_ref).find(|rule| rule.id == id && rule.in_force_on(day(on)))
}

struct Faults(Vec<String>);

impl Faults {
    fn expect(&mut self, so: bool, what: impl FnOnce() -> String) {
        if !so {
            self.0.push(what());
        }
    }
}

/// What the book says otherwise.
pub(super) fn faults(book: &Rulebook, table: &ZoneTable) -> Vec<String> {
    let mut faults = Faults(Vec::new());
    french_parts(book, table, &mut faults);
    words(book, &mut faults);
    versions(book, &mut faults);
    lifts(book, &mut faults);
    korea(book, &mut faults);
    fines(book, &mut faults);
    faults.0
}

/// The part's name in the rules, its places, a zone, and a holiday of its own in 2028, never a Sunday that year.
/// Facts 6.4: L3422-2, and L3134-13 for Alsace-Moselle.
const PARTS: &[(&str, &str, &str, &str)] = &[
    ("971", "FR-971", "America/Guadeloupe", "2028-05-27"),
    ("972", "FR-972", "America/Martinique", "2028-05-22"),
    ("973", "FR-973", "America/Cayenne", "2028-06-10"),
    ("974", "FR-974", "Indian/Reunion", "2028-12-20"),
    ("976", "FR-976", "Indian/Mayotte", "2028-04-27"),
    ("BL", "FR-BL", "America/St_Barthelemy", "2028-10-09"),
    ("MF", "FR-MF", "America/Marigot", "2028-05-27"),
    ("ALSACE-MOSELLE", "FR-57 FR-67 FR-68", "Europe/Paris", "2028-12-26"),
];

/// Facts 6.2: operators' contracts from about 2012, the charters of 2024 and 2026; the month in which both charters
/// may hold has both.
const CHARTERS: &[(&str, &str, &str)] =
    &[("2012", "2012-01-01", "2024-09-01"), ("2024", "2024-09-01", "2026-04-01"), ("2026", "2026-03-01", "")];

fn french_parts(book: &Rulebook, table: &ZoneTable, faults: &mut Faults) {
    for &(part, places, zone, holiday) in PARTS {
        let zone = Zone::named(zone).unwrap();
        for &(charter, from, to) in CHARTERS {
            let id = format!("FR-{part}-HOURS-{charter}");
            for place in places.split(' ') {
                let on = |date: NaiveDate| version(book, &id, place, &date.to_string()).is_some();
                let first = day(from);
                let begins = on(first) && !on(first - Days::new(1));
                let ends = to.is_empty() && on(day("2035-12-31"))
                    || !to.is_empty() && on(day(to) - Days::new(1)) && !on(day(to));
                faults.expect(begins && ends, || format!("{id} at {place} has other dates"));
            }
            let Some(rule) = book.rule(&id) else {
                faults.expect(false, || format!("no {id}"));
                continue;
            };
            let binds = [Posture::Strict, Posture::Settled].iter().all(|posture| posture.binds(rule.reach));
            faults.expect(binds && is_for(rule, "marketing"), || format!("{id} binds otherwise"));
            let noon = |date: &str, tolerance| {
                let noon = day(date).and_hms_opt(12, 0, 0).unwrap().and_utc().timestamp();
                let at = noon - i64::from(table.span(zone, noon).unwrap().offset);
                is_open(table, rule.hours.as_ref().unwrap(), tolerance, zone, at).unwrap()
            };
            // 2028-03-07 is a Tuesday, 2028-03-05 a Sunday. Since 2026 tolerated, and no more than that.
            let tolerated = charter == "2026";
            for (date, strict, tolerant) in [
                ("2028-03-07", true, true),
                ("2028-03-05", false, tolerated),
                ("2028-05-08", false, tolerated),
                (holiday, false, tolerated),
            ] {
                let found = (noon(date, Tolerance::Closed), noon(date, Tolerance::Open));
                faults.expect(found == (strict, tolerant), || format!("{id} on {date}: {found:?}"));
            }
        }
    }
}

/// Facts X4: a wish to stop counts in any words. From the day on which the country's law is in the book.
const WORDS: &str = "AT 2021-11-01 BE 2014-05-31 CH 2007-04-01 DE 2008-12-30 DK 2017-07-01 ES 2018-12-07 \
    IT 2004-01-01 NL 2009-10-01 NO 2009-06-01 PL 2024-11-10 PT 2013-01-01 SE 2008-07-01 TR 2015-07-15";

fn words(book: &Rulebook, faults: &mut Faults) {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    for pair in words.chunks(2) {
        let id = format!("{}-STOP-WORDS", pair[0]);
        let on = |date: NaiveDate| version(book, &id, pair[0], &date.to_string());
        let found = on(day(pair[1])).filter(|rule| Posture::Settled.binds(rule.reach));
        let first = on(day(pair[1]) - Days::new(1)).is_none();
        faults.expect(first && found.is_some(), || format!("{id} has another first day or reach"));
    }
    let kinds = version(book, "EU-GDPR-STORAGE", "IE", "2020-01-01").map(|rule| rule.kinds);
    faults.expect(kinds.is_some_and(|kinds| Kind::ALL.iter().all(|kind| kinds.contains(*kind))), || {
        "personal data of every kind is kept no longer than needed".to_owned()
    });
}

/// Rule, place, a day of each of its versions; kinds; grounds that suffice, and that do not, as in `rules`.
type Version =
    (&'static str, &'static str, &'static [&'static str], &'static str, &'static str, &'static str);

#[rustfmt::skip]
const VERSIONS: &[Version] = &[
    // Facts 7: sale or negotiations; the Act of 2025 changed the fine alone.
    ("GB-CONSENT-MARKETING", "GB", &["2026-02-04", "2026-02-05"], "marketing",
        "express express_written soft_opt_in+s1 soft_opt_in+i1", "soft_opt_in implied implied+s1 none none+s1"),
    ("GB-CONSENT-OTHER", "GB", &["2026-02-04", "2026-02-05"], "transactional conversational authentication service",
        "express none", ""),
    // Facts 6.3: calls, from 2026-08-11, on consent alone.
    ("FR-CALL-OPT-IN", "FR", &["2026-08-11"], "marketing", "express express_written", "implied none soft_opt_in+s1"),
];

/// Rule, place, a day of a version, what each message carries: requirement and forms.
#[rustfmt::skip]
const TEXTS: &[(&str, &str, &str, &str)] = &[
    ("GB-TEXT", "GB", "2026-02-04", "identity: opt_out:STOP|{opt_out_link}"),
    ("GB-TEXT", "GB", "2026-02-05", "identity: opt_out:STOP|{opt_out_link}"),
    // Facts 6.4: an unsubscribe address counts since the charter of 2026.
    ("FR-TEXT", "FR", "2026-03-31", "identity: opt_out:STOP au {short_code}|STOP {short_code} opt_out:STOP"),
    ("FR-TEXT", "FR", "2026-04-01",
        "identity: opt_out:STOP au {short_code}|STOP {short_code}|{opt_out_link} opt_out:STOP|{opt_out_link}"),
];

fn versions(book: &Rulebook, faults: &mut Faults) {
    for &(id, place, days, kinds, enough, too_little) in VERSIONS {
        for on in days {
            let Some((rule, bases)) =
                version(book, id, place, on).and_then(|rule| Some((rule, rule.bases.as_ref()?)))
            else {
                faults.expect(false, || format!("{id} asks for no ground on {on}"));
                continue;
            };
            faults.expect(is_for(rule, kinds), || format!("{id} of {on} binds other kinds"));
            for (standings, suffices) in [(enough, true), (too_little, false)] {
                for text in standings.split_whitespace() {
                    let found = bases.ground_for(&standing(text), today()).is_some();
                    faults.expect(found == suffices, || format!("{id} of {on}: {text} is not {suffices}"));
                }
            }
        }
    }
    for &(id, place, on, expected) in TEXTS {
        let texts = version(book, id, place, on).map(|rule| {
            let text = |text: &optin::law::RequiredText| format!("{}:{}", text.what, text.forms.join("|"));
            rule.required.iter().map(text).collect::<Vec<_>>().join(" ")
        });
        faults.expect(texts.as_deref() == Some(expected), || format!("{id} of {on}: {texts:?}"));
    }
}

/// Rule, place, a day, what lifts it, in order, all of it settled but what ends in `?`.
#[rustfmt::skip]
const LIFTS: &[(&str, &str, &str, &str)] = &[
    // 6.1: charity and trade on legitimate interest.
    ("FR-CONSENT-MARKETING", "FR", "2026-11-21", "other other"),
    // 6.1: a running contract; one trade source reads the ban as one without consent.
    ("FR-ENERGY-RENOVATION", "FR", "2026-11-21", "other consent?"),
    // 6.3: a running contract.
    ("FR-CALL-OPT-IN", "FR", "2026-11-21", "other"),
    // 7: merchants opt out.
    ("TR-CONSENT-MARKETING", "TR", "2026-11-21", "other"),
    ("TR-IYS", "TR", "2026-11-21", "other"),
    // 8: consent or the register; the seller's own consent overrides it; a separate consent to the night; an
    // agreement to be timed outside.
    ("SG-NO-TEXT-REGISTER", "SG", "2026-11-21", "consent"),
    ("MX-REPEP", "MX", "2026-11-21", "consent"),
    ("BR-SP-LIST", "BR-SP", "2026-11-21", "consent"),
    ("KR-HOURS", "KR", "2026-11-21", "separate"),
    ("ZA-HOURS", "ZA", "2026-11-21", "separate"),
];

fn lifts(book: &Rulebook, faults: &mut Faults) {
    for &(id, place, on, expected) in LIFTS {
        let found = version(book, id, place, on).map(|rule| {
            let lift = |lift: &optin::law::Lift| {
                let by = match lift.by {
                    LiftBy::Consent => "consent",
                    LiftBy::SeparateConsent { .. } => "separate",
                    LiftBy::Other { .. } => "other",
                    _ => "by a date",
                };
                format!("{by}{}", if lift.certainty == Certainty::Settled { "" } else { "?" })
            };
            rule.lifted_by.iter().map(lift).collect::<Vec<_>>().join(" ")
        });
        faults.expect(found.as_deref() == Some(expected), || format!("{id} is lifted by {found:?}"));
    }
}

/// Facts 8: consent confirmed every two years; or dealings in the same kind of goods that ended six months ago at most.
fn korea(book: &Rulebook, faults: &mut Faults) {
    let Some(bases) =
        version(book, "KR-RECONFIRMATION", "KR", "2026-11-21").and_then(|rule| rule.bases.as_ref())
    else {
        return faults.expect(false, || "KR-RECONFIRMATION asks for nothing".to_owned());
    };
    let ago = |months| {
        let today = DateTime::from_timestamp(today(), 0).unwrap();
        Some(today.checked_sub_months(chrono::Months::new(months)).unwrap().timestamp())
    };
    let none = Standing {
        basis: Basis::Express,
        given_at: None,
        sale_at: None,
        inquiry_at: None,
        marketed: &[],
        sends: &[],
    };
    for basis in [Basis::Express, Basis::ExpressWritten] {
        for (months, suffices) in [(23, true), (24, false), (25, false)] {
            let given = Standing { basis, given_at: ago(months), ..none };
            let found = bases.ground_for(&given, today()).is_some();
            faults.expect(found == suffices, || format!("Korea: {basis:?} of {months} months"));
        }
    }
    for basis in [Basis::SoftOptIn, Basis::Implied] {
        for (months, suffices) in [(5, true), (6, false), (7, false)] {
            let sold = Standing { basis, sale_at: ago(months), given_at: ago(1), ..none };
            let found = bases.ground_for(&sold, today()).is_some();
            faults.expect(found == suffices, || format!("Korea: {basis:?}, sale {months} months ago"));
        }
    }
}

/// Rules, a place and a day; currency, and the most, by what it is counted if by anything. Facts 5 (83(5)), 6.2, 6.4
/// and 7.
type Fine = (&'static str, &'static str, &'static str, &'static str, u64, Option<PenaltyUnit>);

#[rustfmt::skip]
const FINES: &[Fine] = &[
    ("AT-CONSENT-MARKETING AT-CONSENT-OTHER AT-ECG-LIST", "AT", "2026-11-21", "EUR", 50_000, None),
    ("BE-CONSENT-MARKETING BE-CONSENT-OTHER", "BE", "2026-11-21", "EUR", 80_000, None),
    ("CZ-CONSENT-MARKETING CZ-CONSENT-OTHER CZ-TEXT", "CZ", "2026-11-21", "CZK", 10_000_000, None),
    ("DE-CONSENT-MARKETING DE-CONSENT-OTHER DE-TEXT", "DE", "2026-11-21", "EUR", 20_000_000, None),
    ("ES-CONSENT-MARKETING ES-CONSENT-OTHER ES-ROBINSON ES-CAP", "ES", "2026-11-21", "EUR", 150_000, None),
    ("EU-EPRIVACY-CONSENT EU-EPRIVACY-OTHER EU-GDPR-WITHDRAWAL EU-GDPR-OBJECTION EU-GDPR-ERASURE EU-GDPR-STORAGE",
        "HR", "2026-11-21", "EUR", 20_000_000, None),
    ("FR-CALL-BLOCTEL", "FR", "2026-01-01", "EUR", 375_000, None),
    ("FR-TEXT", "FR", "2026-03-31", "EUR", 375_000, None),
    ("FR-TEXT", "FR", "2026-04-01", "EUR", 375_000, None),
    ("FR-STOP FR-PROSPECT-RETENTION FR-OBJECTION-RETENTION", "FR", "2026-11-21", "EUR", 20_000_000, None),
    ("GB-CONSENT-MARKETING GB-CONSENT-OTHER GB-TEXT", "GB", "2026-02-04", "GBP", 500_000, None),
    ("GB-CONSENT-MARKETING GB-CONSENT-OTHER GB-TEXT GB-CHARITY-SOFT-OPT-IN GB-STOP GB-TPS GB-PROOF", "GB", "2026-02-05",
        "GBP", 17_500_000, None),
    ("IE-CONSENT-MARKETING IE-CONSENT-OTHER", "IE", "2026-11-21", "EUR", 5_000, Some(PenaltyUnit::Message)),
    ("IT-CONSENT-MARKETING IT-CONSENT-OTHER IT-RPO", "IT", "2026-11-21", "EUR", 20_000_000, None),
    ("NL-CONSENT-MARKETING NL-CONSENT-OTHER NL-CALLS-CUSTOMER", "NL", "2026-11-21", "EUR", 900_000, None),
    ("PL-CONSENT-MARKETING PL-CONSENT-OTHER", "PL", "2026-11-21", "PLN", 1_000_000, None),
    ("PT-CONSENT-MARKETING PT-CONSENT-OTHER PT-LISTS", "PT", "2026-11-21", "EUR", 5_000_000, None),
    ("FR-HOURS-2012", "FR", "2024-08-31", "EUR", 1_000, Some(PenaltyUnit::Violation)),
];

fn fines(book: &Rulebook, faults: &mut Faults) {
    let mut fine = |id: &str, place: &str, on: &str, currency: &str, max: u64, per: Option<PenaltyUnit>| {
        let penalty = version(book, id, place, on).and_then(|rule| rule.penalty.as_ref());
        let as_told = |penalty: &&optin::law::Penalty| {
            penalty.currency == currency
                && penalty.min.is_none()
                && penalty.max == Some(max)
                && penalty.per == per
        };
        faults.expect(penalty.as_ref().is_some_and(as_told), || format!("{id} on {on}: {penalty:?}"));
    };
    for &(ids, place, on, currency, max, per) in FINES {
        for id in ids.split_whitespace() {
            fine(id, place, on, currency, max, per);
        }
    }
    for &(part, places, ..) in PARTS {
        let (id, place) = (format!("FR-{part}-HOURS-2012"), places.split(' ').next().unwrap());
        fine(&id, place, "2024-08-31", "EUR", 1_000, Some(PenaltyUnit::Violation));
    }
}

#[test]
fn what_the_others_leave_out_is_as_the_facts_have_it() {
    assert_eq!(faults(&Rulebook::builtin(), &ZoneTable::bundled()), [""; 0]);
}
