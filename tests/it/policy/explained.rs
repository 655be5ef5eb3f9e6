//! Explanations: each rule with whether it applied and why, in words that stay the same.

use optin::{
    law::{Posture, Rulebook},
    message::Kind,
    place::{Whereabouts, ZoneTable},
    policy::{Brand, Explanation, Language, Policy, Why},
};

use super::{
    agrees::{codes, decide, policy},
    cases::{Ask, ask},
    facts::{Dice, case, made_up},
};

/// A book of one state, made up so that real law may change.
const BOOK: &str = include_str!("../../data/explained.toml");

/// Florida's west: two zones.
const PENSACOLA: &str = "+18504321234";

fn made_for_it() -> Policy {
    let book = Rulebook::from_files(&[("explained.toml", BOOK)]).unwrap();
    Policy::new(book, ZoneTable::bundled())
}

fn explain(policy: &Policy, ask: &Ask) -> Explanation {
    let (facts, request) = ask.parts();
    policy.explanation(facts, request, ask.when())
}

fn codes_of(explanation: &Explanation, id: &str) -> (bool, Vec<&'static str>) {
    let seen = explanation.rules.iter().find(|seen| seen.rule.id == id).unwrap();
    (seen.applied, seen.whys.iter().map(Why::code).collect())
}

fn asked() -> Ask {
    let bought =
        ask(PENSACOLA, "2026-11-28T01:30:00Z").about("shoes").sent("2026-11-27T15:00:00Z", Some("shoes"));
    bought.with(|ask| ask.answered("x-litigators", "2026-11-25T09:00:00Z"))
}

/// The version of the zone data is whatever is bundled.
fn text(explanation: &Explanation, language: Language) -> String {
    let tz = explanation.decision.versions.zones.to_string();
    explanation.to_text(language).replace(&tz, "TZ")
}

#[test]
fn every_rule_says_whether_it_applied_and_why() {
    let seen = explain(&made_for_it(), &asked());
    for (id, applied, whys) in [
        ("X-HOURS", true, vec!["open", "closed", "not_lifted", "not_lifted", "not_lifted"]),
        ("X-CAP", true, vec!["cap"]),
        ("X-GROUND", true, vec!["ground"]),
        ("X-LIST", false, vec!["lifted"]),
        ("X-CARRIER-LIST", true, vec!["register", "not_lifted"]),
        ("X-TEXT", true, vec!["carry", "ends", "records", "keeps"]),
        ("X-CALLS", false, vec!["voice"]),
        ("X-2027", false, vec!["not_yet"]),
        ("X-2025", false, vec!["over"]),
        ("X-ORDERS", false, vec!["other_kind"]),
        ("X-READ", false, vec!["nothing"]),
    ] {
        assert_eq!(codes_of(&seen, id), (applied, whys), "{id}");
    }
    assert_eq!(seen.rules.len(), 12);
    assert_eq!(seen.decision.code(), "defer");
    assert_eq!(&*seen.decision.versions.rulebook, made_for_it().rulebook.version());
    assert_eq!(&*seen.decision.versions.zones, ZoneTable::bundled().version());
}

#[test]
fn under_the_settled_posture_what_is_contested_warns_and_lifts() {
    let policy = Policy { posture: Posture::Settled, ..made_for_it() };
    let seen = explain(&policy, &asked());
    assert_eq!(codes_of(&seen, "X-HOURS"), (false, vec!["warns", "lifted"]));
    let nobody = asked().with(|ask| ask.has_no_consent());
    let seen = explain(&policy, &nobody);
    assert_eq!(
        codes_of(&seen, "X-HOURS"),
        (false, vec!["warns", "open", "closed", "not_lifted", "not_lifted", "not_lifted"])
    );
    assert_eq!(codes_of(&seen, "X-GROUND"), (true, vec!["tripped"]));
}

#[test]
fn what_a_host_took_out_or_put_in_is_named() {
    let book = made_for_it().rulebook;
    let off = optin::danger::without_rule(&book, "X-HOURS", "counsel's opinion of 2026-11-02").unwrap();
    let seen = explain(&Policy::new(off, ZoneTable::bundled()), &asked());
    assert_eq!(codes_of(&seen, "X-HOURS"), (false, vec!["switched_off"]));
    assert!(text(&seen, Language::English).contains("counsel’s opinion of 2026-11-02"));
}

#[test]
fn the_words_stay_as_they_are() {
    let seen = explain(&made_for_it(), &asked());
    let (english, french) = (text(&seen, Language::English), text(&seen, Language::French));
    let mut other = Vec::new();
    for (told, golden, name) in [
        (&english, include_str!("../../data/explained.en.txt"), "en"),
        (&french, include_str!("../../data/explained.fr.txt"), "fr"),
    ] {
        if told != golden {
            let left = std::env::temp_dir().join(format!("explained.{name}.txt"));
            std::fs::write(&left, told).unwrap();
            other.push(format!(
                "another text than tests/data/explained.{name}.txt; the new one is in {}",
                left.display()
            ));
        }
        assert!(told.lines().all(|line| line.chars().count() <= 100), "{told}");
    }
    assert!(other.is_empty(), "{other:?}");
    // What is said in French is said in French.
    for english_only in ["Monday", "until", "closed", "Lifted", "Rule book", " the person"] {
        let notes = |line: &&str| !line.contains("Note\u{a0}:") && !line.contains("Sanction\u{a0}:");
        assert!(!french.lines().filter(notes).any(|line| line.contains(english_only)), "{english_only}");
    }
}

