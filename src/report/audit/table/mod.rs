//! Two CSV files of any platform, read into facts. A row that cannot be understood is counted by its reason and
//! never guessed at; an opt-out is never lost to a date that cannot be read.

mod columns;
mod consents;
mod fault;
mod headers;
mod order;
mod sends;
mod when;

use std::{
    cell::RefCell,
    collections::HashMap,
    io::{self, Read},
    rc::Rc,
    sync::OnceLock,
};

use sha2::{Digest, Sha256};

use self::{columns::Columns, headers::folded, when::Clock};
pub use self::{
    consents::read_consents,
    fault::{AuditReadError, RowFault},
    order::day_first,
    sends::read_sends,
};
use super::{FileMark, Passed, fact::Located};
use crate::{
    phone::{Country, PhoneNumber},
    place::{Place, Zone, ZoneTable},
    shop::table::{Bad, Row, Table},
};

/// How a file is to be read, where it does not say so itself.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The country in whose habits numbers without a `+` are written.
    pub region: Option<Country>,
    /// The zone of times that tell no offset. `None`: a message with such a time is refused; a yes counts from
    /// the latest moment that it may have been, a no from the earliest.
    pub zone: Option<Zone>,
    /// In `03/04/2025`, whether the day comes first. `None`: such dates are refused.
    pub day_first: Option<bool>,
    /// The platform, if it is not to be found by the headers.
    pub format: Option<String>,
    /// Pairs of header and field, over what the headers say.
    pub map: Vec<(String, String)>,
}

/// A file under way.
struct File<'z, R> {
    table: Table<Marking<R>>,
    columns: Columns,
    region: Option<Country>,
    clock: Clock<'z>,
    hash: Rc<RefCell<Sha256>>,
    mark: FileMark,
    /// Which file of the audit.
    number: u16,
    /// Rows passed over since the last call of `pass_on`.
    passed: Vec<Passed>,
}

/// What is hashed as it is read.
struct Marking<R>(R, Rc<RefCell<Sha256>>);

impl<R: Read> Read for Marking<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.borrow_mut().update(buffer.get(..read).unwrap_or(&[]));
        Ok(read)
    }
}

impl<'z, R: Read> File<'z, R> {
    fn open(
        what: &'static str,
        name: &str,
        source: R,
        reading: &Reading,
        zones: &'z ZoneTable,
    ) -> Result<Self, AuditReadError> {
        let hash = Rc::new(RefCell::new(Sha256::new()));
        let table = Table::open(Marking(source, hash.clone()))?;
        let columns = Columns::find(what, table.headers(), reading)?;
        let own = columns.format.zone.as_deref().and_then(Zone::named);
        let clock = Clock { zone: reading.zone.or(own), table: zones, day_first: reading.day_first };
        let mark = FileMark {
            what,
            name: name.to_owned(),
            sha256: String::new(),
            format: columns.format.name.clone(),
            rows: 0,
            refused: Default::default(),
            set_aside: Default::default(),
            assumed: Default::default(),
            samples: Vec::new(),
        };
        let (region, passed) = (reading.region, Vec::new());
        Ok(Self { table, columns, region, clock, hash, mark, number: 0, passed })
    }

    /// Reads on to the next whole row; `false` at the end.
    fn next(&mut self, row: &mut Row, progress: &mut dyn FnMut(u64, u64)) -> Result<bool, AuditReadError> {
        loop {
            match self.table.read(row) {
                Ok(more) => {
                    self.mark.rows += u64::from(more);
                    if self.mark.rows.is_multiple_of(1_024) || !more {
                        progress(self.table.bytes(), self.mark.rows);
                    }
                    return Ok(more);
                }
                Err(Bad::Row(bad)) => {
                    self.mark.rows += 1;
                    self.refuse(bad.line, bad.fault.code());
                }
                Err(Bad::File(error)) => return Err(error.into()),
            }
        }
    }

    fn refuse(&mut self, line: u64, code: &'static str) {
        *self.mark.refused.entry(code).or_insert(0) += 1;
        self.pass(line, true, code);
        if self.mark.samples.len() < 20 {
            self.mark.samples.push((line, code));
        }
    }

