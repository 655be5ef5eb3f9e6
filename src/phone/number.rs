use std::{fmt, num::NonZeroU64, str::FromStr};

use thiserror::Error;

/// A phone number in E.164, packed into eight bytes.
///
/// The value is the digits read as one integer (at most 15 digits, so under 2^50), which keeps it `Copy`,
/// ordered by country and free of allocation. `Debug` masks it; [`Display`](fmt::Display) does too, because
/// logs are written with it: ask for [`e164`](Self::e164) where the whole number is meant.
///
/// ```
/// use optin::phone::PhoneNumber;
/// let ana: PhoneNumber = "+33612345678".parse()?;
/// assert_eq!(ana.e164(), "+33612345678");
/// assert_eq!(format!("{ana:?}"), "+33*******78");
/// assert!("06 12 34 56 78".parse::<PhoneNumber>().is_err());   // strict: parse() with a country is lenient
/// # Ok::<(), optin::phone::PhoneNumberError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber(NonZeroU64);

impl PhoneNumber {
    /// Reads strict E.164: `+`, then 7 to 15 digits, the first not zero.
    ///
    /// # Errors
    /// [`PhoneNumberError`] says which of these does not hold.
    pub fn from_e164(text: &str) -> Result<Self, PhoneNumberError> {
        let digits = text.strip_prefix('+').ok_or(PhoneNumberError::NoPlus)?;
        if !(7..=15).contains(&digits.len()) {
            return Err(PhoneNumberError::Length);
        }
        let mut value = 0u64;
        for byte in digits.bytes() {
            if !byte.is_ascii_digit() {
                return Err(PhoneNumberError::Character);
            }
            value = value * 10 + u64::from(byte - b'0');
        }
        if digits.starts_with('0') {
            return Err(PhoneNumberError::LeadingZero);
        }
        NonZeroU64::new(value).map(Self).ok_or(PhoneNumberError::LeadingZero)
    }

    /// The number in full, `+` and digits.
    #[must_use]
    pub fn e164(&self) -> String {
        format!("+{}", self.0)
    }

    /// The digits as one integer, country code first: `+33612345678` is `33_612_345_678`.
    #[must_use]
    pub const fn digits(&self) -> u64 {
        self.0.get()
    }
}

impl FromStr for PhoneNumber {
    type Err = PhoneNumberError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::from_e164(s)
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let (head, tail) = (digits.get(..2).unwrap_or(""), digits.get(digits.len() - 2..).unwrap_or(""));
        write!(f, "+{head}{}{tail}", "*".repeat(digits.len() - 4))
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is not a phone number. No variant holds the text: it may be a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PhoneNumberError {
    /// E.164 begins with `+`.
    #[error("E.164 begins with `+`; to read a national format, call `PhoneNumber::parse` with a country")]
    NoPlus,
    /// 7 to 15 digits.
    #[error("a phone number has 7 to 15 digits")]
    Length,
    /// Something else than a digit.
    #[error("a character is not a digit")]
    Character,
    /// No country code begins with zero.
    #[error("no country code begins with zero")]
    LeadingZero,
    /// The digits do not make a possible number of the country.
    #[error("not a number of that country")]
    NotANumber,
}
