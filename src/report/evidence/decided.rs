//! The decision behind a message, made again from the records before it.

use chrono::DateTime;
use sha2::{Digest, Sha256};

use super::{
    gather::{Gathered, state_before},
    pack::{Both, Decided, RuleShown},
};
use crate::{
    consent::event::Started,
    id::Hash,
    law::{Posture, Rule},
    place::Whereabouts,
    policy::{Brand, Considered, Facts, Language, Policy, Request},
};

/// The decision under the law as the policy now has it, or why none can be made. The brand's own wishes at the time
/// are not on record, and stay out of it.
pub(super) fn of(
    gathered: &Gathered,
    seq: u64,
    at_ms: i64,
    started: &Started,
    policy: &Policy,
) -> Result<Decided, Both> {
    if started.answer.is_some() {
        return Err(Both::new(
            "An automatic answer to the person is not judged like a campaign: one of a kind in 24 hours, within minutes.",
            "Une réponse automatique n'est pas jugée comme une campagne : une de chaque sorte par 24 heures, sous quelques minutes.",
        ));
    }
    let state = state_before(&gathered.records, seq);
    let unknown = || {
        Both::new(
            "Where the person was believed to be then is no longer kept, so the decision cannot be made again; what it \
             recorded stands above.",
            "Le lieu supposé de la personne à ce moment n'est plus conservé : la décision ne peut être refaite ; ce \
             qu'elle a enregistré figure ci-dessus.",
        )
    };
    let whereabouts = whereabouts(gathered, state.group).ok_or_else(unknown)?;
    let at = DateTime::from_timestamp_millis(at_ms).ok_or_else(unknown)?;
    let posture = if started.strict { Posture::Strict } else { Posture::Settled };
    let policy = Policy { posture, brand: Brand::default(), ..policy.clone() };
    let facts = Facts { whereabouts: &whereabouts, state: &state };
    let request = Request {
        program: &started.program,
        kind: started.kind,
        category: started.category.as_ref(),
        subject: started.subject.as_ref(),
        sender: Some(&started.sender),
    };
    let decision = policy.decide(facts, request, at);
    Ok(Decided {
        verdict: decision.code(),
        explained: Both::new(decision.explain(Language::English), decision.explain(Language::French)),
        rules: policy.considered(facts, request, at).iter().map(shown).collect(),
    })
}

/// The places and zones that were on record then, if they are still known: as they stand now, or by the number.
fn whereabouts(gathered: &Gathered, group: Option<Hash>) -> Option<Whereabouts> {
    let group = group?;
    let now = gathered.whereabouts.as_deref().cloned();
    let by_number = gathered.number.map(Whereabouts::of);
    let fits = |found: &Whereabouts| Hash(Sha256::digest(found.to_bytes()).into()) == group;
    now.into_iter().chain(by_number).find(fits)
}

fn shown(considered: &Considered) -> RuleShown {
    let rule: &Rule = &considered.rule;
    let about = [
        ("hours", rule.hours.is_some()),
        ("caps", !rule.caps.is_empty()),
        ("grounds", rule.bases.is_some()),
        ("texts", !rule.required.is_empty()),
        ("registers", !rule.registers.is_empty()),
    ];
    RuleShown {
        id: rule.id.clone(),
        citation: rule.citation.clone(),
        layer: rule.layer.code(),
        reach: rule.reach.code(),
        confidence: rule.confidence.code(),
        about: about.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect(),
        binds: considered.binds,
        lifted: considered.lifted,
    }
}
