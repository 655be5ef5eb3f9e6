use http::{HeaderMap, HeaderValue, Method};
use optin::gateway::webhook::{Dialect, Incoming, Moment, PathToken, Signature, TwilioKeys, VonageMethod};
use proptest::prelude::*;

use super::{
    bad::{bodies, receive},
    sign::{self, SECRET, now},
};

fn schemes() -> Vec<Signature> {
    vec![
        Signature::Twilio(TwilioKeys::auth_token(SECRET).or_any_shared_key(SECRET)),
        Signature::Telnyx("xaup9MQYOcVXNIRph/nL6HsgzqwDlvCFmEw5ERhaoT4=".to_owned()),
        Signature::VonageMessages { secret: SECRET.into(), api_key: None },
        Signature::VonageSms { secret: SECRET.into(), method: VonageMethod::Any },
        Signature::Plivo(SECRET.into()),
        Signature::PlivoV2(SECRET.into()),
        Signature::Sinch(SECRET.into()),
        Signature::MessageBird(SECRET.into()),
        Signature::Standard(sign::bird_secret().into()),
        Signature::Token(PathToken::path("0123456789abcdef")),
    ]
}

const HEADERS: [&str; 17] = [
    "content-type",
    "x-twilio-signature",
    "x-twilio-webhooks-signature-settings",
    "telnyx-signature-ed25519",
    "telnyx-timestamp",
    "authorization",
    "x-plivo-signature-v3",
    "x-plivo-signature-v3-nonce",
    "x-plivo-signature-v2",
    "x-plivo-signature-v2-nonce",
    "x-sinch-webhook-signature",
    "x-sinch-webhook-signature-nonce",
    "x-sinch-webhook-signature-timestamp",
    "messagebird-signature-jwt",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
];

fn header_value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,40}",
        "[A-Za-z0-9+/=,.]{0,90}",
        "[0-9]{0,12}",
        "Bearer [A-Za-z0-9_-]{0,20}\\.[A-Za-z0-9_-]{0,20}\\.[A-Za-z0-9_-]{0,20}",
        "eyJhbGciOiJ(ub25l|IUzI1Ni)IifQ\\.(e30|)\\.[A-Za-z0-9_-]{0,43}",
        "key=[a-z]{0,4},algorithm=HMAC_SHA(1|256|512)",
        Just("application/json".to_owned()),
        Just(now().timestamp().to_string()),
    ]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        "[a-zA-Z0-9=&%+{}\":,\\[\\]]{0,200}".prop_map(String::into_bytes),
        "\\{(\"[a-z]{1,9}\":(\"[ -~&&[^\"\\\\]]{0,9}\"|[0-9]{1,9}|null|\\[\\]|\\{\\}),?){0,6}\\}"
            .prop_map(String::into_bytes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_scheme_believes_noise(
        url in "https?://[ -~é]{0,60}",
        values in proptest::collection::vec((0..HEADERS.len(), header_value()), 0..20),
        body in body(),
        get in any::<bool>(),
    ) {
        let mut headers = HeaderMap::new();
        for (at, value) in values {
            headers.append(HEADERS[at], HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let method = if get { Method::GET } else { Method::POST };
        let incoming = Incoming { method: &method, url: &url, headers: &headers, body: &body };
        for scheme in schemes() {
            prop_assert!(scheme.verify(&incoming, Moment::new(now())).is_err());
        }
    }

    #[test]
    fn no_parser_panics(body in body(), json in any::<bool>()) {
        let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
        for dialect in bodies().into_iter().map(|(dialect, _)| dialect).chain([Dialect::Twilio, Dialect::Plivo]) {
            let _ = receive(&dialect, kind, &body);
        }
    }

    #[test]
    fn one_changed_byte_is_another_request(at in 0usize..90, to in any::<u8>()) {
        let body = br#"{"type":"mo_text","id":"s","from":"14155550100","to":"36123","body":"STOP","x":"0123456789"}"#;
        let mut request = sign::sinch(body);
        let at = at % body.len();
        prop_assume!(request.body()[at] != to);
        request.body_mut()[at] = to;
        prop_assert!(optin::gateway::webhook::Webhook::sinch(SECRET).verify(&request, now()).is_err());
    }
}
