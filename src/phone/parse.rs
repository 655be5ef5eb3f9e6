use super::{
    Country, PhoneNumber, PhoneNumberError, codes,
    plan::{Fit, Plan},
};

/// Longest text that is looked at, in characters. Nobody writes a number with more.
const LONGEST: usize = 64;
/// A prefix for abroad, a country code and a national number, with room to spare.
const MOST_DIGITS: usize = 24;

/// Reads a number as people write it, in the habits of a country.
pub(super) fn read(text: &str, default: Country) -> Result<PhoneNumber, PhoneNumberError> {
    let (plus, digits) = digits_of(text)?;
    let home = codes::of_country(default);
    let (plan, rest) = if plus {
        // `+00 33 …`: the plus and the prefix both; people do write that.
        codes::split(&digits).or_else(|| abroad(home, &digits)).ok_or(PhoneNumberError::NotANumber)?
    } else if home.and_then(|home| home.strip_abroad(&digits)).is_some() {
        abroad(home, &digits).ok_or(PhoneNumberError::NotANumber)?
    } else {
        let home = home.ok_or(PhoneNumberError::NotANumber)?;
        with_bare_code(home, &digits).unwrap_or((home, &digits))
    };
    // At home, one's own habits count: those of Jersey and of Great Britain differ, and share a country code.
    let habits = home.filter(|home| home.code == plan.code && plan.country == home.country).unwrap_or(plan);
    let national = without_trunk(habits, rest);
    let (main, _) = codes::split(&format!("{}{national}", plan.code)).ok_or(PhoneNumberError::NotANumber)?;
    if main.fit(&national) != Fit::Possible {
        return Err(PhoneNumberError::NotANumber);
    }
    // Read as the international number that it now is, so that reading it again changes nothing. Digits that
    // would go on losing zeros are no number.
    let national = without_trunk(main, &national);
    let number = PhoneNumber::from_e164(&format!("+{}{national}", main.code))?;
    let settled = main.fit(&national) == Fit::Possible && without_trunk(main, &national) == national;
    if settled { Ok(number) } else { Err(PhoneNumberError::NotANumber) }
}

fn without_trunk(plan: &Plan, digits: &str) -> String {
    let stripped = plan.strip_trunk(digits);
    if plan.fit(&stripped) == Fit::No { digits.to_owned() } else { stripped }
}

fn abroad<'d>(home: Option<&Plan>, digits: &'d str) -> Option<(&'static Plan, &'d str)> {
    codes::split(home?.strip_abroad(digits)?)
}

/// `33 6 12 34 56 78` in France: the country code without a plus, where the digits make no sense otherwise.
fn with_bare_code<'d>(home: &Plan, digits: &'d str) -> Option<(&'static Plan, &'d str)> {
    let rest = digits.strip_prefix(&home.code.to_string())?;
    let stripped = home.strip_trunk(rest);
    let better = !home.general(digits) && home.general(&stripped);
    (better || home.fit(digits) == Fit::TooLong).then(|| codes::split(digits)).flatten()
}

/// The digits as ASCII, and whether a plus stands before them.
fn digits_of(text: &str) -> Result<(bool, String), PhoneNumberError> {
    if text.chars().nth(LONGEST).is_some() {
        return Err(PhoneNumberError::Length);
    }
    let (mut plus, mut digits) = (false, String::new());
    for c in text.chars() {
        if let Some(digit) = digit(c) {
            digits.push(digit);
        } else if matches!(c, '+' | '\u{FF0B}') && !plus && digits.is_empty() {
            plus = true;
        } else if !is_separator(c) {
            return Err(PhoneNumberError::Character);
        }
    }
    if digits.len() > MOST_DIGITS { Err(PhoneNumberError::Length) } else { Ok((plus, digits)) }
}

/// ASCII, full-width, Arabic-Indic and Persian digits.
fn digit(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{FF10}'..='\u{FF19}' => '\u{FF10}',
        '\u{0660}'..='\u{0669}' => '\u{0660}',
        '\u{06F0}'..='\u{06F9}' => '\u{06F0}',
        _ => return None,
    };
    char::from_digit(u32::from(c) - u32::from(zero), 10)
}

/// What people and address books put between digits, invisible marks of direction included.
fn is_separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{A0}' | '\u{2000}'..='\u{200B}' | '\u{202F}' | '\u{205F}' | '\u{2060}' | '\u{3000}' | '\u{FEFF}'
            | '-' | '\u{AD}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}' | '\u{30FC}'
            | '.' | '\u{FF0E}' | '·' | '/' | '\u{FF0F}'
            | '(' | ')' | '[' | ']' | '\u{FF08}' | '\u{FF09}' | '\u{FF3B}' | '\u{FF3D}'
            | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
    )
}
