//! A plan as a marketer and counsel look at it before somebody approves: what kind of message it is, what stands against
//! it, what it costs, and how it will look on a phone.

use std::fmt::{self, Write};

use super::html::Text;
use crate::{
    campaign::{Plan, Sample},
    content::Severity,
    message::{Counting, Encoding, Segments, parts},
    policy::Language,
};

const STYLE: &str = include_str!("evidence/page.css");
const PHONES: &str = "
.phones { display: flex; flex-wrap: wrap; gap: 1.25rem; }
.phone { width: 19rem; border: 1px solid var(--line); border-radius: 1.6rem; padding: 1rem .9rem 1.1rem; background: var(--tint); break-inside: avoid; }
.phone h3 { text-align: center; font-size: .95rem; margin: 0 0 .8rem; }
.bubble { background: var(--paper); border: 1px solid var(--line); border-radius: 1.1rem 1.1rem 1.1rem .3rem; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.bubble span:nth-child(even) { background: color-mix(in srgb, var(--mark) 14%, transparent); }
.error { color: var(--stop); font-weight: 600; } .good { color: var(--good); font-weight: 600; }
.wide td code { white-space: nowrap; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
";

/// What segments cost, to be shown beside their number.
#[derive(Debug, Clone, Copy)]
pub struct Price<'a> {
    /// One segment, in hundredths of the currency.
    pub cents: f64,
    /// The currency as it is to be shown, such as `EUR`.
    pub currency: &'a str,
}

impl Plan {
    /// The plan as one page of HTML: no script, nothing fetched, in light, dark and print.
    #[must_use]
    pub fn to_html(&self, language: Language, price: Option<Price<'_>>) -> String {
        let mut html = String::with_capacity(16 * 1024);
        // Writing to memory does not fail.
        let _ = Page { plan: self, french: language == Language::French, price }.write(&mut html);
        html
    }
}

struct Page<'a> {
    plan: &'a Plan,
    french: bool,
    price: Option<Price<'a>>,
}

impl Page<'_> {
    const fn tell<'t>(&self, english: &'t str, french: &'t str) -> &'t str {
        if self.french { french } else { english }
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        let (lang, plan) = (self.tell("en", "fr"), self.plan);
        let title = self.tell("Plan of a campaign", "Plan d'une campagne");
        write!(
            out,
            "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\"><title>{title}: {name}</title><style>{STYLE}{PHONES}</style>\
             </head><body><main><h1>{title}: {name}</h1>",
            name = Text(plan.campaign.name.as_str()),
        )?;
        self.verdict(out)?;
        self.counts(out)?;
        self.findings(out)?;
        self.samples(out)?;
        writeln!(
            out,
            "<p class=\"soft gap\">{} {} · tz {} · {}</p></main></body></html>",
            self.tell("rule book", "recueil de règles"),
            Text(&plan.rulebook),
            Text(&plan.tz),
            plan.at.format("%F %H:%M UTC"),
        )
    }

    fn verdict(&self, out: &mut String) -> fmt::Result {
        let errors = self.plan.findings.iter().filter(|(_, f)| f.severity == Severity::Error).count();
        let (class, word) = match errors {
            0 => ("good", self.tell("May be approved.", "Peut être approuvé.").to_owned()),
            1 => (
                "error",
                self.tell(
                    "Cannot be approved: one error stands.",
                    "Ne peut être approuvé : une erreur subsiste.",
                )
                .to_owned(),
            ),
            n if self.french => ("error", format!("Ne peut être approuvé : {n} erreurs subsistent.")),
            n => ("error", format!("Cannot be approved: {n} errors stand.")),
        };
        write!(
            out,
            "<p class=\"answer\"><span class=\"{class}\">{word}</span> {}</p>",
            Text(&self.plan.to_string())
        )
    }

    fn row(&self, out: &mut String, label: &str, value: impl fmt::Display) -> fmt::Result {
        write!(out, "<tr><th>{}</th><td>{value}</td></tr>", Text(label))
    }

    fn counts(&self, out: &mut String) -> fmt::Result {
        let plan = self.plan;
        write!(
            out,
            "<h2>{}</h2><table class=\"facts\">",
            self.tell("What it is and costs", "Nature et coût")
        )?;
        let kinds = plan.kinds;
        let found = kinds.found.map_or(self.tell("not read", "non lu"), |kind| kind.code());
        self.row(out, self.tell("declared kind", "nature déclarée"), kinds.declared)?;
        self.row(out, self.tell("reads as", "se lit comme"), found)?;
        self.row(out, self.tell("planned as", "planifié comme"), plan.campaign.kind)?;
        self.row(out, self.tell("go at once", "partent aussitôt"), plan.now)?;
        self.row(out, self.tell("held until a lawful hour", "retenus jusqu'à une heure permise"), plan.held)?;
        for (why, count) in &plan.refused {
            let label = format!("{}: {why}", self.tell("refused", "refusés"));
            self.row(out, &label, count)?;
        }
        let most = self.tell("at most", "au plus");
        let segments = format!(
            "{} ({most} {} {})",
            plan.segments,
            plan.worst_case_segments,
            self.tell("each", "chacun")
        );
        self.row(out, "segments", segments)?;
        if let Some(price) = self.price {
            let cost = plan.segments as f64 * price.cents / 100.0;
            self.row(out, self.tell("cost", "coût"), format!("{cost:.2} {}", Text(price.currency)))?;
        }
        if let Some((dear, wasted)) = &plan.dear {
            let instead = if dear.instead.is_empty() {
                self.tell("leave it out", "à retirer").to_owned()
            } else {
                format!("{} `{}`", self.tell("write", "écrire"), dear.instead)
            };
            let what = format!(
                "`{}` (U+{:04X}) {}: {wasted} segments {}; {instead}",
                dear.character,
                u32::from(dear.character),
                self.tell("makes it UCS-2", "impose l'UCS-2"),
                self.tell("more in all", "de plus en tout"),
            );
            self.row(out, self.tell("dear character", "caractère coûteux"), Text(&what))?;
        }
        for (country, footer) in &plan.footers {
            let label = format!("{} ({country})", self.tell("added", "ajouté"));
            self.row(out, &label, Text(footer))?;
        }
        out.write_str("</table>")
    }

    fn findings(&self, out: &mut String) -> fmt::Result {
        let head = self.tell("What stands against it", "Ce qui s'y oppose");
        write!(out, "<h2>{head}</h2>")?;
        if self.plan.findings.is_empty() {
            return write!(out, "<p>{}</p>", self.tell("Nothing.", "Rien."));
        }
        let heads = self.tell(
            "<th></th><th>where</th><th>what</th><th>write</th><th>rests on</th>",
            "<th></th><th>où</th><th>quoi</th><th>écrire</th><th>fondement</th>",
        );
        write!(out, "<div class=\"wide\"><table><tr>{heads}</tr>")?;
        for (country, finding) in &self.plan.findings {
            let class = if finding.severity == Severity::Error { "error" } else { "soft" };
            write!(
                out,
                "<tr><td class=\"{class}\">{}</td><td>{country}</td><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                finding.severity.code(),
                finding.code,
                Text(finding.fix.as_deref().unwrap_or("")),
                Text(&finding.citation),
            )?;
        }
        out.write_str("</table></div>")
    }

    fn samples(&self, out: &mut String) -> fmt::Result {
        let head = self.tell("As it will be read", "Tel qu'il sera lu");
        write!(out, "<h2>{head}</h2><div class=\"phones\">")?;
        for sample in &self.plan.samples {
            let country = sample.country.map(|country| format!(" · {country}")).unwrap_or_default();
            write!(
                out,
                "<div class=\"phone\"><h3>{}{country}</h3><div class=\"bubble\">",
                Text(sample.sender.as_str())
            )?;
            let body = sample.body.as_str();
            for part in parts(body, Counting::Standard) {
                write!(out, "<span>{}</span>", Text(body.get(part).unwrap_or("")))?;
            }
            write!(out, "</div><p class=\"soft\">{}</p></div>", cost(sample.segments))?;
        }
        out.write_str("</div>")
    }
}

