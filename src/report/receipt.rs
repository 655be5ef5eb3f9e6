//! A consent in the fields of ISO/IEC TS 27560:2023, as JSON-LD in the terms of W3C's Data Privacy Vocabulary, and in
//! those of Kantara's Consent Receipt 1.1.
//!
//! What only the host knows comes from a [`ReceiptContext`]; a mandatory field of which nobody knows the content is
//! left out and named in [`Receipt::missing`], never filled. The person is shown by the tenure's random id.
//!
//! | ISO/IEC TS 27560 | DPV (JSON-LD) | Kantara 1.1 | source |
//! |---|---|---|---|
//! | schema version * | `dct:conformsTo` | `version` | fixed |
//! | record id * | `dct:identifier` | `consentReceiptID` | tenure and program; Kantara's: a digest of the record |
//! | pii principal id * | `dpv:hasDataSubject` | `piiPrincipalId` | the tenure's id |
//! | privacy notice * | `dpv:hasNotice` | `policyUrl` | the words as shown; the policy's address: the host |
//! | language * | `dct:language` | `language` | the consent text |
//! | purpose * | `dpv:hasPurpose` | `purposes[].purpose` | the consent, in the words of the request |
//! | lawful basis | `dpv:hasLegalBasis` | `purposes[].consentType` | the consent's basis and act |
//! | pii information *, pii type * | `dpv:hasPersonalData` | `purposes[].piiCategory` | what is sealed beside the record |
//! | collection method | `dpv:hasIndicationMethod` | `collectionMethod` | how and by what channel it was given |
//! | storage locations * | `dpv:StorageLocation` | – | the host |
//! | retention period * | `dpv:StorageDuration` | `purposes[].termination` | the host |
//! | jurisdiction * | `dpv:hasJurisdiction` | `jurisdiction` | where the person may be, as far as the book covers it |
//! | recipient third parties * | `dpv:hasRecipient` | `purposes[].thirdPartyDisclosure`, `thirdPartyName` | the host |
//! | withdrawal method * | `dpv:hasConsentControl` | – | STOP to the program's sender; the host's page |
//! | pii controllers *, party id *, name *, address *, contact *, type * | `dpv:hasDataController` | `piiControllers` | the host |
//! | event time *, type *, state *, entity id * | `dpv:hasConsentStatus` | `consentTimestamp` | the person's records |
//! | validity duration * | `dpv:hasDuration` | – | the rule book's months from a sale or inquiry; else until withdrawn |
//!
//! \* mandatory. Source: W3C DPVCG, *Consent Records and Receipts as per ISO/IEC TS 27560:2023 using DPV*, final report
//! of 2026-02-15; Kantara Initiative, *Consent Receipt Specification* 1.1.0.

mod course;

use chrono::{DateTime, SecondsFormat, Utc};
use course::{Course, Step};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{
    consent::{Acquisition, Basis, Grant, How, PersonalField, event::TextKept},
    id::{Hash, Name, RecipientId},
    law::Need,
    place::Whereabouts,
    policy::Policy,
    program::{Program, Sender},
};

/// A legal entity: the controller, or somebody who receives the data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// An identifier: a registration number, an address on the web.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its postal address.
    pub address: Option<String>,
    /// How to reach it: e-mail, telephone or page.
    pub contact: Option<String>,
    /// What it is, such as `data importer`; for a controller nothing more need be said.
    pub kind: Option<String>,
}

/// What only the host knows. Whatever is left out and mandatory is named as missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceiptContext {
    /// The legal seller who keeps the ledger.
    pub controller: Option<Party>,
    /// Address of the privacy notice.
    pub notice: Option<String>,
    /// Who else receives the data; `Some` of an empty list: nobody.
    pub recipients: Option<Vec<Party>>,
    /// Where data is stored, as ISO 3166 codes.
    pub storage: Vec<String>,
    /// How long it is kept, as an ISO 8601 duration such as `P3Y`, or in words.
    pub retention: Option<String>,
    /// A page on which consent can be withdrawn, beside STOP.
    pub withdrawal: Option<String>,
}

/// One person's consent to one program.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    program: Name,
    record: Value,
    kantara: Value,
    missing: Vec<&'static str>,
}

impl Receipt {
    /// To what was consented.
    #[must_use]
    pub const fn program(&self) -> &Name {
        &self.program
    }

    /// Mandatory fields of ISO/IEC TS 27560 that nobody filled, by the standard's names; empty: it is complete.
    #[must_use]
    pub fn missing(&self) -> &[&'static str] {
        &self.missing
    }

    /// The record, as JSON-LD.
    #[must_use]
    pub fn record(&self) -> String {
        self.record.to_string()
    }

    /// The receipt in Kantara's fields, as JSON.
    #[must_use]
    pub fn kantara(&self) -> String {
        self.kantara.to_string()
    }

