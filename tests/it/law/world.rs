//! Canada, Asia and the Pacific, the Middle East, South Africa, Latin America: written down again by hand from
//! `facts/law.md`, never from the book's own data.

use chrono::DateTime;
use optin::{
    law::{Deadline, Posture, RequiredText, Revocation, Rule, Rulebook, Tolerance, is_open},
    message::Kind,
    place::{Place, Zone, ZoneTable},
};

use super::rules::{is_for, standing, today};

/// Countries that this file speaks for.
const COUNTRIES: &str = "CA AU NZ IN SG KR JP IL AE SA ZA MX BR";

/// Rules that bind there too and stand in `us.rs`, with the other lists of gateways.
const ELSEWHERE: &[&str] = &["CA-CARRIER-FRENCH-STOP", "US-CARRIER-GAMBLING"];

const ALL: &str = "marketing transactional conversational authentication service";
const OTHER: &str = "transactional conversational authentication service";

/// Id, a place where it binds, layer, reach and confidence, kinds, first day, penalty: currency, most, per.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("CA-CASL-MARKETING", "CA-YT", "statute settled high", "marketing", "2014-07-01", "CAD 10000000 violation"),
    ("CA-CASL-6-6", "CA-ON", "statute settled high", "transactional service authentication", "2014-07-01", "CAD 10000000 violation"),
    ("CA-CASL-ANSWER", "CA", "regulation settled medium", "conversational", "2014-07-01", "CAD 10000000 violation"),
    ("CA-CASL-TEXT", "CA", "statute settled high", "marketing transactional service", "2014-07-01", "CAD 10000000 violation"),
    ("CA-CASL-PROOF", "CA", "statute settled medium", "marketing", "2014-07-01", "CAD 10000000"),
    ("CA-CASL-REQUEST", "CA", "statute settled high", "marketing", "2014-07-01", "CAD 10000000 violation"),
    ("CA-STOP", "CA", "statute settled high", "marketing", "2014-07-01", "CAD 10000000 violation"),
    ("CA-SHORT-CODE-KEYWORDS", "CA", "carrier settled medium", ALL, "", "CAD"),
    ("CA-CRTC-CALL-HOURS", "CA", "regulation voice high", "marketing", "", "CAD"),
    ("CA-DNCL", "CA", "statute voice high", "marketing", "", "CAD"),
    ("CA-QC-PRIVACY", "CA-QC", "statute settled medium", "marketing", "", "CAD"),
    ("CA-QC-LANGUAGE", "CA-QC", "statute settled medium", "marketing", "", "CAD"),
    ("AU-CONSENT-MARKETING", "AU", "statute settled high", "marketing", "", "AUD"),
    ("AU-CONSENT-OTHER", "AU", "statute settled medium", OTHER, "", "AUD"),
    ("AU-TEXT", "AU", "statute settled high", "marketing", "", "AUD"),
    ("AU-STOP", "AU", "statute settled high", "marketing", "", "AUD"),
    ("AU-UNSUBSCRIBE-2021", "AU", "regulation settled high", "marketing", "2021-04-01", "AUD"),
    ("AU-SENDER-ID-REGISTER", "AU", "regulation unclear medium", ALL, "2026-01-01", "AUD"),
    ("AU-CALLS", "AU", "regulation voice high", "marketing", "", "AUD"),
    ("NZ-CONSENT-MARKETING", "NZ", "statute settled high", "marketing", "", "NZD 500000"),
    ("NZ-CONSENT-OTHER", "NZ", "statute settled medium", OTHER, "", "NZD"),
    ("NZ-TEXT", "NZ", "statute settled high", "marketing", "", "NZD 500000"),
    ("NZ-STOP", "NZ", "statute settled high", "marketing", "", "NZD 500000"),
    ("NZ-PROOF", "NZ", "statute settled high", "marketing", "", "NZD 500000"),
    ("IN-CONSENT-MARKETING", "IN", "regulation settled high", "marketing", "2018-01-01", "INR"),
    ("IN-CONSENT-SERVICE", "IN", "regulation settled high", "transactional authentication service", "2018-01-01", "INR"),
    ("IN-CONSENT-ANSWER", "IN", "regulation settled low", "conversational", "", "INR"),
    ("IN-HOURS", "IN", "regulation settled medium", "marketing", "2018-01-01", "INR"),
    ("IN-SUFFIX-PROMOTIONAL", "IN", "regulation settled high", "marketing", "2025-05-06", "INR"),
    ("IN-SUFFIX-SERVICE", "IN", "regulation settled high", "service", "2025-05-06", "INR"),
    ("IN-SUFFIX-TRANSACTIONAL", "IN", "regulation settled high", "transactional authentication", "2025-05-06", "INR"),
    ("IN-TEXT", "IN", "regulation settled high", "marketing", "2018-01-01", "INR"),
    ("IN-DLT", "IN", "regulation settled high", "marketing transactional authentication service", "2018-01-01", "INR"),
    ("IN-STOP", "IN", "regulation settled medium", "marketing", "2018-01-01", "INR"),
    ("IN-ASK-AGAIN", "IN", "regulation unclear low", "marketing", "", "INR"),
    ("SG-GROUNDS-MARKETING", "SG", "statute settled high", "marketing", "2014-01-02", "SGD 1000000"),
    ("SG-NO-TEXT-REGISTER", "SG", "statute settled high", "marketing", "2014-01-02", "SGD 1000000"),
    ("SG-CONSENT-OTHER", "SG", "statute settled medium", OTHER, "", "SGD"),
    ("SG-TEXT", "SG", "statute settled high", "marketing", "2014-01-02", "SGD 1000000"),
    ("SG-SENDER-ID", "SG", "carrier settled high", ALL, "", "SGD"),
    ("SG-STOP", "SG", "statute settled high", "marketing", "2014-01-02", "SGD 1000000"),
    ("SG-PROOF", "SG", "statute settled high", "marketing", "2014-01-02", "SGD 1000000"),
    ("KR-CONSENT-MARKETING", "KR", "statute settled high", "marketing", "2014-01-01", "KRW 30000000"),
    ("KR-RECONFIRMATION", "KR", "statute settled high", "marketing", "2014-11-29", "KRW 30000000"),
    ("KR-CONSENT-OTHER", "KR", "statute settled medium", OTHER, "", "KRW"),
    ("KR-HOURS", "KR", "statute settled high", "marketing", "2014-01-01", "KRW 30000000"),
    ("KR-TEXT", "KR", "statute settled high", "marketing", "2014-01-01", "KRW 30000000"),
    ("KR-STOP", "KR", "statute settled high", "marketing", "2014-01-01", "KRW 30000000"),
    ("KR-ILLEGAL-GOODS", "KR", "statute settled high", ALL, "", "KRW"),
    ("JP-CONSENT-MARKETING", "JP", "statute settled high", "marketing", "2008-12-01", "JPY 30000000"),
    ("JP-CONSENT-OTHER", "JP", "statute settled medium", OTHER, "", "JPY"),
    ("JP-TEXT", "JP", "statute settled high", "marketing", "2008-12-01", "JPY 30000000"),
    ("JP-STOP", "JP", "statute settled high", "marketing", "2008-12-01", "JPY 30000000"),
    ("JP-PROOF", "JP", "statute settled high", "marketing", "2008-12-01", "JPY 30000000"),
    ("JP-ASCT-PROOF", "JP", "statute settled high", "marketing", "", "JPY"),
    ("IL-CONSENT-MARKETING", "IL", "statute settled high", "marketing", "2008-12-01", "ILS 1000 message"),
    ("IL-CONSENT-OTHER", "IL", "statute settled medium", OTHER, "", "ILS"),
    ("IL-TEXT", "IL", "statute settled high", "marketing", "2008-12-01", "ILS 1000 message"),
    ("IL-STOP", "IL", "statute settled high", "marketing", "2008-12-01", "ILS 1000 message"),
    ("AE-CONSENT-MARKETING", "AE", "regulation settled medium", "marketing", "", "AED"),
    ("AE-CONSENT-OTHER", "AE", "regulation settled medium", OTHER, "", "AED"),
    ("AE-HOURS", "AE", "regulation settled medium", "marketing", "", "AED"),
    ("AE-CALL-HOURS", "AE", "regulation voice high", "marketing", "", "AED"),
    ("AE-SENDER-PREFIX", "AE", "regulation settled medium", "marketing", "2020-11-03", "AED"),
    ("AE-STOP", "AE", "regulation settled medium", "marketing", "", "AED"),
    ("AE-RECORDS", "AE", "regulation settled medium", "marketing", "", "AED"),
    ("SA-CONSENT-MARKETING", "SA", "regulation settled medium", "marketing", "2018-01-01", "SAR"),
    ("SA-CONSENT-OTHER", "SA", "regulation settled medium", OTHER, "", "SAR"),
    ("SA-HOURS", "SA", "regulation settled medium", "marketing", "2018-01-01", "SAR"),
    ("SA-SENDER-SUFFIX", "SA", "regulation settled medium", "marketing", "2018-01-01", "SAR"),
    ("SA-SENDER-ABROAD", "SA", "regulation settled medium", "marketing", "2018-01-01", "SAR"),
    ("SA-STOP", "SA", "regulation settled medium", "marketing", "2018-01-01", "SAR"),
    ("ZA-CONSENT-MARKETING", "ZA", "statute settled high", "marketing", "", "ZAR 1000000"),
    ("ZA-CONSENT-OTHER", "ZA", "statute settled medium", OTHER, "", "ZAR"),
    ("ZA-HOURS", "ZA", "regulation settled high", "marketing", "2011-01-01", "ZAR 1000000"),
    ("ZA-DISPATCH", "ZA", "regulation settled high", "marketing", "2011-01-01", "ZAR 1000000"),
    ("ZA-TEXT", "ZA", "regulation settled high", "marketing", "", "ZAR 1000000"),
    ("ZA-TEXT-ADDRESS", "ZA", "regulation unclear medium", "marketing", "2026-04-15", "ZAR 1000000"),
    ("ZA-STOP", "ZA", "statute settled high", "marketing", "", "ZAR 1000000"),
    ("ZA-OPT-OUT-REGISTRY", "ZA", "regulation settled high", "marketing", "2026-04-15", "ZAR 1000000"),
    ("ZA-MARKETER-REGISTRATION", "ZA", "regulation settled high", "marketing", "2026-07-01", "ZAR 1000000"),
    ("MX-GROUNDS-MARKETING", "MX", "statute settled medium", "marketing", "", "MXN 1800000"),
    ("MX-CONSENT-MARKETING", "MX", "statute unclear low", "marketing", "", "MXN"),
    ("MX-CONSENT-OTHER", "MX", "statute settled medium", OTHER, "", "MXN"),
    ("MX-REPEP", "MX", "statute settled high", "marketing", "", "MXN 1800000"),
    ("MX-TEXT", "MX", "statute settled medium", "marketing", "", "MXN 1800000"),
    ("MX-STOP", "MX", "statute settled medium", "marketing", "", "MXN 1800000"),
    ("MX-REUS", "MX", "statute unclear medium", "marketing", "", "MXN"),
    ("BR-CONSENT-MARKETING", "BR-SP", "statute settled low", "marketing", "", "BRL 50000000"),
    ("BR-CONSENT-OTHER", "BR", "statute settled low", OTHER, "", "BRL 50000000"),
    ("BR-TEXT", "BR", "statute settled low", "marketing", "", "BRL 50000000"),
    ("BR-STOP", "BR", "statute settled low", "marketing", "", "BRL 50000000"),
    // A number of unknown state may be São Paulo's.
    ("BR-SP-LIST", "BR", "statute unclear low", "marketing", "", "BRL"),
    ("BR-CALLS", "BR", "code voice low", "marketing", "", "BRL"),
];