#[test]
fn the_data_has_the_fields_of_the_contract() {
    let seen = explain(&made_for_it(), &asked());
    let value = serde_json::to_value(&seen).unwrap();
    let rule = value["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "X-HOURS").unwrap();
    for field in ["id", "applied", "why", "layer", "reach", "confidence", "citation", "local"] {
        assert!(!rule[field].is_null(), "{field}: {rule}");
    }
    assert_eq!(
        value["zones"],
        serde_json::json!([
            {"zone": "America/Chicago", "local": "2026-11-27T19:30:00-06:00"},
            {"zone": "America/New_York", "local": "2026-11-27T20:30:00-05:00"},
        ])
    );
    assert_eq!(value["next_window"]["from"], "2026-11-28T14:00:00Z");
    assert_eq!(value["next_window"]["until"], "2026-11-29T01:00:00Z");
    let french = serde_json::to_value(seen.in_language(Language::French)).unwrap();
    assert_ne!(french["rules"][0]["why"], value["rules"][0]["why"]);
    assert_eq!(french["reasons"], value["reasons"]);
}

/// A rule whose reason stands in the decision applied, and what applied and closed stands in the decision.
#[test]
fn the_explanation_and_the_decision_say_the_same() {
    let (zones, books) = (ZoneTable::bundled(), [Rulebook::builtin(), made_up()]);
    let mut tripped = 0;
    for seed in 400_000..400_300 {
        let mut dice = Dice(seed);
        let case = case(&mut dice);
        let policy = policy(&case, &zones, &dice.of(&books));
        let (facts, request) = super::windows::parts(&case);
        let seen = policy.explanation(facts, request, super::agrees::instant(case.at));
        let decision = decide(&policy, &case, case.at);
        assert_eq!(seen.decision, decision, "seed {seed}");
        for reason in &decision.reasons {
            let Some(rule) = &reason.rule else { continue };
            let found = seen.rules.iter().find(|seen| seen.rule == *rule).unwrap();
            assert!(found.applied, "seed {seed}: {}", rule.id);
            assert!(found.whys.iter().any(stands_in_the_way), "seed {seed}: {:?}", found.whys);
            tripped += 1;
        }
        for found in seen.rules.iter().filter(|seen| seen.applied) {
            let stands = found.whys.iter().any(stands_in_the_way);
            let told = codes(&decision.reasons).iter().any(|(_, id)| *id == found.rule.id);
            // What nobody asked a register does not count where something else refuses.
            let unasked = found.whys.iter().any(|why| matches!(why, Why::Register { .. }));
            let weak = codes(&decision.reasons).iter().any(|(code, _)| *code == "evidence_weak");
            assert!(stands == told || unasked || weak, "seed {seed}: {} {:?}", found.rule.id, found.whys);
        }
        for language in [Language::English, Language::French] {
            assert_eq!(seen.to_text(language), policy.explanation(facts, request, seen.at).to_text(language));
        }
        assert!(seen.rules.iter().all(|seen| !seen.whys.is_empty()));
    }
    assert!(tripped > 300, "{tripped}");
}

fn stands_in_the_way(why: &Why) -> bool {
    match why {
        Why::Closed { .. } | Why::NoClock { .. } | Why::Tripped { .. } => true,
        Why::Counted { cap, count, .. } => *count >= u32::from(cap.max),
        Why::Register { answer, .. } => *answer != optin::policy::Answer::Clear,
        _ => false,
    }
}

#[test]
fn it_names_no_number_and_no_postal_code() {
    let who = Whereabouts::of(PENSACOLA.parse().unwrap()).with_postal_code("32501").unwrap();
    let seen = explain(&made_for_it(), &asked().with(|ask| ask.whereabouts = who));
    for language in [Language::English, Language::French] {
        let told = seen.to_text(language) + &serde_json::to_string(&seen).unwrap() + &format!("{seen:?}");
        assert!(!told.contains("8504321234") && !told.contains("32501"));
    }
}

#[test]
fn without_a_place_it_still_explains() {
    let seen = explain(&made_for_it(), &ask("+19990001234", "2026-11-28T01:30:00Z"));
    assert!(seen.rules.is_empty() && seen.zones.is_empty() && seen.next.is_none());
    let french = text(&seen, Language::French);
    assert!(french.contains("Il manque\u{a0}: le pays ou l’État"), "{french}");
    let policy = Policy { brand: Brand::new().cap(0, 24), ..made_for_it() };
    let order = asked().kind(Kind::Service);
    assert!(explain(&policy, &order).decision.is_allowed());
    let never = explain(&policy, &asked());
    assert_eq!(never.next, None);
}
