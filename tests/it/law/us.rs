//! The law of the United States once more, written down by hand from the facts: every version of every rule, what it
//! asks and what lifts it; and its hours as moments at which they are open or closed.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate};
use optin::{
    law::{Forbids, Lift, LiftBy, Need, Occasion, Position, Rule, Rulebook, SenderForm, Tolerance, is_open},
    message::Kind,
    place::{Place, Zone, ZoneTable},
};

/// Id; first day and first day no longer in force; places; layer, reach, confidence and kinds by their first
/// letters; then what it asks and what a breach costs.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

const LIST: &str = "lift express_written settled; lift sale 18 contested; lift inquiry 3 contested";
const TCPA: &str = "fine 500-1500/message";
const SAFE: &str = "ground express_written; ground express; ground soft_opt_in; ground implied";

#[rustfmt::skip]
const FEDERAL: &[Row] = &[
    ("US-FED-HOURS", "2003-10-01..", "US", "regulation contested high M",
        "lift consent contested; lift sale 18 contested; lift inquiry 3 contested; lift other contested; hours; TCPA"),
    ("US-FED-PEWC", "2013-10-16..", "US", "regulation contested high M",
        "ground express_written; record person seller request act; TCPA"),
    ("US-FED-PEC", "..", "US", "regulation contested high TAS", "lift other settled; SAFE; TCPA"),
    ("US-FED-ON-DEMAND", "..", "US", "regulation settled high C", "ground none"),
    ("US-FED-IDENTITY", "..", "US", "regulation contested medium M", "text identity; text contact; TCPA"),
    ("US-FED-NO-REPLY", "2025-04-11..", "US", "regulation contested high MTS", "text opt_out from alphanumeric; TCPA"),
    ("US-DNC", "2024-03-26..", "US", "regulation contested high M",
        "LIST; lift other contested; register us-dnc 31 bars; record scrub dates; TCPA"),
    ("US-FED-INTERNAL-DNC", "..", "US", "regulation contested medium M",
        "keep suppression 60 revocation may_erase; record withdrawal; fine 500-1500"),
    ("US-FED-RND", "2021-11-01..", "US", "regulation settled high MTCAS", ""),
    ("US-FED-RECORDS", "..2024-05-16", "US", "regulation voice high M", "keep evidence 24 last_message may_erase"),
    ("US-FED-RECORDS", "2024-05-16..2024-10-15", "US", "regulation voice high M",
        "keep evidence 60 last_message may_erase; record person time request purpose act"),
    ("US-FED-RECORDS", "2024-10-15..", "US", "regulation voice high M",
        "keep evidence 60 last_message may_erase; record person time request purpose act message"),
    ("US-FED-LIMITATION", "..", "US", "statute settled high M", "keep evidence 48 last_message may_erase"),
    ("US-CAN-SPAM", "..", "US", "statute voice high MTCAS", ""),
    ("US-FED-FREE-FINANCE", "..", "US", "regulation settled medium TS",
        "lift any_ground settled; cap 1/24 person; cap 3/72 person_subject; TCPA"),
    ("US-FED-FREE-HEALTH", "..", "US", "regulation settled medium TS",
        "lift any_ground settled; cap 1/24 person; cap 3/168 person; TCPA"),
    ("US-FED-FREE-PACKAGE", "..", "US", "regulation settled low TS", "lift any_ground settled; TCPA"),
    ("US-STOP-INTERNAL-LIST", "2003-10-01..2024-04-04", "US", "regulation contested high M",
        "stop [] words channels in 30 days, program; TCPA"),
    ("US-STOP-INTERNAL-LIST", "2024-04-04..2025-04-11", "US", "regulation contested high M",
        "stop [] words channels in 30 days 1 confirmation within 5 clarify, program; TCPA"),
    ("US-STOP-REVOCATION", "2025-04-11..2027-01-31", "US", "regulation contested high M",
        "stop [stop quit end revoke opt out cancel unsubscribe] words channels in 10 business days less US-FEDERAL \
         1 confirmation within 5 clarify, program; TCPA"),
    ("US-STOP-REVOCATION", "2027-01-31..", "US", "regulation contested high MTS",
        "stop [stop quit end revoke opt out cancel unsubscribe] words channels in 10 business days less US-FEDERAL \
         1 confirmation within 5 clarify, all; TCPA"),
    ("US-CASE-MCLAUGHLIN", "2025-06-20..", "US", "case settled high MTCAS", ""),
    ("US-CASE-HOWARD", "2026-01-13..", "US-AK US-AZ US-CA US-HI US-ID US-MT US-NV US-OR US-WA",
        "case settled high MTCAS", ""),
    ("US-CASE-STEIDINGER", "2026-05-21..", "US-IL US-IN US-WI", "case unclear high MTCAS", ""),
    ("US-CASE-BRADFORD", "2026-02-25..", "US-TX US-LA US-MS", "case contested high M",
        "ground express_written; ground express; TCPA"),
    ("US-CASE-ONE-TO-ONE", "2025-01-24..", "US", "case settled high M", ""),
];