/// Rule, and the standings that suffice on 2026-11-21 (see [`standing`]), then those that do not.
#[rustfmt::skip]
const GROUNDS: &[(&str, &str, &str)] = &[
    ("CA-CASL-MARKETING", "express_written express implied+s23 implied+i5 soft_opt_in+s23",
        "implied implied+s24 implied+i6 soft_opt_in soft_opt_in+i1 none none+s1"),
    ("CA-CASL-6-6", "none", ""),
    ("CA-CASL-ANSWER", "none", ""),
    ("AU-CONSENT-MARKETING", "express_written express implied+s90 implied+i90 soft_opt_in+s1",
        "implied soft_opt_in soft_opt_in+i1 none none+s1"),
    ("AU-CONSENT-OTHER", "none", ""),
    ("NZ-CONSENT-MARKETING", "express_written express implied+s90 implied+i90 soft_opt_in+s1",
        "implied soft_opt_in soft_opt_in+i1 none none+s1"),
    ("NZ-CONSENT-OTHER", "none", ""),
    ("IN-CONSENT-MARKETING", "express_written express", "implied+s1 soft_opt_in+s1 none+s1"),
    ("IN-CONSENT-SERVICE", "express_written express implied soft_opt_in", "none none+s1"),
    ("IN-CONSENT-ANSWER", "none", ""),
    ("SG-GROUNDS-MARKETING", "express_written express implied soft_opt_in none", ""),
    ("SG-CONSENT-OTHER", "none", ""),
    ("KR-CONSENT-MARKETING", "express_written express implied+s5 soft_opt_in+s5",
        "implied implied+s6 implied+i1 soft_opt_in soft_opt_in+s6 none none+s1"),
    ("KR-RECONFIRMATION", "express_written+c23 express+c23 implied+s5 soft_opt_in+s5",
        "express_written express express_written+c24 express+c25 implied+s6 implied+c1 soft_opt_in+s7 none+c1"),
    ("KR-CONSENT-OTHER", "none", ""),
    ("JP-CONSENT-MARKETING", "express_written express soft_opt_in+s90 implied+s90",
        "soft_opt_in implied implied+i1 none none+s1"),
    ("JP-CONSENT-OTHER", "none", ""),
    ("IL-CONSENT-MARKETING", "express_written express soft_opt_in+s90",
        "soft_opt_in soft_opt_in+i1 implied implied+s1 none none+s1"),
    ("IL-CONSENT-OTHER", "none", ""),
    ("AE-CONSENT-MARKETING", "express_written express", "soft_opt_in+s1 implied+s1 none none+s1"),
    ("AE-CONSENT-OTHER", "none", ""),
    ("SA-CONSENT-MARKETING", "express_written express", "soft_opt_in+s1 implied+s1 none none+s1"),
    ("SA-CONSENT-OTHER", "none", ""),
    ("ZA-CONSENT-MARKETING", "express_written express soft_opt_in+s90",
        "soft_opt_in soft_opt_in+i1 implied implied+s1 none none+s1"),
    ("ZA-CONSENT-OTHER", "none", ""),
    ("MX-GROUNDS-MARKETING", "express_written express implied soft_opt_in none", ""),
    ("MX-CONSENT-MARKETING", "express_written express implied+s90 implied+i90 soft_opt_in+s90",
        "implied soft_opt_in soft_opt_in+i1 none none+s1"),
    ("MX-CONSENT-OTHER", "none", ""),
    ("BR-CONSENT-MARKETING", "express_written express implied+s90 implied+i90 soft_opt_in+s90",
        "implied soft_opt_in soft_opt_in+i1 none none+s1"),
    ("BR-CONSENT-OTHER", "none", ""),
];

