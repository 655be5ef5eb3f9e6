//! Every adapter against every way in which an answer can go wrong. Nothing is ever sent twice.

use std::time::Duration;

use optin::gateway::{Answered, LookUp, Recalled, Refusal, Uncertain};
use serde_json::json;
use tokio::net::TcpListener;

use super::{
    kit::{NAMES, gateway, hasty, permit, send, sought, wire},
    server::{Play, Server},
};

const HTML: &[u8] = b"<html><body>502 Bad Gateway</body></html>";

fn unknown(why: Uncertain) -> Answered {
    Answered::Unknown(why)
}

fn answer(status: u16, body: &[u8]) -> Play {
    Play::Answer(status, Vec::new(), body.to_vec())
}

/// Each play, what it must come to, and that each was asked once. One client a gateway: starting TLS takes long.
async fn each(cases: Vec<(&str, Play, Answered)>) {
    for name in NAMES {
        let server = Server::start(cases.iter().map(|(_, play, _)| play.clone()).collect()).await;
        let ours = gateway(name, wire(&server.base()));
        for (asked, (case, _, outcome)) in cases.iter().enumerate() {
            assert_eq!(send(&*ours).await, *outcome, "{name}: {case}");
            assert_eq!(server.taken().len(), asked + 1, "{name}: {case}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_unknown() {
    let endless = vec![b' '; 10 * 1024 * 1024];
    let half = b"HTTP/1.1 201 Created\r\ncontent-length: 400\r\n\r\n{\"sid\":\"SM1\",\"id\":\"1\"".to_vec();
    let chunk = b"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n20\r\n{\"id\":".to_vec();
    let unreadable = unknown(Uncertain::Unreadable);
    each(vec![
        ("html", answer(200, HTML), unreadable.clone()),
        ("empty", answer(202, b""), unreadable.clone()),
        ("no content", Play::Raw(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()), unreadable.clone()),
        ("no id", answer(200, b"{}"), unreadable.clone()),
        ("another shape", answer(201, b"[[[\"id\"]]]"), unreadable.clone()),
        ("not utf-8", answer(200, b"{\"sid\":\"\xff\xfe\",\"id\":\"\xff\"}"), unreadable.clone()),
        ("ten megabytes", answer(200, &endless), unreadable.clone()),
        ("deep", answer(200, "[".repeat(60_000).as_bytes()), unreadable.clone()),
        ("half a body", Play::Raw(half), unknown(Uncertain::Broken)),
        (
            "half a refusal",
            Play::Raw(b"HTTP/1.1 400 x\r\ncontent-length: 9\r\n\r\n{\"c".to_vec()),
            unknown(Uncertain::Broken),
        ),
        ("half a chunk", Play::Raw(chunk), unknown(Uncertain::Broken)),
        ("half a head", Play::Raw(b"HTTP/1.1 20".to_vec()), unknown(Uncertain::Broken)),
        ("no http", Play::Raw(b"220 smtp ready\r\n".to_vec()), unknown(Uncertain::Broken)),
        ("reset", Play::Reset, unknown(Uncertain::Broken)),
        ("server error", answer(500, HTML), unknown(Uncertain::Failed)),
        (
            "busy",
            Play::Answer(503, vec![("retry-after".into(), "1".into())], HTML.to_vec()),
            unknown(Uncertain::Failed),
        ),
        (
            "gateway time-out",
            answer(504, b"{\"code\":21610,\"error\":\"21610\"}"),
            unknown(Uncertain::Failed),
        ),
        ("request time-out", answer(408, b""), unknown(Uncertain::TimedOut)),
        ("conflict", answer(409, b"{}"), unknown(Uncertain::Untold)),
    ])
    .await;
}

#[tokio::test]
async fn what_is_clearly_refused_is_rejected() {
    let rejected = |refusal| Answered::rejected(refusal);
    let to = |status, place: &str| Play::Answer(status, vec![("location".into(), place.into())], Vec::new());
    each(vec![
        ("forbidden", answer(403, HTML), rejected(Refusal::Account)),
        ("who are you", answer(401, b""), rejected(Refusal::Account)),
        ("pay first", answer(402, b""), rejected(Refusal::Account)),
        ("not here", answer(404, HTML), rejected(Refusal::Account)),
        ("wrong", answer(400, b"{}"), rejected(Refusal::Other)),
        ("too large", answer(413, b""), rejected(Refusal::Malformed)),
        ("elsewhere", to(307, "http://127.0.0.1:9/"), rejected(Refusal::Unavailable)),
        ("moved", to(308, "/elsewhere"), rejected(Refusal::Unavailable)),
        ("found", to(302, "/elsewhere"), unknown(Uncertain::Unreadable)),
        ("see other", to(303, "/elsewhere"), unknown(Uncertain::Unreadable)),
    ])
    .await;
}

#[tokio::test]
async fn too_fast_is_waited_out_as_asked() {
    let slow = |seconds| Answered::refused(Refusal::RateLimited, None, seconds);
    let told = |name: &str, value: &str| Play::Answer(429, vec![(name.into(), value.into())], HTML.to_vec());
    let date = "Fri, 15 Jan 2027 08:00:20 GMT";
    each(vec![
        ("bare", answer(429, b""), slow(None)),
        ("seconds", told("retry-after", "7"), slow(Some(Duration::from_secs(7)))),
        ("milliseconds", told("retry-after-ms", "1500"), slow(Some(Duration::from_millis(1_500)))),
        ("date", told("retry-after", date), slow(Some(Duration::from_secs(20)))),
        ("for ever", told("retry-after", "99999999"), slow(Some(Duration::from_secs(900)))),
        ("never", told("retry-after", "later"), slow(None)),
        ("before", told("retry-after", "-7"), slow(None)),
    ])
    .await;
}

#[tokio::test]
async fn a_gateway_that_never_answers_is_unknown_in_time() {
    let begun = b"HTTP/1.1 201 Created\r\ncontent-length: 400\r\n\r\n{\"id\":".to_vec();
    for name in NAMES {
        let server = Server::start(vec![Play::Stall(Vec::new()), Play::Stall(begun.clone())]).await;
        let ours = gateway(name, hasty(&server.base()));
        assert_eq!(send(&*ours).await, unknown(Uncertain::TimedOut), "{name}");
        assert_eq!(send(&*ours).await, unknown(Uncertain::TimedOut), "{name}");
        assert_eq!(server.taken().len(), 2, "{name}");
    }
}

#[tokio::test]
async fn what_never_connected_was_not_taken() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    // A TLS client that meets plain HTTP: the request never left.
    let plain = Server::start(vec![Play::json(200, &json!({"sid": "SM1"}))]).await;
    let not_tls = plain.base().replace("http://", "https://");
    for name in NAMES {
        let outcome = send(&*gateway(name, wire(&nobody))).await;
        assert_eq!(outcome, Answered::rejected(Refusal::Unavailable), "{name}");
    }
    for nowhere in ["https://sms.invalid", &not_tls] {
        let hurried = wire(nowhere).connect_timeout(Duration::from_millis(100));
        let outcome = send(&*gateway("twilio", hurried)).await;
        assert_eq!(outcome, Answered::rejected(Refusal::Unavailable), "{nowhere}");
    }
    assert!(plain.taken().is_empty());
}

/// Connections that are kept and then closed under the next request: no message is there twice.
#[tokio::test]
async fn a_connection_that_was_kept_repeats_nothing() {
    let ok =
        json!({"sid": "SM0123456789abcdef0123456789abcdef", "num_segments": "1"}).to_string().into_bytes();
    let server = Server::start(vec![Play::Stay(201, ok.clone()), Play::Reset, Play::Stay(201, ok)]).await;
    let ours = gateway("twilio", wire(&server.base()));
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        outcomes.push(send(&*ours).await);
    }
    assert_eq!(outcomes[1], unknown(Uncertain::Broken));
    assert!(matches!((&outcomes[0], &outcomes[2]), (Answered::Accepted(_), Answered::Accepted(_))));
    assert_eq!(server.taken().len(), 3);
}

#[tokio::test]
async fn a_look_up_that_goes_wrong_cannot_say() {
    let plays = [
        answer(200, HTML),
        answer(500, b""),
        Play::Reset,
        answer(200, b"{}"),
        answer(404, b"{}"),
        answer(302, b""),
    ];
    for name in NAMES {
        for play in &plays {
            let server = Server::start(vec![play.clone()]).await;
            let (ours, permit) = (gateway(name, wire(&server.base())), permit().await);
            assert_eq!(ours.look_up(sought(permit.message())).await, LookUp::CannotSay, "{name}");
            assert_eq!(ours.recall("id-1".to_owned()).await, Recalled::CannotSay, "{name}");
        }
    }
}
