//! The data files' codes in words, in each language.

use super::{
    CapKey, Certainty, Confidence, CountedFrom, Kept, Layer, Occasion, Position, Posture, Reach, Recorded,
    Requirement, SenderForm,
};
use crate::{consent::Basis, message::Kind};

/// A language of explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// English.
    English,
    /// French.
    French,
}

impl Language {
    /// The language of this ISO 639-1 code, English if it is another.
    #[must_use]
    pub fn of(code: &str) -> Self {
        if code.get(..2).is_some_and(|two| two.eq_ignore_ascii_case("fr")) {
            Self::French
        } else {
            Self::English
        }
    }

    /// The one of two texts that is in this language.
    pub(crate) const fn pick<T: Copy>(self, english: T, french: T) -> T {
        match self {
            Self::English => english,
            Self::French => french,
        }
    }
}

/// Gives an enum its words: `Variant => English, French`.
macro_rules! terms {
    ($( $name:ident { $( $variant:ident => $english:literal, $french:literal; )* } )*) => { $(
        impl $name {
            /// It in words.
            #[must_use]
            pub const fn words(self, language: Language) -> &'static str {
                match self { $( Self::$variant => language.pick($english, $french), )* }
            }
        }
    )* };
}

terms! {
    Layer {
        Statute => "statute", "loi";
        Regulation => "regulation", "règlement";
        Case => "case", "jurisprudence";
        Code => "code", "code professionnel";
        Carrier => "carrier", "opérateur";
        Practice => "practice", "usage";
    }
    Reach {
        Settled => "settled", "certaine";
        Contested => "contested", "contestée";
        Unclear => "unclear", "incertaine";
        Voice => "binds no text", "ne lie aucun SMS";
    }
    Confidence {
        High => "high", "source sûre";
        Medium => "medium", "source moyenne";
        Low => "low", "source faible";
    }
    Certainty {
        Settled => "settled", "certain";
        Contested => "contested", "contesté";
        Unclear => "unclear", "incertain";
    }
    Posture {
        Strict => "strict", "stricte";
        Settled => "settled", "droit certain seul";
    }
    Kind {
        Marketing => "marketing", "prospection";
        Transactional => "transactional", "transactionnel";
        Conversational => "conversational", "conversationnel";
        Authentication => "authentication", "authentification";
        Service => "service", "service";
    }
    Basis {
        ExpressWritten => "written consent", "consentement écrit";
        Express => "consent", "consentement";
        SoftOptIn => "soft opt-in", "exception client";
        Implied => "implied consent", "consentement tacite";
        None => "no consent", "aucun consentement";
    }
    Requirement {
        Identity => "who sends it", "l'expéditeur";
        Contact => "how to reach the sender", "un moyen de contact";
        OptOut => "how to end it", "le moyen d'arrêter";
        Label => "a mark", "une mention";
        SenderId => "the sender's name in a set form", "le nom d'expéditeur en forme imposée";
        Rates => "that rates may apply", "que des frais peuvent s'appliquer";
        Frequency => "how often messages come", "la fréquence";
        Help => "how to get help", "l'aide";
        Terms => "the terms", "les conditions";
        Privacy => "the privacy policy", "la politique de confidentialité";
        Description => "what is offered", "l'objet";
        Address => "a postal address", "une adresse postale";
        Language => "its language", "sa langue";
    }
    Position {
        Anywhere => "", "";
        Start => "at the start", "au début";
        End => "at the end", "à la fin";
    }
    SenderForm {
        Any => "", "";
        Reachable => "from a sender that takes replies", "d'un expéditeur joignable";
        Alphanumeric => "from a name that takes no replies", "d'un nom sans réponse possible";
    }
    Occasion {
        Each => "each message", "chaque message";
        First => "the first message", "le premier message";
        Monthly => "a message a month", "un message par mois";
        Request => "the request for consent", "la demande de consentement";
        OptIn => "the confirmation of an opt-in", "la confirmation d'inscription";
        OptOut => "the confirmation of a STOP", "la confirmation d'un STOP";
        Help => "the answer to HELP", "la réponse à AIDE";
    }
    CapKey {
        PersonSubject => "to a person about a subject", "par personne et par sujet";
        Person => "to a person", "par personne";
    }
    Recorded {
        Person => "who", "qui";
        Time => "when", "quand";
        Request => "the request as shown", "la demande telle que présentée";
        Purpose => "what for", "la finalité";
        Seller => "for which seller", "pour quel vendeur";
        Act => "by what act", "par quel acte";
        Dates => "dates of sale and inquiry", "les dates d'achat et de demande";
        Withdrawal => "withdrawals", "les retraits";
        Scrub => "what registers answered", "les réponses des registres";
        Message => "each message", "chaque message";
        Dispatch => "when each went out", "l'heure de chaque envoi";
    }
    Kept {
        Evidence => "evidence", "preuves";
        Suppression => "the suppression", "l'opposition";
        Prospect => "a prospect's data", "données de prospect";
    }
    CountedFrom {
        LastMessage => "the last message", "le dernier message";
        LastContact => "the person's last contact", "le dernier contact de la personne";
        Revocation => "the revocation", "la révocation";
    }
}
