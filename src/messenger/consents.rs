use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use thiserror::Error;

use super::Messenger;
use crate::{
    consent::{
        Event, Grant, OptIn,
        event::{Answer, Asked, ImportRun, Imported, OptedIn, Revoked, Road, Said},
    },
    id::{InboundId, Name, NameError},
    inbound::{Language, ReceiveError, queue_answer},
    ledger::{BookError, Person, Urgency, Written},
    phone::PhoneNumber,
    place::{Place, PostalCodeError, Whereabouts, Zone},
    program::Program,
};

/// How long a double opt-in waits for its YES.
const QUESTION_FOR: Duration = Duration::hours(48);
/// Rows of an import that share a commit.
const CHUNK: usize = 256;

/// What a consent came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// The program is open to the person.
    Open,
    /// A second yes is awaited.
    Asked,
    /// Recorded, and it opens nothing: a friend's word, or an older act than a STOP.
    Closed,
}

/// What the host knows of where somebody is.
#[derive(Debug, Clone, Default)]
pub struct Location {
    /// The postal code of an address.
    pub postal_code: Option<String>,
    /// The country or state as told.
    pub place: Option<Place>,
    /// The zone as told.
    pub zone: Option<Zone>,
}

impl Location {
    /// Narrows a set; what does not fit leaves it as wide as it was.
    fn narrow(&self, wide: &Whereabouts) -> (Whereabouts, Option<PostalCodeError>) {
        let mut narrowed = self.place.map_or_else(|| wide.clone(), |place| wide.with_place(place));
        let mut misfit = None;
        if let Some(code) = self.postal_code.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
            match narrowed.with_postal_code(code) {
                Ok(closer) => narrowed = closer,
                Err(error) => misfit = Some(error),
            }
        }
        (self.zone.map_or_else(|| narrowed.clone(), |zone| narrowed.with_zone(zone)), misfit)
    }
}

/// One row of an import.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// Who.
    pub number: PhoneNumber,
    /// To which program.
    pub program: Name,
    /// What the list says: a consent, or none.
    pub consent: Option<OptIn>,
    /// The list says that the person opted out.
    pub opted_out: bool,
    /// Where the person is.
    pub location: Location,
}

/// What became of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportedRow {
    /// The consent stands.
    Open,
    /// Kept as a claim: the person had revoked, and only the person can open again.
    Claim,
    /// The opt-out stands.
    Closed,
    /// Neither; the location is kept.
    Noted,
}

/// What an import came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imports {
    /// Consents that stand.
    pub open: u64,
    /// Consents kept as claims.
    pub claims: u64,
    /// Opt-outs.
    pub closed: u64,
    /// Rows without either.
    pub noted: u64,
    /// Postal codes that did not fit their country and narrowed nothing.
    pub odd_postal_codes: u64,
}

impl std::fmt::Display for Imports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { open, claims, closed, noted, odd_postal_codes } = self;
        write!(
            f,
            "{open} consents stand · {claims} claims past a revocation · {closed} opt-outs · {noted} without either"
        )?;
        if *odd_postal_codes > 0 {
            write!(f, " · {odd_postal_codes} postal codes do not fit their country")?;
        }
        Ok(())
    }
}

impl Messenger {
    /// Records a consent. The words that were shown are kept once, in the house stream.
    ///
    /// # Errors
    /// Unknown program, a text whose version mark stands for other words, or the ledger failed: nothing is recorded.
    pub async fn opt_in(
        &self,
        number: PhoneNumber,
        program: &str,
        opt_in: OptIn,
    ) -> Result<Permission, ConsentError> {
        let now = self.inner.clock.now().ok_or(ConsentError::NoClock)?;
        let program = self.known(program)?;
        self.keep_own_text(&opt_in, now).await?;
        let grant = grant(&opt_in, now);
        loop {
            let mut person = self.inner.book.find_or_open(number, now.timestamp_millis()).await?;
            self.stage_opt_in(&mut person, program, &opt_in, &grant, now)?;
            let permission = standing(&person, program.name());
            if let Written::Done(_) = self.inner.book.write(person, Urgency::Normal).await? {
                return Ok(permission);
            }
        }
    }

