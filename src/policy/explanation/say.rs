//! An explanation as a text for a person.

use super::{
    super::{
        decision::Verdict,
        explanation::{
            typeset::{paragraph, typeset},
            words::{need_words, place_words, provenance, reason_words},
        },
    },
    Examined, Explanation, Why, ZoneSeen, when,
};
use crate::law::Language;
use chrono::{DateTime, Utc};

/// More zones than this are listed once and not beside every time.
const BESIDE: usize = 3;

impl Explanation {
    /// The explanation for a person: the decision, where the person may be and what the clock shows there, each rule
    /// that applied and why, then each that did not. Lines of at most 100 characters, where words allow.
    ///
    /// Notes, penalties and sources are the rule book's own words, in English; citations stand as they are cited.
    #[must_use]
    pub fn to_text(&self, language: Language) -> String {
        let l = language;
        let mut out = String::new();
        self.head(&mut out, l);
        self.where_it_is(&mut out, l);
        if l != Language::English && self.rules.iter().any(|seen| !seen.is_of_other_kind()) {
            out.push_str("\nLes notes des règles sont en anglais.\n");
        }
        let (applied, not): (Vec<_>, Vec<_>) = self.rules.iter().partition(|seen| seen.applied);
        let (weighed, duties): (Vec<_>, Vec<_>) = applied.into_iter().partition(|seen| seen.is_weighed());
        let (other, not): (Vec<_>, Vec<_>) = not.into_iter().partition(|seen| seen.is_of_other_kind());
        let title = |out: &mut String, title: &str, of: &[&Examined]| {
            out.push_str(&format!("\n{} ({})\n", typeset(title, l), of.len()));
        };
        title(&mut out, l.pick("Rules that decide", "Règles qui décident"), &weighed);
        weighed.iter().for_each(|seen| self.rule(&mut out, seen, true, l));
        if !duties.is_empty() {
            let words = l.pick(
                "Duties of whoever writes the message and keeps the records",
                "Obligations de qui écrit le message et tient les dossiers",
            );
            title(&mut out, words, &duties);
            duties.iter().for_each(|seen| self.rule(&mut out, seen, true, l));
        }
        if !not.is_empty() {
            title(&mut out, l.pick("Rules that do not apply", "Règles non applicables"), &not);
            not.iter().for_each(|seen| self.rule(&mut out, seen, false, l));
        }
        if !other.is_empty() {
            let words = l.pick("Rules about other kinds of message", "Règles sur d'autres types de message");
            title(&mut out, words, &other);
            let ids: Vec<_> = other.iter().map(|seen| seen.rule.id.as_str()).collect();
            paragraph(&mut out, "  ", &ids.join(", "));
        }
        out
    }

    fn head(&self, out: &mut String, l: Language) {
        let at = |at: DateTime<Utc>| self.instant(at, l);
        let verdict = match self.decision.verdict {
            Verdict::Allow { not_after: None } => l.pick("It may go.", "L'envoi est permis.").to_owned(),
            Verdict::Allow { not_after: Some(end) } => {
                format!("{} {}.", l.pick("It may go, until", "L'envoi est permis, jusqu'au"), at(end))
            }
            Verdict::Defer { until: None } => {
                l.pick("It waits for a missing fact.", "L'envoi attend un fait manquant.").to_owned()
            }
            Verdict::Defer { until: Some(until) } => {
                format!("{} {}.", l.pick("It waits until", "L'envoi attend jusqu'au"), at(until))
            }
            Verdict::Deny => l.pick("It may not go.", "L'envoi est refusé.").to_owned(),
        };
        paragraph(out, "", &typeset(&verdict, l));
        let (kind, now, posture) =
            (self.kind.words(l), when::utc(self.at, l), self.decision.posture.words(l));
        let asked = match l {
            Language::French => format!("Question : {kind}, le {now} ; posture : {posture}"),
            _ => format!("Asked: {kind}, {now}; posture: {posture}"),
        };
        paragraph(out, "", &typeset(&asked, l));
        let versions = &self.decision.versions;
        let by = l.pick(("Rule book", "time zones"), ("Recueil de règles", "fuseaux horaires"));
        paragraph(out, "", &format!("{} {}, {} {}", by.0, versions.rulebook, by.1, versions.zones));
        if !self.decision.is_allowed() {
            let next = self.next.as_ref().map(|next| (at(next.start), at(next.end)));
            let next = match (next, l) {
                (Some((from, to)), Language::French) => {
                    format!("Prochaine plage autorisée : du {from} au {to}.")
                }
                (Some((from, to)), _) => format!("Next lawful interval: from {from} to {to}."),
                (None, _) => l
                    .pick(
                        "No lawful interval is in sight, with what is known.",
                        "Aucune plage autorisée en vue, avec ce qui est connu.",
                    )
                    .to_owned(),
            };
            paragraph(out, "", &typeset(&next, l));
        }
        for reason in &self.decision.reasons {
            paragraph(out, "- ", &reason_words(reason, l));
        }
        for warning in &self.decision.warnings {
            let word = l.pick("Warning: ", "Avertissement\u{a0}: ");
            paragraph(out, "- ", &format!("{word}{}", reason_words(warning, l)));
        }
        if !self.decision.needs.is_empty() {
            let needs: Vec<_> = self.decision.needs.iter().map(|need| need_words(*need, l)).collect();
            let missing = format!("{} {}.", l.pick("Missing:", "Il manque :"), needs.join(", "));
            paragraph(out, "", &typeset(&missing, l));
        }
    }

