//! What each gateway's requests say, in our words.

use chrono::{DateTime, Utc};
use http::Request;
use optin::{
    consent::event::Delivery,
    gateway::{
        About, Cost, Refusal, Report,
        webhook::{Dialect, Event, Mapping, PathToken, Received, Signature, TwilioKeys, Unreadable, Webhook},
    },
    id::MessageId,
};

use super::sign::{self, SECRET, now};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
/// In the address of every request of [`sign::token`].
const IN_URL: &str = "00112233445566778899aabbccddeeff";
const OURS: &str = "ffeeddccbbaa99887766554433221100";

fn by_token(dialect: Dialect) -> Webhook {
    Webhook::new(dialect, Signature::Token(PathToken::path("0123456789abcdef")))
}

fn read(dialect: Dialect, kind: &str, body: &str) -> Vec<Event> {
    by_token(dialect).receive(&sign::token(kind, body.as_bytes()), now()).unwrap().events
}

fn say(event: &Event) -> String {
    match event {
        Event::Inbound(text) => format!(
            "inbound {} {}>{} {:?} {}",
            text.id,
            text.from.e164(),
            text.to,
            text.text,
            at(text.sent_at)
        ),
        Event::Report(report) => told(report),
        Event::OptOut(signal) => {
            let sender = signal.sender.as_ref().map_or("any", |sender| sender.as_str());
            format!("opt-out {} of {sender} {}", signal.number.e164(), at(signal.at))
        }
        Event::Restored(back) => {
            let sender = back.sender.as_ref().map_or("any", |sender| sender.as_str());
            format!("restored {} of {sender} {}", back.number.e164(), at(back.at))
        }
        Event::Ignored(ignored) => format!("ignored {}", ignored.kind),
        Event::Unread(why) => format!("unread {why}"),
        _ => "new".to_owned(),
    }
}

fn told(report: &Report) -> String {
    let about = match &report.about {
        About::Message(id) => id.to_string(),
        About::Gateway(id) => format!("their {id}"),
    };
    let mut line = format!("report {about} {} {} {}", report.to.e164(), report.delivery, at(report.at));
    let more = [
        report.refusal.map(|refusal| refusal.code().to_owned()),
        report.code.clone(),
        report.segments.map(|count| format!("x{count}")),
        report
            .cost
            .map(|Cost { micros, currency }| format!("{micros}{}", String::from_utf8_lossy(&currency))),
    ];
    more.into_iter().flatten().for_each(|part| line = format!("{line} {part}"));
    line
}

fn at(time: DateTime<Utc>) -> String {
    if time == now() { "now".to_owned() } else { time.format("%dT%H:%M:%S").to_string() }
}

fn all(events: &[Event]) -> Vec<String> {
    events.iter().map(say).collect()
}