#[rustfmt::skip]
const INDUSTRY: &[Row] = &[
    ("US-CTIA-MARKETING", "..", "US", "code settled high M", "ground express_written; fine 500-2000"),
    ("US-CTIA-INFORMATIONAL", "..", "US", "code settled high TAS", "SAFE"),
    ("US-CTIA-CONVERSATIONAL", "..", "US", "code settled high C", "ground none"),
    ("US-CTIA-TEXT", "..", "US", "code settled high M", "text identity; text opt_out [STOP]"),
    ("US-CTIA-CALL-TO-ACTION", "..", "US", "code settled high MTAS",
        "text identity on request; text description on request; text frequency on request; \
         text rates [Msg & data rates may apply] on request; text help [HELP] on request; \
         text opt_out [STOP] on request; text terms on request; text privacy on request"),
    ("US-CTIA-OPT-IN-CONFIRMATION", "..", "US", "code settled high MTAS",
        "text identity on opt_in; text frequency on opt_in; text rates [Msg & data rates may apply] on opt_in; \
         text help [HELP] on opt_in; text opt_out [STOP] on opt_in"),
    ("US-CTIA-DOUBLE-OPT-IN", "..", "US", "practice settled medium M", ""),
    ("US-CTIA-HELP", "..", "US", "code settled high MTCAS", "text identity on help; text contact on help"),
    ("US-CTIA-OPT-OUT-CONFIRMATION", "..", "US", "code settled medium MTCAS", "text identity on opt_out"),
    ("US-STOP-CODE", "..", "US", "code settled high MTCAS",
        "stop [stop end cancel unsubscribe quit] words 1 confirmation, program"),
    ("US-CTIA-RECORDS", "..", "US", "code settled high MTCAS", "record person time request act withdrawal"),
    ("US-CTIA-LINKS", "..", "US", "code settled high MTCAS", "no link bit.ly tinyurl.com goo.gl is.gd tiny.cc"),
    ("US-CARRIER-SHAFT", "..", "US", "carrier settled high MTCAS", "no topic sex hate firearms vaping; fine -500"),
    ("US-CARRIER-AGE-GATED", "..", "US", "carrier settled high MTCAS",
        "no topic alcohol tobacco unless age is checked; fine -500"),
    ("US-CARRIER-CANNABIS", "..", "US", "carrier settled high MTCAS", "no topic cannabis cbd; fine -1000"),
    ("US-CARRIER-DRUGS", "..", "US", "carrier settled high MTCAS", "no topic prescription_drugs; fine -1000"),
    ("US-CARRIER-GAMBLING", "..", "US CA", "carrier settled high MTCAS", "no topic gambling; fine -500"),
    ("US-CARRIER-FINANCE", "..", "US", "carrier settled high MTCAS", "no topic high_risk_finance crypto; fine -500"),
    ("US-CARRIER-DEBT", "..", "US", "carrier settled high MTCAS", "no topic debt_collection debt_relief; fine -500"),
    ("US-CARRIER-LEADS", "..", "US", "carrier settled high MTCAS", "no topic lead_generation get_rich_quick; fine -500"),
    ("US-CARRIER-LINKS", "..", "US", "carrier settled high MTCAS", "no link bit.ly tinyurl.com goo.gl is.gd tiny.cc"),
    ("US-CARRIER-FINES", "2024-02-15..", "US", "carrier settled high MTCAS", "fine 500-2000"),
    ("US-CARRIER-TWILIO-STOP", "..2025-05-14", "US", "carrier voice high MTCAS",
        "stop [stop unsubscribe end quit stopall cancel], program"),
    ("US-CARRIER-TWILIO-STOP", "2025-05-14..", "US", "carrier voice high MTCAS",
        "stop [stop unsubscribe end quit stopall cancel revoke optout], program"),
    ("US-CARRIER-TOLL-FREE-STOP", "..", "US", "carrier voice high MTCAS", "stop [stop], program"),
    ("US-CARRIER-SHORT-CODE-STOP", "..", "US", "carrier voice high MTCAS", ""),
    ("CA-CARRIER-FRENCH-STOP", "..", "CA", "carrier voice medium MTCAS", "stop [arret arrete arrett], program"),
];

