//! The back-audit: what it finds in a known year, what it does not find, and what it makes of bad files.

mod cases;
mod files;
mod model;
mod rows;
mod shown;

use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use optin::{
    consent::Basis,
    law::Rulebook,
    phone::PhoneNumber,
    place::ZoneTable,
    policy::Policy,
    report::audit::{Agreed, Audit, AuditReport, ConsentFact, SendFact, Spoken},
};

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn number(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

/// The zone table is read once: hundreds of cases ask for it.
fn policy() -> Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    POLICY.get_or_init(|| Policy::new(Rulebook::builtin(), ZoneTable::bundled())).clone()
}

fn audit() -> Audit {
    Audit::new(policy())
}

fn yes(basis: Basis) -> Spoken {
    Spoken::Agreed(Agreed::on(basis))
}

fn say(audit: &mut Audit, who: &str, at: &str, spoken: Spoken) {
    audit.consent(&ConsentFact::new(number(who), Some(utc(at)), spoken));
}

fn send(audit: &mut Audit, who: &str, at: &str) {
    audit.send(&SendFact::new(number(who), utc(at)));
}

/// Every finding of every message, as `line code rule class`, in the order of messages as they were judged.
fn told(audit: Audit) -> (Vec<String>, AuditReport) {
    let mut lines = Vec::new();
    let report = audit.judge_each(|judged| {
        let mut own: Vec<String> = judged
            .findings
            .iter()
            .map(|f| {
                let rule = f.rule.as_ref().map_or("-", |rule| rule.id.as_str());
                format!("{} {} {} {}", judged.at.format("%m-%d"), f.code, rule, f.class.code())
            })
            .collect();
        own.sort();
        if own.is_empty() {
            own.push(format!("{} clean", judged.at.format("%m-%d")));
        }
        lines.append(&mut own);
    });
    (lines, report)
}
