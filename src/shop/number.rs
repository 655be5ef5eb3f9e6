use super::{Reason, table::is_blank};
use crate::phone::{Country, Line, PhoneNumber, PhoneNumberError};

/// Reads a phone number out of a spreadsheet, with what had to be put right.
///
/// `region` is the country in whose habits it is written, where that is known. Nothing is guessed: digits that a
/// spreadsheet rounded, or that are two different numbers with and without a lost `+`, are refused.
///
/// # Errors
/// Why it is no number.
///
/// ```
/// use optin::{phone::Country, shop::{Reason, read_number}};
/// let read = |text: &str| read_number(text, Some(Country::FR)).map(|(number, note)| (number.e164(), note));
/// assert_eq!(read("'06 12 34 56 78"), Ok(("+33612345678".into(), None)));
/// assert_eq!(read("33612345678"), Ok(("+33612345678".into(), Some(Reason::PlusRestored))));
/// assert_eq!(read("612345678.0"), Ok(("+33612345678".into(), Some(Reason::ZeroRestored))));
/// assert_eq!(read("3.36E+10"), Err(Reason::ExcelScientific));
/// ```
pub fn read_number(text: &str, region: Option<Country>) -> Result<(PhoneNumber, Option<Reason>), Reason> {
    let text = unwrapped(text);
    if text.is_empty() {
        return Err(Reason::NoNumber);
    }
    if is_scientific(text) {
        return Err(Reason::ExcelScientific);
    }
    // What a formula comes to is not written in the file.
    if text.starts_with(['=', '@', '\u{FF1D}']) {
        return Err(Reason::Character);
    }
    let amount = without_decimals(text);
    let grouped = ungrouped(amount);
    let spoiled = (amount != text || grouped.is_some()).then_some(Reason::ExcelNumber);
    let digits = grouped.as_deref().unwrap_or(amount);
    let (number, note) = match read(digits, region) {
        Ok((number, note)) if number.is_valid() => (number, note),
        other => overseas(digits, region).map_or(other, Ok)?,
    };
    Ok((number, note.or(spoiled)))
}

/// Countries whose national numbers are shared out with territories that have country codes of their own.
/// Source: ARCEP's national numbering plan (0590/0690 Guadeloupe, 0594/0694 Guiana, 0596/0696 Martinique,
/// 0262/0692/0639 Réunion and Mayotte).
const SHARED: [(Country, [&str; 4]); 1] = [(Country::FR, ["RE", "GP", "MQ", "GF"])];

/// A national number of a territory that shares its country's plan: `0692…` is Réunion's, and none of +33.
fn overseas(text: &str, region: Option<Country>) -> Option<(PhoneNumber, Option<Reason>)> {
    let territories = SHARED.iter().find(|(country, _)| Some(*country) == region)?.1;
    let local = !text.starts_with(['+', '\u{FF0B}']);
    let mut found = territories.iter().filter_map(|code| {
        let (number, note) = read(text, Country::new(code).ok()).ok()?;
        (local && number.is_valid()).then_some((number, note))
    });
    let first = found.next()?;
    found.all(|(number, _)| number == first.0).then_some(first)
}

/// Whether texts can go there at all.
pub(super) fn reachable(number: PhoneNumber) -> Result<(), Reason> {
    match number.line() {
        Line::Mobile | Line::FixedOrMobile => Ok(()),
        Line::Fixed => Err(Reason::Landline),
        Line::Unknown => Err(Reason::Unassigned),
        Line::Voip | Line::TollFree | Line::Other => Err(Reason::NotMobile),
    }
}

