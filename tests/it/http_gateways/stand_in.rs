//! The stand-in of the examples, and Twilio's adapter against it: what was lost is found, nothing is there twice.

#[path = "../../../examples/support/fake_twilio.rs"]
#[allow(dead_code, reason = "its main is the example's")]
pub(super) mod fake_twilio;

use std::collections::BTreeMap;

use fake_twilio::{FakeTwilio, Fault, Options, signature};
use optin::gateway::{Answered, DynGateway, Gateway, LookUp, Refusal, Twilio, Uncertain, Wire};
use optin::phone::PhoneNumber;
use serde_json::Value;

use super::{
    kit::{FROM, clock, hasty, permit_to, sought, start, to, wire},
    server::{Play, Server},
};

const ACCOUNT: &str = "AC00000000000000000000000000000000";

async fn stand_in(faults: &[(&str, Fault)], inbound: Option<String>) -> String {
    let options = Options {
        account: ACCOUNT.to_owned(),
        token: "12345".to_owned(),
        faults: faults.iter().map(|(number, fault)| ((*number).to_owned(), *fault)).collect(),
        stops: [to().e164()].into(),
        reports: inbound.is_some(),
        inbound,
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, FakeTwilio::new(options).router()).await });
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    http.post(format!("{base}/time")).body(start().to_rfc3339()).send().await.unwrap();
    base
}

fn twilio(wire: Wire) -> Twilio {
    Twilio::new(ACCOUNT, "12345", wire).unwrap()
}

async fn taken(base: &str) -> Value {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let bytes = http.get(format!("{base}/taken")).send().await.unwrap().bytes().await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn what_was_lost_is_found_and_what_was_not_taken_is_not() {
    let faults = [
        ("+33600000001", Fault::Lost),
        ("+33600000002", Fault::FailsAfter),
        ("+33600000003", Fault::FailsBefore),
        ("+33600000004", Fault::TooFast(3)),
    ];
    let base = stand_in(&faults, None).await;
    let unknown = Answered::Unknown;
    let slow = Answered::refused(
        Refusal::RateLimited,
        Some("20429".into()),
        Some(std::time::Duration::from_secs(3)),
    );
    let outcomes = [
        (unknown(Uncertain::TimedOut), true),
        (unknown(Uncertain::Failed), true),
        (unknown(Uncertain::Failed), false),
        (slow, false),
    ];
    let ours = twilio(hasty(&base).total_timeout(std::time::Duration::from_millis(300)));
    for ((number, _), (outcome, found)) in faults.iter().zip(outcomes) {
        let number: PhoneNumber = number.parse().unwrap();
        let permit = permit_to(number).await;
        let mut sought = sought(permit.message());
        sought.number = number;
        assert_eq!(Gateway::send(&ours, permit, &clock()).await, outcome);
        let answer = Gateway::look_up(&ours, sought).await;
        assert_eq!(matches!(answer, LookUp::Found { .. }), found, "{number}: {answer:?}");
    }
    let taken = taken(&base).await;
    assert_eq!((&taken["duplicates"], taken["messages"].as_array().unwrap().len()), (&Value::from(0), 2));
}

#[tokio::test]
async fn twilios_test_numbers_are_refused_as_twilio_does() {
    let base = stand_in(&[], None).await;
    let ours = twilio(wire(&base));
    for (number, refusal, code) in [
        ("+15005550001", Refusal::InvalidNumber, "21211"),
        ("+15005550002", Refusal::Unreachable, "21612"),
        ("+15005550003", Refusal::Blocked, "21408"),
        ("+15005550004", Refusal::OptedOut, "21610"),
        ("+15005550009", Refusal::InvalidNumber, "21614"),
    ] {
        let outcome = Gateway::send(&ours, permit_to(number.parse().unwrap()).await, &clock()).await;
        assert_eq!(outcome, Answered::refused(refusal, Some(code.to_owned()), None), "{number}");
    }
    let stranger = Twilio::new(ACCOUNT, "another token", wire(&base)).unwrap();
    let outcome = DynGateway::send(&stranger, permit_to(to()).await, &clock()).await;
    assert_eq!(outcome, Answered::refused(Refusal::Account, Some("20003".to_owned()), None));
    assert_eq!(taken(&base).await["messages"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn reports_and_a_stop_come_signed() {
    let hook = Server::start(vec![Play::Stay(204, Vec::new())]).await;
    let base = stand_in(&[], Some(format!("{}/inbound", hook.base()))).await;
    let ours = twilio(wire(&base).callback(format!("{}/report", hook.base())));
    let permit = permit_to(to()).await;
    let message = permit.message();
    assert!(matches!(Gateway::send(&ours, permit, &clock()).await, Answered::Accepted(_)));
    while taken(&base).await["callbacks"].as_array().unwrap().len() < 3 {
        tokio::task::yield_now().await;
    }
    let told = hook.taken();
    let kinds: Vec<_> = told.iter().map(|request| request.target.as_str()).collect();
    let report = format!("/report?optin={message}");
    assert_eq!(kinds, [report.as_str(), report.as_str(), "/inbound"]);
    let mut url = reqwest::Url::parse("form:").unwrap();
    url.set_query(Some(std::str::from_utf8(&told[2].body).unwrap()));
    let form: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    assert_eq!(
        (form["Body"].as_str(), form["From"].as_str(), form["To"].as_str()),
        ("STOP", "+33612345678", FROM)
    );
    let signed = signature("12345", &format!("{}/inbound", hook.base()), &form);
    assert_eq!(told[2].headers["x-twilio-signature"], signed);
}

/// Twilio's own vector (docs/usage/security).
#[test]
fn the_signature_is_twilios() {
    let form = [
        ("Digits", "1234"),
        ("CallSid", "CA1234567890ABCDE"),
        ("To", "+18005551212"),
        ("Caller", "+14158675309"),
        ("From", "+14158675309"),
    ];
    let form = form.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    assert_eq!(signature("12345", url, &form), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
}
