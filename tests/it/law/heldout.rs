//! 885 questions with answers, written from the facts of law alone by somebody who had seen neither code nor data
//! (`tests/data/law_heldout.jsonl`; the numbers in it are made up). They go through the command line's own `decide`.
//!
//! The first run, before anything was tuned: 847 right or accepted, 6 wrongly allowed (Louisiana, whose list of bans was
//! not asked for yet), 32 wrong in another way. Afterwards ZIP codes near a line were told apart, an inquiry no longer
//! passed for a sale without a date, chains of messages older than 400 days were kept, and three exemptions of existing
//! customers were taken for settled: the figures below are no longer those of unseen questions.

use chrono::DateTime;
use serde_json::Value;

use crate::contract::jsonl::{self, Tools};

const EXAM: &str = include_str!("../../data/law_heldout.jsonl");

#[derive(Debug, Default, PartialEq, Eq)]
struct Figures {
    right: u32,
    /// Another answer that the examiner accepts, as the facts leave it open.
    accepted: u32,
    /// The worst: sent where it must wait or may not go.
    wrongly_allowed: u32,
    wrongly_held: u32,
    /// Held, but as the wrong one of *not now* and *no*.
    wrong_no: u32,
    wrong_until: u32,
}

fn same_instant(found: &Value, wanted: &Value, within_s: i64) -> bool {
    let second = |value: &Value| Some(DateTime::parse_from_rfc3339(value.as_str()?).ok()?.timestamp());
    matches!((second(found), second(wanted)), (Some(a), Some(b)) if (a - b).abs() <= within_s)
}

#[test]
fn questions_that_somebody_else_wrote() {
    let tools = Tools::new();
    let mut figures = Figures::default();
    for line in EXAM.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let answer = jsonl::decide(&tools, &line["in"].to_string()).unwrap_or_else(|bad| bad.into_value());
        let (found, wanted) = (&answer["decision"], &line["want"]);
        let accepted = line["accept"].as_array().is_some_and(|all| all.contains(found));
        let tolerance = line["until_tol_s"].as_i64().unwrap_or(0);
        let until = line["until"].is_null() || same_instant(&answer["until"], &line["until"], tolerance);
        let counted = match (found == wanted, found.as_str(), wanted.as_str()) {
            (true, ..) if until => &mut figures.right,
            (true, ..) => &mut figures.wrong_until,
            _ if accepted => &mut figures.accepted,
            (_, Some("allow"), _) => &mut figures.wrongly_allowed,
            (_, _, Some("allow")) => &mut figures.wrongly_held,
            _ => &mut figures.wrong_no,
        };
        *counted += 1;
        if (found != wanted || !until) && !accepted {
            let codes: Vec<_> = answer["reasons"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|r| (&r["code"], &r["rule"]))
                .collect();
            println!(
                "{} wants {wanted} {}, is {found} {} {codes:?}: {}",
                line["id"], line["until"], answer["until"], line["why"]
            );
        }
    }
    // Left wide on purpose: Nebraska's 402, where it is not certain on which side of the line the west of Cherry county
    // is reached by it. Left closed: South Dakota's weekend, of which the facts say nothing.
    let held = Figures { right: 864, accepted: 19, wrongly_held: 1, wrong_until: 1, ..Figures::default() };
    assert_eq!(figures, held);
}