#[rustfmt::skip]
const STATES: &[Row] = &[
    ("US-AL-HOURS", "..", "US-AL", "regulation unclear low M", "hours"),
    ("US-AZ-DNC", "..", "US-AZ", "statute settled medium M", "LIST; register us-dnc 31 bars; fine -1000/violation"),
    ("US-CA-CONSENT", "..", "US-CA", "statute settled high M",
        "ground express_written; ground express; ground soft_opt_in sale inquiry; ground implied sale inquiry"),
    ("US-CT-HOURS", "2023-10-01..", "US-CT", "statute settled high M",
        "lift express_written contested; hours; fine -20000/violation"),
    ("US-CT-PEWC", "2023-10-01..", "US-CT", "statute settled high M", "ground express_written; fine -20000/violation"),
    ("US-CT-DNC", "2023-10-01..", "US-CT", "statute settled medium M",
        "LIST; register us-dnc 31 bars; fine -20000/violation"),
    ("US-FL-HOURS", "2021-07-01..", "US-FL", "statute contested high M", "lift other contested; hours; TCPA"),
    ("US-FL-CAP", "2021-07-01..", "US-FL", "statute contested high M",
        "lift other contested; cap 3/24 person_subject; TCPA"),
    ("US-FL-PEWC", "2021-07-01..", "US-FL", "statute contested high M", "ground express_written; TCPA"),
    ("US-FL-DNC", "..", "US-FL", "statute settled medium M", "LIST; register us-fl-dnc 31 bars; TCPA"),
    ("US-FL-STOP", "2023-05-25..", "US-FL", "statute contested medium M", "stop [stop] in 15 days, program; TCPA"),
    ("US-GA-LIABILITY", "2024-07-01..", "US-GA", "statute unclear low M", "fine -2000"),
    ("US-IL-HOURS", "..", "US-IL", "statute unclear low M", "lift consent contested; hours"),
    ("US-IN-DNC", "..", "US-IN", "statute contested medium M", "LIST; register us-in-dnc 31 bars"),
    ("US-KY-HOURS", "..", "US-KY", "statute unclear medium M", "lift other unclear; hours"),
    ("US-LA-HOURS", "..", "US-LA", "regulation settled medium M",
        "lift consent contested; lift sale 18 contested; hours"),
    ("US-LA-EMERGENCY", "..", "US-LA", "regulation settled high M", "feed us-la-emergency 24"),
    ("US-LA-DNC", "..", "US-LA", "regulation settled medium M", "LIST; register us-la-dnc 31 bars"),
    ("US-MA-HOURS", "..", "US-MA", "statute unclear medium M", "lift consent contested; lift sale 18 contested; hours"),
    ("US-MD-HOURS", "2024-01-01..", "US-MD", "statute settled high M", "hours"),
    ("US-MD-CAP", "2024-01-01..", "US-MD", "statute settled high M", "lift other contested; cap 3/24 person_subject"),
    ("US-MD-PEWC", "2024-01-01..", "US-MD", "statute settled high M", "ground express_written; record request act"),
    ("US-ME-RND", "2024-07-16..", "US-ME", "statute unclear medium M",
        "lift express_written settled; lift sale 18 settled; lift inquiry 3 settled; register us-rnd 31 ends; fine -10000"),
    ("US-ME-DNC", "2024-07-16..", "US-ME", "statute unclear medium M",
        "lift express_written settled; lift sale 18 settled; lift inquiry 3 settled; register us-dnc 31 bars; fine -10000"),
    ("US-MI-HOURS", "..", "US-MI", "statute unclear medium M", "hours"),
    ("US-MN-HOURS", "..", "US-MN", "statute unclear medium M", "lift consent contested; hours"),
    ("US-MO-DNC", "..", "US-MO", "statute contested medium M", "LIST; register us-mo-dnc 31 bars"),
    ("US-MS-HOURS", "..2025-01-01", "US-MS", "statute unclear medium M", "lift other contested; hours"),
    ("US-MS-HOURS", "2025-01-01..", "US-MS", "statute unclear high M", "lift other contested; hours"),
    ("US-NE-HOURS", "..", "US-NE", "regulation voice medium M", "hours"),
    ("US-NJ-HOURS", "2003-01-01..", "US-NJ", "statute unclear high M", "lift consent contested; hours"),
    ("US-NJ-IDENTITY", "2023-12-01..", "US-NJ", "statute unclear high M",
        "lift consent contested; text identity; text contact; text address on request"),
    ("US-NM-HOURS", "..", "US-NM", "statute unclear low M", "hours"),
    ("US-NV-HOURS", "..", "US-NV", "statute unclear low M", "hours"),
    ("US-NY-HOURS", "2021-08-12..", "US-NY", "statute settled high M",
        "lift separate_consent settled; hours; fine -20000/violation"),
    ("US-NY-EMERGENCY", "2021-08-12..", "US-NY", "statute settled high M",
        "lift express_written settled; lift consent contested; lift sale 18 contested; feed us-ny-emergency 24; \
         fine -20000/violation"),
    ("US-NY-DNC", "2021-08-12..", "US-NY", "statute settled high M",
        "LIST; register us-dnc 31 bars; fine -20000/violation"),
    ("US-OK-HOURS", "2022-11-01..", "US-OK", "statute settled high M",
        "lift sale 18 settled; lift inquiry 3 contested; hours; TCPA"),
    ("US-OK-CAP", "2022-11-01..", "US-OK", "statute settled high M",
        "lift sale 18 settled; lift inquiry 3 contested; cap 3/24 person_subject; TCPA"),
    ("US-OK-PEWC", "2022-11-01..", "US-OK", "statute contested high M",
        "lift sale 18 contested; ground express_written; TCPA"),
    ("US-OR-HOURS", "2026-01-01..", "US-OR", "statute settled medium M", "lift sale 18 contested; hours"),
    ("US-OR-CAP", "2026-01-01..", "US-OR", "statute settled high M", "lift sale 18 settled; cap 3/24 person"),
    ("US-PA-HOURS", "2019-12-03..", "US-PA", "statute unclear high M", "lift sale 12 settled; hours"),
    ("US-RI-HOURS", "1999-01-01..", "US-RI", "statute unclear high M", "lift consent contested; hours"),
    ("US-RI-TEXT-BAN", "2003-01-01..", "US-RI", "statute unclear medium M",
        "ground express_written; ground express"),
    ("US-SC-DNC", "..", "US-SC", "statute contested medium M", "LIST; register us-dnc 31 bars"),
    ("US-SD-HOURS", "1991-01-01..", "US-SD", "statute unclear high M", "hours"),
    ("US-TN-HOURS", "2023-07-01..", "US-TN", "statute settled high M",
        "lift consent settled; lift sale 12 settled; hours; fine -2000/violation"),
    ("US-TN-DNC", "2023-07-01..", "US-TN", "statute settled medium M",
        "LIST; register us-tn-dnc 31 bars; fine -2000/violation"),
    ("US-TX-HOURS", "..2025-09-01", "US-TX", "statute voice high M",
        "lift request settled; lift sale 18 settled; hours; fine -5000"),
    ("US-TX-HOURS", "2025-09-01..", "US-TX", "statute contested high M",
        "lift request settled; lift sale 18 settled; hours; fine -5000"),
    ("US-TX-DNC", "2025-09-01..", "US-TX", "statute contested high M", "LIST; register us-tx-dnc 60 bars; fine -5000"),
    ("US-TX-REGISTRATION", "2025-09-01..", "US-TX", "statute contested high M", "lift consent settled; fine -5000"),
    ("US-UT-HOURS", "..", "US-UT", "statute unclear high M", "lift consent settled; hours"),
    ("US-VA-HOURS", "2020-07-01..", "US-VA", "statute settled high M",
        "lift consent settled; hours; fine 500-5000/message"),
    ("US-VA-STOP-RECORD", "2026-01-01..", "US-VA", "statute settled high M",
        "keep suppression 120 revocation may_erase; fine 500-5000"),
    ("US-VA-STOP", "2026-01-01..", "US-VA", "statute settled high M",
        "stop [unsubscribe stop], program; fine 500-5000/message"),
    ("US-VA-DNC", "2020-07-01..", "US-VA", "statute settled medium M",
        "LIST; register us-dnc 31 bars; fine 500-5000/message"),
    ("US-WA-HOURS", "2022-06-09..", "US-WA", "statute contested high M",
        "lift request settled; lift sale 12 settled; hours; fine 500-1000/message"),
    ("US-WA-CEMA", "..", "US-WA", "statute settled high M",
        "ground express_written; ground express; fine 500-500/message"),
    ("US-WA-STOP", "2022-06-09..", "US-WA", "statute contested high M",
        "keep suppression 12 revocation may_erase; stop [] words channels, all; fine -1000"),
    ("US-WI-DNC", "..", "US-WI", "statute contested medium M", "LIST; register us-dnc 31 bars"),
    ("US-WV-HB-4886", "..", "US-WV", "statute unclear low M", ""),
];

