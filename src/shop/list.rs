use std::{io::Read, net::IpAddr};

use chrono::{DateTime, Duration, Utc};
use thiserror::Error;

use super::{
    ImportRow, Location, Reason, Says,
    format::{Aliases, Column, Format, FormatError, Meaning, Shape, plain},
    number::{reachable, read_number},
    table::{Bad, BadRow, Fault, Row, Table, TableError, is_blank},
    time,
};
use crate::{
    consent::{Basis, OptIn, event::TextKept},
    id::Name,
    phone::{Country, PhoneNumber},
    place::{Place, Zone},
};

/// The longest text of a consent that is kept, in characters.
const LONGEST_TEXT: usize = 4_000;

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
    /// Whatever platform its headers name, express written consents, and every number with its country code.
    #[must_use]
    pub const fn new(program: Name) -> Self {
        Self { program, format: Format::Found, region: None, basis: Basis::ExpressWritten }
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

/// Where in the table things stand.
#[derive(Debug)]
struct Columns {
    number: Vec<usize>,
    country: Vec<usize>,
    province: Vec<usize>,
    postal_code: Vec<usize>,
    zone: Vec<usize>,
    says: Vec<(Vec<usize>, usize)>,
    consent_time: Vec<usize>,
    opt_out_time: Vec<usize>,
    source: Vec<usize>,
    text: Vec<usize>,
    ip: Vec<usize>,
    user_agent: Vec<usize>,
    page: Vec<usize>,
    sale: Vec<usize>,
    email: Vec<usize>,
}

impl Columns {
    fn of(shape: &Shape, headers: &[String]) -> Self {
        let names: Vec<String> = headers.iter().map(|header| plain(header)).collect();
        let all = |aliases: &Aliases| {
            let at = |name: &String| names.iter().position(|header| *header == plain(name));
            aliases.iter().filter_map(at).collect::<Vec<_>>()
        };
        let says = shape.says.iter().enumerate().map(|(at, says)| (all(&says.column), at));
        Self {
            number: all(&shape.number),
            country: all(&shape.country),
            province: all(&shape.province),
            postal_code: all(&shape.postal_code),
            zone: all(&shape.zone),
            says: says.filter(|(columns, _)| !columns.is_empty()).collect(),
            consent_time: all(&shape.consent_time),
            opt_out_time: all(&shape.opt_out_time),
            source: all(&shape.source),
            text: all(&shape.text),
            ip: all(&shape.ip),
            user_agent: all(&shape.user_agent),
            page: all(&shape.page),
            sale: all(&shape.sale),
            email: all(&shape.email),
        }
    }
}

/// The first cell of these columns that is not blank.
fn cell<'r>(row: &'r Row, columns: &[usize]) -> Option<&'r str> {
    columns.iter().map(|column| row.cell(*column).trim_matches(is_blank)).find(|cell| !cell.is_empty())
}

impl<R: Read> List<R> {
    /// Reads the header and finds out which platform wrote it. No consent may be younger than `now`.
    ///
    /// # Errors
    /// No table, or nobody knows which column is what.
    pub fn open(source: R, options: &ListOptions, now: DateTime<Utc>) -> Result<Self, ListError> {
        let table = Table::open(source)?;
        let (platform, shape) = options.format.shape(table.headers())?;
        let columns = Columns::of(&shape, table.headers());
        Ok(Self { table, platform, shape, columns, options: options.clone(), now, over: false })
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
        let (number, mut note) = self.number(row).map_err(|reason| (reason, None))?;
        let refuse = |reason| (reason, Some(number));
        let (says, remark) = self.says(row).map_err(refuse)?;
        if !says.lowers() {
            reachable(number).map_err(refuse)?;
        }
        note = note.or(remark);
        let location = if says.lowers() { Location::default() } else { self.location(row, number) };
        let program = self.options.program.clone();
        Ok(ImportRow { line: Some(row.line()), number, program, says, note, location })
    }

    fn number(&self, row: &Row) -> Result<(PhoneNumber, Option<Reason>), Reason> {
        let written = cell(row, &self.columns.number).ok_or(Reason::NoNumber)?;
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

    /// What the columns come to: where two disagree, what permits least.
    fn meaning(&self, row: &Row) -> Result<Meaning, Reason> {
        let mut found: Option<Meaning> = None;
        for (columns, at) in &self.columns.says {
            let Some(says) = self.shape.says.get(*at) else { continue };
            let Some(value) = cell(row, columns) else { continue };
            if says.silent.iter().any(|word| plain(word) == plain(value)) {
                continue;
            }
            match self.said(says, value)? {
                Some(meaning) => found = Some(found.map_or(meaning, |held| held.min(meaning))),
                None => return Ok(Meaning::Never),
            }
        }
        Ok(found.unwrap_or(self.shape.otherwise))
    }

    fn said(&self, says: &Column, value: &str) -> Result<Option<Meaning>, Reason> {
        if says.elsewhere.iter().any(|word| plain(word) == plain(value)) {
            return Ok(None);
        }
        says.meaning(value).map(Some).ok_or(Reason::UnknownStatus)
    }

    fn says(&self, row: &Row) -> Result<(Says, Option<Reason>), Reason> {
        let meaning = self.meaning(row)?;
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
        let remark;
        match cell(row, &columns.consent_time).map(|told| time::read(told, self.shape.times)) {
            Some(Some(moment)) if moment.earliest > self.now + Duration::minutes(5) => {
                return Err(Reason::Future);
            }
            // The earliest lapses first.
            Some(Some(moment)) => {
                remark = (!moment.is_exact()).then_some(Reason::NoZone);
                opt_in = opt_in.at(moment.earliest);
            }
            Some(None) => return Err(Reason::UnknownTime),
            None => {
                remark = Some(Reason::Undated);
                opt_in = opt_in.undated();
            }
        }
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
        match self.table.next()? {
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
    Country::new(told).ok().or_else(|| {
        let told = plain(told);
        let rows = include_str!("data/countries.txt").lines().filter(|line| !line.starts_with('#'));
        let found = rows
            .filter_map(|row| row.split_once('\t'))
            .find(|(_, names)| names.split('|').any(|n| n == told));
        found.and_then(|(code, _)| Country::new(code).ok())
    })
}

fn says_yes(value: &str) -> bool {
    matches!(plain(value).as_str(), "yes" | "true" | "1" | "oui" | "subscribed" | "enabled" | "opted in")
}

/// The first of these keys in a column of JSON.
fn keyed(json: &str, keys: &[String]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    let fields = value.as_object()?;
    let found = fields.iter().find(|(key, _)| keys.iter().any(|wanted| plain(wanted) == plain(key)))?.1;
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
