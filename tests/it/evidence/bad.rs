//! Texts that are no packs.

use optin::{
    ledger::{KeyFile, MemoryLedger, NoteError},
    report::evidence::{Ask, EvidenceError, MessageRef, What, check},
};

use super::world::World;
use crate::walk::number;

const EXAMPLE: &str = include_str!("../../data/evidence/example.json");

fn flaw(text: &str) -> What {
    check(text.as_bytes(), None).unwrap_err().what
}

/// Texts beyond the format, each with what is wrong with it.
pub(super) fn texts() -> Vec<(String, What)> {
    let with = |from: &str, to: &str| EXAMPLE.replacen(from, to, 1);
    let mut texts: Vec<(String, What)> = vec![
        (String::new(), What::NotJson),
        ("null".to_owned(), What::Shape),
        ("[]".to_owned(), What::Shape),
        ("{}".to_owned(), What::Shape),
        (EXAMPLE.to_owned() + "x", What::NotJson),
        ("[".repeat(65) + &"]".repeat(65), What::Limits),
        ("[".repeat(200_000), What::Limits),
        (with("\"leaf\": 2", "\"leaf\": 2.0"), What::Limits),
        (with("\"leaf\": 2", "\"leaf\": 1e400"), What::NotJson),
        (with("\"leaf\": 2", "\"leaf\": -0"), What::Limits),
        (with("\"leaf\": 2", "\"leaf\": 9007199254740992"), What::Limits),
        (with("\"leaf\": 2", "\"leaf\": 99999999999999999999999999"), What::Limits),
        (with("\"leaf\": 2", "\"leaf\": NaN"), What::NotJson),
        (with("\"leaf\": 2", "\"leaf\": -2"), What::Shape),
        (with("\"leaf\": 2", "\"leaf\": \"2\""), What::Shape),
        (with("\"leaf\": 2", "\"leaf\": 2, \"leaf\": 2"), What::Limits),
        (with("\"leaf\": 2", "\"leaf\": 2, \"l\u{e9}af\": 2"), What::Limits),
        (with("\"leaf\": 2", "\"leaf\": 2, \"more\": 2"), What::Shape),
        (with("\"format\"", "\"formats\""), What::Shape),
        (with("optin-evidence/1", "optin-evidence/2"), What::Format),
        (with("a stranger", "\\ud800"), What::NotJson),
        (with("a stranger", "another"), What::Changed),
        (with("\"kind\": \"person\"", "\"kind\": \"message\""), What::Shape),
        (with("+AepK", "+AepL"), What::Note(NoteError::Key)),
    ];
    texts.extend(
        (1..EXAMPLE.len())
            .step_by(97)
            .filter(|end| EXAMPLE.is_char_boundary(*end))
            .map(|end| (EXAMPLE[..end].to_owned(), What::NotJson)),
    );
    texts
}

#[test]
fn no_text_gets_through() {
    for (text, what) in texts() {
        assert_eq!(flaw(&text), what, "{}", &text.chars().take(80).collect::<String>());
    }
    assert_eq!(check(b"\xff\xfe", None).unwrap_err().what, What::NotJson);
    let huge = vec![b' '; (64 << 20) + 1];
    assert_eq!(check(&huge, None).unwrap_err().what, What::TooLarge);
}

#[test]
fn another_key_is_told() {
    let other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
    let flaw = check(EXAMPLE.as_bytes(), Some(&other)).unwrap_err();
    assert_eq!((flaw.place.as_str(), flaw.what), ("key", What::OtherKey));
    assert!(!flaw.to_string().contains("maisonlune"));
}

#[tokio::test]
async fn a_key_without_seed_signs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.key");
    KeyFile::open_or_create(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let old: String =
        text.lines().filter(|line| !line.starts_with("signing")).map(|l| format!("{l}\n")).collect();
    std::fs::write(&path, old).unwrap();
    let ledger = MemoryLedger::with_keys(KeyFile::open_or_create(&path).unwrap());
    let shop = crate::walk::shop(
        ledger,
        &std::sync::Arc::new(optin::clock::FixedClock::at(crate::walk::at("2026-11-24T11:00:00Z"))),
        &std::sync::Arc::new(optin::gateway::SimulatedCarrier::seeded(1)),
    );
    let ana = number("+33612345678");
    let nobody = shop.evidence(ana, &Ask::new()).await.unwrap_err();
    assert!(matches!(nobody, EvidenceError::Nobody));
    shop.opt_in(ana, "soldes", optin::consent::OptIn::checkbox(&super::world::WORDS[0])).await.unwrap();
    let refused = shop.evidence(ana, &Ask::new()).await.unwrap_err();
    assert!(matches!(refused, EvidenceError::Checkpoint(optin::ledger::CheckpointError::NoSigningKey)));
    assert!(refused.to_string().contains("signing"));
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let world = World::lived(2, 4).await;
    let ask = Ask::new();
    let stranger = number("+33699999999");
    assert!(matches!(world.shop.evidence(stranger, &ask).await, Err(EvidenceError::Nobody)));
    let none = optin::id::MessageId([9; 16]);
    for message in
        [MessageRef::id(none), MessageRef::id(none).to(world.people[0]), MessageRef::gateway("SM0")]
    {
        assert!(matches!(world.shop.evidence_of(&message, &ask).await, Err(EvidenceError::NoMessage)));
    }
    let unknown = MessageRef::campaign(world.people[0], optin::id::Name::new("flash-9").unwrap());
    assert!(matches!(world.shop.evidence_of(&unknown, &ask).await, Err(EvidenceError::NoMessage)));
}