/// Rule, place, zone, local times with their offset at which it is open, and at which it is closed: of the version
/// then in force, whether it judges texts or stands there to be seen. The others are in `windows`.
type Hours = (&'static str, &'static str, &'static str, &'static [&'static str], &'static [&'static str]);

#[rustfmt::skip]
const HOURS: &[Hours] = &[
    ("US-AL-HOURS", "US-AL", "America/Chicago",
        &["2026-11-23T08:00-06:00", "2026-11-28T19:59-06:00", "2026-07-06T12:00-05:00"],
        // A Sunday; Confederate Memorial Day, Davis, Columbus, Mardi Gras; July 4 of 2026 is a Saturday, Christmas
        // of 2022 was a Sunday.
        &["2026-11-23T07:59-06:00", "2026-11-23T20:00-06:00", "2026-11-28T20:00-06:00", "2026-11-22T12:00-06:00",
          "2026-04-27T12:00-05:00", "2026-06-01T12:00-05:00", "2026-10-12T12:00-05:00", "2026-02-17T12:00-06:00",
          "2026-07-03T12:00-05:00", "2026-07-04T12:00-05:00", "2022-12-26T12:00-06:00"]),
    ("US-IL-HOURS", "US-IL", "America/Chicago",
        &["2026-11-23T09:00-06:00", "2026-11-23T20:59-06:00", "2026-11-22T09:00-06:00", "2026-11-26T12:00-06:00"],
        &["2026-11-23T08:59-06:00", "2026-11-23T21:00-06:00", "2026-11-22T08:59-06:00"]),
    ("US-MI-HOURS", "US-MI", "America/Detroit",
        &["2026-11-23T09:00-05:00", "2026-11-23T20:59-05:00", "2026-11-22T20:59-05:00"],
        &["2026-11-23T08:59-05:00", "2026-11-23T21:00-05:00", "2026-11-22T21:00-05:00"]),
    ("US-MN-HOURS", "US-MN", "America/Chicago",
        &["2026-11-23T09:00-06:00", "2026-11-23T20:59-06:00", "2026-11-22T09:00-06:00"],
        &["2026-11-23T08:59-06:00", "2026-11-23T21:00-06:00", "2026-11-22T21:00-06:00"]),
    // Central by words: for somebody reached in New York too.
    ("US-MS-HOURS", "US-MS", "America/New_York",
        &["2026-11-23T09:00-05:00", "2026-11-23T20:59-05:00", "2026-11-28T09:00-05:00", "2026-11-26T12:00-05:00",
          "2025-01-01T12:00-05:00", "2023-11-22T12:00-05:00"],
        &["2026-11-23T08:59-05:00", "2026-11-23T21:00-05:00", "2026-11-22T12:00-05:00",
          "2023-11-22T08:59-05:00", "2023-11-22T21:00-05:00", "2023-11-26T12:00-05:00",
          // Holidays were barred: Thanksgiving, the last Monday of April, Christmas of the last year.
          "2023-11-23T12:00-05:00", "2023-04-24T12:00-04:00", "2024-12-25T12:00-05:00"]),
    ("US-NE-HOURS", "US-NE", "America/Chicago",
        &["2026-11-23T08:00-06:00", "2026-11-28T20:59-06:00", "2026-11-22T13:00-06:00", "2026-11-22T20:59-06:00"],
        &["2026-11-23T07:59-06:00", "2026-11-28T21:00-06:00", "2026-11-22T12:59-06:00", "2026-11-22T21:00-06:00"]),
    ("US-NM-HOURS", "US-NM", "America/Denver",
        &["2026-11-23T09:00-07:00", "2026-11-23T20:59-07:00", "2026-11-22T09:00-07:00"],
        &["2026-11-23T08:59-07:00", "2026-11-23T21:00-07:00", "2026-11-22T21:00-07:00"]),
    ("US-NV-HOURS", "US-NV", "America/Los_Angeles",
        &["2026-11-23T09:00-08:00", "2026-11-23T19:59-08:00", "2026-11-22T19:59-08:00"],
        &["2026-11-23T08:59-08:00", "2026-11-23T20:00-08:00", "2026-11-22T20:00-08:00"]),
    // Time in the state, which has two zones: the clock of each.
    ("US-SD-HOURS", "US-SD", "America/Chicago",
        &["2026-11-23T09:00-06:00", "2026-11-27T20:59-06:00", "2026-11-26T12:00-06:00"],
        &["2026-11-23T08:59-06:00", "2026-11-27T21:00-06:00", "2026-11-28T12:00-06:00", "2026-11-22T12:00-06:00"]),
    ("US-SD-HOURS", "US-SD", "America/Denver",
        &["2026-11-23T09:00-07:00", "2026-11-27T20:59-07:00"],
        &["2026-11-23T08:59-07:00", "2026-11-27T21:00-07:00"]),
    ("US-TX-HOURS", "US-TX", "America/Chicago",
        &["2025-08-30T09:00-05:00", "2025-08-30T20:59-05:00", "2025-08-31T12:00-05:00", "2025-09-07T12:00-05:00"],
        &["2025-08-30T08:59-05:00", "2025-08-30T21:00-05:00", "2025-08-31T11:59-05:00", "2025-08-31T21:00-05:00",
          "2025-09-07T11:59-05:00"]),
];

/// What the book says otherwise.
pub(super) fn faults(book: &Rulebook, table: &ZoneTable) -> Vec<String> {
    let mut faults = Vec::new();
    for &(id, dates, places, class, asks) in [FEDERAL, INDUSTRY, STATES].into_iter().flatten() {
        let here = |rule: &&std::sync::Arc<Rule>| rule.id == id && self::dates(rule) == dates;
        let Some(rule) = book.rules().iter().find(here) else {
            faults.push(format!("no {id} for {dates}"));
            continue;
        };
        let asks = asks.replace("LIST", LIST).replace("TCPA", TCPA).replace("SAFE", SAFE);
        let wanted = format!("{places}: {class}: {asks}");
        let found = told(rule);
        if found != wanted {
            faults.push(format!("{id} {dates}\n   is {found}\n not {wanted}"));
        }
        let place: Place = places.split(' ').next().unwrap().parse().unwrap();
        if !book.law_of(place).rules.iter().any(|bound| std::sync::Arc::ptr_eq(bound, rule)) {
            faults.push(format!("{id} does not bind at {place}"));
        }
    }
    for &(id, place, zone, open, closed) in HOURS {
        let (place, zone) = (place.parse::<Place>().unwrap(), Zone::named(zone).unwrap());
        for (times, expected) in [(open, true), (closed, false)] {
            for time in times {
                let day: NaiveDate = time.split_once('T').unwrap().0.parse().unwrap();
                let at = DateTime::parse_from_str(time, "%Y-%m-%dT%H:%M%:z").unwrap().timestamp();
                let rules = &book.law_of(place).rules;
                let rule = rules.iter().find(|rule| rule.id == id && rule.in_force_on(day));
                let hours = rule.and_then(|rule| rule.hours.as_ref());
                if hours.and_then(|hours| is_open(table, hours, Tolerance::Closed, zone, at))
                    != Some(expected)
                {
                    faults.push(format!("{id} at {time}: not {expected}"));
                }
            }
        }
    }
    faults
}

fn dates(rule: &Rule) -> String {
    let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    format!("{}..{}", date(rule.from), date(rule.to))
}

/// A rule in the words of the tables above.
fn told(rule: &Rule) -> String {
    let places: Vec<String> = rule.places.iter().map(ToString::to_string).collect();
    let letter = |kind: &Kind| kind.code().chars().next().unwrap().to_ascii_uppercase();
    let kinds: String = Kind::ALL.iter().filter(|kind| rule.kinds.contains(**kind)).map(letter).collect();
    let mut asks: Vec<String> = rule.lifted_by.iter().map(lift).collect();
    asks.extend(rule.bases.iter().flat_map(|bases| bases.grounds()).map(|ground| {
        let needs = ground.needs.iter().map(|need| match need {
            Need::Sale => " sale".to_owned(),
            Need::Inquiry => " inquiry".to_owned(),
            other => format!(" {other:?}"),
        });
        format!("ground {}{}", ground.basis.code(), needs.collect::<String>())
    }));
    asks.extend(rule.caps.iter().map(|cap| format!("cap {}/{} {}", cap.max, cap.per_hours, cap.key)));
    asks.extend(rule.required.iter().map(text));
    asks.extend(rule.registers.iter().map(|register| {
        format!("register {} {} {}", register.name.as_str(), register.max_age_days, register.effect)
    }));
    asks.extend(
        rule.retention
            .iter()
            .map(|row| format!("keep {} {} {} {}", row.what, row.keep_months, row.counted_from, row.after)),
    );
    asks.extend(rule.revocation.as_ref().map(|_| stop(rule)));
    if !rule.records.is_empty() {
        let records = rule.records.iter().map(|record| format!(" {record}"));
        asks.push(format!("record{}", records.collect::<String>()));
    }
    asks.extend(rule.forbids.iter().map(|row| {
        let what = if row.what == Forbids::Link { "link" } else { row.what.code() };
        let age = if row.unless_age_checked { " unless age is checked" } else { "" };
        format!("no {what} {}{age}", row.of.join(" "))
    }));
    asks.extend(rule.feed.iter().map(|feed| format!("feed {} {}", feed.name.as_str(), feed.max_age_hours)));
    asks.extend(rule.hours.iter().map(|_| "hours".to_owned()));
    asks.extend(fine(rule));
    let class = format!("{} {} {}", rule.layer, rule.reach, rule.confidence);
    format!("{}: {class} {kinds}: {}", places.join(" "), asks.join("; "))
}

fn lift(lift: &Lift) -> String {
    let by = match &lift.by {
        LiftBy::Consent => "consent".to_owned(),
        LiftBy::ExpressWritten => "express_written".to_owned(),
        LiftBy::AnyGround => "any_ground".to_owned(),
        LiftBy::Request => "request".to_owned(),
        LiftBy::SaleWithin { months } => format!("sale {months}"),
        LiftBy::InquiryWithin { months } => format!("inquiry {months}"),
        LiftBy::SeparateConsent { .. } => "separate_consent".to_owned(),
        _ => "other".to_owned(),
    };
    format!("lift {by} {}", lift.certainty)
}

fn text(text: &optin::law::RequiredText) -> String {
    let mut told = format!("text {}", text.what);
    if !text.forms.is_empty() {
        write!(told, " [{}]", text.forms.join(", ")).unwrap();
    }
    if text.position != Position::Anywhere {
        write!(told, " at {}", text.position).unwrap();
    }
    if text.sender != SenderForm::Any {
        write!(told, " from {}", text.sender).unwrap();
    }
    if text.on != Occasion::Each {
        write!(told, " on {}", text.on).unwrap();
    }
    told
}

fn stop(rule: &Rule) -> String {
    let revocation = rule.revocation.as_ref().unwrap();
    let mut told = format!("stop [{}]", revocation.keywords.join(" "));
    for (so, word) in [(revocation.any_words, " words"), (revocation.any_channel, " channels")] {
        told += if so { word } else { "" };
    }
    if let Some(within) = &revocation.within {
        let business = if within.business { "business " } else { "" };
        write!(told, " in {} {business}days", within.days).unwrap();
        if let Some(holidays) = &within.holidays {
            write!(told, " less {}", holidays.id()).unwrap();
        }
    }
    if let Some(count) = revocation.confirmations {
        write!(told, " {count} confirmation").unwrap();
    }
    if let Some(minutes) = revocation.confirm_within_minutes {
        write!(told, " within {minutes}").unwrap();
    }
    told += if revocation.may_clarify { " clarify" } else { "" };
    assert_eq!(revocation.told_within_days, None);
    format!("{told}, {}", revocation.ends)
}

fn fine(rule: &Rule) -> Option<String> {
    let penalty = rule.penalty.as_ref()?;
    assert_eq!(penalty.currency, if rule.id.starts_with("CA-") { "CAD" } else { "USD" }, "{}", rule.id);
    let figure = |figure: Option<u64>| figure.map(|figure| figure.to_string()).unwrap_or_default();
    let per = penalty.per.map(|per| format!("/{per}")).unwrap_or_default();
    let any = penalty.min.is_some() || penalty.max.is_some();
    any.then(|| format!("fine {}-{}{per}", figure(penalty.min), figure(penalty.max)))
}

#[test]
fn the_law_of_the_states_is_as_the_facts_have_it() {
    let faults = faults(&Rulebook::builtin(), &ZoneTable::bundled());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_rule_of_the_states_is_left_out_of_the_tables() {
    let book = Rulebook::builtin();
    let rules = book.rules().iter().filter(|rule| rule.id.starts_with("US-"));
    let told = |rule: &Rule| {
        let mut rows = [FEDERAL, INDUSTRY, STATES].into_iter().flatten();
        rows.any(|row| row.0 == rule.id && row.1 == dates(rule))
    };
    let untold: Vec<String> =
        rules.filter(|rule| !told(rule)).map(|rule| format!("{} {}", rule.id, dates(rule))).collect();
    assert_eq!(untold, [""; 0]);
}

#[test]
fn what_stands_there_to_be_seen_judges_no_text() {
    let book = Rulebook::builtin();
    let law = |code: &str| book.law_of(code.parse().unwrap());
    let ids = |rules: &[std::sync::Arc<Rule>], of: &str| {
        rules.iter().filter(|rule| rule.id == of).map(|rule| dates(rule)).collect::<Vec<_>>()
    };
    assert_eq!(ids(&law("US-NE").hours, "US-NE-HOURS"), [""; 0]);
    assert_eq!(ids(&law("US-TX").hours, "US-TX-HOURS"), ["2025-09-01.."]);
    assert_eq!(ids(&law("US").revocations, "US-CARRIER-TWILIO-STOP"), [""; 0]);
    assert_eq!(ids(&law("US").revocations, "US-STOP-REVOCATION"), ["2025-04-11..2027-01-31", "2027-01-31.."]);
    // A state whose own hours are about voice has the federal ones.
    assert_eq!(ids(&law("US-NE").hours, "US-FED-HOURS"), ["2003-10-01.."]);
}

/// Words that a filter of a platform lets through, and that end a consent all the same.
#[test]
fn the_law_knows_words_that_the_platform_does_not() {
    let book = Rulebook::builtin();
    let words = |id: &str, day: &str| {
        let day = day.parse().unwrap();
        let rule = book.rules().iter().find(|rule| rule.id == id && rule.in_force_on(day)).unwrap();
        rule.revocation.clone().unwrap().keywords
    };
    let federal = words("US-STOP-REVOCATION", "2026-11-21");
    let missed = |day| {
        let caught = words("US-CARRIER-TWILIO-STOP", day);
        federal.iter().filter(|word| !caught.contains(word)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(missed("2025-05-13"), ["revoke", "opt out"]);
    assert_eq!(missed("2025-05-14"), ["opt out"]);
}