    /// Both, with what is missing, as one JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        let Self { program, record, kantara, missing } = self;
        json!({"program": program.as_str(), "record": record, "kantara": kantara, "missing": missing})
            .to_string()
    }
}

/// What a receipt is made of.
pub(crate) struct Sources<'a> {
    pub(crate) recipient: RecipientId,
    pub(crate) program: &'a Name,
    /// The program as the host has it now, if it still does.
    pub(crate) house: Option<&'a Program>,
    pub(crate) policy: &'a Policy,
    pub(crate) whereabouts: Option<&'a Whereabouts>,
    /// The last consent that was given, whether it still stands or not.
    pub(crate) grant: &'a Grant,
    pub(crate) text: Option<&'a TextKept>,
    pub(crate) course: &'a Course,
    pub(crate) context: &'a ReceiptContext,
    pub(crate) at: DateTime<Utc>,
}

/// Puts fields together, and notes the mandatory ones that stay empty.
struct Made {
    fields: Map<String, Value>,
    missing: Vec<&'static str>,
}

impl Made {
    fn put(&mut self, field: &str, mandatory: &'static str, value: Option<Value>) {
        match value {
            Some(value) => drop(self.fields.insert(field.to_owned(), value)),
            None if !self.missing.contains(&mandatory) => self.missing.push(mandatory),
            None => {}
        }
    }
}

pub(crate) use course::course;

