use std::fmt::Write;

use super::{
    chart,
    exposure::Amounts,
    result::AuditReport,
    words::{Texts, escaped, figure, texts},
};
use crate::policy::Language;

/// How a report is to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Rendering {
    /// In which language.
    pub language: Language,
    /// Whole numbers instead of masked ones.
    pub numbers: bool,
}

impl Default for Rendering {
    fn default() -> Self {
        Self { language: Language::English, numbers: false }
    }
}

const STYLE: &str = include_str!("data/report.css");

impl AuditReport {
    /// The report as one page of HTML: no script, nothing fetched, in light, dark and print.
    #[must_use]
    pub fn to_html(&self, rendering: Rendering) -> String {
        let t = texts(rendering.language);
        let mut page = Page { report: self, t, rendering, out: String::with_capacity(64 * 1024) };
        page.head();
        page.summary();
        page.conditions();
        page.exposure();
        page.charts();
        page.rules();
        page.after_stop();
        page.unproven();
        page.worst();
        page.files();
        page.method();
        page.out.push_str("</main></body></html>\n");
        page.out
    }
}

pub(super) struct Page<'a> {
    pub(super) report: &'a AuditReport,
    pub(super) t: &'static Texts,
    pub(super) rendering: Rendering,
    pub(super) out: String,
}

