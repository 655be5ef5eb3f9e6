//! One JSON object a line in, one a line out, in order. A bad line is answered with an error and the run goes on.

use std::io::{self, BufRead, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use optin::{
    consent::{
        Basis, Event, Grant, How, State,
        event::{OptedIn, Started},
    },
    id::{Hash, MessageId, Name},
    inbound::{Context, Matcher, Reading},
    law::{
        BanFeed, Bans, DaySet, Hours, Posture, Rulebook, TimeOfDay, Tolerance, Window, is_open, next_common,
    },
    message::{Counting, Kind, segments},
    phone::{Country, PhoneNumber},
    place::{Whereabouts, Zone, ZoneTable},
    policy::{Brand, Facts, Policy, Reason, Request, Verdict},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Why a line could not be answered.
pub(crate) struct Bad {
    code: &'static str,
    message: String,
}

pub(crate) fn bad(code: &'static str, message: impl ToString) -> Bad {
    Bad { code, message: message.to_string() }
}

impl std::fmt::Display for Bad {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl Bad {
    pub(crate) fn into_value(self) -> Value {
        json!({"error": {"code": self.code, "message": self.message}})
    }
}

/// Reads lines until the end and answers each.
pub(crate) fn run(answer: impl Fn(&Tools, &str) -> Result<Value, Bad>) -> io::Result<()> {
    let tools = Tools::new();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let text = std::str::from_utf8(&line).map_err(|error| bad("bad_utf8", error));
        let value = match text.map(str::trim) {
            Ok("") => Err(bad("bad_json", "an empty line")),
            Ok(text) => answer(&tools, text),
            Err(error) => Err(error),
        };
        let value = value.unwrap_or_else(Bad::into_value);
        writeln!(out, "{value}")?;
        line.clear();
    }
    out.flush()
}

/// What every line needs, loaded once.
pub(crate) struct Tools {
    rulebook: Rulebook,
    zones: ZoneTable,
    matcher: Matcher,
}

impl Tools {
    pub(crate) fn new() -> Self {
        Self { rulebook: Rulebook::builtin(), zones: ZoneTable::newest(), matcher: Matcher::builtin() }
    }
}

pub(crate) fn parse<'a, T: Deserialize<'a>>(line: &'a str) -> Result<T, Bad> {
    serde_json::from_str(line).map_err(|error| bad("bad_json", error))
}

pub(crate) fn stamp(at: Option<DateTime<Utc>>) -> Value {
    at.map_or(Value::Null, |at| at.to_rfc3339_opts(SecondsFormat::Secs, true).into())
}

fn instant(text: &str, field: &str) -> Result<DateTime<Utc>, Bad> {
    let read = DateTime::parse_from_rfc3339(text);
    read.map(|at| at.to_utc()).map_err(|error| bad("bad_time", format!("`{field}`: {error}; write RFC 3339")))
}

fn read_number(number: &str, region: Option<&str>) -> Result<PhoneNumber, Bad> {
    let parsed = match region {
        Some(region) => PhoneNumber::parse(number, Country::new(region).map_err(|e| bad("bad_region", e))?),
        // No habits to go by: only what is written in full.
        None => Country::new("ZZ")
            .map(|nowhere| PhoneNumber::parse(number, nowhere))
            .map_err(|e| bad("bad_region", e))?,
    };
    parsed.map_err(|error| bad("bad_number", error))
}

#[derive(Deserialize)]
struct PhoneLine {
    number: String,
    region: Option<String>,
}

pub(crate) fn phone(_: &Tools, line: &str) -> Result<Value, Bad> {
    let PhoneLine { number, region } = parse(line)?;
    if let Some(region) = &region {
        Country::new(region).map_err(|error| bad("bad_region", error))?;
    }
    let Ok(number) = read_number(&number, region.as_deref()) else {
        return Ok(json!({"valid": false, "e164": null, "region": null, "jurisdictions": [], "zones": []}));
    };
    let whereabouts = Whereabouts::of(number);
    Ok(json!({
        "valid": number.is_valid(),
        "e164": number.e164(),
        "region": number.region().map(|region| region.to_string()),
        "jurisdictions": whereabouts.places().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "zones": whereabouts.zones().iter().map(|zone| zone.name()).collect::<Vec<_>>(),
    }))
}

#[derive(Deserialize)]
struct DecideLine {
    number: String,
    region: Option<String>,
    postal_code: Option<String>,
    zone: Option<String>,
    kind: String,
    category: Option<String>,
    subject: Option<String>,
    at: String,
    posture: Option<String>,
    consent: Option<ConsentLine>,
    #[serde(default)]
    history: Vec<HistoryLine>,
    brand: Option<BrandLine>,
    #[serde(default)]
    bans: Vec<BanFeed>,
}

#[derive(Deserialize)]
struct ConsentLine {
    basis: String,
    at: String,
    sale_at: Option<String>,
    inquiry_at: Option<String>,
}

#[derive(Deserialize)]
struct HistoryLine {
    at: String,
    kind: String,
    subject: Option<String>,
}

#[derive(Deserialize)]
struct BrandLine {
    hours: Option<[String; 2]>,
    days: Option<String>,
    #[serde(default)]
    caps: Vec<CapLine>,
}

#[derive(Deserialize)]
struct CapLine {
    max: u16,
    hours: u32,
    category: Option<String>,
}

fn kind(text: &str) -> Result<Kind, Bad> {
    Kind::from_code(text).ok_or_else(|| bad("bad_kind", format!("`{text}` is not a kind of message")))
}

fn name(text: &Option<String>) -> Result<Option<Name>, Bad> {
    text.as_deref().map(|text| Name::new(text).map_err(|error| bad("bad_name", error))).transpose()
}

/// The fold of what the line tells of the person.
fn state(line: &DecideLine, program: &Name) -> Result<State, Bad> {
    let mut state = State::default();
    let ms = |text: &Option<String>, field| {
        text.as_deref().map(|text| instant(text, field).map(|at| at.timestamp_millis())).transpose()
    };
    if let Some(consent) = &line.consent {
        let basis = Basis::from_code(&consent.basis)
            .ok_or_else(|| bad("bad_basis", format!("`{}` is not a basis", consent.basis)))?;
        let acted_ms = instant(&consent.at, "consent.at")?.timestamp_millis();
        let grant = Grant {
            sale_ms: ms(&consent.sale_at, "consent.sale_at")?,
            inquiry_ms: ms(&consent.inquiry_at, "consent.inquiry_at")?,
            ..Grant::new(basis, How::Form, acted_ms)
        };
        if basis != Basis::None {
            state.apply(1, grant.acted_ms, &Event::from(OptedIn { program: program.clone(), grant }));
        }
    }
    for (seq, sent) in (2u64..).zip(&line.history) {
        let at_ms = instant(&sent.at, "history.at")?.timestamp_millis();
        let mut id = [0; 16];
        id.iter_mut().zip(seq.to_be_bytes()).for_each(|(slot, byte)| *slot = byte);
        let started = Started {
            message: MessageId(id),
            program: program.clone(),
            source: program.clone(),
            step: 0,
            kind: kind(&sent.kind)?,
            sender: program.clone(),
            category: None,
            subject: name(&sent.subject)?,
            body: Hash::default(),
            segments: 1,
            rulebook: String::new(),
            tz: String::new(),
            strict: true,
            local: Vec::new(),
            counts: Vec::new(),
            not_after_ms: at_ms,
            answer: None,
            mark: None,
        };
        state.apply(seq, at_ms, &Event::from(started));
    }
    Ok(state)
}

fn brand(line: &Option<BrandLine>) -> Result<Brand, Bad> {
    let mut brand = Brand::new();
    let Some(line) = line else { return Ok(brand) };
    if let Some(hours) = &line.hours {
        brand = brand.hours(vec![window_of(hours, line.days.as_deref().unwrap_or("all"))?]);
    }
    for cap in &line.caps {
        brand = match name(&cap.category)? {
            Some(category) => brand.cap_category(category, cap.max, cap.hours),
            None => brand.cap(cap.max, cap.hours),
        };
    }
    Ok(brand)
}

/// A line of `decide`, read.
pub(crate) struct Asked {
    pub(crate) policy: Policy,
    pub(crate) whereabouts: Whereabouts,
    state: State,
    program: Name,
    kind: Kind,
    category: Option<Name>,
    subject: Option<Name>,
    pub(crate) at: DateTime<Utc>,
}

impl Asked {
    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts { whereabouts: &self.whereabouts, state: &self.state }
    }

    pub(crate) fn request(&self) -> Request<'_> {
        Request {
            program: &self.program,
            kind: self.kind,
            category: self.category.as_ref(),
            subject: self.subject.as_ref(),
            sender: None,
        }
    }
}

