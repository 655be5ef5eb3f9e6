//! Everything on record about one person, for that person: GDPR art. 15, and as JSON art. 20.
//!
//! Nothing is masked: give it to nobody but the person whom it is about. What waits to be sent is not listed one by
//! one, and no text that was sent is kept: a record holds its SHA-256.

use std::fmt::{self, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::{html::Text, receipt::ReceiptContext};
use crate::{
    consent::{Event, PersonalField},
    id::RecipientId,
    phone::PhoneNumber,
    policy::{Language, Period, Stay},
};

/// One record, in clear.
#[derive(Clone, PartialEq)]
pub struct AccessRecord {
    /// Its place in the person's stream, from 1.
    pub seq: u64,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// What happened.
    pub event: Event,
    /// The personal values that belong to it.
    pub personal: Vec<(PersonalField, String)>,
    /// The words that the person agreed to.
    pub words: Option<String>,
}

/// Everything on record about one person. Its `Debug` shows no personal value.
///
/// ```
/// # use optin::{Messenger, phone::PhoneNumber, policy::Language, report::receipt::ReceiptContext};
/// # async fn doc(shop: Messenger, ana: PhoneNumber, eve: PhoneNumber) -> Result<(), Box<dyn std::error::Error>> {
/// let context = ReceiptContext::default();
/// if let Some(export) = shop.access_export(ana, &context).await? {
///     std::fs::write("ana.html", export.to_html(Language::French))?;
///     std::fs::write("ana.json", export.to_json())?;
/// }
/// assert!(shop.access_export(eve, &context).await?.is_none());          // nobody is known by this number
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct AccessExport {
    /// When it was made.
    pub at: DateTime<Utc>,
    /// The number.
    pub number: PhoneNumber,
    /// The tenure's random id.
    pub recipient: RecipientId,
    /// The person was erased: personal values are gone.
    pub erased: bool,
    /// Programs that stand open.
    pub open: Vec<String>,
    /// Where the person may be: places and zones, and from what that is known.
    pub places: Vec<String>,
    /// Candidate zones.
    pub zones: Vec<String>,
    /// The programs with their brand and help contact.
    pub programs: Vec<(String, String, Option<String>)>,
    /// What becomes of the record under the retention rules.
    pub stay: Stay,
    /// How long a revocation must be honoured, if there is one.
    pub suppressed: Vec<Period>,
    /// What only the host knows: controller, recipients, storage.
    pub context: ReceiptContext,
    /// Every record, oldest first.
    pub records: Vec<AccessRecord>,
}

impl fmt::Debug for AccessRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessRecord({} {}, {} values)", self.seq, self.event.code(), self.personal.len())
    }
}

impl fmt::Debug for AccessExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessExport({}, {} records)", self.recipient, self.records.len())
    }
}

