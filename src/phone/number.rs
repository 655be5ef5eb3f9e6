use std::{fmt, num::NonZeroU64, str::FromStr};

use thiserror::Error;

use super::{Country, Line, codes, parse};

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

    /// Reads a number as people write it: international, or in the national format of `default`.
    ///
    /// For the edge (forms, imports): it consults the numbering plans. It takes `+`, the prefix that `default`
    /// dials for abroad (`00`, `011`), the trunk prefix also where it does not belong (`+33 (0)6 …`), spaces of all
    /// kinds, dots, dashes, slashes and brackets, and ASCII, full-width, Arabic and Persian digits.
    /// The number must be *possible* (a length its country uses), not assigned: see [`is_valid`](Self::is_valid).
    ///
    /// # Errors
    /// [`PhoneNumberError`]: more than 64 characters, letters or extensions, or no possible number.
    ///
    /// ```
    /// use optin::phone::{Country, PhoneNumber, PhoneNumberError};
    /// assert_eq!(PhoneNumber::parse("06 12 34 56 78", Country::FR)?.e164(), "+33612345678");
    /// assert_eq!(PhoneNumber::parse("(415) 555-2671", Country::US)?.e164(), "+14155552671");
    /// assert_eq!(PhoneNumber::parse("011 33 6.12.34.56.78", Country::US)?.e164(), "+33612345678");
    /// assert_eq!(PhoneNumber::parse("1-800-FLOWERS", Country::US), Err(PhoneNumberError::Character));
    /// assert_eq!(PhoneNumber::parse("415 555 2671 x12", Country::US), Err(PhoneNumberError::Character));
    /// assert_eq!(PhoneNumber::parse("06 12 34", Country::FR), Err(PhoneNumberError::NotANumber));
    /// # Ok::<(), PhoneNumberError>(())
    /// ```
    pub fn parse(text: &str, default: Country) -> Result<Self, PhoneNumberError> {
        parse::read(text, default)
    }

    /// Whether the numbering plan has assigned the range that it lies in. For the edge: it consults the plans.
    ///
    /// The plans are a snapshot of libphonenumber's; a newer range is not in them, so this is a hint for the
    /// quality of a list, not a reason to drop a number.
    ///
    /// ```
    /// use optin::phone::{Line, PhoneNumber};
    /// let mobile: PhoneNumber = "+33612345678".parse()?;
    /// let nowhere: PhoneNumber = "+33012345678".parse()?;
    /// assert!(mobile.is_valid() && !nowhere.is_valid());
    /// assert_eq!((mobile.line(), nowhere.line()), (Line::Mobile, Line::Unknown));
    /// # Ok::<(), optin::phone::PhoneNumberError>(())
    /// ```
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.line() != Line::Unknown
    }

    /// What kind of line it is. For the edge: it consults the plans.
    #[must_use]
    pub fn line(&self) -> Line {
        codes::assigned(self.0.get()).line
    }

    /// The country or territory whose plan has the number, if one does. For the edge: it consults the plans.
    ///
    /// Where somebody *is* is another question: [`Whereabouts`](crate::place::Whereabouts) answers it with a set.
    ///
    /// ```
    /// use optin::phone::{Country, PhoneNumber};
    /// assert_eq!("+14165550123".parse::<PhoneNumber>()?.region(), Some(Country::CA));
    /// assert_eq!("+80012345678".parse::<PhoneNumber>()?.region(), None);         // international freephone
    /// # Ok::<(), optin::phone::PhoneNumberError>(())
    /// ```
    #[must_use]
    pub fn region(&self) -> Option<Country> {
        codes::assigned(self.0.get()).country
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
    /// Not 7 to 15 digits, or more than 64 characters in all.
    #[error("a phone number has 7 to 15 digits")]
    Length,
    /// Something else than a digit or what is written between digits: a letter, an extension.
    #[error("a character does not belong in a phone number; letters and extensions are not read")]
    Character,
    /// No country code begins with zero.
    #[error("no country code begins with zero")]
    LeadingZero,
    /// The digits do not make a possible number of the country.
    #[error("no possible number of that country")]
    NotANumber,
}