pub(crate) fn asked(tools: &Tools, line: &str) -> Result<Asked, Bad> {
    let line: DecideLine = parse(line)?;
    let number = read_number(&line.number, line.region.as_deref())?;
    let mut whereabouts = Whereabouts::of(number);
    if let Some(code) = line.postal_code.as_deref().filter(|code| !code.trim().is_empty()) {
        // A code that does not fit narrows nothing.
        whereabouts = whereabouts.with_postal_code(code).unwrap_or(whereabouts);
    }
    if let Some(zone) = &line.zone {
        whereabouts = whereabouts.with_zone_name(zone);
    }
    let posture = match line.posture.as_deref() {
        None | Some("strict") => Posture::Strict,
        Some("settled") => Posture::Settled,
        Some(other) => {
            return Err(bad("bad_posture", format!("`{other}` is neither `strict` nor `settled`")));
        }
    };
    let program = Name::new("cli").map_err(|error| bad("bad_name", error))?;
    let (state, at) = (state(&line, &program)?, instant(&line.at, "at")?);
    let (category, subject) = (name(&line.category)?, name(&line.subject)?);
    let policy = Policy {
        posture,
        brand: brand(&line.brand)?,
        bans: Bans::new(line.bans).map_err(|error| bad("bad_bans", error))?,
        ..Policy::new(tools.rulebook.clone(), tools.zones.clone())
    };
    Ok(Asked { policy, whereabouts, state, program, kind: kind(&line.kind)?, category, subject, at })
}

