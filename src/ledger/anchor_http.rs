use std::{fmt, time::Duration};

use reqwest::{
    Client, Url,
    header::{AUTHORIZATION, CONTENT_TYPE},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};

use super::anchor::{Anchor, AnchorError};

/// No note is longer.
const LONGEST: usize = 64 * 1024;

/// An anchor behind one address: `POST` adds a note as `text/plain`, `GET` answers with the newest, or with 404
/// while there is none. Any other status is an error.
pub struct HttpAnchor {
    client: Client,
    url: Url,
    token: Option<SecretString>,
}

/// The address without what may be secret in it.
impl fmt::Debug for HttpAnchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpAnchor({})", self.url.host_str().unwrap_or("-"))
    }
}

impl HttpAnchor {
    /// An anchor at this address: `https://`, or `http://` on this machine.
    ///
    /// ```
    /// use optin::ledger::HttpAnchor;
    /// assert!(HttpAnchor::new("https://notary.example/maison-lune").is_ok());
    /// assert!(HttpAnchor::new("http://notary.example/maison-lune").is_err());
    /// ```
    ///
    /// # Errors
    /// Not such an address, or TLS could not be set up.
    pub fn new(url: &str) -> Result<Self, AnchorError> {
        let failed = |why: &str| AnchorError::new("setting up the anchor", why);
        let url = Url::parse(url).map_err(|_| failed("not a URL"))?;
        let host = url.host_str().unwrap_or("").trim_start_matches('[').trim_end_matches(']');
        let here = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        if host.is_empty() || !(url.scheme() == "https" || (url.scheme() == "http" && here)) {
            return Err(failed("not an https:// address"));
        }
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(30))
            .no_proxy()
            .build()
            .map_err(|error| AnchorError::new("setting up the anchor", error))?;
        Ok(Self { client, url, token: None })
    }

    /// Sends `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(mut self, token: impl Into<SecretString>) -> Self {
        self.token = Some(token.into());
        self
    }

    fn with_token(&self, call: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match &self.token {
            Some(token) => call.header(AUTHORIZATION, format!("Bearer {}", token.expose_secret())),
            None => call,
        }
    }
}

fn failed(doing: &str) -> impl Fn(reqwest::Error) -> AnchorError {
    move |error| AnchorError::new(doing, error.without_url())
}

fn refused(doing: &str, status: reqwest::StatusCode) -> AnchorError {
    AnchorError::new(doing, format!("the anchor answered {}", status.as_u16()))
}

impl Anchor for HttpAnchor {
    async fn put(&self, note: &str) -> Result<(), AnchorError> {
        const DOING: &str = "putting a checkpoint to the anchor";
        let call = self.client.post(self.url.clone()).header(CONTENT_TYPE, "text/plain; charset=utf-8");
        let answer = self.with_token(call).body(note.to_owned()).send().await.map_err(failed(DOING))?;
        if answer.status().is_success() { Ok(()) } else { Err(refused(DOING, answer.status())) }
    }

    async fn newest(&self) -> Result<Option<String>, AnchorError> {
        const DOING: &str = "reading the anchor";
        let call = self.with_token(self.client.get(self.url.clone()));
        let mut answer = call.send().await.map_err(failed(DOING))?;
        if answer.status().as_u16() == 404 {
            return Ok(None);
        }
        if !answer.status().is_success() {
            return Err(refused(DOING, answer.status()));
        }
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(failed(DOING))? {
            body.extend_from_slice(&piece);
            if body.len() > LONGEST {
                return Err(AnchorError::new(DOING, "its answer is too long for a checkpoint"));
            }
        }
        String::from_utf8(body).map(Some).map_err(|error| AnchorError::new(DOING, error.utf8_error()))
    }
}
