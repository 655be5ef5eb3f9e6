//! The older MessageBird platform: reports as a query, texts as a form or JSON. Field names from memory.

use super::{
    Event, Unreadable,
    document::Doc,
    reading::{Reading, Told, Wrote, ignored},
};

pub(super) fn read(doc: Doc<'_>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    if !doc.is_object() {
        return Err(Unreadable::Json);
    }
    let id = doc.id("id")?;
    if let Some(status) = doc.text("status")?.filter(|_| !doc.has("originator")) {
        let (to, reference) = (doc.need("recipient")?, doc.text("reference")?);
        let (code, at) = (doc.text("statusErrorCode")?, doc.text("statusDatetime")?);
        let told = Told {
            gateway: "messagebird",
            status: &status,
            to: &to,
            field: "recipient",
            reference: reference.as_deref(),
            id: id.as_deref(),
            codes: [code.as_deref(), None],
            at: at.as_deref(),
            segments: None,
            cost: None,
        };
        return reading.report(&told).map(|event| vec![event]);
    }
    if !doc.has("originator") {
        return Ok(vec![ignored("other")]);
    }
    let text = match doc.text("body")? {
        Some(text) => Some(text),
        None => doc.text("payload")?,
    };
    let (from, to, at) = (doc.need("originator")?, doc.text("recipient")?, doc.text("createdDatetime")?);
    Ok(vec![reading.inbound(&Wrote {
        gateway: "messagebird",
        id: id.as_deref(),
        from: &from,
        to: to.as_deref(),
        text: &text.unwrap_or_default(),
        at: at.as_deref(),
    })])
}
