//! The brand of the examples, and how a plan of theirs is shown.

use std::num::NonZeroU32;

use optin::{
    campaign::Plan,
    id::NameError,
    phone::Country,
    program::{Program, Sender},
};

use crate::shopify::Fault;

/// The brand of the examples: a short code for each country it writes to.
pub(crate) fn program(per_second: NonZeroU32) -> Result<Program, NameError> {
    Ok(Program::new("soldes", "Maison Lune")?
        .sender(Sender::short_code(Country::US, "72345")?.throughput(per_second))
        .sender(Sender::short_code(Country::CA, "72345-CA")?.throughput(per_second))
        .sender(Sender::short_code(Country::FR, "36123")?.throughput(per_second))
        .sender(Sender::short_code(Country::GB, "60123")?.throughput(per_second))
        .help("aide@maisonlune.fr"))
}

/// The plan as a table that a person can read.
pub(crate) fn print_plan(plan: &Plan, faults: &[Fault], rows: u64, cents: f64) {
    println!("{rows} rows read, {} left out", faults.len());
    for fault in faults.iter().take(12) {
        println!("  line {:>4}  {}", fault.line, fault.why);
    }
    println!("\n{plan}");
    println!("  {:<28}{:>8}", "goes at once", plan.now);
    println!("  {:<28}{:>8}", "held until a lawful hour", plan.held);
    for (reason, count) in &plan.refused {
        println!("  refused: {reason:<19}{count:>8}");
    }
    println!("  {:<28}{:>8}  (at most {} each)", "segments", plan.segments, plan.worst_case_segments);
    println!("  {:<28}{:>8.2}", "cost", plan.segments as f64 * cents / 100.0);
    println!("\n  {:<12}{:>10}{:>12}   ends", "sender", "messages", "do not fit");
    for lane in &plan.backlog {
        let ends = lane.ends.map(|ends| ends.format("%F %H:%M UTC").to_string()).unwrap_or_default();
        println!("  {:<12}{:>10}{:>12}   {ends}", lane.sender.as_str(), lane.messages, lane.too_late);
    }
    for (country, finding) in &plan.findings {
        println!("  {country}: {} ({})", finding.code, finding.citation);
    }
    println!("  rule book {} · tz {}", plan.rulebook, plan.tz);
}