/// Rule, and what each message or request shows, in the form of [`shown`].
#[rustfmt::skip]
const TEXTS: &[(&str, &[&str])] = &[
    ("CA-CASL-TEXT", &["identity", "contact for 60", "opt_out for 60 as STOP,ARRET,ARRÊT"]),
    ("CA-CASL-REQUEST", &["description on request", "identity on request", "address on request",
        "contact on request", "opt_out on request"]),
    ("CA-QC-PRIVACY", &["identity", "opt_out"]),
    ("CA-QC-LANGUAGE", &["language as fr"]),
    ("AU-TEXT", &["identity", "opt_out for 30"]),
    ("AU-UNSUBSCRIBE-2021", &["opt_out"]),
    ("NZ-TEXT", &["identity", "opt_out"]),
    ("IN-TEXT", &["identity", "opt_out"]),
    ("SG-TEXT", &["identity", "contact for 30"]),
    ("KR-TEXT", &["label at start as (광고)", "identity at start", "contact at end",
        "opt_out at end as 무료수신거부 {number}"]),
    ("JP-TEXT", &["identity", "contact", "opt_out"]),
    ("IL-TEXT", &["identity", "opt_out"]),
    ("AE-SENDER-PREFIX", &["sender_id at start as AD-{sender}"]),
    ("SA-SENDER-SUFFIX", &["sender_id at end as {sender}-AD"]),
    ("ZA-TEXT", &["identity", "contact"]),
    ("ZA-TEXT-ADDRESS", &["address"]),
    ("MX-TEXT", &["identity"]),
    ("BR-TEXT", &["identity", "opt_out as SAIR"]),
];

