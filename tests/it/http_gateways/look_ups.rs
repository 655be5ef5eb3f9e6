//! A message is found only when it is certain that it is that one.

use optin::{
    consent::event::Delivery,
    gateway::{LookUp, Recalled},
    id::MessageId,
};
use serde_json::{Value, json};

use super::{
    kit::{FROM, TEXT, gateway, sought, wire},
    server::{Play, Server, Taken},
};

const ID: &str = "0123456789abcdef0123456789abcdef";

fn message() -> MessageId {
    ID.parse().unwrap()
}

async fn ask(name: &str, answers: &[Value]) -> (LookUp, Vec<Taken>) {
    let server = Server::start(answers.iter().map(|answer| Play::json(200, answer)).collect()).await;
    let found = gateway(name, wire(&server.base())).look_up(sought(message())).await;
    (found, server.taken())
}

async fn finds(name: &str, answers: &[Value], id: &str, delivery: Option<Delivery>) {
    let (found, taken) = ask(name, answers).await;
    assert_eq!(found, LookUp::Found { id: id.to_owned(), delivery }, "{name}");
    assert!(taken.iter().all(|request| request.method == "GET" && request.body.is_empty()));
}

async fn cannot_say(name: &str, answers: &[Value]) {
    assert_eq!(ask(name, answers).await.0, LookUp::CannotSay, "{name}: {answers:?}");
}

fn twilio(changes: Value) -> Value {
    let mut message = json!({
        "sid": "SM1", "to": "+33612345678", "from": FROM, "body": TEXT, "direction": "outbound-api",
        "date_created": "Fri, 15 Jan 2027 08:00:01 +0000", "status": "delivered",
    });
    for (name, value) in changes.as_object().unwrap() {
        message[name] = value.clone();
    }
    message
}

#[tokio::test]
async fn twilio_is_asked_by_number_and_believed_by_body_and_minute() {
    let list = |messages: &[Value]| [json!({"messages": messages})];
    finds("twilio", &list(&[twilio(json!({}))]), "SM1", Some(Delivery::Delivered)).await;
    let queued = twilio(json!({"status": "queued"}));
    let others = [
        json!({"body": "another text"}),
        json!({"to": "+33612345679"}),
        json!({"from": "+33757000001"}),
        json!({"direction": "inbound"}),
        json!({"date_created": "Fri, 15 Jan 2027 07:50:00 +0000"}),
        json!({"date_created": "Fri, 15 Jan 2027 08:20:00 +0000"}),
        json!({"date_created": null}),
        json!({"body": null}),
        json!({"sid": ""}),
    ];
    for other in &others {
        cannot_say("twilio", &list(&[twilio(other.clone())])).await;
        if other.get("sid").is_none() {
            finds("twilio", &list(&[twilio(other.clone()), queued.clone()]), "SM1", None).await;
        }
    }
    cannot_say("twilio", &list(&[queued.clone(), queued])).await;
    cannot_say("twilio", &list(&[])).await;
    // A twin on the next page is ruled out only by a page that reaches back far enough.
    let paged = |last: &str| {
        let last = twilio(json!({"body": "another", "date_created": last}));
        [
            json!({"messages": [twilio(json!({})), last], "next_page_uri": "/2010-04-01/Accounts/AC/Messages.json?Page=1"}),
        ]
    };
    cannot_say("twilio", &paged("Fri, 15 Jan 2027 08:00:00 +0000")).await;
    finds("twilio", &paged("Fri, 15 Jan 2027 07:00:00 +0000"), "SM1", Some(Delivery::Delivered)).await;
}

