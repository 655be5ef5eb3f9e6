//! Whether there is a ground for this message, and whether anything was said against it.

use std::sync::Arc;

use chrono::DateTime;

use super::{
    decide::{Findings, Question, Request},
    decision::{Code, Fact, Need, Reason},
};
use crate::{
    consent::{
        Acquisition, Basis, Grant, ProgramState, Revocation,
        event::{ORDERS, Said},
        new_holder_ms,
    },
    id::Name,
    law::{Bases, Ground, Need as DateNeed, PlaceLaw, Rule, Standing},
    message::Kind,
};

pub(super) fn check(question: &Question<'_>, findings: &mut Findings) {
    let state = question.facts.state;
    let program = question.program;
    let further = further(question);
    let reaching = state.revocations.iter().filter(|revocation| {
        reaches(revocation, question)
            || further.binding.is_some_and(|(_, by_class)| spreads(revocation, by_class, question))
    });
    // One opening must be later than all of them: two halves do not make a consent.
    let (mut acted_ms, mut seq) = (i64::MIN, 0);
    for revocation in reaching.clone() {
        (acted_ms, seq) = (acted_ms.max(revocation.acted_ms), seq.max(revocation.seq));
    }
    let outlives = |acted_ms, seq| program.is_some_and(|program| program.outlives(acted_ms, seq));
    if let Some(latest) = reaching.max_by_key(|r| (r.acted_ms, r.seq)).filter(|_| !outlives(acted_ms, seq)) {
        let by_words = state.revocations.iter().any(|revocation| reaches(revocation, question));
        let rule = further.binding.filter(|_| !by_words).map(|(rule, _)| Arc::clone(rule));
        findings.deny(Reason::new(Code::Revoked, rule, since(latest.acted_ms, Some(latest))));
    } else if let Some((rule, by_class)) = further.doubtful {
        // What the strict posture would take for a revocation of this too.
        let others = state.revocations.iter().filter(|revocation| spreads(revocation, by_class, question));
        let (mut acted_ms, mut seq) = (acted_ms, seq);
        for revocation in others.clone() {
            (acted_ms, seq) = (acted_ms.max(revocation.acted_ms), seq.max(revocation.seq));
        }
        if let Some(latest) = others.max_by_key(|r| (r.acted_ms, r.seq)).filter(|_| !outlives(acted_ms, seq))
        {
            let fact = since(latest.acted_ms, Some(latest));
            findings.warnings.push(Reason::new(Code::Revoked, Some(Arc::clone(rule)), fact));
        }
    }
    if let Some(suspension) = state.suspension {
        let over = question.at.saturating_mul(1_000) >= suspension.deadline_ms;
        // Past its deadline it is one of the revocations.
        let (since_ms, place) = if over { (acted_ms, seq) } else { (i64::MIN, 0) };
        let outlived = outlives(suspension.acted_ms.max(since_ms), suspension.seq.max(place));
        if !outlived && (over || question.request.kind == Kind::Marketing) {
            let code = if over { Code::Revoked } else { Code::Suspended };
            findings.deny(Reason::new(code, None, since(suspension.acted_ms, None)));
        }
    }
    for (place, law) in question.laws.iter() {
        ground(question, law, program, *place, findings);
    }
}

fn since(ms: i64, revocation: Option<&Revocation>) -> Fact {
    match DateTime::from_timestamp_millis(ms) {
        Some(at) => Fact::Since { road: revocation.map(|r| r.road), at },
        None => Fact::None,
    }
}

/// The rules by which a revocation of one program ends all of the sender's, for this kind of message.
struct Further<'q> {
    /// The first of those that bind, and whether each of them lets a class of messages be named.
    binding: Option<(&'q Arc<Rule>, bool)>,
    /// The same of those that under this posture are worth a warning.
    doubtful: Option<(&'q Arc<Rule>, bool)>,
}

fn further<'q>(question: &Question<'q>) -> Further<'q> {
    let mut found = Further { binding: None, doubtful: None };
    for (_, law) in question.laws.iter() {
        for rule in law.of(question.request.kind).ends_all.iter().filter(|rule| question.in_force(rule)) {
            let binds = question.policy.posture.binds(rule.reach);
            let slot = if binds { &mut found.binding } else { &mut found.doubtful };
            let by_class = rule.revocation.as_ref().is_some_and(|revocation| revocation.by_class);
            *slot = match *slot {
                // One that lets no class be named binds further; the first is named.
                Some((first, lets)) => Some((first, lets && by_class)),
                None => Some((rule, by_class)),
            };
        }
    }
    found
}