/// Rule, and what ends a consent, in the form of [`ended`].
const REVOCATIONS: &[(&str, &str)] = &[
    ("CA-STOP", "any words, any channel, 10 business days, ends all"),
    ("CA-SHORT-CODE-KEYWORDS", "stop arret arrete arrett, any words, any channel, ends program"),
    ("AU-STOP", "any words, any channel, 5 business days, ends all"),
    ("NZ-STOP", "any words, any channel, 5 business days, ends all"),
    ("IN-STOP", "any words, any channel, ends all"),
    ("SG-STOP", "any words, any channel, 21 days, ends all"),
    ("KR-STOP", "any words, any channel, told in 14 days, ends all"),
    ("JP-STOP", "any words, any channel, ends all"),
    ("IL-STOP", "any words, ends all"),
    ("AE-STOP", "any words, any channel, ends all"),
    ("SA-STOP", "stop, any words, any channel, ends all"),
    ("ZA-STOP", "any words, any channel, 1 confirmation, ends all"),
    ("MX-STOP", "any words, any channel, ends all"),
    ("BR-STOP", "sair, any words, any channel, ends all"),
];

/// Rule, register, days for which an answer is good, and the standings that need none under Strict, then those that
/// do.
const REGISTERS: &[(&str, &str, u16, &str, &str)] = &[
    ("SG-NO-TEXT-REGISTER", "sg-no-text", 21, "express express_written", "implied+s1 soft_opt_in+s1 none"),
    ("ZA-OPT-OUT-REGISTRY", "za-ncc", 28, "", "express express_written+s1 soft_opt_in+s1"),
    ("MX-REPEP", "mx-repep", 30, "express express_written", "implied+s1 soft_opt_in+s1 none"),
    ("BR-SP-LIST", "br-sp-procon", 30, "express express_written", "implied+s1 soft_opt_in+s1"),
];

