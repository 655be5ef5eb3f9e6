use std::{
    collections::{HashMap, VecDeque},
    io::Read,
    net::IpAddr,
    sync::OnceLock,
};

use chrono::{DateTime, Duration, Utc};
use thiserror::Error;

use super::{
    ImportRow, Location, Reason, Says,
    columns::{Columns, cell},
    format::{Format, FormatError, Meaning, Shape},
    number::{reachable, read_number},
    table::{Bad, BadRow, Fault, Row, Table, TableError},
    time::{self, Order},
    words::key,
};
use crate::{
    consent::{Basis, OptIn, event::TextKept},
    id::Name,
    phone::{Country, PhoneNumber},
    place::{Place, Zone},
};

/// The longest text of a consent that is kept, in characters.
const LONGEST_TEXT: usize = 4_000;

/// How many rows are read ahead, to see how the list writes its dates and which number is the brand's.
const AHEAD: usize = 1_000;

/// How a list is read.
#[derive(Debug, Clone)]
pub struct ListOptions {
    /// To which program its consents belong.
    pub program: Name,
    /// Which platform it comes from.
    pub format: Format,
    /// The country in whose habits its numbers are written, where a row does not say.
    pub region: Option<Country>,
    /// On what ground its consents stand, if they were given as the platform says.
    pub basis: Basis,
}

impl ListOptions {
    /// Whatever platform its headers name, and every number with its country code. Its consents stand as express: no
    /// list says whether they were in writing, which marketing to the United States needs. Whoever can show that they
    /// were says so with [`basis`](Self::basis).
    #[must_use]
    pub const fn new(program: Name) -> Self {
        Self { program, format: Format::Found, region: None, basis: Basis::Express }
    }

    /// The country in whose habits its numbers are written.
    #[must_use]
    pub const fn region(mut self, region: Country) -> Self {
        self.region = Some(region);
        self
    }

    /// Which platform it comes from.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// On what ground its consents stand.
    #[must_use]
    pub const fn basis(mut self, basis: Basis) -> Self {
        self.basis = basis;
        self
    }
}

/// A list of another platform, as a stream of rows.
#[derive(Debug)]
pub struct List<R> {
    table: Table<R>,
    platform: &'static str,
    shape: Shape,
    columns: Columns,
    options: ListOptions,
    now: DateTime<Utc>,
    ahead: VecDeque<Result<Row, Bad>>,
    over: bool,
}

/// One row of a list.
#[derive(Debug)]
pub struct Entry {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The row, or why it is refused, with its number where that could be read.
    pub row: Result<ImportRow, (Reason, Option<PhoneNumber>)>,
    /// Its cells as written; none of a row that is too long.
    pub cells: Row,
}

impl<R: Read> List<R> {
    /// Reads the header and finds out which platform wrote it. No consent may be younger than `now`.
    ///
    /// # Errors
    /// No table, or nobody knows which column is what.
    pub fn open(source: R, options: &ListOptions, now: DateTime<Utc>) -> Result<Self, ListError> {
        let table = Table::open(source)?;
        let (platform, shape) = options.format.shape(table.headers())?;
        let columns = Columns::of(&shape, table.headers())?;
        let (options, ahead) = (options.clone(), VecDeque::new());
        let mut list = Self { table, platform, shape, columns, options, now, ahead, over: false };
        list.look_ahead();
        Ok(list)
    }

    /// Reads the first rows: in which order they must write day and month, and who writes to all.
    fn look_ahead(&mut self) {
        let (mut day_first, mut month_first) = (false, false);
        while self.ahead.len() < AHEAD {
            let Some(row) = self.table.next() else { break };
            if let Ok(row) = &row {
                for column in self.columns.consent_time.iter().chain(&self.columns.opt_out_time) {
                    match time::order(row.cell(*column)) {
                        Some(Order::DayFirst) => day_first = true,
                        Some(Order::MonthFirst) => month_first = true,
                        _ => {}
                    }
                }
                if let Some(log) = &mut self.columns.log {
                    log.count(row);
                }
            }
            let end = matches!(row, Err(Bad::File(_)));
            self.ahead.push_back(row);
            if end {
                break;
            }
        }
        self.shape.times.order = match (day_first, month_first) {
            (true, false) => Order::DayFirst,
            (false, true) => Order::MonthFirst,
            (true, true) => Order::Either,
            (false, false) => self.shape.times.order,
        };
    }

