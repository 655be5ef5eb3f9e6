//! The tables of the page: rules, messages after STOP, what cannot be proven, examples.

use std::fmt::Write;

use super::{
    Class,
    finding::Finding,
    html::Page,
    result::{Example, RuleRow},
    words::{escaped, grace, reason, word},
};
use crate::law::Rule;

impl Page<'_> {
    pub(super) fn rules(&mut self) {
        let t = self.t;
        self.section(t.rules, t.rules_note);
        if self.report.rules.is_empty() {
            let _ = write!(self.out, "<p>{}</p>", t.none);
            return;
        }
        let _ = write!(
            self.out,
            "<table class=\"rules\"><thead><tr><th>{}</th><th>{}</th><th>{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th>{}</th></tr></thead><tbody>",
            t.rule, t.why, t.certainty, t.settled, t.contested, t.persons, t.amount
        );
        for row in &self.report.rules {
            self.rule_row(row);
        }
        self.out.push_str("</tbody></table>");
    }

    fn rule_row(&mut self, row: &RuleRow) {
        let rule = row.rule.as_deref();
        let _ = write!(
            self.out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
            rule.map_or_else(|| format!("<em>{}</em>", self.t.no_passage), |rule| self.passage(rule)),
            escaped(&reason(row.code, self.rendering.language)),
            rule.map_or_else(String::new, |rule| format!(
                "{} · {}<br><small>{}</small>",
                word(rule.layer.code(), self.rendering.language),
                word(rule.reach.code(), self.rendering.language),
                word(rule.confidence.code(), self.rendering.language)
            )),
            self.figure(row.settled),
            self.figure(row.contested),
            self.figure(row.persons),
            self.amount(row),
        );
    }

    fn passage(&self, rule: &Rule) -> String {
        let t = self.t;
        let mut force = String::new();
        if let Some(from) = rule.from {
            let _ = write!(force, " {} {from}", t.since);
        }
        if let Some(to) = rule.to {
            let _ = write!(force, " {} {to}", t.before);
        }
        let force =
            if force.is_empty() { force } else { format!("<br><small>{}{force}</small>", t.in_force) };
        let note = if rule.note.is_empty() {
            String::new()
        } else {
            format!("<br><small>{}</small>", escaped(&rule.note))
        };
        format!("<b>{}</b><br>{}{force}{note}", escaped(&rule.id), escaped(&rule.citation))
    }

    fn amount(&self, row: &RuleRow) -> String {
        let t = self.t;
        let Some(penalty) = row.rule.as_ref().and_then(|rule| rule.penalty.as_ref()) else {
            return t.no_figure.to_owned();
        };
        let words = format!("<br><small>{}</small>", escaped(&penalty.text));
        match (row.exposure, penalty.max.or(penalty.min)) {
            (Some(amounts), _) => format!("{}{words}", self.range(&penalty.currency, amounts)),
            (None, Some(most)) => {
                format!(
                    "≤ {} {} <small>({})</small>{words}",
                    escaped(&penalty.currency),
                    self.figure(most),
                    t.not_multiplied
                )
            }
            (None, None) => format!("{}{words}", t.no_figure),
        }
    }

    pub(super) fn after_stop(&mut self) {
        let t = self.t;
        if self.report.after_stop.is_empty() {
            return;
        }
        self.section(t.after_stop, t.after_stop_note);
        let _ = write!(
            self.out,
            "<table><thead><tr><th>{}</th><th>{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th></tr></thead><tbody>",
            t.rule, t.grace, t.within, t.later
        );
        for row in &self.report.after_stop {
            let passage = row.rule.as_deref().map_or_else(
                || format!("<em>{}</em>", t.no_passage),
                |rule| format!("<b>{}</b><br>{}", escaped(&rule.id), escaped(&rule.citation)),
            );
            let period = if row.grace.is_empty() {
                "–".to_owned()
            } else {
                grace(&row.grace, self.rendering.language)
            };
            let _ = write!(
                self.out,
                "<tr><td>{passage}</td><td>{period}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                self.figure(row.within),
                self.figure(row.later)
            );
        }
        self.out.push_str("</tbody></table>");
    }

    pub(super) fn unproven(&mut self) {
        let t = self.t;
        self.section(t.unproven, t.unproven_note);
        if self.report.unproven.is_empty() {
            let _ = write!(self.out, "<p>{}</p>", t.none);
            return;
        }
        let _ = write!(
            self.out,
            "<table><thead><tr><th>{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th></tr></thead><tbody>",
            t.why, t.messages, t.persons
        );
        for row in &self.report.unproven {
            let _ = write!(
                self.out,
                "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                escaped(&reason(row.code, self.rendering.language)),
                self.figure(row.messages),
                self.figure(row.persons)
            );
        }
        self.out.push_str("</tbody></table>");
    }

    pub(super) fn worst(&mut self) {
        let t = self.t;
        self.section(t.worst, if self.rendering.numbers { t.unmasked } else { t.masked });
        if self.report.worst.is_empty() {
            let _ = write!(self.out, "<p>{}</p>", t.none);
            return;
        }
        let _ = write!(
            self.out,
            "<table><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
            t.line, t.number, t.local, t.against
        );
        for example in &self.report.worst {
            self.example(example);
        }
        self.out.push_str("</tbody></table>");
    }

    fn example(&mut self, example: &Example) {
        let number = if self.rendering.numbers { example.number.e164() } else { example.number.to_string() };
        let mut times: Vec<String> = example.local.iter().map(|local| escaped(local)).collect();
        if times.is_empty() {
            times.push(example.at.format("%Y-%m-%d %H:%M UTC").to_string());
        }
        let against: String = example.findings.iter().map(|finding| self.finding(finding)).collect();
        let _ = write!(
            self.out,
            "<tr><td class=\"n\">{}</td><td class=\"mono\">{}</td><td>{}</td><td><ul>{against}</ul></td></tr>",
            example.line,
            escaped(&number),
            times.join("<br>")
        );
    }

    fn finding(&self, finding: &Finding) -> String {
        let class = match finding.class {
            Class::Settled => self.t.one_settled,
            Class::Contested => self.t.one_contested,
            Class::Unprovable => self.t.one_unprovable,
        };
        let mut line = escaped(&reason(finding.code, self.rendering.language));
        let fact = finding.fact.to_string();
        if !fact.is_empty() {
            let _ = write!(line, " ({})", escaped(&fact));
        }
        if let Some(rule) = &finding.rule {
            let _ = write!(line, " [{}: {}]", escaped(&rule.id), escaped(&rule.citation));
        }
        format!("<li class=\"{}\">{line} <small>{class}</small></li>", finding.class.code())
    }
}
