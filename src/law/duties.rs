//! What a rule asks of texts, lists, records and revocations, in words for a person.

use super::{
    AfterThat, Deadline, Effect, Extent, Feed, Forbidden, Forbids, Penalty, PenaltyUnit, Register,
    RequiredText, Retention, Revocation, terms::Language,
};

impl RequiredText {
    /// It in words.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let says = language.pick("says", "indique");
        format!("{} {says} {}", self.on.words(language), self.what_in_words(language))
    }

    pub(super) fn what_in_words(&self, l: Language) -> String {
        let mut text = self.what.words(l).to_owned();
        if !self.forms.is_empty() {
            let (open, close) = l.pick(("“", "”"), ("« ", " »"));
            let forms: Vec<_> = self.forms.iter().map(|form| format!("{open}{form}{close}")).collect();
            text += &format!(" ({})", forms.join(l.pick(" or ", " ou ")));
        }
        for more in [self.position.words(l), self.sender.words(l)].into_iter().filter(|more| !more.is_empty())
        {
            text += &format!(" {more}");
        }
        if let Some(days) = self.valid_days {
            let word = l.pick("good for {} days", "valable {} jours").replace("{}", &days.to_string());
            text += &format!(", {word}");
        }
        text
    }
}

impl Register {
    /// It in words.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let Self { name, max_age_days: days, effect } = self;
        let meaning = match effect {
            Effect::Bars => language.pick("nobody who is listed", "sauf inscrits"),
            Effect::Requires => language.pick("only who is listed", "inscrits seulement"),
            Effect::Ends => language.pick("consent from before it is void", "l'accord antérieur est caduc"),
        };
        match language {
            Language::English => format!("register {name}, at most {days} days old: {meaning}"),
            Language::French => format!("registre {name}, {days} jours au plus : {meaning}"),
        }
    }
}

impl Revocation {
    /// It in words.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let l = language;
        let mut ways = Vec::new();
        if !self.keywords.is_empty() {
            ways.push(self.keywords.iter().map(|word| word.to_uppercase()).collect::<Vec<_>>().join(" "));
        }
        if self.any_words {
            ways.push(l.pick("any clear words", "tout mot clair").to_owned());
        }
        if self.any_channel {
            ways.push(l.pick("any channel", "tout canal").to_owned());
        }
        if ways.is_empty() {
            ways.push(l.pick("a revocation", "une révocation").to_owned());
        }
        let mut text = ways.join(", ");
        text += match self.ends {
            Extent::All => l.pick(" ends all messages", " met fin à tout message"),
            Extent::Program => l.pick(" ends the program", " met fin au programme"),
        };
        if let Some(within) = &self.within {
            text += &format!(" {} {}", l.pick("within", "sous"), within.words(l));
        }
        if let Some(many) = self.confirmations {
            let word = if many == 1 { "confirmation" } else { "confirmations" };
            text += &format!(", {many} {word}");
            if let Some(minutes) = self.confirm_within_minutes {
                text += &format!(" {} {minutes} min", l.pick("within", "sous"));
            }
        }
        if self.may_clarify {
            text += l.pick(", which may ask which program", ", pouvant demander quel programme");
        }
        if self.by_class {
            text += l.pick(", or the class of messages named", ", ou à la catégorie nommée");
        }
        if let Some(days) = self.told_within_days {
            let told = l.pick(", told within {} days", ", information sous {} jours");
            text += &told.replace("{}", &days.to_string());
        }
        text
    }
}

impl Deadline {
    /// It in words: `10 business days (US-FEDERAL)`.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let days = self.days;
        match (self.business, &self.holidays) {
            (false, _) => format!("{days} {}", language.pick("days", "jours")),
            (true, holidays) => {
                let less =
                    holidays.as_ref().map(|calendar| format!(" ({})", calendar.id())).unwrap_or_default();
                format!("{days} {}{less}", language.pick("business days", "jours ouvrés"))
            }
        }
    }
}

impl Retention {
    /// It in words.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let Self { what, keep_months: months, counted_from, after } = self;
        let (what, from) = (what.words(language), counted_from.words(language));
        match (language, after) {
            (Language::English, AfterThat::MayErase) => format!("keeps {what} {months} months from {from}"),
            (Language::English, AfterThat::Erase) => format!("erases {what} {months} months after {from}"),
            (Language::French, AfterThat::MayErase) => {
                format!("conserver {what} {months} mois depuis {from}")
            }
            (Language::French, AfterThat::Erase) => format!("effacer {what} {months} mois après {from}"),
        }
    }
}

impl Forbidden {
    /// It in words.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let l = language;
        let of = self.of.join(", ");
        let mut text = match self.what {
            Forbids::Topic => format!("{} {of}", l.pick("nothing about", "rien sur")),
            Forbids::SenderPrefix => {
                format!("{} {of}", l.pick("no sender beginning with", "pas d'expéditeur en"))
            }
            Forbids::SenderAbroad => l.pick("no sender from abroad", "pas d'expéditeur étranger").to_owned(),
            Forbids::Link => format!("{} {of}", l.pick("no link to", "pas de lien vers")),
        };
        if self.unless_age_checked {
            text += l.pick(" unless the age was checked", " sauf âge vérifié");
        }
        text
    }
}

impl Penalty {
    /// It in words: `500 to 1500 USD a message (up to 1,500 if wilful)`.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let l = language;
        let amounts = match (self.min, self.max) {
            (Some(min), Some(max)) => format!("{min} {} {max} ", l.pick("to", "à")),
            (Some(min), None) => format!("{} {min} ", l.pick("from", "dès")),
            (None, Some(max)) => format!("{} {max} ", l.pick("up to", "jusqu'à")),
            (None, None) => return self.text.clone(),
        };
        let per = match self.per {
            Some(PenaltyUnit::Message) => l.pick(" a message", " par message"),
            Some(PenaltyUnit::Violation) => l.pick(" a violation", " par infraction"),
            None => "",
        };
        format!("{amounts}{}{per} ({})", self.currency, self.text)
    }
}

impl Feed {
    /// It in words.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let Self { name, max_age_hours: hours } = self;
        match language {
            Language::English => format!("the bans of {name}, at most {hours} h old"),
            Language::French => format!("les interdictions de {name}, {hours} h au plus"),
        }
    }
}
