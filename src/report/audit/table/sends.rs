use std::io::Read;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{AuditReadError, File, Reading, RowFault, columns::meaning};
use crate::{
    consent::event::Road,
    id::Name,
    inbound::{self, Intent, Matcher},
    message::Kind,
    report::audit::{Audit, ConsentFact, Fate, FileMark, SendFact, Spoken},
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
    file.number = audit.file(name);
    // Built when the first text from a person comes: most logs hold none.
    let mut matcher = None;
    let mut row = Row::default();
    while file.next(&mut row, progress)? {
        if let Err(fault) = one(&mut file, audit, &mut matcher, &row) {
            file.refuse(row.line(), fault.code());
        }
        file.passed.drain(..).for_each(|passed| audit.pass(passed));
    }
    file.passed.drain(..).for_each(|passed| audit.pass(passed));
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
        file.not_counted(row, "other_channel");
        return Ok(());
    }
    let (status, kind_cell) = (file.cell(row, "status"), file.cell(row, "kind"));
    let left = meaning("sends", status);
    let inbound = meaning("direction", file.cell(row, "direction")).is_some()
        || left == Some("inbound")
        || meaning("sends", kind_cell) == Some("inbound");
    let text = file.cell(row, "number");
    let text = match file.cell(row, "answered_from") {
        // Where the number is the person's whoever wrote, an answer's is too.
        from if inbound && !from.is_empty() && file.columns.to_whom => from,
        _ => text,
    };
    if text.split_once(':').is_some_and(|(scheme, _)| scheme.bytes().all(|b| b.is_ascii_alphabetic())) {
        file.not_counted(row, "other_channel");
        return Ok(());
    }
    if inbound {
        return heard(file, audit, matcher, row, text);
    }
    let id = file.cell(row, "id");
    let fate = match left {
        Some("never_left") => Fate::NeverLeft,
        Some("undelivered") => Fate::Undelivered,
        Some("unconfirmed") => Fate::Unconfirmed,
        Some("other") => {
            file.not_counted(row, "no_message");
            return Ok(());
        }
        Some(_) => Fate::Left,
        None if status.is_empty() => Fate::Left,
        // Nobody knows whether it left: it is judged.
        None => {
            file.assume("status_unknown_left");
            Fate::Unconfirmed
        }
    };
    if fate == Fate::NeverLeft && id.is_empty() {
        file.not_counted(row, "never_left");
        return Ok(());
    }
    let read = time(file, row).and_then(|at| Ok((at, file.number(text, file.cell(row, "country"))?)));
    let (at, number) = match read {
        // What never left need not be read.
        Err(_) if fate == Fate::NeverLeft => {
            file.not_counted(row, "never_left");
            return Ok(());
        }
        read => read?,
    };
    match fate {
        // Another row of the same message may count on it; the walk tells of the row.
        Fate::NeverLeft => file.set_aside("never_left"),
        Fate::Undelivered => file.set_aside("undelivered"),
        Fate::Unconfirmed if left.is_some() => file.assume("unconfirmed_left"),
        _ => {}
    }
    let category = file.cell(row, "category");
    let known = kind(kind_cell, category);
    if known.is_none() && !(kind_cell.is_empty() && category.is_empty()) {
        file.assume("kind_unknown_marketing");
    }
    let delivered = file.cell(row, "delivered");
    let delivered = file.clock_of("delivered").read(delivered).ok().and_then(|when| when.exactly().ok());
    let (subject, campaign) = (file.cell(row, "subject"), file.cell(row, "campaign"));
    if subject.is_empty() && !campaign.is_empty() {
        file.assume("campaign_as_subject");
    }
    let located = file.located(row, number);
    audit.send(&SendFact {
        number,
        at,
        id: (!id.is_empty()).then(|| id.to_owned()),
        kind: known,
        category: named(file.cell(row, "category")),
        subject: named(if subject.is_empty() { file.cell(row, "campaign") } else { subject }),
        sender: named(file.cell(row, "sender")),
        delivered,
        located,
        fate,
        file: file.number,
        line: row.line(),
    });
    Ok(())
}

/// What the row says that the message was. Of two that disagree, marketing stands: a mixed message is marketing.
fn kind(kind: &str, category: &str) -> Option<Kind> {
    let read = |text: &str| meaning("kind", text).and_then(Kind::from_code);
    match (read(kind), read(category)) {
        (Some(one), Some(other)) if one != other => Some(Kind::Marketing),
        (one, other) => one.or(other),
    }
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
            file.not_counted(row, "inbound_doubtful");
            return Ok(());
        }
        _ => {
            file.not_counted(row, "inbound_other");
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
    file.not_counted(row, code);
    audit.consent(&ConsentFact { line: row.line(), ..ConsentFact::new(number, at, spoken) });
    Ok(())
}

fn time<R: Read>(file: &File<'_, R>, row: &Row) -> Result<DateTime<Utc>, RowFault> {
    let (date, time) = (file.cell(row, "time"), file.cell(row, "clock"));
    let clock = file.clock_of("time");
    // A date that has its time already needs no other.
    let when = if time.is_empty() || date.contains(':') {
        clock.read(date)
    } else {
        let utc = if file.columns.is_utc("clock") { " UTC" } else { "" };
        clock.read(&format!("{date} {time}{utc}"))
    };
    when?.exactly()
}

/// A host's word as a name: itself if it is one, else its digest, as only sameness counts.
fn named(text: &str) -> Option<Name> {
    if text.is_empty() {
        return None;
    }
    // Spaces hide neither a subject nor a number from the rules.
    let text = &text.split_whitespace().collect::<Vec<_>>().join(".");
    let digest = || {
        let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let hex: String = digest.iter().take(20).map(|byte| format!("{byte:02x}")).collect();
        Name::new(&hex)
    };
    Name::new(text).or_else(|_| digest()).ok()
}
