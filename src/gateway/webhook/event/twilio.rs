//! Twilio's forms. <https://www.twilio.com/docs/messaging/guides/webhook-request>

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
    let id = match doc.id("MessageSid")? {
        Some(id) => Some(id),
        None => doc.id("SmsSid")?,
    };
    // Texts carry `SmsStatus=received`; callbacks carry `MessageStatus`.
    let status = doc.text("MessageStatus")?.filter(|status| !status.starts_with("receiv"));
    if let Some(status) = status {
        let (to, code) = (doc.need("To")?, doc.text("ErrorCode")?);
        return reading
            .report(&Told {
                gateway: "twilio",
                status: &status,
                to: &to,
                field: "To",
                reference: None,
                id: id.as_deref(),
                codes: [code.as_deref(), None],
                at: None,
                segments: None,
                cost: None,
            })
            .map(|event| vec![event]);
    }
    let stop = doc.text("OptOutType")?;
    if !doc.has("Body") && stop.is_none() && !doc.has("NumMedia") {
        return Ok(vec![ignored("other")]);
    }
    let (from, to) = (doc.need("From")?, doc.text("To")?);
    let text = doc.text("Body")?.unwrap_or_default();
    let mut events = vec![reading.inbound(&Wrote {
        gateway: "twilio",
        id: id.as_deref(),
        from: &from,
        to: to.as_deref(),
        text: &text,
        at: None,
    })];
    // Advanced Opt-Out knows words of the customer's own, which ours need not: what it has done is told as well.
    let Some(number) = words::number(&from) else { return Ok(events) };
    match stop.as_deref() {
        Some("STOP") => events.push(reading.opt_out(number, to.as_deref(), None)),
        Some("START") => events.push(reading.restored(number, to.as_deref(), None)),
        _ => {}
    }
    Ok(events)
}
