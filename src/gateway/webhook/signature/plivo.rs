//! Plivo V3 (and MA-V3, the same under the main account's token) and the older V2.
//! Source: plivo-python 4.63.0 `utils/signature_v3.py`, `utils/__init__.py`.
//!
//! V3 holds a nonce but no time, so the age of a request is not known and a replay is the ledger's to recognise.

use secrecy::SecretString;

use super::{
    super::{
        Forged, Incoming,
        form::{self, Pair},
    },
    parts::{Hasher, base64, hmac, key, same},
};

const V3: &str = "x-plivo-signature-v3";
const MAIN_V3: &str = "x-plivo-signature-ma-v3";
const V3_NONCE: &str = "x-plivo-signature-v3-nonce";
const V2: &str = "x-plivo-signature-v2";
const V2_NONCE: &str = "x-plivo-signature-v2-nonce";

/// V3: over the address, its sorted query, the sorted form and the nonce.
pub(super) fn verify_v3(token: &SecretString, incoming: &Incoming<'_>) -> Result<(), Forged> {
    let token = key(token)?;
    readable(incoming)?;
    let nonce = incoming.header(V3_NONCE)?;
    let given = [incoming.optional(V3)?, incoming.optional(MAIN_V3)?];
    let given: Vec<&str> =
        given.into_iter().flatten().flat_map(|list| list.split(',')).map(str::trim).collect();
    if given.iter().all(|one| one.is_empty()) {
        return Err(Forged::Missing(V3));
    }
    let mut good = false;
    for address in addresses(incoming.url) {
        let text = text(address, incoming);
        let wanted = base64(&hmac(Hasher::Sha256, token, &[&text, b".", nonce.as_bytes()])?);
        good = given.iter().fold(good, |good, one| same(one.as_bytes(), wanted.as_bytes()) | good);
    }
    if good { Ok(()) } else { Err(Forged::Mismatch) }
}

/// Whether what is signed is also what will be read: the SDKs know GET with a query and POST with a form, no other.
fn readable(incoming: &Incoming<'_>) -> Result<(), Forged> {
    let get = incoming.method == http::Method::GET;
    if !get && incoming.method != http::Method::POST {
        return Err(Forged::Malformed("method"));
    }
    // In the SDK for Python the query outranks parameters of the same name, so a body beside it would go unsigned.
    if !incoming.body.is_empty() && (get || incoming.is_json()?) { Err(Forged::Uncovered) } else { Ok(()) }
}

/// V2: over the address without its query, and the nonce. Neither the query nor the body is covered.
pub(super) fn verify_v2(token: &SecretString, incoming: &Incoming<'_>) -> Result<(), Forged> {
    let token = key(token)?;
    let (given, nonce) = (incoming.header(V2)?, incoming.header(V2_NONCE)?);
    let mut good = false;
    for address in addresses(incoming.url) {
        let wanted = base64(&hmac(Hasher::Sha256, token, &[address.as_bytes(), nonce.as_bytes()])?);
        good |= same(given.as_bytes(), wanted.as_bytes());
    }
    if good { Ok(()) } else { Err(Forged::Mismatch) }
}

/// The address without query and fragment; the SDK for Python also leaves out what follows a `;`.
fn addresses(url: &str) -> impl Iterator<Item = &str> {
    let whole = url.find(['?', '#']).and_then(|end| url.get(..end)).unwrap_or(url);
    let last = whole.rfind('/').unwrap_or(0);
    let semicolon = whole.get(last..).and_then(|segment| segment.find(';'));
    [Some(whole), semicolon.and_then(|at| whole.get(..last + at))].into_iter().flatten()
}

fn text(address: &str, incoming: &Incoming<'_>) -> Vec<u8> {
    let mut query = form::pairs(incoming.query().as_bytes());
    let mut body = form::pairs(incoming.body);
    let mut text = address.as_bytes().to_vec();
    query.sort();
    body.sort();
    if !query.is_empty() || !body.is_empty() {
        text.push(b'?');
    }
    for (place, (name, value)) in query.iter().enumerate() {
        let before: &[u8] = if place > 0 { b"&" } else { b"" };
        [before, name, b"=", value].into_iter().for_each(|part| text.extend_from_slice(part));
    }
    if !query.is_empty() && !body.is_empty() {
        text.push(b'.');
    }
    body.iter().for_each(|(name, value): &Pair| text.extend(name.iter().chain(value)));
    text
}