    fn stage_opt_in(
        &self,
        person: &mut Person,
        program: &Program,
        opt_in: &OptIn,
        grant: &Grant,
        now: DateTime<Utc>,
    ) -> Result<(), ConsentError> {
        let (at_ms, name) = (now.timestamp_millis(), program.name().clone());
        if !opt_in.double {
            return Ok(person.stage(
                at_ms,
                OptedIn { program: name, grant: grant.clone() },
                &opt_in.personal,
            )?);
        }
        let expires_ms = (now + QUESTION_FOR).timestamp_millis();
        person.stage(at_ms, Asked { program: name, grant: grant.clone(), expires_ms }, &opt_in.personal)?;
        let country =
            person.whereabouts.as_ref().and_then(|w| w.places().first()).map(|place| place.country());
        let Some(sender) = program.sender_for(country) else { return Ok(()) };
        let language = Language::new(program.language_code()).ok();
        let cause = InboundId::of(&format!("{} {at_ms}", person.recipient));
        let replies = &self.inner.replies;
        Ok(queue_answer(replies, program, person, Answer::Question, language, sender.id(), now, &cause)?)
    }

    /// Records where somebody is. A postal code that does not fit its country narrows nothing and is returned.
    ///
    /// # Errors
    /// The ledger failed.
    pub async fn locate(
        &self,
        number: PhoneNumber,
        location: &Location,
    ) -> Result<Option<PostalCodeError>, ConsentError> {
        let now = self.inner.clock.now().ok_or(ConsentError::NoClock)?;
        loop {
            let mut person = self.inner.book.find_or_open(number, now.timestamp_millis()).await?;
            let (narrowed, misfit) = location.narrow(&Whereabouts::of(number));
            person.locate(now.timestamp_millis(), narrowed)?;
            if let Written::Done(_) = self.inner.book.write(person, Urgency::Normal).await? {
                return Ok(misfit);
            }
        }
    }

    /// Takes in a list. It may lower permission and never raise it past a revocation.
    ///
    /// # Errors
    /// Unknown program, or the ledger failed: rows before the failing chunk are in, and may be given again.
    pub async fn import(
        &self,
        import: &str,
        rows: impl IntoIterator<Item = ImportRow>,
        mut each: impl FnMut(&ImportRow, ImportedRow),
    ) -> Result<Imports, ConsentError> {
        let now = self.inner.clock.now().ok_or(ConsentError::NoClock)?;
        let import = Name::new(import)?;
        let (mut imports, mut count) = (Imports::default(), 0);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let (mut chunk, mut seen) = (Vec::with_capacity(CHUNK), HashSet::with_capacity(CHUNK));
            // One number twice must be two writes, so that the second sees the first.
            while let Some(row) = rows.next_if(|row| chunk.len() < CHUNK && !seen.contains(&row.number)) {
                self.known(row.program.as_str())?;
                seen.insert(row.number);
                chunk.push(row);
            }
            count += chunk.len() as u64;
            self.import_chunk(&import, chunk, now, &mut imports, &mut each).await?;
        }
        let run = ImportRun { import, rows: count, counts: None, list: None };
        self.note(now.timestamp_millis(), &[run.into()]).await?;
        Ok(imports)
    }

    async fn import_chunk(
        &self,
        import: &Name,
        chunk: Vec<ImportRow>,
        now: DateTime<Utc>,
        imports: &mut Imports,
        each: &mut impl FnMut(&ImportRow, ImportedRow),
    ) -> Result<(), ConsentError> {
        let mut open = chunk;
        while !open.is_empty() {
            let (mut writes, mut fates) = (Vec::new(), Vec::new());
            for row in &open {
                if let Some(opt_in) = &row.consent {
                    self.keep_text(opt_in, now).await?;
                }
                let mut person = self.inner.book.find_or_open(row.number, now.timestamp_millis()).await?;
                let (narrowed, misfit) = row.location.narrow(&Whereabouts::of(row.number));
                person.locate(now.timestamp_millis(), narrowed)?;
                fates.push((stage_import(&mut person, import, row, now)?, misfit.is_some()));
                writes.push(person);
            }
            let written = self.inner.book.write_all(writes, Urgency::Normal).await?;
            let mut lost = Vec::new();
            for ((row, (fate, misfit)), written) in open.into_iter().zip(fates).zip(written) {
                if let Written::Conflict = written {
                    lost.push(row);
                    continue;
                }
                match fate {
                    ImportedRow::Open => imports.open += 1,
                    ImportedRow::Claim => imports.claims += 1,
                    ImportedRow::Closed => imports.closed += 1,
                    ImportedRow::Noted => imports.noted += 1,
                }
                imports.odd_postal_codes += u64::from(misfit);
                each(&row, fate);
            }
            open = lost;
        }
        Ok(())
    }

    fn known(&self, program: &str) -> Result<&Program, ConsentError> {
        let found = self.inner.programs.iter().find(|known| known.name().as_str() == program);
        found.ok_or_else(|| ConsentError::NoProgram(program.to_owned()))
    }

    /// Keeps the words of a consent text, unless the house has them already.
    async fn keep_text(&self, opt_in: &OptIn, now: DateTime<Utc>) -> Result<(), BookError> {
        let Some(text) = &opt_in.text else { return Ok(()) };
        if self.inner.book.house().await?.state.texts.contains(&text.digest) {
            return Ok(());
        }
        self.note(now.timestamp_millis(), &[Event::from(text.clone())]).await
    }
}

