//! Headers by their words, for what no platform's table names: forms of words in English and French, as data.

use std::{
    collections::{BTreeMap, HashMap},
    sync::OnceLock,
};

use serde::Deserialize;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::columns::Format;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Forms {
    noise: Vec<String>,
    joined: Vec<[String; 2]>,
    both: Vec<[String; 2]>,
    sends: Vec<[String; 2]>,
    consents: Vec<[String; 2]>,
}

pub(super) fn forms() -> &'static Forms {
    static FORMS: OnceLock<Forms> = OnceLock::new();
    // Should the data not load (a test proves that it does), fewer headers are known, and files are refused.
    FORMS.get_or_init(|| basic_toml::from_str(include_str!("../data/headers.toml")).unwrap_or_default())
}

/// Letters and digits, in lower case.
pub(super) fn plain(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// In lower case, without accents, a blank for all that is no letter and no digit.
pub(super) fn folded(text: &str) -> String {
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    let spaced: String = letters.map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a header, `optIn` and `opt-in` alike as one.
pub(super) fn tokens(header: &str) -> Vec<String> {
    let mut parted = String::with_capacity(header.len() + 4);
    let mut small = false;
    for c in header.chars() {
        if small && c.is_uppercase() {
            parted.push(' ');
        }
        small = c.is_lowercase();
        parted.push(c);
    }
    let mut words: Vec<String> = Vec::new();
    for word in folded(&parted).split(' ').filter(|word| !word.is_empty()) {
        let joins = |last: &String| forms().joined.iter().any(|[a, b]| a == last && b == word);
        match words.last_mut().filter(|last| joins(last)) {
            Some(last) => last.push_str(word),
            None => words.push(word.to_owned()),
        }
    }
    words
}

/// Fills fields that have no column yet, by the words of the headers.
///
/// With `of_texts`, only columns whose header says that it is about texts: `SMS Consent Date` before `Consent Date`.
pub(super) fn by_words(
    what: &str,
    headers: &[String],
    of_texts: bool,
    format: &Format,
    at: &mut BTreeMap<String, usize>,
) {
    let forms = forms();
    let own = if what == "sends" { &forms.sends } else { &forms.consents };
    let columns: Vec<(usize, Vec<String>)> = headers
        .iter()
        .enumerate()
        .filter(|(_, header)| !format.uses(&plain(header)))
        .map(|(column, header)| (column, tokens(header)))
        .filter(|(_, words)| !of_texts || words.len() > 1 && words.iter().any(|word| word == "sms"))
        .map(|(column, words)| (column, told(words, forms)))
        .collect();
    let mut taken: HashMap<usize, ()> = at.values().map(|column| (*column, ())).collect();
    for [field, form] in own.iter().chain(&forms.both) {
        if at.contains_key(field) || format.columns_of(field) {
            continue;
        }
        let fits = |(column, words): &&(usize, Vec<String>)| !taken.contains_key(column) && fits(form, words);
        if let Some((column, _)) = columns.iter().find(fits) {
            taken.insert(*column, ());
            at.insert(field.clone(), *column);
        }
    }
}

/// The words that say something; all of them if none does.
fn told(words: Vec<String>, forms: &Forms) -> Vec<String> {
    let said: Vec<String> = words.iter().filter(|word| !forms.noise.contains(word)).cloned().collect();
    if said.is_empty() { words } else { said }
}

/// Whether each group of a form takes a word, and all words are taken.
fn fits(form: &str, words: &[String]) -> bool {
    let groups: Vec<&str> = form.split(' ').collect();
    !words.is_empty() && words.len() <= groups.len() && take(&groups, words)
}

fn take(groups: &[&str], words: &[String]) -> bool {
    let Some((group, rest)) = groups.split_first() else { return words.is_empty() };
    let (names, optional) = group.strip_suffix('?').map_or((*group, false), |names| (names, true));
    let by_one = (0..words.len()).any(|at| {
        let mut left = words.to_vec();
        let word = left.remove(at);
        names.split('|').any(|name| name == word) && take(rest, &left)
    });
    by_one || (optional && take(rest, words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::audit::{Reading, table::columns::Columns};

    fn found(what: &'static str, headers: &str) -> Vec<String> {
        let headers: Vec<String> = headers.split(',').map(|h| h.trim().to_owned()).collect();
        let columns = Columns::find(what, &headers, &Reading::default()).unwrap();
        let field = |at: usize| {
            let mut fields = columns.fields().filter(|(_, column)| *column == at).map(|(field, _)| field);
            fields.next().unwrap_or("-").to_owned()
        };
        (0..headers.len()).map(field).collect()
    }

    #[test]
    fn the_data_loads() {
        let forms: Forms = basic_toml::from_str(include_str!("../data/headers.toml")).unwrap();
        for [field, form] in forms.both.iter().chain(&forms.sends).chain(&forms.consents) {
            assert!(form.split(' ').all(|group| !group.is_empty()), "{form}");
            assert!(form.split(' ').any(|group| !group.ends_with('?')), "{form}");
            let flat = form.replace(['|', '?'], " ");
            assert_eq!(folded(&flat), flat.split_whitespace().collect::<Vec<_>>().join(" "), "{field}");
        }
    }

    #[test]
    fn a_list_of_contacts_with_two_dates() {
        assert_eq!(
            found(
                "consents",
                "Name, Phone, State, Postal Code, SMS Consent Status, SMS Consent Date, SMS Opt-out Date, Consent Source, Consent Text Version"
            ),
            [
                "-",
                "number",
                "state",
                "postal_code",
                "status",
                "agreed_at",
                "refused_at",
                "method",
                "text_version"
            ]
        );
        assert_eq!(
            found(
                "consents",
                "Prénom,Numéro de téléphone,Code postal,Statut SMS,Date du consentement,Date de désinscription,Origine du consentement"
            ),
            ["-", "number", "postal_code", "status", "agreed_at", "refused_at", "method"]
        );
        assert_eq!(
            found("consents", "customer_phone,shippingZip,smsOptIn,optedInAt,optedOutAt,consent_channel"),
            ["number", "postal_code", "status", "agreed_at", "refused_at", "method"]
        );
    }

    #[test]
    fn a_log_of_events() {
        assert_eq!(
            found("consents", "Event ID,Mobile Number,Event,Occurred,Event Date,Opt-in Source"),
            ["-", "number", "status", "-", "time", "method"]
        );
        assert_eq!(
            found("consents", "Date et heure,Téléphone portable,Événement,Moyen"),
            ["time", "number", "status", "method"]
        );
    }

    #[test]
    fn a_log_of_messages() {
        assert_eq!(
            found(
                "sends",
                "Message ID,Sent At (UTC),To Number,Campaign Name,Category,Message Text,Delivery Status"
            ),
            ["id", "time", "number", "campaign", "category", "body", "status"]
        );
        assert_eq!(
            found(
                "sends",
                "Identifiant du message,Date d'envoi,Heure d'envoi,Numéro,Campagne,Type de message,Texte,État,Expéditeur"
            ),
            ["id", "time", "clock", "number", "campaign", "kind", "body", "status", "sender"]
        );
        assert_eq!(
            found("sends", "Phone,Send Time,Type,Campaign,Status"),
            ["number", "time", "kind", "campaign", "status"]
        );
    }

    #[test]
    fn what_is_about_something_else_is_left_alone() {
        assert_eq!(
            found(
                "consents",
                "Phone,Email Consent Status,Email Opt-in Date,Status SMS,SMS Consent Status,Date of Birth,Customer ID"
            ),
            ["number", "-", "-", "-", "status", "-", "-"]
        );
        assert_eq!(found("sends", "Customer ID,Phone,Sent At,Order Number"), ["-", "number", "time", "-"]);
    }
}
