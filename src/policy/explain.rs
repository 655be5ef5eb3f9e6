use std::fmt::Write;

use super::decision::{Code, Decision, Reason, Verdict};
use crate::law::Language;

impl Code {
    /// The reason in words.
    #[must_use]
    pub const fn words(self, language: Language) -> &'static str {
        let (english, french) = match self {
            Self::Revoked => {
                ("The person asked not to be written to.", "La personne a demandé à ne plus être contactée.")
            }
            Self::Suspended => (
                "A doubtful reply waits for a human.",
                "Une réponse ambiguë attend d'être lue par un humain.",
            ),
            Self::NumberReassigned => (
                "The number now belongs to somebody else.",
                "Le numéro appartient désormais à quelqu'un d'autre.",
            ),
            Self::Erased => ("The person was erased.", "La personne a été effacée."),
            Self::SenderBlocked => (
                "The gateway or network blocks this sender for the person.",
                "La passerelle ou le réseau bloque cet expéditeur pour la personne.",
            ),
            Self::NoConsent => ("No consent is on record.", "Aucun consentement n'est enregistré."),
            Self::BasisInsufficient => (
                "The ground on record does not suffice for this kind of message.",
                "Le fondement enregistré ne suffit pas pour ce type de message.",
            ),
            Self::BasisExpired => ("The ground on record has lapsed.", "Le fondement enregistré a expiré."),
            Self::BasisDateMissing => {
                ("A date that the ground leans on is missing.", "Une date dont dépend le fondement manque.")
            }
            Self::ConsentNotYet => {
                ("Consent is dated later than this.", "Le consentement est postérieur à ce moment.")
            }
            Self::MarketplaceOnly => (
                "A marketplace buyer may get transactional messages only.",
                "Un acheteur de place de marché ne reçoit que des messages transactionnels.",
            ),
            Self::PlaceUnknown => ("Country or state unknown.", "Pays ou État inconnu."),
            Self::ZoneUnknown => ("Time zone unknown.", "Fuseau horaire inconnu."),
            Self::NoCoverage => (
                "The rule book does not cover this place on this date.",
                "Le recueil de règles ne couvre pas ce lieu à cette date.",
            ),
            Self::ZoneData => (
                "The time zone data does not reach this date, or is too old for it.",
                "Les données de fuseaux ne couvrent pas cette date, ou sont trop anciennes pour elle.",
            ),
            Self::WindowClosed => ("Outside the permitted hours.", "Hors des horaires autorisés."),
            Self::NoCommonWindow => (
                "No moment within 8 days suits every place and zone where the person may be.",
                "Aucun moment sous 8 jours ne convient à tous les lieux et fuseaux possibles.",
            ),
            Self::CapReached => ("The frequency cap is reached.", "La limite de fréquence est atteinte."),
            Self::BrandHours => {
                ("Outside the brand's own hours.", "Hors des horaires choisis par la marque.")
            }
            Self::BrandCap => {
                ("The brand's own cap is reached.", "La limite choisie par la marque est atteinte.")
            }
            Self::ClockBehind => {
                ("The clock is behind the newest record.", "L'horloge retarde sur le dernier enregistrement.")
            }
            Self::CampaignOver => ("The campaign is over.", "La campagne est terminée."),
            Self::AnswerSpent => (
                "Such an answer went out within 24 hours, comes too late, or tells of what is over.",
                "Une telle réponse est partie sous 24 heures, vient trop tard, ou porte sur ce qui a pris fin.",
            ),
            Self::Contended => (
                "Others wrote to this person's record all the time.",
                "Le dossier de la personne était sans cesse modifié.",
            ),
            Self::WindowClosing => (
                "Too little of the lawful hours is left for the gateway to deliver within them.",
                "Il reste trop peu d'heures autorisées pour une livraison dans les temps.",
            ),
            Self::Irrelevant => {
                ("The host says that the message has become pointless.", "Le message n'a plus d'objet.")
            }
            Self::Undeliverable => (
                "The number could not be reached, and nobody has been heard from it since.",
                "Le numéro n'a pas pu être joint et n'a plus donné signe de vie depuis.",
            ),
            Self::EvidenceWeak => (
                "The consent cannot be shown as well as is asked for here.",
                "Le consentement ne peut pas être prouvé aussi bien qu'exigé ici.",
            ),
            Self::RegisterStale => (
                "A register must be asked first, or again.",
                "Un registre doit d'abord être consulté, ou l'être à nouveau.",
            ),
            Self::RegisterListed => (
                "What a register says of the number forbids it.",
                "Ce qu'un registre dit du numéro l'interdit.",
            ),
            Self::Banned => (
                "A ban is declared where the person may be.",
                "Une interdiction est déclarée là où la personne peut se trouver.",
            ),
            Self::FeedStale => (
                "A list of bans must be loaded first, or a newer one.",
                "Une liste d'interdictions doit d'abord être chargée, ou une plus récente.",
            ),
            Self::Forbidden => ("A rule forbids the subject.", "Une règle interdit ce sujet."),
            Self::SenderForbidden => ("A rule forbids the sender.", "Une règle interdit cet expéditeur."),
            Self::SenderUnknown => (
                "A rule forbids senders of other countries, and the country of this one is not known.",
                "Une règle interdit les expéditeurs d'autres pays, et le pays de celui-ci n'est pas connu.",
            ),
            Self::SenderForm => (
                "The sender's name has not the form that a rule prescribes.",
                "Le nom de l'expéditeur n'a pas la forme qu'une règle impose.",
            ),
            Self::SenderBusy => (
                "The sender has no room for it before the lawful hours end.",
                "L'expéditeur ne peut pas l'envoyer avant la fin des heures autorisées.",
            ),
        };
        match language {
            Language::English => english,
            Language::French => french,
        }
    }
}