impl Sources<'_> {
    pub(crate) fn receipt(&self) -> Receipt {
        let mut made = Made { fields: Map::new(), missing: Vec::new() };
        let id = format!("urn:optin:consent:{}:{}", self.recipient, self.program);
        for (field, value) in [
            ("@context", contexts()),
            ("@id", id.as_str().into()),
            ("@type", "dpv:ConsentRecord".into()),
            ("dct:conformsTo", "https://w3id.org/dpv/schema/dpv-27560#record".into()),
            ("dct:identifier", id.as_str().into()),
            ("dpv:hasDataSubject", format!("urn:optin:person:{}", self.recipient).into()),
        ] {
            made.fields.insert(field.to_owned(), value);
        }
        self.notice(&mut made);
        let process = self.process(&mut made);
        made.fields.insert("dpv:hasProcess".to_owned(), process);
        let controller = self.context.controller.as_ref().map(|party| controller(party, &mut made));
        made.put("dpv:hasDataController", "pii_controllers", controller);
        made.put(
            "dpv:hasJurisdiction",
            "jurisdiction",
            self.jurisdiction().map(|places| json!(located(&places))),
        );
        made.put("dpv:hasConsentControl", "withdrawal_method", self.withdrawal());
        self.events(&mut made);
        let record = Value::Object(made.fields);
        let kantara = self.kantara(&record);
        Receipt { program: self.program.clone(), record, kantara, missing: made.missing }
    }

    fn notice(&self, made: &mut Made) {
        let mut notices = Vec::new();
        if let Some(text) = self.text {
            notices.push(json!({
                "@id": format!("urn:optin:text:{}", text.digest),
                "@type": "dpv:ConsentNotice",
                "dct:identifier": text.version,
                "dct:language": text.language,
                "dct:description": text.text,
            }));
        }
        if let Some(digest) = self.grant.screenshot {
            notices.push(json!({"@id": format!("urn:sha256:{digest}"), "@type": "dpv:ConsentNotice"}));
        }
        if let Some(notice) = &self.context.notice {
            notices.push(json!({"@id": notice, "@type": "dpv:PrivacyNotice"}));
        } else {
            made.missing.push("privacy_notice");
        }
        if !notices.is_empty() {
            made.fields.insert("dpv:hasNotice".to_owned(), Value::Array(notices));
        }
        made.put("dct:language", "language", self.text.map(|text| text.language.as_str().into()));
    }

    fn process(&self, made: &mut Made) -> Value {
        let mut process = Made { fields: Map::new(), missing: Vec::new() };
        process.fields.insert("@type".to_owned(), "dpv:Process".into());
        if let Some(house) = self.house {
            process.fields.insert("dpv:hasService".to_owned(), house.brand().into());
        }
        let purpose = self.grant.purpose.as_ref().map(|words| {
            json!({"@type": "dpv:Purpose", "skos:broader": "dpv:Marketing", "dct:description": words})
        });
        process.put("dpv:hasPurpose", "purpose", purpose);
        process.fields.insert("dpv:hasLegalBasis".to_owned(), legal_basis(self.grant).into());
        process.fields.insert("dpv:hasPersonalData".to_owned(), json!(self.personal_data()));
        if self.grant.acquisition == Acquisition::Own {
            process.fields.insert("dpv:hasDataSource".to_owned(), "dpv:DataSubjectDataSource".into());
        }
        let ReceiptContext { storage, retention, recipients, .. } = self.context;
        let location = (!storage.is_empty())
            .then(|| json!({"@type": "dpv:StorageLocation", "dpv:hasLocation": located(storage)}));
        let duration =
            retention.as_ref().map(|kept| json!({"@type": "dpv:StorageDuration", "dpv:hasDuration": kept}));
        for (mandatory, condition) in [("storage_locations", &location), ("retention_period", &duration)] {
            if condition.is_none() {
                process.missing.push(mandatory);
            }
        }
        let conditions: Vec<Value> = location.into_iter().chain(duration).collect();
        if !conditions.is_empty() {
            process.fields.insert("dpv:hasStorageCondition".to_owned(), Value::Array(conditions));
        }
        let parties =
            recipients.as_ref().map(|parties| parties.iter().map(|p| party(p, "dpv:Recipient")).collect());
        process.put("dpv:hasRecipient", "recipient_third_parties", parties.map(Value::Array));
        made.missing.append(&mut process.missing);
        Value::Object(process.fields)
    }

    /// The number, and whatever else is sealed beside the consent.
    fn personal_data(&self) -> Vec<&'static str> {
        let mut kinds = vec!["pd:TelephoneNumber"];
        kinds.extend(self.grant.kept.iter().flatten().filter_map(|field| match field {
            PersonalField::Ip => Some("pd:IPAddress"),
            PersonalField::UserAgent => Some("pd:UserAgent"),
            PersonalField::Name => Some("pd:Name"),
            PersonalField::PostalCode => Some("pd:PostalCode"),
            PersonalField::Page => Some("pd:BrowsingReferral"),
            PersonalField::Text => Some("pd:Communication"),
            PersonalField::Recording => Some("pd:VoiceCommunicationRecording"),
            PersonalField::Number | PersonalField::Note | PersonalField::Source => None,
        }));
        kinds
    }

    /// Where the person may be, if the rule book covers all of it today.
    fn jurisdiction(&self) -> Option<Vec<String>> {
        let places = self.whereabouts?.places();
        let day = self.at.date_naive();
        let covered = places.iter().all(|place| self.policy.rulebook.coverage(*place, day).is_some());
        (covered && !places.is_empty()).then(|| places.iter().map(ToString::to_string).collect())
    }

    fn withdrawal(&self) -> Option<Value> {
        let senders = self.house.into_iter().flat_map(Program::senders);
        let code = |sender: &'_ Sender| {
            let own = sender.can_receive().then(|| sender.id());
            sender.stop_code().or(own).map(|code| format!("sms:{code}?body=STOP"))
        };
        let stops = senders.filter_map(code);
        let roads: Vec<String> = stops.chain(self.context.withdrawal.clone()).collect();
        (!roads.is_empty()).then(|| json!({"@type": "dpv:WithdrawConsent", "dpv:isExercisedAt": roads}))
    }

    /// The shortest time after which some rule of the place lets this ground lapse; none: until it is withdrawn.
    fn validity(&self) -> Value {
        let places = self.whereabouts.map(Whereabouts::places).unwrap_or_default();
        let rules = places.iter().flat_map(|place| &self.policy.rulebook.law_of(*place).bases);
        let now = self.at.date_naive();
        let grounds = rules
            .filter(|rule| rule.in_force_on(now))
            .flat_map(|rule| rule.bases.iter().flat_map(|b| b.grounds()));
        let needs =
            grounds.filter(|ground| ground.basis == self.grant.basis).flat_map(|ground| &ground.needs);
        let months = needs.filter_map(|need| match need {
            Need::SaleWithin { months } if self.grant.sale_ms.is_some() => Some(*months),
            Need::InquiryWithin { months } if self.grant.inquiry_ms.is_some() => Some(*months),
            _ => None,
        });
        match months.min() {
            Some(months) => format!("P{months}M").into(),
            None => json!({"@type": "dpv:UntilEventDuration", "rdf:value": "withdrawal of consent"}),
        }
    }

    fn events(&self, made: &mut Made) {
        let kind = legal_basis(self.grant);
        let event = |step: &Step| {
            let mut event = json!({
                "@type": [step.state.term(), kind],
                "dpv:isIndicatedAtTime": step.at.to_rfc3339_opts(SecondsFormat::Millis, true),
                "dpv:isIndicatedBy": step.by.term(),
                "dpv:hasIndicationMethod": step.method,
            });
            if step.state.is_valid() {
                set(&mut event, "dpv:hasDuration", Some(self.validity()));
            }
            set(&mut event, "dct:spatial", step.zone.clone());
            event
        };
        let events: Vec<Value> = self.course.steps.iter().map(event).collect();
        made.put("dpv:hasConsentStatus", "event_state", (!events.is_empty()).then_some(Value::Array(events)));
    }

    fn kantara(&self, record: &Value) -> Value {
        let digest: [u8; 32] = Sha256::digest(record.to_string()).into();
        let ReceiptContext { controller, notice, recipients, retention, .. } = self.context;
        let given = DateTime::from_timestamp_millis(self.grant.acted_ms);
        let categories = self.personal_data();
        let mut purpose = json!({
            "purposeCategory": ["6 - Marketing"],
            "consentType": consent_type(self.grant),
            "piiCategory": categories,
            "primaryPurpose": true,
        });
        set(&mut purpose, "purpose", self.grant.purpose.clone());
        set(&mut purpose, "termination", retention.clone());
        if let Some(recipients) = recipients {
            set(&mut purpose, "thirdPartyDisclosure", Some(!recipients.is_empty()));
            let names: Vec<_> = recipients.iter().filter_map(|party| party.name.as_deref()).collect();
            set(&mut purpose, "thirdPartyName", (!names.is_empty()).then(|| names.join("; ")));
        }
        let mut service = json!({"purposes": [purpose]});
        set(&mut service, "service", self.house.map(|house| house.brand().to_owned()));
        let mut receipt = json!({
            "version": "KI-CR-v1.1.0",
            "collectionMethod": method(self.grant),
            "consentReceiptID": Hash(digest).to_string(),
            "piiPrincipalId": self.recipient.to_string(),
            "services": [service],
            "sensitive": false,
            "spiCat": [],
        });
        set(&mut receipt, "jurisdiction", self.jurisdiction().map(|places| places.join(", ")));
        set(
            &mut receipt,
            "consentTimestamp",
            given.map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true)),
        );
        set(&mut receipt, "language", self.text.map(|text| text.language.clone()));
        set(&mut receipt, "policyUrl", notice.clone());
        if let Some(party) = controller {
            let mut one = json!({});
            set(&mut one, "piiController", party.name.clone());
            set(&mut one, "contact", party.contact.clone());
            set(&mut one, "address", party.address.clone());
            set(&mut receipt, "piiControllers", Some(json!([one])));
        }
        receipt
    }
}

