//! `decide` and the plain model say the same.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use optin::{
    law::Rulebook,
    place::ZoneTable,
    policy::{Brand, Decision, Facts, Policy, Reason, Request, Verdict},
};

use super::{
    facts::{Dice, case, made_up},
    minutes::Until,
    model::{Case, Codes, Findings, Model},
};

pub(super) fn instant(at: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(at, 0).unwrap()
}

pub(super) fn policy(case: &Case, zones: &ZoneTable, book: &Rulebook) -> Policy {
    let mut brand = Brand::new();
    if let Some(hours) = &case.brand_hours {
        brand = brand.hours(hours.windows().to_vec());
    }
    for (max, hours, category) in &case.brand_caps {
        brand = match category {
            Some(category) => brand.cap_category(category.clone(), *max, *hours),
            None => brand.cap(*max, *hours),
        };
    }
    for register in &case.brand_registers {
        brand = brand.register(register.clone());
    }
    Policy {
        posture: case.posture,
        brand,
        proof: case.proof.clone(),
        bans: case.bans.clone(),
        senders: case.senders.clone(),
        age_checked: case.age_checked.clone(),
        ..Policy::new(book.clone(), zones.clone())
    }
}

pub(super) fn decide(policy: &Policy, case: &Case, at: i64) -> Decision {
    let request = Request {
        program: &case.program,
        kind: case.kind,
        category: case.category.as_ref(),
        subject: case.subject.as_ref(),
        sender: case.sender.as_ref(),
    };
    policy.decide(Facts { whereabouts: &case.whereabouts, state: &case.state }, request, instant(at))
}

pub(super) fn codes(reasons: &[Reason]) -> Codes {
    reasons.iter().map(|r| (r.code.code(), r.rule_id().unwrap_or("").to_owned())).collect()
}

/// Says what differs. The dear parts, minute by minute, only when asked.
fn differs(case: &Case, zones: &ZoneTable, book: &Rulebook, scan: bool) -> Option<String> {
    let decision = decide(&policy(case, zones, book), case, case.at);
    let model = Model::new(case, zones, book);
    let mut found = model.judge(case.at);
    let mut verdict = found.verdict();
    let mut until = None;
    let waits = verdict == "defer" && found.missing.is_empty();
    let no_window = decision.reasons.iter().any(|reason| reason.code.code() == "no_common_window");
    let blind = waits && decision.needs.iter().any(|need| need.code() == "zone_data");
    if waits && (scan || ((no_window || blind) && is_small(case, book))) {
        match model.until() {
            Until::At(at) => until = Some(at),
            Until::Never => {
                verdict = "deny";
                found.waits.insert(("no_common_window", String::new()));
            }
            Until::Unknown => {
                found.missing.insert(("zone_data", String::new()));
                found.needs.insert("zone_data");
            }
        }
    } else if no_window || blind {
        return None;
    } else if let Verdict::Defer { until: Some(told) } = decision.verdict {
        until = waits.then_some(told.timestamp());
    }
    let not_after = if verdict == "allow" && scan { model.not_after() } else { None };
    let Findings { denials, missing, waits: waiting, warnings, mut needs } = found;
    let reasons: Codes = denials.into_iter().chain(missing).chain(waiting).collect();
    if verdict == "deny" {
        needs = BTreeSet::new();
    }
    let theirs = match decision.verdict {
        Verdict::Allow { not_after } => (None, not_after.filter(|_| scan).map(|at| at.timestamp())),
        Verdict::Defer { until } => (until.map(|at| at.timestamp()), None),
        Verdict::Deny => (None, None),
    };
    let told: BTreeSet<&str> = decision.needs.iter().map(|need| need.code()).collect();
    let ours = (decision.code(), codes(&decision.reasons), codes(&decision.warnings), told, theirs);
    let plain = (verdict, reasons, warnings, needs, (until, not_after));
    (ours != plain).then(|| format!("decide {ours:?}\nmodel  {plain:?}\n{case:?}"))
}

/// Whether looking at every minute is bearable: a toll-free number has forty zones and fifty rules.
pub(super) fn is_small(case: &Case, book: &Rulebook) -> bool {
    let rules = case.whereabouts.places().iter().map(|place| book.law_of(*place).hours.len());
    case.whereabouts.zones().len() * rules.sum::<usize>() <= 24
}

fn compare(seeds: std::ops::Range<u64>, scan_one_in: u64) {
    let (zones, books) = (ZoneTable::bundled(), [Rulebook::builtin(), made_up()]);
    let mut met = std::collections::BTreeMap::<String, u32>::new();
    for seed in seeds {
        let mut dice = Dice(seed);
        let case = case(&mut dice);
        let book = dice.of(&books);
        if let Some(what) = differs(&case, &zones, &book, seed % scan_one_in == 0 && is_small(&case, &book)) {
            panic!("seed {seed}\n{what}");
        }
        let decision = decide(&policy(&case, &zones, &book), &case, case.at);
        let codes = decision.reasons.iter().map(|reason| reason.code.code());
        for why in codes.chain([decision.code()]).collect::<BTreeSet<_>>() {
            *met.entry(why.to_owned()).or_default() += 1;
        }
    }
    // The dice reach every answer often enough to mean something.
    for code in "revoked suspended number_reassigned erased sender_blocked undeliverable no_consent basis_insufficient \
        basis_expired basis_date_missing consent_not_yet marketplace_only place_unknown zone_unknown no_coverage \
        window_closed cap_reached brand_hours brand_cap no_common_window evidence_weak register_stale register_listed banned feed_stale forbidden \
        sender_forbidden sender_form sender_unknown zone_data allow defer deny"
        .split_whitespace()
    {
        assert!(met.get(code).is_some_and(|count| *count >= 3), "{code}: {met:?}");
    }
}

#[test]
fn decide_agrees_with_the_plain_model() {
    compare(0..4_000, 40);
}

#[test]
#[ignore = "the same over 100,000 seeds: minutes"]
fn decide_agrees_with_the_plain_model_at_length() {
    compare(1_000_000..1_100_000, 4);
}
