//! Any gateway with a send call over HTTP, by a mapping that the host writes.

use std::{collections::BTreeMap, fmt, time::Duration};

use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use super::{
    exchange::{Adapter, Out, Term, gateway},
    parts,
    reply::Verdict,
    template::{Shape, Slot, Template},
    wire::{Line, Request, Wire, WireError},
};
use crate::gateway::{Capabilities, Codes, Idempotency, Refusal};

/// A gateway by mapping, in TOML.
///
/// Placeholders: `{to}` and `{from}` (`{to_digits}` and `{from_digits}` without `+`), `{text}`, `{reference}` (the
/// message id), `{valid_seconds}`, `{callback}`, `{secret}`. In a URL they are encoded; in JSON a value stays
/// inside its string, and a string that is only `{valid_seconds}` becomes a number. `{{` is a brace.
///
/// ```
/// use optin::gateway::{Mapped, Refusal, Wire, WireError};
/// let mapping = r#"
/// name = "acme"
/// method = "POST"
/// url = "https://sms.acme.example/v2/send"
/// json = '{"to": "{to}", "from": "{from}", "text": "{text}", "ref": "{reference}", "ttl": "{valid_seconds}"}'
///
/// [headers]
/// authorization = "Bearer {secret}"
///
/// [validity]                  # seconds; without it, hand-overs end earlier instead
/// shortest = 60
/// longest = 86400
///
/// [answer]                    # JSON pointers
/// accepted = [200, 202]       # any other 2xx is unknown, any 4xx is refused, any 5xx is unknown
/// id = "/message/id"          # accepted without an id is unknown
/// error = "/error/code"       # there and not null: refused, whatever the status
/// "#;
/// let acme = Mapped::new(mapping, "the key", Wire::new())?;
/// assert_eq!(format!("{acme:?}"), "Mapped(acme)");
///
/// let unsafe_url = mapping.replace("https://", "http://");
/// assert_eq!(Mapped::new(&unsafe_url, "the key", Wire::new()).unwrap_err(), WireError::NotTls);
/// let nobody = mapping.replace("{to}", "{recipient}");
/// let why = Mapped::new(&nobody, "the key", Wire::new()).unwrap_err();
/// assert_eq!(why.to_string(), "the mapping does not hold: json: an unknown placeholder");
/// # Ok::<(), WireError>(())
/// ```
///
/// What codes mean is a table like those of the other gateways, added with [`codes`](Self::codes).
pub struct Mapped {
    name: String,
    line: Line,
    codes: Codes,
    secret: SecretString,
    method: Method,
    path: Vec<Template>,
    query: Vec<(Template, Template)>,
    headers: Vec<(HeaderName, Template)>,
    body: Body,
    term: Term,
    answer: Answer,
    idempotency: Idempotency,
}

impl fmt::Debug for Mapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mapped({})", self.name)
    }
}

gateway!(Mapped);

enum Body {
    None,
    Json(Shape),
    Form(Vec<(String, Template)>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    method: String,
    url: String,
    json: Option<String>,
    #[serde(default)]
    form: BTreeMap<String, String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    validity: Option<Span>,
    #[serde(default)]
    client_reference: bool,
    answer: Answer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    shortest: u64,
    longest: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    accepted: Vec<u16>,
    id: String,
    error: Option<String>,
    segments: Option<String>,
}

impl Mapped {
    /// Reads a mapping. [`Wire::base_url`] replaces the scheme, host and port of its URL.
    ///
    /// # Errors
    /// [`WireError::BadMapping`] names the part that does not hold.
    pub fn new(mapping: &str, secret: impl Into<SecretString>, wire: Wire) -> Result<Self, WireError> {
        let bad = WireError::BadMapping;
        let file: File = basic_toml::from_str(mapping).map_err(|_| bad("not the TOML of a mapping"))?;
        let template = |text: &str, why| Template::parse(text).ok_or(bad(why));
        let after_scheme = file.url.find("://").map(|at| at + 3).ok_or(bad("url: no scheme"))?;
        let slash = file.url.get(after_scheme..).and_then(|rest| rest.find('/'));
        let at = slash.map_or(file.url.len(), |slash| after_scheme + slash);
        let (base, path) = file.url.split_at_checked(at).ok_or(bad("url: no host"))?;
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let in_url = |text: &str| template(text, "url: an unknown placeholder");
        let path = path.split('/').skip(1).map(in_url).collect::<Result<_, _>>()?;
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let query = pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| Ok((in_url(name)?, in_url(value)?)))
            .collect::<Result<_, _>>()?;
        let headers = file.headers.iter().map(|(name, value)| {
            let name = HeaderName::try_from(name.as_str()).map_err(|_| bad("headers: not a name"))?;
            Ok((name, template(value, "headers: an unknown placeholder")?))
        });
        let body = match (&file.json, file.form.is_empty()) {
            (Some(json), true) => {
                let json: Value = serde_json::from_str(json).map_err(|_| bad("json: not JSON"))?;
                Body::Json(Shape::parse(&json).ok_or(bad("json: an unknown placeholder"))?)
            }
            (None, false) => Body::Form(
                file.form
                    .iter()
                    .map(|(name, text)| Ok((name.clone(), template(text, "form: an unknown placeholder")?)))
                    .collect::<Result<_, _>>()?,
            ),
            (None, true) => Body::None,
            (Some(_), false) => return Err(bad("json and form, where one body is sent")),
        };
        let mapped = Self {
            line: Line::new(wire, base)?,
            name: file.name,
            codes: Codes::default(),
            secret: secret.into(),
            method: method(&file.method).ok_or(bad("method: GET, POST or PUT"))?,
            path,
            query,
            headers: headers.collect::<Result<_, _>>()?,
            body,
            term: file.validity.map_or(Term::None, |span| Term::seconds(span.shortest, span.longest)),
            answer: file.answer,
            idempotency: if file.client_reference { Idempotency::ClientReference } else { Idempotency::None },
        };
        mapped.checked()
    }