fn set(object: &mut Value, field: &str, value: Option<impl Into<Value>>) {
    if let (Some(fields), Some(value)) = (object.as_object_mut(), value) {
        fields.insert(field.to_owned(), value.into());
    }
}

fn contexts() -> Value {
    json!({
        "dpv": "https://w3id.org/dpv#", "pd": "https://w3id.org/dpv/pd#", "loc": "https://w3id.org/dpv/loc#",
        "dct": "http://purl.org/dc/terms/", "skos": "http://www.w3.org/2004/02/skos/core#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    })
}

fn located(places: &[String]) -> Vec<String> {
    places.iter().map(|place| format!("loc:{place}")).collect()
}

/// The controller, with what the standard asks of a party noted where it is missing.
fn controller(found: &Party, made: &mut Made) -> Value {
    let Party { id, name, address, contact, .. } = found;
    for (mandatory, value) in
        [("party_id", id), ("party_name", name), ("party_address", address), ("party_contact", contact)]
    {
        if value.is_none() {
            made.missing.push(mandatory);
        }
    }
    party(found, "dpv:DataController")
}

fn party(party: &Party, role: &str) -> Value {
    let mut value = json!({"@type": role});
    let Party { id, name, address, contact, kind } = party;
    for (field, text) in [
        ("dct:identifier", id),
        ("dpv:hasName", name),
        ("dpv:hasAddress", address),
        ("dpv:hasContact", contact),
        ("dct:type", kind),
    ] {
        set(&mut value, field, text.clone());
    }
    value
}

/// A direct act about this consent alone is explicit; a tick among other things is expressed.
fn legal_basis(grant: &Grant) -> &'static str {
    let alone = matches!(grant.how, How::Form | How::TextToJoin | How::Signature | How::QrLanding);
    match grant.basis {
        Basis::ExpressWritten if alone || grant.confirmed == Some(true) => "dpv:ExplicitlyExpressedConsent",
        Basis::ExpressWritten | Basis::Express => "dpv:ExpressedConsent",
        Basis::SoftOptIn => "dpv:LegitimateInterest",
        Basis::Implied => "dpv:ImpliedConsent",
        Basis::None => "dpv:LegalBasis",
    }
}

const fn consent_type(grant: &Grant) -> &'static str {
    match grant.basis {
        Basis::ExpressWritten | Basis::Express => "EXPLICIT",
        Basis::SoftOptIn | Basis::Implied | Basis::None => "IMPLICIT",
    }
}

fn method(grant: &Grant) -> String {
    let double = if grant.confirmed == Some(true) { ", confirmed by a second yes" } else { "" };
    match grant.channel {
        Some(channel) => format!("{} ({channel}){double}", grant.how),
        None => format!("{}{double}", grant.how),
    }
}
