//! What the records say, for people: consents, one message, tenure, erasure, and the answer in two sentences.

use std::collections::BTreeMap;

use super::{
    decided,
    gather::{Gathered, Kept},
    pack::{
        Approved, Both, Consent, Count, Ended, Erased, Local, Message, Reading, Tenure, Versions, Waived,
        Words,
    },
    words::{self, human, plain, stamp},
};
use crate::{
    consent::{
        Event, Grant, How,
        event::{Outcome, Started, TextKept},
    },
    id::{Hash, MessageId, Name},
    policy::Policy,
};

pub(super) fn of(gathered: &Gathered, policy: &Policy) -> Reading {
    let consents = consents(gathered);
    let message = gathered.message.and_then(|id| message(gathered, id, policy));
    let erased = gathered.records.iter().find_map(|kept| match &kept.envelope.event {
        Event::Erased(e) => Some(Erased {
            seq: kept.envelope.seq,
            at: stamp(kept.envelope.at_ms),
            request: e.request.to_string(),
            rule: e.rule.clone(),
        }),
        _ => None,
    });
    let number = gathered.number.map(|number| number.to_string());
    let mut answer = match &message {
        Some(message) => why_this_text(number.as_deref(), message, gathered, &consents),
        None => what_is_on_record(number.as_deref(), gathered, &consents),
    };
    if let Some(Erased { at, request, .. }) = &erased {
        let at = plain(at);
        answer.en.push_str(&format!(" The person was erased on {at}, on request {request}."));
        answer.fr.push_str(&format!(" La personne a été effacée le {at}, sur demande {request}."));
    }
    Reading { number, answer, consents, message, tenure: tenure(gathered), erased, key: key_advice() }
}

fn key_advice() -> Both {
    Both::new(
        "Get the verifying key by another road than this file, and compare it: a forger would name his own here.",
        "Obtenez la clé de vérification par une autre voie que ce fichier et comparez : un faussaire nommerait la sienne.",
    )
}

fn tenure(gathered: &Gathered) -> Tenure {
    let first = gathered.records.first().map_or(0, |kept| kept.envelope.at_ms);
    // What an earlier tenure left stands right after the opening, at its very moment, and answers no message.
    let inherits = |kept: &&Kept| match &kept.envelope.event {
        Event::Revoked(e) => e.inbound.is_none() && e.import.is_none() && kept.envelope.at_ms == first,
        _ => false,
    };
    let after = gathered.records.iter().skip(1);
    Tenure {
        since: stamp(first),
        current: gathered.next.is_none() && !gathered.state.ended,
        next: gathered.next.map(|next| next.to_string()),
        inherited: after.take_while(inherits).map(|kept| kept.envelope.seq).collect(),
    }
}

fn text_of(digest: Hash, house: &[Kept]) -> Words {
    let found = house.iter().find_map(|kept| match &kept.envelope.event {
        Event::TextKept(text) if text.digest == digest => Some((kept.envelope.seq, text.clone())),
        _ => None,
    });
    let (house_seq, text): (_, Option<TextKept>) = match found {
        Some((seq, text)) => (Some(seq), Some(text)),
        None => (None, None),
    };
    let (version, language, text) = match text {
        Some(text) => (Some(text.version), Some(text.language), Some(text.text)),
        None => (None, None, None),
    };
    Words { digest: digest.to_string(), house_seq, version, language, text }
}

/// Every record that brought a ground, in order, with its grade.
fn consents(gathered: &Gathered) -> Vec<Consent> {
    let (mut found, mut asked) = (Vec::new(), BTreeMap::<Name, Grant>::new());
    for Kept { envelope, .. } in &gathered.records {
        let (program, grant) = match &envelope.event {
            Event::OptedIn(e) => (&e.program, e.grant.clone()),
            Event::Imported(e) => (&e.program, Grant { import: Some(e.import.clone()), ..e.grant.clone() }),
            Event::Asked(e) => {
                asked.insert(e.program.clone(), e.grant.clone());
                continue;
            }
            Event::Confirmed(e) => match asked.remove(&e.program) {
                Some(grant) => {
                    let (inbound, confirmed) = (Some(e.inbound), Some(true));
                    (&e.program, Grant { acted_ms: e.acted_ms, inbound, confirmed, ..grant })
                }
                None => continue,
            },
            _ => continue,
        };
        let grade = grant.grade();
        found.push(Consent {
            seq: envelope.seq,
            at: stamp(grant.acted_ms),
            program: program.to_string(),
            event: envelope.event.code(),
            how: grant.how.code(),
            basis: grant.basis.code(),
            grade: grade.code(),
            why: words::grade(grade),
            text: grant.text.map(|digest| text_of(digest, &gathered.house)),
        });
    }
    found
}