#[test]
fn twilio() {
    let hook = || Webhook::twilio(TwilioKeys::auth_token(SECRET)).at("https://shop.example");
    let read = |path: &str, body: &str| {
        let request = sign::twilio("https://shop.example", path, body.as_bytes());
        all(&hook().receive(&request, now()).unwrap().events)
    };
    let people = "From=%2B14155550100&To=%2B14155550199";
    assert_eq!(
        read("/sms", &format!("MessageSid=SM1&SmsStatus=received&{people}&Body=Arr%C3%AAte+svp&NumMedia=0")),
        ["inbound twilio:SM1 +14155550100>+14155550199 \"Arrête svp\" now"]
    );
    assert_eq!(
        read("/sms", &format!("MessageSid=SM1&{people}&Body=adios&OptOutType=STOP")),
        [
            "inbound twilio:SM1 +14155550100>+14155550199 \"adios\" now",
            "opt-out +14155550100 of +14155550199 now"
        ]
    );
    assert_eq!(
        read("/sms", &format!("MessageSid=SM1&{people}&Body=START&OptOutType=START")),
        [
            "inbound twilio:SM1 +14155550100>+14155550199 \"START\" now",
            "restored +14155550100 of +14155550199 now"
        ]
    );
    assert_eq!(read("/sms", &format!("MessageSid=SM1&{people}&Body=HELP&OptOutType=HELP")).len(), 1);
    // Twilio tells no time: the same request is known again whenever it comes.
    let stop = |after: i64| {
        let body = format!("MessageSid=SM1&{people}&Body=adios&OptOutType=STOP");
        let request = sign::twilio("https://shop.example", "/sms", body.as_bytes());
        let events = hook().receive(&request, now() + chrono::Duration::seconds(after)).unwrap().events;
        let signal = events.into_iter().find_map(|event| match event {
            Event::OptOut(signal) => Some(signal.reference),
            _ => None,
        });
        signal.flatten().unwrap()
    };
    assert_eq!(stop(0), stop(3_600));
    let report =
        |path: &str, rest: &str| read(path, &format!("MessageSid=SM2&To=%2B14155550100&From=36123&{rest}"));
    let per_message = format!("/dlr?optin={OURS}");
    assert_eq!(
        report(&per_message, "MessageStatus=delivered"),
        [format!("report {OURS} +14155550100 delivered now")]
    );
    assert_eq!(report("/dlr", "MessageStatus=delivered"), ["report their SM2 +14155550100 delivered now"]);
    assert_eq!(
        report(&per_message, "MessageStatus=undelivered&ErrorCode=30003"),
        [format!("report {OURS} +14155550100 undelivered now unreachable 30003")]
    );
    assert_eq!(
        report(&per_message, "MessageStatus=failed&ErrorCode=21610"),
        [format!("report {OURS} +14155550100 undelivered now recipient_opted_out 21610")]
    );
    for status in ["queued", "sending", "sent", "accepted", "teleported"] {
        assert_eq!(report(&per_message, &format!("MessageStatus={status}")), [format!("ignored {status}")]);
    }
    // A text from a carrier's own name is nobody's, and a notice of another product nothing.
    assert_eq!(read("/sms", "MessageSid=SM1&From=Carrier&To=36123&Body=hi"), ["ignored no_number"]);
    assert_eq!(read("/sms", "CallSid=CA1&From=%2B14155550100"), ["ignored other"]);
}