/// Rule, and what is on record.
const RECORDS: &[(&str, &str)] = &[
    ("CA-CASL-PROOF", "person time request act dates withdrawal"),
    ("CA-QC-PRIVACY", "request purpose act withdrawal"),
    ("NZ-PROOF", "person time request purpose act dates withdrawal"),
    ("SG-PROOF", "person time act scrub"),
    ("KR-RECONFIRMATION", "person time act dates withdrawal"),
    ("JP-PROOF", "person time act"),
    ("IL-CONSENT-MARKETING", "person time act dates withdrawal"),
    ("AE-RECORDS", "person time act withdrawal message"),
    ("ZA-DISPATCH", "message dispatch"),
];

/// Rule, and what is kept for how many months, from when, and then.
const PERIODS: &[(&str, &[&str])] = &[
    ("CA-CASL-PROOF", &["evidence 36 last_message may_erase"]),
    ("JP-PROOF", &["evidence 1 last_message may_erase"]),
    ("JP-ASCT-PROOF", &["evidence 36 last_message may_erase"]),
    ("AE-RECORDS", &["evidence 24 last_message may_erase", "suppression 24 revocation may_erase"]),
];

/// Rule, and what is forbidden.
const FORBIDDEN: &[(&str, &str)] =
    &[("KR-ILLEGAL-GOODS", "topic illegal-goods"), ("SA-SENDER-ABROAD", "sender_abroad ")];