fn message(gathered: &Gathered, id: MessageId, policy: &Policy) -> Option<Message> {
    // An id starts again only after a try that was certainly not taken: the last start is the one that counts.
    let (kept, started) = gathered.records.iter().rev().find_map(|kept| match &kept.envelope.event {
        Event::Started(e) if e.message == id => Some((kept, e)),
        _ => None,
    })?;
    let (mut outcome, mut deliveries) = (None, Vec::new());
    for Kept { envelope, .. } in
        gathered.records.iter().filter(|after| after.envelope.seq > kept.envelope.seq)
    {
        let (seq, at) = (envelope.seq, stamp(envelope.at_ms));
        match &envelope.event {
            Event::Concluded(e) if e.message == id => {
                let (gateway_id, code) = (e.gateway_id.clone(), e.code.clone());
                outcome = Some(Ended { seq, at, what: e.outcome.code(), gateway_id, code });
            }
            Event::Reported(e) if e.message == id => {
                let (at, code) = (stamp(e.acted_ms), e.code.clone());
                deliveries.push(Ended { seq, at, what: e.delivery.code(), gateway_id: None, code });
            }
            _ => {}
        }
    }
    let (decision, no_decision) =
        match decided::of(gathered, kept.envelope.seq, kept.envelope.at_ms, started, policy) {
            Ok(decided) => (Some(decided), None),
            Err(why) => (None, Some(why)),
        };
    Some(Message {
        id: id.to_string(),
        seq: kept.envelope.seq,
        program: started.program.to_string(),
        source: started.source.to_string(),
        sender: started.sender.to_string(),
        kind: started.kind.code(),
        started: stamp(kept.envelope.at_ms),
        not_after: stamp(started.not_after_ms),
        segments: started.segments,
        body: started.body.to_string(),
        rulebook: versions(&started.rulebook, policy.rulebook.version()),
        waived: waived(gathered, started),
        tz: versions(&started.tz, policy.zones.version()),
        posture: if started.strict { "strict" } else { "settled" },
        local: started.local.iter().map(|(zone, minute)| local(zone, *minute)).collect(),
        counts: started
            .counts
            .iter()
            .map(|(rule, before)| Count { rule: rule.clone(), before: *before })
            .collect(),
        approved: approved(gathered, started, kept.envelope.at_ms),
        outcome,
        deliveries,
        decision,
        no_decision,
    })
}

fn versions(then: &str, now: &str) -> Versions {
    Versions { then: then.to_owned(), now: now.to_owned(), same: then == now }
}

fn local(zone: &str, minute: u16) -> Local {
    Local { zone: zone.to_owned(), time: format!("{:02}:{:02}", minute / 60, minute % 60) }
}

/// What the rule book of a message did without, and what its campaign stepped around, each once: every process and
/// every launch says it anew.
fn waived(gathered: &Gathered, started: &Started) -> Vec<Waived> {
    let mut found: Vec<Waived> = Vec::new();
    for kept in &gathered.house {
        if let Event::Danger(e) = &kept.envelope.event
            && (e.rulebook.as_ref() == Some(&started.rulebook)
                || e.campaign.as_ref() == Some(&started.source))
            && found.iter().all(|held| (&held.what, &held.reason) != (&e.what, &e.reason))
        {
            found.push(Waived { seq: kept.envelope.seq, what: e.what.clone(), reason: e.reason.clone() });
        }
    }
    found
}

/// The last approval of the campaign before the message.
fn approved(gathered: &Gathered, started: &Started, at_ms: i64) -> Option<Approved> {
    let of_it = |kept: &Kept| match &kept.envelope.event {
        Event::Approved(e) if e.campaign == started.source && kept.envelope.at_ms <= at_ms => {
            Some(Approved { seq: kept.envelope.seq, at: stamp(kept.envelope.at_ms), by: e.by.clone() })
        }
        _ => None,
    };
    gathered.house.iter().rev().find_map(of_it)
}

