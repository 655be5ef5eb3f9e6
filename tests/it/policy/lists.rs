//! Registers and grades, the plain way.

use chrono::{DateTime, Days};
use optin::{
    consent::Grade,
    law::{Effect, Posture, Register, Rule},
    message::Kind,
    place::Place,
    policy::Proof,
};

use super::model::{Codes, Findings, Model};

pub(super) fn least(proof: &Proof, kind: Kind, place: Place) -> Option<Grade> {
    proof.concerns(kind).then(|| proof.least_at(place)).flatten()
}

impl Model<'_> {
    pub(super) fn registers(&self, at: i64, found: &mut Findings) {
        let denied = !found.denials.is_empty();
        let mut asked: Vec<(Option<&Rule>, &Register)> = Vec::new();
        for (_, rule) in self.rules_at(at) {
            if self.in_force(rule, at) && !self.is_lifted(rule, at) {
                asked.extend(rule.registers.iter().map(|register| (Some(rule), register)));
            }
        }
        if self.case.kind == Kind::Marketing {
            asked.extend(self.case.brand_registers.iter().map(|register| (None, register)));
        }
        for (rule, register) in asked {
            let Some(code) = self.said(register, at) else { continue };
            let binds = rule
                .is_none_or(|rule| self.case.posture == Posture::Strict || rule.reach.code() == "settled");
            let why = (code, rule.map_or(String::new(), |rule| rule.id.clone()));
            let mut put = |list: fn(&mut Findings) -> &mut Codes| list(found).insert(why.clone());
            match (binds, code, denied) {
                (_, "register_stale", true) => continue,
                (false, ..) => put(|found| &mut found.warnings),
                (true, "register_listed", _) => put(|found| &mut found.denials),
                (true, ..) => {
                    put(|found| &mut found.missing);
                    found.needs.insert("register")
                }
            };
        }
    }

    fn said(&self, register: &Register, at: i64) -> Option<&'static str> {
        let checks = self.case.state.checks.as_deref().unwrap_or_default();
        let Some(held) = checks.iter().find(|held| held.register == register.name) else {
            return Some("register_stale");
        };
        let old_holder = || {
            self.usable(at).any(|grant| {
                let Some(since) = held.since_ms else { return true };
                let day = DateTime::from_timestamp_millis(since).unwrap().date_naive();
                let noon_after = (day + Days::new(1)).and_hms_opt(12, 0, 0).unwrap().and_utc();
                grant.undated == Some(true) || grant.acted_ms < noon_after.timestamp_millis()
            })
        };
        let bad = match register.effect {
            Effect::Bars => held.listed,
            Effect::Requires => !held.listed,
            Effect::Ends => held.listed && old_holder(),
        };
        let age_ms = at * 1000 - held.as_of_ms;
        let good = 0 <= age_ms && age_ms < i64::from(register.max_age_days) * 86_400_000;
        if bad { Some("register_listed") } else { (!good).then_some("register_stale") }
    }
}
