//! A person and a few messages at a time, with everything that stands against each.

use optin::{
    consent::{Basis, event::Road},
    id::Name,
    message::Kind,
    place::Place,
    report::audit::{Agreed, ConsentFact, Located, SendFact, Spoken},
};

use super::{audit, number, say, send, told, utc, yes};

const MIAMI: &str = "+13055550100";
const NEW_YORK: &str = "+12125550100";
const DALLAS: &str = "+12145550100";
const SEATTLE: &str = "+12065550100";
const PARIS: &str = "+33612345678";

/// The findings of one person who agreed in writing on 2019-01-01 and got messages at these times.
fn agreed(who: &str, sends: &[&str]) -> Vec<String> {
    let mut audit = audit();
    say(&mut audit, who, "2019-01-01T12:00:00Z", yes(Basis::ExpressWritten));
    sends.iter().for_each(|at| send(&mut audit, who, at));
    told(audit).0
}

#[test]
fn quiet_hours_where_the_person_is() {
    // 19:59:59, 20:00 and 20:30 in Miami, 07:59 and 08:00.
    assert_eq!(
        agreed(
            MIAMI,
            &["2025-06-03T23:59:59Z", "2025-06-05T00:00:00Z", "2025-06-06T11:59:00Z", "2025-06-07T12:00:00Z"]
        ),
        [
            "06-03 clean",
            "06-05 window_closed US-FL-HOURS contested",
            "06-06 window_closed US-FED-HOURS contested",
            "06-06 window_closed US-FL-HOURS contested",
            "06-07 clean",
        ]
    );
    // New York's hours are settled, the federal ones contested.
    assert_eq!(
        agreed(NEW_YORK, &["2025-06-04T01:00:00Z"]),
        ["06-04 window_closed US-FED-HOURS contested", "06-04 window_closed US-NY-HOURS settled"]
    );
    // Washington's are contested: 20:30 in Seattle.
    assert_eq!(agreed(SEATTLE, &["2025-06-04T03:30:00Z"]), ["06-04 window_closed US-WA-HOURS contested"]);
}

#[test]
fn a_texan_sunday_counts_from_the_day_the_rule_does() {
    // Sundays at 10:30 in Dallas: 2025-08-31, the day before the rule, and 2025-09-07.
    assert_eq!(
        agreed(DALLAS, &["2025-08-31T15:30:00Z", "2025-09-07T15:30:00Z", "2025-09-07T17:00:00Z"]),
        ["08-31 clean", "09-07 window_closed US-TX-HOURS contested", "09-07 clean"]
    );
}

#[test]
fn the_same_evening_before_and_after_a_rule_came() {
    // 20:30 in Miami: Florida's rule is of 2021-07-01.
    assert_eq!(
        agreed(
            MIAMI,
            &["2020-06-04T00:30:00Z", "2021-07-01T00:30:00Z", "2021-07-02T00:30:00Z", "2025-06-04T00:30:00Z"]
        ),
        [
            "06-04 clean",
            "07-01 clean", // still 30 June in Miami
            "07-02 window_closed US-FL-HOURS contested",
            "06-04 window_closed US-FL-HOURS contested"
        ]
    );
    // France is covered from 2013-01-01: before, nobody can show either way.
    assert_eq!(
        agreed(PARIS, &["2012-12-31T10:00:00Z"]),
        ["12-31 consent_not_yet FR-CONSENT-MARKETING settled", "12-31 no_coverage - unprovable"]
    );
    // 21:00 in Paris under the operators' contracts and under the first charter.
    assert_eq!(
        agreed(PARIS, &["2024-08-30T19:00:00Z", "2024-09-02T19:00:00Z"]),
        [
            "08-30 window_closed FR-ALSACE-MOSELLE-HOURS-2012 contested",
            "08-30 window_closed FR-HOURS-2012 settled",
            "09-02 clean"
        ]
    );
}

