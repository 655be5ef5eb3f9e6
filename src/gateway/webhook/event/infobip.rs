//! Infobip: a list of texts or of reports. <https://www.infobip.com/docs/api/channels/sms>

use super::{
    Event, Unreadable,
    document::Doc,
    reading::{Reading, Told, Wrote, each, ignored},
    words,
};

pub(super) fn read(doc: Doc<'_>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    Ok(each(doc.list("results")?, |entry| one(Doc(entry), reading).map(|event| vec![event])))
}

fn one(entry: Doc<'_>, reading: &Reading) -> Result<Event, Unreadable> {
    let id = entry.id("messageId")?;
    if let Some(group) = entry.text("status.groupName")? {
        let (to, at) = (entry.need("to")?, entry.text("doneAt")?);
        let (error, name) = (entry.text("error.name")?, entry.text("status.name")?);
        let (amount, currency) = (entry.text("price.pricePerMessage")?, entry.text("price.currency")?);
        let count = match entry.text("messageCount")? {
            Some(count) => Some(count),
            None => entry.text("smsCount")?,
        };
        // The id is the one that we chose; what else it may be is Infobip's own.
        return reading.report(&Told {
            gateway: "infobip",
            status: &group,
            to: &to,
            field: "to",
            reference: id.as_deref(),
            id: id.as_deref(),
            codes: [error.as_deref().filter(|name| *name != "NO_ERROR"), name.as_deref()],
            at: at.as_deref(),
            segments: count.as_deref(),
            cost: amount.as_deref().zip(currency.as_deref()).and_then(|(a, c)| words::cost(a, c)),
        });
    }
    if !entry.has("from") {
        return Ok(ignored("other"));
    }
    let (from, to, at) = (entry.need("from")?, entry.text("to")?, entry.text("receivedAt")?);
    // Not `cleanText`: that has lost its keyword, which may be the STOP.
    let text = entry.text("text")?.unwrap_or_default();
    let (id, to, at) = (id.as_deref(), to.as_deref(), at.as_deref());
    Ok(reading.inbound(&Wrote { gateway: "infobip", id, from: &from, to, text: &text, at }))
}
