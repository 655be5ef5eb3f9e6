use chrono::{DateTime, TimeDelta, Utc};
use http::{Request, StatusCode};
use secrecy::SecretString;
use thiserror::Error;

use super::{
    Dialect, Event, Forged, Incoming, Mapping, Moment, Once, PathToken, Signature, TwilioKeys, Unreadable,
    VonageMethod, event::Reading, replay::Replays,
};

/// How many requests of the last minutes are kept to be told from their replays.
const REPLAYS: usize = 100_000;

/// One address that a gateway calls.
///
/// ```
/// use http::Request;
/// use optin::gateway::webhook::{Event, Forged, HookError, TwilioKeys, Webhook};
/// # use chrono::{DateTime, Utc};
/// # let now: DateTime<Utc> = "2026-11-21T12:00:00Z".parse()?;
/// let hook = Webhook::twilio(TwilioKeys::auth_token("12345")).at("https://mycompany.com");
///
/// let genuine = Request::post("/sms?foo=1")
///     .header("Content-Type", "application/x-www-form-urlencoded")
///     .header("X-Twilio-Signature", "6iFv7c/4EDGI0IkwaGDX+o/nLEU=")
///     .body("MessageSid=SM1&From=%2B14155550100&To=%2B14155550199&Body=STOP")?;
/// let got = hook.receive(&genuine, now)?;
/// assert!(matches!(&got.events[..], [Event::Inbound(text)] if text.text == "STOP"));
///
/// let forged = Request::post("/sms?foo=1")
///     .header("Content-Type", "application/x-www-form-urlencoded")
///     .header("X-Twilio-Signature", "6iFv7c/4EDGI0IkwaGDX+o/nLEU=")
///     .body("MessageSid=SM1&From=%2B14155550100&To=%2B14155550199&Body=START")?;
/// assert_eq!(hook.receive(&forged, now).unwrap_err(), HookError::Forged(Forged::Mismatch));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Webhook {
    dialect: Dialect,
    signature: Signature,
    origin: Option<String>,
    limit: usize,
    tolerance: TimeDelta,
    replays: Replays,
}

/// What a believed request brought.
#[derive(Debug, Clone)]
pub struct Received {
    /// What it tells, in its order.
    pub events: Vec<Event>,
    /// What tells it from a replay, where the scheme has that: for [`Webhook::handled`].
    pub once: Option<Once>,
}

