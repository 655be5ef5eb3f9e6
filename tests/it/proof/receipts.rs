//! The receipt holds every mandatory field, or says which it lacks.

use std::sync::Arc;

use optin::{
    Messenger,
    clock::FixedClock,
    consent::{ConsentText, OptIn},
    gateway::{Inbound, SimulatedCarrier},
    ledger::MemoryLedger,
    report::receipt::{Party, ReceiptContext},
};
use serde_json::Value;

use crate::walk::{at, number, shop};

const TEXT: ConsentText = ConsentText { version: "v3", language: "fr", text: "J'accepte les offres." };

fn open() -> (Messenger, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(at("2026-11-26T10:00:00Z")));
    (shop(MemoryLedger::new().unwrap(), &clock, &Arc::new(SimulatedCarrier::seeded(7))), clock)
}

fn told() -> ReceiptContext {
    ReceiptContext {
        controller: Some(Party {
            id: Some("FR-123456789".to_owned()),
            name: Some("Maison Lune SAS".to_owned()),
            address: Some("1 rue de la Paix, Paris".to_owned()),
            contact: Some("dpo@maisonlune.fr".to_owned()),
            kind: None,
        }),
        notice: Some("https://maisonlune.fr/vie-privee".to_owned()),
        recipients: Some(Vec::new()),
        storage: vec!["FR".to_owned()],
        retention: Some("P3Y".to_owned()),
        withdrawal: Some("https://maisonlune.fr/sms".to_owned()),
    }
}

/// The standard's mandatory fields and where DPV has each: W3C's guide to ISO/IEC TS 27560, section 7.2.
const MANDATORY: &[(&str, &str)] = &[
    ("schema_version", "/dct:conformsTo"),
    ("record_id", "/dct:identifier"),
    ("pii_principal_id", "/dpv:hasDataSubject"),
    ("privacy_notice", "/dpv:hasNotice/0/@id"),
    ("language", "/dct:language"),
    ("purpose", "/dpv:hasProcess/dpv:hasPurpose/dct:description"),
    ("pii_information", "/dpv:hasProcess/dpv:hasPersonalData/0"),
    ("pii_controllers", "/dpv:hasDataController"),
    ("storage_locations", "/dpv:hasProcess/dpv:hasStorageCondition/0/dpv:hasLocation"),
    ("retention_period", "/dpv:hasProcess/dpv:hasStorageCondition/1/dpv:hasDuration"),
    ("jurisdiction", "/dpv:hasJurisdiction/0"),
    ("recipient_third_parties", "/dpv:hasProcess/dpv:hasRecipient"),
    ("withdrawal_method", "/dpv:hasConsentControl/dpv:isExercisedAt/0"),
    ("party_id", "/dpv:hasDataController/dct:identifier"),
    ("party_name", "/dpv:hasDataController/dpv:hasName"),
    ("party_address", "/dpv:hasDataController/dpv:hasAddress"),
    ("party_contact", "/dpv:hasDataController/dpv:hasContact"),
    ("party_type", "/dpv:hasDataController/@type"),
    ("event_time", "/dpv:hasConsentStatus/0/dpv:isIndicatedAtTime"),
    ("validity_duration", "/dpv:hasConsentStatus/0/dpv:hasDuration"),
    ("entity_id", "/dpv:hasConsentStatus/0/dpv:isIndicatedBy"),
    ("event_type", "/dpv:hasConsentStatus/0/@type/1"),
    ("event_state", "/dpv:hasConsentStatus/0/@type/0"),
];
/// Kantara 1.1.0's.
const KANTARA: &[&str] = &[
    "/version",
    "/jurisdiction",
    "/consentTimestamp",
    "/collectionMethod",
    "/consentReceiptID",
    "/language",
    "/piiPrincipalId",
    "/piiControllers/0/piiController",
    "/piiControllers/0/contact",
    "/piiControllers/0/address",
    "/policyUrl",
    "/services/0/service",
    "/services/0/purposes/0/purpose",
    "/services/0/purposes/0/consentType",
    "/services/0/purposes/0/piiCategory/0",
    "/services/0/purposes/0/termination",
    "/services/0/purposes/0/thirdPartyDisclosure",
    "/sensitive",
    "/spiCat",
];

#[test]
fn every_mandatory_field_is_there_if_everybody_said_what_they_know() {
    optin::blocking::wait(async {
        let (shop, _) = open();
        let ana = number("+33612345678");
        let ticked = OptIn::form(&TEXT).page("https://maisonlune.fr/").purpose("nos offres par SMS");
        shop.opt_in(ana, "soldes", ticked).await.unwrap();
        let receipts = shop.consent_receipts(ana, &told()).await.unwrap();
        let [receipt] = &receipts[..] else { panic!("{receipts:?}") };
        assert!(receipt.missing().is_empty(), "{:?}", receipt.missing());
        let both: Value = serde_json::from_str(&receipt.json()).unwrap();
        for (field, path) in MANDATORY {
            assert!(both["record"].pointer(path).is_some(), "{field}: {both:#}");
        }
        for path in KANTARA {
            assert!(both["kantara"].pointer(path).is_some(), "{path}: {both:#}");
        }
        assert_eq!(both["record"]["dpv:hasNotice"][0]["dct:description"], TEXT.text);
        assert_eq!(both["record"]["dpv:hasConsentStatus"][0]["@type"][1], "dpv:ExplicitlyExpressedConsent");
        assert!(!both.to_string().contains("612345678"), "the number is nobody's business");
        assert!(shop.consent_receipts(number("+33698765432"), &told()).await.unwrap().is_empty());
    });
}