fn read(text: &str, region: Option<Country>) -> Result<(PhoneNumber, Option<Reason>), Reason> {
    if text.starts_with(['+', '\u{FF0B}']) {
        // With the plus, the region only says how a trunk zero is written.
        return Ok((PhoneNumber::parse(text, region.unwrap_or(Country::US)).map_err(why)?, None));
    }
    let with_plus = PhoneNumber::parse(&format!("+{text}"), region.unwrap_or(Country::US))
        .ok()
        .filter(|number| !text.starts_with('0') && number.is_valid() && alike(text, *number));
    let Some(region) = region else {
        // Refuses a text that is no number in any country for its own fault.
        return match PhoneNumber::parse(text, Country::US) {
            Err(PhoneNumberError::Character) => Err(Reason::Character),
            _ => Err(Reason::NoRegion),
        };
    };
    let national = match (PhoneNumber::parse(text, region), with_plus) {
        (Ok(national), Some(abroad)) if !national.is_valid() && abroad != national => {
            return Ok((abroad, Some(Reason::PlusRestored)));
        }
        (Ok(national), _) => national,
        (Err(_), Some(abroad)) => return Ok((abroad, Some(Reason::PlusRestored))),
        (Err(error), None) => return Err(why(error)),
    };
    if with_plus == Some(national) {
        return Ok((national, Some(Reason::PlusRestored)));
    }
    let zero = !text.starts_with('0') && PhoneNumber::parse(&format!("0{text}"), region) == Ok(national);
    match (zero, with_plus) {
        (true, Some(_)) => Err(Reason::Ambiguous),
        (true, None) => Ok((national, Some(Reason::ZeroRestored))),
        (false, _) => Ok((national, None)),
    }
}

/// Whether a number has the digits of the text and no others.
fn alike(text: &str, number: PhoneNumber) -> bool {
    let digits = |text: &str| text.chars().filter(|c| c.is_numeric()).count();
    digits(text) == digits(&number.e164())
}

const fn why(error: PhoneNumberError) -> Reason {
    match error {
        PhoneNumberError::Length => Reason::Length,
        PhoneNumberError::Character => Reason::Character,
        _ => Reason::NotANumber,
    }
}

/// Without what spreadsheets put around text that looks like a number: `'06…`, `="06…"`.
fn unwrapped(text: &str) -> &str {
    let text = text.trim_matches(is_blank);
    let formula = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"'));
    let text =
        formula.unwrap_or(text).trim_matches(|c| is_blank(c) || matches!(c, '"' | '\u{2018}' | '\u{2019}'));
    text.trim_start_matches(|c| is_blank(c) || matches!(c, '\'' | '`' | '\u{B4}'))
}

/// `3.36E+10`, `3,36E+10`: how a spreadsheet shows many digits in a narrow column.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = mantissa.trim_start_matches(['+', '-']).trim_end_matches(is_blank);
    let exponent = exponent.trim_start_matches(['+', '-']);
    digits(exponent) && digits(&mantissa.replacen(['.', ','], "", 1))
}

/// Without the `.0` or `,00` of an amount.
fn without_decimals(text: &str) -> &str {
    let cut = text.rfind(['.', ',']).and_then(|at| text.split_at_checked(at));
    match cut {
        Some((whole, rest))
            if (2..=3).contains(&rest.len())
                && rest.bytes().skip(1).all(|byte| byte == b'0')
                && whole.chars().filter(char::is_ascii_digit).count() >= 7
                && !whole.contains(['.', '/', '-', '(']) =>
        {
            whole
        }
        _ => text,
    }
}

/// `33,612,345,678` and `33'612'345'678`: an amount in groups of three.
fn ungrouped(text: &str) -> Option<String> {
    let mark = [',', '\'', '\u{2019}'].into_iter().find(|mark| text.contains(*mark))?;
    let (sign, digits) = text.strip_prefix('+').map_or(("", text), |digits| ("+", digits));
    let mut groups = digits.split(mark);
    let first = groups.next()?;
    let plain = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (1..=3).contains(&first.len())
        && plain(first)
        && groups.all(|group| group.len() == 3 && plain(group));
    fits.then(|| format!("{sign}{}", digits.replace(mark, "")))
}