impl AccessExport {
    /// As JSON, in the form `optin-access 1`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let records: Vec<Value> = self.records.iter().map(record_json).collect();
        let party = |party: &super::receipt::Party| json!({ "name": party.name, "contact": party.contact });
        let periods = |periods: &[Period]| -> Vec<Value> {
            let one = |p: &Period| json!({ "rule": p.rule.id, "citation": p.rule.citation, "what": p.what.code(), "until": stamp(p.until) });
            periods.iter().map(one).collect()
        };
        let programs: Vec<Value> = self
            .programs
            .iter()
            .map(|(name, brand, help)| json!({ "program": name, "brand": brand, "help": help, "open": self.open.contains(name) }))
            .collect();
        let document = json!({
            "format": "optin-access 1",
            "made_at": stamp(self.at),
            "number": self.number.e164(),
            "id": self.recipient.to_string(),
            "erased": self.erased,
            "controller": self.context.controller.as_ref().map(party),
            "recipients": self.context.recipients.as_ref().map(|all| all.iter().map(party).collect::<Vec<_>>()),
            "programs": programs,
            "places": self.places,
            "zones": self.zones,
            "retention": { "becomes": self.stay.code(), "periods": periods(self.stay.periods()) },
            "suppressed_until": periods(&self.suppressed),
            "rights": RIGHTS.map(|(english, _)| english),
            "records": records,
        });
        serde_json::to_string_pretty(&document).unwrap_or_default()
    }

    /// As a page in one file, without scripts or links.
    #[must_use]
    pub fn to_html(&self, language: Language) -> String {
        let french = language == Language::French;
        let say = |pair: (&'static str, &'static str)| if french { pair.1 } else { pair.0 };
        let mut out = String::new();
        let title = say(("What we hold about you", "Ce que nous conservons à votre sujet"));
        let code = if french { "fr" } else { "en" };
        // Writing to memory does not fail.
        let _ = write!(
            out,
            "<!DOCTYPE html>\n<html lang=\"{code}\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>{title}</title><style>body{{font:16px/1.5 system-ui;max-width:52em;margin:2em auto;padding:0 1em}}table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;vertical-align:top;border-top:1px solid #ccc;padding:.3em .6em}}</style></head><body><h1>{title}</h1>"
        );
        for (label, value) in self.about(french) {
            let _ = write!(out, "<p><b>{}</b> {}</p>", Text(&label), Text(&value));
        }
        let _ = write!(out, "<h2>{}</h2><table>", say(("Every record", "Tous les enregistrements")));
        for record in &self.records {
            let _ = write!(
                out,
                "<tr><td>{}</td><td>{}</td><td>",
                record.at.format("%F %H:%M:%S UTC"),
                Text(words(&record.event, french))
            );
            for (name, value) in lines(record) {
                let _ = write!(out, "{}: {}<br>", Text(&name), Text(&value));
            }
            out.push_str("</td></tr>");
        }
        let _ = write!(out, "</table><h2>{}</h2><ul>", say(("Your rights", "Vos droits")));
        for right in RIGHTS {
            let _ = write!(out, "<li>{}</li>", Text(say(right)));
        }
        out.push_str("</ul></body></html>\n");
        out
    }

    /// As plain text.
    #[must_use]
    pub fn to_text(&self, language: Language) -> String {
        let french = language == Language::French;
        let mut out = String::new();
        for (label, value) in self.about(french) {
            let _ = writeln!(out, "{label} {value}");
        }
        for record in &self.records {
            let _ =
                writeln!(out, "\n{}  {}", record.at.format("%F %H:%M:%S UTC"), words(&record.event, french));
            for (name, value) in lines(record) {
                let _ = writeln!(out, "    {name}: {value}");
            }
        }
        out.push('\n');
        for (english, in_french) in RIGHTS {
            let _ = writeln!(out, "- {}", if french { in_french } else { english });
        }
        out
    }

    fn about(&self, french: bool) -> Vec<(String, String)> {
        let say = |english: &str, in_french: &str| (if french { in_french } else { english }).to_owned();
        let list = |items: &[String]| if items.is_empty() { "–".to_owned() } else { items.join(", ") };
        let name = |party: &super::receipt::Party| {
            let parts = [party.name.as_deref(), party.contact.as_deref()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        };
        let unsaid = || say("(the sender did not say)", "(non renseigné par l'expéditeur)");
        let programs: Vec<_> =
            self.programs.iter().map(|(name, brand, _)| format!("{brand} ({name})")).collect();
        let recipients = self.context.recipients.as_ref();
        let until = self.stay.periods().iter().map(|p| {
            format!("{} {} ({}, {})", p.what.code(), p.until.format("%F"), p.rule.id, p.rule.citation)
        });
        vec![
            (say("Number:", "Numéro :"), self.number.e164()),
            (say("As of:", "Arrêté au :"), stamp(self.at)),
            (
                say("Kept by:", "Responsable du traitement :"),
                self.context.controller.as_ref().map_or_else(unsaid, name),
            ),
            (
                say("For:", "Finalités :"),
                say(
                    "messages of these programs, and their proof: ",
                    "messages de ces programmes et leur preuve : ",
                ) + &list(&programs),
            ),
            (say("You receive marketing of:", "Vous recevez la publicité de :"), list(&self.open)),
            (
                say("Handed to:", "Destinataires :"),
                recipients.map_or_else(unsaid, |all| list(&all.iter().map(name).collect::<Vec<_>>())),
            ),
            (say("You may be in:", "Vous pouvez vous trouver :"), list(&self.places)),
            (say("Kept until:", "Durées de conservation :"), list(&until.collect::<Vec<_>>())),
        ]
    }
}

const RIGHTS: [(&str, &str); 5] = [
    (
        "To object to marketing at any time, for nothing and for good: answer STOP (GDPR art. 21).",
        "Vous opposer à la prospection à tout moment, sans frais et pour toujours : répondez STOP (RGPD art. 21).",
    ),
    ("To withdraw a consent (art. 7).", "Retirer un consentement (art. 7)."),
    (
        "To have this corrected, erased or restricted (art. 16 to 18). After an erasure your number is kept as a fingerprint only, so that nobody writes to you again.",
        "Faire rectifier, effacer ou limiter ces données (art. 16 à 18). Après effacement, seule une empreinte de votre numéro est conservée, pour que plus personne ne vous écrive.",
    ),
    ("To take this with you: the JSON form (art. 20).", "Emporter ces données : le fichier JSON (art. 20)."),
    (
        "To complain to the data protection authority (art. 77).",
        "Saisir l'autorité de protection des données (art. 77).",
    ),
];

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn record_json(record: &AccessRecord) -> Value {
    let personal: serde_json::Map<_, _> =
        record.personal.iter().map(|(field, value)| (field.code().to_owned(), json!(value))).collect();
    json!({
        "seq": record.seq,
        "at": stamp(record.at),
        "event": record.event.code(),
        "facts": record.event.shown(),
        "personal": personal,
        "words": record.words,
    })
}

