use thiserror::Error;

/// Why a request is not believed. No variant holds a secret, a body or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum Forged {
    /// The host gave no secret, or an empty one: nothing can be believed.
    #[error("no secret is configured for what this request claims to be signed with")]
    NoSecret,
    /// The host's secret or public key cannot be one of this scheme, or is too short to keep anybody out.
    #[error("the configured secret or key cannot be used")]
    BadKey,
    /// More body than the limit. Nothing of it was hashed.
    #[error("the body is larger than the limit")]
    TooLarge,
    /// A header or parameter that the signature needs is missing or empty.
    #[error("`{0}` is missing or empty")]
    Missing(&'static str),
    /// It is there twice: two readers could each believe another one.
    #[error("`{0}` is there more than once")]
    Duplicate(&'static str),
    /// It cannot be read.
    #[error("`{0}` cannot be read")]
    Malformed(&'static str),
    /// An algorithm that is not known or not allowed, `none` among them.
    #[error("an algorithm that is not known or not allowed")]
    Algorithm,
    /// Signed with a key that the host has not given.
    #[error("signed with a key that is not known")]
    UnknownKey,
    /// The signature is not that of this request under this secret.
    #[error("the signature does not match")]
    Mismatch,
    /// The secret token is not the host's.
    #[error("the token does not match")]
    BadToken,
    /// The signature is good, but it is that of another body.
    #[error("the signature is that of another body")]
    OtherBody,
    /// The signature is good, but it is that of another address.
    #[error("the signature is that of another address")]
    OtherUrl,
    /// The signature is good, but this claim is missing or says something else.
    #[error("the claim `{0}` is missing or wrong")]
    Claim(&'static str),
    /// There is a body that the signature does not cover.
    #[error("the signature does not cover the body")]
    Uncovered,
    /// Signed too long ago.
    #[error("signed too long ago")]
    Stale,
    /// Signed in what is still the future here.
    #[error("signed in the future")]
    Early,
    /// Already dealt with. Answer as if all were well: it was, the first time.
    #[error("already dealt with")]
    Replayed,
    /// The signature covers the address, and the host has not said at which one it is reached.
    #[error("the public address is not configured")]
    NoUrl,
}

impl Forged {
    /// The stable spelling.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoSecret => "missing_secret",
            Self::BadKey => "bad_key",
            Self::TooLarge => "body_too_large",
            Self::Missing(_) => "missing_signature",
            Self::Duplicate(_) => "duplicate_header",
            Self::Malformed(_) => "malformed_signature",
            Self::Algorithm => "unknown_algorithm",
            Self::UnknownKey => "unknown_key",
            Self::Mismatch => "bad_signature",
            Self::BadToken => "bad_token",
            Self::OtherBody => "other_body",
            Self::OtherUrl => "other_url",
            Self::Claim(_) => "bad_claim",
            Self::Uncovered => "unsigned_body",
            Self::Stale => "stale",
            Self::Early => "in_the_future",
            Self::Replayed => "replayed",
            Self::NoUrl => "no_url",
        }
    }
}
