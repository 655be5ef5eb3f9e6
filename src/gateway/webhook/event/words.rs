//! What words, numbers and times of gateways mean.

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::{gateway::Cost, id::Name, phone::PhoneNumber};

/// An address of ours that cannot be named: it meets no sender, so a STOP to it reaches as far as it can.
const NOWHERE: &str = "-";

/// A person's number. Gateways write it with `+`, with `00`, or with the country code alone.
pub(super) fn number(text: &str) -> Option<PhoneNumber> {
    // A form turns a bare `+` into a space.
    let text = text.trim();
    let digits = text.strip_prefix('+').or_else(|| text.strip_prefix("00")).unwrap_or(text);
    (digits.len() >= 8).then(|| PhoneNumber::from_e164(&format!("+{digits}")).ok()).flatten()
}

/// One of our senders: a full number gets its `+`, a short code and letters stay.
pub(super) fn sender(text: &str) -> Option<Name> {
    let text = text.trim();
    let digits = text.strip_prefix('+').or_else(|| text.strip_prefix("00")).unwrap_or(text);
    let full = digits.len() > 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if full { Name::new(&format!("+{digits}")).ok() } else { Name::new(text).ok() }
}

/// The sender that a text went to, which always has a name.
pub(super) fn addressed(text: Option<&str>) -> Option<Name> {
    text.and_then(sender).or_else(|| Name::new(NOWHERE).ok())
}

/// RFC 3339 with or without the colon in the offset; `2026-11-21 12:00:00` in UTC; Unix seconds.
pub(super) fn time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let zoned = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    if let Ok(at) = zoned {
        return Some(at.to_utc());
    }
    for shape in ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"] {
        if let Ok(at) = NaiveDateTime::parse_from_str(text, shape) {
            return Some(at.and_utc());
        }
    }
    let plain = (9..=13).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let stamp: i64 = if plain { text.parse().ok()? } else { return None };
    if text.len() >= 12 { DateTime::from_timestamp_millis(stamp) } else { DateTime::from_timestamp(stamp, 0) }
}

/// `0.0333` of a currency as millionths. Finer parts are cut.
pub(super) fn cost(amount: &str, currency: &str) -> Option<Cost> {
    let currency = <[u8; 3]>::try_from(currency.as_bytes()).ok()?;
    if !currency.iter().all(u8::is_ascii_uppercase) {
        return None;
    }
    let (sign, amount) = amount.trim().strip_prefix('-').map_or((1, amount.trim()), |rest| (-1, rest));
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !digits(whole) || !digits(part) {
        return None;
    }
    let part: String = part.chars().chain("000000".chars()).take(6).collect();
    let micros = whole.parse::<i64>().ok()? * 1_000_000 + part.parse::<i64>().ok()?;
    Some(Cost { micros: sign * micros, currency })
}

/// A word of the gateway that may be shown: short, and nothing that could be a number or a text of somebody.
pub(super) fn shown(word: &str) -> String {
    let fits = (1..=48).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        && word.bytes().filter(u8::is_ascii_digit).count() < 5;
    if fits { word.to_owned() } else { "other".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_gateways_write_them() {
        for written in ["+33612345678", "33612345678", "0033612345678", " 33612345678"] {
            assert_eq!(number(written).unwrap().e164(), "+33612345678", "{written}");
        }
        for written in
            ["", "36123", "MaisonLune", "+33 6", "+", "336123456789012345", "３３６１２３４５６７８"]
        {
            assert!(number(written).is_none(), "{written}");
        }
        let names = ["36123", "+14155550199", "14155550199", "MaisonLune"]
            .map(|text| sender(text).unwrap().to_string());
        assert_eq!(names, ["36123", "+14155550199", "+14155550199", "MaisonLune"]);
        assert_eq!(addressed(Some("Maison Lune")).unwrap().as_str(), "-");
    }

    #[test]
    fn times_are_read_as_gateways_write_them() {
        let noon = time("2026-11-21T12:00:00Z").unwrap();
        for written in [
            "2026-11-21T13:00:00.000+0100",
            "2026-11-21T12:00:00+00:00",
            "2026-11-21 12:00:00",
            "2026-11-21 12:00:00.000000",
            "2026-11-21T12:00:00",
            "1795262400",
            "1795262400000",
        ] {
            assert_eq!(time(written), Some(noon), "{written}");
        }
        for written in ["", "today", "2026-13-01 00:00:00", "99999999999999999999", "-5"] {
            assert_eq!(time(written), None, "{written}");
        }
    }

    #[test]
    fn money_is_exact() {
        let micros = |amount| cost(amount, "EUR").map(|cost| cost.micros);
        assert_eq!(
            (micros("0.0333"), micros("12"), micros("-0.5"), micros("0.00000019")),
            (Some(33_300), Some(12_000_000), Some(-500_000), Some(0))
        );
        assert_eq!((micros(""), micros("1e3"), micros("1.2.3"), cost("1", "eur")), (None, None, None, None));
    }

    #[test]
    fn what_is_shown_is_a_word() {
        assert_eq!(
            ["sent", "sms.sent", "+33612345678", "hello you", ""].map(shown),
            ["sent", "sms.sent", "other", "other", "other"]
        );
    }
}