fn stage_import(
    person: &mut Person,
    import: &Name,
    row: &ImportRow,
    now: DateTime<Utc>,
) -> Result<ImportedRow, BookError> {
    let at_ms = now.timestamp_millis();
    if row.opted_out {
        let revoked = Revoked {
            said: Said::Program,
            program: Some(row.program.clone()),
            sender: None,
            topic: None,
            road: Road::Import,
            acted_ms: at_ms,
            inbound: None,
            matched: None,
            import: Some(import.clone()),
            line: None,
        };
        person.stage(at_ms, revoked, &[])?;
        return Ok(ImportedRow::Closed);
    }
    let Some(opt_in) = &row.consent else { return Ok(ImportedRow::Noted) };
    let grant = grant(opt_in, now);
    let imported = Imported { program: row.program.clone(), grant, import: import.clone(), line: None };
    person.stage(at_ms, imported, &opt_in.personal)?;
    Ok(if standing(person, &row.program) == Permission::Open {
        ImportedRow::Open
    } else {
        ImportedRow::Claim
    })
}

fn grant(opt_in: &OptIn, now: DateTime<Utc>) -> Grant {
    let mut kept: Vec<_> = opt_in.personal.iter().map(|(field, _)| *field).collect();
    kept.sort_unstable();
    // Nobody consents in the future.
    let acted_ms = opt_in.acted.map_or(now, |acted| acted.min(now)).timestamp_millis();
    Grant {
        acquisition: opt_in.acquisition,
        zone: opt_in.zone.map(|zone| zone.name().to_owned()),
        text: opt_in.text.as_ref().map(|text| text.digest),
        sale_ms: opt_in.sale.map(|at| at.timestamp_millis()),
        inquiry_ms: opt_in.inquiry.map(|at| at.timestamp_millis()),
        screenshot: opt_in.screenshot,
        seller: opt_in.seller.clone(),
        purpose: opt_in.purpose.clone(),
        inbound: opt_in.inbound,
        channel: opt_in.channel,
        kept: (!kept.is_empty()).then_some(kept),
        undated: opt_in.undated.then_some(true),
        ..Grant::new(opt_in.basis, opt_in.how, acted_ms)
    }
}

/// Whether the program stands open after what is staged, by what was said alone.
fn standing(person: &Person, program: &Name) -> Permission {
    let asked = person.state.program(program).is_some_and(|state| state.pending.is_some());
    match (asked, person.state.stands_open(program)) {
        (true, _) => Permission::Asked,
        (false, true) => Permission::Open,
        (false, false) => Permission::Closed,
    }
}

/// A consent could not be recorded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConsentError {
    /// The host has no such program.
    #[error("no program `{0}`")]
    NoProgram(String),
    /// These words came under a version mark that stands for other words: an edited text needs a mark of its own, or
    /// nobody could tell later which of the two was shown.
    #[error("consent text `{version}` ({language}) is kept with other words: give the edited text another version")]
    TextEdited {
        /// The version mark.
        version: String,
        /// The language.
        language: String,
    },
    /// Not a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The ledger failed.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The question of a double opt-in could not be queued.
    #[error(transparent)]
    Question(#[from] ReceiveError),
    /// The clock cannot be read.
    #[error("the clock cannot be read")]
    NoClock,
}
