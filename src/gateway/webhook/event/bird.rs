//! The new Bird platform. PyPI messagebird-sdk 0.106.0, `EventSMSReceived` and its neighbours.

use super::{
    Event, Unreadable,
    document::Doc,
    reading::{Reading, Told, Wrote, ignored},
    words,
};

pub(super) fn read(doc: Doc<'_>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    let (kind, at) = (doc.need("type")?, doc.text("timestamp")?);
    let data = || doc.at("data").ok_or(Unreadable::Missing("data"));
    let at = at.as_deref();
    match kind.split_once('.') {
        Some(("sms", "received")) => inbound(data()?, at, reading),
        Some(("sms", status)) => report(data()?, status, at, reading),
        Some(("sms_suppression", "created")) => {
            let data = data()?;
            let (person, sender) = (data.need("destination")?, data.text("originator")?);
            let number = words::number(&person).ok_or(Unreadable::Number("destination"))?;
            Ok(vec![reading.opt_out(number, sender.as_deref(), at)])
        }
        _ => Ok(vec![ignored(&kind)]),
    }
}

fn inbound(data: Doc<'_>, at: Option<&str>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    let (id, from, to) = (data.id("sms_id")?, data.need("from")?, data.text("to")?);
    let text = data.text("text")?.unwrap_or_default();
    let (id, to) = (id.as_deref(), to.as_deref());
    Ok(vec![reading.inbound(&Wrote { gateway: "bird", id, from: &from, to, text: &text, at })])
}

fn report(
    data: Doc<'_>,
    status: &str,
    at: Option<&str>,
    reading: &Reading,
) -> Result<Vec<Event>, Unreadable> {
    let (id, to, reference) = (data.id("sms_id")?, data.need("to")?, data.text("metadata.optin")?);
    let code = data.text("error.code")?;
    let told = Told {
        gateway: "bird",
        status,
        to: &to,
        field: "to",
        reference: reference.as_deref(),
        id: id.as_deref(),
        codes: [code.as_deref(), None],
        at,
        segments: None,
        cost: None,
    };
    reading.report(&told).map(|event| vec![event])
}
