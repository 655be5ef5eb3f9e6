//! An import may lower permission, and never raises it past what a person said.

use optin::{
    consent::{
        Event,
        event::{Erased, Road, Said},
    },
    gateway::{Inbound, OptOutSignal},
    ledger::{Book, Ledger, Urgency, Written},
    shop::Verdict,
};
use std::sync::Arc;

use super::{shop, take, try_out};
use crate::{
    receive::consent,
    walk::{at, number},
};

const YES: &str = "phone,sms_consent,consent_at\n+33612345678,yes,2026-11-25T10:00:00Z\n";

async fn is_open(shop: &optin::Messenger, phone: &str) -> bool {
    let person = shop.person(number(phone)).await.unwrap();
    person.is_some_and(|person| person.state.stands_open(&optin::id::Name::new("soldes").unwrap()))
}

#[tokio::test]
async fn a_consent_stands_and_one_newer_than_a_stop_is_a_claim() {
    let (shop, _) = shop();
    assert_eq!(take(&shop, "one", YES).await.unwrap().1, ["2 consent consented D"]);
    assert!(is_open(&shop, "+33612345678").await);
    let stop =
        Inbound::text("in-1", number("+33612345678"), "36123", "STOP", at("2026-11-24T10:00:00Z")).unwrap();
    shop.receive(stop).await.unwrap();
    // The list says that she agreed after that STOP: a claim all the same.
    assert_eq!(try_out(&shop, YES).await.unwrap().1, ["2 claim revoked D"]);
    assert_eq!(take(&shop, "two", YES).await.unwrap().1, ["2 claim revoked D"]);
    assert!(!is_open(&shop, "+33612345678").await);
    shop.opt_in(number("+33612345678"), "soldes", consent()).await.unwrap();
    assert!(is_open(&shop, "+33612345678").await);
}