    /// With a table of this gateway's codes.
    #[must_use]
    pub fn codes(self, codes: Codes) -> Self {
        Self { codes, ..self }
    }

    fn checked(self) -> Result<Self, WireError> {
        let bad = |why| Err(WireError::BadMapping(why));
        let everywhere = self.templates();
        let has = |slot| everywhere.iter().any(|template| template.has(slot));
        if !(has(Slot::To) || has(Slot::ToDigits)) || !has(Slot::Text) {
            return bad("it sends no {to} or no {text}");
        }
        if matches!(self.term, Term::None) == has(Slot::ValidSeconds) {
            return bad("validity: {valid_seconds} is sent if and only if its span is given");
        }
        if has(Slot::Callback) && self.line.callback(crate::id::MessageId([0; 16])).is_none() {
            return bad("{callback} without Wire::callback");
        }
        if matches!(self.idempotency, Idempotency::ClientReference) && !has(Slot::Reference) {
            return bad("client_reference: no {reference} is sent");
        }
        let personal = [Slot::To, Slot::ToDigits, Slot::Text];
        if self.headers.iter().any(|(_, template)| personal.iter().any(|slot| template.has(*slot))) {
            return bad("headers: a number or a text belongs in the body");
        }
        if self.answer.accepted.iter().any(|status| !(200..300).contains(status)) {
            return bad("answer.accepted: only 2xx accept");
        }
        let term = match self.term {
            Term::Span { shortest, longest, .. } => shortest <= longest && longest >= Duration::from_secs(1),
            _ => true,
        };
        if term { Ok(self) } else { bad("validity: no span") }
    }

    fn templates(&self) -> Vec<&Template> {
        let mut all: Vec<_> = self.path.iter().collect();
        all.extend(self.query.iter().flat_map(|(name, value)| [name, value]));
        all.extend(self.headers.iter().map(|(_, value)| value));
        match &self.body {
            Body::Json(shape) => all.extend(shape.templates()),
            Body::Form(pairs) => all.extend(pairs.iter().map(|(_, value)| value)),
            Body::None => {}
        }
        all
    }
}

fn method(name: &str) -> Option<Method> {
    [Method::GET, Method::POST, Method::PUT].into_iter().find(|method| method == name)
}

impl Adapter for Mapped {
    fn line(&self) -> &Line {
        &self.line
    }

    fn codes(&self) -> &Codes {
        &self.codes
    }

    fn able(&self) -> Capabilities {
        Capabilities::plain().idempotent(self.idempotency)
    }

    fn term(&self) -> Term {
        self.term
    }

    fn order(&self, out: &Out<'_>) -> Option<Request> {
        let fill = |template: &Template| template.fill(out, &self.secret);
        let path: Vec<String> = self.path.iter().map(fill).collect::<Option<_>>()?;
        let mut url = self.line.url(&path.iter().map(String::as_str).collect::<Vec<_>>());
        for (name, value) in &self.query {
            url.query_pairs_mut().append_pair(&fill(name)?, &fill(value)?);
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let mut value = HeaderValue::try_from(fill(value)?).ok()?;
            value.set_sensitive(true);
            headers.insert(name.clone(), value);
        }
        let request = match &self.body {
            Body::None => Request { method: Method::POST, url, headers, body: Vec::new() },
            Body::Json(shape) => parts::post_json(url, headers, &shape.fill(out, &self.secret)?),
            Body::Form(pairs) => {
                let pairs: Vec<(&str, String)> = pairs
                    .iter()
                    .map(|(name, value)| Some((name.as_str(), fill(value)?)))
                    .collect::<Option<_>>()?;
                let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
                parts::post_form(url, headers, &pairs)
            }
        };
        Some(Request { method: self.method.clone(), ..request })
    }

    fn verdict(&self, status: u16, answer: &Value) -> Verdict {
        if let Some(error) =
            self.answer.error.as_ref().and_then(|at| answer.pointer(at)).filter(|e| !e.is_null())
        {
            return Verdict::Refused(parts::word(Some(error)), Refusal::Other);
        }
        if !self.answer.accepted.contains(&status) {
            return Verdict::Unreadable;
        }
        let segments = self.answer.segments.as_ref().and_then(|at| parts::count(answer.pointer(at)));
        parts::taken(parts::id(answer.pointer(&self.answer.id)), segments, None)
    }

    fn code(&self, answer: &Value) -> Option<String> {
        self.answer.error.as_ref().and_then(|at| parts::word(answer.pointer(at)))
    }
}