#[test]
fn a_french_sunday_and_a_holiday_under_two_charters() {
    assert_eq!(
        agreed(
            PARIS,
            &["2025-06-01T10:00:00Z", "2025-07-14T10:00:00Z", "2025-12-26T10:00:00Z", "2026-05-03T10:00:00Z"]
        ),
        [
            // Nobody knows whether it was in Alsace, so its charter row only counts where doubt does.
            "06-01 window_closed FR-ALSACE-MOSELLE-HOURS-2024 contested",
            "06-01 window_closed FR-HOURS-2024 settled",
            "07-14 window_closed FR-ALSACE-MOSELLE-HOURS-2024 contested",
            "07-14 window_closed FR-HOURS-2024 settled",
            "12-26 window_closed FR-ALSACE-MOSELLE-HOURS-2024 contested",
            // A Sunday of 2026 is tolerated, not recommended.
            "05-03 window_closed FR-ALSACE-MOSELLE-HOURS-2026 contested",
            "05-03 window_closed FR-HOURS-2026 contested",
        ]
    );
}

#[test]
fn the_nights_on_which_clocks_turn() {
    // 12:30 UTC is 07:30 in New York in winter and 08:30 in summer.
    let closed = |day: &str| {
        vec![
            format!("{day} window_closed US-FED-HOURS contested"),
            format!("{day} window_closed US-NY-HOURS settled"),
        ]
    };
    let found = agreed(
        NEW_YORK,
        &["2025-03-08T12:30:00Z", "2025-03-09T12:30:00Z", "2025-11-01T12:30:00Z", "2025-11-02T12:30:00Z"],
    );
    let expected = [closed("03-08"), vec!["03-09 clean".into()], vec!["11-01 clean".into()], closed("11-02")];
    assert_eq!(found, expected.concat());
}

#[test]
fn a_place_in_doubt_is_no_settled_violation() {
    // 850 has two zones: at 12:15 UTC in June it is 08:15 in one and 07:15 in the other.
    assert_eq!(
        agreed("+18505550100", &["2025-06-03T12:15:00Z"]),
        ["06-03 window_closed US-FED-HOURS contested", "06-03 window_closed US-FL-HOURS contested"]
    );
    // A number of no area: every state may be it, and Louisiana's settled Sunday is only one.
    let found = agreed("+18005550199", &["2025-06-01T17:00:00Z"]);
    assert!(found.iter().any(|line| line.contains("US-LA-HOURS contested")), "{found:?}");
    assert!(!found.iter().any(|line| line.contains("settled")), "{found:?}");
    // Told that it is Louisiana, it is settled there; without consent, which may lift those hours.
    let mut audit = audit();
    let located = Located { place: Some(Place::new("US-LA").unwrap()), ..Located::default() };
    audit.send(&SendFact { located, ..SendFact::new(number("+18005550199"), utc("2025-06-01T17:00:00Z")) });
    let found = told(audit).0;
    assert!(found.iter().any(|line| line.contains("US-LA-HOURS settled")), "{found:?}");
}

#[test]
fn the_fourth_message_on_one_subject_in_a_day() {
    let noon = |day: u32, hour: u32| format!("2025-06-{day:02}T{hour:02}:00:00Z");
    let mut audit = audit();
    say(&mut audit, MIAMI, "2025-01-01T12:00:00Z", yes(Basis::ExpressWritten));
    for (hour, subject) in
        [(13, "shoes"), (14, "shoes"), (15, "hats"), (16, "shoes"), (17, "shoes"), (18, "hats")]
    {
        let subject = Some(Name::new(subject).unwrap());
        audit.send(&SendFact { subject, ..SendFact::new(number(MIAMI), utc(&noon(3, hour))) });
    }
    // 24 hours after the first: two of the last day's three are left on shoes, and this is the third again.
    let subject = Some(Name::new("shoes").unwrap());
    audit.send(&SendFact { subject, ..SendFact::new(number(MIAMI), utc(&noon(4, 15))) });
    // Without a subject everything is one.
    send(&mut audit, MIAMI, &noon(4, 16));
    let (found, _) = told(audit);
    assert_eq!(
        found,
        [
            "06-03 clean",
            "06-03 clean",
            "06-03 clean",
            "06-03 clean",
            "06-03 cap_reached US-FL-CAP contested",
            "06-03 clean",
            "06-04 clean",
            "06-04 cap_reached US-FL-CAP contested"
        ]
    );
}

