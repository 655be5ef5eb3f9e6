//! From an HTTP answer to an outcome. Whatever is not clearly a refusal may have been taken.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::gateway::{Acceptance, Answered, Codes, Meaning, Refusal, Uncertain};

/// What a call came to.
pub(super) enum Reply {
    /// Name, connection or TLS failed: nothing left.
    Unsent,
    /// It may have arrived.
    Lost(Uncertain),
    /// An answer; without its body where that is too long to be one.
    Answer { status: u16, headers: HeaderMap, body: Option<Vec<u8>> },
}

/// What the body of a 2xx says.
pub(super) enum Verdict {
    Taken(Acceptance),
    /// An error inside, with its code, and what it means where the table does not know it.
    Refused(Option<String>, Refusal),
    /// An id and an error beside it: what the table says, else nobody knows.
    Perhaps(String),
    /// Nothing that this gateway says.
    Unreadable,
}

/// No gateway is waited for longer than this on its own word.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

impl Reply {
    /// The outcome. `code` finds the gateway's own code, `verdict` reads the body of a 2xx.
    pub(super) fn outcome(
        self,
        codes: &Codes,
        now: Option<DateTime<Utc>>,
        code: impl Fn(&Value) -> Option<String>,
        verdict: impl Fn(u16, &Value) -> Verdict,
    ) -> Answered {
        let (status, headers, body) = match self {
            Self::Unsent => return Answered::rejected(Refusal::Unavailable),
            Self::Lost(why) => return Answered::Unknown(why),
            Self::Answer { status, headers, body } => (status, headers, body),
        };
        let json = body.and_then(|body| serde_json::from_slice(&body).ok());
        let refused = |meaning, code| match meaning {
            Meaning::Refused(refusal) => Answered::refused(refusal, code, wait(&headers, now)),
            Meaning::Uncertain(why) => Answered::Unknown(why),
        };
        if (200..300).contains(&status) {
            let (code, otherwise) = match json.map_or(Verdict::Unreadable, |json| verdict(status, &json)) {
                Verdict::Taken(acceptance) => return Answered::Accepted(acceptance),
                Verdict::Unreadable => return Answered::Unknown(Uncertain::Unreadable),
                Verdict::Refused(code, otherwise) => (code, Meaning::Refused(otherwise)),
                Verdict::Perhaps(code) => (Some(code), Meaning::Uncertain(Uncertain::Unreadable)),
            };
            let code = code.and_then(fit);
            let known = code.as_deref().and_then(|code| codes.on_send(code));
            return refused(known.unwrap_or(otherwise), code);
        }
        let code = json.as_ref().and_then(code).and_then(fit);
        let known = code.as_deref().and_then(|code| codes.on_send(code));
        refused(by_status(status, known, codes), code)
    }

    /// The body of a 200, for look-ups.
    pub(super) fn json(self) -> Option<Value> {
        match self {
            Self::Answer { status: 200..=299, body: Some(body), .. } => serde_json::from_slice(&body).ok(),
            _ => None,
        }
    }
}

/// What a status other than 2xx means, where the body's code may be known.
fn by_status(status: u16, known: Option<Meaning>, codes: &Codes) -> Meaning {
    let table = codes.on_status(status);
    let refused = Meaning::Refused;
    match (status, known) {
        // A server that failed may have taken the message first, whatever it says then.
        (500..=599, _) => table.unwrap_or(Meaning::Uncertain(Uncertain::Failed)),
        (400..=499, Some(known @ (Meaning::Uncertain(_) | Meaning::Refused(Refusal::OptedOut)))) => known,
        // Vonage sends its 1010 with a 429: the status is the plainer word.
        (429, _) => refused(Refusal::RateLimited),
        (401 | 407, _) => refused(Refusal::Account),
        (400..=499, Some(known)) => known,
        (400..=499, None) if table.is_some() => table.unwrap_or(Meaning::Uncertain(Uncertain::Untold)),
        (408 | 499, None) => Meaning::Uncertain(Uncertain::TimedOut),
        // A conflict may be with the same message, taken before.
        (409, None) => Meaning::Uncertain(Uncertain::Untold),
        // Not there, or not for us: the address and the account are the host's to mend, no message is at fault.
        (402..=405 | 410 | 421 | 426, None) => refused(Refusal::Account),
        (411 | 413..=417 | 431, None) => refused(Refusal::Malformed),
        (425, None) => refused(Refusal::Unavailable),
        (400..=499, None) => refused(Refusal::Other),
        // It must be asked elsewhere, so it was not taken here. 302 and 303 also follow a form that was.
        (301 | 307 | 308, _) => refused(Refusal::Unavailable),
        _ => Meaning::Uncertain(Uncertain::Unreadable),
    }
}

