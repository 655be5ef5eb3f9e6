//! Vonage. <https://developer.vonage.com/en/api/messages>, <https://developer.vonage.com/en/api/sms>

use super::{
    Event, Unreadable,
    document::Doc,
    reading::{Reading, Told, Wrote, ignored},
    words,
};

/// The Messages API's JSON.
pub(super) fn messages(doc: Doc<'_>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    if !doc.is_object() {
        return Err(Unreadable::Json);
    }
    if let Some(channel) = doc.text("channel")?.filter(|channel| channel != "sms" && channel != "mms") {
        return Ok(vec![ignored(&channel)]);
    }
    let (id, at) = (doc.id("message_uuid")?, doc.text("timestamp")?);
    if let Some(status) = doc.text("status")? {
        let (to, reference) = (doc.need("to")?, doc.text("client_ref")?);
        // Version 1 of the API: the code is the title; in older accounts it is a number of its own.
        let (title, code) = (doc.text("error.title")?, doc.text("error.code")?);
        let (price, currency) = (doc.text("usage.price")?, doc.text("usage.currency")?);
        let segments = doc.text("sms.count_total")?;
        let told = Told {
            gateway: "vonage",
            status: &status,
            to: &to,
            field: "to",
            reference: reference.as_deref(),
            id: id.as_deref(),
            codes: [code.as_deref(), title.as_deref()],
            at: at.as_deref(),
            segments: segments.as_deref(),
            cost: price.as_deref().zip(currency.as_deref()).and_then(|(p, c)| words::cost(p, c)),
        };
        return reading.report(&told).map(|event| vec![event]);
    }
    if !doc.has("from") {
        return Ok(vec![ignored("other")]);
    }
    // Version 0.1, which some applications still have, keeps addresses and words one step deeper.
    let older = doc.has("from.number");
    let (from, to, text) = if older {
        (doc.need("from.number")?, doc.text("to.number")?, doc.text("message.content.text")?)
    } else {
        (doc.need("from")?, doc.text("to")?, doc.text("text")?)
    };
    let (id, to, at, text) = (id.as_deref(), to.as_deref(), at.as_deref(), text.unwrap_or_default());
    Ok(vec![reading.inbound(&Wrote { gateway: "vonage", id, from: &from, to, text: &text, at })])
}

/// The SMS API's parameters, as query, form or JSON.
pub(super) fn sms(doc: Doc<'_>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    if !doc.is_object() {
        return Err(Unreadable::Json);
    }
    let (id, at) = (doc.id("messageId")?, doc.text("message-timestamp")?);
    if let Some(status) = doc.text("status")?.filter(|_| !doc.has("text")) {
        // Here `msisdn` is whom it was for, and `to` is who sent it.
        let (to, code, reference) = (doc.need("msisdn")?, doc.text("err-code")?, doc.text("client-ref")?);
        let price = doc.text("price")?;
        let told = Told {
            gateway: "vonage",
            status: &status,
            to: &to,
            field: "msisdn",
            reference: reference.as_deref(),
            id: id.as_deref(),
            codes: [code.as_deref(), None],
            at: at.as_deref(),
            segments: None,
            cost: price.as_deref().and_then(|price| words::cost(price, "EUR")),
        };
        return reading.report(&told).map(|event| vec![event]);
    }
    if !doc.has("msisdn") || !(doc.has("text") || doc.has("type")) {
        return Ok(vec![ignored("other")]);
    }
    let (from, to, text) = (doc.need("msisdn")?, doc.text("to")?, doc.text("text")?.unwrap_or_default());
    let (id, to, at) = (id.as_deref(), to.as_deref(), at.as_deref());
    Ok(vec![reading.inbound(&Wrote { gateway: "vonage", id, from: &from, to, text: &text, at })])
}
