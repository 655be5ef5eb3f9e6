//! Words of headers and cells, whatever their case, accents and separators.

use std::{collections::HashMap, sync::OnceLock};

use serde::{Deserialize, de::IntoDeserializer};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::format::{Column, Meaning};

/// A text without what differs between two exports: case, accents, spaces and punctuation. Signs stay signs.
pub(super) fn key(text: &str) -> String {
    let squashed: String = if text.is_ascii() {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    } else {
        text.nfkd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    if squashed.is_empty() { text.trim().to_owned() } else { squashed }
}

/// The words of a text, each as [`key`] has it. `SentDate` and `SMSConsent` are two words each.
pub(super) fn words(text: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let letters: Vec<char> = text.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    for (at, c) in letters.iter().enumerate() {
        let lower = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|c| c.is_lowercase());
        let hump = c.is_uppercase()
            && (lower(at.checked_sub(1)) || (lower(Some(at + 1)) && word.chars().count() > 1));
        if (hump || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// What a word of a header speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Class {
    Sms,
    Elsewhere,
    Phone,
    Landline,
    Mobile,
    Consent,
    Status,
    Out,
    Bounce,
    Complaint,
    Time,
    About,
    Machine,
    Digits,
    Noise,
}

impl Class {
    fn named(name: &str) -> Option<Self> {
        let name: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = name.into_deserializer();
        Self::deserialize(name).ok()
    }
}

/// What a column is, by the words of its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A number: of another place 0, plain 1, of a mobile 2, for texts 3.
    Number(u8),
    /// `SMS`: the number where there is no other, else the consent.
    Sms,
    /// A consent.
    Consent(Trust),
    /// A state of nobody knows what: only words of consent are a consent.
    Status,
    /// When the consent was given.
    ConsentTime(Trust),
    /// Takes permission away, if it has anything but a no.
    Closes { meaning: Meaning, time: bool },
    /// A consent to something else.
    Elsewhere,
    /// An address of e-mail: there are consents in the file that may be about it.
    Address,
    /// None of these.
    Nothing,
}

impl Role {
    /// What a column takes away, if it does.
    pub(super) const fn closes(self) -> Option<Meaning> {
        match self {
            Self::Closes { meaning, .. } => Some(meaning),
            _ => None,
        }
    }
}

/// Whether a consent is one to texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// It says so.
    Sure,
    /// It says nothing else: only if nothing in the file speaks of e-mail.
    Alone,
    /// It may be one to calls, or to e-mail: it closes, and opens nothing.
    Doubtful,
}

#[derive(Deserialize)]
struct Words {
    #[serde(rename = "as_of")]
    _as_of: String,
    headers: HashMap<String, Vec<String>>,
    values: Column,
}

struct Table {
    classes: HashMap<String, Class>,
    values: Column,
}

/// Constant data: the cell only spares reading the text again.
fn table() -> Option<&'static Table> {
    static TABLE: OnceLock<Option<Table>> = OnceLock::new();
    let read = || {
        let words: Words = basic_toml::from_str(include_str!("data/words.toml")).ok()?;
        let mut phrases = Vec::new();
        for (name, list) in &words.headers {
            let class = Class::named(name)?;
            phrases.extend(list.iter().map(|word| (key(word), class)));
        }
        // What is a word of noise and something else is something else.
        let (noise, rest): (Vec<_>, Vec<_>) =
            phrases.into_iter().partition(|(_, class)| *class == Class::Noise);
        let classes = noise.into_iter().chain(rest).collect();
        Some(Table { classes, values: words.values })
    };
    TABLE.get_or_init(read).as_ref()
}

/// The words that everybody uses for the state of a consent; `None` if the library's table does not read.
pub(super) fn values() -> Option<&'static Column> {
    table().map(|table| &table.values)
}

/// What a column is.
pub(super) fn role(header: &str) -> Option<Role> {
    let table = table()?;
    // A file without headers has somebody's number in their place.
    if header.chars().filter(|c| c.is_numeric()).count() > 4 {
        return Some(Role::Nothing);
    }
    let words = words(header);
    let (mut found, mut unknown, mut at) = (Vec::new(), false, 0);
    while at < words.len() {
        let longest = (1..=4).rev().find_map(|length| {
            let phrase = words.get(at..at + length)?.concat();
            table.classes.get(&phrase).map(|class| (length, *class))
        });
        match longest {
            Some((length, class)) => {
                found.push(class);
                at += length;
            }
            None => {
                unknown = true;
                at += 1;
            }
        }
    }
    Some(judged(&found, unknown))
}