pub(crate) fn decide(tools: &Tools, line: &str) -> Result<Value, Bad> {
    let asked = asked(tools, line)?;
    let (facts, request) = (asked.facts(), asked.request());
    let decision = asked.policy.decide(facts, request, asked.at);
    let next = asked.policy.next_window(facts, request, asked.at);
    let (until, not_after) = match decision.verdict {
        Verdict::Allow { not_after } => (None, not_after),
        Verdict::Defer { until } => (until, None),
        Verdict::Deny => (None, None),
    };
    let reasons = |list: &[Reason]| list.iter().map(reason).collect::<Vec<_>>();
    Ok(json!({
        "decision": decision.code(),
        "until": stamp(until),
        "not_after": stamp(not_after),
        "needs": decision.needs.iter().map(|need| need.code()).collect::<Vec<_>>(),
        "reasons": reasons(&decision.reasons),
        "warnings": reasons(&decision.warnings),
        "posture": decision.posture.code(),
        "rulebook": *decision.versions.rulebook,
        "tz": *decision.versions.zones,
        "next_window": next.map(|next| json!({"from": stamp(Some(next.start)), "until": stamp(Some(next.end))})),
    }))
}

fn reason(reason: &Reason) -> Value {
    let fact = reason.fact.to_string();
    json!({
        "code": reason.code.code(),
        "rule": reason.rule_id(),
        "citation": reason.citation(),
        "fact": if fact.is_empty() { Value::Null } else { fact.into() },
    })
}

#[derive(Deserialize)]
struct WindowLine {
    zones: Vec<String>,
    at: String,
    window: [String; 2],
    days: Option<String>,
}

