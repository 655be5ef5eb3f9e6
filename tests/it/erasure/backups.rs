//! A ledger that is restored from a backup forgets again; and a person is shown everything that is on record.

use std::{fs, sync::Arc};

use optin::{
    ErasureList,
    ledger::{KeyFile, MemoryLedger, SqliteLedger},
    policy::{Code, Language},
    report::receipt::{Party, ReceiptContext},
};

use super::{
    House, IP, PAGE,
    files::{folder, grep, traces},
};
use crate::walk::number;

#[tokio::test]
async fn a_restored_backup_forgets_again_whom_the_list_names() {
    let (folder, path, key) = folder();
    let keys = KeyFile::open_or_create(&key).unwrap();
    let (bob, eve, zoe) = (number("+33698765432"), number("+33698765433"), number("+33698765434"));
    let ledger = Arc::new(SqliteLedger::open(&path, keys.clone()).await.unwrap());
    let house = House::over(Arc::clone(&ledger));
    for who in [house.ana, bob, zoe] {
        house.opt_in(who).await;
    }
    house.shop.erase(zoe, "r-0").await.unwrap();
    house.later(1);
    house.opt_in(zoe).await;
    let traces = traces(&house, &ledger).await;
    drop(house);
    drop(ledger);
    let backup = fs::read(&path).unwrap();

    let house = House::over(SqliteLedger::open(&path, keys.clone()).await.unwrap());
    house.later(60);
    house.shop.erase(house.ana, "r-1").await.unwrap();
    house.opt_in(eve).await;
    house.shop.erase(eve, "r-2").await.unwrap();
    let list = house.shop.erasures().await.unwrap();
    assert_eq!(list.0.len(), 3);
    let text = list.to_string();
    assert!(!text.contains("12345678") && !text.contains("98765433"), "{text}");
    assert_eq!(text.parse::<ErasureList>().unwrap(), list);
    drop(house);

    for beside in ["-wal", "-shm"] {
        let _ = fs::remove_file(folder.path().join(format!("shop.optin{beside}")));
    }
    fs::write(&path, &backup).unwrap();
    let house = House::over(SqliteLedger::open(&path, keys).await.unwrap());
    house.later(120);
    assert!(house.shop.person(eve).await.unwrap().is_none());
    let done = house.shop.reapply(&list).await.unwrap();
    assert_eq!((done.erased, done.before, done.silenced), (1, 1, 1), "{done:?}");
    for who in [house.ana, eve] {
        assert!(house.shop.person(who).await.unwrap().unwrap().state.erased);
        assert!(house.refusals(who).await.contains(&Code::Revoked), "{who}");
    }
    for who in [bob, zoe] {
        assert_eq!(house.refusals(who).await, [], "{who} was not erased, or consented afresh");
    }
    let again = house.shop.reapply(&list).await.unwrap();
    assert_eq!((again.erased, again.before, again.silenced), (0, 3, 0), "{again:?}");
    house.shop.verify().await.unwrap().unwrap();
    house.later(1);
    house.opt_in(eve).await;
    assert_eq!(house.refusals(eve).await, []);
    house.shop.verify().await.unwrap().unwrap();
    drop(house);
    assert_eq!(grep(folder.path(), &traces), []);
}

#[test]
fn a_list_that_is_no_list_is_refused_by_its_line() {
    let good =
        format!("optin-erasures 1\n{} 2026-11-27T10:00:00.000Z r-1 1:{}\n", "07".repeat(16), "0a".repeat(32));
    assert_eq!(good.parse::<ErasureList>().unwrap().to_string(), good);
    for (from, to, line) in [
        ("erasures 1", "erasures 2", 1),
        ("0707", "07", 2),
        ("T10", "T30", 2),
        ("r-1", "r 1", 2),
        ("1:0a", "0a", 2),
        ("1:0a", "x:0a", 2),
        ("0a0a", "0a", 2),
        (" r-1", "", 2),
    ] {
        assert!(good.contains(from));
        assert_eq!(good.replacen(from, to, 1).parse::<ErasureList>().unwrap_err().line, line, "{to}");
    }
    assert_eq!("".parse::<ErasureList>().unwrap_err().line, 1);
}

#[tokio::test]
async fn a_person_is_shown_everything_and_nobody_else_is() {
    let house = House::over(MemoryLedger::new().unwrap());
    house.opt_in(house.ana).await;
    house.opt_in(number("+33698765432")).await;
    house.text(house.ana, "<script>bonjour, c'est Ana</script>").await;
    let context = ReceiptContext {
        controller: Some(Party { name: Some("Maison Lune SAS".to_owned()), ..Party::default() }),
        recipients: Some(vec![Party { name: Some("Passerelle SA".to_owned()), ..Party::default() }]),
        ..ReceiptContext::default()
    };
    let export = house.shop.access_export(house.ana, &context).await.unwrap().unwrap();
    let json: serde_json::Value = serde_json::from_str(&export.to_json()).unwrap();
    assert_eq!((&json["number"], &json["erased"]), (&"+33612345678".into(), &false.into()));
    assert_eq!(json["records"].as_array().unwrap().len(), house.codes(house.ana).await.len());
    assert_eq!(json["retention"]["periods"][0]["rule"], "FR-PROSPECT-RETENTION");
    let soldes = &json["programs"][0];
    assert_eq!((&soldes["program"], &soldes["open"]), (&"soldes".into(), &true.into()));
    assert_eq!(json["records"][1]["facts"]["grant"]["basis"], "express_written");
    let (html, text) = (export.to_html(Language::French), export.to_text(Language::English));
    for all in [export.to_json(), html.clone(), text] {
        for held in
            ["+33612345678", PAGE, IP, "Anaphone/9", "Maison Lune SAS", "Passerelle SA", super::TEXT.text]
        {
            assert!(all.contains(held) || all.contains(&held.replace('\'', "&#39;")), "{held}: {all}");
        }
        assert!(!all.contains("98765432"));
    }
    assert!(
        !html.contains("<script>") && html.contains("&lt;script&gt;bonjour") && html.contains("Vos droits")
    );
    assert!(!format!("{export:?}{:?}", export.records).contains("612345678"));
    assert!(house.shop.access_export(number("+33698765499"), &context).await.unwrap().is_none());

    house.shop.erase(house.ana, "r-1").await.unwrap();
    let export = house.shop.access_export(house.ana, &context).await.unwrap().unwrap();
    assert!(export.erased && export.records.iter().all(|record| record.personal.is_empty()));
    assert!(!export.to_json().contains(PAGE) && export.to_json().contains("\"erased\": true"));
}