/// How far a revocation goes by its own words. Never narrower than what was said, and a sender that was answered is
/// closed for whatever program it carries.
fn reaches(revocation: &Revocation, question: &Question<'_>) -> bool {
    let request = &question.request;
    let here = revocation.program.as_ref().is_none_or(|program| program == request.program)
        || revocation.sender.as_ref().is_some_and(|sender| request.sender == Some(sender));
    match revocation.said {
        Said::All => true,
        Said::Program => here && !keeps(revocation, request),
        Said::Topic => {
            let named = |name: Option<&Name>| name.is_some() && name == revocation.topic.as_ref();
            let unnamed = request.kind == Kind::Marketing && request.category.is_none();
            here && (unnamed || named(request.category) || named(request.subject))
        }
    }
}

/// Whether a rule by which the end of one thing is the end of all takes this revocation for that. What was expressly
/// kept was not ended; a class of messages is one thing, unless the rule lets a class be named.
fn spreads(revocation: &Revocation, by_class: bool, question: &Question<'_>) -> bool {
    match revocation.said {
        Said::All => false,
        Said::Program => !keeps(revocation, &question.request),
        Said::Topic => !by_class && !keeps(revocation, &question.request),
    }
}

/// Whether the person expressly wished this to go on: by its topic, or as what is no marketing. Of the whole of a
/// program no marketing is kept.
fn keeps(revocation: &Revocation, request: &Request<'_>) -> bool {
    let Some(kept) = &revocation.kept else { return false };
    let named = |name: Option<&Name>| name.is_some_and(|name| kept.contains(name));
    match (request.kind, revocation.said) {
        (Kind::Marketing, Said::Program | Said::All) => false,
        (Kind::Marketing, Said::Topic) => named(request.category),
        (_, Said::All) => false,
        (_, _) => named(request.category) || kept.iter().any(|name| name.as_str() == ORDERS),
    }
}

/// Every rule of the place that asks for a ground must find one; a place that asks nothing of this kind is not
/// known well enough.
fn ground(
    question: &Question<'_>,
    law: &PlaceLaw,
    program: Option<&ProgramState>,
    place: crate::place::Place,
    findings: &mut Findings,
) {
    let mut asked = false;
    for rule in &law.of(question.request.kind).bases {
        let Some(bases) = &rule.bases else { continue };
        if !question.in_force(rule) {
            continue;
        }
        let binds = question.policy.posture.binds(rule.reach);
        asked |= binds;
        let carries = |grant: &&Grant| bases.ground_for(&standing(question, grant), question.at).is_some();
        if usable(question, program).any(|grant| carries(&grant))
            || bases.ground_for(&NOTHING, question.at).is_some()
        {
            continue;
        }
        let best = given(question, program).filter(carries).map(Grant::grade).min();
        if let (true, Some(held), Some(least)) = (binds, best, question.least) {
            let reason = Reason::new(Code::EvidenceWeak, None, Fact::Grade { held, least });
            if !findings.denials.contains(&reason) {
                findings.deny(reason);
            }
            continue;
        }
        let already = |reasons: &[Reason]| {
            let mut of_grounds = reasons.iter().filter(|reason| reason.code != Code::Revoked);
            of_grounds.any(|reason| reason.rule.as_ref().is_some_and(|held| Arc::ptr_eq(held, rule)))
        };
        if already(&findings.denials) || already(&findings.missing) || already(&findings.warnings) {
            continue;
        }
        if binds {
            refuse(question, program, rule, bases, findings);
        } else {
            let code = if program.is_some() { Code::BasisInsufficient } else { Code::NoConsent };
            findings.warnings.push(Reason::new(code, Some(Arc::clone(rule)), Fact::None));
        }
    }
    if !asked && question.covers(law) {
        findings.miss(Need::Coverage, Reason::new(Code::NoCoverage, None, Fact::Place(place)));
    }
}

pub(super) const NOTHING: Standing<'_> = Standing {
    basis: Basis::None,
    given_at: None,
    sale_at: None,
    inquiry_at: None,
    marketed: &[],
    sends: &[],
};

pub(super) fn standing<'q>(question: &Question<'q>, grant: &Grant) -> Standing<'q> {
    Standing {
        basis: grant.basis,
        // A consent that nobody dated may be as old as any.
        given_at: (grant.undated != Some(true)).then(|| grant.acted_ms.div_euclid(1_000)),
        sale_at: grant.sale_ms.map(|ms| ms.div_euclid(1_000)),
        inquiry_at: grant.inquiry_ms.map(|ms| ms.div_euclid(1_000)),
        marketed: question.facts.state.marketed.as_deref().unwrap_or_default(),
        sends: &question.facts.state.sends,
    }
}