/// A code as it may stand in records: short, and with nothing in it that could be a number of a person.
fn fit(code: String) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':');
    let mut digits = 0;
    let long_number = code.bytes().any(|b| {
        digits = if b.is_ascii_digit() { digits + 1 } else { 0 };
        digits > 6
    });
    (!code.is_empty() && code.len() <= 64 && code.bytes().all(plain) && !long_number).then_some(code)
}

/// `retry-after-ms`, or `Retry-After` in seconds or as a date (RFC 9110, 5.6.7), and at most a quarter of an hour.
fn wait(headers: &HeaderMap, now: Option<DateTime<Utc>>) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let whole = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
    let ms = text("retry-after-ms").and_then(whole).map(|ms| ms / 1_000.0);
    let asked = match (ms, text("retry-after")) {
        (Some(seconds), _) => seconds,
        (None, Some(text)) => match whole(text) {
            Some(seconds) => seconds,
            None => (date(text)? - now?).as_seconds_f64().max(0.0),
        },
        (None, None) => return None,
    };
    Some(Duration::from_secs_f64(asked.min(LONGEST_WAIT.as_secs_f64())))
}

fn date(text: &str) -> Option<DateTime<Utc>> {
    let old = |form| NaiveDateTime::parse_from_str(text, form).ok().map(|at| at.and_utc());
    let fixed = DateTime::parse_from_rfc2822(text).ok().map(|at| at.to_utc());
    fixed.or_else(|| old("%A, %d-%b-%y %H:%M:%S GMT")).or_else(|| old("%a %b %e %H:%M:%S %Y"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &'static str, value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        wait(&headers, "1994-11-06T08:49:07Z".parse().ok())
    }

    #[test]
    fn every_form_of_waiting_is_read_and_none_is_endless() {
        let thirty = Some(Duration::from_secs(30));
        for form in ["30", "30.0", " 30", "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"] {
            assert_eq!(told("retry-after", form), thirty, "{form}");
        }
        assert_eq!(told("retry-after", "Sun Nov  6 08:49:37 1994"), thirty);
        assert_eq!(told("retry-after-ms", "30000"), thirty);
        assert_eq!(told("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        for endless in ["9999999999", "1e300", "Sat, 06 Nov 2094 08:49:37 GMT"] {
            assert_eq!(told("retry-after", endless), Some(LONGEST_WAIT), "{endless}");
        }
        for nothing in ["", "soon", "-5", "NaN", "inf", "06/11/1994"] {
            assert_eq!(told("retry-after", nothing), None, "{nothing}");
        }
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        assert_eq!(wait(&headers, None), None);
    }

    #[test]
    fn a_code_never_holds_a_number() {
        assert_eq!(fit("21610".into()).as_deref(), Some("21610"));
        assert_eq!(fit("REJECTED_DND".into()).as_deref(), Some("REJECTED_DND"));
        for bad in ["", "+33612345678", "to-33612345678", "a b", &"x".repeat(65), "é"] {
            assert_eq!(fit(bad.into()), None, "{bad}");
        }
    }

    #[test]
    fn a_status_alone_is_judged_for_the_worst() {
        let none = Codes::default();
        let means = |status| by_status(status, None, &none);
        for unknown in [100, 204, 300, 302, 303, 304, 408, 409, 499, 500, 501, 502, 503, 504, 599, 600, 999] {
            assert!(matches!(means(unknown), Meaning::Uncertain(_)), "{unknown}");
        }
        for refused in [301, 307, 308, 400, 401, 402, 403, 404, 405, 406, 410, 413, 422, 425, 429, 451] {
            assert!(matches!(means(refused), Meaning::Refused(_)), "{refused}");
        }
        let known = Some(Meaning::Refused(Refusal::Malformed));
        assert_eq!(by_status(429, known, &none), Meaning::Refused(Refusal::RateLimited));
        assert_eq!(by_status(500, known, &none), Meaning::Uncertain(Uncertain::Failed));
        let out = Some(Meaning::Refused(Refusal::OptedOut));
        assert_eq!(by_status(401, out, &none), Meaning::Refused(Refusal::OptedOut));
    }
}
