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
pub(crate) fn table(plan: &Plan, faults: &[Fault], rows: u64, cents: f64) -> String {
    let mut lines = vec![format!("{rows} rows read, {} left out", faults.len())];
    lines.extend(faults.iter().take(12).map(|fault| format!("  line {:>4}  {}", fault.line, fault.why)));
    if faults.len() > 12 {
        lines.push(format!("  and {} more", faults.len() - 12));
    }
    lines.push(format!("\n{plan}"));
    lines.push(format!("  {:<28}{:>8}", "goes at once", plan.now));
    lines.push(format!("  {:<28}{:>8}", "held until a lawful hour", plan.held));
    if plan.moved > 0 {
        lines.push(format!("  {:<28}{:>8}", "  of them for want of room", plan.moved));
    }
    lines.extend(plan.refused.iter().map(|(reason, count)| format!("  refused: {reason:<19}{count:>8}")));
    lines.push(format!(
        "  {:<28}{:>8}  (at most {} each)",
        "segments", plan.segments, plan.worst_case_segments
    ));
    lines.push(format!("  {:<28}{:>8.2}", "cost", plan.segments as f64 * cents / 100.0));
    let read = plan.kinds.found.map_or("not read", |kind| kind.code());
    lines.push(format!("  {:<28}{:>8}  (reads as {read})", "kind", plan.kinds.declared.code()));
    if let Some((dear, wasted)) = &plan.dear {
        let (c, instead) = (dear.character, &dear.instead);
        lines.push(format!("  `{c}` makes it UCS-2: {wasted} segments more in all; `{instead}` would not"));
    }
    lines.extend(plan.footers.iter().map(|(country, footer)| format!("  added for {country}: {footer}")));
    lines.extend(plan.samples.iter().take(3).map(|sample| format!("\n{}", sample.to_text().trim_end())));
    lines.push(format!("\n  {:<12}{:>10}{:>12}   ends", "sender", "messages", "do not fit"));
    for lane in &plan.backlog {
        let ends = lane.ends.map(|ends| ends.format("%F %H:%M UTC").to_string()).unwrap_or_default();
        lines.push(format!(
            "  {:<12}{:>10}{:>12}   {ends}",
            lane.sender.as_str(),
            lane.messages,
            lane.too_late
        ));
    }
    lines.extend(
        plan.findings
            .iter()
            .map(|(country, f)| format!("  {} {country}: {} ({})", f.severity.code(), f.code, f.citation)),
    );
    lines.push(format!("  rule book {} · tz {}", plan.rulebook, plan.tz));
    lines.join("\n")
}
