//! Brevo. <https://developers.brevo.com/docs/transactional-webhooks>. Its `date` is in Central European time and says
//! no offset, so only the epochs are read.

use super::{
    Event, Unreadable,
    document::Doc,
    reading::{Reading, Told, Wrote, each},
    words,
};

pub(super) fn read(doc: Doc<'_>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    match doc.0 {
        serde_json::Value::Array(list) => Ok(each(list, |one| record(Doc(one), reading))),
        serde_json::Value::Object(_) => record(doc, reading),
        _ => Err(Unreadable::Json),
    }
}

fn record(doc: Doc<'_>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    let status = match doc.text("msg_status")? {
        Some(status) => status,
        None => doc.need("event")?,
    };
    let at = match doc.text("ts_event")? {
        Some(at) => Some(at),
        None => doc.text("ts_epoch")?,
    };
    let (person, at) = (doc.need("to")?, at.as_deref());
    match &*status.to_ascii_lowercase() {
        "replied" | "reply" => {
            let mut texts = ["reply", "text", "content", "message"].into_iter();
            let text = texts.find_map(|name| doc.text(name).transpose()).transpose()?;
            // Brevo names the message that was answered, not the answer: two answers are two texts.
            let wrote = Wrote {
                gateway: "brevo",
                id: None,
                from: &person,
                to: None,
                text: &text.unwrap_or_default(),
                at,
            };
            Ok(vec![reading.inbound(&wrote)])
        }
        "unsubscribed" | "unsubscribe" | "blacklisted" => {
            let number = words::number(&person).ok_or(Unreadable::Number("to"))?;
            Ok(vec![reading.opt_out(number, None, at)])
        }
        _ => {
            let (id, tag, count) =
                (doc.id("messageId")?, doc.text("tag").unwrap_or(None), doc.text("sms_count")?);
            let code = doc.text("error_code").unwrap_or(None);
            let told = Told {
                gateway: "brevo",
                status: &status,
                to: &person,
                field: "to",
                reference: tag.as_deref(),
                id: id.as_deref(),
                codes: [code.as_deref(), Some(&status)],
                at,
                segments: count.as_deref(),
                cost: None,
            };
            reading.report(&told).map(|event| vec![event])
        }
    }
}