    fn pass(&mut self, line: u64, refused: bool, code: &'static str) {
        self.passed.push(Passed { file: self.number, line, number: None, at: None, refused, code });
    }

    /// A message's or a text's row that is not judged.
    fn not_counted(&mut self, row: &Row, code: &'static str) {
        self.set_aside(code);
        self.pass(row.line(), false, code);
    }

    /// By what clock a field's times are read: a header that says UTC is believed.
    fn clock_of(&self, field: &str) -> Clock<'z> {
        let utc = self.columns.is_utc(field).then(|| Zone::named("UTC")).flatten();
        Clock { zone: utc.or(self.clock.zone), ..self.clock }
    }

    fn set_aside(&mut self, code: &'static str) {
        *self.mark.set_aside.entry(code).or_insert(0) += 1;
    }

    fn assume(&mut self, code: &'static str) {
        *self.mark.assumed.entry(code).or_insert(0) += 1;
    }

    /// A cell by its field, trimmed; empty if there is no such column.
    fn cell<'r>(&self, row: &'r Row, field: &str) -> &'r str {
        self.columns.column(field).map_or("", |column| row.cell(column).trim())
    }

    fn close(mut self) -> FileMark {
        let digest: [u8; 32] = self.hash.borrow_mut().finalize_reset().into();
        self.mark.sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.mark
    }

    /// The person's number, read by the row's country or the host's region.
    fn number(&self, text: &str, country: &str) -> Result<PhoneNumber, RowFault> {
        let text = text.trim().trim_start_matches(['\'', '=']).trim_matches('"').trim();
        if text.is_empty() {
            return Err(RowFault::NumberMissing);
        }
        if text.starts_with('+') {
            return PhoneNumber::parse(text, Country::US).map_err(|_| RowFault::NumberUnread);
        }
        if self.columns.format.bare_international {
            return PhoneNumber::parse(&format!("+{text}"), Country::US).map_err(|_| RowFault::NumberUnread);
        }
        if text.contains(char::is_alphabetic) {
            return Err(RowFault::NumberUnread);
        }
        let region = Country::new(country).ok().or(self.region).ok_or(RowFault::NoCountryCode)?;
        PhoneNumber::parse(text, region).map_err(|_| RowFault::NumberUnread)
    }

    /// Where the row says the person is. What cannot be read leaves it as wide as it was, and is counted.
    fn located(&mut self, row: &Row, number: PhoneNumber) -> Located {
        let country = Country::new(self.cell(row, "country")).ok();
        let state = self.cell(row, "state");
        let named = subdivision(state).filter(|place| {
            country.map_or(number.e164().starts_with("+1"), |country| place.country() == country)
        });
        let place = match country {
            _ if named.is_some() => named,
            _ if state.contains('-') => Place::new(state).ok(),
            Some(country) if !state.is_empty() => {
                Place::new(&format!("{country}-{state}")).ok().or(Some(Place::country_wide(country)))
            }
            Some(country) => Some(Place::country_wide(country)),
            None => None,
        };
        let unread = !state.is_empty() && place.is_none_or(|place| place.subdivision().is_none());
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let located = Located {
            place,
            postal_code: text(self.cell(row, "postal_code")).filter(|code| code.len() <= 16),
            zone: text(self.cell(row, "zone")).filter(|zone| zone.len() <= 64),
        };
        if unread {
            self.assume("state_unread");
        }
        located
    }
}

/// A subdivision by its code or its name, as lists write it without a country.
fn subdivision(text: &str) -> Option<Place> {
    static NAMES: OnceLock<HashMap<String, Place>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let rows = include_str!("../data/states.txt").lines().filter(|line| !line.starts_with('#'));
        let places = rows.filter_map(|row| {
            let (code, names) = row.split_once('|')?;
            let place = Place::new(code).ok()?;
            let short = place.subdivision().map(str::to_lowercase);
            Some(short.into_iter().chain(names.split('|').map(str::to_owned)).map(move |name| (name, place)))
        });
        places.flatten().collect()
    });
    names.get(&folded(text)).copied()
}
