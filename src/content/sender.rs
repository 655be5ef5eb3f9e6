use serde::Deserialize;

/// What kind of address a message comes from, and so whether it can be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SenderKind {
    /// Five or six digits.
    ShortCode,
    /// An ordinary number.
    LongCode,
    /// A toll-free number.
    TollFree,
    /// Letters: nobody can answer it.
    Alphanumeric,
}

impl SenderKind {
    /// Every value, in order.
    pub const ALL: &'static [Self] = &[Self::ShortCode, Self::LongCode, Self::TollFree, Self::Alphanumeric];

    /// The stable spelling.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ShortCode => "short_code",
            Self::LongCode => "long_code",
            Self::TollFree => "toll_free",
            Self::Alphanumeric => "alphanumeric",
        }
    }
}
