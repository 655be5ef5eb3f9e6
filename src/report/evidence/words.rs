//! Every kind of record in a sentence, in English and French.

use super::pack::Both;
use crate::{
    consent::{
        Event, Grade, How,
        event::{Answer, Danger, Delivery, Outcome, Read, Revoked, Road, Said, Suspended},
    },
    id::Name,
};

/// A time for people and machines: RFC 3339 with milliseconds, or bare milliseconds beyond the years 1 to 9999.
pub(super) fn stamp(ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(ms)
        .filter(|at| (1..=9_999).contains(&chrono::Datelike::year(at)))
        .map_or_else(|| ms.to_string(), |at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}

/// The same for people: `2026-11-27 14:00:00 UTC`.
pub(super) fn human(ms: i64) -> String {
    plain(&stamp(ms))
}

/// A stamp as people write it.
pub(super) fn plain(stamp: &str) -> String {
    stamp.replace('T', " ").replace(".000Z", " UTC").replace('Z', " UTC")
}

/// The sentence of a record.
pub(super) fn of(event: &Event) -> Both {
    both(event).unwrap_or_else(|| Both::new(event.code(), event.code()))
}

fn both(event: &Event) -> Option<Both> {
    Some(match event {
        Event::Opened(_) => {
            Both::new("The record of this number begins.", "Le dossier de ce numéro s'ouvre.")
        }
        Event::OptedIn(e) => {
            let (en, fr) = how(e.grant.how);
            Both::new(
                format!("The person agreed to “{}”: {en}, on {}.", e.program, human(e.grant.acted_ms)),
                format!("La personne a accepté « {} » : {fr}, le {}.", e.program, human(e.grant.acted_ms)),
            )
        }
        Event::Asked(e) if e.texted == Some(true) => Both::new(
            format!("The person agreed to “{}”, and a code was to be texted to confirm it.", e.program),
            format!("La personne a accepté « {} » ; un code de confirmation est envoyé par SMS.", e.program),
        ),
        Event::Asked(e) => Both::new(
            format!("The person agreed to “{}” and was asked to confirm by text.", e.program),
            format!("La personne a accepté « {} » ; une confirmation par SMS est demandée.", e.program),
        ),
        Event::Confirmed(e) if e.channel.is_some() => Both::new(
            format!(
                "The person confirmed “{}” on a page, by the code that was texted, on {}.",
                e.program,
                human(e.acted_ms)
            ),
            format!(
                "La personne a confirmé « {} » sur une page, par le code reçu par SMS, le {}.",
                e.program,
                human(e.acted_ms)
            ),
        ),
        Event::Confirmed(e) => Both::new(
            format!("The person confirmed “{}” by text on {}.", e.program, human(e.acted_ms)),
            format!("La personne a confirmé « {} » par SMS le {}.", e.program, human(e.acted_ms)),
        ),
        Event::Imported(e) => Both::new(
            format!("The list “{}” said that the person had agreed to “{}”.", e.import, e.program),
            format!("La liste « {} » indiquait que la personne avait accepté « {} ».", e.import, e.program),
        ),
        Event::Revoked(e) => {
            let (en, fr) = road(e.road);
            let (reach_en, reach_fr) = reach(e);
            // Nobody asked for these two.
            if matches!(e.road, Road::Erasure | Road::Reassigned) {
                return Some(Both::new(
                    format!("Everything was stopped: {en}, as of {}.", human(e.acted_ms)),
                    format!("Tout a été arrêté : {fr}, au {}.", human(e.acted_ms)),
                ));
            }
            let said = Both::new(
                format!("The person asked to stop {reach_en} ({en}) on {}.", human(e.acted_ms)),
                format!("La personne a demandé l'arrêt : {reach_fr} ({fr}), le {}.", human(e.acted_ms)),
            );
            with_reading(said, e.read.as_ref())
        }
        Event::Restarted(e) => Both::new(
            format!("The person asked to have “{}” back on {}.", e.program, human(e.acted_ms)),
            format!("La personne a demandé à retrouver « {} » le {}.", e.program, human(e.acted_ms)),
        ),
        Event::Heard(e) => {
            let said = Both::new(
                format!("The person wrote; it was read as “{}”.", e.intent),
                format!("La personne a écrit ; lu comme « {} ».", e.intent),
            );
            with_reading(said, e.read.as_ref())
        }
        Event::Clarifying(e) => {
            let names = if e.topics.is_empty() { &e.open } else { &e.topics };
            let names = names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
            let until = human(e.expires_ms);
            Both::new(
                format!(
                    "Everything ended; the confirmation asked which of {names} was meant, until {until}."
                ),
                format!(
                    "Tout a pris fin ; la confirmation a demandé ce qui était visé ({names}), jusqu'au {until}."
                ),
            )
        }
        Event::Clarified(e) => {
            let meant = e.topic.as_ref().unwrap_or(&e.program);
            Both::new(
                format!("The person answered on {}: only “{meant}” was meant.", human(e.acted_ms)),
                format!("La personne a répondu le {} : seul « {meant} » était visé.", human(e.acted_ms)),
            )
        }
        Event::Reminded(e) => Both::new(
            format!("The person was to be reminded of the question of “{}”.", e.program),
            format!("Un rappel de la question de « {} » est demandé.", e.program),
        ),
        Event::Miscoded(e) if e.channel.is_some() => Both::new(
            format!("Another code than that of “{}” was typed on a page.", e.program),
            format!("Un autre code que celui de « {} » a été saisi sur une page.", e.program),
        ),
        Event::Miscoded(e) => Both::new(
            format!("The person texted another code than that of “{}”.", e.program),
            format!("La personne a envoyé un autre code que celui de « {} ».", e.program),
        ),
        Event::Questioned(e) => Both::new(
            format!(
                "The question “{}” of “{}” was asked, until {}.",
                e.question,
                e.program,
                human(e.expires_ms)
            ),
            format!(
                "La question « {} » de « {} » est posée, jusqu'au {}.",
                e.question,
                e.program,
                human(e.expires_ms)
            ),
        ),
        Event::Replied(e) => Both::new(
            format!("The person answered the question “{}” of “{}”.", e.question, e.program),
            format!("La personne a répondu à la question « {} » de « {} ».", e.question, e.program),
        ),
        Event::Suspended(e) => doubtful(e),
        Event::Unsuspended(e) => Both::new(
            format!("{} read it: it was no request to stop.", e.by),
            format!("{} l'a lu : ce n'était pas une demande d'arrêt.", e.by),
        ),
        Event::Started(e) => started(e),
        Event::Concluded(e) => concluded(e.outcome),
        Event::Reported(e) => {
            let (en, fr) = delivery(e.delivery);
            let at = human(e.acted_ms);
            Both::new(
                format!("Delivery report: {en}, at {at}."),
                format!("Accusé de réception : {fr}, le {at}."),
            )
        }
        other => return beside(other),
    })
}

/// What a revocation reaches by its words, and what it keeps.
fn reach(e: &Revoked) -> (String, String) {
    let (mut en, mut fr) = match (e.said, &e.topic) {
        (Said::Program, _) => ("this program".to_owned(), "ce programme".to_owned()),
        (Said::All, _) => ("everything".to_owned(), "tout".to_owned()),
        (Said::Topic, Some(topic)) => (format!("the topic “{topic}”"), format!("le sujet « {topic} »")),
        (Said::Topic, None) => ("a topic".to_owned(), "un sujet".to_owned()),
    };
    if let Some(kept) = e.kept.as_ref().filter(|kept| !kept.is_empty()) {
        let kept = kept.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        en += &format!(" and to keep {kept}");
        fr += &format!(", en gardant {kept}");
    }
    (en, fr)
}

/// By which row of the tables a text was read.
fn with_reading(mut said: Both, read: Option<&Read>) -> Both {
    let Some(read) = read.filter(|read| read.tier > 0) else { return said };
    let language = read.language.as_deref().unwrap_or("-");
    said.en.push_str(&format!(" Read at tier {}, by rule {}, language {language}.", read.tier, read.rule));
    said.fr.push_str(&format!(" Lu au niveau {}, règle {}, langue {language}.", read.tier, read.rule));
    said
}

fn doubtful(e: &Suspended) -> Both {
    let until = human(e.deadline_ms);
    let said = Both::new(
        format!("The person wrote something doubtful; marketing waits for a human until {until}."),
        format!("La personne a écrit un message ambigu ; le marketing attend un humain jusqu'au {until}."),
    );
    with_reading(said, e.read.as_ref())
}

/// Records that are no step between the person and the brand.
fn beside(event: &Event) -> Option<Both> {
    Some(match event {
        Event::Located(_) => Both::new(
            "Where the person may be was learned or changed.",
            "Le lieu possible de la personne a été appris ou modifié.",
        ),
        Event::Blocked(e) => Both::new(
            format!("The network blocks {} for this number ({}).", e.sender, e.code),
            format!("Le réseau bloque {} pour ce numéro ({}).", e.sender, e.code),
        ),
        Event::Unblocked(e) => Both::new(
            format!("The network no longer blocks {}.", e.sender),
            format!("Le réseau ne bloque plus {}.", e.sender),
        ),
        Event::Reassigned(e) if e.deactivated == Some(true) => Both::new(
            format!("The carrier gave the number up, says {}.", e.source),
            format!("L'opérateur a résilié le numéro, selon {}.", e.source),
        ),
        Event::Reassigned(e) => Both::new(
            format!("The number belongs to somebody else now, says {}.", e.source),
            format!("Le numéro appartient désormais à quelqu'un d'autre, selon {}.", e.source),
        ),
        Event::Erased(e) => Both::new(
            format!("The person's data was erased (request {}).", e.request),
            format!("Les données de la personne ont été effacées (demande {}).", e.request),
        ),
        Event::Bounced(e) => Both::new(
            format!("The number could not be reached ({}).", e.code),
            format!("Le numéro n'a pas pu être joint ({}).", e.code),
        ),
        Event::ImportUndone(e) => Both::new(
            format!("The list “{}” was taken back: its consents are gone.", e.import),
            format!("La liste « {} » a été annulée : ses consentements ne valent plus.", e.import),
        ),
        Event::Checked(e) => {
            let (en, fr) =
                if e.listed { ("stands in", "figure dans") } else { ("is not in", "n'est pas dans") };
            let at = human(e.as_of_ms);
            Both::new(
                format!("The number {en} the register {} as of {at}.", e.register),
                format!("Le numéro {fr} le registre {} au {at}.", e.register),
            )
        }
        Event::TextKept(e) => Both::new(
            format!("The words of consent text {} ({}) were kept.", e.version, e.language),
            format!("Le texte de consentement {} ({}) a été conservé.", e.version, e.language),
        ),
        Event::Approved(e) => Both::new(
            format!("{} approved the campaign “{}”.", e.by, e.campaign),
            format!("{} a approuvé la campagne « {} ».", e.by, e.campaign),
        ),
        Event::Danger(e) if e.rulebook.is_some() => Both::new(
            format!("The rule book in use departs from the compiled-in one: {}.", e.reason),
            format!("Le recueil employé s'écarte de celui de la bibliothèque : {}.", e.reason),
        ),
        Event::Danger(Danger { what, reason, campaign: Some(campaign), .. }) => Both::new(
            format!("The campaign “{campaign}” stepped around a safeguard ({what}): {reason}."),
            format!("La campagne « {campaign} » a contourné une protection ({what}) : {reason}."),
        ),
        Event::ImportRun(e) => Both::new(
            format!("The list “{}” was taken in: {} rows.", e.import, e.rows),
            format!("La liste « {} » a été importée : {} lignes.", e.import, e.rows),
        ),
        _ => return None,
    })
}

fn started(e: &crate::consent::event::Started) -> Both {
    let (source, sender) = (&e.source, &e.sender);
    match e.answer {
        None => Both::new(
            format!(
                "A message of “{source}” was handed over, from {sender}; lawful until {}.",
                human(e.not_after_ms)
            ),
            format!(
                "Un message de « {source} » est parti, de {sender} ; licite jusqu'au {}.",
                human(e.not_after_ms)
            ),
        ),
        Some(answer) => {
            let (en, fr) = answered(answer);
            Both::new(
                format!("An automatic answer went out from {sender}: {en}."),
                format!("Une réponse automatique est partie de {sender} : {fr}."),
            )
        }
    }
}

fn concluded(outcome: Outcome) -> Both {
    match outcome {
        Outcome::Accepted => Both::new("The gateway took the message.", "La passerelle a pris le message."),
        Outcome::Refused => Both::new(
            "The gateway refused the message for good.",
            "La passerelle a refusé le message définitivement.",
        ),
        Outcome::Deferred => Both::new(
            "The gateway did not take the message this time.",
            "La passerelle n'a pas pris le message cette fois.",
        ),
        Outcome::Unknown => Both::new(
            "Nobody knows whether the gateway took the message; it was not sent again.",
            "On ignore si la passerelle a pris le message ; il n'a pas été renvoyé.",
        ),
    }
}

pub(super) const fn delivery(delivery: Delivery) -> (&'static str, &'static str) {
    match delivery {
        Delivery::Delivered => ("delivered", "remis"),
        Delivery::Undelivered => ("not delivered", "non remis"),
        Delivery::Expired => ("expired", "expiré"),
    }
}

const fn answered(answer: Answer) -> (&'static str, &'static str) {
    match answer {
        Answer::Stop => ("it confirms the STOP", "elle confirme le STOP"),
        Answer::Help => ("it answers HELP", "elle répond à l'aide"),
        Answer::Start => ("it confirms the return", "elle confirme le retour"),
        Answer::OptIn => ("it confirms the consent", "elle confirme le consentement"),
        Answer::Question => ("it asks for the second yes", "elle demande le second oui"),
        Answer::WrongNumber => ("it answers “wrong number”", "elle répond à « mauvais numéro »"),
        Answer::Reminder => ("it reminds of the second yes", "elle rappelle le second oui"),
    }
}

pub(super) const fn how(how: How) -> (&'static str, &'static str) {
    match how {
        How::Checkbox => ("a box that the person ticked", "une case cochée par la personne"),
        How::Form => ("a form for nothing else", "un formulaire dédié"),
        How::QrLanding => ("a page behind a QR code", "une page derrière un code QR"),
        How::Checkout => ("at checkout", "au moment de l'achat"),
        How::TextToJoin => ("a keyword texted by the person", "un mot-clé envoyé par SMS"),
        How::Verbal => ("said aloud", "de vive voix"),
        How::Import => ("a list that does not say how", "une liste qui ne dit pas comment"),
        How::Signature => ("a signature", "une signature"),
    }
}

const fn road(road: Road) -> (&'static str, &'static str) {
    match road {
        Road::Keyword => ("a keyword by text", "mot-clé par SMS"),
        Road::FreeText => ("a text in own words", "SMS en ses propres mots"),
        Road::Gateway => ("reported by the carrier", "signalé par l'opérateur"),
        Road::Web => ("a web page", "page web"),
        Road::Support => ("told to support", "dit au support"),
        Road::WrongNumber => ("wrong number", "mauvais numéro"),
        Road::Import => ("stood in a list", "figurait dans une liste"),
        Road::Unsure => ("a doubtful text that nobody judged in time", "SMS ambigu non lu à temps"),
        Road::Erasure => ("the person's data was erased", "les données de la personne ont été effacées"),
        Road::Complaint => ("a complaint", "plainte"),
        Road::Reassigned => ("the number was somebody else's", "le numéro était à quelqu'un d'autre"),
        Road::Email => ("an e-mail or a letter", "courriel ou lettre"),
        Road::Phone => ("a phone call", "appel téléphonique"),
        Road::Deactivated => ("the carrier gave the number up", "numéro résilié par l'opérateur"),
        Road::Judged => {
            ("a doubtful text that a human read as a stop", "SMS ambigu, lu par un humain comme un arrêt")
        }
    }
}

/// Why a consent has its grade.
pub(super) fn grade(grade: Grade) -> Both {
    match grade {
        Grade::A => Both::new(
            "The words as shown, when, how, and a sign from the holder of the number.",
            "Le texte montré, la date, l'acte, et un signe du titulaire du numéro.",
        ),
        Grade::B => Both::new(
            "The words as shown, when, how, and a trace of the act.",
            "Le texte montré, la date, l'acte, et une trace de cet acte.",
        ),
        Grade::C => Both::new(
            "When, and some of the words, the act, or a trace of it.",
            "La date, et une partie seulement : le texte, l'acte ou sa trace.",
        ),
        Grade::D => {
            Both::new("A bare claim, or nobody knows when.", "Une simple affirmation, ou sans date connue.")
        }
    }
}
