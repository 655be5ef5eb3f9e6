use std::{fmt, ops::RangeInclusive};

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{Context, Intent, Matcher, Reading, fold::fold};
use crate::id::{Name, NameError};

/// The words that are a stop by the law itself, whatever question is open: 47 CFR 64.1200(a)(10), in force 2025-04-11.
const PER_SE: [&str; 7] = ["stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"];
/// More options than this nobody reads in a text.
const MOST: usize = 24;

/// A question of a survey or quiz, and what may be answered.
///
/// ```
/// use optin::inbound::{Question, QuestionError};
/// let until = "2026-12-01T12:00:00Z".parse().unwrap();
/// let size = Question::choice("size", ["S", "M", "L"], until)?;
/// let score = Question::rating("score", 0..=10, until)?;
/// assert_eq!(score.options().len(), 11);
/// // Whoever answers so says that it is enough.
/// assert!(matches!(Question::choice("plan", ["Keep", "Cancel"], until), Err(QuestionError::Stops(_))));
/// # let _ = size; Ok::<(), QuestionError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Question {
    name: Name,
    options: Vec<String>,
    until: DateTime<Utc>,
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Question({}, {} options)", self.name, self.options.len())
    }
}

impl Question {
    /// One of these words, until then. Case, accents and marks do not matter.
    ///
    /// # Errors
    /// `name` is not a [`Name`]; no option, more than 24, two that read alike, one of no letter or digit; a word that
    /// is a stop by law.
    pub fn choice<T: Into<String>>(
        name: &str,
        options: impl IntoIterator<Item = T>,
        until: DateTime<Utc>,
    ) -> Result<Self, QuestionError> {
        let options: Vec<String> = options.into_iter().take(MOST + 1).map(Into::into).collect();
        if options.is_empty() || options.len() > MOST {
            return Err(QuestionError::Options);
        }
        let mut seen = Vec::new();
        for option in &options {
            let read = plain(option).ok_or(QuestionError::Options)?;
            if is_per_se(&read) {
                return Err(QuestionError::Stops(option.clone()));
            }
            if seen.contains(&read) {
                return Err(QuestionError::Twice(option.clone()));
            }
            seen.push(read);
        }
        Ok(Self { name: Name::new(name)?, options, until })
    }

    /// A number out of these, until then.
    ///
    /// # Errors
    /// As [`choice`](Self::choice).
    pub fn rating(
        name: &str,
        numbers: RangeInclusive<u8>,
        until: DateTime<Utc>,
    ) -> Result<Self, QuestionError> {
        Self::choice(name, numbers.map(|number| number.to_string()), until)
    }

    /// Which question.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// What may be answered.
    #[must_use]
    pub fn options(&self) -> &[String] {
        &self.options
    }

    /// Until when an answer counts.
    #[must_use]
    pub const fn until(&self) -> DateTime<Utc> {
        self.until
    }

    /// The first option that already means something to this matcher, or is one of these words.
    pub(crate) fn taken(&self, matcher: &Matcher, keywords: &[String]) -> Option<&str> {
        let keywords: Vec<String> = keywords.iter().filter_map(|word| plain(word)).collect();
        let taken = |option: &&String| {
            let intent = matcher.read(option, &Reading::default()).intent;
            matches!(intent, Intent::Start | Intent::Help | Intent::Join | Intent::WrongNumber)
                || plain(option).is_some_and(|read| keywords.contains(&read))
        };
        self.options.iter().find(taken).map(String::as_str)
    }
}

/// Whether a word may not be a keyword of a program's own, because it is a word of everybody's.
pub(crate) fn is_everybodys(matcher: &Matcher, word: &str) -> bool {
    let read = |context| matcher.read(word, &Reading { context, ..Reading::default() }).intent;
    plain(word).is_none()
        || [Context::None, Context::DoubleOptIn, Context::Survey]
            .map(read)
            .iter()
            .any(|intent| *intent != Intent::Other)
}

/// Whether two words read alike.
pub(crate) fn is_same_word(one: &str, other: &str) -> bool {
    plain(one).is_some_and(|one| plain(other).is_some_and(|other| one == other))
}

/// A word as it is compared; `None` for one of no letter or digit.
pub(super) fn plain(word: &str) -> Option<String> {
    fold(word).map(|folded| folded.text).filter(|text| !text.is_empty())
}

/// Whether these folded words are a stop by the law itself.
pub(super) fn is_per_se(folded: &str) -> bool {
    PER_SE.contains(&folded) || PER_SE.contains(&folded.replace(' ', "").as_str()) || folded == "optout"
}

/// Not a question that can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QuestionError {
    /// No option, too many, or one of no letter or digit.
    #[error("a question has 1 to {MOST} options, each of a letter or digit at least")]
    Options,
    /// Two options read alike.
    #[error("two options read like `{0}`")]
    Twice(String),
    /// The law takes it for a stop.
    #[error("`{0}` is a stop by law, whatever was asked")]
    Stops(String),
    /// It means something else already.
    #[error("`{0}` means something else already")]
    Taken(String),
    /// Not a name.
    #[error(transparent)]
    Name(#[from] NameError),
}