/// What the shop knew of the address of somebody holds until it knows better.
#[tokio::test]
async fn a_list_without_addresses_moves_nobody() {
    let (shop, _) = shop();
    let ana = number("+14155550123");
    let places = async || {
        let person = shop.person(ana).await.unwrap().unwrap();
        person.whereabouts.unwrap().places().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let header = "phone,sms_consent,consent_at,country,zip\n+1 415 555 0123,yes,2026-11-2";
    take(&shop, "one", &format!("{header}4T10:00:00Z,US,70112\n")).await.unwrap();
    assert_eq!(places().await, ["US-LA"]);
    let none = "phone,sms_consent,consent_at\n+1 415 555 0123,yes,2026-11-25T10:00:00Z\n";
    take(&shop, "two", none).await.unwrap();
    assert_eq!(places().await, ["US-LA"], "by the number alone it is California");
    take(&shop, "three", &format!("{header}5T11:00:00Z,US,10001\n")).await.unwrap();
    assert_eq!(places().await, ["US-NY"]);
}

#[tokio::test]
async fn an_opt_out_wins_over_the_consents_of_its_list_whatever_their_order() {
    let rows = [
        "+33612345678,yes,2026-11-25T10:00:00Z",
        "06 12 34 56 78,stop,2025-01-01T10:00:00Z",
        "+33612345678,yes,2026-11-26T10:00:00Z",
    ];
    for order in [[0, 1, 2], [1, 0, 2], [0, 2, 1], [2, 1, 0]] {
        let lines: Vec<_> = order.iter().map(|row| rows[*row]).collect();
        let csv = format!("phone,sms_consent,date\n{}\n", lines.join("\n"));
        let (shop, _) = shop();
        let (tried, verdicts) = try_out(&shop, &csv).await.unwrap();
        assert_eq!(verdicts.len(), 3);
        let (report, _) = take(&shop, "list", &csv).await.unwrap();
        assert_eq!(report.counts, tried.counts);
        assert_eq!(
            (report.counts.of(Verdict::Claim), report.counts.of(Verdict::OptOut)),
            (2, 1),
            "{order:?}"
        );
        assert!(!is_open(&shop, "+33612345678").await, "{order:?}");
    }
}

#[tokio::test]
async fn opt_outs_bounces_and_complaints_stay_apart() {
    let csv = "phone,sms_consent,date\n+33612345671,stop,2025-01-01T10:00:00Z\n+33612345672,bounced,\n+33612345673,spam,\n\
               +33612345672,yes,2025-01-01T10:00:00Z\n";
    let (shop, _) = shop();
    let (_, rows) = take(&shop, "list", csv).await.unwrap();
    assert_eq!(
        rows,
        ["2 opt_out opted_out -", "3 bounce bounced -", "4 complaint complained -", "5 claim unreachable D"]
    );
    let state = |phone| {
        let shop = shop.clone();
        async move { shop.person(number(phone)).await.unwrap().unwrap().state }
    };
    let (out, dead, spam) =
        (state("+33612345671").await, state("+33612345672").await, state("+33612345673").await);
    assert_eq!((out.revocations[0].road, out.revocations[0].said), (Road::Import, Said::Program));
    assert_eq!(out.revocations[0].acted_ms, at("2025-01-01T10:00:00Z").timestamp_millis());
    assert!(dead.revocations.is_empty() && dead.bounced_ms.is_some());
    assert_eq!((spam.revocations[0].road, spam.revocations[0].said), (Road::Complaint, Said::All));
}

#[tokio::test]
async fn of_an_erased_person_nothing_is_kept_but_a_no() {
    let (shop, ledger) = shop();
    shop.opt_in(number("+33612345678"), "soldes", consent()).await.unwrap();
    let book = Book::new(ledger.clone() as Arc<dyn optin::ledger::DynLedger>);
    let mut person = book.find(number("+33612345678")).await.unwrap().unwrap();
    let erased = Erased { request: optin::id::Name::new("r-1").unwrap(), rule: None };
    person.stage(at("2026-11-26T11:00:00Z").timestamp_millis(), Event::from(erased), &[]).unwrap();
    assert!(matches!(book.write(person, Urgency::Normal).await.unwrap(), Written::Done(_)));
    let before = book.find(number("+33612345678")).await.unwrap().unwrap().version;
    for csv in [YES.to_owned(), YES.replace("yes", "")] {
        let (report, rows) = take(&shop, &format!("list-{}", csv.len()), &csv).await.unwrap();
        assert_eq!(rows, ["2 refused erased -"]);
        assert_eq!(report.counts.of(Verdict::Refused), 1);
    }
    assert_eq!(book.find(number("+33612345678")).await.unwrap().unwrap().version, before);
    // It names nobody, and a yes that was given before it must not outlive it.
    let (_, rows) = take(&shop, "list-no", &YES.replace("yes", "stop")).await.unwrap();
    assert_eq!(rows, ["2 opt_out opted_out -"]);
    let person = book.find(number("+33612345678")).await.unwrap().unwrap();
    assert_eq!(person.version, before + 1);
    assert!(
        ledger.records(person.recipient, before + 1, 9).await.unwrap().iter().all(|r| r.sealed.is_none())
    );
}

#[tokio::test]
async fn a_doubt_that_waits_is_not_lifted_by_a_list() {
    let (shop, _) = shop();
    take(&shop, "one", YES).await.unwrap();
    let text = Inbound::text(
        "in-2",
        number("+33612345678"),
        "36123",
        "pas maintenant svp, arrêter ?",
        at("2026-11-26T10:00:00Z"),
    );
    shop.receive(text.unwrap()).await.unwrap();
    let (_, rows) = take(&shop, "two", YES).await.unwrap();
    assert!(rows[0].starts_with("2 claim"), "{rows:?}");
}

#[tokio::test]
async fn what_support_heard_outlives_every_list() {
    let (shop, _) = shop();
    let signal = OptOutSignal::by_support(number("+33612345678"), at("2026-11-26T10:00:00Z"));
    shop.opted_out(&signal).await.unwrap();
    for import in ["a", "b", "c", "d", "e", "f"] {
        assert_eq!(take(&shop, import, YES).await.unwrap().1, ["2 claim revoked D"]);
        assert!(!is_open(&shop, "+33612345678").await);
    }
}

#[tokio::test]
async fn one_id_is_one_list() {
    let (shop, ledger) = shop();
    take(&shop, "list", YES).await.unwrap();
    let head = optin::ledger::Ledger::head(&*ledger).await.unwrap();
    let (again, rows) = take(&shop, "list", YES).await.unwrap();
    assert!(again.again && rows.is_empty());
    assert_eq!(again.counts.of(Verdict::Consent), 1);
    let other = take(&shop, "list", &YES.replace("78,", "79,")).await.unwrap_err();
    assert!(other.to_string().contains("another list"), "{other}");
    assert_eq!(optin::ledger::Ledger::head(&*ledger).await.unwrap(), head);
}

#[tokio::test]
async fn of_a_list_that_cannot_be_read_to_its_end_nothing_goes_in() {
    let (shop, ledger) = shop();
    let csv = format!("{YES}+33612345679,yes,\"2026\n");
    let error = take(&shop, "list", &csv).await.unwrap_err();
    assert!(error.to_string().starts_with("line 3, column 3: a quote opens"), "{error}");
    assert_eq!(optin::ledger::Ledger::head(&*ledger).await.unwrap().leaves, 0);
    let error = take(&shop, "list", "Nom,Ville\nAna,Metz\n").await.unwrap_err().to_string();
    assert!(error.contains("Nom, Ville") && error.contains("number="), "{error}");
    let unknown = shop
        .try_list(
            std::io::Cursor::new(YES),
            &optin::shop::ListOptions::new(optin::id::Name::new("nothing").unwrap()),
            |_, _| {},
            |_| {},
        )
        .await;
    assert!(unknown.unwrap_err().to_string().contains("no program"));
}

#[tokio::test]
async fn consents_to_e_mail_are_none_to_texts() {
    let csv = "phone,email,status\n+33612345678,a@example.com,subscribed\n+33612345679,b@example.com,unsubscribed\n";
    let (shop, _) = shop();
    let (_, rows) = take(&shop, "list", csv).await.unwrap();
    assert_eq!(rows, ["3 opt_out opted_out -", "2 noted email_only -"]);
    assert!(!is_open(&shop, "+33612345678").await);
}
