//! What is said of places, reasons and rules, in words.

use chrono::{DateTime, Utc};

use super::{
    super::decision::{Fact, Need, Reason},
    Answer, DayOff, PlaceSeen, Unlifted, Why,
    typeset::typeset,
    when,
};
use crate::{
    law::{Coverage, Language},
    place::{Provenance, Zone, ZoneTable},
};

pub(super) fn provenance(from: Provenance, l: Language) -> &'static str {
    match from {
        Provenance::NumberPrefix => l.pick("by the number's prefix", "d'après le préfixe du numéro"),
        Provenance::PostalCode => l.pick("by the postal code", "d'après le code postal"),
        Provenance::Declared => l.pick("as declared", "déclaré"),
    }
}

pub(super) fn place_words(seen: &PlaceSeen, l: Language) -> String {
    let known = provenance(seen.known_by, l);
    let elsewhere = if seen.by_number {
        l.pick(
            "; the person is believed elsewhere, but its law counts the area code",
            " ; la personne est supposée ailleurs, mais son droit retient l'indicatif",
        )
    } else {
        ""
    };
    let covered = seen.coverage.as_ref().map_or_else(
        || {
            l.pick("not covered by the rule book on this date", "non couvert à cette date par le recueil")
                .to_owned()
        },
        |coverage| covered_words(coverage, l),
    );
    format!("{known}{elsewhere}{} {covered}", l.pick(";", " ;"))
}

fn covered_words(coverage: &Coverage, l: Language) -> String {
    let (since, confidence) = (when::date(coverage.from, l), coverage.confidence.words(l));
    match l {
        Language::French => format!("couvert depuis le {since}, {confidence}"),
        _ => format!("covered since {since}, confidence {confidence}"),
    }
}

/// Words, fact, rule, citation.
pub(super) fn reason_words(reason: &Reason, l: Language) -> String {
    let mut line = typeset(reason.code.words(l), l);
    let fact = fact_words(&reason.fact, l);
    if !fact.is_empty() {
        line += &format!(" ({fact})");
    }
    if let (Some(id), Some(citation)) = (reason.rule_id(), reason.citation()) {
        line += &format!(" [{id}{} {citation}]", l.pick(":", "\u{a0}:"));
    }
    line
}

fn fact_words(fact: &Fact, l: Language) -> String {
    let text = match fact {
        Fact::Local { zone, minute, weekday } => {
            let (hour, minute) = (u32::from(minute / 60), u32::from(minute % 60));
            let day = when::weekday(u32::from(*weekday), l);
            format!("{zone}{} {day} {}", l.pick(":", " :"), when::clock(hour, minute, 0, l))
        }
        Fact::Count { count, max, hours } => match l {
            Language::French => format!("{count} envois, au plus {max} en {hours} h"),
            _ => format!("{count} sent, at most {max} in {hours} h"),
        },
        Fact::Basis(basis) => basis.words(l).to_owned(),
        Fact::Since { at, .. } => format!("{}{}", l.pick("", "le "), when::utc(*at, l)),
        Fact::Grade { held, least } => match l {
            Language::French => format!("niveau {held}, {least} exigé"),
            _ => format!("grade {held}, {least} asked for"),
        },
        Fact::Register { name, as_of: Some(at) } => {
            format!("{name}, {} {}", l.pick("as of", "au"), when::utc(*at, l))
        }
        Fact::Register { name, as_of: None } => {
            format!("{name}, {}", l.pick("never asked", "jamais consulté"))
        }
        Fact::Banned { place, act, until: Some(at) } => {
            format!("{place}, {act}, {} {}", l.pick("until", "jusqu'au"), when::utc(*at, l))
        }
        other => other.to_string(),
    };
    typeset(&text, l)
}

pub(super) fn need_words(need: Need, l: Language) -> &'static str {
    match need.code() {
        "place" => l.pick("the country or state", "le pays ou l'État"),
        "zone" => l.pick("the time zone, or a postal code", "le fuseau horaire, ou un code postal"),
        "coverage" => l.pick("a rule book that covers the place", "un recueil de règles qui couvre le lieu"),
        "zone_data" => l.pick("newer time zone data", "des données de fuseaux plus récentes"),
        "sale_at" => l.pick("the date of the last sale", "la date du dernier achat"),
        "inquiry_at" => l.pick("the date of the last inquiry", "la date de la dernière demande"),
        "register" => l.pick("a register's answer", "la réponse d'un registre"),
        "feed" => l.pick("a list of bans, or a newer one", "une liste d'interdictions, ou une plus récente"),
        "sender" => {
            l.pick("the country that the sender is registered in", "le pays où l'expéditeur est enregistré")
        }
        other => other,
    }
}

