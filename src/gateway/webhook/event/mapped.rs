use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;
use thiserror::Error;

use super::{
    Event, Unreadable,
    document::Doc,
    reading::{Reading, Told, Wrote, each, ignored},
    status::Status,
};
use crate::gateway::Refusal;

/// Where a gateway that has no file here keeps its fields. Paths go through objects and lists by dots.
///
/// ```
/// use optin::gateway::webhook::Mapping;
/// let mapping = Mapping::from_toml(r#"
/// [inbound]
/// id = "msg.id"
/// from = "msg.from"
/// to = "msg.to"
/// text = "msg.body"
/// at = "msg.time"
/// [report]
/// reference = "ref"
/// to = "to"
/// status = "state"
/// code = "reason"
/// [status]
/// DELIVRD = "delivered"
/// UNDELIV = "undelivered"
/// [refusal]
/// 21 = "recipient_opted_out"
/// "#)?;
/// assert!(Mapping::from_toml("[status]\nDELIVRD = \"landed\"").is_err());
/// # Ok::<(), optin::gateway::webhook::MappingError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Mapping(Arc<Fields>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    /// Where a list of entries lies, if there is one.
    list: Option<String>,
    inbound: Option<InboundFields>,
    report: Option<ReportFields>,
    #[serde(default)]
    status: BTreeMap<String, Status>,
    #[serde(default)]
    refusal: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InboundFields {
    id: Option<String>,
    from: String,
    to: Option<String>,
    text: String,
    at: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportFields {
    id: Option<String>,
    reference: Option<String>,
    to: String,
    status: String,
    code: Option<String>,
    at: Option<String>,
}

/// Not a mapping.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not a mapping: {0}")]
pub struct MappingError(String);

impl Mapping {
    /// Reads one.
    ///
    /// # Errors
    /// It is not TOML of this shape, or a status or a refusal is not one of ours.
    pub fn from_toml(toml: &str) -> Result<Self, MappingError> {
        let mapping: Fields = basic_toml::from_str(toml).map_err(|error| MappingError(error.to_string()))?;
        match mapping.refusal.values().find(|code| Refusal::from_code(code).is_none()) {
            Some(wrong) => Err(MappingError(format!("`{wrong}` is no refusal"))),
            None => Ok(Self(Arc::new(mapping))),
        }
    }
}

pub(super) fn read(mapping: &Mapping, doc: Doc<'_>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
    let mapping = &*mapping.0;
    let whole = match &mapping.list {
        Some(path) => doc.at(path).ok_or(Unreadable::Missing("list"))?,
        None => doc,
    };
    match whole.0 {
        serde_json::Value::Array(list) => {
            Ok(each(list, |one| entry(mapping, Doc(one), reading).map(|e| vec![e])))
        }
        serde_json::Value::Object(_) => entry(mapping, whole, reading).map(|event| vec![event]),
        _ => Err(Unreadable::Json),
    }
}

fn entry(mapping: &Fields, doc: Doc<'_>, reading: &Reading) -> Result<Event, Unreadable> {
    let text = |path: &Option<String>, name| path.as_deref().map_or(Ok(None), |path| doc.read(path, name));
    if let Some(fields) = mapping.report.as_ref().filter(|fields| doc.has(&fields.status)) {
        let status = doc.read(&fields.status, "status")?.unwrap_or_default();
        let to = doc.read(&fields.to, "to")?.ok_or(Unreadable::Missing("to"))?;
        let (id, reference) = (text(&fields.id, "id")?, text(&fields.reference, "reference")?);
        let (code, at) = (text(&fields.code, "code")?, text(&fields.at, "at")?);
        let told = Told {
            gateway: "mapped",
            status: &status,
            to: &to,
            field: "to",
            reference: reference.as_deref(),
            id: id.as_deref(),
            codes: [code.as_deref(), None],
            at: at.as_deref(),
            segments: None,
            cost: None,
        };
        let refusal = |code: &str| mapping.refusal.get(code).and_then(|code| Refusal::from_code(code));
        return reading.judge(&told, mapping.status.get(&*status).copied(), refusal);
    }
    let Some(fields) = mapping.inbound.as_ref().filter(|fields| doc.has(&fields.text)) else {
        return Ok(ignored("other"));
    };
    let from = doc.read(&fields.from, "from")?.ok_or(Unreadable::Missing("from"))?;
    let words = doc.read(&fields.text, "text")?.unwrap_or_default();
    let (id, to, at) = (text(&fields.id, "id")?, text(&fields.to, "to")?, text(&fields.at, "at")?);
    let id = id.as_deref().filter(|id| !id.trim().is_empty());
    Ok(reading.inbound(&Wrote {
        gateway: "mapped",
        id,
        from: &from,
        to: to.as_deref(),
        text: &words,
        at: at.as_deref(),
    }))
}