fn window_of(window: &[String; 2], days: &str) -> Result<Window, Bad> {
    let [from, to] = window;
    let time = |text: &str| text.parse::<TimeOfDay>().map_err(|error| bad("bad_window", error));
    let days = days.parse::<DaySet>().map_err(|error| bad("bad_days", error))?;
    Window::new(days, time(from)?, time(to)?).map_err(|error| bad("bad_window", error))
}

pub(crate) fn window(tools: &Tools, line: &str) -> Result<Value, Bad> {
    let line: WindowLine = parse(line)?;
    let hours = Hours::new(vec![window_of(&line.window, line.days.as_deref().unwrap_or("all"))?]);
    let at = instant(&line.at, "at")?;
    let zones: Vec<Option<Zone>> = line.zones.iter().map(|name| Zone::named(name)).collect();
    let local: Vec<Value> = zones.iter().map(|zone| local(&tools.zones, *zone, at)).collect();
    // An unknown zone, or none at all, allows nothing.
    let known: Option<Vec<Zone>> = zones.into_iter().collect();
    let known = known.filter(|zones| !zones.is_empty()).unwrap_or_default();
    let open =
        |zone: &Zone| is_open(&tools.zones, &hours, Tolerance::Closed, *zone, at.timestamp()) == Some(true);
    let allowed = !known.is_empty() && known.iter().all(open);
    let all: Vec<_> = known.iter().map(|zone| (&hours, *zone)).collect();
    let from = at.timestamp() + i64::from(at.timestamp_subsec_nanos() > 0);
    let next = if all.is_empty() { None } else { next_common(&tools.zones, &all, Tolerance::Closed, from) };
    let next = next.and_then(|next| DateTime::from_timestamp(next, 0));
    Ok(json!({"local": local, "allowed": allowed, "next_allowed": stamp(next)}))
}

fn local(zones: &ZoneTable, zone: Option<Zone>, at: DateTime<Utc>) -> Value {
    let span = zone.and_then(|zone| zones.span(zone, at.timestamp()));
    let offset = span.and_then(|span| chrono::FixedOffset::east_opt(span.offset));
    offset.map_or(Value::Null, |offset| {
        at.with_timezone(&offset).to_rfc3339_opts(SecondsFormat::Secs, false).into()
    })
}

#[derive(Deserialize)]
struct IntentLine {
    text: String,
    country: Option<String>,
    language: Option<String>,
    context: Option<String>,
}

pub(crate) fn intent(tools: &Tools, line: &str) -> Result<Value, Bad> {
    let line: IntentLine = parse(line)?;
    let country = line.country.as_deref().map(Country::new).transpose().map_err(|e| bad("bad_country", e))?;
    let language = line.language.as_deref().map(optin::inbound::Language::new).transpose();
    let language = language.map_err(|error| bad("bad_language", error))?;
    let context = line.context.as_deref().unwrap_or("none");
    let context = Context::from_code(context)
        .ok_or_else(|| bad("bad_context", format!("`{context}` is not a context")))?;
    let reading = Reading { country, languages: language.as_slice(), context };
    let understood = tools.matcher.read(&line.text, &reading);
    Ok(json!({
        "intent": understood.intent.code(),
        "tier": understood.tier,
        "language": understood.language.map(|language| language.to_string()),
        "scope": understood.scope.as_ref().map(|scope| scope.code()),
        "rule": &*understood.rule,
        "matched": understood.phrase(&line.text),
    }))
}

#[derive(Deserialize)]
struct SegmentsLine {
    text: String,
    #[serde(default)]
    graphemes: bool,
}

pub(crate) fn count(_: &Tools, line: &str) -> Result<Value, Bad> {
    let SegmentsLine { text, graphemes } = parse(line)?;
    let counting = if graphemes { Counting::Graphemes } else { Counting::Standard };
    let counted = segments(&text, counting);
    Ok(json!({"encoding": counted.encoding.code(), "segments": counted.segments, "units": counted.units}))
}
