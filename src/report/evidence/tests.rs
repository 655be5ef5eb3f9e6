//! The format document is held to the code: its tables, and its worked example to the byte.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::{Ask, EvidencePack, Frame, check, gather::Kept};
use crate::{
    consent::{
        Acquisition, Basis, Channel, Event, Grade, Grant, How, PersonalField, State,
        event::{Answer, Billed, Delivery, Opened, OptedIn, Outcome, Read, Road, Said, TextKept},
    },
    id::{Hash, Name, RecipientId},
    law::Rulebook,
    ledger::{Envelope, NoteKey, leaf_hash, merkle, sign_note},
    message::Kind,
    place::ZoneTable,
    policy::{Language, Policy},
};

const FORMAT_DOCUMENT: &str = include_str!("../../manual/evidence_format.md");
const EXAMPLE: &str = include_str!("../../../tests/data/evidence/example.json");
const SEED: [u8; 32] = [7; 32];

/// A type as the document calls it.
fn called(ty: &str) -> String {
    let ty = ty.replace(' ', "");
    let within = |head: &str| ty.strip_prefix(head).and_then(|rest| rest.strip_suffix('>'));
    if let Some(inner) = within("Option<") {
        return format!("{}?", called(inner));
    }
    if let Some(inner) = within("Vec<") {
        return format!("[{}]", called(inner));
    }
    if let Some(parts) = ty.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return format!("({})", parts.split(',').map(called).collect::<Vec<_>>().join(", "));
    }
    match ty.as_str() {
        "u8" | "u16" | "u32" | "u64" | "i64" => "int",
        "String" => "text",
        "bool" => "bool",
        "Name" => "name",
        "MessageId" | "InboundId" | "TextMark" => "bytes16",
        "Hash" => "bytes32",
        "Grant" => "grant",
        "Billed" => "billed",
        "Read" => "read",
        "Said" => "*said*",
        "Road" => "*road*",
        "Outcome" => "*outcome*",
        "Delivery" => "*delivery*",
        "Answer" => "*answer*",
        "Kind" => "*kind*",
        "Basis" => "*basis*",
        "How" => "*how*",
        "Acquisition" => "*acquisition*",
        "Channel" => "*channel*",
        "PersonalField" => "*personal_field*",
        other => panic!("the document has no word for {other}"),
    }
    .to_owned()
}

fn fields(fields: &[(u32, &str, &str)]) -> String {
    fields
        .iter()
        .map(|(key, name, ty)| format!("{key} `{name}` {}", called(ty)))
        .collect::<Vec<_>>()
        .join("; ")
}

/// The table of events, as the document must hold it.
fn events() -> String {
    let mut table = String::from("| number | code | facts |\n|---|---|---|\n");
    for (number, code, facts) in Event::TABLE {
        let _ = writeln!(table, "| {number} | `{code}` | {} |", fields(facts));
    }
    let _ = writeln!(table, "| | grant | {} |", fields(Grant::FIELDS));
    let _ = writeln!(table, "| | billed | {} |", fields(Billed::FIELDS));
    let _ = writeln!(table, "| | read | {} |", fields(Read::FIELDS));
    table
}

fn codes() -> String {
    fn row<T: Copy>(name: &str, all: &[T], code: fn(T) -> &'static str, number: fn(T) -> u8) -> String {
        let words: Vec<_> = all.iter().map(|one| format!("{} `{}`", number(*one), code(*one))).collect();
        format!("| *{name}* | {} |\n", words.join(", "))
    }
    let mut table = String::from("| code | number and word |\n|---|---|\n");
    table += &row("said", Said::ALL, Said::code, |one| one as u8);
    table += &row("road", Road::ALL, Road::code, |one| one as u8);
    table += &row("outcome", Outcome::ALL, Outcome::code, |one| one as u8);
    table += &row("delivery", Delivery::ALL, Delivery::code, |one| one as u8);
    table += &row("answer", Answer::ALL, Answer::code, |one| one as u8);
    table += &row("kind", Kind::ALL, Kind::code, |one| one as u8);
    table += &row("basis", Basis::ALL, Basis::code, |one| one as u8);
    table += &row("how", How::ALL, How::code, |one| one as u8);
    table += &row("acquisition", Acquisition::ALL, Acquisition::code, |one| one as u8);
    table += &row("channel", Channel::ALL, Channel::code, |one| one as u8);
    table += &row("personal_field", PersonalField::ALL, PersonalField::code, |one| one as u8);
    table
}

#[test]
fn the_document_has_every_event_and_code() {
    assert!(FORMAT_DOCUMENT.contains(&events()), "put this into evidence_format.md:\n\n{}", events());
    assert!(FORMAT_DOCUMENT.contains(&codes()), "put this into evidence_format.md:\n\n{}", codes());
}