/// Rules about calls, a zone, local times at which they are open and closed. 2026-11-23 is a Monday, 2026-11-28 a
/// Saturday.
#[rustfmt::skip]
const CALLS: &[(&str, &str, &[&str], &[&str])] = &[
    ("CA-CRTC-CALL-HOURS", "America/Toronto",
        &["2026-11-23T09:00-05:00", "2026-11-27T21:29-05:00", "2026-11-28T10:00-05:00", "2026-11-29T17:59-05:00"],
        &["2026-11-23T08:59-05:00", "2026-11-27T21:30-05:00", "2026-11-28T09:59-05:00", "2026-11-29T18:00-05:00"]),
    ("AE-CALL-HOURS", "Europe/Paris",
        &["2026-11-23T09:00+04:00", "2026-11-29T17:59+04:00"],
        &["2026-11-23T08:59+04:00", "2026-11-29T18:00+04:00"]),
    ("BR-CALLS", "America/Sao_Paulo",
        &["2026-11-23T09:00-03:00", "2026-11-27T20:59-03:00", "2026-11-28T10:00-03:00", "2026-11-28T15:59-03:00"],
        &["2026-11-23T08:59-03:00", "2026-11-27T21:00-03:00", "2026-11-28T09:59-03:00", "2026-11-28T16:00-03:00",
          "2026-11-29T12:00-03:00"]),
];

/// What the book says otherwise.
pub(super) fn faults(book: &Rulebook, table: &ZoneTable) -> Vec<String> {
    let mut faults = Vec::new();
    rows(book, &mut faults);
    grounds(book, &mut faults);
    calls(book, table, &mut faults);
    let listed = |text: &[&str]| text.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
    for &(id, texts) in TEXTS {
        compare(book, id, &mut faults, |rule| rule.required.iter().map(shown).collect(), listed(texts));
    }
    for &(id, text) in REVOCATIONS {
        compare(book, id, &mut faults, |rule| rule.revocation.iter().map(ended).collect(), listed(&[text]));
    }
    for &(id, what) in RECORDS {
        let on_record = |rule: &Rule| rule.records.iter().map(ToString::to_string).collect();
        compare(book, id, &mut faults, on_record, what.split(' ').map(str::to_owned).collect());
    }
    for &(id, periods) in PERIODS {
        let period = |row: &optin::law::Retention| {
            format!("{} {} {} {}", row.what, row.keep_months, row.counted_from, row.after)
        };
        compare(book, id, &mut faults, |rule| rule.retention.iter().map(period).collect(), listed(periods));
    }
    for &(id, what) in FORBIDDEN {
        let forbids = |rule: &Rule| {
            let all = rule.forbids.iter().filter(|row| !row.unless_age_checked);
            all.map(|row| format!("{} {}", row.what, row.of.join(" "))).collect()
        };
        compare(book, id, &mut faults, forbids, listed(&[what]));
    }
    for &(id, name, days, ..) in REGISTERS {
        let registers = |rule: &Rule| {
            let all = rule.registers.iter();
            all.map(|asked| format!("{} {} {}", asked.name, asked.max_age_days, asked.effect)).collect()
        };
        compare(book, id, &mut faults, registers, vec![format!("{name} {days} bars")]);
    }
    faults
}

fn compare(
    book: &Rulebook,
    id: &str,
    faults: &mut Vec<String>,
    said: impl Fn(&Rule) -> Vec<String>,
    expected: Vec<String>,
) {
    let said = book.rule(id).map(|rule| said(rule));
    if said.as_ref() != Some(&expected) {
        faults.push(format!("{id}: {said:?}, not {expected:?}"));
    }
}