    /// The code of the platform; `mapped` where the host said which column is what.
    #[must_use]
    pub const fn platform(&self) -> &'static str {
        self.platform
    }

    /// What kind of file it is, for people.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.shape.title
    }

    /// The table beneath.
    #[must_use]
    pub const fn table(&self) -> &Table<R> {
        &self.table
    }

    pub(crate) fn into_source(self) -> R {
        self.table.into_source()
    }

    fn row(&self, row: &Row) -> Result<ImportRow, (Reason, Option<PhoneNumber>)> {
        let (number, mut note, other) = self.number(row).map_err(|reason| (reason, None))?;
        let (mut says, remark) = self.says(row).map_err(|reason| (reason, Some(number)))?;
        if !says.lowers() {
            reachable(number).map_err(|reason| (reason, None))?;
        }
        if other && matches!(says, Says::Consent(_)) {
            says = Says::Nothing(Reason::OtherPhone);
        }
        note = note.or(remark);
        let location = if says.lowers() { Location::default() } else { self.location(row, number) };
        let program = self.options.program.clone();
        Ok(ImportRow { line: Some(row.line()), number, program, says, note, location })
    }

    /// The number, what was done to read it, and whether it is not the one for texts.
    fn number(&self, row: &Row) -> Result<(PhoneNumber, Option<Reason>, bool), Reason> {
        if let Some(log) = &self.columns.log {
            let (number, note) = self.read(row, log.person(row).ok_or(Reason::NoNumber)?)?;
            return Ok((number, note, false));
        }
        let first = match cell(row, &self.columns.number) {
            Some(written) => self.read(row, written),
            None => Err(Reason::NoNumber),
        };
        first.map(|(number, note)| (number, note, false)).or_else(|reason| {
            let others = self.columns.others.iter().filter_map(|column| cell(row, &[*column]));
            let read = others.filter_map(|written| self.read(row, written).ok()).next();
            read.map(|(number, note)| (number, note, true)).ok_or(reason)
        })
    }

    fn read(&self, row: &Row, written: &str) -> Result<(PhoneNumber, Option<Reason>), Reason> {
        let keyed = if self.shape.number_keys.is_empty() {
            None
        } else {
            Some(keyed(written, &self.shape.number_keys).ok_or(Reason::NoNumber)?)
        };
        let told = cell(row, &self.columns.country);
        let region = match told.map(country) {
            Some(Some(country)) => Some(country),
            // A country that is told and not understood is not the one that the others have.
            Some(None) => None,
            None => self.options.region,
        };
        read_number(keyed.as_deref().unwrap_or(written), region)
    }

    fn says(&self, row: &Row) -> Result<(Says, Option<Reason>), Reason> {
        let meaning = self.columns.meaning(row)?;
        let ended = || {
            let told = cell(row, &self.columns.opt_out_time)?;
            // Read or not, the opt-out stands; the latest moment closes most.
            time::read(told, self.shape.times).map(|moment| moment.latest.min(self.now))
        };
        Ok(match meaning {
            Meaning::Complained => (Says::Complaint(ended()), None),
            Meaning::OptedOut => (Says::OptOut(ended()), None),
            Meaning::Bounced => (Says::Bounce("list".to_owned(), ended()), None),
            Meaning::Pending => (Says::Nothing(Reason::Pending), None),
            Meaning::Never => {
                let by_email = cell(row, &self.columns.email).is_some_and(says_yes);
                (Says::Nothing(if by_email { Reason::EmailOnly } else { Reason::NeverAsked }), None)
            }
            Meaning::Consented => {
                let (opt_in, remark) = self.consent(row)?;
                (Says::Consent(opt_in), remark)
            }
        })
    }

    fn consent(&self, row: &Row) -> Result<(OptIn, Option<Reason>), Reason> {
        let columns = &self.columns;
        let source = cell(row, &columns.source);
        let how = source.map_or(crate::consent::How::Import, |source| self.shape.how(source));
        let mut opt_in = OptIn::new(how, self.options.basis, None);
        let told = cell(row, &columns.consent_time);
        let remark = match told.map(|told| (told, time::read(told, self.shape.times))) {
            Some((_, Some(moment))) if moment.earliest > self.now + Duration::minutes(5) => {
                return Err(Reason::Future);
            }
            // The earliest lapses first.
            Some((_, Some(moment))) if moment.is_narrow() => {
                opt_in = opt_in.at(moment.earliest);
                (!moment.is_exact()).then_some(Reason::NoZone)
            }
            Some((told, None)) if time::names_a_later_year(told, self.now) => return Err(Reason::Future),
            Some(_) => {
                opt_in = opt_in.undated();
                Some(Reason::UnknownTime)
            }
            None => {
                opt_in = opt_in.undated();
                Some(Reason::Undated)
            }
        };
        if let Some(moment) = cell(row, &columns.sale).and_then(|told| time::read(told, self.shape.times)) {
            opt_in = opt_in.sale(moment.earliest.min(self.now));
        }
        if let Some(words) =
            cell(row, &columns.text).filter(|words| words.chars().nth(LONGEST_TEXT).is_none())
        {
            opt_in = opt_in.words(TextKept::new("und", "list", words));
        }
        if let Some(ip) = cell(row, &columns.ip).and_then(|told| told.parse::<IpAddr>().ok()) {
            opt_in = opt_in.ip(ip);
        }
        let short = |columns: &[usize]| cell(row, columns).filter(|told| told.chars().nth(1_000).is_none());
        if let Some(agent) = short(&columns.user_agent) {
            opt_in = opt_in.user_agent(agent);
        }
        if let Some(page) = short(&columns.page) {
            opt_in = opt_in.page(page);
        }
        if let Some(words) = short(&columns.source) {
            opt_in = opt_in.source(words);
        }
        Ok((opt_in, remark))
    }

    fn location(&self, row: &Row, number: PhoneNumber) -> Location {
        let lives = cell(row, &self.columns.country).and_then(country);
        let province = cell(row, &self.columns.province);
        let told = lives.zip(province).and_then(|(country, part)| {
            let part = part.rsplit('-').next().unwrap_or(part);
            Place::new(&format!("{country}-{part}")).ok()
        });
        // A country that the number tells already would only widen what its prefix says.
        let abroad = lives.filter(|lives| number.region() != Some(*lives)).map(Place::country_wide);
        Location {
            postal_code: cell(row, &self.columns.postal_code)
                .map(|code| code.trim_start_matches('\'').to_owned()),
            place: told.or(abroad),
            zone: cell(row, &self.columns.zone).and_then(Zone::named),
        }
    }
}