impl Page<'_> {
    pub(super) fn figure(&self, number: u64) -> String {
        figure(number, self.rendering.language)
    }

    pub(super) fn range(&self, currency: &str, amounts: Amounts) -> String {
        let currency = escaped(currency);
        if amounts.low == amounts.high {
            return format!("{currency} {}", self.figure(amounts.low));
        }
        format!("{currency} {} – {}", self.figure(amounts.low), self.figure(amounts.high))
    }

    fn head(&mut self) {
        let t = self.t;
        let _ = write!(
            self.out,
            "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"><meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title><style>{STYLE}</style></head><body><main><header><h1>{title}</h1>",
            t.lang,
            title = t.title,
        );
        if let Some((first, last)) = self.report.span {
            let day = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d").to_string();
            let _ =
                write!(self.out, "<p class=\"lead\">{} {} {} {}</p>", t.span, day(first), t.until, day(last));
        }
        let _ = write!(self.out, "<p class=\"advice\">{}</p></header>", t.advice);
    }

    pub(super) fn section(&mut self, title: &str, note: &str) {
        let _ = write!(self.out, "<h2>{title}</h2>");
        if !note.is_empty() {
            let _ = write!(self.out, "<p class=\"note\">{note}</p>");
        }
    }

    fn summary(&mut self) {
        let (t, totals) = (self.t, self.report.totals);
        let cards = [
            ("judged", totals.judged, t.judged),
            ("settled", totals.settled, t.settled),
            ("contested", totals.contested, t.contested),
            ("unprovable", totals.unprovable, t.unprovable),
            ("clean", totals.clean, t.clean),
        ];
        self.out.push_str("<div class=\"cards\">");
        for (class, count, label) in cards {
            let share = (class != "judged" && totals.judged > 0).then(|| permille(count, totals.judged));
            let share = share.map(|share| format!(" <small>{share}</small>")).unwrap_or_default();
            let _ = write!(
                self.out,
                "<div class=\"card {class}\"><b>{}</b>{share}<span>{label}</span></div>",
                self.figure(count)
            );
        }
        let _ = write!(
            self.out,
            "<div class=\"card\"><b>{}</b><span>{}</span></div></div>",
            self.figure(totals.persons),
            t.persons
        );
    }

    fn conditions(&mut self) {
        let (t, open) = (self.t, self.report.conditions);
        if !open.is_open() {
            return;
        }
        let note = t.conditions_note.replace("{f}", &self.figure(open.form_unknown));
        self.section(t.conditions, &note.replace("{r}", &self.figure(open.register_unasked)));
        let _ = write!(
            self.out,
            "<table class=\"conditions\"><thead><tr><th></th><th class=\"n\">{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th></tr></thead><tbody>",
            t.settled, t.contested, t.unprovable, t.clean
        );
        for (label, split) in [
            (t.as_given, open.as_given),
            (t.if_written, open.if_written),
            (t.if_asked_too, open.if_asked_too),
            (t.if_not_written, open.if_not_written),
        ] {
            let _ = write!(self.out, "<tr><th scope=\"row\">{label}</th>");
            for count in [split.settled, split.contested, split.unprovable, split.clean] {
                let _ = write!(self.out, "<td class=\"n\">{}</td>", self.figure(count));
            }
            self.out.push_str("</tr>");
        }
        self.out.push_str("</tbody></table>");
    }

    fn exposure(&mut self) {
        let t = self.t;
        self.section(t.exposure, t.exposure_note);
        if self.report.exposure.is_empty() {
            let _ = write!(self.out, "<p>{}</p>", t.no_exposure);
            return;
        }
        let _ = write!(
            self.out,
            "<table class=\"money\"><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
            t.currency, t.from_settled, t.at_most, t.with_unproven
        );
        for (currency, sum) in &self.report.exposure {
            let _ = write!(
                self.out,
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
                escaped(currency),
                self.range(currency, sum.settled),
                self.range(currency, sum.at_most),
                self.range(currency, sum.with_unproven)
            );
        }
        self.out.push_str("</tbody></table>");
    }

    fn charts(&mut self) {
        let t = self.t;
        self.section(t.heat, t.heat_note);
        if self.report.heat.is_empty() {
            let _ = write!(self.out, "<p>{}</p>", t.none);
        } else {
            let _ = write!(
                self.out,
                "<div class=\"chart\">{}</div>",
                chart::heat(&self.report.heat, self.rendering.language)
            );
        }
        self.section(t.months, "");
        let _ = write!(
            self.out,
            "<p class=\"legend\"><i class=\"settled\"></i>{} <i class=\"contested\"></i>{} <i class=\"unprovable\"></i>{} <span class=\"dim\">/ {}</span></p><div class=\"chart\">{}</div>",
            t.settled,
            t.contested,
            t.unprovable,
            t.judged,
            chart::months(&self.report.months, self.rendering.language)
        );
    }

    fn files(&mut self) {
        let t = self.t;
        if self.report.files.is_empty() {
            return;
        }
        self.section(t.files, "");
        self.out.push_str("<ul>");
        for file in &self.report.files {
            let list = |word: &str, counts: &std::collections::BTreeMap<&'static str, u64>| {
                let parts: Vec<String> =
                    counts.iter().map(|(code, count)| format!("{code} {}", self.figure(*count))).collect();
                if parts.is_empty() { String::new() } else { format!("; {word}: {}", parts.join(", ")) }
            };
            let line = format!(
                "<li><b>{}</b> ({}, {}): {} {}{}{}{}<br><small class=\"mono\">SHA-256 {}</small></li>",
                escaped(&file.name),
                escaped(file.what),
                escaped(&file.format),
                self.figure(file.rows),
                t.rows,
                list(t.refused, &file.refused),
                list(t.aside, &file.set_aside),
                list(t.assumed, &file.assumed),
                escaped(&file.sha256)
            );
            self.out.push_str(&line);
        }
        self.out.push_str("</ul>");
    }

    fn method(&mut self) {
        let (t, totals) = (self.t, self.report.totals);
        self.section(t.method, "");
        let n = |number: u64| self.figure(number);
        let versions = t
            .versions
            .replace("{rulebook}", &escaped(&self.report.rulebook))
            .replace("{tz}", &escaped(&self.report.tz));
        let mut lines = vec![
            versions,
            t.m_moment.to_owned(),
            t.m_classes.to_owned(),
            t.exposure_note.to_owned(),
            t.m_place.replace("{n}", &n(totals.by_digits)),
            t.m_kind.replace("{n}", &n(totals.kind_assumed)),
            t.m_undated.to_owned(),
            t.m_left.replace("{n}", &n(totals.late_delivered)),
            t.m_undelivered
                .replace("{n}", &n(totals.undelivered))
                .replace("{m}", &n(totals.undelivered_against))
                .replace("{u}", &n(totals.unconfirmed)),
            t.m_subject.to_owned(),
            t.m_repeated.replace("{n}", &n(totals.repeated)).replace("{m}", &n(totals.outside)),
        ];
        if let Some(basis) = self.report.assumed {
            lines.push(t.m_assumed.replace("{basis}", basis.code()));
        }
        lines.push(t.m_registers.to_owned());
        lines.push(t.m_not.to_owned());
        lines.push(t.advice.to_owned());
        let items: String = lines.iter().map(|line| format!("<li>{line}</li>")).collect();
        let _ = write!(self.out, "<ul class=\"method\">{items}</ul>");
    }
}

/// A share in percent with one place.
fn permille(part: u64, whole: u64) -> String {
    let permille = part.saturating_mul(1_000) / whole.max(1);
    format!("{}.{} %", permille / 10, permille % 10)
}
