//! OVHcloud's records, as `/incoming`, `/outgoing` and `/blacklists` list them. npm @ovh-api/sms 5; what its call-back
//! looks like was not found documented.

use super::{
    Event, Unreadable,
    document::Doc,
    reading::{Reading, Told, Wrote, each, ignored},
    words,
};

pub(super) fn read(doc: Doc<'_>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    match doc.0 {
        serde_json::Value::Array(list) => {
            Ok(each(list, |one| record(Doc(one), reading).map(|event| vec![event])))
        }
        serde_json::Value::Object(_) => record(doc, reading).map(|event| vec![event]),
        _ => Err(Unreadable::Json),
    }
}

fn record(doc: Doc<'_>, reading: &Reading) -> Result<Event, Unreadable> {
    let id = doc.id("id")?;
    if let Some(status) = doc.text("deliveryReceipt")? {
        let (to, tag, ptt) = (doc.need("receiver")?, doc.text("tag")?, doc.text("ptt")?);
        let (at, segments) = (doc.text("sentAt")?, doc.text("numberOfSms")?);
        return reading.report(&Told {
            gateway: "ovh",
            status: &status,
            to: &to,
            field: "receiver",
            reference: tag.as_deref(),
            id: id.as_deref(),
            codes: [ptt.as_deref(), None],
            at: at.as_deref(),
            segments: segments.as_deref(),
            cost: None,
        });
    }
    if doc.has("message") {
        let (from, text, at) = (doc.need("sender")?, doc.text("message")?, doc.text("creationDatetime")?);
        let to = doc.text("receiver")?;
        return Ok(reading.inbound(&Wrote {
            gateway: "ovh",
            id: id.as_deref(),
            from: &from,
            to: to.as_deref(),
            text: &text.unwrap_or_default(),
            at: at.as_deref(),
        }));
    }
    if doc.has("number") {
        let (person, at) = (doc.need("number")?, doc.text("dateCreation")?);
        let number = words::number(&person).ok_or(Unreadable::Number("number"))?;
        return Ok(reading.opt_out(number, None, at.as_deref()));
    }
    Ok(ignored("other"))
}