/// The grants that may carry this message: given by then, not of a marketplace if it is marketing, and provable
/// well enough.
pub(super) fn usable<'q>(
    question: &Question<'q>,
    program: Option<&'q ProgramState>,
) -> impl Iterator<Item = &'q Grant> + use<'q> {
    let least = question.least;
    // The better, the smaller.
    given(question, program).filter(move |grant| least.is_none_or(|least| grant.grade() <= least))
}

/// Whether a ground that this message could stand on is of a time before the number changed hands.
pub(super) fn carried_over(question: &Question<'_>, since_ms: Option<i64>) -> bool {
    let theirs = since_ms.map_or(i64::MAX, new_holder_ms);
    usable(question, question.program).any(|grant| grant.acted_ms < theirs || grant.undated == Some(true))
}

/// The same without a look at how well they can be shown.
fn given<'q>(
    question: &Question<'q>,
    program: Option<&'q ProgramState>,
) -> impl Iterator<Item = &'q Grant> + use<'q> {
    let at_ms = question.at.saturating_mul(1_000).saturating_add(999);
    let marketing = question.request.kind == Kind::Marketing;
    program.into_iter().flat_map(|program| &program.grants).filter(move |grant| {
        grant.acted_ms <= at_ms && !(marketing && grant.acquisition == Acquisition::Marketplace)
    })
}

/// Says why no ground is found: the most telling of what could be said.
fn refuse(
    question: &Question<'_>,
    program: Option<&ProgramState>,
    rule: &Arc<Rule>,
    bases: &Bases,
    findings: &mut Findings,
) {
    let rule = Some(Arc::clone(rule));
    let held = program.map(|program| program.grants.as_slice()).unwrap_or_default();
    let held = held.iter().find(|grant| grant.basis != Basis::None);
    let usable: Vec<&Grant> = given(question, program).filter(|grant| grant.basis != Basis::None).collect();
    for grant in &usable {
        let standing = standing(question, grant);
        if let Some(ground) = bases.grounds().iter().find(|ground| ground.basis == grant.basis) {
            let reason = |code| Reason::new(code, rule, Fact::Basis(grant.basis));
            match lacks(ground, &standing) {
                Lacks::Date(need) => findings.miss(need, reason(Code::BasisDateMissing)),
                Lacks::Kind => findings.deny(reason(Code::BasisInsufficient)),
                Lacks::Time => findings.deny(reason(Code::BasisExpired)),
            }
            return;
        }
    }
    let (code, fact) = match (usable.first(), held) {
        (Some(grant), _) => (Code::BasisInsufficient, Fact::Basis(grant.basis)),
        (None, Some(grant)) if grant.acquisition == Acquisition::Marketplace => {
            (Code::MarketplaceOnly, Fact::Basis(grant.basis))
        }
        (None, Some(grant)) => (Code::ConsentNotYet, since(grant.acted_ms, None)),
        (None, None) => (Code::NoConsent, Fact::None),
    };
    findings.deny(Reason::new(code, rule, fact));
}

/// What keeps a ground of the right basis from carrying a message.
enum Lacks {
    /// No date is on record that could tell.
    Date(Need),
    /// The date on record is of another kind: an inquiry is no sale that somebody forgot to write down.
    Kind,
    /// The date on record is too long ago.
    Time,
}

fn lacks(ground: &Ground, standing: &Standing<'_>) -> Lacks {
    let leans = |on: fn(&DateNeed) -> bool| ground.needs.iter().any(on);
    let on_sale = leans(|need| {
        matches!(need, DateNeed::Sale | DateNeed::SaleWithin { .. } | DateNeed::SaleRolling { .. })
    });
    let on_inquiry = leans(|need| matches!(need, DateNeed::Inquiry | DateNeed::InquiryWithin { .. }));
    let known = (on_sale && standing.sale_at.is_some()) || (on_inquiry && standing.inquiry_at.is_some());
    match (on_sale || on_inquiry, standing.sale_at.is_none() && standing.inquiry_at.is_none()) {
        (true, true) => Lacks::Date(if on_sale { Need::Sale } else { Need::Inquiry }),
        (true, false) if !known => Lacks::Kind,
        _ => Lacks::Time,
    }
}
