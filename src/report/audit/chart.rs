//! Charts as SVG inside the page: no script, nothing fetched, readable in print and without colour.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    result::{HeatRow, Month},
    words::{escaped, figure, texts},
};
use crate::policy::Language;

/// Zones that have a row of their own.
const ZONES: usize = 14;
const LABEL: usize = 170;
const CELL: usize = 30;

/// Hours across, zones down, the darker the more.
pub(super) fn heat(rows: &[HeatRow], language: Language) -> String {
    let words = texts(language);
    let (own, others) = rows.split_at(rows.len().min(ZONES));
    let mut shown: Vec<(&str, [u64; 24])> = own.iter().map(|row| (row.zone, row.hours)).collect();
    if !others.is_empty() {
        let mut sum = [0u64; 24];
        for row in others {
            sum.iter_mut().zip(row.hours).for_each(|(sum, count)| *sum += count);
        }
        shown.push((words.other_zones, sum));
    }
    let most = shown.iter().flat_map(|(_, hours)| hours).copied().max().unwrap_or(0).max(1);
    let (width, height) = (LABEL + 24 * CELL + 70, 24 + shown.len() * CELL);
    let mut svg = open(width, height, words.heat);
    for hour in 0..24 {
        let x = LABEL + hour * CELL + CELL / 2;
        let _ = write!(svg, r#"<text x="{x}" y="14" text-anchor="middle">{hour}</text>"#);
    }
    for (line, (zone, hours)) in shown.iter().enumerate() {
        let y = 22 + line * CELL;
        let middle = y + CELL / 2 + 4;
        let _ =
            write!(svg, r#"<text x="{}" y="{middle}" text-anchor="end">{}</text>"#, LABEL - 8, escaped(zone));
        for (hour, count) in hours.iter().enumerate() {
            let x = LABEL + hour * CELL;
            let _ = write!(
                svg,
                r#"<rect class="cell" x="{x}" y="{y}" width="{size}" height="{size}" fill-opacity="{:.2}"><title>{} {hour}:00-{hour}:59: {count}</title></rect>"#,
                depth(*count, most),
                escaped(zone),
                size = CELL - 2,
            );
            if *count > 0 {
                let ink = if depth(*count, most) > 0.55 { "over" } else { "under" };
                let _ = write!(
                    svg,
                    r#"<text class="{ink}" x="{}" y="{middle}" text-anchor="middle">{}</text>"#,
                    x + CELL / 2 - 1,
                    short(*count),
                );
            }
        }
        let sum: u64 = hours.iter().sum();
        let _ = write!(
            svg,
            r#"<text x="{}" y="{middle}">{}</text>"#,
            LABEL + 24 * CELL + 8,
            figure(sum, language)
        );
    }
    svg.push_str("</svg>");
    svg
}

/// How dark a cell is: by the square root, so that few still show.
#[allow(clippy::cast_precision_loss, reason = "a shade of colour")]
fn depth(count: u64, most: u64) -> f64 {
    if count == 0 { 0.04 } else { (count as f64 / most as f64).sqrt().mul_add(0.82, 0.18) }
}

/// A count in at most four signs.
fn short(count: u64) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{}k", count / 1_000),
        _ => format!("{}M", count / 1_000_000),
    }
}

/// One bar a month: settled, contested, unprovable, one on the other.
pub(super) fn months(months: &BTreeMap<(i32, u32), Month>, language: Language) -> String {
    const HEIGHT: u64 = 160;
    let words = texts(language);
    let against = |month: &Month| month.settled + month.contested + month.unprovable;
    let most = months.values().map(against).max().unwrap_or(0).max(1);
    let step = 58;
    let mut svg = open(40 + months.len().max(8) * step, 232, words.months);
    for (at, ((year, month), counts)) in months.iter().enumerate() {
        let x = 20 + at * step;
        let mut floor = 20 + HEIGHT;
        let parts = [
            ("settled", counts.settled, words.settled),
            ("contested", counts.contested, words.contested),
            ("unprovable", counts.unprovable, words.unprovable),
        ];
        for (class, count, word) in parts.into_iter().filter(|(_, count, _)| *count > 0) {
            let tall = (count.saturating_mul(HEIGHT) / most).max(2);
            floor = floor.saturating_sub(tall);
            let _ = write!(
                svg,
                r#"<rect class="{class}" x="{x}" y="{floor}" width="40" height="{tall}"><title>{year}-{month:02}, {}: {count}</title></rect>"#,
                escaped(word),
            );
        }
        let middle = x + 20;
        let _ = write!(
            svg,
            r#"<text x="{middle}" y="{}" text-anchor="middle">{}</text><text x="{middle}" y="{}" text-anchor="middle">{year}-{month:02}</text><text class="dim" x="{middle}" y="{}" text-anchor="middle">/ {}</text>"#,
            floor.saturating_sub(4),
            figure(against(counts), language),
            HEIGHT + 36,
            HEIGHT + 52,
            figure(counts.judged, language),
        );
    }
    svg.push_str("</svg>");
    svg
}

fn open(width: usize, height: usize, label: &str) -> String {
    format!(
        r#"<svg role="img" aria-label="{}" viewBox="0 0 {width} {height}" width="{width}" height="{height}">"#,
        escaped(label)
    )
}
