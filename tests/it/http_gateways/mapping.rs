//! The gateway by mapping: what it sends, and what it refuses to read.

use optin::gateway::{Answered, Codes, Mapped, Refusal, Wire, WireError};
use serde_json::{Value, json};

use super::{
    kit::{MAPPING, SECRET, TEXT, send, wire},
    server::{Play, Server},
};

#[tokio::test]
async fn a_message_never_breaks_out_of_its_place() {
    let server = Server::start(vec![Play::json(200, &json!({"id": "1"}))]).await;
    let ours = Mapped::new(MAPPING, SECRET, wire(&server.base())).unwrap();
    assert_eq!(send(&ours).await, Answered::accepted("1"));
    let taken = &server.taken()[0];
    let (path, query) = taken.target.split_once('?').unwrap();
    assert_eq!((query, path.len()), ("to=33612345678", "/v2/send/".len() + 32));
    assert_eq!(taken.headers["authorization"], "Bearer secret");
    let body: Value = serde_json::from_slice(&taken.body).unwrap();
    assert_eq!(body, json!({"text": TEXT, "from": "+33757000000", "ttl": 270}));
}

#[tokio::test]
async fn a_form_and_a_query_are_encoded() {
    let mapping = MAPPING
        .replace(
            "json = '{\"text\": \"{text}\", \"from\": \"{from}\", \"ttl\": \"{valid_seconds}\"}'",
            "[form]\ntext = \"{text}\"\nv = \"{valid_seconds}s\"",
        )
        .replace("[headers]\nauthorization", "[headers]\nx-key");
    let server = Server::start(vec![Play::json(200, &json!({"id": "1"}))]).await;
    let ours = Mapped::new(&mapping, SECRET, wire(&server.base())).unwrap();
    assert_eq!(send(&ours).await, Answered::accepted("1"));
    let body = String::from_utf8(server.taken()[0].body.clone()).unwrap();
    assert!(
        body.ends_with("&v=270s") && body.contains("%26+plus+%21") && body.contains("%2B1%3D2"),
        "{body}"
    );
}

#[tokio::test]
async fn its_codes_are_a_table_of_the_host() {
    let codes = Codes::default()
        .with_overlay("acme.toml", "[sources]\na = \"b\"\n[[errors]]\ncode = \"E9\"\nrefusal = \"recipient_opted_out\"\nwhen = \"both\"\nsource = \"a\"\nconfidence = \"high\"\n[[statuses]]\nstatus = 418\nunknown = \"untold\"\nsource = \"a\"")
        .unwrap();
    let plays = vec![Play::json(400, &json!({"error": "E9"})), Play::json(418, &json!({}))];
    let server = Server::start(plays).await;
    let ours = Mapped::new(MAPPING, SECRET, wire(&server.base())).unwrap().codes(codes);
    let refused = Answered::refused(Refusal::OptedOut, Some("E9".into()), None);
    assert_eq!(send(&ours).await, refused);
    assert!(matches!(send(&ours).await, Answered::Unknown(_)));
}

#[test]
fn a_mapping_that_does_not_hold_is_refused() {
    let why = |from: &str, to: &str| {
        assert!(MAPPING.contains(from), "{from}");
        Mapped::new(&MAPPING.replacen(from, to, 1), SECRET, Wire::new()).unwrap_err().to_string()
    };
    for (from, to, part) in [
        ("{text}", "{words}", "json: an unknown placeholder"),
        ("{text}", "nothing", "no {text}"),
        ("{to_digits}", "nobody", "no {to}"),
        ("POST", "DELETE", "method"),
        ("longest = 3600", "longest = 0", "validity"),
        ("{valid_seconds}", "60", "validity"),
        ("Bearer {secret}", "Bearer {text}", "headers"),
        ("Bearer {secret}", "{callback}", "{callback} without"),
        ("202]", "302]", "only 2xx"),
        ("https://", "//", "url"),
        ("https://sms.", "https://me@sms.", "not a URL"),
        ("https://sms.", "ftp://sms.", "not a URL"),
        ("https://sms.", "http://sms.", "TLS"),
        ("name = ", "nom = ", "TOML"),
    ] {
        let said = why(from, to);
        assert!(said.contains(part), "{to}: {said}");
    }
    assert_eq!(
        Mapped::new("", SECRET, Wire::new()).unwrap_err(),
        WireError::BadMapping("not the TOML of a mapping")
    );
}

#[test]
fn only_this_machine_is_called_without_tls() {
    let built = |base: &str| Mapped::new(MAPPING, SECRET, Wire::new().base_url(base)).map(drop);
    for here in [
        "http://127.0.0.1:1",
        "http://localhost",
        "http://[::1]:8",
        "http://127.9.9.9",
        "https://sms.example",
    ] {
        assert_eq!(built(here), Ok(()), "{here}");
    }
    for away in
        ["http://sms.example", "http://10.0.0.1", "http://127.0.0.1.example", "http://localhost.example"]
    {
        assert_eq!(built(away), Err(WireError::NotTls), "{away}");
    }
    for wrong in [
        "",
        "sms.example",
        "file:///etc",
        "https://a:b@c",
        "https://sms.example/?x",
        "https://sms.example/#x",
    ] {
        assert_eq!(built(wrong), Err(WireError::BadUrl), "{wrong}");
    }
    let danger = Wire::new().base_url("http://10.0.0.1").danger_without_tls();
    assert!(Mapped::new(MAPPING, SECRET, danger).is_ok());
    let hook = |url: &str| Mapped::new(MAPPING, SECRET, Wire::new().callback(url)).map(drop);
    assert_eq!(hook("shop.example/hook"), Err(WireError::BadUrl));
    assert_eq!(hook("http://shop.example/hook"), Err(WireError::NotTls));
    assert_eq!(hook("https://shop.example/hook?key=1"), Ok(()));
}