/// The facts of a record, none of them personal, one a line: `grant.basis: express_written`.
fn flat(name: &str, facts: &Value, into: &mut Vec<(String, String)>) {
    let inner = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match facts {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| flat(&inner(key), value, into)),
        Value::String(text) => into.push((name.to_owned(), text.clone())),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let items: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            into.push((name.to_owned(), items.join(", ")));
        }
        Value::Number(ms) if name.ends_with("_ms") => {
            let at = ms.as_i64().and_then(DateTime::from_timestamp_millis);
            into.push((name.to_owned(), at.map_or_else(|| ms.to_string(), stamp)));
        }
        other => into.push((name.to_owned(), other.to_string())),
    }
}

fn lines(record: &AccessRecord) -> Vec<(String, String)> {
    let personal = record.personal.iter().map(|(field, value)| (field.code().to_owned(), value.clone()));
    let words = record.words.iter().map(|words| ("words".to_owned(), words.clone()));
    let mut lines: Vec<_> = personal.chain(words).collect();
    flat("", &record.event.shown(), &mut lines);
    lines
}

/// What happened, in words; the stable code where there are none.
const fn words(event: &Event, french: bool) -> &'static str {
    let (english, in_french) = match event {
        Event::Opened(_) => ("Your number was entered.", "Votre numéro a été enregistré."),
        Event::OptedIn(_) => ("You agreed.", "Vous avez donné votre accord."),
        Event::Asked(_) => ("You were asked to confirm.", "Une confirmation vous a été demandée."),
        Event::Confirmed(_) => ("You confirmed.", "Vous avez confirmé."),
        Event::Imported(_) => ("A list said that you had agreed.", "Une liste indiquait votre accord."),
        Event::Revoked(_) => ("Messages were refused.", "Les messages ont été refusés."),
        Event::Restarted(_) => {
            ("You asked to have them back.", "Vous avez demandé à les recevoir de nouveau.")
        }
        Event::Heard(_) => ("You wrote to us.", "Vous nous avez écrit."),
        Event::Reminded(_) => ("You were to be reminded.", "Un rappel devait vous être envoyé."),
        Event::Miscoded(e) if e.channel.is_some() => {
            ("Another code was typed on a page.", "Un autre code a été saisi sur une page.")
        }
        Event::Miscoded(_) => ("You texted another code.", "Vous avez envoyé un autre code."),
        Event::Questioned(_) => ("You were asked a question.", "Une question vous a été posée."),
        Event::Replied(_) => ("You answered it.", "Vous y avez répondu."),
        Event::Suspended(_) => ("A reply awaited a reader.", "Une réponse attendait d'être lue."),
        Event::Started(_) => ("A message was sent to you.", "Un message vous a été envoyé."),
        Event::Concluded(_) => ("The gateway answered.", "La passerelle a répondu."),
        Event::Reported(_) => ("Its delivery was reported.", "Sa remise a été signalée."),
        Event::Located(_) => ("Where you may be was noted.", "Votre lieu possible a été noté."),
        Event::Checked(_) => ("A register was asked.", "Un registre a été consulté."),
        Event::Erased(_) => ("Your data was erased.", "Vos données ont été effacées."),
        Event::Unsuspended(_) => ("Your reply was read.", "Votre réponse a été lue."),
        Event::Blocked(_) => ("The network blocks us for you.", "Le réseau nous bloque pour vous."),
        Event::Unblocked(_) => ("The network no longer blocks us.", "Le réseau ne nous bloque plus."),
        Event::Reassigned(_) => {
            ("Your number was said to be another's.", "Votre numéro serait celui d'un autre.")
        }
        Event::Bounced(_) => ("You could not be reached.", "Vous n'avez pas pu être joint."),
        Event::ImportUndone(_) => {
            ("What a list said was taken back.", "Ce qu'une liste indiquait a été retiré.")
        }
        other => (other.code(), other.code()),
    };
    if french { in_french } else { english }
}