#[test]
fn consent_that_is_missing_late_weak_or_undated() {
    let mut audit = audit();
    let at = "2025-06-03T16:00:00Z";
    // Nobody has heard of this one.
    send(&mut audit, "+12125550101", at);
    // This one agreed a month later.
    say(&mut audit, "+12125550102", "2025-07-03T16:00:00Z", yes(Basis::ExpressWritten));
    send(&mut audit, "+12125550102", at);
    // Said, not written.
    say(&mut audit, "+12125550103", "2025-01-03T16:00:00Z", yes(Basis::Express));
    send(&mut audit, "+12125550103", at);
    // On a list, without a date.
    audit.consent(&ConsentFact::new(number("+12125550104"), None, yes(Basis::ExpressWritten)));
    send(&mut audit, "+12125550104", at);
    // Dated, and nothing says how.
    say(&mut audit, "+12125550105", "2025-01-03T16:00:00Z", Spoken::Agreed(Agreed::somehow()));
    send(&mut audit, "+12125550105", at);
    // Agreed in writing, and an opt-out without a date.
    say(&mut audit, "+12125550106", "2025-01-03T16:00:00Z", yes(Basis::ExpressWritten));
    audit.consent(&ConsentFact::new(number("+12125550106"), None, Spoken::Refused(Road::Import)));
    send(&mut audit, "+12125550106", at);
    let (found, report) = told(audit);
    assert_eq!(
        found,
        [
            "06-03 no_consent US-CTIA-MARKETING unprovable",
            "06-03 no_consent US-FED-PEWC unprovable",
            "06-03 consent_not_yet US-CTIA-MARKETING settled",
            "06-03 consent_not_yet US-FED-PEWC contested",
            "06-03 basis_insufficient US-CTIA-MARKETING settled",
            "06-03 basis_insufficient US-FED-PEWC contested",
            "06-03 undated_consent US-CTIA-MARKETING unprovable",
            "06-03 undated_consent US-FED-PEWC unprovable",
            "06-03 consent_form_unknown US-CTIA-MARKETING unprovable",
            "06-03 consent_form_unknown US-FED-PEWC unprovable",
            "06-03 undated_opt_out - unprovable",
        ]
    );
    let t = report.totals;
    assert_eq!((t.judged, t.settled, t.contested, t.unprovable, t.clean), (6, 2, 0, 4, 0));
    let unproven: Vec<_> = report.unproven.iter().map(|row| (row.code, row.messages, row.persons)).collect();
    assert_eq!(
        unproven,
        [
            ("consent_form_unknown", 1, 1),
            ("no_consent", 1, 1),
            ("undated_consent", 1, 1),
            ("undated_opt_out", 1, 1)
        ]
    );
    // Two of 500 to 1,500 are contested (written consent under the federal rule), three more unproven.
    let usd = report.exposure["USD"];
    assert_eq!((usd.settled.low, usd.settled.high), (0, 0));
    assert_eq!((usd.at_most.low, usd.at_most.high), (1_000, 3_000));
    assert_eq!((usd.with_unproven.low, usd.with_unproven.high), (2_500, 7_500));
}

#[test]
fn the_hosts_word_for_the_form_of_consent_is_kept_in_the_report() {
    let mut audit = audit().assuming(Basis::ExpressWritten);
    say(&mut audit, NEW_YORK, "2025-01-03T16:00:00Z", Spoken::Agreed(Agreed::somehow()));
    send(&mut audit, NEW_YORK, "2025-06-03T16:00:00Z");
    let (found, report) = told(audit);
    assert_eq!(found, ["06-03 clean"]);
    assert_eq!(report.assumed, Some(Basis::ExpressWritten));
}

