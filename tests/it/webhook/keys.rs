//! What is refused before anything is read: keys, limits, replays, addresses.

use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use http::Request;
use optin::gateway::webhook::{
    Dialect, Forged, HookError, Incoming, Moment, PathToken, Signature, TwilioKeys, VonageMethod, Webhook,
};

use super::sign::{self, SECRET, now};

const BODY: &[u8] = b"MessageSid=SM1&From=%2B14155550100&To=%2B14155550199&Body=STOP";

fn twilio_at_home() -> Request<Vec<u8>> {
    sign::twilio("https://shop.example", "/sms", BODY)
}

#[test]
fn a_hook_with_shared_keys_alone_takes_no_older_signature() {
    let old = twilio_at_home();
    let at = |keys| Webhook::twilio(keys).at("https://shop.example/");
    assert_eq!(at(TwilioKeys::auth_token(SECRET)).verify(&old, now()), Ok(None));
    assert_eq!(at(TwilioKeys::shared_key("k1", SECRET)).verify(&old, now()), Err(Forged::NoSecret));
    assert_eq!(at(TwilioKeys::shared_key("k1", "x").or_auth_token(SECRET)).verify(&old, now()), Ok(None));
    assert_eq!(at(TwilioKeys::default()).verify(&old, now()), Err(Forged::NoSecret));

    let settings = |value: &str| {
        let mut request = old.clone();
        request.headers_mut().insert("x-twilio-webhooks-signature-settings", value.parse().unwrap());
        request
    };
    let shared = at(TwilioKeys::shared_key("k1", SECRET).or_shared_key("k2", "the next one, longer"));
    for (value, why) in [
        ("key=k1,algorithm=HMAC_SHA1", Forged::Algorithm),
        ("key=k1,algorithm=HMAC_SHA512", Forged::Algorithm),
        ("key=k1", Forged::Algorithm),
        ("", Forged::Algorithm),
        ("key=k3,algorithm=HMAC_SHA256", Forged::UnknownKey),
        ("algorithm=HMAC_SHA256", Forged::UnknownKey),
        ("key=k2,algorithm=HMAC_SHA256", Forged::Mismatch),
        ("key=k1,key=k2,algorithm=HMAC_SHA256", Forged::Duplicate("x-twilio-webhooks-signature-settings")),
    ] {
        assert_eq!(shared.verify(&settings(value), now()), Err(why), "{value}");
    }
    let token_only = at(TwilioKeys::auth_token(SECRET));
    assert_eq!(token_only.verify(&settings("key=k1,algorithm=HMAC_SHA256"), now()), Err(Forged::NoSecret));
    // An explicit SHA-1 is the auth token's, where the host has given that.
    assert_eq!(token_only.verify(&settings("algorithm=HMAC_SHA1"), now()), Ok(None));
    // So is none at all: twilio-python 9.13.0, `get_signature_algorithm`.
    for value in ["", "key=k1"] {
        assert_eq!(token_only.verify(&settings(value), now()), Ok(None), "{value}");
    }
}

#[test]
fn a_signature_over_the_address_needs_the_address() {
    let request = twilio_at_home();
    let hook = || Webhook::twilio(TwilioKeys::auth_token(SECRET));
    assert_eq!(hook().verify(&request, now()), Err(Forged::NoUrl));
    assert_eq!(HookError::from(Forged::NoUrl).status(), 500);
    assert_eq!(hook().at("https://shop.evil").verify(&request, now()), Err(Forged::Mismatch));
    assert_eq!(hook().at("https://shop.example").verify(&request, now()), Ok(None));
    // Behind a proxy that takes a part of the path away.
    let inner = sign::twilio("https://shop.example/public", "/sms", BODY);
    assert_eq!(hook().at("https://shop.example/public").verify(&inner, now()), Ok(None));
    // What anybody can write does not say where we are.
    let mut host = request.clone();
    host.headers_mut().insert("host", "shop.example".parse().unwrap());
    assert_eq!(hook().verify(&host, now()), Err(Forged::NoUrl));
    let mut absolute = request.clone();
    *absolute.uri_mut() = "https://shop.example/sms".parse().unwrap();
    assert_eq!(hook().verify(&absolute, now()), Err(Forged::NoUrl));
    *absolute.uri_mut() = "https://shop.evil/sms".parse().unwrap();
    assert_eq!(hook().at("https://shop.example").verify(&absolute, now()), Ok(None));
}

