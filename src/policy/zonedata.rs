//! Whether the zone data is new enough for the zones and the date.

use super::{
    decide::{Findings, Question},
    decision::{Code, Fact, Need, Reason},
    hours,
};
use crate::{law::ZoneMinimum, place::Zone};

/// The zones by whose clock something is judged: where the person may be, and those of the rules that do so.
fn zones<'q>(question: &'q Question<'_>, now: bool) -> impl Iterator<Item = Zone> + use<'q> {
    let hours = question.laws.iter().flat_map(|(_, law)| &law.of(question.request.kind).hours);
    let own = hours.filter_map(move |rule| {
        let zone = rule.hours.as_ref()?.zone()?;
        let judges = !now || (question.in_force(rule) && !hours::is_lifted(question, rule));
        (judges && question.policy.posture.binds(rule.reach)).then_some(zone)
    });
    question.facts.whereabouts.zones().iter().copied().chain(own)
}

/// The rows that the data falls short of, whenever they begin: for the zones by whose clock something is judged now,
/// or may be.
fn short<'q>(
    question: &'q Question<'_>,
    now: bool,
) -> impl Iterator<Item = (Zone, &'q ZoneMinimum)> + use<'q> {
    let Question { policy, .. } = question;
    let release = policy.zones.version();
    let any = !policy.rulebook.is_new_enough(release);
    let zones = any.then(|| zones(question, now)).into_iter().flatten();
    zones.flat_map(move |zone| policy.rulebook.newer_than(release, zone).map(move |row| (zone, row)))
}

/// Why the clocks cannot be believed at the question's second, if they cannot.
pub(super) fn outdated(question: &Question<'_>) -> impl Iterator<Item = Reason> {
    short(question, true).filter(|(_, row)| row.second() <= question.at).map(|(zone, row)| {
        let fact = Fact::Release { zone, least: row.release.clone() };
        Reason::new(Code::ZoneData, None, fact)
    })
}

pub(super) fn check(question: &Question<'_>, findings: &mut Findings) {
    for reason in outdated(question) {
        if !findings.missing.contains(&reason) {
            findings.miss(Need::ZoneData, reason);
        }
    }
}

/// The seconds from which on the data is wrong.
pub(super) fn turns(question: &Question<'_>) -> impl Iterator<Item = i64> {
    short(question, false).map(|(_, row)| row.second())
}
