//! A stand-in for Twilio's message API: takes what Twilio takes, refuses what Twilio refuses, and goes wrong for
//! the numbers that it is told to. Its clock is set from outside, so that it fits a simulated day.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use optin::clock::{Clock, SystemClock};
use serde_json::{Value, json};
use sha1::Sha1;

/// What goes wrong for a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Takes the message; the answer never comes.
    Lost,
    /// Takes the message, then fails.
    FailsAfter,
    /// Fails before it takes it. The caller cannot tell.
    FailsBefore,
    /// Asks to wait, this many seconds, each time.
    TooFast(u64),
    /// Asks to wait once.
    TooFastOnce(u64),
    /// Takes it and answers so much later.
    Slow(Duration),
    /// Does not take it; the answer never comes.
    LostRequest,
    /// Takes it and answers with a page.
    Garbled,
    /// Refuses it with this code.
    Refuses(u32),
}

impl std::str::FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        let number = || value.parse::<u64>().map_err(|_| format!("`{text}` needs a number behind `:`"));
        Ok(match name {
            "lost" => Self::Lost,
            "fails-after" => Self::FailsAfter,
            "fails-before" => Self::FailsBefore,
            "429" => Self::TooFast(number()?),
            "429-once" => Self::TooFastOnce(number()?),
            "lost-request" => Self::LostRequest,
            "garbled" => Self::Garbled,
            "refuse" => Self::Refuses(u32::try_from(number()?).map_err(|_| format!("`{text}`: no code"))?),
            "slow" => Self::Slow(Duration::from_millis(number()?)),
            _ => {
                return Err(format!(
                    "`{text}` is no fault: lost, lost-request, fails-after, fails-before, garbled, refuse:CODE, 429:S, 429-once:S, slow:MS"
                ));
            }
        })
    }
}

/// How it is set up.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) account: String,
    pub(crate) token: String,
    pub(crate) faults: BTreeMap<String, Fault>,
    /// These answer STOP.
    pub(crate) stops: BTreeSet<String>,
    /// Where what people text is sent.
    pub(crate) inbound: Option<String>,
    /// Whether status callbacks are sent.
    pub(crate) reports: bool,
}

#[derive(Debug, Clone)]
struct Message {
    sid: String,
    to: String,
    from: Option<String>,
    service: Option<String>,
    body: String,
    callback: Option<String>,
    valid: Option<u64>,
    made: DateTime<Utc>,
    status: &'static str,
}

impl Message {
    fn json(&self, account: &str) -> Value {
        json!({
            "account_sid": account, "api_version": "2010-04-01", "sid": self.sid, "to": self.to, "from": self.from,
            "messaging_service_sid": self.service, "body": self.body, "direction": "outbound-api",
            "date_created": self.made.to_rfc2822(), "date_sent": null, "status": self.status, "num_media": "0",
            "num_segments": if self.service.is_some() { "0" } else { "1" },
            "price": null, "price_unit": null, "error_code": null, "error_message": null,
        })
    }

    /// What a repeat has in common with its first: the library's own reference, else number and words.
    fn same(&self) -> String {
        let reference =
            self.callback.as_ref().and_then(|url| url.split_once("optin=")).map(|(_, id)| id.to_owned());
        reference.unwrap_or_else(|| format!("{}\n{}", self.to, self.body))
    }
}