impl<R: Read> Iterator for List<R> {
    type Item = Result<Entry, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let next = match self.ahead.pop_front() {
            Some(row) => row,
            None => self.table.next()?,
        };
        match next {
            Ok(row) => Some(Ok(Entry { line: row.line(), row: self.row(&row), cells: row })),
            Err(Bad::Row(BadRow { line, fault, cells })) => {
                let reason = match fault {
                    Fault::Ragged { .. } => Reason::Ragged,
                    Fault::Nul { .. } => Reason::Nul,
                    Fault::TooLong { .. } => Reason::TooLong,
                    Fault::Quotes { .. } => Reason::BrokenQuotes,
                };
                Some(Ok(Entry { line, row: Err((reason, None)), cells: Row::of(line, cells) }))
            }
            Err(Bad::File(error)) => {
                self.over = true;
                Some(Err(error))
            }
        }
    }
}

/// A country by its code, or by its name in English or French.
fn country(told: &str) -> Option<Country> {
    static NAMES: OnceLock<HashMap<String, Country>> = OnceLock::new();
    let read = || {
        let rows = include_str!("data/countries.txt").lines().filter_map(|row| row.split_once('\t'));
        let rows = rows.filter_map(|(code, names)| Some((Country::new(code).ok()?, names)));
        rows.flat_map(|(country, names)| names.split('|').map(move |name| (key(name), country))).collect()
    };
    Country::new(told).ok().or_else(|| NAMES.get_or_init(read).get(&key(told)).copied())
}

fn says_yes(value: &str) -> bool {
    matches!(key(value).as_str(), "yes" | "true" | "1" | "oui" | "subscribed" | "enabled" | "optedin")
}

/// The first of these keys in a column of JSON.
fn keyed(json: &str, keys: &[String]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    let fields = value.as_object()?;
    let found =
        fields.iter().find(|(key, _)| keys.iter().any(|wanted| self::key(wanted) == self::key(key)))?.1;
    match found {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A list cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ListError {
    /// No table, or not any further.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Nobody knows which column is what.
    #[error(transparent)]
    Format(#[from] FormatError),
}