#[test]
fn what_nobody_said_is_named_and_not_made_up() {
    optin::blocking::wait(async {
        let (shop, _) = open();
        let ana = number("+33612345678");
        shop.opt_in(
            ana,
            "soldes",
            OptIn::new(optin::consent::How::Verbal, optin::consent::Basis::Express, None),
        )
        .await
        .unwrap();
        let receipts = shop.consent_receipts(ana, &ReceiptContext::default()).await.unwrap();
        let mut missing = receipts[0].missing().to_vec();
        missing.sort_unstable();
        let nobody_said = [
            "language",
            "pii_controllers",
            "privacy_notice",
            "purpose",
            "recipient_third_parties",
            "retention_period",
            "storage_locations",
        ];
        assert_eq!(missing, nobody_said);
        let record: Value = serde_json::from_str(&receipts[0].record()).unwrap();
        for (field, path) in MANDATORY.iter().filter(|(field, _)| missing.contains(field)) {
            let found = record.pointer(path).filter(|_| *field != "retention_period");
            assert!(found.is_none(), "{field} is both missing and there");
        }
        // A controller without an address is one with a gap.
        let half = ReceiptContext {
            controller: Some(Party { address: None, ..told().controller.unwrap() }),
            ..told()
        };
        let receipts = shop.consent_receipts(ana, &half).await.unwrap();
        assert_eq!(receipts[0].missing(), ["language", "purpose", "party_address"]);
    });
}

#[test]
fn the_states_follow_what_happened() {
    optin::blocking::wait(async {
        let (shop, clock) = open();
        let ana = number("+33612345678");
        let states = async || {
            let receipts = shop.consent_receipts(ana, &told()).await.unwrap();
            let record: Value = serde_json::from_str(&receipts[0].record()).unwrap();
            let steps = record["dpv:hasConsentStatus"].as_array().unwrap().clone();
            steps.iter().map(|step| step["@type"][0].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let later = |minutes: u64| clock.advance(std::time::Duration::from_secs(60 * minutes));
        shop.opt_in(ana, "soldes", OptIn::checkbox(&TEXT).double()).await.unwrap();
        assert_eq!(states().await, ["dpv:ConsentRequested"]);
        shop.dispatch(optin::dispatch::Batch::default()).await.unwrap();
        later(1);
        shop.receive(Inbound::text("in-1", ana, "36123", "OUI", at("2026-11-26T10:01:00Z")).unwrap())
            .await
            .unwrap();
        later(1);
        shop.opt_in(ana, "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
        later(1);
        shop.receive(Inbound::text("in-2", ana, "36123", "STOP", at("2026-11-26T10:03:00Z")).unwrap())
            .await
            .unwrap();
        let so_far =
            ["dpv:ConsentRequested", "dpv:ConsentGiven", "dpv:RenewedConsentGiven", "dpv:ConsentWithdrawn"];
        assert_eq!(states().await, so_far);
        later(1);
        shop.receive(Inbound::text("in-3", ana, "36123", "START", at("2026-11-26T10:04:00Z")).unwrap())
            .await
            .unwrap();
        assert_eq!(states().await.last().unwrap(), "dpv:RenewedConsentGiven");

        // A question that nobody answered, and a ground that lapsed.
        let (bob, eve) = (number("+33698765432"), number("+14165550123"));
        shop.opt_in(bob, "soldes", OptIn::checkbox(&TEXT).double()).await.unwrap();
        let bought = OptIn::new(optin::consent::How::Checkout, optin::consent::Basis::Implied, Some(&TEXT));
        shop.opt_in(eve, "soldes", bought.sale(at("2026-11-01T00:00:00Z"))).await.unwrap();
        let record = async |who| {
            let receipts = shop.consent_receipts(who, &told()).await.unwrap();
            serde_json::from_str::<Value>(&receipts[0].record()).unwrap()
        };
        let valid = record(eve).await["dpv:hasConsentStatus"][0]["dpv:hasDuration"].clone();
        assert_eq!(valid, "P24M", "CASL's two years from a purchase");
        clock.set(at("2028-11-02T00:00:00Z"));
        assert_eq!(record(bob).await["dpv:hasConsentStatus"][1]["@type"][0], "dpv:ConsentRequestDeferred");
        assert_eq!(record(eve).await["dpv:hasConsentStatus"][1]["@type"][0], "dpv:ConsentExpired");
    });
}