#[tokio::test]
async fn our_reference_finds_it_where_the_gateway_keeps_one() {
    let infobip = |id: &str, to: &str, group: &str| json!({"results": [{"messageId": id, "destination": to, "status": {"groupName": group}}]});
    finds("infobip", &[infobip(ID, "33612345678", "DELIVERED")], ID, Some(Delivery::Delivered)).await;
    finds("infobip", &[infobip(ID, "33612345678", "EXPIRED")], ID, Some(Delivery::Expired)).await;
    finds("infobip", &[infobip(ID, "33612345678", "PENDING")], ID, None).await;
    cannot_say("infobip", &[infobip("other", "33612345678", "DELIVERED")]).await;
    cannot_say("infobip", &[infobip(ID, "33612345679", "DELIVERED")]).await;
    cannot_say("infobip", &[json!({"results": []})]).await;

    let sinch = |reference: &str, to: &str| json!({"id": "01FC", "client_reference": reference, "to": [to]});
    finds("sinch", &[json!({"count": 1, "batches": [sinch(ID, "33612345678")]})], "01FC", None).await;
    cannot_say("sinch", &[json!({"batches": [sinch(ID, "33612345678"), sinch(ID, "33612345678")]})]).await;
    cannot_say("sinch", &[json!({"batches": [sinch("other", "33612345678")]})]).await;
    cannot_say("sinch", &[json!({"batches": [sinch(ID, "33612345679")]})]).await;
    cannot_say("sinch", &[json!({"batches": []})]).await;

    let bird = |reference: &str| json!({"id": "sms_1", "metadata": {"optin": reference}});
    finds("bird", &[json!({"data": [bird("other"), bird(ID)]})], "sms_1", None).await;
    cannot_say("bird", &[json!({"data": [bird("other")]})]).await;
    cannot_say("bird", &[json!({"data": [bird(ID), bird(ID)]})]).await;

    let brevo = |tag: &str, id: u64| json!({"tag": tag, "messageId": id, "event": "sent"});
    finds("brevo", &[json!({"events": [brevo(ID, 7), brevo(ID, 7), brevo("x", 8)]})], "7", None).await;
    cannot_say("brevo", &[json!({"events": [brevo(ID, 7), brevo(ID, 8)]})]).await;
    cannot_say("brevo", &[json!({"events": []})]).await;

    let ovh = |tag: &str, to: &str| {
        [json!(1_800_000_000), json!([42]), json!(1_800_000_000), json!({"tag": tag, "receiver": to})]
    };
    finds("ovh", &ovh(ID, "+33612345678"), "42", None).await;
    cannot_say("ovh", &ovh("other", "+33612345678")).await;
    cannot_say("ovh", &ovh(ID, "+33612345679")).await;
    cannot_say("ovh", &[json!(1_800_000_000), json!([])]).await;
    cannot_say("ovh", &[json!(1_800_000_000), json!([1, 2])]).await;
}

#[tokio::test]
async fn gateways_without_a_look_up_are_not_asked() {
    for name in ["vonage", "telnyx", "plivo", "mapped"] {
        let (found, taken) = ask(name, &[json!({})]).await;
        assert_eq!((found, taken.len()), (LookUp::CannotSay, 0), "{name}");
        assert!(!gateway(name, wire("http://127.0.0.1:9")).capabilities().look_up);
    }
}

#[tokio::test]
async fn what_is_called_back_is_said_by_the_report() {
    let report = |status: &str| json!({"statuses": [{"status": status, "count": 1}]});
    for (status, recalled) in [
        ("Cancelled", Recalled::Done),
        ("Aborted", Recalled::Done),
        ("Delivered", Recalled::TooLate),
        ("Dispatched", Recalled::TooLate),
        ("Queued", Recalled::CannotSay),
    ] {
        let plays = vec![Play::json(200, &json!({"canceled": true})), Play::json(200, &report(status))];
        let server = Server::start(plays).await;
        let sinch = gateway("sinch", wire(&server.base()));
        assert_eq!(sinch.recall("01FC/../x".to_owned()).await, recalled, "{status}");
        assert_eq!(server.taken()[0].target, "/xms/v1/plan0/batches/01FC%2F..%2Fx");
    }
    let plays = vec![Play::json(200, &json!(1_800_000_000)), Play::json(200, &json!(null))];
    let server = Server::start(plays).await;
    assert_eq!(gateway("ovh", wire(&server.base())).recall("42".to_owned()).await, Recalled::Done);
    assert_eq!(server.taken()[1].method, "DELETE");
}
