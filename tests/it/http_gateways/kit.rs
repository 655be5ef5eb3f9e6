//! Permits that the ledger minted, and every adapter aimed at one server.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use optin::{
    clock::FixedClock,
    consent::event::Answer,
    gateway::{
        Answered, Bird, Brevo, DynGateway, Infobip, Mapped, OvhCloud, Plivo, Sinch, Sought, Telnyx, Twilio,
        Vonage, Wire,
    },
    id::{Hash, MessageId, Name},
    law::Rulebook,
    ledger::{Book, MemoryLedger},
    message::{Body, Kind},
    permit::{Draft, Leeway, Permit, Reserved, reserve},
    phone::PhoneNumber,
    place::ZoneTable,
    policy::Policy,
};

pub(super) const TEXT: &str = "Maison Lune : -40 % jusqu'à 21 h & plus ! « ê » 🙂\nSTOP au 36123 +1=2";
pub(super) const FROM: &str = "+33757000000";
pub(super) const SECRET: &str = "secret";

pub(super) const MAPPING: &str = r#"
name = "acme"
method = "POST"
url = "https://sms.acme.example/v2/send/{reference}?to={to_digits}"
json = '{"text": "{text}", "from": "{from}", "ttl": "{valid_seconds}"}'
[headers]
authorization = "Bearer {secret}"
[validity]
shortest = 1
longest = 3600
[answer]
accepted = [200, 201, 202]
id = "/id"
error = "/error"
"#;

pub(super) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

pub(super) fn clock() -> FixedClock {
    FixedClock::at(start())
}

pub(super) fn to() -> PhoneNumber {
    PhoneNumber::from_e164("+33612345678").unwrap()
}

/// Leave to write to her: valid for five minutes.
pub(super) async fn permit() -> Permit {
    permit_to(to()).await
}

pub(super) async fn permit_to(number: PhoneNumber) -> Permit {
    let book = Book::new(Arc::new(MemoryLedger::new().unwrap()));
    let policy = Policy::new(Rulebook::builtin(), ZoneTable::bundled());
    let (program, source) = (Name::new("soldes").unwrap(), Name::new("help").unwrap());
    let person = book.find_or_open(number, start().timestamp_millis()).await.unwrap();
    let draft = Draft {
        message: MessageId::derive(&program, &source, person.recipient, 0),
        person,
        program,
        source,
        step: 0,
        kind: Kind::Service,
        category: None,
        subject: None,
        sender: Name::new(FROM).unwrap(),
        body: Body::new(TEXT).unwrap(),
        until: None,
        answers: Some((Answer::Help, start())),
        queued: false,
        repeats: false,
    };
    match reserve(&book, &policy, vec![draft], Leeway::default(), start()).await.unwrap().pop().unwrap() {
        (_, Reserved::Permit(permit, _)) => permit,
        other => panic!("{other:?}"),
    }
}

pub(super) fn sought(message: MessageId) -> Sought {
    let body = Some(Hash(Body::new(TEXT).unwrap().digest()));
    Sought { message, number: to(), sender: Name::new(FROM).unwrap(), body, started: start() }
}

pub(super) async fn send(gateway: &dyn DynGateway) -> Answered {
    gateway.send(permit().await, &clock()).await
}

pub(super) const NAMES: [&str; 10] =
    ["twilio", "vonage", "telnyx", "sinch", "infobip", "plivo", "bird", "ovh", "brevo", "mapped"];

/// The adapter of this name, with the accounts of the oracle.
pub(super) fn gateway(name: &str, wire: Wire) -> Box<dyn DynGateway> {
    match name {
        "twilio" => Box::new(Twilio::new("AC0123456789abcdef0123456789abcdef", SECRET, wire).unwrap()),
        "vonage" => Box::new(Vonage::new("key0", SECRET, wire).unwrap()),
        "telnyx" => Box::new(Telnyx::new(SECRET, wire).unwrap()),
        "sinch" => Box::new(Sinch::new("plan0", SECRET, wire).unwrap()),
        "infobip" => Box::new(Infobip::new(SECRET, wire).unwrap()),
        "plivo" => Box::new(Plivo::new("MA0123456789ABCDEF00", SECRET, wire).unwrap()),
        "bird" => Box::new(Bird::new("eu1", SECRET, wire).unwrap()),
        "ovh" => Box::new(OvhCloud::new("sms-ab12345-1", "app0", SECRET, "consumer0", wire).unwrap()),
        "brevo" => Box::new(Brevo::new(SECRET, wire).unwrap()),
        "mapped" => Box::new(Mapped::new(MAPPING, SECRET, wire).unwrap()),
        other => panic!("{other}"),
    }
}

/// For a test's server: everything happens at once or not at all.
pub(super) fn wire(base: &str) -> Wire {
    Wire::new().base_url(base).callback("https://shop.example/hook?a=1")
}

pub(super) fn hasty(base: &str) -> Wire {
    wire(base).total_timeout(Duration::from_millis(60))
}

/// The lines of a table of cases.
pub(super) fn table(text: &str) -> Vec<serde_json::Value> {
    text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}
