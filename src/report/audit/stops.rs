use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use super::finding::{Class, Finding, Site};
use crate::{
    law::{Calendar, Posture, Rule, Rulebook, RulebookError},
    message::Kind,
    policy::{Code, Fact},
};

const DAY: i64 = 86_400;

/// How long a rule leaves for honouring a STOP.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Grace {
    /// Which rule.
    pub rule: String,
    /// Calendar days, if it counts those.
    pub days: Option<u16>,
    /// Days that are neither of a weekend nor a holiday, if it counts those.
    pub business_days: Option<u16>,
    /// The rule book's calendar of those holidays.
    pub calendar: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GraceFile {
    confirmation_minutes: u16,
    grace: Vec<Grace>,
}

/// What the law says of a message after a STOP: passages, and the periods they leave.
///
/// A decision before sending needs none of it, as it honours a STOP at once; a look back must name the passage.
#[derive(Debug, Clone)]
pub struct StopRules {
    book: Rulebook,
    graces: Vec<Grace>,
    confirmation_ms: i64,
}

impl StopRules {
    /// The rules compiled into the library.
    ///
    /// Should they not load (a test proves that they do), there are none: a message after a STOP is then a breach
    /// without a passage, from its first moment.
    #[must_use]
    pub fn builtin() -> Self {
        static RULES: OnceLock<StopRules> = OnceLock::new();
        let read = || Self::new(include_str!("data/stops.toml"), include_str!("data/grace.toml"));
        let none =
            || Rulebook::from_files(&[]).map(|book| Self { book, graces: Vec::new(), confirmation_ms: 0 });
        RULES
            .get_or_init(|| {
                read().or_else(|_| none()).unwrap_or_else(|_| Self {
                    book: Rulebook::builtin(),
                    graces: Vec::new(),
                    confirmation_ms: 0,
                })
            })
            .clone()
    }

    /// Rules in the form of the rule book's files, and their periods.
    ///
    /// # Errors
    /// As for [`Rulebook::from_files`]; a period that is no TOML or of a rule that is not there.
    pub fn new(rules: &str, graces: &str) -> Result<Self, RulebookError> {
        let book = Rulebook::from_files(&[("stops.toml", rules)])?;
        let fault = |entry: &str, reason: String| RulebookError {
            file: "grace.toml".to_owned(),
            line: None,
            entry: entry.to_owned(),
            field: "grace".to_owned(),
            reason,
        };
        let file: GraceFile =
            basic_toml::from_str(graces).map_err(|error| fault("file", error.to_string()))?;
        if let Some(stray) = file.grace.iter().find(|grace| book.rule(&grace.rule).is_none()) {
            return Err(fault(&stray.rule, "no such rule".to_owned()));
        }
        let confirmation_ms = i64::from(file.confirmation_minutes) * 60_000;
        Ok(Self { book, graces: file.grace, confirmation_ms })
    }

    /// Every rule, by id.
    #[must_use]
    pub fn rules(&self) -> &[Arc<Rule>] {
        self.book.rules()
    }

    /// The date and digest of the rules.
    #[must_use]
    pub fn version(&self) -> &str {
        self.book.version()
    }

    /// The period that a rule leaves, if any.
    #[must_use]
    pub fn grace(&self, rule: &str) -> Option<&Grace> {
        self.graces.iter().find(|grace| grace.rule == rule)
    }

    /// Whether a message so soon after a STOP may be the one that confirms it.
    pub(super) const fn may_confirm(&self, stop_ms: i64, sent_ms: i64) -> bool {
        sent_ms >= stop_ms && sent_ms - stop_ms <= self.confirmation_ms
    }

