//! Whether an ad-hoc ban holds, by the lists that the law asks for; a list that is missing or old says nothing.

use std::sync::Arc;

use super::{
    decide::{Findings, Policy, Question},
    decision::{Code, Fact, Need, Reason},
    hours,
};
use crate::{
    id::Name,
    law::{Ban, BanFeed, Feed, Rule},
    place::Place,
};

pub(super) fn check(question: &Question<'_>, findings: &mut Findings) {
    for (place, law) in question.laws.iter() {
        for rule in &law.of(question.request.kind).feeds {
            let Some(feed) = &rule.feed else { continue };
            if question.in_force(rule) && !hours::is_lifted(question, rule) {
                judge(question, *place, rule, feed, findings);
            }
        }
    }
}

fn judge(question: &Question<'_>, place: Place, rule: &Arc<Rule>, feed: &Feed, findings: &mut Findings) {
    let binds = question.policy.posture.binds(rule.reach);
    let missing = |findings: &mut Findings, code, fact| {
        let reason = Reason::new(code, Some(Arc::clone(rule)), fact);
        let list = if binds { &mut findings.missing } else { &mut findings.warnings };
        if !list.contains(&reason) {
            list.push(reason);
        }
        if binds && !findings.needs.contains(&Need::Feed) {
            findings.needs.push(Need::Feed);
        }
    };
    let loaded = question.policy.bans.feed(&feed.name);
    // Nobody fetches a list for people who get nothing anyway.
    let denied = !findings.denials.is_empty();
    if !denied && !loaded.is_some_and(|list| list.speaks_of(question.at, feed)) {
        let fact = Fact::Register { name: feed.name.clone(), as_of: loaded.map(BanFeed::as_of) };
        missing(findings, Code::FeedStale, fact);
    }
    // That a ban is declared until some time stays true when the list gets old.
    let bans = loaded.into_iter().flat_map(BanFeed::entries);
    for ban in bans.filter(|ban| counts(ban, place, rule)) {
        let (from, until) = ban.seconds();
        if question.at < from || until.is_some_and(|until| until <= question.at) {
            continue;
        }
        let fact = Fact::Banned { place: ban.place(), act: ban.citation().to_owned(), until: ban.until() };
        // Without an end, only a newer list can tell when it is over.
        let Some(until) = until else {
            missing(findings, Code::Banned, fact);
            continue;
        };
        let reason = Reason::new(Code::Banned, Some(Arc::clone(rule)), fact);
        if !binds {
            findings.warnings.push(reason);
        } else if !findings.waits.contains(&reason) {
            findings.clear_from = findings.clear_from.max(until);
            findings.wait(reason);
        }
    }
}

/// Whether a ban is one of those that the rule speaks of, for somebody who may be at `place`.
fn counts(ban: &Ban, place: Place, rule: &Rule) -> bool {
    ban.is_at(place) && rule.places.iter().any(|of| ban.is_at(*of))
}

/// Whether any rule looks at a list: its answer then ends, if only with the list's own age.
pub(super) fn any(question: &Question<'_>) -> bool {
    let mut rules = question.laws.iter().flat_map(|(_, law)| &law.of(question.request.kind).feeds);
    rules.any(|rule| question.in_force(rule) && !hours::is_lifted(question, rule))
}

/// The seconds at which what the lists say may change.
pub(super) fn turns(question: &Question<'_>, meet: &mut impl FnMut(i64)) {
    for (_, law) in question.laws.iter() {
        for feed in law.of(question.request.kind).feeds.iter().filter_map(|rule| rule.feed.as_ref()) {
            let list = question.policy.bans.feed(&feed.name);
            list.into_iter().flat_map(|list| list.turns(feed)).for_each(&mut *meet);
        }
    }
}

impl Policy {
    /// A list of bans that no rule of the book asks for, whatever its dates: most likely a misspelt name.
    pub(crate) fn idle_bans(&self) -> Option<&Name> {
        let asked = |name: &Name| {
            let mut feeds = self.rulebook.rules().iter().filter_map(|rule| rule.feed.as_ref());
            feeds.any(|feed| feed.name == *name)
        };
        self.bans.feeds().iter().map(BanFeed::name).find(|name| !asked(name))
    }
}