    fn where_it_is(&self, out: &mut String, l: Language) {
        let title = l.pick("Where the person may be", "Où la personne peut se trouver");
        out.push_str(&format!("\n{title}\n"));
        if self.places.is_empty() {
            paragraph(out, "  ", l.pick("No place is known.", "Aucun lieu n’est connu."));
        }
        for place in &self.places {
            paragraph(out, &format!("  {}  ", place.place), &typeset(&place_words(place, l), l));
        }
        if self.zones.is_empty() {
            paragraph(out, "  ", l.pick("No time zone is known.", "Aucun fuseau horaire n’est connu."));
        }
        let width = self.zones.iter().map(|seen| seen.zone.name().len()).max().unwrap_or(0);
        for seen in &self.zones {
            let lead = format!("  {:width$}  ", seen.zone.name());
            paragraph(out, &lead, &typeset(&self.zone_words(seen, l), l));
        }
    }

    fn zone_words(&self, seen: &ZoneSeen, l: Language) -> String {
        let local = when::local(self.at, seen.zone, &self.table, true, l).zip(seen.offset);
        local.map_or_else(
            || l.pick("not known to the time zone data", "inconnu des données de fuseaux").to_owned(),
            |(local, offset)| format!("{local} ({}), {}", when::offset(offset), provenance(seen.known_by, l)),
        )
    }

    /// An instant in UTC and, where there are few zones, as their clocks show it.
    fn instant(&self, at: DateTime<Utc>, l: Language) -> String {
        let mut text = when::utc(at, l);
        if (1..=BESIDE).contains(&self.zones.len()) {
            let local = |seen: &ZoneSeen| {
                let local = when::shifted(at, seen.zone, &self.table)?;
                let day = chrono::Datelike::weekday(&local).num_days_from_monday();
                let (hour, minute) = (chrono::Timelike::hour(&local), chrono::Timelike::minute(&local));
                let second = chrono::Timelike::second(&local);
                let clock = when::clock(hour, minute, second, l);
                Some(format!("{} {} {clock}", seen.zone, when::weekday(day, l)))
            };
            let all: Vec<_> = self.zones.iter().filter_map(local).collect();
            if !all.is_empty() {
                text += &format!(" ({})", all.join(l.pick("; ", " ; ")));
            }
        }
        text
    }

    fn rule(&self, out: &mut String, seen: &Examined, whole: bool, l: Language) {
        let rule = &seen.rule;
        paragraph(out, "  • ", &format!("{} – {}", rule.id, typeset(&rule.asks(l), l)));
        // What a duty says stands in the first line already.
        for why in seen.whys.iter().filter(|why| !why.is_duty()) {
            paragraph(out, "      ", &why.words(&self.table, l));
        }
        let (reach, confidence) = (rule.reach.words(l), rule.confidence.words(l));
        let source = match l {
            Language::French => format!("{}, portée {reach}, {confidence}", rule.layer.words(l)),
            _ => format!("{}, reach {reach}, confidence {confidence}", rule.layer.words(l)),
        };
        paragraph(out, "      ", &format!("{} – {}", typeset(&source, l), rule.citation));
        if whole {
            let penalty = rule.penalty.as_ref().map(|penalty| typeset(&penalty.words(l), l));
            let note = Some(rule.note.clone()).filter(|note| !note.is_empty());
            let sources = Some(rule.sources.join("; ")).filter(|sources| !sources.is_empty());
            for (word, text) in [
                (l.pick("Penalty:", "Sanction\u{a0}:"), penalty),
                (l.pick("Note:", "Note\u{a0}:"), note),
                (l.pick("Sources:", "Sources\u{a0}:"), sources),
            ] {
                if let Some(text) = text {
                    paragraph(out, "      ", &format!("{word} {text}"));
                }
            }
        }
    }
}

impl Examined {
    /// Whether it had a say in the verdict, and not in what is written or kept alone.
    fn is_weighed(&self) -> bool {
        self.whys
            .iter()
            .any(|why| !why.is_duty() && !matches!(why, Why::NotLifted { .. } | Why::HostsOwn { .. }))
    }

    fn is_of_other_kind(&self) -> bool {
        !self.applied && matches!(self.whys.first(), Some(Why::OtherKind))
    }
}

impl Why {
    /// Whether it only repeats what the rule asks of a text, a sender or a record.
    const fn is_duty(&self) -> bool {
        matches!(self, Self::Carry(_) | Self::Forbids(_) | Self::Ends(_) | Self::Records(_) | Self::Keeps(_))
    }
}
