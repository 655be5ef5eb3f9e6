//! What holds of every decision, whatever the facts.

use chrono::{DateTime, Utc};
use optin::{
    law::{Posture, Rulebook},
    message::Kind,
    place::{Place, Provenance, Whereabouts, Zone, ZoneTable},
    policy::{Decision, Language, Verdict},
};

use super::{
    agrees::{codes, decide, policy},
    facts::{Dice, case, made_up},
    minutes::HORIZON,
    model::Case,
};

const SEEDS: std::ops::Range<u64> = 50_000..54_000;

fn each(mut check: impl FnMut(&mut Dice, &Case, &Rulebook, &ZoneTable)) {
    let (zones, books) = (ZoneTable::bundled(), [Rulebook::builtin(), made_up()]);
    for seed in SEEDS {
        let mut dice = Dice(seed);
        let case = case(&mut dice);
        let book = dice.of(&books);
        check(&mut dice, &case, &book, &zones);
    }
}

fn answer(case: &Case, book: &Rulebook, zones: &ZoneTable) -> Decision {
    decide(&policy(case, zones, book), case, case.at)
}

/// The same whereabouts with one more place and zone, at any rate no narrower.
fn wider(at: &Whereabouts, place: Option<Place>, zone: Option<Zone>) -> Whereabouts {
    type Parts = (Vec<String>, Vec<String>, Vec<String>, Provenance, Provenance, bool);
    let bytes = at.to_bytes();
    let (number, mut places, mut zones, places_from, zones_from, declared): Parts =
        minicbor::decode(&bytes).unwrap();
    places.extend(place.map(|place| place.to_string()));
    zones.extend(zone.map(|zone| zone.name().to_owned()));
    for list in [&mut places, &mut zones] {
        list.sort_unstable();
        list.dedup();
    }
    let parts = (number, places, zones, places_from, zones_from, declared);
    Whereabouts::from_bytes(&minicbor::to_vec(parts).unwrap()).unwrap()
}

const ONE_MORE: &str = r#"
[[rule]]
id = "ONE-MORE"
layer = "practice"
reach = "settled"
confidence = "high"
citation = "made up"
sources = []
places = ["US", "GB", "FR", "CA"]
kinds = ["marketing", "transactional"]
caps = [{ max = 2, per_hours = 48, key = "person" }]
bases = [{ basis = "express_written" }, { basis = "express" }, { basis = "none" }]
[rule.hours]
windows = [{ days = "tue-sun", from = "10:00", to = "19:00" }]
"#;

#[test]
fn more_places_zones_or_rules_never_allow_more() {
    let everywhere: Vec<Zone> =
        ["America/New_York", "Pacific/Honolulu", "Europe/Paris", "Pacific/Kiritimati"]
            .iter()
            .filter_map(|zone| Zone::named(zone))
            .collect();
    let mut allowed = 0;
    each(|dice, case, book, zones| {
        let more = book.with_overlay("one-more.toml", ONE_MORE).unwrap();
        let place = dice.of(book.covered()).place;
        let zone = dice.of(&everywhere);
        let with = |place, zone| Case { whereabouts: wider(&case.whereabouts, place, zone), ..case.clone() };
        let unknown = case.whereabouts.places().is_empty() || case.whereabouts.zones().is_empty();
        let before = answer(case, book, zones);
        allowed += u32::from(before.is_allowed());
        if unknown || before.is_allowed() {
            return;
        }
        assert!(!answer(&with(Some(place), None), book, zones).is_allowed(), "{place} {case:?}");
        assert!(!answer(&with(None, Some(zone)), book, zones).is_allowed(), "{zone} {case:?}");
        assert!(!answer(case, &more, zones).is_allowed(), "{case:?}");
    });
    assert!(allowed > 100);
}