#[derive(Debug, Default)]
struct Shelf {
    taken: Vec<Message>,
    refused: u64,
    asked_to_wait: BTreeSet<String>,
    now: Option<DateTime<Utc>>,
    callbacks: Vec<(u16, &'static str)>,
}

/// The stand-in. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct FakeTwilio(Arc<(Options, Mutex<Shelf>)>);

type Form = BTreeMap<String, String>;

fn refusal(status: u16, code: u32, message: &str) -> Response {
    let body = json!({
        "code": code, "message": message, "status": status,
        "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
    });
    answer(status, &body)
}

fn answer(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// Twilio's test numbers (docs/iam/test-credentials).
const MAGIC_TO: [(&str, u16, u32); 5] = [
    ("+15005550001", 400, 21211),
    ("+15005550002", 400, 21612),
    ("+15005550003", 403, 21408),
    ("+15005550004", 400, 21610),
    ("+15005550009", 400, 21614),
];
const MAGIC_FROM: [(&str, u16, u32); 3] =
    [("+15005550001", 400, 21212), ("+15005550007", 400, 21606), ("+15005550008", 429, 21611)];

impl FakeTwilio {
    pub(crate) fn new(options: Options) -> Self {
        Self(Arc::new((options, Mutex::default())))
    }

    /// Sets its clock.
    pub(crate) fn set_time(&self, now: DateTime<Utc>) {
        self.shelf().now = Some(now);
    }

    /// What it took, in order: to whom, from which sender, the words, and how many seconds it may wait.
    pub(crate) fn took(&self) -> Vec<(String, String, String, Option<u64>)> {
        let shelf = self.shelf();
        let told = |m: &Message| (m.to.clone(), m.from.clone().unwrap_or_default(), m.body.clone(), m.valid);
        shelf.taken.iter().map(told).collect()
    }

    fn options(&self) -> &Options {
        &self.0.0
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.1.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn router(self) -> Router {
        Router::new()
            .route("/2010-04-01/Accounts/{account}/Messages.json", post(send).get(list))
            .route("/2010-04-01/Accounts/{account}/Messages/{sid}", get(one))
            .route("/taken", get(taken))
            .route("/time", post(time))
            .with_state(self)
    }

    fn admits(&self, account: &str, headers: &HeaderMap) -> Result<(), Box<Response>> {
        let Options { account: ours, token, .. } = self.options();
        let pair = STANDARD.encode(format!("{ours}:{token}"));
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if given != Some(&format!("Basic {pair}")) {
            return Err(Box::new(refusal(401, 20003, "Authenticate")));
        }
        let known = account == ours;
        if known {
            Ok(())
        } else {
            Err(Box::new(refusal(404, 20404, "The requested resource was not found")))
        }
    }

    /// Why Twilio would not take this.
    fn flaw(form: &Form) -> Option<(u16, u32)> {
        let field = |name: &str| form.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let Some(to) = field("To") else { return Some((400, 21604)) };
        let magic = |table: &[(&str, u16, u32)], number: &str| {
            table.iter().find(|(magic, _, _)| *magic == number).map(|(_, status, code)| (*status, *code))
        };
        let sender = field("From").or(field("MessagingServiceSid"));
        let valid =
            field("ValidityPeriod").is_none_or(|v| v.parse().is_ok_and(|v| (1..=36_000).contains(&v)));
        let e164 =
            to.strip_prefix('+').is_some_and(|d| d.len() >= 7 && d.bytes().all(|b| b.is_ascii_digit()));
        match (sender, field("Body")) {
            (None, _) => Some((400, 21603)),
            (_, None) => Some((400, 21602)),
            (_, Some(body)) if body.chars().count() > 1_600 => Some((400, 21617)),
            _ if !valid => Some((400, 20001)),
            // Marketing that waits at a provider outlives a STOP.
            _ if field("SendAt").is_some() || field("ScheduleType").is_some() => Some((400, 35111)),
            (Some(from), _) => magic(&MAGIC_FROM, from)
                .or_else(|| magic(&MAGIC_TO, to))
                .or_else(|| (!e164).then_some((400, 21211))),
        }
    }

    fn take(&self, form: &Form) -> Message {
        let field = |name: &str| form.get(name).cloned();
        let mut shelf = self.shelf();
        let made = shelf.now.or_else(|| SystemClock::new().now()).unwrap_or_default();
        let message = Message {
            sid: format!("SM{:032x}", shelf.taken.len() + 1),
            to: field("To").unwrap_or_default(),
            from: field("From"),
            service: field("MessagingServiceSid"),
            body: field("Body").unwrap_or_default(),
            callback: field("StatusCallback"),
            valid: form.get("ValidityPeriod").and_then(|seconds| seconds.parse().ok()),
            made,
            status: "delivered",
        };
        shelf.taken.push(message.clone());
        message
    }

    /// Reports and replies, as Twilio signs them: HMAC-SHA1 over the URL and the sorted form.
    async fn tells(&self, message: Message) {
        let Options { account, stops, inbound, reports, .. } = self.options();
        let of = |pairs: &[(&str, &str)]| -> Form {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let sender = message.from.clone().unwrap_or_default();
        if let (true, Some(url)) = (*reports, &message.callback) {
            for status in ["sent", message.status] {
                let form = of(&[
                    ("MessageSid", &message.sid),
                    ("SmsSid", &message.sid),
                    ("MessageStatus", status),
                    ("SmsStatus", status),
                    ("To", &message.to),
                    ("From", &sender),
                    ("AccountSid", account),
                    ("ApiVersion", "2010-04-01"),
                ]);
                self.post(url, "report", &form).await;
            }
        }
        if let (true, Some(url)) = (stops.contains(&message.to), inbound) {
            let sid = message.sid.replacen("SM", "SMee", 1);
            let form = of(&[
                ("MessageSid", sid.get(..34).unwrap_or(&sid)),
                ("From", &message.to),
                ("To", &sender),
                ("Body", "STOP"),
                ("NumMedia", "0"),
                ("NumSegments", "1"),
                ("AccountSid", account),
                ("ApiVersion", "2010-04-01"),
            ]);
            self.post(url, "inbound", &form).await;
        }
    }

    async fn post(&self, url: &str, what: &'static str, form: &Form) {
        let signature = signature(&self.options().token, url, form);
        let request = reqwest::Client::new()
            .post(url)
            .timeout(Duration::from_secs(15))
            .header("x-twilio-signature", signature)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(encode(form));
        let status = request.send().await.map_or(0, |response| response.status().as_u16());
        self.shelf().callbacks.push((status, what));
    }
}

/// `X-Twilio-Signature` of a form post.
pub(crate) fn signature(token: &str, url: &str, form: &Form) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(token.as_bytes()) else { return String::new() };
    mac.update(url.as_bytes());
    for (name, value) in form {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

fn encode(form: &Form) -> String {
    let Ok(mut url) = reqwest::Url::parse("form:") else { return String::new() };
    url.query_pairs_mut().extend_pairs(form);
    url.query().unwrap_or_default().to_owned()
}

fn decode(body: &[u8]) -> Form {
    let Ok(mut url) = reqwest::Url::parse("form:") else { return Form::new() };
    url.set_query(std::str::from_utf8(body).ok());
    url.query_pairs().into_owned().collect()
}

async fn send(
    State(fake): State<FakeTwilio>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(refusal) = fake.admits(&account, &headers) {
        return *refusal;
    }
    let form = decode(&body);
    if let Some((status, code)) = FakeTwilio::flaw(&form) {
        fake.shelf().refused += 1;
        return refusal(status, code, "refused");
    }
    let fault = form.get("To").and_then(|to| fake.options().faults.get(to)).copied();
    let waits = |seconds: u64| {
        fake.shelf().refused += 1;
        let mut response = refusal(429, 20429, "Too Many Requests");
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        response
    };
    match fault {
        Some(Fault::LostRequest) => std::future::pending().await,
        Some(Fault::Refuses(code)) => return refusal(400, code, "refused"),
        Some(Fault::FailsBefore) => return refusal(503, 20503, "Service Unavailable"),
        Some(Fault::TooFast(seconds)) => return waits(seconds),
        Some(Fault::TooFastOnce(seconds)) => {
            let to = form.get("To").cloned().unwrap_or_default();
            let first = fake.shelf().asked_to_wait.insert(to);
            if first {
                return waits(seconds);
            }
        }
        _ => {}
    }
    let message = fake.take(&form);
    tokio::spawn({
        let (fake, message) = (fake.clone(), message.clone());
        async move { fake.tells(message).await }
    });
    match fault {
        Some(Fault::Lost) => std::future::pending().await,
        Some(Fault::Garbled) => return (StatusCode::OK, "<html>thank you</html>").into_response(),
        Some(Fault::FailsAfter) => return refusal(500, 20500, "Internal Server Error"),
        Some(Fault::Slow(wait)) => tokio::time::sleep(wait).await,
        _ => {}
    }
    answer(201, &Message { status: "queued", ..message }.json(&account))
}

async fn list(
    State(fake): State<FakeTwilio>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = fake.admits(&account, &headers) {
        return *refusal;
    }
    let query = decode(query.unwrap_or_default().as_bytes());
    let size = query.get("PageSize").and_then(|size| size.parse().ok()).unwrap_or(50);
    let asked = |name: &str, value: Option<&String>| query.get(name).is_none_or(|asked| Some(asked) == value);
    let shelf = fake.shelf();
    let same =
        shelf.taken.iter().rev().filter(|m| asked("To", Some(&m.to)) && asked("From", m.from.as_ref()));
    let messages: Vec<_> = same.take(size).map(|message| message.json(&account)).collect();
    answer(200, &json!({"messages": messages, "page": 0, "page_size": size, "next_page_uri": null}))
}

async fn one(
    State(fake): State<FakeTwilio>,
    Path((account, sid)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = fake.admits(&account, &headers) {
        return *refusal;
    }
    let sid = sid.trim_end_matches(".json");
    let found = fake.shelf().taken.iter().find(|message| message.sid == sid).cloned();
    found.map_or_else(|| refusal(404, 20404, "not found"), |message| answer(200, &message.json(&account)))
}

/// For whoever looks on: all that was taken, in order, and how much of it twice.
async fn taken(State(fake): State<FakeTwilio>) -> Response {
    let shelf = fake.shelf();
    let mut seen = BTreeSet::new();
    let duplicates = shelf.taken.iter().filter(|message| !seen.insert(message.same())).count();
    let messages: Vec<_> = shelf
        .taken
        .iter()
        .map(|m| json!({"at": m.made.to_rfc3339(), "to": m.to, "body": m.body, "message": m.same()}))
        .collect();
    let callbacks: Vec<_> = shelf.callbacks.iter().map(|(status, what)| json!([what, status])).collect();
    let refused = shelf.refused;
    answer(
        200,
        &json!({"duplicates": duplicates, "refused": refused, "callbacks": callbacks, "messages": messages}),
    )
}

/// Sets the clock: the body is RFC 3339.
async fn time(State(fake): State<FakeTwilio>, body: String) -> Response {
    match body.trim().parse() {
        Ok(now) => {
            fake.set_time(now);
            answer(200, &json!({}))
        }
        Err(_) => answer(400, &json!({"error": "write RFC 3339"})),
    }
}
