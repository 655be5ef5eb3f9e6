use std::io::Read;

use chrono::{DateTime, Utc};

use super::{
    AuditReadError, File, Reading, RowFault,
    columns::{holds, meaning},
    when::When,
};
use crate::{
    consent::{Basis, How, event::Road},
    phone::PhoneNumber,
    report::audit::{Agreed, Audit, ConsentFact, FileMark, Located, Spoken},
    shop::table::Row,
};

/// Reads a list of consents and opt-outs, or a log of them, into the audit.
///
/// A status without a date is kept, and proves nothing of any moment. A date that is not exact counts against the
/// sender: a yes from the latest moment that it may have been, a no from the earliest.
///
/// # Errors
/// [`AuditReadError`]: no table, no column for the number, or none that says yes or no.
pub fn read_consents<R: Read>(
    audit: &mut Audit,
    name: &str,
    source: R,
    reading: &Reading,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<FileMark, AuditReadError> {
    let zones = audit.strict.zones.clone();
    let mut file = File::open("consents", name, source, reading, &zones)?;
    file.columns.need("number", file.table.headers())?;
    if file.columns.column("agreed_at").is_none() && file.columns.column("refused_at").is_none() {
        file.columns.need("status", file.table.headers())?;
    }
    file.number = audit.file(name);
    let mut row = Row::default();
    while file.next(&mut row, progress)? {
        if let Err(fault) = one(&mut file, audit, &row) {
            file.refuse(row.line(), fault.code());
        }
        file.passed.drain(..).for_each(|passed| audit.pass(passed));
    }
    file.passed.drain(..).for_each(|passed| audit.pass(passed));
    Ok(file.close())
}

fn one<R: Read>(file: &mut File<'_, R>, audit: &mut Audit, row: &Row) -> Result<(), RowFault> {
    if meaning("channel", file.cell(row, "channel")).is_none() {
        file.set_aside("other_channel");
        return Ok(());
    }
    let status = file.cell(row, "status");
    let said = meaning("consents", status);
    // A date in the place of a yes is the date of that yes.
    let dated = said.is_none() && !status.is_empty() && file.clock_of("status").read(status).is_ok();
    let (yes_field, agreed_at) = match file.cell(row, "agreed_at") {
        "" if dated => ("status", status),
        at => ("agreed_at", at),
    };
    // Where a tick stands for an opt-out, it has no date of its own.
    let (ticked, refused_at) =
        match (meaning("tick", file.cell(row, "refused_at")), file.cell(row, "refused_at")) {
            (Some("no"), _) => (false, ""),
            (Some(_), _) => (true, ""),
            (None, at) => (false, at),
        };
    let unknown = said.is_none() && !status.is_empty() && !dated;
    let said = if ticked || unknown && holds("consents", "refused", status) { Some("refused") } else { said };
    match said {
        // An opt-out is not lost to a status that means nothing here.
        Some("pending" | "other") if refused_at.is_empty() => {
            file.set_aside(if said == Some("pending") { "pending" } else { "no_consent_event" });
            return Ok(());
        }
        None if unknown && refused_at.is_empty() => return Err(RowFault::StatusUnknown),
        None if agreed_at.is_empty() && refused_at.is_empty() => return Err(RowFault::NothingSaid),
        _ => {}
    }
    let agrees = said == Some("agreed")
        || !unknown && !matches!(said, Some("pending" | "other")) && !agreed_at.is_empty();
    let number = file.number(file.cell(row, "number"), file.cell(row, "country"))?;
    let located = file.located(row, number);
    let mut entry = Entry { number, located, line: row.line(), audit };
    // The date of the row is the date of what its status says; a date of its own goes before.
    if agrees {
        let (field, text) = if agreed_at.is_empty() { ("time", "") } else { (yes_field, agreed_at) };
        let at = date(file, row, field, text).map(|when| when.latest);
        entry.say(at, Spoken::Agreed(agreed(file, row)));
        if at.is_none() {
            file.assume("undated_consent");
        }
    }
    if said == Some("refused") || !refused_at.is_empty() {
        let (field, text) = if refused_at.is_empty() { ("time", "") } else { ("refused_at", refused_at) };
        let at = date(file, row, field, text).map(|when| when.earliest);
        entry.say(at, Spoken::Refused(Road::Import));
        if at.is_none() {
            file.assume("undated_opt_out");
        }
    }
    if said == Some("reopened") && agreed_at.is_empty() {
        let at = date(file, row, "time", "").ok_or(RowFault::TimeMissing)?.latest;
        entry.say(Some(at), Spoken::Reopened);
    }
    Ok(())
}

struct Entry<'a> {
    number: PhoneNumber,
    located: Located,
    line: u64,
    audit: &'a mut Audit,
}

impl Entry<'_> {
    fn say(&mut self, at: Option<DateTime<Utc>>, spoken: Spoken) {
        let located = self.located.clone();
        self.audit.consent(&ConsentFact { number: self.number, at, spoken, located, line: self.line });
    }
}

/// A date as far as it can be read; what it leaves open is counted. The row's own date may have its time beside it.
fn date<R: Read>(file: &mut File<'_, R>, row: &Row, field: &str, text: &str) -> Option<When> {
    let (when, clock) = (file.cell(row, "time"), file.cell(row, "clock"));
    let joined;
    let text = match field {
        "time" if clock.is_empty() || when.contains(':') => when,
        "time" => {
            joined = format!("{when} {clock}");
            &joined
        }
        _ => text,
    };
    match file.clock_of(field).read(text) {
        Ok(when) => {
            if let Some(doubt) = when.doubt {
                file.assume(doubt.code());
            }
            Some(when)
        }
        Err(RowFault::TimeMissing) => None,
        Err(fault) => {
            file.assume(fault.code());
            None
        }
    }
}

fn agreed<R: Read>(file: &File<'_, R>, row: &Row) -> Agreed {
    let method = meaning("method", file.cell(row, "method"));
    let stated = meaning("basis", file.cell(row, "basis")).and_then(Basis::from_code);
    let (by_method, how) = match method {
        Some("written") => (Some(Basis::ExpressWritten), How::Form),
        Some("said") => (Some(Basis::Express), How::Verbal),
        _ => (None, How::Import),
    };
    let moment = |field: &str| file.clock.read(file.cell(row, field)).ok().map(|when| when.earliest);
    Agreed { basis: stated.or(by_method), how, sale: moment("sale_at"), inquiry: moment("inquiry_at") }
}
