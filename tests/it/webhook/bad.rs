//! Believed requests that are cut, wrongly encoded or wrongly typed: a typed answer, and no STOP of the rest lost.

use http::Request;
use optin::gateway::webhook::{
    Dialect, Event, Forged, HookError, Mapping, PathToken, Signature, TwilioKeys, Unreadable, Webhook,
};
use serde_json::{Value, json};

use super::sign::{self, SECRET, now};

/// One full request of each dialect that speaks JSON.
pub(super) fn bodies() -> Vec<(Dialect, Value)> {
    let mapping = "[inbound]\nfrom = \"from\"\ntext = \"text\"\nat = \"at\"\n[report]\nto = \"to\"\nstatus = \"status\"";
    vec![
        (
            Dialect::VonageMessages,
            json!({"channel": "sms", "message_uuid": "u", "from": "14155550100", "to": "36123", "text": "STOP", "timestamp": "2026-11-20T10:00:00Z"}),
        ),
        (
            Dialect::VonageMessages,
            json!({"channel": "sms", "message_uuid": "u", "to": "14155550100", "status": "rejected", "error": {"title": "9", "code": 9}, "usage": {"price": "1", "currency": "EUR"}, "client_ref": "r"}),
        ),
        (
            Dialect::VonageSms,
            json!({"msisdn": "14155550100", "to": "36123", "messageId": "m", "text": "STOP", "message-timestamp": "2026-11-20 10:00:00"}),
        ),
        (
            Dialect::Telnyx,
            json!({"data": {"event_type": "message.received", "occurred_at": "t", "payload": {"id": "t", "from": {"phone_number": "+14155550100"}, "to": [{"phone_number": "36123"}], "text": "STOP", "received_at": "t"}}}),
        ),
        (
            Dialect::Telnyx,
            json!({"data": {"event_type": "message.finalized", "payload": {"id": "t", "to": [{"phone_number": "+14155550100", "status": "delivered"}], "errors": [{"code": "1"}], "parts": 1, "cost": {"amount": "1", "currency": "USD"}, "webhook_url": "u?optin=1"}}}),
        ),
        (
            Dialect::Sinch,
            json!({"type": "mo_text", "id": "s", "from": "14155550100", "to": "36123", "body": "STOP", "received_at": "t"}),
        ),
        (
            Dialect::Sinch,
            json!({"type": "delivery_report_sms", "batch_id": "b", "statuses": [{"code": 1, "status": "Failed", "recipients": ["14155550100"]}]}),
        ),
        (
            Dialect::Infobip,
            json!({"results": [{"messageId": "i", "from": "14155550100", "to": "36123", "text": "STOP", "receivedAt": "t"}, {"messageId": "i", "to": "14155550100", "status": {"groupName": "REJECTED", "name": "X"}, "error": {"name": "E"}, "price": {"pricePerMessage": 1, "currency": "EUR"}}]}),
        ),
        (
            Dialect::Bird,
            json!({"type": "sms.received", "timestamp": "t", "data": {"sms_id": "s", "from": "+14155550100", "to": "36123", "text": "STOP"}}),
        ),
        (
            Dialect::Bird,
            json!({"type": "sms_suppression.created", "timestamp": "t", "data": {"destination": "+14155550100", "originator": "36123"}}),
        ),
        (
            Dialect::MessageBird,
            json!({"id": "m", "originator": "14155550100", "recipient": "36123", "body": "STOP", "createdDatetime": "t"}),
        ),
        (
            Dialect::OvhCloud,
            json!([{"id": 1, "sender": "+33612345678", "message": "STOP"}, {"id": 2, "receiver": "0033612345678", "deliveryReceipt": 2, "ptt": 3, "tag": "t"}]),
        ),
        (
            Dialect::Brevo,
            json!({"to": "33612345678", "messageId": 1, "msg_status": "hard_bounce", "sms_count": 1, "ts_event": 1}),
        ),
        (
            Dialect::Mapped(Mapping::from_toml(mapping).unwrap()),
            json!({"from": "14155550100", "text": "STOP", "at": 5}),
        ),
    ]
}

pub(super) fn receive(dialect: &Dialect, kind: &str, body: &[u8]) -> Result<Vec<Event>, HookError> {
    let hook = Webhook::new(dialect.clone(), Signature::Token(PathToken::path("0123456789abcdef")));
    let request =
        Request::post("/hook/0123456789abcdef").header("content-type", kind).body(body.to_vec()).unwrap();
    hook.receive(&request, now()).map(|got| got.events)
}

fn unreadable(dialect: &Dialect, body: &[u8]) -> Unreadable {
    match receive(dialect, "application/json", body) {
        Err(HookError::Unreadable(why)) => why,
        other => panic!("{dialect:?}: {other:?}"),
    }
}

/// Every place in the tree, as a path of keys and indexes.
fn places(value: &Value, path: &str, all: &mut Vec<String>) {
    all.push(path.to_owned());
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| places(value, &format!("{path}/{key}"), all))
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, value)| places(value, &format!("{path}/{at}"), all))
        }
        _ => {}
    }
}