/// Where every place asks its ground in a settled rule, as all of the built-in book do: what the strict posture
/// allows the settled one allows, and no shorter; each of its denials is one of the strict posture's too, but for
/// the want of a common window where the strict posture already lacks a fact.
#[test]
fn the_settled_posture_only_loosens() {
    each(|_, case, _, zones| {
        let book = Rulebook::builtin();
        let by = |posture| answer(&Case { posture, ..case.clone() }, &book, zones);
        let (strict, settled) = (by(Posture::Strict), by(Posture::Settled));
        if let Verdict::Allow { not_after } = strict.verdict {
            let Verdict::Allow { not_after: later } = settled.verdict else { panic!("{settled:?} {case:?}") };
            assert!(later.is_none() || (not_after.is_some() && later >= not_after), "{case:?}");
        }
        if settled.verdict == Verdict::Deny {
            assert!(!strict.is_allowed());
            let mut only = codes(&settled.reasons);
            only.retain(|(code, _)| *code != "no_common_window");
            let known = codes(&strict.reasons);
            assert!(only.is_subset(&known), "{only:?} {known:?} {case:?}");
        }
    });
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    let again = ZoneTable::bundled();
    each(|_, case, book, zones| {
        let (one, other) = (answer(case, book, zones), answer(&case.clone(), &book.clone(), &again));
        assert_eq!(one, other);
        for language in [Language::English, Language::French] {
            assert_eq!(one.explain(language), other.explain(language));
        }
        // No number and no sender's word in it: only zones, rules and times.
        assert!(!one.explain(Language::English).contains("5550123"));
    });
}

#[test]
fn allowed_until_then_is_allowed_at_every_moment_before() {
    each(|dice, case, book, zones| {
        let Verdict::Allow { not_after } = answer(case, book, zones).verdict else { return };
        let end = not_after.map_or(case.at + HORIZON, |end| end.timestamp());
        assert!(end > case.at, "{case:?}");
        let mut moments: Vec<i64> = (0..6).map(|_| dice.between(case.at, end)).collect();
        moments.push(end - 1);
        for at in moments {
            let then = decide(&policy(case, zones, book), case, at);
            assert!(then.is_allowed(), "at {at} of {end}: {then:?} {case:?}");
        }
    });
}

#[test]
fn asked_again_when_told_to_no_window_or_cap_stands_in_the_way() {
    let mut held = 0;
    each(|_, case, book, zones| {
        let Verdict::Defer { until: Some(until) } = answer(case, book, zones).verdict else { return };
        held += 1;
        let wait = until - DateTime::<Utc>::from_timestamp(case.at, 0).unwrap();
        assert!(wait.num_seconds() > 0 && until.timestamp() % 60 == 0, "{case:?}");
        let then = decide(&policy(case, zones, book), case, until.timestamp());
        let waits = ["window_closed", "cap_reached", "brand_hours", "brand_cap", "no_common_window"];
        assert!(!then.reasons.iter().any(|r| waits.contains(&r.code.code())), "{then:?} {case:?}");
    });
    assert!(held > 50);
}

#[test]
fn a_missing_fact_never_allows() {
    each(|_, case, book, zones| {
        let at = &case.whereabouts;
        let never = |case: Case, what: &str| {
            assert!(!answer(&case, book, zones).is_allowed(), "{what}: {case:?}");
        };
        let elsewhere = |whereabouts| Case { whereabouts, ..case.clone() };
        never(elsewhere(at.with_zone_name("Mars/Base")), "unknown zone");
        never(elsewhere(at.with_place(Place::new("ZZ-9").unwrap())), "unknown place");
        never(elsewhere(at.with_place(Place::new("UA").unwrap())), "no coverage");
        let mut nobody = Case { kind: Kind::Marketing, ..case.clone() };
        nobody.state.programs.clear();
        never(nobody, "no consent");
        let far = DateTime::<Utc>::from_timestamp(2_400_000_000, 0).unwrap().timestamp();
        never(Case { at: far, ..case.clone() }, "past the zone table");
    });
}