fn judged(found: &[Class], unknown: bool) -> Role {
    let has = |class| found.contains(&class);
    let noise = [Class::Noise, Class::Digits];
    let only = |classes: &[Class]| !unknown && found.iter().all(|c| classes.contains(c) || noise.contains(c));
    let elsewhere = has(Class::Elsewhere) && !has(Class::Sms);
    let landline = has(Class::Landline);
    let number = has(Class::Phone) || has(Class::Mobile) || landline;
    let closes = [
        (Class::Out, Meaning::OptedOut),
        (Class::Complaint, Meaning::Complained),
        (Class::Bounce, Meaning::Bounced),
    ];
    if has(Class::Machine) {
        return Role::Nothing;
    }
    if let Some((_, meaning)) = closes.into_iter().find(|(class, _)| has(*class)) {
        let time = has(Class::Time);
        return if elsewhere { Role::Nothing } else { Role::Closes { meaning, time } };
    }
    if has(Class::About) {
        return Role::Nothing;
    }
    let sms = has(Class::Sms) || has(Class::Mobile);
    if has(Class::Consent) || (has(Class::Status) && (has(Class::Sms) || has(Class::Elsewhere))) {
        let trust = match (sms, has(Class::Phone) || has(Class::Elsewhere)) {
            (_, true) if has(Class::Elsewhere) => Trust::Doubtful,
            (true, _) => Trust::Sure,
            (false, true) => Trust::Doubtful,
            (false, false) => Trust::Alone,
        };
        return match (unknown, elsewhere, has(Class::Time)) {
            (true, ..) => Role::Nothing,
            (_, true, _) => Role::Elsewhere,
            (.., true) => Role::ConsentTime(trust),
            (.., false) => Role::Consent(trust),
        };
    }
    if has(Class::Time) || has(Class::Status) {
        return if only(&[Class::Status]) { Role::Status } else { Role::Nothing };
    }
    match (number, has(Class::Sms), unknown || landline || has(Class::Elsewhere)) {
        (true, _, true) => Role::Number(0),
        (true, true, false) => Role::Number(3),
        (true, false, false) => Role::Number(if has(Class::Mobile) { 2 } else { 1 }),
        (false, true, false) if has(Class::Digits) => Role::Number(3),
        (false, true, false) if found.len() > 1 => Role::Consent(Trust::Sure),
        (false, true, false) => Role::Sms,
        (false, false, _) if has(Class::Elsewhere) => Role::Address,
        _ => Role::Nothing,
    }
}

/// Whether a word of a state speaks of a consent by itself.
pub(super) fn of_consent(value: &str) -> bool {
    let is = |word: &String| table().is_some_and(|t| t.classes.get(word) == Some(&Class::Consent));
    is(&key(value)) || words(value).iter().any(is)
}

/// Whether a channel is that of texts; `None` when it is not known.
pub(super) fn of_texts(channel: &str) -> Option<bool> {
    let table = table()?;
    let classes: Vec<_> = words(channel).iter().map(|word| table.classes.get(word).copied()).collect();
    let has = |class| classes.contains(&Some(class));
    let all = ["all", "any", "both", "global", "tous", "toutes", "marketing", "smsmarketing"];
    if has(Class::Sms) || has(Class::Mobile) || all.contains(&key(channel).as_str()) {
        return Some(true);
    }
    let elsewhere = ["notification", "dynamiccontent", "facebook", "instagram", "web", "directmail"];
    (has(Class::Elsewhere) || elsewhere.contains(&key(channel).as_str())).then_some(false)
}

/// Of a value that lists channels, such as `['email', 'sms']`: whether texts are among them.
pub(super) fn channels(value: &str) -> Option<bool> {
    let words = words(value);
    let known = ["sms", "text", "mms", "email", "web", "push", "mobile", "directmail", "whatsapp"];
    let listed = !words.is_empty() && words.iter().all(|word| known.contains(&word.as_str()));
    listed.then(|| words.iter().any(|word| word == "sms" || word == "text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_by_their_words() {
        let sure = Role::Consent(Trust::Sure);
        let unsure = Role::Consent(Trust::Alone);
        let doubt = Role::Consent(Trust::Doubtful);
        let out = |time| Role::Closes { meaning: Meaning::OptedOut, time };
        let cases = [
            ("Phone", Role::Number(1)),
            ("phone_number", Role::Number(1)),
            ("Numéro de téléphone", Role::Number(1)),
            ("N° de téléphone du client", Role::Number(1)),
            ("Téléphone mobile", Role::Number(2)),
            ("MobilePhone", Role::Number(2)),
            ("SMS Phone Number", Role::Number(3)),
            ("Numéro SMS", Role::Number(3)),
            ("Default Address Phone", Role::Number(0)),
            ("Téléphone fixe", Role::Number(0)),
            ("Téléphone de livraison", Role::Number(0)),
            ("Phone country", Role::Nothing),
            ("Order number", Role::Nothing),
            ("Landline", Role::Number(0)),
            ("phone +33612345678", Role::Nothing),
            ("SMS", Role::Sms),
            ("Accepts SMS Marketing", sure),
            ("SMSConsent", sure),
            ("Accepte le marketing par SMS", sure),
            ("Consentement SMS", sure),
            ("SMS Marketing Status", sure),
            ("statut SMS", sure),
            ("Texts opt-in", sure),
            ("Status", Role::Status),
            ("optin", unsure),
            ("Phone consent", doubt),
            ("Email/SMS opt in", doubt),
            ("SMS Marketing", sure),
            ("Accepts Email Marketing", Role::Elsewhere),
            ("SMS transactional consent", Role::Nothing),
            ("Privacy consent", Role::Nothing),
            ("Order status", Role::Nothing),
            ("State", Role::Nothing),
            ("sms_consent_timestamp", Role::ConsentTime(Trust::Sure)),
            ("Date d'inscription SMS", Role::ConsentTime(Trust::Sure)),
            ("subscribed_at", Role::ConsentTime(Trust::Alone)),
            ("doNotContact", out(false)),
            ("opt_out", out(false)),
            ("Opt-Out Reason", out(false)),
            ("unsubscribed_at", out(true)),
            ("Désinscription SMS", out(false)),
            ("Date de désabonnement", out(true)),
            ("smsBlacklisted", out(false)),
            ("emailBlacklisted", Role::Nothing),
            ("unsubscribe link", Role::Nothing),
            ("SMS bounced", Role::Closes { meaning: Meaning::Bounced, time: false }),
            ("E-mail", Role::Address),
        ];
        for (header, expected) in cases {
            assert_eq!(role(header), Some(expected), "{header}");
        }
    }
}
