//! What goes out, against what the vendors' own SDKs send (`tests/oracles/gateway_requests.py`).

use std::{collections::BTreeMap, time::Duration};

use optin::gateway::{Answered, Refusal, Validity, Wire};
use serde_json::{Value, json};

use super::{
    kit::{NAMES, SECRET, clock, gateway, permit, table, wire},
    server::{Play, Server},
};

const SDKS: &str = include_str!("../../data/gateways/requests.jsonl");
/// The reference that the oracle used.
const REFERENCE: &str = "0123456789abcdef0123456789abcdef";
/// What an SDK sends of itself and we do not: `log` and `trackable` are defaults of Plivo's.
const NOT_OURS: [(&str, &str); 2] = [("plivo", "log"), ("plivo", "trackable")];

const BASES: [(&str, &str); 2] = [("ovh", "/1.0"), ("brevo", "/v3")];

fn unform(body: &[u8]) -> Value {
    let pairs = std::str::from_utf8(body).unwrap().split('&').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap();
        (unescape(name), Value::from(unescape(value)))
    });
    Value::Object(pairs.collect())
}

fn unescape(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.bytes());
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let pair = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&pair).unwrap(), 16).unwrap()
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn every_request_is_what_the_vendors_sdk_sends() {
    let lines = table(SDKS);
    assert_eq!(lines.len(), 9);
    for line in lines {
        let name = line["gateway"].as_str().unwrap();
        let server = Server::start(vec![Play::json(200, &json!({}))]).await;
        // Some bases have a path of their own.
        let own = BASES.iter().find(|(gateway, _)| *gateway == name).map_or("", |(_, path)| path);
        let base = format!("{}{own}", server.base());
        let (ours, permit) = (gateway(name, wire(&base)), permit().await);
        let reference = permit.message().to_string();
        ours.send(permit, &clock()).await;
        let [taken] = server.taken().try_into().unwrap();
        let known = |text: String| text.replace(&reference, REFERENCE);

        assert_eq!(taken.method, line["method"], "{name}");
        assert_eq!(taken.target, line["path"], "{name}");
        let headers: BTreeMap<_, _> =
            taken.headers.iter().map(|(k, v)| (k.clone(), known(v.clone()))).collect();
        for (header, value) in line["headers"].as_object().unwrap() {
            // Over a URL and a body that differ: `ovh.rs` has the vector.
            if header != "x-ovh-signature" {
                assert_eq!(headers.get(header).map(String::as_str), value.as_str(), "{name}: {header}");
            }
        }
        let (body, mut theirs) = match line.get("form") {
            Some(form) => (unform(&taken.body), form.clone()),
            None => (serde_json::from_slice(&taken.body).unwrap(), line["json"].clone()),
        };
        for (_, field) in NOT_OURS.iter().filter(|(gateway, _)| *gateway == name) {
            assert!(theirs.as_object_mut().unwrap().remove(*field).is_some());
        }
        let body: Value = serde_json::from_str(&known(body.to_string())).unwrap();
        assert_eq!(body, theirs, "{name}");
        let own = format!("{:?}", gateway(name, Wire::new()));
        assert!(own.contains(line["host"].as_str().unwrap()), "{own}");
    }
}

#[tokio::test]
async fn nothing_is_scheduled_at_a_gateway() {
    for name in NAMES {
        let server = Server::start(vec![Play::json(200, &json!({}))]).await;
        gateway(name, wire(&server.base())).send(permit().await, &clock()).await;
        let body = String::from_utf8(server.taken()[0].body.clone()).unwrap().to_lowercase();
        for word in ["send_at", "sendat", "schedule", "differedperiod", "scheduled_at", "deliverytimewindow"]
        {
            assert!(!body.contains(word), "{name}: {word}");
        }
    }
}

/// A period that can not be told is not sent; one that can is never longer than what is left, less the call.
#[tokio::test]
async fn the_time_left_is_told_rounded_down_or_nothing_leaves() {
    for name in NAMES {
        let server = Server::start(vec![Play::json(200, &json!({}))]).await;
        let ours = gateway(name, wire(&server.base()));
        let Validity::PerMessage { shortest, longest } = ours.capabilities().validity else {
            assert!(matches!(name, "telnyx" | "bird" | "brevo"), "{name}");
            continue;
        };
        assert!(shortest < longest, "{name}");
        let clock = clock();
        clock.advance(Duration::from_secs(300) - shortest + Duration::from_millis(1));
        assert_eq!(ours.send(permit().await, &clock).await, Answered::rejected(Refusal::Expired), "{name}");
        assert!(server.taken().is_empty(), "{name}");

        let clock = super::kit::clock();
        clock.advance(Duration::from_secs(300) - shortest);
        ours.send(permit().await, &clock).await;
        let taken = &server.taken()[0];
        let body = String::from_utf8(taken.body.clone()).unwrap();
        let told = match name {
            "twilio" => body.contains("ValidityPeriod=1&"),
            "vonage" => body.contains("\"ttl\":20"),
            "infobip" => body.contains("\"amount\":1,"),
            "plivo" => body.contains("\"message_expiry\":5,"),
            "ovh" => body.contains("\"validityPeriod\":1}"),
            "sinch" => body.contains("\"expire_at\":\"2027-01-15T08:05:00Z\""),
            "mapped" => body.contains("\"ttl\":1}"),
            other => panic!("{other}"),
        };
        assert!(told, "{name}: {body}");
    }
}

#[tokio::test]
async fn a_late_permit_and_an_unknown_time_reach_nobody() {
    for name in NAMES {
        let server = Server::start(vec![Play::json(200, &json!({}))]).await;
        let ours = gateway(name, wire(&server.base()));
        let late = clock();
        late.advance(Duration::from_secs(300));
        assert_eq!(ours.send(permit().await, &late).await, Answered::rejected(Refusal::Expired));
        assert!(server.taken().is_empty(), "{name}");
    }
}

#[test]
fn nothing_secret_is_shown() {
    for name in NAMES {
        let shown = format!("{:?}", gateway(name, wire("http://127.0.0.1:9")));
        assert!(!shown.contains(SECRET) && !shown.contains("Basic "), "{shown}");
    }
}
