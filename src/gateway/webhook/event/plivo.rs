//! Plivo's forms. <https://www.plivo.com/docs/messaging/api/message/message-status-callbacks>

use super::{
    Event, Unreadable,
    document::Doc,
    reading::{Reading, Told, Wrote, ignored},
    words,
};

pub(super) fn read(doc: Doc<'_>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    if !doc.is_object() {
        return Err(Unreadable::Json);
    }
    let id = doc.id("MessageUUID")?;
    if let Some(status) = doc.text("Status")?.filter(|_| !doc.has("Text")) {
        let (to, code, units) = (doc.need("To")?, doc.text("ErrorCode")?, doc.text("Units")?);
        let at = match doc.text("DeliveryReportTime")? {
            Some(at) => Some(at),
            None => doc.text("SentTime")?,
        };
        let amount = doc.text("TotalAmount")?;
        let told = Told {
            gateway: "plivo",
            status: &status,
            to: &to,
            field: "To",
            reference: None,
            id: id.as_deref(),
            codes: [code.as_deref(), None],
            at: at.as_deref(),
            segments: units.as_deref(),
            // Plivo bills in US dollars only.
            cost: amount.as_deref().and_then(|amount| words::cost(amount, "USD")),
        };
        return reading.report(&told).map(|event| vec![event]);
    }
    let Some(text) = doc.text("Text")? else { return Ok(vec![ignored("other")]) };
    let (from, to) = (doc.need("From")?, doc.text("To")?);
    let wrote =
        Wrote { gateway: "plivo", id: id.as_deref(), from: &from, to: to.as_deref(), text: &text, at: None };
    Ok(vec![reading.inbound(&wrote)])
}