#[test]
fn after_stop_by_the_days_that_rules_leave() {
    let mut audit = audit();
    say(&mut audit, NEW_YORK, "2025-01-01T16:00:00Z", yes(Basis::ExpressWritten));
    // Monday; the tenth business day is Monday 18 August.
    say(&mut audit, NEW_YORK, "2025-08-04T16:00:00Z", Spoken::Refused(Road::Keyword));
    for at in [
        "2025-08-04T15:59:59Z",
        "2025-08-04T16:04:00Z",
        "2025-08-04T16:04:30Z",
        "2025-08-18T16:00:00Z",
        "2025-08-19T16:00:00Z",
    ] {
        send(&mut audit, NEW_YORK, at);
    }
    let (found, report) = told(audit);
    assert_eq!(
        found,
        [
            "08-04 clean",
            "08-04 stop_confirmation - unprovable",
            "08-04 revoked US-STOP-CODE settled",
            "08-04 revoked US-STOP-REVOCATION contested",
            "08-18 revoked US-STOP-CODE settled",
            "08-18 revoked US-STOP-REVOCATION contested",
            "08-19 revoked US-STOP-CODE settled",
            "08-19 revoked US-STOP-REVOCATION contested",
        ]
    );
    let rows: Vec<_> = report
        .after_stop
        .iter()
        .map(|row| (row.rule.as_ref().unwrap().id.as_str(), row.grace.as_str(), row.within, row.later))
        .collect();
    assert_eq!(rows, [("US-STOP-CODE", "", 0, 3), ("US-STOP-REVOCATION", "10 business days", 2, 1)]);
}

#[test]
fn stop_in_other_years_and_countries() {
    let refused = |who: &str, stop: &str, at: &str| {
        let mut audit = audit();
        say(&mut audit, who, "2024-09-02T12:00:00Z", yes(Basis::ExpressWritten));
        say(&mut audit, who, stop, Spoken::Refused(Road::Keyword));
        send(&mut audit, who, at);
        told(audit).0
    };
    // Before 2025-04-11: the internal list.
    assert_eq!(
        refused(NEW_YORK, "2024-10-01T12:00:00Z", "2024-11-05T16:00:00Z"),
        ["11-05 revoked US-STOP-CODE settled", "11-05 revoked US-STOP-INTERNAL-LIST contested"]
    );
    assert_eq!(
        refused(PARIS, "2025-03-03T12:00:00Z", "2025-03-04T12:00:00Z"),
        [
            "03-04 revoked EU-GDPR-OBJECTION settled",
            "03-04 revoked EU-GDPR-WITHDRAWAL settled",
            "03-04 revoked FR-STOP settled"
        ]
    );
    // Canada: ten business days, by words.
    assert_eq!(
        refused("+14165550100", "2025-03-03T12:00:00Z", "2025-03-04T16:00:00Z"),
        ["03-04 revoked CA-SHORT-CODE-KEYWORDS settled", "03-04 revoked CA-STOP contested"]
    );
    assert_eq!(
        refused("+14165550100", "2025-03-03T12:00:00Z", "2025-03-18T16:00:00Z"),
        ["03-18 revoked CA-SHORT-CODE-KEYWORDS settled", "03-18 revoked CA-STOP settled"]
    );
    // The book has no passage for the United Kingdom: a breach all the same, and none is made up.
    assert_eq!(
        refused("+447700900123", "2025-03-03T12:00:00Z", "2025-03-04T12:00:00Z"),
        ["03-04 revoked - settled"]
    );
}

