//! Sinch SMS. <https://developers.sinch.com/docs/sms/api-reference/sms/tag/Webhooks>

use super::{
    Event, Unreadable,
    document::Doc,
    reading::{Reading, Told, Wrote, each, ignored},
};

pub(super) fn read(doc: Doc<'_>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    let kind = doc.need("type")?;
    match &*kind {
        "mo_text" | "mo_media" => {
            let at = match doc.text("sent_at")? {
                Some(at) => Some(at),
                None => doc.text("received_at")?,
            };
            let (id, from, to) = (doc.id("id")?, doc.need("from")?, doc.text("to")?);
            // A picture's words lie one step deeper.
            let text = if &*kind == "mo_media" { doc.text("body.message")? } else { doc.text("body")? };
            Ok(vec![reading.inbound(&Wrote {
                gateway: "sinch",
                id: id.as_deref(),
                from: &from,
                to: to.as_deref(),
                text: &text.unwrap_or_default(),
                at: at.as_deref(),
            })])
        }
        "recipient_delivery_report_sms" | "recipient_delivery_report_mms" => {
            let (to, at) = (doc.need("recipient")?, doc.text("at")?);
            one(doc, doc, &to, at.as_deref(), reading).map(|event| vec![event])
        }
        "delivery_report_sms" | "delivery_report_mms" => Ok(each(doc.list("statuses")?, |status| {
            let status = Doc(status);
            // A summary counts and names nobody.
            let Ok(people) = status.list("recipients") else {
                return Ok(vec![ignored(&status.need("status")?)]);
            };
            Ok(each(people, |person| {
                let to = person.as_str().ok_or(Unreadable::Type("recipients"))?;
                one(doc, status, to, None, reading).map(|event| vec![event])
            }))
        })),
        other => Ok(vec![ignored(other)]),
    }
}

fn one(
    whole: Doc<'_>,
    part: Doc<'_>,
    to: &str,
    at: Option<&str>,
    reading: &Reading,
) -> Result<Event, Unreadable> {
    let (status, code) = (part.need("status")?, part.text("code")?);
    let (id, reference) = (whole.id("batch_id")?, whole.text("client_reference")?);
    let segments = part.text("number_of_message_parts")?;
    reading.report(&Told {
        gateway: "sinch",
        status: &status,
        to,
        field: "recipient",
        reference: reference.as_deref(),
        id: id.as_deref(),
        codes: [code.as_deref(), None],
        at,
        segments: segments.as_deref(),
        cost: None,
    })
}