fn example() -> EvidencePack {
    let at_ms = 1_764_252_000_000;
    let stream = RecipientId([0xa1; 16]);
    let words = TextKept::new("en", "v3", "Text me the offers of Maison Lune. Reply STOP to end.");
    let opened = Opened { generation: 1, index: Hash([0x22; 32]), group: Hash([0x33; 32]) };
    let grant = Grant {
        text: Some(words.digest),
        kept: Some(vec![PersonalField::Page]),
        ..Grant::new(Basis::ExpressWritten, How::Checkbox, at_ms - 1_000)
    };
    let agreed = OptedIn { program: Name::new("soldes").unwrap(), grant };
    let mut records = Vec::new();
    let mut add = |stream, seq, prev, event: Event, values: &[(PersonalField, [u8; 16], &str)]| {
        let commit = |salt: &[u8; 16], value: &str| {
            Hash(Sha256::new().chain_update(salt).chain_update(value).finalize().into())
        };
        let commitments = values.iter().map(|(field, salt, value)| (*field, commit(salt, value))).collect();
        let envelope = Envelope { stream, seq, prev, at_ms, event, commitments };
        let bytes = envelope.to_bytes().unwrap();
        let leaf = leaf_hash(&bytes);
        let values = values.iter().map(|(field, salt, value)| (*field, *salt, (*value).to_owned())).collect();
        records.push(Kept { leaf: records.len() as u64 + 1, bytes, envelope, values, proof: Vec::new() });
        leaf
    };
    let first = add(RecipientId::HOUSE, 1, None, words.into(), &[]);
    let number = (PersonalField::Number, [0x44; 16], "+14155550123");
    let begun = add(stream, 1, None, opened.into(), &[number]);
    let page = (PersonalField::Page, [0x55; 16], "https://maisonlune.fr/panier");
    add(stream, 2, Some(begun), agreed.into(), &[page]);
    let loaded = crate::consent::event::KeysRotated { index: 1, wrapping: false };
    add(RecipientId::HOUSE, 2, Some(first), loaded.into(), &[]);

    let leaves: Vec<Hash> = records.iter().map(|kept| leaf_hash(&kept.bytes)).collect();
    for (index, kept) in records.iter_mut().enumerate() {
        kept.proof = merkle::prove_inclusion(&leaves, index as u64).unwrap().hashes;
    }
    let mut state = State::default();
    let (mut house, mut own) = (Vec::new(), Vec::new());
    for kept in records {
        if kept.envelope.stream == RecipientId::HOUSE {
            house.push(kept);
        } else {
            state.apply(kept.envelope.seq, kept.envelope.at_ms, &kept.envelope.event);
            own.push(kept);
        }
    }
    house.truncate(1);
    let gathered = super::Gathered {
        recipient: stream,
        state,
        whereabouts: None,
        number: Some("+14155550123".parse().unwrap()),
        records: own,
        house,
        message: None,
        next: None,
    };
    let key = ed25519_dalek::SigningKey::from_bytes(&SEED).verifying_key();
    let key = NoteKey::new("optin/example", key.as_bytes()).unwrap();
    let root = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, merkle::root_of(&leaves).0);
    let checkpoint = sign_note(&format!("optin/example\n4\n{root}\n"), key.name(), &SEED).unwrap();
    let policy = Policy::new(Rulebook::builtin(), ZoneTable::bundled());
    let ask = Ask::new().by("a stranger").purpose("to try a verifier");
    let frame = Frame { ask: &ask, at_ms: at_ms + 60_000, by: "optin", key: key.to_string(), checkpoint };
    let pack = EvidencePack::unsealed(&gathered, &policy, frame);
    let seal = sign_note(&pack.to_sign(), key.name(), &SEED).unwrap();
    pack.sealed(seal)
}

#[test]
fn the_worked_example_is_what_is_written() {
    let made = example().to_json();
    assert!(made == EXAMPLE, "tests/data/evidence/example.json must be:\n{made}");
    let checked = check(EXAMPLE.as_bytes(), None).unwrap();
    assert_eq!((checked.records, checked.house, checked.disclosed, checked.withheld), (2, 1, 1, 1));
    assert!(!checked.vouched);
}

#[test]
fn the_document_shows_the_example() {
    let value: serde_json::Value = serde_json::from_str(EXAMPLE).unwrap();
    let mut shown = vec![&value["key"], &value["stream"]["recipient"]];
    for record in value["records"].as_array().unwrap().iter().chain(value["house"].as_array().unwrap()) {
        shown.push(&record["envelope"]);
        shown.extend(record["proof"].as_array().unwrap());
    }
    for text in shown {
        let text = text.as_str().unwrap();
        assert!(FORMAT_DOCUMENT.contains(text), "the document lacks {text}");
    }
    for note in ["checkpoint", "seal"] {
        assert!(FORMAT_DOCUMENT.contains(value[note].as_str().unwrap()), "the document lacks the {note}");
    }
}

#[test]
fn the_page_escapes_what_people_wrote() {
    let mut pack = example();
    let nasty = "<script>alert(1)</script>\" ' & \u{202e}";
    pack.pack.made.r#for = Some(nasty.to_owned());
    pack.pack.records[1].disclosed[0].value = nasty.to_owned();
    pack.pack.reading.consents[0].text.as_mut().unwrap().language = Some("en\" onload=\"x".to_owned());
    for language in [Language::English, Language::French] {
        let page = pack.to_html(language);
        assert!(!page.contains("<script") && !page.contains("\" onload") && !page.contains('\u{202e}'));
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot; &#39; &amp; \\u{202e}"));
    }
}

#[test]
fn every_grade_has_words() {
    for grade in Grade::ALL {
        let words = super::words::grade(*grade);
        assert!(!words.en.is_empty() && words.en != words.fr);
    }
}