fn rows(book: &Rulebook, faults: &mut Vec<String>) {
    for &(id, at, marks, kinds, from, penalty) in ROWS {
        let place: Place = at.parse().unwrap();
        let Some(rule) = book.law_of(place).rules.iter().find(|rule| rule.id == id) else {
            faults.push(format!("{id} does not bind at {at}"));
            continue;
        };
        let said = format!("{} {} {}", rule.layer, rule.reach, rule.confidence);
        let most = rule.penalty.as_ref().map(|penalty| {
            let max = penalty.max.map(|max| max.to_string());
            let per = penalty.per.map(|per| per.to_string());
            let parts = [Some(penalty.currency.clone()), max, per];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        });
        if said != marks || !is_for(rule, kinds) || rule.to.is_some() || rule.from != from.parse().ok() {
            faults.push(format!("{id}: {said}, {:?}, {:?} to {:?}", rule.kinds, rule.from, rule.to));
        }
        if most.as_deref() != Some(penalty) {
            faults.push(format!("{id}: {most:?}"));
        }
    }
}

fn grounds(book: &Rulebook, faults: &mut Vec<String>) {
    for &(id, enough, too_little) in GROUNDS {
        let Some(bases) = book.rule(id).and_then(|rule| rule.bases.as_ref()) else {
            faults.push(format!("{id} gives no grounds"));
            continue;
        };
        for (standings, suffices) in [(enough, true), (too_little, false)] {
            for text in standings.split_whitespace() {
                if bases.ground_for(&standing(text), today()).is_some() != suffices {
                    faults.push(format!("{id}: {text} is not {suffices}"));
                }
            }
        }
    }
}

fn calls(book: &Rulebook, table: &ZoneTable, faults: &mut Vec<String>) {
    for &(id, zone, open, closed) in CALLS {
        let zone = Zone::named(zone).unwrap();
        let Some(hours) = book.rule(id).and_then(|rule| rule.hours.as_ref()) else {
            faults.push(format!("{id} has no hours"));
            continue;
        };
        for (times, expected) in [(open, true), (closed, false)] {
            for time in times {
                let at = DateTime::parse_from_str(time, "%Y-%m-%dT%H:%M%:z").unwrap().timestamp();
                if is_open(table, hours, Tolerance::Closed, zone, at) != Some(expected) {
                    faults.push(format!("{id} at {time}: not {expected}"));
                }
            }
        }
    }
}

/// `opt_out at end for 30 as STOP`: what is not the common case stays out.
fn shown(text: &RequiredText) -> String {
    let common = ["anywhere", "any", "each", ""];
    let days = text.valid_days.map(|days| days.to_string()).unwrap_or_default();
    let forms = text.forms.join(",");
    let parts = [
        ("at", text.position.code()),
        ("of", text.sender.code()),
        ("on", text.on.code()),
        ("for", days.as_str()),
        ("as", forms.as_str()),
    ];
    let uncommon = parts.iter().filter(|(_, part)| !common.contains(part));
    uncommon.fold(text.what.to_string(), |all, (word, part)| format!("{all} {word} {part}"))
}