/// Why nothing was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HookError {
    /// It is not believed.
    #[error(transparent)]
    Forged(#[from] Forged),
    /// It is believed, and cannot be read. The gateway has changed, or it is not this gateway's.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

impl HookError {
    /// The stable spelling.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Forged(why) => why.code(),
            Self::Unreadable(why) => why.code(),
        }
    }

    /// What to answer: a replay is answered as the first time was; the rest says whose fault it is. A host that
    /// could not *store* what came answers 5xx instead, and the gateway sends it again.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Forged(Forged::Replayed) => StatusCode::NO_CONTENT,
            Self::Forged(Forged::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            // Ours to mend: the gateway shall try again.
            Self::Forged(Forged::NoSecret | Forged::BadKey | Forged::NoUrl) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Self::Forged(_) => StatusCode::FORBIDDEN,
            Self::Unreadable(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl Webhook {
    /// Larger bodies are refused unread, in bytes. A text of ten parts is under 10 KiB, a batch of reports under 200.
    pub const LIMIT: usize = 256 * 1024;

    /// Any dialect under any signature: Sinch under a token, say, where the account signs nothing.
    #[must_use]
    pub fn new(dialect: Dialect, signature: Signature) -> Self {
        Self {
            dialect,
            signature,
            origin: None,
            limit: Self::LIMIT,
            tolerance: TimeDelta::seconds(300),
            replays: Replays::new(REPLAYS),
        }
    }

    /// Twilio. Say where it is reached: [`at`](Self::at).
    #[must_use]
    pub fn twilio(keys: TwilioKeys) -> Self {
        Self::new(Dialect::Twilio, Signature::Twilio(keys))
    }

    /// Vonage Messages API, under the account's signature secret.
    #[must_use]
    pub fn vonage_messages(secret: impl Into<SecretString>) -> Self {
        let signature = Signature::VonageMessages { secret: secret.into(), api_key: None };
        Self::new(Dialect::VonageMessages, signature)
    }

    /// Vonage SMS API, under the account's signature secret.
    #[must_use]
    pub fn vonage_sms(secret: impl Into<SecretString>, method: VonageMethod) -> Self {
        Self::new(Dialect::VonageSms, Signature::VonageSms { secret: secret.into(), method })
    }

    /// Telnyx, under the portal's public key in base64.
    #[must_use]
    pub fn telnyx(public_key: impl Into<String>) -> Self {
        Self::new(Dialect::Telnyx, Signature::Telnyx(public_key.into()))
    }

    /// Sinch, for accounts that sign callbacks.
    #[must_use]
    pub fn sinch(secret: impl Into<SecretString>) -> Self {
        Self::new(Dialect::Sinch, Signature::Sinch(secret.into()))
    }

    /// Plivo V3. Say where it is reached: [`at`](Self::at).
    #[must_use]
    pub fn plivo(auth_token: impl Into<SecretString>) -> Self {
        Self::new(Dialect::Plivo, Signature::Plivo(auth_token.into()))
    }

    /// The new Bird platform.
    #[must_use]
    pub fn bird(secret: impl Into<SecretString>) -> Self {
        Self::new(Dialect::Bird, Signature::Standard(secret.into()))
    }

    /// The older MessageBird platform. Say where it is reached: [`at`](Self::at).
    #[must_use]
    pub fn messagebird(signing_key: impl Into<SecretString>) -> Self {
        Self::new(Dialect::MessageBird, Signature::MessageBird(signing_key.into()))
    }

    /// Infobip signs nothing unless a subscription is set up so: see [`PathToken`] for what that leaves open.
    #[must_use]
    pub fn infobip(token: PathToken) -> Self {
        Self::new(Dialect::Infobip, Signature::Token(token))
    }

    /// OVHcloud signs nothing: see [`PathToken`] for what that leaves open.
    #[must_use]
    pub fn ovhcloud(token: PathToken) -> Self {
        Self::new(Dialect::OvhCloud, Signature::Token(token))
    }

    /// Brevo signs nothing: see [`PathToken`] for what that leaves open.
    #[must_use]
    pub fn brevo(token: PathToken) -> Self {
        Self::new(Dialect::Brevo, Signature::Token(token))
    }

    /// Any other gateway, by its field names, under a token: see [`PathToken`] for what that leaves open.
    #[must_use]
    pub fn mapped(mapping: Mapping, token: PathToken) -> Self {
        Self::new(Dialect::Mapped(mapping), Signature::Token(token))
    }

    /// Where the gateway reaches it: scheme, host, port if one is given there, and a path if a proxy takes one away.
    /// Give the gateway an address with a path: `https://shop.example` is called as `https://shop.example/`, which has
    /// another signature. It is said here and not taken from `Host` or `X-Forwarded-*`, which anybody can write.
    #[must_use]
    pub fn at(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into().trim_end_matches('/').to_owned());
        self
    }

    /// Another limit for the body, in bytes.
    #[must_use]
    pub const fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// How old or early a signature may be; 300 seconds unless said.
    #[must_use]
    pub const fn tolerance(mut self, tolerance: TimeDelta) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Whether the request is the gateway's own and new. Nothing of its content is read.
    ///
    /// # Errors
    /// [`Forged`] says why not.
    pub fn verify<B: AsRef<[u8]>>(
        &self,
        request: &Request<B>,
        now: DateTime<Utc>,
    ) -> Result<Option<Once>, Forged> {
        let url = self.url(request.uri())?;
        self.check(&incoming(request, &url), now)
    }

    /// Verifies, then reads. When the host has stored all events it says so with [`handled`](Self::handled); until
    /// then the same request may come again, and shall.
    ///
    /// # Errors
    /// It is not believed, or cannot be read. Nothing is lost then: [`HookError::status`] says what to answer.
    pub fn receive<B: AsRef<[u8]>>(
        &self,
        request: &Request<B>,
        now: DateTime<Utc>,
    ) -> Result<Received, HookError> {
        let url = self.url(request.uri())?;
        let incoming = incoming(request, &url);
        let once = self.check(&incoming, now)?;
        let reading =
            Reading::new(&incoming, self.signature.vouches_for_query(incoming.body.is_empty()), now);
        Ok(Received { events: self.dialect.read(&incoming, &reading)?, once })
    }

    /// From now on the request is refused as [`Forged::Replayed`]: all that it brought is stored.
    pub fn handled(&self, received: &Received, now: DateTime<Utc>) {
        if let Some(once) = &received.once {
            self.replays.remember(once, now);
        }
    }

    fn check(&self, incoming: &Incoming<'_>, now: DateTime<Utc>) -> Result<Option<Once>, Forged> {
        if incoming.body.len() > self.limit {
            return Err(Forged::TooLarge);
        }
        let once = self.signature.verify(incoming, Moment { now, tolerance: self.tolerance })?;
        match once {
            Some(once) if self.replays.seen(&once, now) => Err(Forged::Replayed),
            once => Ok(once),
        }
    }

    /// The address as the gateway called it. What the request says of its own host counts for nothing: over HTTP/2 it
    /// stands in the URI, and whoever sends it writes it.
    fn url(&self, uri: &http::Uri) -> Result<String, Forged> {
        let path = uri.path_and_query().map_or("", http::uri::PathAndQuery::as_str);
        match &self.origin {
            Some(origin) => Ok(format!("{origin}{path}")),
            None if self.signature.covers_address() => Err(Forged::NoUrl),
            None => Ok(path.to_owned()),
        }
    }
}

fn incoming<'r, B: AsRef<[u8]>>(request: &'r Request<B>, url: &'r str) -> Incoming<'r> {
    Incoming { method: request.method(), url, headers: request.headers(), body: request.body().as_ref() }
}
