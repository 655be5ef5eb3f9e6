//! How gateways prove that a request is theirs, one file for each way.
//!
//! All compare in constant time, refuse an empty secret, a missing or repeated header and an unknown algorithm, and
//! read nothing of the content that the scheme itself does not need.

mod jwt;
mod messagebird;
mod parts;
mod plivo;
mod sinch;
mod standard;
mod telnyx;
mod token;
mod twilio;
mod vonage_jwt;
mod vonage_sms;

pub use parts::Moment;
use secrecy::SecretString;
pub use token::PathToken;
pub use twilio::TwilioKeys;
pub use vonage_sms::VonageMethod;

use super::{Forged, Incoming, Once};

/// A gateway's way to sign.
///
/// | | covers | time | told from a replay |
/// |---|---|---|---|
/// | Twilio | address, form or JSON body | no | no |
/// | Telnyx | body | yes | yes |
/// | Vonage Messages | body | yes | yes |
/// | Vonage SMS | all parameters | yes | yes |
/// | Plivo V3 | address, query, form | no | no |
/// | Plivo V2 | the address without its query | no | no |
/// | Sinch | body | yes | yes |
/// | MessageBird | address, body | yes | yes |
/// | Standard Webhooks | body | yes | yes |
/// | [`PathToken`] | nothing | no | no |
///
/// Where a replay is not told, [`Messenger`](crate::Messenger) still takes each text and each report once.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Signature {
    /// Twilio.
    Twilio(TwilioKeys),
    /// Telnyx: the public key from the portal, in base64.
    Telnyx(String),
    /// Vonage Messages API.
    VonageMessages {
        /// The account's signature secret.
        secret: SecretString,
        /// The API key that the token must name, if it is to be checked.
        api_key: Option<String>,
    },
    /// Vonage SMS API.
    VonageSms {
        /// The account's signature secret.
        secret: SecretString,
        /// The method that the dashboard names.
        method: VonageMethod,
    },
    /// Plivo V3 and MA-V3: the auth token.
    Plivo(SecretString),
    /// Plivo V2. It covers **neither the query nor the body**: whoever has seen one request can send any content
    /// with its signature. Use V3 wherever Plivo sends it.
    PlivoV2(SecretString),
    /// Sinch: the webhook secret.
    Sinch(SecretString),
    /// The older MessageBird platform: the signing key.
    MessageBird(SecretString),
    /// Standard Webhooks (the new Bird platform): the secret, with or without `whsec_`.
    Standard(SecretString),
    /// No signature, but a secret token. See there what it does not protect against.
    Token(PathToken),
}

impl Signature {
    /// Whether the request is the gateway's own. With it comes what tells it from a replay, where the scheme has that.
    ///
    /// The size of the body is not looked at: [`Webhook`](super::Webhook) does that first.
    ///
    /// # Errors
    /// [`Forged`] says why it is not believed.
    pub fn verify(&self, incoming: &Incoming<'_>, moment: Moment) -> Result<Option<Once>, Forged> {
        match self {
            Self::Twilio(keys) => twilio::verify(keys, incoming).map(|()| None),
            Self::Telnyx(key) => telnyx::verify(key, incoming, moment).map(Some),
            Self::VonageMessages { secret, api_key } => {
                vonage_jwt::verify(secret, api_key.as_deref(), incoming, moment).map(Some)
            }
            Self::VonageSms { secret, method } => {
                vonage_sms::verify(secret, *method, incoming, moment).map(Some)
            }
            Self::Plivo(token) => plivo::verify_v3(token, incoming).map(|()| None),
            Self::PlivoV2(token) => plivo::verify_v2(token, incoming).map(|()| None),
            Self::Sinch(secret) => sinch::verify(secret, incoming, moment).map(Some),
            Self::MessageBird(secret) => messagebird::verify(secret, incoming, moment).map(Some),
            Self::Standard(secret) => standard::verify(secret, incoming, moment).map(Some),
            Self::Token(token) => token.verify(incoming).map(|()| None),
        }
    }

    /// Whether it covers the address, and so needs to know it.
    pub(super) const fn covers_address(&self) -> bool {
        matches!(self, Self::Twilio(_) | Self::Plivo(_) | Self::PlivoV2(_) | Self::MessageBird(_))
    }

    /// Whether what stands in the query can be believed as much as what stands in the body.
    pub(super) const fn vouches_for_query(&self, body_is_empty: bool) -> bool {
        match self {
            Self::Twilio(_) | Self::Plivo(_) | Self::MessageBird(_) | Self::Token(_) => true,
            // The parameters are signed, wherever they are; beside a body the query holds none of them.
            Self::VonageSms { .. } => body_is_empty,
            Self::Telnyx(_)
            | Self::VonageMessages { .. }
            | Self::PlivoV2(_)
            | Self::Sinch(_)
            | Self::Standard(_) => false,
        }
    }
}
