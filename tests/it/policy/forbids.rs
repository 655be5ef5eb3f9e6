//! What a message may not be about and from whom it may not come, case by case.

use optin::{law::Rulebook, phone::Country, place::ZoneTable, policy::Policy};

use super::{
    cases::{Ask, LONDON, NOON, PARIS, ask},
    facts::name,
};

const RULES: &str = r#"
[[rule]]
id = "BE-TOPIC"
layer = "statute"
reach = "settled"
confidence = "high"
citation = "made up"
sources = []
places = ["BE"]
kinds = ["marketing"]
forbids = [
  { what = "topic", of = ["energy_renovation"] },
  { what = "topic", of = ["wine"], unless_age_checked = true },
  { what = "sender_prefix", of = ["+3247"] },
]

[[rule]]
id = "GB-SENDER"
layer = "carrier"
reach = "settled"
confidence = "high"
citation = "made up"
sources = []
places = ["GB"]
kinds = ["marketing"]
forbids = [{ what = "sender_abroad" }]

[[rule]]
id = "GB-FORM"
layer = "carrier"
reach = "contested"
confidence = "high"
citation = "made up"
sources = []
places = ["GB"]
kinds = ["marketing"]
required = [{ what = "sender_id", forms = ["AD-{sender}", "{sender}-AD"], sender = "alphanumeric" }]
"#;

fn policy() -> Policy {
    let book = Rulebook::builtin().with_overlay("rules.toml", RULES).unwrap();
    let home = |sender, country| (name(sender), Country::new(country).unwrap());
    Policy {
        senders: vec![home("60123", "GB"), home("36123", "FR"), home("AD-LUNE", "GB"), home("LUNE", "GB")],
        ..Policy::new(book, ZoneTable::bundled())
    }
}

fn brussels() -> Ask {
    ask("+32485123456", "2026-11-18T11:00:00Z")
}

const OPEN: &str = "allow";

#[test]
fn a_forbidden_subject_is_refused_by_whatever_name_it_goes() {
    assert_eq!(brussels().answer_by(policy()), OPEN);
    let forbidden = "deny forbidden/BE-TOPIC";
    assert_eq!(brussels().about("energy_renovation").answer_by(policy()), forbidden);
    for written in ["Energy_Renovation", "energy-renovation", "EnergyRenovation", "energy.renovation"] {
        assert_eq!(brussels().about(written).answer_by(policy()), forbidden, "{written}");
    }
    let category = brussels().with(|ask| ask.category = Some(name("energy_renovation")));
    assert_eq!(category.answer_by(policy()), forbidden);
    assert_eq!(category.kind(optin::message::Kind::Transactional).answer_by(policy()), "allow");
    assert_eq!(brussels().about("wine").answer_by(policy()), forbidden);
    let adults = || Policy { age_checked: vec![name("soldes")], ..policy() };
    assert_eq!(brussels().about("wine").answer_by(adults()), OPEN);
    assert_eq!(brussels().about("energy_renovation").answer_by(adults()), forbidden);
    let others = Policy { age_checked: vec![name("avis")], ..policy() };
    assert_eq!(brussels().about("wine").answer_by(others), forbidden);
}

#[test]
fn a_sender_that_may_not_is_refused() {
    let from = |of: Ask, sender| of.with(|ask| ask.sender = Some(name(sender))).answer_by(policy());
    let forbidden = "deny sender_forbidden/BE-TOPIC";
    for mobile in ["+32470123456", "32470123456", "0032470123456", "0470123456"] {
        assert_eq!(from(brussels(), mobile), forbidden, "{mobile}");
    }
    for allowed in ["36123", "+32485123456", "LUNE"] {
        assert_eq!(from(brussels(), allowed), OPEN, "{allowed}");
    }
    let london = || ask(LONDON, NOON);
    assert_eq!(from(london(), "60123"), "allow");
    assert_eq!(from(london(), "36123"), "deny sender_forbidden/GB-SENDER");
    assert_eq!(from(london(), "70000"), "defer sender sender_unknown/GB-SENDER");
    // A question that names no sender is not held against rules about senders.
    assert_eq!(london().with(|ask| ask.sender = None).answer_by(policy()), "allow");
    assert_eq!(from(london(), "LUNE"), "deny sender_form/GB-FORM");
    assert_eq!(from(london(), "AD-LUNE"), "allow");
    assert_eq!(from(london().settled(), "LUNE"), "allow warning:sender_form/GB-FORM");
}

#[test]
fn in_france_neither_energy_renovation_nor_a_mobile_number_goes() {
    let paris = || ask(PARIS, "2026-11-18T11:00:00Z");
    let denied = |ask: Ask, rule: &str| {
        let answer = ask.answer();
        assert!(answer.starts_with("deny ") && answer.contains(rule), "{answer}");
    };
    denied(paris().about("energy_renovation"), "forbidden/FR-ENERGY-RENOVATION");
    denied(paris().with(|ask| ask.sender = Some(name("+33612345678"))), "sender_forbidden/FR-SENDER-0607");
    assert_eq!(paris().answer(), "allow 2026-11-18T20:30:00Z");
}