    /// What stands against a message on local day `sent` after a STOP on local day `stop`.
    pub(super) fn findings(
        &self,
        site: &Site<'_>,
        kind: Kind,
        (stop, sent): (i64, i64),
        fact: &Fact,
        calendars: &[Arc<Calendar>],
    ) -> Vec<Finding> {
        let mut found: Vec<Finding> = Vec::new();
        for place in &site.laws {
            for rule in &self.book.law_of(*place).rules {
                let asked = rule.kinds.contains(kind) && rule.in_force_on_day(sent);
                if !asked || found.iter().any(|f| f.rule.as_ref().is_some_and(|held| Arc::ptr_eq(held, rule)))
                {
                    continue;
                }
                let in_grace = self.grace(&rule.id).is_some_and(|grace| within(grace, stop, sent, calendars));
                let settled = site.is_bound(rule) && !in_grace && Posture::Settled.binds(rule.reach);
                let class = if settled { Class::Settled } else { Class::Contested };
                let finding = Finding::new(Code::Revoked.code(), Some(rule.clone()), fact.clone(), class);
                found.push(Finding { in_grace, ..finding });
            }
        }
        if found.is_empty() {
            found.push(Finding::new(Code::Revoked.code(), None, fact.clone(), Class::Settled));
        }
        found
    }
}

/// Whether day `sent` still lies in the period after day `stop`, which itself does not count. A calendar that is
/// missing or does not reach the day has no holidays: the period is then the shorter.
fn within(grace: &Grace, stop: i64, sent: i64, calendars: &[Arc<Calendar>]) -> bool {
    if let Some(days) = grace.days {
        return sent - stop <= i64::from(days);
    }
    let Some(days) = grace.business_days.map(i64::from) else { return false };
    // No period of so many business days lasts longer.
    if sent - stop > days * 3 + 14 {
        return false;
    }
    let calendar = grace.calendar.as_ref().and_then(|id| calendars.iter().find(|c| c.id() == id));
    let is_off = |day: i64| {
        let weekend = (day + 3).rem_euclid(7) >= 5;
        weekend || calendar.and_then(|calendar| calendar.is_holiday_on_day(day)).unwrap_or(false)
    };
    let counted = (stop + 1..=sent).filter(|day| !is_off(*day)).count();
    i64::try_from(counted).is_ok_and(|counted| counted <= days)
}

/// The local day of a moment in Unix milliseconds.
pub(super) const fn day_of(local_second: i64) -> i64 {
    local_second.div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn day(text: &str) -> i64 {
        text.parse::<NaiveDate>().unwrap().signed_duration_since(NaiveDate::default()).num_days()
    }

    #[test]
    fn the_compiled_rules_load() {
        let rules = StopRules::new(include_str!("data/stops.toml"), include_str!("data/grace.toml")).unwrap();
        assert!(rules.rules().len() >= 7);
        let book = Rulebook::builtin();
        let known = |id: &String| book.calendars().iter().any(|calendar| calendar.id() == id);
        assert!(rules.graces.iter().filter_map(|grace| grace.calendar.as_ref()).all(known));
    }

    #[test]
    fn ten_business_days_pass_over_weekends_and_federal_holidays() {
        let rules = StopRules::builtin();
        let grace = rules.grace("US-STOP-REVOCATION").unwrap();
        let book = Rulebook::builtin();
        let inside = |stop: &str, sent: &str| within(grace, day(stop), day(sent), book.calendars());
        // STOP on Friday 2025-06-13; Juneteenth (Thu 19) does not count: the tenth day is Mon 2025-06-30.
        assert!(inside("2025-06-13", "2025-06-30"));
        assert!(!inside("2025-06-13", "2025-07-01"));
        // Without a holiday: STOP on Mon 2025-08-04, tenth day Mon 2025-08-18.
        assert!(inside("2025-08-04", "2025-08-18"));
        assert!(!inside("2025-08-04", "2025-08-19"));
        assert!(inside("2025-08-04", "2025-08-04"));
    }

    #[test]
    fn a_period_of_no_rule_is_refused() {
        let refused =
            StopRules::new("", "confirmation_minutes = 5\n[[grace]]\nrule = \"X\"\ndays = 1").unwrap_err();
        assert_eq!(refused.to_string(), "grace.toml: X: grace: no such rule");
    }
}
