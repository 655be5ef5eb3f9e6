//! Recorded answers of each gateway, and what each comes to.

use optin::gateway::{Answered, Cost, Refusal, Uncertain};
use serde_json::Value;

use super::{
    kit::{NAMES, gateway, send, table, wire},
    server::{Play, Server},
};

const ANSWERS: &str = include_str!("../../data/gateways/answers.jsonl");

fn expected(outcome: &Value) -> Answered {
    let text = |name: &str| outcome.get(name).and_then(Value::as_str);
    match (text("accepted"), text("rejected"), text("unknown")) {
        (Some(id), None, None) => {
            let segments = outcome.get("segments").map(|n| n.as_u64().unwrap() as u32);
            let cost = outcome.get("cost").map(|cost| Cost {
                micros: cost[0].as_i64().unwrap(),
                currency: cost[1].as_str().unwrap().as_bytes().try_into().unwrap(),
            });
            Answered::accepted_for(id, segments, cost)
        }
        (None, Some(why), None) => {
            Answered::refused(Refusal::from_code(why).unwrap(), text("code").map(str::to_owned), None)
        }
        (None, None, Some(why)) => Answered::Unknown(Uncertain::from_code(why).unwrap()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_recorded_answer_comes_to_its_outcome() {
    let all = table(ANSWERS);
    for name in NAMES {
        let lines: Vec<_> = all.iter().filter(|line| line["gateway"] == name).collect();
        assert!(lines.len() >= 3, "{name}");
        let play = |line: &&Value| Play::json(line["status"].as_u64().unwrap() as u16, &line["body"]);
        let server = Server::start(lines.iter().map(play).collect()).await;
        let ours = gateway(name, wire(&server.base()));
        for line in &lines {
            let outcome = send(&*ours).await;
            assert_eq!(outcome, expected(&line["outcome"]), "{line}");
            assert!(!format!("{outcome:?}").contains("33612345678"));
        }
        assert_eq!(server.taken().len(), lines.len());
    }
    assert!(all.iter().all(|line| line["source"].as_str().is_some_and(|source| !source.is_empty())));
}
