//! What a rule asks, in one line for a person.

use super::{
    AfterThat, Cap, Deadline, Effect, Extent, Feed, Forbidden, Forbids, Ground, Hours, Lift, LiftBy, Need,
    Penalty, PenaltyUnit, Register, RequiredText, Retention, Revocation, Rule, terms::Language,
};
use crate::consent::Basis;

impl Rule {
    /// What it asks, in one line and without its place, source or dates. The same rule gives the same line.
    ///
    /// ```
    /// use optin::law::{Language, Rulebook};
    /// let book = Rulebook::builtin();
    /// let hours = book.rule("US-FED-HOURS").unwrap();
    /// assert_eq!(hours.asks(Language::English), "marketing: only all days 08:00–21:00");
    /// assert_eq!(hours.asks(Language::French), "prospection : seulement tous les jours 08:00–21:00");
    /// ```
    #[must_use]
    pub fn asks(&self, language: Language) -> String {
        let l = language;
        let mut parts: Vec<String> = Vec::new();
        parts.extend(
            self.hours.as_ref().map(|hours| format!("{} {}", l.pick("only", "seulement"), hours.words(l))),
        );
        parts.extend(self.caps.iter().map(|cap| cap.words(l)));
        parts.extend(self.bases.as_ref().map(|bases| grounds(bases.grounds(), l)));
        parts.extend(self.required.iter().map(|text| text.words(l)));
        parts.extend(self.registers.iter().map(|register| register.words(l)));
        parts.extend(self.revocation.as_ref().map(|revocation| revocation.words(l)));
        if !self.records.is_empty() {
            let what: Vec<_> = self.records.iter().map(|what| what.words(l)).collect();
            parts.push(format!("{} {}", l.pick("on record:", "à consigner :"), what.join(", ")));
        }
        parts.extend(self.retention.iter().map(|row| row.words(l)));
        parts.extend(self.forbids.iter().map(|row| row.words(l)));
        parts.extend(self.feed.as_ref().map(|feed| feed.words(l)));
        if parts.is_empty() {
            parts.push(l.pick("nothing that is counted here", "rien qui soit compté ici").to_owned());
        }
        let kinds: Vec<_> = self.kinds.iter().map(|kind| kind.words(l)).collect();
        let kinds = if self.kinds == super::KindSet::all() {
            l.pick("all kinds", "tous les types").to_owned()
        } else {
            kinds.join(", ")
        };
        format!("{kinds}{} {}", l.pick(":", " :"), parts.join(l.pick("; ", " ; ")))
    }
}

fn days(set: super::DaySet, l: Language) -> String {
    const ENGLISH: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const FRENCH: [&str; 7] = ["lun", "mar", "mer", "jeu", "ven", "sam", "dim"];
    if set == super::DaySet::ALL {
        return l.pick("all days", "tous les jours").to_owned();
    }
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for day in (0..7).filter(|&day| set.holds(day)) {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == day => *last = day,
            _ => spans.push((day, day)),
        }
    }
    let name =
        |day: u32| usize::try_from(day).ok().and_then(|day| l.pick(&ENGLISH, &FRENCH).get(day)).copied();
    let span = |(first, last): (u32, u32)| match (name(first), name(last)) {
        (Some(first), Some(last)) if first != last => format!("{first}–{last}"),
        (first, _) => first.unwrap_or_default().to_owned(),
    };
    spans.into_iter().map(span).collect::<Vec<_>>().join(", ")
}

fn calendars(list: &[std::sync::Arc<super::Calendar>]) -> String {
    list.iter().map(|calendar| calendar.id()).collect::<Vec<_>>().join(", ")
}