impl Why {
    /// It in words. Times are by the clock of the zone that they are about, else UTC.
    pub(super) fn words(&self, table: &ZoneTable, l: Language) -> String {
        let text = match self {
            Self::Voice => l.pick("Does not apply: it is about voice calls.", "Sans objet : elle vise les appels vocaux.").to_owned(),
            Self::OtherKind => l.pick("Does not apply: it is about other kinds of message.", "Sans objet : elle vise d'autres types de message.").to_owned(),
            Self::NotYet { from } => format!("{} {}.", l.pick("Not in force yet: begins on", "Pas encore en vigueur : commence le"), when::date(*from, l)),
            Self::Over { to } => format!("{} {}.", l.pick("No longer in force since", "N'est plus en vigueur depuis le"), when::date(*to, l)),
            Self::SwitchedOff { reason } => format!("{} {reason}", l.pick("Switched off by the host:", "Désactivée par l'hôte :")),
            Self::HostsOwn { file } => format!("{} {file}.", l.pick("Put in place by the host's file", "Mise en place par le fichier de l'hôte")),
            Self::Warns => l.pick("Only a warning: it is not settled that it reaches texts, and the posture goes by settled law.", "Simple avertissement : sa portée sur les SMS n'est pas certaine, et la posture s'en tient au droit certain.").to_owned(),
            Self::Lifted(lift) => format!("{} {}.", l.pick("Lifted by:", "Levée par :"), lift.words(l)),
            Self::NotLifted { lift, because } => format!("{} {}{} {}.", l.pick("Not lifted by:", "Non levée par :"), lift.words(l), l.pick(";", " ;"), because.words(l)),
            Self::Open { .. } | Self::Closed { .. } | Self::NoClock { .. } => self.hours_words(table, l),
            Self::Counted { .. } | Self::Ground { .. } | Self::Register { .. } => self.held_words(l),
            Self::Carry(text) => format!("{} {}.", l.pick("To see to:", "À respecter :"), text.words(l)),
            Self::Forbids(what) => format!("{} {}.", l.pick("Forbids:", "Interdit :"), what.words(l)),
            Self::Feed(feed) => format!("{} {}.", l.pick("Needs", "Nécessite"), feed.words(l)),
            Self::Ends(revocation) => format!("{} {}.", l.pick("Revocation:", "Révocation :"), revocation.words(l)),
            Self::Records(what) => {
                let what: Vec<_> = what.iter().map(|what| what.words(l)).collect();
                format!("{} {}.", l.pick("To keep on record:", "À consigner :"), what.join(", "))
            }
            Self::Keeps(kept) => format!("{} {}.", l.pick("Retention:", "Conservation :"), kept.words(l)),
            Self::Tripped { code, fact } => {
                let fact = Some(fact_words(fact, l)).filter(|fact| !fact.is_empty());
                let fact = fact.map(|fact| format!(" ({fact})")).unwrap_or_default();
                format!("{}{fact}", code.words(l))
            }
            Self::Nothing => l.pick("Asks nothing that is counted here.", "Ne demande rien qui soit compté ici.").to_owned(),
        };
        typeset(&text, l)
    }