fn why_this_text(number: Option<&str>, message: &Message, gathered: &Gathered, consents: &[Consent]) -> Both {
    let (to_en, to_fr) = (number.unwrap_or("an erased number"), number.unwrap_or("un numéro effacé"));
    let Message { source, sender, .. } = message;
    let (started, not_after) = (plain(&message.started), plain(&message.not_after));
    let (came_en, came_fr) = came(message);
    let mut both = Both::new(
        format!("A text of “{source}” to {to_en} was handed over from {sender} on {started}; {came_en}."),
        format!("Un SMS de « {source} » à {to_fr} est parti de {sender} le {started} ; {came_fr}."),
    );
    let event = gathered.records.iter().find(|kept| kept.envelope.seq == message.seq);
    if let Some(Event::Started(Started { answer: Some(_), .. })) = event.map(|kept| &kept.envelope.event) {
        both.en.push_str(" It is an automatic answer to what the person wrote or did.");
        both.fr.push_str(" C'est une réponse automatique à ce que la personne a écrit ou fait.");
        return both;
    }
    let ground = consents.iter().rfind(|c| c.program == message.program && c.seq < message.seq);
    let (ground_en, ground_fr) = match ground {
        Some(c) if c.event == "imported" => (
            format!(
                "a list said that the person had agreed to “{}” on {} (grade {})",
                c.program,
                plain(&c.at),
                c.grade
            ),
            format!(
                "une liste indiquait l'accord de la personne pour « {} » le {} (niveau {})",
                c.program,
                plain(&c.at),
                c.grade
            ),
        ),
        Some(c) => {
            let (how_en, how_fr) = How::from_code(c.how).map_or((c.how, c.how), words::how);
            (
                format!(
                    "the person had agreed to “{}” on {} ({how_en}; grade {})",
                    c.program,
                    plain(&c.at),
                    c.grade
                ),
                format!(
                    "la personne avait accepté « {} » le {} ({how_fr} ; niveau {})",
                    c.program,
                    plain(&c.at),
                    c.grade
                ),
            )
        }
        None => (
            format!("a {} message needed no consent on record", message.kind),
            format!("un message {} n'exigeait pas de consentement enregistré", message.kind),
        ),
    };
    both.en.push_str(&format!(
        " It went because {ground_en}, no request to stop was in force among the records before it, and the rules \
         ({}) allowed it until {not_after}.",
        message.rulebook.then
    ));
    both.fr.push_str(&format!(
        " Il est parti parce que {ground_fr}, qu'aucune demande d'arrêt n'était en vigueur dans les enregistrements \
         antérieurs, et que les règles ({}) le permettaient jusqu'au {not_after}.",
        message.rulebook.then
    ));
    both
}

/// What became of it.
fn came(message: &Message) -> (&'static str, &'static str) {
    let delivered = message.deliveries.iter().any(|d| d.what == "delivered");
    let outcome = message.outcome.as_ref().and_then(|ended| Outcome::from_code(ended.what));
    match outcome {
        _ if delivered => ("it was delivered", "il a été remis"),
        Some(Outcome::Accepted) => ("the gateway took it", "la passerelle l'a pris"),
        Some(Outcome::Refused) => {
            ("the gateway refused it, nothing was sent", "la passerelle l'a refusé, rien n'est parti")
        }
        Some(Outcome::Deferred) => {
            ("the gateway did not take it that time", "la passerelle ne l'a pas pris cette fois")
        }
        Some(Outcome::Unknown) => ("nobody knows whether it was taken", "on ignore s'il a été pris"),
        None => ("its end is not on record", "sa fin n'est pas enregistrée"),
    }
}

fn what_is_on_record(number: Option<&str>, gathered: &Gathered, consents: &[Consent]) -> Both {
    let (to_en, to_fr) = (number.unwrap_or("An erased number"), number.unwrap_or("Un numéro effacé"));
    let state = &gathered.state;
    let since = gathered.records.first().map(|kept| human(kept.envelope.at_ms)).unwrap_or_default();
    let sent =
        gathered.records.iter().filter(|kept| matches!(kept.envelope.event, Event::Started(_))).count();
    let stops =
        gathered.records.iter().filter(|kept| matches!(kept.envelope.event, Event::Revoked(_))).count();
    let mut open: Vec<&str> =
        state.programs.iter().filter(|p| state.stands_open(&p.program)).map(|p| p.program.as_str()).collect();
    open.sort_unstable();
    let (open_en, open_fr) = if open.is_empty() {
        ("nothing stands open".to_owned(), "rien n'est ouvert".to_owned())
    } else {
        (
            format!("open by what was said: {}", open.join(", ")),
            format!("ouvert d'après ce qui a été dit : {}", open.join(", ")),
        )
    };
    Both::new(
        format!(
            "{to_en} is on record since {since}, with {} records: {} of consent, {stops} to stop, {sent} messages \
             handed over. As of this pack, {open_en}.",
            gathered.records.len(),
            consents.len()
        ),
        format!(
            "{to_fr} figure au dossier depuis le {since}, avec {} enregistrements : {} de consentement, {stops} \
             d'arrêt, {sent} messages partis. À la date de ce dossier, {open_fr}.",
            gathered.records.len(),
            consents.len()
        ),
    )
}