/// `2 segments · 134 units, UCS-2`
fn cost(segments: Segments) -> String {
    let encoding = match segments.encoding {
        Encoding::Gsm7 => "GSM-7",
        Encoding::Ucs2 => "UCS-2",
    };
    let plural = if segments.segments == 1 { "" } else { "s" };
    format!("{} segment{plural} · {} units, {encoding}", segments.segments, segments.units)
}

/// Columns inside a bubble.
const WIDE: usize = 34;

impl Sample {
    /// The message as it will look on a phone, in characters.
    ///
    /// ```text
    /// ╭─ 36123 · FR ───────────────────────╮
    /// │ Maison Lune : Ana, -40 % jusqu'à   │
    /// │ 21 h                               │
    /// │ STOP au 36123                      │
    /// ╰─ 1 segment · 51 units, GSM-7 ──────╯
    /// ```
    #[must_use]
    pub fn to_text(&self) -> String {
        let country = self.country.map(|country| format!(" · {country}")).unwrap_or_default();
        let line = |left, text: &str, right| {
            let dashes = "─".repeat((WIDE + 1).saturating_sub(text.chars().count() + 2));
            format!("{left}─ {text} {dashes}{right}\n")
        };
        let mut out = line('╭', &format!("{}{country}", self.sender), '╮');
        for row in self.body.as_str().lines().flat_map(wrapped) {
            let blank = " ".repeat(WIDE.saturating_sub(row.chars().count()));
            out.push_str(&format!("│ {row}{blank} │\n"));
        }
        out + &line('╰', &cost(self.segments), '╯')
    }
}

/// A line in rows of at most [`WIDE`] characters, broken between words where that goes.
fn wrapped(line: &str) -> Vec<String> {
    let mut rows = vec![String::new()];
    for word in line.split(' ') {
        let mut word: Vec<char> = word.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        while let Some(row) = rows.last_mut() {
            let used = row.chars().count();
            let space = usize::from(used > 0);
            if used + space + word.len() <= WIDE {
                row.push_str(if space == 1 { " " } else { "" });
                row.extend(&word);
                break;
            }
            if used == 0 {
                let rest = word.split_off(WIDE.min(word.len()));
                row.extend(&word);
                word = rest;
            }
            rows.push(String::new());
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{WIDE, wrapped};

    #[test]
    fn rows_are_never_too_wide_and_lose_no_letter() {
        for line in ["", "short", &"x".repeat(100), &"many words here ".repeat(9), "é🎉 ".repeat(40).as_str()]
        {
            let rows = wrapped(line);
            assert!(rows.iter().all(|row| row.chars().count() <= WIDE), "{rows:?}");
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            assert_eq!(letters(&rows.concat()), letters(line));
        }
    }
}
