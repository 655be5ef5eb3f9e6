//! One HTTP client per gateway, and what it does not do: follow a redirect, repeat a request, read without end.

use std::{fmt, time::Duration};

use reqwest::{Client, Method, Url, header::HeaderMap, redirect, retry};
use thiserror::Error;

use super::reply::Reply;
use crate::{gateway::Uncertain, id::MessageId};

/// How an adapter reaches its gateway. The defaults are for the gateway's public address over TLS.
///
/// ```
/// use std::time::Duration;
/// use optin::gateway::{Twilio, Wire, WireError};
/// let wire = Wire::new().callback("https://shop.example/hook").total_timeout(Duration::from_secs(20));
/// let twilio = Twilio::new("AC0123456789abcdef0123456789abcdef", "the token", wire)?;
/// assert!(!format!("{twilio:?}").contains("the token"));
///
/// let plain = Wire::new().base_url("http://sms.example");
/// assert_eq!(Twilio::new("AC1", "the token", plain).unwrap_err(), WireError::NotTls);
/// # Ok::<(), WireError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Wire {
    base: Option<String>,
    callback: Option<String>,
    connect: Duration,
    read: Duration,
    total: Duration,
    plain: bool,
    env_proxy: bool,
    answers_stop: Option<bool>,
}

impl Default for Wire {
    fn default() -> Self {
        Self::new()
    }
}

impl Wire {
    /// Five seconds to connect, 30 for a piece of the answer, 30 in all (Twilio gives up after about 26).
    #[must_use]
    pub const fn new() -> Self {
        Self {
            base: None,
            callback: None,
            connect: Duration::from_secs(5),
            read: Duration::from_secs(30),
            total: Duration::from_secs(30),
            plain: false,
            env_proxy: false,
            answers_stop: None,
        }
    }

    /// Another address than the gateway's own: a region, a stand-in. Over TLS, or on this machine.
    #[must_use]
    pub fn base_url(self, url: impl Into<String>) -> Self {
        Self { base: Some(url.into()), ..self }
    }

    /// Where the gateway reports what became of each message; `optin=<message id>` is added to its query. For
    /// gateways that take such a URL with the message.
    #[must_use]
    pub fn callback(self, url: impl Into<String>) -> Self {
        Self { callback: Some(url.into()), ..self }
    }

    /// The longest for name, connection and TLS. What fails here never reached the gateway.
    #[must_use]
    pub const fn connect_timeout(mut self, connect: Duration) -> Self {
        self.connect = connect;
        self
    }

    /// The longest silence within an answer.
    #[must_use]
    pub const fn read_timeout(mut self, read: Duration) -> Self {
        self.read = read;
        self
    }

    /// The longest for the whole call. A validity period that counts from the gateway's own clock is made
    /// shorter by as much, so that a slow call ends no later than the permit.
    #[must_use]
    pub const fn total_timeout(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// Takes `http://` for another machine too: numbers, words and secrets then cross the network in the clear.
    #[must_use]
    pub const fn danger_without_tls(mut self) -> Self {
        self.plain = true;
        self
    }

    /// Goes through the proxy that `HTTPS_PROXY` and its kin name.
    #[must_use]
    pub const fn proxy_from_environment(mut self) -> Self {
        self.env_proxy = true;
        self
    }

    /// Whether the gateway answers STOP by itself, as this account is set up.
    #[must_use]
    pub const fn answers_stop(mut self, answers_stop: bool) -> Self {
        self.answers_stop = Some(answers_stop);
        self
    }
}

/// An adapter that cannot be built. No secret is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WireError {
    /// The base URL or callback is none, or has a user, a fragment or (the base) a query.
    #[error("not a URL to call: http(s), a host, no user, no fragment")]
    BadUrl,
    /// `http://` to another machine, for calls or for reports.
    #[error("without TLS only this machine is called")]
    NotTls,
    /// An account name or a secret that no header or path can hold.
    #[error("an account or secret that cannot be sent")]
    BadAccount,
    /// No TLS on this machine.
    #[error("the TLS of this machine does not start")]
    Tls,
    /// A mapping that does not hold.
    #[error("the mapping does not hold: {0}")]
    BadMapping(&'static str),
}

/// What is sent.
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// The client of one gateway.
pub(super) struct Line {
    client: Client,
    base: Url,
    callback: Option<Url>,
    pub(super) total: Duration,
    pub(super) answers_stop: Option<bool>,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.base.host_str().unwrap_or("?"))
    }
}

/// An answer is a few hundred bytes; what is longer is not one.
const LONGEST_ANSWER: usize = 64 * 1024;

impl Line {
    pub(super) fn new(wire: Wire, own: &str) -> Result<Self, WireError> {
        let base = parse(wire.base.as_deref().unwrap_or(own))?;
        if base.query().is_some() {
            return Err(WireError::BadUrl);
        }
        let callback = wire.callback.as_deref().map(parse).transpose()?;
        let safe = |url: &Url| wire.plain || url.scheme() == "https" || is_here(url);
        if !safe(&base) || !callback.as_ref().is_none_or(safe) {
            return Err(WireError::NotTls);
        }
        let client = Client::builder()
            .user_agent(concat!("optin/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            // hyper still dials again when it could not hand a request to a pooled connection: none of it had left.
            .retry(retry::never())
            .referer(false)
            .http1_only()
            .connect_timeout(wire.connect)
            .read_timeout(wire.read)
            .timeout(wire.total)
            // Shorter than gateways keep a connection: fewer requests meet one that is being closed.
            .pool_idle_timeout(Duration::from_secs(15));
        let client = if wire.env_proxy { client } else { client.no_proxy() };
        let client = client.build().map_err(|_| WireError::Tls)?;
        Ok(Self { client, base, callback, total: wire.total, answers_stop: wire.answers_stop })
    }

    /// The base with these segments behind it, each encoded.
    pub(super) fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    /// Where this message is to be reported.
    pub(super) fn callback(&self, message: MessageId) -> Option<String> {
        let mut url = self.callback.clone()?;
        url.query_pairs_mut().append_pair("optin", &message.to_string());
        Some(url.into())
    }

    /// Calls once, and reads what fits.
    pub(super) async fn call(&self, request: Request, within: Duration) -> Reply {
        let Request { method, url, headers, body } = request;
        let call = self.client.request(method, url).headers(headers).timeout(within.min(self.total));
        let mut response = match call.body(body).send().await {
            Ok(response) => response,
            Err(error) if error.is_connect() || error.is_builder() => return Reply::Unsent,
            Err(error) => return Reply::Lost(doubt(&error)),
        };
        let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(piece)) if body.len() + piece.len() <= LONGEST_ANSWER => {
                    body.extend_from_slice(&piece)
                }
                Ok(Some(_)) => return Reply::Answer { status, headers, body: None },
                Ok(None) => return Reply::Answer { status, headers, body: Some(body) },
                Err(error) => return Reply::Lost(doubt(&error)),
            }
        }
    }
}

fn doubt(error: &reqwest::Error) -> Uncertain {
    if error.is_timeout() { Uncertain::TimedOut } else { Uncertain::Broken }
}

fn parse(url: &str) -> Result<Url, WireError> {
    let url = Url::parse(url).map_err(|_| WireError::BadUrl)?;
    let fits = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none();
    if fits { Ok(url) } else { Err(WireError::BadUrl) }
}

fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or("").trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}