#[test]
fn only_a_yes_or_a_start_after_the_stop_reopens() {
    let mut audit = audit();
    say(&mut audit, PARIS, "2025-01-06T12:00:00Z", yes(Basis::ExpressWritten));
    say(&mut audit, PARIS, "2025-02-03T12:00:00Z", Spoken::Refused(Road::Keyword));
    send(&mut audit, PARIS, "2025-02-04T12:00:00Z");
    say(&mut audit, PARIS, "2025-02-05T12:00:00Z", Spoken::Reopened);
    send(&mut audit, PARIS, "2025-02-06T12:00:00Z");
    say(&mut audit, PARIS, "2025-02-07T12:00:00Z", Spoken::Refused(Road::Keyword));
    // At the moment of a yes a no stands.
    say(&mut audit, PARIS, "2025-02-07T12:00:00Z", yes(Basis::ExpressWritten));
    send(&mut audit, PARIS, "2025-02-08T12:00:00Z");
    say(&mut audit, PARIS, "2025-02-10T12:00:00Z", yes(Basis::ExpressWritten));
    send(&mut audit, PARIS, "2025-02-11T12:00:00Z");
    assert_eq!(
        told(audit).0,
        [
            "02-04 revoked EU-GDPR-OBJECTION settled",
            "02-04 revoked EU-GDPR-WITHDRAWAL settled",
            "02-04 revoked FR-STOP settled",
            "02-06 clean",
            "02-08 revoked EU-GDPR-OBJECTION settled",
            "02-08 revoked EU-GDPR-WITHDRAWAL settled",
            "02-08 revoked FR-STOP settled",
            "02-11 clean"
        ]
    );
}

#[test]
fn kinds_that_the_law_leaves_alone() {
    let mut audit = audit();
    for kind in [Kind::Transactional, Kind::Authentication, Kind::Service, Kind::Conversational] {
        let night =
            SendFact { kind: Some(kind), ..SendFact::new(number(PARIS), utc("2025-06-01T01:00:00Z")) };
        audit.send(&night);
    }
    let (found, report) = told(audit);
    assert_eq!(found, ["06-01 clean"; 4]);
    assert_eq!(report.totals.kind_assumed, 0);
}

#[test]
fn the_period_leaves_out_messages_and_keeps_their_weight_on_caps() {
    let mut audit = audit().since(utc("2025-06-03T16:00:00Z")).until(utc("2025-06-04T00:00:00Z"));
    say(&mut audit, MIAMI, "2025-01-01T12:00:00Z", yes(Basis::ExpressWritten));
    for hour in 13..18 {
        send(&mut audit, MIAMI, &format!("2025-06-03T{hour}:00:00Z"));
    }
    send(&mut audit, MIAMI, "2025-06-04T00:00:00Z");
    let (found, report) = told(audit);
    assert_eq!(found, ["06-03 cap_reached US-FL-CAP contested", "06-03 cap_reached US-FL-CAP contested"]);
    assert_eq!((report.totals.judged, report.totals.outside), (2, 4));
}

#[test]
fn one_message_told_of_twice_is_one() {
    let mut audit = audit();
    say(&mut audit, MIAMI, "2025-01-01T12:00:00Z", yes(Basis::ExpressWritten));
    for (id, hour) in [("a", 13), ("a", 14), ("b", 15), ("c", 16), ("b", 17)] {
        let at = utc(&format!("2025-06-03T{hour}:00:00Z"));
        audit.send(&SendFact { id: Some(id.into()), ..SendFact::new(number(MIAMI), at) });
    }
    let (found, report) = told(audit);
    assert_eq!(found, ["06-03 clean"; 3]);
    assert_eq!(report.totals.repeated, 2);
}

#[test]
fn a_late_delivery_is_told_and_not_held_against_anyone() {
    let mut audit = audit();
    say(&mut audit, MIAMI, "2025-01-01T12:00:00Z", yes(Basis::ExpressWritten));
    let delivered = Some(utc("2025-06-04T02:00:00Z"));
    audit.send(&SendFact { delivered, ..SendFact::new(number(MIAMI), utc("2025-06-03T23:00:00Z")) });
    let (found, report) = told(audit);
    assert_eq!(found, ["06-03 clean"]);
    assert_eq!(report.totals.late_delivered, 1);
}
