//! Telnyx. <https://developers.telnyx.com/api-reference/callbacks/inbound-message>

use super::{
    Event, Unreadable,
    document::Doc,
    reading::{self, Reading, Told, Wrote, each, ignored},
    words,
};

pub(super) fn read(doc: Doc<'_>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    let kind = doc.need("data.event_type")?;
    let at = doc.text("data.occurred_at")?;
    match &*kind {
        "message.received" => {
            inbound(doc.at("data.payload").ok_or(Unreadable::Missing("data.payload"))?, reading)
        }
        "message.sent" | "message.finalized" => reports(
            doc.at("data.payload").ok_or(Unreadable::Missing("data.payload"))?,
            at.as_deref(),
            reading,
        ),
        other => Ok(vec![ignored(other)]),
    }
}

fn inbound(message: Doc<'_>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    let (id, at) = (message.id("id")?, message.text("received_at")?);
    let (from, to) = (message.need("from.phone_number")?, message.text("to.0.phone_number")?);
    let text = message.text("text")?.unwrap_or_default();
    let (id, to, at) = (id.as_deref(), to.as_deref(), at.as_deref());
    Ok(vec![reading.inbound(&Wrote { gateway: "telnyx", id, from: &from, to, text: &text, at })])
}

fn reports(message: Doc<'_>, at: Option<&str>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    let id = message.id("id")?;
    // The address is not signed, but the body repeats it.
    let address = message.text("webhook_url")?;
    let ours =
        address.as_deref().and_then(|url| url.split_once('?')).and_then(|(_, query)| reading::ours(query));
    let ours = ours.map(|message| message.to_string());
    let (code, parts, done) =
        (message.text("errors.0.code")?, message.text("parts")?, message.text("completed_at")?);
    let (amount, currency) = (message.text("cost.amount")?, message.text("cost.currency")?);
    let cost = amount.as_deref().zip(currency.as_deref()).and_then(|(amount, cur)| words::cost(amount, cur));
    Ok(each(message.list("to")?, |to| {
        let to = Doc(to);
        let (number, status) = (to.need("phone_number")?, to.need("status")?);
        let told = Told {
            gateway: "telnyx",
            status: &status,
            to: &number,
            field: "phone_number",
            reference: ours.as_deref(),
            id: id.as_deref(),
            codes: [code.as_deref(), None],
            at: done.as_deref().or(at),
            segments: parts.as_deref(),
            cost,
        };
        reading.report(&told).map(|event| vec![event])
    }))
}
