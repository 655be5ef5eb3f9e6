use std::collections::BTreeMap;

use serde_json::Value;

use crate::contract::{
    jsonl::{Bad, Tools},
    webhook::webhook,
};

/// Made by tests/oracles/webhook_signatures.py, whose comment says how and with which SDKs.
const TABLE: &str = include_str!("../../data/webhook_signatures.jsonl");

#[test]
fn every_genuine_request_is_in_and_every_forgery_out() {
    let tools = Tools::new();
    let (mut seen, mut wrong) = (BTreeMap::<String, [usize; 2]>::new(), Vec::new());
    let (mut by_sdk, mut stricter) = (0, 0);
    for line in TABLE.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let valid = row["valid"].as_bool().unwrap();
        let answer = webhook(&tools, line).unwrap_or_else(Bad::into_value);
        if answer["valid"] != valid || answer["why"].is_null() != valid {
            wrong.push(format!("{}: {answer}", row["case"]));
        }
        seen.entry(row["provider"].as_str().unwrap().to_owned()).or_default()[usize::from(valid)] += 1;
        if let Some(said) = row["sdk"].as_bool() {
            by_sdk += 1;
            stricter += usize::from(said != valid);
            assert!(said == valid || row["why"].is_string(), "{}: no reason", row["case"]);
        }
    }
    println!("{seen:?}; {by_sdk} judged by an SDK, {stricter} of them otherwise than here");
    assert!(wrong.is_empty(), "{} wrong: {:#?}", wrong.len(), &wrong[..wrong.len().min(20)]);
    assert_eq!(seen.len(), 8);
    assert!(seen.values().all(|[forged, genuine]| *forged > 200 && *genuine > 50), "{seen:?}");
    assert!(stricter * 8 < by_sdk);
}
