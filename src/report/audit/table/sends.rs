use std::io::Read;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{AuditReadError, File, Reading, RowFault, columns::meaning};
use crate::{
    consent::event::Road,
    id::Name,
    inbound::{self, Intent, Matcher},
    message::Kind,
    report::audit::{Audit, ConsentFact, FileMark, SendFact, Spoken},
    shop::table::Row,
};

/// Reads a platform's message log into the audit. Texts *from* persons that stand in it are read too: a STOP
/// among them is a STOP.
///
/// `progress` hears bytes and rows as they are read.
///
/// # Errors
/// [`AuditReadError`]: no table, no column for number or time, a mapping to nothing. What was read until a file
/// broke off is in the audit, so the caller drops it.
pub fn read_sends<R: Read>(
    audit: &mut Audit,
    name: &str,
    source: R,
    reading: &Reading,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<FileMark, AuditReadError> {
    let zones = audit.strict.zones.clone();
    let mut file = File::open("sends", name, source, reading, &zones)?;
    file.columns.need("number", file.table.headers())?;
    file.columns.need("time", file.table.headers())?;
    // Built when the first text from a person comes: most logs hold none.
    let mut matcher = None;
    let mut row = Row::default();
    while file.next(&mut row, progress)? {
        if let Err(fault) = one(&mut file, audit, &mut matcher, &row) {
            file.refuse(row.line(), fault.code());
        }
    }
    Ok(file.close())
}

fn one<R: Read>(
    file: &mut File<'_, R>,
    audit: &mut Audit,
    matcher: &mut Option<Matcher>,
    row: &Row,
) -> Result<(), RowFault> {
    let channel = file.cell(row, "channel");
    if meaning("channel", channel).is_none() {
        file.set_aside("other_channel");
        return Ok(());
    }
    let inbound = meaning("direction", file.cell(row, "direction")).is_some();
    let party = if inbound { "answered_from" } else { "number" };
    let text = file.cell(row, party);
    if text.split_once(':').is_some_and(|(scheme, _)| scheme.bytes().all(|b| b.is_ascii_alphabetic())) {
        file.set_aside("other_channel");
        return Ok(());
    }
    if inbound {
        return heard(file, audit, matcher, row, text);
    }
    let status = file.cell(row, "status");
    match meaning("sends", status) {
        Some("never_left") => {
            file.set_aside("never_left");
            return Ok(());
        }
        Some("other") => {
            file.set_aside("no_message");
            return Ok(());
        }
        Some(_) => {}
        None if status.is_empty() => {}
        // Nobody knows whether it left: it is judged.
        None => file.assume("status_unknown_left"),
    }
    let at = time(file, row)?;
    let number = file.number(text, file.cell(row, "country"))?;
    let kind = file.cell(row, "kind");
    let known = meaning("kind", kind).and_then(Kind::from_code);
    if known.is_none() && !kind.is_empty() {
        file.assume("kind_unknown_marketing");
    }
    let delivered = file.clock.read(file.cell(row, "delivered")).ok().and_then(|when| when.exactly().ok());
    let id = file.cell(row, "id");
    let located = file.located(row);
    audit.send(&SendFact {
        number,
        at,
        id: (!id.is_empty()).then(|| id.to_owned()),
        kind: known,
        category: named(file.cell(row, "category")),
        subject: named(file.cell(row, "subject")),
        sender: named(file.cell(row, "sender")),
        delivered,
        located,
        line: row.line(),
    });
    Ok(())
}

/// A text from a person.
fn heard<R: Read>(
    file: &mut File<'_, R>,
    audit: &mut Audit,
    matcher: &mut Option<Matcher>,
    row: &Row,
    from: &str,
) -> Result<(), RowFault> {
    let body = file.cell(row, "body");
    let understood = matcher.get_or_insert_with(Matcher::builtin).read(body, &inbound::Reading::default());
    let (spoken, code) = match understood.intent {
        Intent::Stop if understood.tier <= 2 => (Spoken::Refused(Road::Keyword), "inbound_stop"),
        Intent::Stop => (Spoken::Refused(Road::FreeText), "inbound_stop"),
        Intent::WrongNumber => (Spoken::Refused(Road::WrongNumber), "inbound_wrong_number"),
        Intent::Start => (Spoken::Reopened, "inbound_start"),
        Intent::Unsure => {
            file.set_aside("inbound_doubtful");
            return Ok(());
        }
        _ => {
            file.set_aside("inbound_other");
            return Ok(());
        }
    };
    let number = file.number(from, file.cell(row, "country"))?;
    let at = match time(file, row) {
        Ok(at) => Some(at),
        // A STOP is never lost to its date.
        Err(fault) if matches!(spoken, Spoken::Refused(_)) => {
            file.assume(fault.code());
            None
        }
        Err(fault) => return Err(fault),
    };
    file.set_aside(code);
    audit.consent(&ConsentFact { line: row.line(), ..ConsentFact::new(number, at, spoken) });
    Ok(())
}

fn time<R: Read>(file: &File<'_, R>, row: &Row) -> Result<DateTime<Utc>, RowFault> {
    let (date, clock) = (file.cell(row, "time"), file.cell(row, "clock"));
    let when =
        if clock.is_empty() { file.clock.read(date) } else { file.clock.read(&format!("{date} {clock}")) };
    when?.exactly()
}

/// A host's word as a name: itself if it is one, else its digest, as only sameness counts.
fn named(text: &str) -> Option<Name> {
    if text.is_empty() {
        return None;
    }
    let digest = || {
        let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let hex: String = digest.iter().take(20).map(|byte| format!("{byte:02x}")).collect();
        Name::new(&hex)
    };
    Name::new(text).or_else(|_| digest()).ok()
}