#[test]
fn a_wrong_type_in_any_field_is_an_answer_and_no_panic() {
    let (mut tried, mut heard) = (0, 0);
    for (dialect, body) in bodies() {
        let mut all = Vec::new();
        places(&body, "", &mut all);
        for place in &all {
            for wrong in [
                json!(null),
                json!(true),
                json!(-7.5),
                json!(1e300),
                json!(""),
                json!("é\u{0}"),
                json!([]),
                json!({}),
                json!([[{"a": 1}]]),
            ] {
                let mut spoiled = body.clone();
                *spoiled.pointer_mut(place).unwrap() = wrong;
                tried += 1;
                match receive(&dialect, "application/json", spoiled.to_string().as_bytes()) {
                    Ok(events) => {
                        heard +=
                            usize::from(events.iter().any(|e| {
                                matches!(e, Event::Inbound(_) | Event::Report(_) | Event::OptOut(_))
                            }))
                    }
                    Err(HookError::Unreadable(why)) => assert!(!why.to_string().contains("1415555")),
                    Err(HookError::Forged(why)) => panic!("{why}"),
                }
            }
        }
    }
    println!("{tried} spoiled requests, {heard} still told something");
    assert!(tried > 500 && heard > 100 && heard < tried);
}

#[test]
fn a_bad_entry_leaves_the_others_standing() {
    let body = json!({"results": [{"messageId": {}, "from": "14155550101", "text": "x"}, {"messageId": "i", "from": "14155550100", "to": "36123", "text": "STOP"}]});
    let events = receive(&Dialect::Infobip, "application/json", body.to_string().as_bytes()).unwrap();
    assert!(
        matches!(&events[..], [Event::Unread(_), Event::Inbound(text)] if text.text == "STOP"),
        "{events:?}"
    );
}

#[test]
fn every_cut_is_refused_when_signed_and_answered_when_not() {
    let body = br#"{"type":"mo_text","id":"s","from":"14155550100","to":"36123","body":"STOP"}"#;
    let whole = sign::sinch(body);
    for length in 0..body.len() {
        let mut cut = whole.clone();
        cut.body_mut().truncate(length);
        assert_eq!(
            Webhook::sinch(SECRET).receive(&cut, now()).unwrap_err(),
            Forged::Mismatch.into(),
            "{length}"
        );
    }
    for (dialect, body) in bodies() {
        let body = body.to_string();
        for length in 0..body.len() {
            let why = unreadable(&dialect, &body.as_bytes()[..length]);
            assert!(matches!(why, Unreadable::Json | Unreadable::Empty), "{length}: {why}");
        }
    }
    let form = b"MessageSid=SM1&From=%2B14155550100&To=%2B14155550199&Body=STOP";
    let hook = Webhook::twilio(TwilioKeys::auth_token(SECRET)).at("https://shop.example");
    let whole = sign::twilio("https://shop.example", "/sms", form);
    for length in 0..form.len() {
        let mut cut = whole.clone();
        cut.body_mut().truncate(length);
        assert!(matches!(hook.receive(&cut, now()), Err(HookError::Forged(Forged::Mismatch))), "{length}");
    }
}

#[test]
fn another_encoding_is_said_so() {
    let latin1 = b"{\"type\":\"mo_text\",\"from\":\"14155550100\",\"body\":\"Arr\xeatez\"}";
    let utf16: Vec<u8> = "{\"type\":\"mo_text\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (dialect, _) in bodies() {
        assert_eq!(unreadable(&dialect, latin1), Unreadable::Encoding);
        assert!(matches!(unreadable(&dialect, &utf16), Unreadable::Json | Unreadable::Encoding));
        assert_eq!(unreadable(&dialect, b"\xff\xfe"), Unreadable::Encoding);
        assert_eq!(unreadable(&dialect, b""), Unreadable::Empty);
        for other in [&b"null"[..], b"7", b"\"x\"", b"true"] {
            assert!(matches!(unreadable(&dialect, other), Unreadable::Json | Unreadable::Missing(_)));
        }
    }
    for dialect in [Dialect::Twilio, Dialect::Plivo, Dialect::VonageSms] {
        let why = receive(
            &dialect,
            "application/x-www-form-urlencoded",
            b"From=%2B14155550100&Body=Arr%EAtez&Text=x",
        )
        .unwrap_err();
        assert_eq!(why, Unreadable::Encoding.into());
    }
}

#[test]
fn a_field_that_comes_twice_is_no_field() {
    let twice = b"MessageSid=SM1&From=%2B14155550100&From=%2B14155550101&To=36123&Body=STOP";
    let why = receive(&Dialect::Twilio, "application/x-www-form-urlencoded", twice).unwrap_err();
    assert_eq!(why, Unreadable::Type("From").into());
    let long = format!("MessageSid={}&From=%2B14155550100&To=36123&Body=STOP", "x".repeat(300));
    let why = receive(&Dialect::Twilio, "application/x-www-form-urlencoded", long.as_bytes()).unwrap_err();
    assert_eq!(why, Unreadable::Long("MessageSid").into());
}
