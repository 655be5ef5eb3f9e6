use serde_json::{Map, Value, json};

use super::{
    exposure::Amounts,
    finding::Finding,
    html::Rendering,
    outcome::{Conditions, Split},
    result::{AuditReport, Example, FileMark, RuleRow},
    words::reason,
};
use crate::law::Rule;

impl AuditReport {
    /// The report as one JSON object: stable codes beside words, numbers masked unless asked otherwise.
    #[must_use]
    pub fn to_json(&self, rendering: Rendering) -> String {
        let value = json!({
            "report": "optin back-audit",
            "version": 1,
            "advice": super::words::texts(rendering.language).advice,
            "rulebook": self.rulebook,
            "tz": self.tz,
            "assumed_basis": self.assumed.map(crate::consent::Basis::code),
            "from": self.from.map(|at| at.to_rfc3339()),
            "to": self.to.map(|at| at.to_rfc3339()),
            "first": self.span.map(|(first, _)| first.to_rfc3339()),
            "last": self.span.map(|(_, last)| last.to_rfc3339()),
            "files": self.files.iter().map(file).collect::<Vec<_>>(),
            "totals": totals(self),
            "conditions": conditions(&self.conditions),
            "exposure": self.exposure.iter().map(|(currency, sum)| {
                let value = json!({
                    "settled": amounts(sum.settled),
                    "at_most": amounts(sum.at_most),
                    "with_unproven": amounts(sum.with_unproven),
                });
                (currency.clone(), value)
            }).collect::<Map<_, _>>(),
            "rules": self.rules.iter().map(|row| rule_row(row, rendering)).collect::<Vec<_>>(),
            "after_stop": self.after_stop.iter().map(|row| json!({
                "rule": row.rule.as_ref().map(|rule| rule.id.as_str()),
                "citation": row.rule.as_ref().map(|rule| rule.citation.as_str()),
                "grace": row.grace,
                "within": row.within,
                "later": row.later,
            })).collect::<Vec<_>>(),
            "unproven": self.unproven.iter().map(|row| json!({
                "code": row.code,
                "reason": reason(row.code, rendering.language),
                "messages": row.messages,
                "persons": row.persons,
            })).collect::<Vec<_>>(),
            "closed_hours": self.heat.iter().map(|row| json!({"zone": row.zone, "hours": row.hours})).collect::<Vec<_>>(),
            "months": self.months.iter().map(|((year, month), row)| json!({
                "month": format!("{year}-{month:02}"),
                "judged": row.judged,
                "settled": row.settled,
                "contested": row.contested,
                "unprovable": row.unprovable,
            })).collect::<Vec<_>>(),
            "worst": self.worst.iter().map(|example| worst(example, rendering)).collect::<Vec<_>>(),
        });
        // Keys are strings and numbers are finite: this cannot fail.
        serde_json::to_string_pretty(&value).unwrap_or_default()
    }
}

fn totals(report: &AuditReport) -> Value {
    let t = &report.totals;
    json!({
        "judged": t.judged,
        "clean": t.clean,
        "settled": t.settled,
        "contested": t.contested,
        "unprovable": t.unprovable,
        "persons": t.persons,
        "undelivered": t.undelivered,
        "undelivered_against": t.undelivered_against,
        "unconfirmed": t.unconfirmed,
        "outside": t.outside,
        "repeated": t.repeated,
        "by_digits": t.by_digits,
        "kind_assumed": t.kind_assumed,
        "late_delivered": t.late_delivered,
    })
}

fn conditions(conditions: &Conditions) -> Value {
    let split = |split: Split| {
        let Split { clean, settled, contested, unprovable } = split;
        json!({"clean": clean, "settled": settled, "contested": contested, "unprovable": unprovable})
    };
    json!({
        "consent_form_unknown": conditions.form_unknown,
        "register_unasked": conditions.register_unasked,
        "as_given": split(conditions.as_given),
        "if_written_consent": split(conditions.if_written),
        "if_registers_asked_too": split(conditions.if_asked_too),
        "if_no_written_consent": split(conditions.if_not_written),
    })
}

fn amounts(amounts: Amounts) -> Value {
    json!({"low": amounts.low, "high": amounts.high})
}

fn file(mark: &FileMark) -> Value {
    json!({
        "what": mark.what,
        "name": mark.name,
        "sha256": mark.sha256,
        "format": mark.format,
        "rows": mark.rows,
        "refused": mark.refused,
        "set_aside": mark.set_aside,
        "assumed": mark.assumed,
        "samples": mark.samples.iter().map(|(line, code)| json!({"line": line, "code": code})).collect::<Vec<_>>(),
    })
}

fn rule_row(row: &RuleRow, rendering: Rendering) -> Value {
    json!({
        "code": row.code,
        "reason": reason(row.code, rendering.language),
        "rule": row.rule.as_deref().map(rule),
        "settled": row.settled,
        "contested": row.contested,
        "persons": row.persons,
        "exposure": row.exposure.map(amounts),
    })
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "citation": rule.citation,
        "layer": rule.layer.code(),
        "reach": rule.reach.code(),
        "confidence": rule.confidence.code(),
        "sources": rule.sources,
        "from": rule.from.map(|date| date.to_string()),
        "to": rule.to.map(|date| date.to_string()),
        "note": rule.note,
        "penalty": rule.penalty.as_ref().map(|penalty| json!({
            "currency": penalty.currency,
            "min": penalty.min,
            "max": penalty.max,
            "per": penalty.per.map(crate::law::PenaltyUnit::code),
            "text": penalty.text,
        })),
    })
}

fn worst(example: &Example, rendering: Rendering) -> Value {
    let number = if rendering.numbers { example.number.e164() } else { example.number.to_string() };
    json!({
        "line": example.line,
        "number": number,
        "at": example.at.to_rfc3339(),
        "local": example.local,
        "kind": example.kind.code(),
        "findings": example.findings.iter().map(|held| finding(held, rendering)).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding, rendering: Rendering) -> Value {
    json!({
        "code": finding.code,
        "class": finding.class.code(),
        "reason": reason(finding.code, rendering.language),
        "rule": finding.rule.as_ref().map(|rule| rule.id.as_str()),
        "citation": finding.rule.as_ref().map(|rule| rule.citation.as_str()),
        "fact": finding.fact.to_string(),
        "in_grace": finding.in_grace,
        "unless": finding.unless.map(super::Class::code),
    })
}
