use http::{HeaderMap, Method};

use super::Forged;

/// A request as the gateway made it.
#[derive(Clone, Copy)]
pub struct Incoming<'r> {
    /// The method.
    pub method: &'r Method,
    /// The whole address that the gateway called, as it called it: scheme, host, port, path and query,
    /// percent-encoding kept.
    pub url: &'r str,
    /// The headers.
    pub headers: &'r HeaderMap,
    /// The body's bytes, as received.
    pub body: &'r [u8],
}

impl std::fmt::Debug for Incoming<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Incoming({}, {} bytes)", self.method, self.body.len())
    }
}

impl<'r> Incoming<'r> {
    /// The one value of a header that must be there.
    pub(super) fn header(&self, name: &'static str) -> Result<&'r str, Forged> {
        self.optional(name)?.filter(|value| !value.is_empty()).ok_or(Forged::Missing(name))
    }

    /// The one value of a header that may be there.
    pub(super) fn optional(&self, name: &'static str) -> Result<Option<&'r str>, Forged> {
        let mut values = self.headers.get_all(name).iter();
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(Forged::Duplicate(name));
        }
        std::str::from_utf8(value.as_bytes()).map(Some).map_err(|_| Forged::Malformed(name))
    }

    /// What follows the `?`, without the fragment.
    pub(super) fn query(&self) -> &'r str {
        let url = self.url.split_once('#').map_or(self.url, |(url, _)| url);
        url.split_once('?').map_or("", |(_, query)| query)
    }

    /// The type of the body, in lower case and without parameters.
    pub(super) fn media_type(&self) -> Result<Option<String>, Forged> {
        let whole = self.optional("content-type")?;
        let essence = whole.map(|whole| whole.split_once(';').map_or(whole, |(essence, _)| essence));
        Ok(essence.map(|essence| essence.trim().to_ascii_lowercase()))
    }

    /// Whether the body is JSON: so its type says, or, where nothing is said, its first character.
    pub(super) fn is_json(&self) -> Result<bool, Forged> {
        Ok(match self.media_type()?.as_deref() {
            Some(essence) if essence.ends_with("/json") || essence.ends_with("+json") => true,
            Some("application/x-www-form-urlencoded") => false,
            _ => matches!(self.body.trim_ascii_start().first(), Some(b'{' | b'[')),
        })
    }
}