    fn hours_words(&self, table: &ZoneTable, l: Language) -> String {
        let at = |at: &DateTime<Utc>, zone: &Zone| {
            when::local(*at, *zone, table, false, l).unwrap_or_else(|| when::utc(*at, l))
        };
        let day_words = |day: &Option<DayOff>| match day {
            None => String::new(),
            Some(DayOff::Holiday(name)) => format!(" ({} {name})", l.pick("holiday:", "jour férié :")),
            Some(DayOff::Discouraged(name)) => {
                let name = name.as_ref().map(|name| format!("{} {name}", l.pick(":", " :")));
                format!(
                    " ({}{})",
                    l.pick("tolerated but discouraged", "toléré mais déconseillé"),
                    name.unwrap_or_default()
                )
            }
        };
        match self {
            Self::Open { zone, until, day } => {
                let until = until.as_ref().map_or_else(
                    || l.pick("open for the next 8 days", "ouvert pour les 8 prochains jours").to_owned(),
                    |until| format!("{} {}", l.pick("open until", "ouvert jusqu'au"), at(until, zone)),
                );
                format!("{zone}{} {until}{}", l.pick(":", " :"), day_words(day))
            }
            Self::Closed { zone, since, until, day } => {
                let since = since.as_ref().map_or_else(
                    || l.pick("closed for more than 8 days", "fermé depuis plus de 8 jours").to_owned(),
                    |since| format!("{} {}", l.pick("closed since", "fermé depuis le"), at(since, zone)),
                );
                let until = until.as_ref().map_or_else(
                    || l.pick("does not open within 8 days", "n'ouvre pas sous 8 jours").to_owned(),
                    |until| format!("{} {}", l.pick("opens", "ouvre le"), at(until, zone)),
                );
                format!("{zone}{} {since}{}{} {until}", l.pick(":", " :"), day_words(day), l.pick(";", " ;"))
            }
            Self::NoClock { zone } => {
                format!(
                    "{zone}{} {}",
                    l.pick(":", " :"),
                    l.pick("its clock or calendar is not known", "horloge ou calendrier inconnus")
                )
            }
            _ => String::new(),
        }
    }

    fn held_words(&self, l: Language) -> String {
        let at = |at: &DateTime<Utc>| when::utc(*at, l);
        match self {
            Self::Counted { cap, count, room_at } => {
                let (max, hours) = (cap.max, cap.per_hours);
                let mut text = match l {
                    Language::French => format!("Envois comptés en {hours} h : {count} sur {max}"),
                    _ => format!("Messages counted in {hours} h: {count} of {max}"),
                };
                if *count >= u32::from(cap.max) {
                    text += &room_at.as_ref().map_or_else(
                        || l.pick("; full", " ; plus de place").to_owned(),
                        |room| {
                            format!(
                                "{} {}",
                                l.pick("; full, room again from", " ; plus de place avant le"),
                                at(room)
                            )
                        },
                    );
                }
                text
            }
            Self::Ground { basis: crate::consent::Basis::None, .. } => {
                l.pick("No consent is asked for.", "Aucun consentement n'est demandé.").to_owned()
            }
            Self::Ground { basis, given, until } => {
                let mut text =
                    format!("{} {}", l.pick("Ground found:", "Fondement trouvé :"), basis.words(l));
                if let Some(given) = given {
                    text += &format!("{} {}", l.pick(", given", ", du"), when::date(given.date_naive(), l));
                }
                if let Some(until) = until {
                    text += &format!("{} {}", l.pick(", lapses", ", caduc le"), at(until));
                }
                text
            }
            Self::Register { name, answer, as_of, good_until } => {
                let asked = as_of.as_ref().map_or_else(
                    || l.pick("never asked", "jamais consulté").to_owned(),
                    |as_of| format!("{} {}", l.pick("answered as of", "réponse du"), at(as_of)),
                );
                let good = good_until.as_ref().filter(|_| *answer == Answer::Clear);
                let good =
                    good.map(|good| format!("{} {}", l.pick(", good until", ", valable jusqu'au"), at(good)));
                let answer = match answer {
                    Answer::Clear => l.pick("nothing in the way", "rien ne s'y oppose"),
                    Answer::Barred => l.pick("it forbids the message", "il interdit le message"),
                    Answer::Unasked => {
                        l.pick("must be asked first, or again", "à consulter d'abord, ou à nouveau")
                    }
                };
                let name = format!("{} {name}{}", l.pick("Register", "Registre"), l.pick(":", " :"));
                format!("{name} {asked}{}{} {answer}", good.unwrap_or_default(), l.pick(";", " ;"))
            }
            _ => String::new(),
        }
    }
}

impl Unlifted {
    fn words(self, l: Language) -> &'static str {
        match self {
            Self::NotMet => l.pick("nothing on record meets it", "rien au dossier n'y répond"),
            Self::NeverOnRecord => l.pick(
                "no record can show it, so it is never assumed",
                "aucun enregistrement ne peut le montrer, il n'est donc jamais supposé",
            ),
            Self::Doubtful => l.pick(
                "it is met, but under the strict posture only a settled lift lifts",
                "il est rempli, mais en posture stricte seul ce qui est certain lève une règle",
            ),
        }
    }
}