impl Hours {
    /// The windows in words: `Mon–Fri 08:00–20:00, Sat 10:00–18:00, not on holidays (US-PA)`.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let l = language;
        let window = |w: &super::Window| format!("{} {}–{}", days(w.days(), l), w.from(), w.to());
        let mut text = self.windows().iter().map(window).collect::<Vec<_>>().join(", ");
        if let Some(zone) = self.zone() {
            text += &format!(" ({} {zone})", l.pick("by the clock of", "à l'heure de"));
        }
        if !self.holidays().is_empty() {
            let not = l.pick("not on holidays", "sauf jours fériés");
            text += &format!(", {not} ({})", calendars(self.holidays()));
        }
        let mut shunned = Vec::new();
        if !self.discouraged().is_empty() {
            shunned.push(days(self.discouraged(), l));
        }
        if !self.discouraged_holidays().is_empty() {
            let holidays = l.pick("holidays", "jours fériés");
            shunned.push(format!("{holidays} ({})", calendars(self.discouraged_holidays())));
        }
        if !shunned.is_empty() {
            let word = l.pick("discouraged:", "déconseillé :");
            text += &format!(", {word} {}", shunned.join(", "));
        }
        text
    }
}

impl Cap {
    /// It in words.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let Self { max, per_hours, key } = self;
        let (at_most, within) = language.pick(("at most", "in"), ("au plus", "en"));
        format!("{at_most} {max} {within} {per_hours} h {}", key.words(language))
    }
}

fn grounds(grounds: &[Ground], l: Language) -> String {
    if grounds.iter().any(|ground| ground.basis == Basis::None && ground.needs.is_empty()) {
        return l.pick("no consent needed", "sans consentement").to_owned();
    }
    let either = l.pick(" or ", " ou ");
    let all: Vec<_> = grounds.iter().map(|ground| ground.words(l)).collect();
    format!("{} {}", l.pick("only on", "seulement sur"), all.join(either))
}

impl Ground {
    /// It in words: `soft opt-in (sale within 24 months)`.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let basis = self.basis.words(language);
        if self.needs.is_empty() {
            return basis.to_owned();
        }
        let needs: Vec<_> = self.needs.iter().map(|need| need.words(language)).collect();
        format!("{basis} ({})", needs.join(language.pick(" or ", " ou ")))
    }
}

impl Need {
    /// It in words.
    #[must_use]
    pub fn words(self, language: Language) -> String {
        let months = |english: &str, french: &str, months: u16| {
            language.pick(english, french).replace("{}", &months.to_string())
        };
        match self {
            Self::Sale => language.pick("a sale", "un achat").to_owned(),
            Self::Inquiry => language.pick("an inquiry", "une demande").to_owned(),
            Self::SaleWithin { months: n } => months("sale within {} months", "achat sous {} mois", n),
            Self::InquiryWithin { months: n } => {
                months("inquiry within {} months", "demande sous {} mois", n)
            }
            Self::ConsentWithin { months: n } => {
                months("given or confirmed within {} months", "donné ou confirmé sous {} mois", n)
            }
            Self::SaleRolling { months: n } => months(
                "sale within {} months, anew with each message",
                "achat sous {} mois, renouvelé par chaque message",
                n,
            ),
        }
    }
}

impl RequiredText {
    /// It in words.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let l = language;
        let mut text = format!("{} {} {}", self.on.words(l), l.pick("says", "indique"), self.what.words(l));
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

impl Lift {
    /// What lifts, and how sure that is if it is not settled: `sale within 18 months (contested)`.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let by = match &self.by {
            LiftBy::Consent => Basis::Express.words(language).to_owned(),
            LiftBy::ExpressWritten => Basis::ExpressWritten.words(language).to_owned(),
            LiftBy::AnyGround => language.pick("any recorded ground", "tout fondement enregistré").to_owned(),
            LiftBy::Request => language.pick("express request", "demande expresse").to_owned(),
            LiftBy::SaleWithin { months } => Need::SaleWithin { months: *months }.words(language),
            LiftBy::InquiryWithin { months } => Need::InquiryWithin { months: *months }.words(language),
            LiftBy::SeparateConsent { what } => {
                format!("{} {what}", language.pick("separate consent to", "consentement séparé :"))
            }
            LiftBy::Other { text } => text.clone(),
        };
        match self.certainty {
            super::Certainty::Settled => by,
            other => format!("{by} ({})", other.words(language)),
        }
    }
}
