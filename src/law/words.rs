//! What a rule asks, in one line for a person.

use super::{Cap, Ground, Hours, Lift, LiftBy, Need, Rule, terms::Language};
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
        for texts in self.required.chunk_by(|a, b| a.on == b.on) {
            let on = texts.first().map(|text| text.on.words(l)).unwrap_or_default();
            let what: Vec<_> = texts.iter().map(|text| text.what_in_words(l)).collect();
            parts.push(format!("{on} {} {}", l.pick("says", "indique"), what.join(", ")));
        }
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
            let nothing = l.pick("nothing that is counted here", "rien qui soit compté ici");
            parts.push(if self.note.is_empty() { nothing.to_owned() } else { self.note.clone() });
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