impl Reason {
    /// The reason as a line for a person: words, fact, rule, citation.
    #[must_use]
    pub fn line(&self, language: Language) -> String {
        let mut line = self.code.words(language).to_owned();
        let fact = self.fact.to_string();
        if !fact.is_empty() {
            let _ = write!(line, " ({fact})");
        }
        if let (Some(id), Some(citation)) = (self.rule_id(), self.citation()) {
            let _ = write!(line, " [{id}: {citation}]");
        }
        line
    }
}

impl Decision {
    /// The decision as a few lines for a person. The same decision gives the same bytes.
    #[must_use]
    pub fn explain(&self, language: Language) -> String {
        let stamp = |at: Option<chrono::DateTime<chrono::Utc>>| {
            at.map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string())
        };
        let french = language == Language::French;
        let mut text = match (self.verdict, french) {
            (Verdict::Allow { not_after }, false) => {
                stamp(not_after).map_or("It may go.".to_owned(), |at| format!("It may go, until {at}."))
            }
            (Verdict::Allow { not_after }, true) => stamp(not_after)
                .map_or("L'envoi est permis.".to_owned(), |at| format!("L'envoi est permis jusqu'au {at}.")),
            (Verdict::Defer { until }, false) => stamp(until)
                .map_or("It waits for a missing fact.".to_owned(), |at| format!("It waits until {at}.")),
            (Verdict::Defer { until }, true) => stamp(until)
                .map_or("L'envoi attend un fait manquant.".to_owned(), |at| {
                    format!("L'envoi attend jusqu'au {at}.")
                }),
            (Verdict::Deny, false) => "It may not go.".to_owned(),
            (Verdict::Deny, true) => "L'envoi est refusé.".to_owned(),
        };
        for reason in &self.reasons {
            let _ = write!(text, "\n- {}", reason.line(language));
        }
        for warning in &self.warnings {
            let word = if french { "avertissement" } else { "warning" };
            let _ = write!(text, "\n- {word}: {}", warning.line(language));
        }
        if !self.needs.is_empty() {
            let needs: Vec<_> = self.needs.iter().map(|need| need.code()).collect();
            let word = if french { "Il manque" } else { "Missing" };
            let _ = write!(text, "\n{word}: {}", needs.join(", "));
        }
        text
    }
}
