//! Reads Shopify's customer export: every row becomes an import row, or a line that says what is wrong with it.

use std::{fs::File, path::Path};

use chrono::{DateTime, Utc};
use optin::{
    ImportRow, Location,
    consent::{Basis, How, OptIn},
    id::Name,
    message::Values,
    phone::{Country, Line, PhoneNumber},
    place::Place,
    shop::{Reason, Says},
};

/// One customer, read.
pub(crate) struct Customer {
    pub(crate) row: ImportRow,
    pub(crate) values: Values,
}

/// A row that is left out, and why.
pub(crate) struct Fault {
    pub(crate) line: u64,
    pub(crate) why: String,
}

/// The customers of an export, and the rows that are none.
pub(crate) struct Export {
    pub(crate) customers: Vec<Customer>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) rows: u64,
}

/// Reads the file. `exported` is when the export was made: the consents are not younger.
pub(crate) fn read(
    path: &Path,
    program: &str,
    exported: DateTime<Utc>,
) -> Result<Export, Box<dyn std::error::Error>> {
    let mut reader = csv::Reader::from_reader(File::open(path)?);
    let header = reader.headers()?.clone();
    let column = |name: &str| {
        let found = header.iter().position(|known| known.trim() == name);
        found.ok_or_else(|| {
            format!("`{}` has no column `{name}`: is it Shopify's customer export?", path.display())
        })
    };
    let columns = Columns {
        first_name: column("First Name")?,
        phone: column("Phone")?,
        address_phone: column("Default Address Phone")?,
        country: column("Default Address Country Code")?,
        province: column("Default Address Province Code")?,
        zip: column("Default Address Zip")?,
        accepts: column("Accepts SMS Marketing")?,
    };
    let mut export = Export { customers: Vec::new(), faults: Vec::new(), rows: 0 };
    for record in reader.records() {
        export.rows += 1;
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, |position| position.line());
                match columns.customer(&record, program, exported) {
                    Ok(customer) => export.customers.push(customer),
                    Err(why) => export.faults.push(Fault { line, why }),
                }
            }
            Err(error) => {
                let line = error.position().map_or(0, |position| position.line());
                export.faults.push(Fault {
                    line,
                    why: "the row has another number of fields than the header".to_owned(),
                });
            }
        }
    }
    Ok(export)
}

struct Columns {
    first_name: usize,
    phone: usize,
    address_phone: usize,
    country: usize,
    province: usize,
    zip: usize,
    accepts: usize,
}

impl Columns {
    fn customer(
        &self,
        record: &csv::StringRecord,
        program: &str,
        exported: DateTime<Utc>,
    ) -> Result<Customer, String> {
        let field = |at: usize| record.get(at).unwrap_or("").trim();
        let written = [self.phone, self.address_phone].map(field).into_iter().find(|text| !text.is_empty());
        // Shopify puts an apostrophe before what a spreadsheet would spoil.
        let written = written.ok_or("no phone number")?.trim_start_matches('\'');
        let country = Country::new(field(self.country)).ok();
        let number =
            PhoneNumber::parse(written, country.unwrap_or(Country::US)).map_err(|error| error.to_string())?;
        if number.line() == Line::Fixed {
            return Err("a landline cannot get an SMS".to_owned());
        }
        let accepts = match field(self.accepts).to_ascii_lowercase().as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            "" => None,
            other => return Err(format!("`{other}` in `Accepts SMS Marketing` is neither yes nor no")),
        };
        let code = country.map(|country| format!("{country}-{}", field(self.province)));
        let subdivided = code
            .and_then(|code| Place::new(&code).ok())
            .filter(|_| matches!(country, Some(Country::US | Country::CA)));
        let consent = (accepts == Some(true))
            .then(|| OptIn::new(How::Import, Basis::ExpressWritten, None).at(exported));
        let says = match (consent, accepts) {
            (Some(consent), _) => Says::Consent(consent),
            (None, Some(false)) => Says::OptOut(None),
            (None, _) => Says::Nothing(Reason::NeverAsked),
        };
        let program = Name::new(program).map_err(|error| error.to_string())?;
        let row = ImportRow::new(number, program, says).at(Location {
            postal_code: Some(field(self.zip).to_owned()),
            place: subdivided,
            zone: None,
        });
        Ok(Customer { row, values: Values::new().with("first_name", field(self.first_name)) })
    }
}