#[test]
fn ten_megabytes_are_refused_unread() {
    let mut large = twilio_at_home();
    large.body_mut().resize(10 * 1024 * 1024, b'x');
    for signature in [
        Signature::Twilio(TwilioKeys::auth_token(SECRET)),
        Signature::Telnyx("x".to_owned()),
        Signature::Token(PathToken::path("0123456789abcdef")),
    ] {
        let hook = Webhook::new(Dialect::Twilio, signature).at("https://shop.example");
        assert_eq!(hook.verify(&large, now()), Err(Forged::TooLarge));
        assert_eq!(hook.receive(&large, now()).unwrap_err().status(), 413);
    }
    let edge = Webhook::twilio(TwilioKeys::auth_token(SECRET)).at("https://shop.example").limit(BODY.len());
    assert_eq!(edge.verify(&twilio_at_home(), now()), Ok(None));
    let below =
        Webhook::twilio(TwilioKeys::auth_token(SECRET)).at("https://shop.example").limit(BODY.len() - 1);
    assert_eq!(below.verify(&twilio_at_home(), now()), Err(Forged::TooLarge));
}

#[test]
fn a_replay_is_refused_once_the_first_was_dealt_with() {
    let request =
        sign::sinch(br#"{"type":"mo_text","id":"1","from":"14155550100","to":"36123","body":"STOP"}"#);
    let hook = Webhook::sinch(SECRET);
    let first = hook.receive(&request, now()).unwrap();
    // The host could not store it: the gateway sends it again, and it is taken.
    let again = hook.receive(&request, now()).unwrap();
    assert_eq!(first.once, again.once);
    hook.handled(&again, now());
    let replayed = hook.receive(&request, now()).unwrap_err();
    assert_eq!(replayed, HookError::Forged(Forged::Replayed));
    assert_eq!(replayed.status(), 204);
    // Once it would be stale anyway it is forgotten, and stale.
    let later = now() + TimeDelta::seconds(301);
    assert_eq!(hook.verify(&request, later), Err(Forged::Stale));
    assert_eq!(hook.verify(&request, now() - TimeDelta::seconds(301)), Err(Forged::Early));
    let patient = Webhook::sinch(SECRET).tolerance(TimeDelta::seconds(600));
    assert!(patient.verify(&request, later).is_ok());
}

#[test]
fn a_token_is_compared_whole_and_not_taken_short() {
    let long = "0123456789abcdef";
    let request = Request::post("/hook/0123456789abcdef?key=0123456789abcdef#f")
        .header("x-key", long)
        .header("authorization", "Basic dXNlcjowMTIzNDU2Nzg5YWJjZGVm")
        .body(Vec::<u8>::new())
        .unwrap();
    let verify = |token| Webhook::infobip(token).verify(&request, now());
    for good in [
        PathToken::path(long),
        PathToken::query("key", long),
        PathToken::header("x-key", long),
        PathToken::basic("user", long),
    ] {
        assert_eq!(verify(good.clone()), Ok(None), "{good:?}");
        assert!(!format!("{good:?}").contains("0123"));
    }
    let other = "0123456789abcdeg";
    for bad in [
        PathToken::path(other),
        PathToken::query("key", other),
        PathToken::header("x-key", other),
        PathToken::basic("user", other),
        PathToken::basic("root", long),
    ] {
        assert_eq!(verify(bad.clone()), Err(Forged::BadToken), "{bad:?}");
    }
    for none in [PathToken::query("kex", long), PathToken::header("x-kex", long)] {
        assert_eq!(verify(none), Err(Forged::Missing("token")));
    }
    assert_eq!(verify(PathToken::path("")), Err(Forged::NoSecret));
    assert_eq!(verify(PathToken::path("0123456789abcde")), Err(Forged::BadKey));
    let twice =
        Request::get("/hook?key=0123456789abcdef&key=0123456789abcdef").body(Vec::<u8>::new()).unwrap();
    assert_eq!(
        Webhook::brevo(PathToken::query("key", long)).verify(&twice, now()),
        Err(Forged::Duplicate("token"))
    );
}

#[test]
fn plivos_older_signature_covers_the_path_alone() {
    let vector = Request::post("https://answer.url")
        .header("x-plivo-signature-v2", "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc=")
        .header("x-plivo-signature-v2-nonce", "12345")
        .body(Vec::<u8>::new())
        .unwrap();
    let incoming =
        |url| Incoming { method: vector.method(), url, headers: vector.headers(), body: b"anything" };
    let v2 = Signature::PlivoV2("my_auth_token".into());
    assert_eq!(v2.verify(&incoming("https://answer.url?any=thing"), Moment::new(now())), Ok(None));
    assert_eq!(v2.verify(&incoming("https://answer.url/x"), Moment::new(now())), Err(Forged::Mismatch));
    // And it is nothing to a hook that wants V3.
    let v3 = Signature::Plivo("my_auth_token".into());
    assert_eq!(
        v3.verify(&incoming("https://answer.url"), Moment::new(now())),
        Err(Forged::Missing("x-plivo-signature-v3-nonce"))
    );
}

/// plivo-python 4.63.0 lets the query outrank parameters of the same name, so a body beside a query would be read
/// and not be signed.
#[test]
fn plivos_signature_of_a_query_carries_no_body() {
    let token = "my_auth_token";
    let query = "From=14155550100&MessageUUID=u1&Text=Hello&To=36123";
    let text = format!("https://shop.example/in?{query}.77");
    let signature = base64::Engine::encode(&STANDARD, sign::hmac256(token.as_bytes(), text.as_bytes()));
    let asked = |method: &str, body: &str| {
        Request::builder()
            .method(method)
            .uri(format!("/in?{query}"))
            .header("x-plivo-signature-v3", &signature)
            .header("x-plivo-signature-v3-nonce", "77")
            .body(body.as_bytes().to_vec())
            .unwrap()
    };
    let hook = Webhook::plivo(token).at("https://shop.example");
    assert_eq!(hook.verify(&asked("GET", ""), now()), Ok(None));
    let other = "From=14155550199&MessageUUID=u2&Text=STOP&To=36123";
    assert_eq!(hook.receive(&asked("GET", other), now()).unwrap_err(), Forged::Uncovered.into());
    assert_eq!(hook.verify(&asked("PUT", ""), now()), Err(Forged::Malformed("method")));
}

#[test]
fn a_named_vonage_method_takes_no_other() {
    // MD5 hash, then HMAC-SHA256, of the parameters of the Python SDK's own test.
    let signed = [
        (VonageMethod::Md5Hash, "d72f75ac8cda9bbce891c4fa62bee6cd"),
        (VonageMethod::Md5Hmac, "724c2bf6ca423c36e20631b11d1c5753"),
        (VonageMethod::Sha256Hmac, "280c4320703dbc98bfa22db676655ed2acfbfe8792b062ff7622e67f1183c287"),
    ];
    let then = chrono::DateTime::from_timestamp(1_234_567_890, 0).unwrap();
    for (method, sig) in signed {
        let url = format!("/v?param1=value1&param2=value2&timestamp=1234567890&sig={sig}");
        let request = Request::get(url).body(Vec::<u8>::new()).unwrap();
        for (other, _) in signed {
            let verdict = Webhook::vonage_sms("signature_secret", other).verify(&request, then);
            assert_eq!(verdict.is_ok(), method == other, "{method:?} {other:?}");
        }
        assert!(Webhook::vonage_sms("signature_secret", VonageMethod::Any).verify(&request, then).is_ok());
    }
}

#[test]
fn a_vonage_api_key_is_checked_where_it_is_given() {
    let request = sign::vonage_messages(b"{}");
    let verify = |key: Option<&str>| {
        let signature = Signature::VonageMessages { secret: SECRET.into(), api_key: key.map(str::to_owned) };
        Webhook::new(Dialect::VonageMessages, signature).verify(&request, now()).map(|_| ())
    };
    assert_eq!((verify(None), verify(Some("k"))), (Ok(()), Ok(())));
    assert_eq!(verify(Some("other")), Err(Forged::Claim("api_key")));
}

#[test]
fn nothing_shows_a_secret() {
    let hook = Webhook::twilio(TwilioKeys::auth_token(SECRET).or_shared_key("k", SECRET));
    assert!(!format!("{hook:?}").contains(SECRET));
    assert!(!format!("{:?}", Webhook::sinch(SECRET)).contains(SECRET));
}