/// `stop, any words, any channel, 5 business days, ends all`.
fn ended(revocation: &Revocation) -> String {
    let within = |term: &Deadline| {
        assert!(term.holidays.is_none());
        format!("{}{} days", term.days, if term.business { " business" } else { "" })
    };
    let parts = [
        (!revocation.keywords.is_empty()).then(|| revocation.keywords.join(" ")),
        revocation.any_words.then(|| "any words".to_owned()),
        revocation.any_channel.then(|| "any channel".to_owned()),
        revocation.within.as_ref().map(within),
        revocation.confirmations.map(|count| format!("{count} confirmation")),
        revocation.confirm_within_minutes.map(|minutes| format!("in {minutes} minutes")),
        revocation.may_clarify.then(|| "may ask".to_owned()),
        revocation.told_within_days.map(|days| format!("told in {days} days")),
        Some(format!("ends {}", revocation.ends)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[test]
fn the_book_says_what_the_facts_say() {
    assert_eq!(faults(&Rulebook::builtin(), &ZoneTable::bundled()), [""; 0]);
}

/// Whatever a rule holds, a table above holds too: nothing rides in unseen.
#[test]
fn nothing_in_the_book_is_left_out_here() {
    let book = Rulebook::builtin();
    let countries: Vec<&str> = COUNTRIES.split(' ').collect();
    let of_here = |rule: &&std::sync::Arc<Rule>| {
        !ELSEWHERE.contains(&rule.id.as_str())
            && rule.places.iter().any(|place| countries.contains(&place.country().as_str()))
    };
    for rule in book.rules().iter().filter(of_here) {
        let id = rule.id.as_str();
        // A platform's filter, which stands among the platforms' and is held in `us`.
        if id == "CA-CARRIER-FRENCH-STOP" {
            continue;
        }
        assert!(named(ROWS.iter().map(|row| row.0), id), "{id}");
        for (holds, listed) in [
            (rule.bases.is_some(), named(GROUNDS.iter().map(|row| row.0), id)),
            (!rule.required.is_empty(), named(TEXTS.iter().map(|row| row.0), id)),
            (rule.revocation.is_some(), named(REVOCATIONS.iter().map(|row| row.0), id)),
            (!rule.registers.is_empty(), named(REGISTERS.iter().map(|row| row.0), id)),
            (!rule.records.is_empty(), named(RECORDS.iter().map(|row| row.0), id)),
            (!rule.retention.is_empty(), named(PERIODS.iter().map(|row| row.0), id)),
            (!rule.forbids.is_empty(), named(FORBIDDEN.iter().map(|row| row.0), id)),
            (
                rule.hours.is_some() && rule.reach == optin::law::Reach::Voice,
                named(CALLS.iter().map(|row| row.0), id),
            ),
        ] {
            assert_eq!(holds, listed, "{id}");
        }
        assert!(rule.caps.is_empty() && rule.feed.is_none(), "{id}");
    }
}

fn named(mut ids: impl Iterator<Item = &'static str>, id: &str) -> bool {
    ids.any(|listed| listed == id)
}

#[test]
fn consent_lifts_a_register_only_where_the_facts_say_so() {
    let book = Rulebook::builtin();
    for &(id, _, _, lifted, not_lifted) in REGISTERS {
        for (standings, expected) in [(lifted, true), (not_lifted, false)] {
            for text in standings.split_whitespace() {
                let lifts = |lift: &optin::law::Lift| lift.lifts(&standing(text), Posture::Strict, today());
                assert_eq!(book.rule(id).unwrap().lifted_by.iter().any(lifts), expected, "{id} {text}");
            }
        }
    }
}

#[test]
fn calls_hold_no_text() {
    let book = Rulebook::builtin();
    for code in ["CA", "CA-QC", "AU", "NZ", "SG", "JP", "IL", "MX", "BR", "BR-SP"] {
        assert!(book.law_of(code.parse().unwrap()).hours.is_empty(), "{code}");
    }
    for code in ["IN", "KR", "AE", "SA", "ZA"] {
        assert_eq!(book.law_of(code.parse().unwrap()).hours.len(), 1, "{code}");
    }
}

#[test]
fn every_kind_has_a_ground_at_every_place() {
    let book = Rulebook::builtin();
    let day = "2026-11-21".parse().unwrap();
    for row in
        book.covered().iter().filter(|row| COUNTRIES.split(' ').any(|c| c == row.place.country().as_str()))
    {
        for kind in Kind::ALL {
            for date in [row.from, day] {
                let binds =
                    |rule: &&std::sync::Arc<Rule>| rule.kinds.contains(*kind) && rule.in_force_on(date);
                assert!(
                    book.law_of(row.place).bases.iter().any(|rule| binds(&rule)),
                    "{} {kind:?}",
                    row.place
                );
            }
        }
    }
}