#[test]
fn vonage() {
    let read = |body: &str| {
        let request = sign::vonage_messages(body.as_bytes());
        all(&Webhook::vonage_messages(SECRET).receive(&request, now()).unwrap().events)
    };
    assert_eq!(
        read(
            r#"{"channel":"sms","message_uuid":"u1","from":"14155550100","to":"14155550199","text":"STOP","timestamp":"2026-11-20T10:00:00Z","sms":{"num_messages":"1"}}"#
        ),
        ["inbound vonage:u1 +14155550100>+14155550199 \"STOP\" 20T10:00:00"]
    );
    assert_eq!(
        read(
            r#"{"message_uuid":"u0","from":{"type":"sms","number":"14155550100"},"to":{"type":"sms","number":"14155550199"},"message":{"content":{"type":"text","text":"STOP"}},"timestamp":"2026-11-20T10:00:00Z"}"#
        ),
        ["inbound vonage:u0 +14155550100>+14155550199 \"STOP\" 20T10:00:00"]
    );
    let report = |status: &str, more: &str| {
        read(&format!(
            r#"{{"channel":"sms","message_uuid":"u2","to":"14155550100","from":"Shop","status":"{status}","timestamp":"2026-11-20T10:00:00.000Z","client_ref":"{OURS}"{more}}}"#
        ))
    };
    assert_eq!(
        report("delivered", r#","usage":{"currency":"EUR","price":"0.0333"},"sms":{"count_total":"2"}"#),
        [format!("report {OURS} +14155550100 delivered 20T10:00:00 x2 33300EUR")]
    );
    assert_eq!(report("submitted", ""), ["ignored submitted"]);
    assert!(report("rejected", r#","error":{"title":"1000","type":"x"}"#)[0].contains("undelivered"));
    assert_eq!(read(r#"{"channel":"whatsapp","message_uuid":"u1","from":"1"}"#), ["ignored whatsapp"]);

    let sms = |kind, body: &str| all(&super::events::read(Dialect::VonageSms, kind, body));
    let base = "msisdn=14155550100&to=36123&message-timestamp=2026-11-20+10%3A00%3A00";
    assert_eq!(
        sms(FORM, &format!("{base}&messageId=A1&text=STOP&type=text&keyword=STOP")),
        ["inbound vonage:A1 +14155550100>36123 \"STOP\" 20T10:00:00"]
    );
    // Parts of a long text are read each for itself, so that none waits for the others.
    let part = |n: u8, text: &str| {
        sms(
            FORM,
            &format!(
                "{base}&messageId=A{n}&text={text}&type=text&concat=true&concat-ref=7&concat-total=2&concat-part={n}"
            ),
        )
    };
    assert_eq!(
        [part(1, "please"), part(2, "STOP")].concat(),
        [
            "inbound vonage:A1 +14155550100>36123 \"please\" 20T10:00:00",
            "inbound vonage:A2 +14155550100>36123 \"STOP\" 20T10:00:00"
        ]
    );
    let dlr = r#"{"msisdn":"14155550100","to":"Shop","messageId":"A9","status":"failed","err-code":"9","price":"0.03","client-ref":"REF","message-timestamp":"2026-11-20 10:00:00"}"#;
    assert_eq!(
        sms(JSON, &dlr.replace("REF", OURS)),
        [format!("report {OURS} +14155550100 undelivered 20T10:00:00 recipient_opted_out 9 30000EUR")]
    );
}

#[test]
fn telnyx() {
    let read = |body: &str| all(&super::events::read(Dialect::Telnyx, JSON, body));
    let text = r#"{"data":{"event_type":"message.received","occurred_at":"2026-11-20T10:00:01Z","payload":{"id":"t1","type":"SMS","from":{"phone_number":"+14155550100"},"to":[{"phone_number":"+14155550199"}],"text":"Stop please","received_at":"2026-11-20T10:00:00.000+00:00"}}}"#;
    assert_eq!(read(text), ["inbound telnyx:t1 +14155550100>+14155550199 \"Stop please\" 20T10:00:00"]);
    let report = |kind: &str, status: &str, errors: &str| {
        read(&format!(
            r#"{{"data":{{"event_type":"message.{kind}","payload":{{"id":"t2","to":[{{"phone_number":"+14155550100","status":"{status}"}}],"errors":{errors},"parts":2,"cost":{{"amount":"0.0051","currency":"USD"}},"webhook_url":"https://shop.example/t?optin={OURS}","completed_at":"2026-11-20T10:00:00Z"}}}}}}"#
        ))
    };
    assert_eq!(
        report("finalized", "delivered", "[]"),
        [format!("report {OURS} +14155550100 delivered 20T10:00:00 x2 5100USD")]
    );
    assert_eq!(
        report("finalized", "delivery_failed", r#"[{"code":"40300"}]"#),
        [format!("report {OURS} +14155550100 undelivered 20T10:00:00 recipient_opted_out 40300 x2 5100USD")]
    );
    assert_eq!(report("sent", "sent", "[]"), ["ignored sent"]);
    assert_eq!(read(r#"{"data":{"event_type":"call.answered","payload":{}}}"#), ["ignored call.answered"]);
}

#[test]
fn sinch() {
    let read = |body: &str| {
        let request = sign::sinch(body.as_bytes());
        all(&Webhook::sinch(SECRET).receive(&request, now()).unwrap().events)
    };
    assert_eq!(
        read(
            r#"{"type":"mo_text","id":"s1","from":"14155550100","to":"36123","body":"STOP","received_at":"2026-11-20T10:00:00.000Z"}"#
        ),
        ["inbound sinch:s1 +14155550100>36123 \"STOP\" 20T10:00:00"]
    );
    let report = |status: &str, code: u16| {
        read(&format!(
            r#"{{"type":"recipient_delivery_report_sms","batch_id":"b1","recipient":"14155550100","code":{code},"status":"{status}","at":"2026-11-20T10:00:00Z","client_reference":"{OURS}"}}"#
        ))
    };
    assert_eq!(report("Delivered", 0), [format!("report {OURS} +14155550100 delivered 20T10:00:00")]);
    assert_eq!(report("Dispatched", 400), ["ignored Dispatched"]);
    assert!(report("Expired", 406)[0].contains("expired 20T10:00:00"));
    assert_eq!(
        read(
            r#"{"type":"delivery_report_sms","batch_id":"b1","statuses":[{"code":0,"count":2,"status":"Delivered","recipients":["14155550100","14155550101"]},{"code":401,"count":1,"status":"Queued"},{"code":0,"status":"Delivered","recipients":["nobody"]}]}"#
        ),
        [
            "report their b1 +14155550100 delivered now",
            "report their b1 +14155550101 delivered now",
            "ignored Queued",
            "unread `recipient` is not a phone number"
        ]
    );
}

#[test]
fn infobip() {
    let read = |body: &str| all(&super::events::read(Dialect::Infobip, JSON, body));
    assert_eq!(
        read(
            r#"{"results":[{"messageId":"i1","from":"14155550100","to":"36123","text":"STOP now","cleanText":"now","keyword":"STOP","receivedAt":"2026-11-20T11:00:00.000+0100","smsCount":1},{"messageId":"i2","from":"14155550101","to":{},"text":"hi"},{"messageId":"i3","from":"14155550102","to":"36123","text":"STOP"}]}"#
        ),
        [
            "inbound infobip:i1 +14155550100>36123 \"STOP now\" 20T10:00:00",
            "unread `to` is of another type",
            "inbound infobip:i3 +14155550102>36123 \"STOP\" now",
        ]
    );
    let report = |group: &str, error: &str| {
        read(&format!(
            r#"{{"results":[{{"messageId":"{OURS}","to":"14155550100","doneAt":"2026-11-20T10:00:00.000+0000","messageCount":2,"price":{{"pricePerMessage":0.01,"currency":"EUR"}},"status":{{"groupName":"{group}","name":"X"}},"error":{{"name":"{error}"}}}}]}}"#
        ))
    };
    assert_eq!(
        report("DELIVERED", "NO_ERROR"),
        [format!("report {OURS} +14155550100 delivered 20T10:00:00 x2 10000EUR")]
    );
    assert_eq!(report("PENDING", "NO_ERROR"), ["ignored PENDING"]);
    assert!(report("UNDELIVERABLE", "EC_UNKNOWN_SUBSCRIBER")[0].contains("EC_UNKNOWN_SUBSCRIBER"));
}

#[test]
fn plivo() {
    let read = |body: &str| all(&super::events::read(Dialect::Plivo, FORM, body));
    assert_eq!(
        read("From=14155550100&To=14155550199&Text=STOP&Type=sms&MessageUUID=p1"),
        ["inbound plivo:p1 +14155550100>+14155550199 \"STOP\" now"]
    );
    assert_eq!(
        read(
            "MessageUUID=p2&To=14155550100&From=36123&Status=delivered&Units=2&TotalAmount=0.007&DeliveryReportTime=2026-11-20+10%3A00%3A00.000000"
        ),
        [format!("report {IN_URL} +14155550100 delivered 20T10:00:00 x2 7000USD")]
    );
    assert_eq!(
        read("MessageUUID=p2&To=14155550100&From=36123&Status=undelivered&ErrorCode=200"),
        [format!("report {IN_URL} +14155550100 undelivered now recipient_opted_out 200")]
    );
    assert_eq!(read("MessageUUID=p2&To=14155550100&Status=queued"), ["ignored queued"]);
}

#[test]
fn bird_and_messagebird() {
    let read = |body: &str| {
        let request = sign::bird(body.as_bytes());
        all(&Webhook::bird(sign::bird_secret()).receive(&request, now()).unwrap().events)
    };
    let data = |kind: &str, data: &str| {
        read(&format!(r#"{{"type":"{kind}","timestamp":"2026-11-20T10:00:00Z","data":{data}}}"#))
    };
    assert_eq!(
        data("sms.received", r#"{"sms_id":"sms_1","from":"+14155550100","to":"+14155550199","text":"STOP"}"#),
        ["inbound bird:sms_1 +14155550100>+14155550199 \"STOP\" 20T10:00:00"]
    );
    assert_eq!(
        data(
            "sms_suppression.created",
            r#"{"suppression_id":"s","destination":"+14155550100","originator":"+14155550199","reason":"keyword_stop"}"#
        ),
        ["opt-out +14155550100 of +14155550199 20T10:00:00"]
    );
    let report = |kind: &str, code: &str| {
        data(
            kind,
            &format!(
                r#"{{"sms_id":"sms_2","to":"+14155550100","from":"Shop","metadata":{{"optin":"{OURS}"}},"error":{{"code":"{code}"}}}}"#
            ),
        )
    };
    assert_eq!(report("sms.delivered", ""), [format!("report {OURS} +14155550100 delivered 20T10:00:00")]);
    assert_eq!(
        report("sms.rejected", "recipient_opted_out"),
        [format!(
            "report {OURS} +14155550100 undelivered 20T10:00:00 recipient_opted_out recipient_opted_out"
        )]
    );
    assert_eq!(report("sms.sent", ""), ["ignored sent"]);
    assert_eq!(data("email.bounced", "{}"), ["ignored email.bounced"]);

    let old = |kind, body: &str| all(&super::events::read(Dialect::MessageBird, kind, body));
    assert_eq!(
        old(
            FORM,
            &format!(
                "id=m1&reference={OURS}&recipient=14155550100&status=delivered&statusDatetime=2026-11-20T10%3A00%3A00%2B00%3A00"
            )
        ),
        [format!("report {OURS} +14155550100 delivered 20T10:00:00")]
    );
    assert_eq!(
        old(
            JSON,
            r#"{"id":"m2","originator":14155550100,"recipient":"36123","body":"STOP","createdDatetime":"2026-11-20T10:00:00Z"}"#
        ),
        ["inbound messagebird:m2 +14155550100>36123 \"STOP\" 20T10:00:00"]
    );
    // A report comes as a query alone.
    let query = Request::get(format!(
        "/hook/0123456789abcdef?id=m1&reference={OURS}&recipient=14155550100&status=expired"
    ));
    let got = by_token(Dialect::MessageBird).receive(&query.body(Vec::new()).unwrap(), now()).unwrap();
    assert_eq!(all(&got.events), [format!("report {OURS} +14155550100 expired now")]);
}

#[test]
fn ovhcloud_and_brevo() {
    let ovh = |body: &str| all(&read(Dialect::OvhCloud, JSON, body));
    assert_eq!(
        ovh(&format!(
            r#"[{{"id":1,"sender":"+33612345678","message":"STOP","tag":"","creationDatetime":"2026-11-20T11:00:00+01:00"}},
                {{"id":2,"receiver":"0033612345678","sender":"Shop","deliveryReceipt":1,"ptt":1,"tag":"{OURS}","numberOfSms":1,"sentAt":"2026-11-20T11:00:00+01:00"}},
                {{"id":3,"receiver":"0033612345678","deliveryReceipt":0,"ptt":0}},
                {{"number":"+33612345679","dateCreation":"2026-11-20T11:00:00+01:00"}}]"#
        )),
        [
            "inbound ovh:1 +33612345678>- \"STOP\" 20T10:00:00".to_owned(),
            format!("report {OURS} +33612345678 delivered 20T10:00:00 x1"),
            "ignored 0".to_owned(),
            "opt-out +33612345679 of any 20T10:00:00".to_owned(),
        ]
    );

    let brevo = |body: &str| all(&read(Dialect::Brevo, JSON, body));
    assert_eq!(
        brevo(
            r#"{"id":26570,"to":"33612345678","sms_count":1,"credits_used":1.5,"messageId":123,"msg_status":"delivered","date":"2026-11-20 10:00:00","type":"marketing","reference":{"1":"x"},"ts_event":1795168800}"#
        ),
        [format!("report {IN_URL} +33612345678 delivered 20T10:00:00 x1")]
    );
    assert_eq!(brevo(r#"{"to":"33612345678","messageId":123,"msg_status":"sent"}"#), ["ignored sent"]);
    assert_eq!(
        brevo(r#"{"to":"33612345678","event":"unsubscribed","ts_event":1795168800}"#),
        ["opt-out +33612345678 of any 20T10:00:00"]
    );
    // Brevo names the message that is answered: two answers must not be taken for one.
    let [first, second] = ["non", "STOP"].map(|text| {
        brevo(&format!(r#"{{"to":"33612345678","messageId":123,"event":"replied","reply":"{text}"}}"#))
    });
    assert!(first[0].contains("\"non\"") && second[0].contains("\"STOP\""));
    assert_ne!(first[0].split(' ').nth(1), second[0].split(' ').nth(1));
}

#[test]
fn any_other_by_a_table() {
    let mapping = Mapping::from_toml(
        "list = \"events\"\n[inbound]\nid = \"m.id\"\nfrom = \"m.from\"\ntext = \"m.text\"\n[report]\nid = \"id\"\nto = \"to\"\nstatus = \"state\"\ncode = \"why\"\n\
         [status]\nDELIVRD = \"delivered\"\nUNDELIV = \"undelivered\"\n[refusal]\n21 = \"recipient_opted_out\"\n",
    );
    let dialect = Dialect::Mapped(mapping.unwrap());
    let body = r#"{"events":[{"m":{"id":7,"from":"+14155550100","text":"STOP"}},{"id":"x","to":"14155550100","state":"UNDELIV","why":21},{"id":"y","to":"14155550100","state":"ENROUTE"},{"id":"z","to":"14155550100","state":"ENROUTE","why":"21"},3]}"#;
    assert_eq!(
        all(&read(dialect, JSON, body)),
        [
            "inbound mapped:7 +14155550100>- \"STOP\" now".to_owned(),
            format!("report {IN_URL} +14155550100 undelivered now recipient_opted_out 21"),
            "ignored ENROUTE".to_owned(),
            // Whatever the status: who opted out is not lost.
            format!("report {IN_URL} +14155550100 undelivered now recipient_opted_out 21"),
            "ignored other".to_owned(),
        ]
    );
    for wrong in
        ["[status]\nA = \"landed\"", "[refusal]\n1 = \"tired\"", "[inbound]\nfrom = \"f\"", "x = 1", "["]
    {
        assert!(Mapping::from_toml(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn our_id_in_the_address_counts_only_where_the_address_is_signed() {
    let body = br#"{"type":"recipient_delivery_report_sms","batch_id":"b1","recipient":"14155550100","code":0,"status":"Delivered"}"#;
    let mut request = sign::sinch(body);
    *request.uri_mut() = format!("/sinch?optin={OURS}").parse().unwrap();
    let Received { events, once } = Webhook::sinch(SECRET).receive(&request, now()).unwrap();
    assert_eq!(all(&events), ["report their b1 +14155550100 delivered now"]);
    assert!(once.is_some());
    let request = sign::token(JSON, body);
    let got = by_token(Dialect::Sinch).receive(&request, now()).unwrap();
    assert_eq!(
        all(&got.events),
        [format!("report {} +14155550100 delivered now", IN_URL.parse::<MessageId>().unwrap())]
    );
}

#[test]
fn a_query_is_content_only_where_it_is_signed() {
    let mut request = sign::sinch(b"");
    *request.uri_mut() = "/s?type=mo_text&id=1&from=14155550100&to=36123&body=STOP".parse().unwrap();
    let why = Webhook::sinch(SECRET).receive(&request, now()).unwrap_err();
    assert_eq!(why, Unreadable::Empty.into());
    assert_eq!(why.status(), 422);
}

#[test]
fn words_that_say_delivered_never_carry_a_refusal() {
    let body = r#"{"type":"recipient_delivery_report_sms","batch_id":"b1","recipient":"14155550100","code":402,"status":"Delivered"}"#;
    let got = by_token(Dialect::Sinch).receive(&sign::token(JSON, body.as_bytes()), now()).unwrap();
    let [Event::Report(report)] = &got.events[..] else { panic!("{:?}", got.events) };
    assert_eq!(
        (report.delivery, report.refusal, &report.code),
        (Delivery::Delivered, None::<Refusal>, &None)
    );
}
