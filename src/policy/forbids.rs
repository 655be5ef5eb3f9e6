//! What a message may not be about, and from whom it may not come.

use std::sync::Arc;

use super::{
    decide::{Findings, Question},
    decision::{Code, Fact, Need, Reason},
    hours,
};
use crate::{
    id::Name,
    law::{Forbidden, Forbids, Occasion, RequiredText, Requirement, Rule, SenderForm},
    phone::{Country, PhoneNumber},
    place::Place,
};

pub(super) fn check(question: &Question<'_>, findings: &mut Findings) {
    let request = &question.request;
    for (place, law) in question.laws.iter() {
        let law = law.of(request.kind);
        let holds = |rule: &&Arc<Rule>| question.in_force(rule) && !hours::is_lifted(question, rule);
        if request.category.is_some() || request.subject.is_some() {
            for rule in law.topics.iter().filter(holds) {
                rule.forbids.iter().for_each(|forbidden| topic(question, rule, forbidden, findings));
            }
        }
        let Some(sender) = request.sender else { continue };
        for rule in law.senders.iter().filter(holds) {
            for forbidden in &rule.forbids {
                match forbidden.what {
                    Forbids::SenderPrefix => prefix(question, *place, sender, rule, forbidden, findings),
                    Forbids::SenderAbroad => abroad(question, *place, sender, rule, findings),
                    // A link is looked at where texts are.
                    Forbids::Topic | Forbids::Link => {}
                }
            }
            rule.required.iter().for_each(|text| form(question, sender, rule, text, findings));
        }
    }
}

fn topic(question: &Question<'_>, rule: &Arc<Rule>, forbidden: &Forbidden, findings: &mut Findings) {
    let request = &question.request;
    let adults = || question.policy.age_checked.contains(request.program);
    if forbidden.what != Forbids::Topic || (forbidden.unless_age_checked && adults()) {
        return;
    }
    for topic in [request.category, request.subject].into_iter().flatten() {
        if forbidden.of.iter().any(|of| plain(topic.as_str()).eq(plain(of))) {
            deny(question, Code::Forbidden, rule, Fact::Named(topic.to_string()), findings);
        }
    }
}

/// `Prescription-Drugs` is `prescription_drugs`: signs and capitals tell no subjects apart.
fn plain(topic: &str) -> impl Iterator<Item = u8> + '_ {
    topic.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}

fn prefix(
    question: &Question<'_>,
    place: Place,
    sender: &Name,
    rule: &Arc<Rule>,
    forbidden: &Forbidden,
    findings: &mut Findings,
) {
    if let Some(prefix) = forbidden.of.iter().find(|of| begins(sender, of, place.country())) {
        deny(question, Code::SenderForbidden, rule, Fact::Named(prefix.clone()), findings);
    }
}

/// A sender of another country; a country that is not known is missing.
fn abroad(question: &Question<'_>, place: Place, sender: &Name, rule: &Arc<Rule>, findings: &mut Findings) {
    let homes = || question.policy.senders.iter().filter(|(name, _)| name == sender);
    if homes().any(|(_, country)| *country == place.country()) {
        return;
    }
    if homes().next().is_some() {
        let fact = Fact::Place(Place::country_wide(place.country()));
        return deny(question, Code::SenderForbidden, rule, fact, findings);
    }
    let reason = Reason::new(Code::SenderUnknown, Some(Arc::clone(rule)), Fact::None);
    if !question.policy.posture.binds(rule.reach) {
        findings.warnings.push(reason);
    } else if !findings.missing.contains(&reason) {
        findings.miss(Need::Sender, reason);
    }
}

/// Whether a sender is a number that begins so, however it is written.
fn begins(sender: &Name, prefix: &str, country: Country) -> bool {
    let (text, wanted) = (sender.as_str(), prefix.trim_start_matches('+'));
    if text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return false;
    }
    let plain = text.trim_start_matches('+');
    if plain.starts_with(wanted) {
        return true;
    }
    if !plain.starts_with('0') && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    // Dialled from abroad, as people of the country write it, or with signs between the digits.
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let abroad = digits.strip_prefix("00").unwrap_or(&digits);
    abroad.starts_with(wanted)
        || PhoneNumber::parse(text, country)
            .is_ok_and(|number| number.digits().to_string().starts_with(wanted))
}

/// A sender that has none of the prescribed forms.
fn form(
    question: &Question<'_>,
    sender: &Name,
    rule: &Arc<Rule>,
    text: &RequiredText,
    findings: &mut Findings,
) {
    let reachable = sender.as_str().bytes().all(|byte| byte.is_ascii_digit() || byte == b'+');
    let about = text.what == Requirement::SenderId
        && text.on == Occasion::Each
        && match text.sender {
            SenderForm::Any => true,
            SenderForm::Reachable => reachable,
            SenderForm::Alphanumeric => !reachable,
        };
    if about && !text.forms.is_empty() && !text.forms.iter().any(|form| has_form(sender.as_str(), form)) {
        deny(question, Code::SenderForm, rule, Fact::Named(text.forms.join(" / ")), findings);
    }
}

/// Whether a name has the form: its words in order, and something in place of each `{…}`.
fn has_form(name: &str, form: &str) -> bool {
    let Some((before, rest)) = form.split_once('{') else { return name == form };
    let Some((_, after)) = rest.split_once('}') else { return name == form };
    let Some(filled) = name.strip_prefix(before) else { return false };
    // Whatever length fits: forms are short, and so are names.
    let mut ends = filled.char_indices().map(|(at, letter)| at + letter.len_utf8());
    ends.any(|end| filled.get(end..).is_some_and(|rest| has_form(rest, after)))
}

fn deny(question: &Question<'_>, code: Code, rule: &Arc<Rule>, fact: Fact, findings: &mut Findings) {
    let reason = Reason::new(code, Some(Arc::clone(rule)), fact);
    let binds = question.policy.posture.binds(rule.reach);
    let list = if binds { &mut findings.denials } else { &mut findings.warnings };
    if !list.contains(&reason) {
        list.push(reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_its_words_in_order() {
        let fits =
            [("AD-LUNE", "AD-{sender}"), ("LUNE-P", "{sender}-P"), ("36123", "36{digits}"), ("A", "A")];
        for (name, form) in fits {
            assert!(has_form(name, form), "{name} {form}");
        }
        let misses =
            [("LUNE", "AD-{sender}"), ("AD-", "AD-{sender}"), ("LUNE-S", "{sender}-P"), ("-P", "{sender}-P")];
        for (name, form) in misses {
            assert!(!has_form(name, form), "{name} {form}");
        }
    }

    #[test]
    fn a_number_begins_so_however_it_is_written() {
        let france = Country::new("FR").unwrap();
        for number in ["+33612345678", "33612345678", "0033612345678", "0612345678"] {
            assert!(begins(&Name::new(number).unwrap(), "+336", france), "{number}");
        }
        for number in ["+33712345678", "36123", "LUNE", "0712345678", "0"] {
            assert!(!begins(&Name::new(number).unwrap(), "+336", france), "{number}");
        }
    }
}
