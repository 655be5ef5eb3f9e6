use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
};

use chrono::{DateTime, Utc};

use super::{
    ConsentError, Messenger, Permission,
    consents::{grant, standing},
};
use crate::{
    consent::{
        Event, Grant, OptIn,
        event::{Bounced, ImportRun, ImportTakenBack, ImportUndone, Imported, Revoked, Road, Said},
    },
    id::{Hash, Name},
    ledger::{BookError, Envelope, Person, Urgency, Written},
    phone::PhoneNumber,
    place::Whereabouts,
    shop::{Counts, ImportRow, Judged, Reason, Says, Verdict},
};

/// Rows of an import that share a commit.
pub(super) const CHUNK: usize = 256;
/// More texts of consents than this in one import are no texts that a brand wrote.
const MOST_TEXTS: usize = 200;
/// Records of the log that are read at once.
const PAGE: usize = 512;

/// What an import came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imports {
    /// Rows by verdict.
    pub counts: Counts,
    /// Postal codes that did not fit their country and narrowed nothing.
    pub odd_postal_codes: u64,
}

impl std::fmt::Display for Imports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.counts)?;
        if self.odd_postal_codes > 0 {
            write!(f, " · {} postal codes do not fit their country", self.odd_postal_codes)?;
        }
        Ok(())
    }
}

/// What taking an import back came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undone {
    /// Consents that were taken back.
    pub consents: u64,
    /// Opt-outs, bounces and complaints of the import: they stay.
    pub stay: u64,
}

impl Messenger {
    /// Takes in rows that the host made. They may lower permission and never raise it past a revocation; `each` is
    /// told what became of each row.
    ///
    /// # Errors
    /// Unknown program, an import that was taken back, or the ledger failed: rows before the failing chunk are in.
    pub async fn import(
        &self,
        import: &str,
        rows: impl IntoIterator<Item = ImportRow>,
        mut each: impl FnMut(&ImportRow, Judged),
    ) -> Result<Imports, ConsentError> {
        self.is_ready().await?;
        let now = self.inner.clock.now().ok_or(ConsentError::NoClock)?;
        let import = Name::new(import)?;
        if self.progressed(&import).await?.is_some_and(|held| held.stage >= Stage::Undoing) {
            return Err(ConsentError::TakenBack(import));
        }
        self.still_wanted(&import, now).await?;
        let mut intake = Intake::begin(self, import.clone(), now).await?;
        let mut imports = Imports::default();
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let (mut chunk, mut seen) = (Vec::with_capacity(CHUNK), HashSet::with_capacity(CHUNK));
            // One number twice must be two writes, so that the second sees the first.
            while let Some(row) = rows.next_if(|row| chunk.len() < CHUNK && !seen.contains(&row.number)) {
                self.known(row.program.as_str())?;
                seen.insert(row.number);
                chunk.push(row);
            }
            for (row, judged) in chunk.iter().zip(intake.take(&chunk).await?) {
                imports.counts.add(judged.verdict, 1);
                each(row, judged);
            }
            self.still_wanted(&import, now).await?;
        }
        imports.odd_postal_codes = intake.odd_postal_codes;
        let run = run(import, &imports.counts, None);
        self.note(now.timestamp_millis(), &[run.into()]).await?;
        Ok(imports)
    }

    /// Takes the consents of an import back, by new records; nothing is deleted. Its opt-outs, bounces and
    /// complaints stay. May be called again, and goes on where it was interrupted.
    ///
    /// # Errors
    /// Not a name, or the ledger failed: call it again.
    pub async fn undo_import(&self, import: &str) -> Result<Undone, ConsentError> {
        let now = self.inner.clock.now().ok_or(ConsentError::NoClock)?;
        let import = Name::new(import)?;
        let key = Progressed::key(&import)?;
        let mut progressed = self.progressed(&import).await?;
        if progressed.as_ref().is_some_and(|progressed| progressed.stage == Stage::Undone)
            && let Some(undone) = self.told(&import).await?.1
        {
            return Ok(undone);
        }
        let interrupted = progressed.as_ref().is_some_and(|progressed| progressed.stage == Stage::Undoing);
        // From here on nobody may go on with it, and whoever is at it now takes back what it still wrote.
        self.inner
            .book
            .ledger()
            .keep(Progressed::stop_key(&import)?, vec![1])
            .await
            .map_err(BookError::from)?;
        let held = progressed.get_or_insert_with(Progressed::default);
        held.stage = Stage::Undoing;
        self.keep_progress(&key, held).await?;
        let mut consents = self.take_all_back(&import, now).await?;
        if interrupted {
            consents = self.taken_back(&import).await?;
        }
        let (stay, told) = self.told(&import).await?;
        let undone = Undone { consents, stay: stay.max(held.lowering()) };
        if told.is_none() {
            let record = ImportTakenBack { import, consents: undone.consents, stay: undone.stay };
            self.note(now.timestamp_millis(), &[record.into()]).await?;
        }
        held.stage = Stage::Undone;
        self.keep_progress(&key, held).await?;
        Ok(told.unwrap_or(undone))
    }

    /// Goes on only if nobody has taken the import back. What went in after [`undo_import`](Self::undo_import) had
    /// passed goes back here.
    pub(super) async fn still_wanted(&self, import: &Name, now: DateTime<Utc>) -> Result<(), ConsentError> {
        let stop = Progressed::stop_key(import)?;
        if self.inner.book.ledger().kept(stop).await.map_err(BookError::from)?.is_none() {
            return Ok(());
        }
        self.take_all_back(import, now).await?;
        Err(ConsentError::TakenBack(import.clone()))
    }

    /// Takes the consents of everybody back; how many had one.
    async fn take_all_back(&self, import: &Name, now: DateTime<Utc>) -> Result<u64, BookError> {
        let (mut after, mut consents) = (None, 0);
        loop {
            let page = self.inner.book.page(after, false).await?;
            let Some(last) = page.last() else { return Ok(consents) };
            after = Some(last.recipient);
            consents += self.take_back(import, page, now).await?;
        }
    }

    /// Takes the consents of these people back; how many had one.
    async fn take_back(
        &self,
        import: &Name,
        page: Vec<Person>,
        now: DateTime<Utc>,
    ) -> Result<u64, BookError> {
        let brought = |person: &Person| {
            let mut grants = person.state.programs.iter().flat_map(|program| &program.grants);
            grants.any(|grant| grant.import.as_ref() == Some(import))
        };
        let (mut open, mut done) = (page, 0);
        loop {
            open.retain(brought);
            if open.is_empty() {
                return Ok(done);
            }
            let whose: Vec<_> = open.iter().map(|person| person.recipient).collect();
            for person in &mut open {
                let undone = ImportUndone { import: import.clone() };
                person.stage(now.timestamp_millis(), undone, &[])?;
            }
            let written = self.inner.book.write_all(open, Urgency::Normal).await?;
            let mut lost = Vec::new();
            for (recipient, written) in whose.into_iter().zip(written) {
                match written {
                    Written::Done(_) => done += 1,
                    Written::Conflict => lost.extend(self.inner.book.person(recipient).await?),
                }
            }
            open = lost;
        }
    }

    /// How many people had consents of this import taken back, by the records.
    async fn taken_back(&self, import: &Name) -> Result<u64, BookError> {
        let (mut after, mut count) = (0, 0);
        loop {
            let page = self.inner.book.ledger().log(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(count) };
            after = last.leaf;
            for record in &page {
                let envelope = Envelope::from_bytes(&record.envelope)?;
                count += u64::from(matches!(&envelope.event, Event::ImportUndone(e) if e.import == *import));
            }
        }
    }

    /// What the house knows of an import: rows of it that lower permission, and whether it was taken back.
    async fn told(&self, import: &Name) -> Result<(u64, Option<Undone>), BookError> {
        let (mut stay, mut undone) = (0, None);
        let house = self.inner.book.house().await?;
        self.inner
            .book
            .each_record(&house, |envelope| {
                match envelope.event {
                    Event::ImportRun(e) if e.import == *import => {
                        stay += e
                            .counts
                            .iter()
                            .flatten()
                            .filter(|(verdict, _)| lowers(verdict))
                            .map(|(_, n)| n)
                            .sum::<u64>();
                    }
                    Event::ImportTakenBack(e) if e.import == *import => {
                        undone = Some(Undone { consents: e.consents, stay: e.stay });
                    }
                    _ => {}
                }
                ControlFlow::Continue(())
            })
            .await?;
        Ok((stay, undone))
    }

    pub(super) async fn progressed(&self, import: &Name) -> Result<Option<Progressed>, ConsentError> {
        let kept = self.inner.book.ledger().kept(Progressed::key(import)?).await.map_err(BookError::from)?;
        let read = |bytes: Vec<u8>| minicbor::decode(&bytes).map_err(|_| ConsentError::Progress);
        kept.map(read).transpose()
    }

    pub(super) async fn keep_progress(&self, key: &Name, held: &Progressed) -> Result<(), BookError> {
        let bytes = minicbor::to_vec(held).unwrap_or_default();
        Ok(self.inner.book.ledger().keep(key.clone(), bytes).await?)
    }
}

fn lowers(verdict: &str) -> bool {
    matches!(Verdict::from_code(verdict), Some(Verdict::OptOut | Verdict::Bounce | Verdict::Complaint))
}

/// The house's record of an import.
pub(super) fn run(import: Name, counts: &Counts, list: Option<Hash>) -> ImportRun {
    let told = counts.iter().filter(|(_, rows)| *rows > 0);
    let counts_told = told.map(|(verdict, rows)| (verdict.code().to_owned(), rows)).collect();
    ImportRun { import, rows: counts.rows(), counts: Some(counts_told), list }
}

crate::codec::cbor_enum! {
    /// How far the import of a list has come.
    pub(super) enum Stage {
        /// What lowers permission.
        Lowering = 0, "lowering";
        /// All the rest.
        Rest = 1, "rest";
        /// All of it is in.
        Done = 2, "done";
        /// It is being taken back.
        Undoing = 3, "undoing";
        /// It was taken back.
        Undone = 4, "undone";
    }
}

crate::codec::cbor_map! {
    /// What is kept of an import between two runs of it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct Progressed {
        /// SHA-256 of the list.
        0 => pub(super) list: Hash,
        1 => pub(super) stage: Stage,
        /// Rows up to this line are in, at this stage.
        2 => pub(super) line: u64,
        /// Rows by verdict and reason.
        3 => pub(super) tally: Vec<(String, String, u64)>,
        4 => pub(super) odd_postal_codes: u64,
    }
}

impl Default for Progressed {
    fn default() -> Self {
        Self { list: Hash([0; 32]), stage: Stage::Lowering, line: 0, tally: Vec::new(), odd_postal_codes: 0 }
    }
}

impl Progressed {
    pub(super) fn key(import: &Name) -> Result<Name, ConsentError> {
        Self::key_of("import", import)
    }

    /// Where it stands that an import was taken back. A key of its own: whoever imports writes over the other.
    fn stop_key(import: &Name) -> Result<Name, ConsentError> {
        Self::key_of("undo", import)
    }

    fn key_of(what: &str, import: &Name) -> Result<Name, ConsentError> {
        // An id may be as long as a key, so it is shortened.
        let digest = crate::id::InboundId::of(import.as_str());
        Ok(Name::new(&format!("{what}.{digest}"))?)
    }

    fn lowering(&self) -> u64 {
        self.tally.iter().filter(|(verdict, ..)| lowers(verdict)).map(|(.., rows)| rows).sum()
    }
}

/// One import on its way into the ledger. The same for rows, lists and dry runs.
pub(super) struct Intake<'m> {
    shop: &'m Messenger,
    import: Name,
    now: DateTime<Utc>,
    /// Texts that the house has.
    texts: HashSet<Hash>,
    kept_texts: usize,
    /// In a dry run, whom the list itself takes permission from; nothing is written then.
    pub(super) dry: Option<HashMap<PhoneNumber, Reason>>,
    /// So many rows may be in already, from a run that was interrupted.
    pub(super) uncertain: usize,
    pub(super) odd_postal_codes: u64,
}

impl<'m> Intake<'m> {
    pub(super) async fn begin(
        shop: &'m Messenger,
        import: Name,
        now: DateTime<Utc>,
    ) -> Result<Self, BookError> {
        let texts = shop.inner.book.house().await?.state.texts.into_iter().collect();
        Ok(Self { shop, import, now, texts, kept_texts: 0, dry: None, uncertain: 0, odd_postal_codes: 0 })
    }

    /// Takes rows in whose numbers differ, in one commit unless somebody else is at the same people.
    pub(super) async fn take(&mut self, rows: &[ImportRow]) -> Result<Vec<Judged>, BookError> {
        self.keep_texts(rows).await?;
        let mut judged: Vec<Option<Judged>> = vec![None; rows.len()];
        let mut open: Vec<(usize, &ImportRow)> = rows.iter().enumerate().collect();
        while !open.is_empty() {
            let numbers: Vec<_> = open.iter().map(|(_, row)| row.number).collect();
            let people = self.shop.inner.book.find_all(&numbers, true).await?;
            let (mut writes, mut whose) = (Vec::with_capacity(open.len()), Vec::with_capacity(open.len()));
            for ((at, row), person) in open.into_iter().zip(people) {
                let (verdict, person) = self.stage(row, person).await?;
                if let Some(slot) = judged.get_mut(at) {
                    *slot = Some(verdict);
                }
                if let Some(person) = person.filter(|person| self.dry.is_none() && person.has_staged()) {
                    writes.push(person);
                    whose.push((at, row));
                }
            }
            let written = match writes.is_empty() {
                true => Vec::new(),
                false => self.shop.inner.book.write_all(writes, Urgency::Normal).await?,
            };
            let lost =
                whose.into_iter().zip(written).filter(|(_, written)| matches!(written, Written::Conflict));
            open = lost.map(|(row, _)| row).collect();
        }
        self.uncertain = self.uncertain.saturating_sub(rows.len());
        let judged: Option<Vec<_>> = judged.into_iter().collect();
        judged.ok_or(BookError::Answers)
    }

    /// Stages what a row says; what is to be written, if anything.
    async fn stage(
        &mut self,
        row: &ImportRow,
        found: Option<Person>,
    ) -> Result<(Judged, Option<Person>), BookError> {
        let judged = |verdict, reason| Judged {
            line: row.line.unwrap_or(0),
            number: Some(row.number),
            verdict,
            grade: None,
            reason,
        };
        let erased = found.as_ref().is_some_and(|person| person.state.erased);
        // What closes a number names nobody: it is kept, or a later yes could outlive it.
        if erased && !matches!(row.says, Says::OptOut(_) | Says::Complaint(_)) {
            return Ok((judged(Verdict::Refused, Reason::Erased), None));
        }
        let at_ms = self.now.timestamp_millis();
        let (narrowed, misfit) = row.location.narrow(&Whereabouts::of(row.number));
        self.odd_postal_codes += u64::from(misfit.is_some());
        let book = &self.shop.inner.book;
        let (mut person, is_in) = match found {
            Some(person) if !person.state.ended => {
                let is_in = self.is_in(&person, row.line).await?;
                (person, is_in)
            }
            before => (book.open(row.number, before.as_ref(), narrowed.clone(), at_ms)?, false),
        };
        if !row.says.lowers() && !is_in {
            person.locate(at_ms, narrowed)?;
        }
        let verdict = match &row.says {
            Says::Consent(opt_in) => {
                let (verdict, reason, grade) = self.consent(&mut person, row, opt_in, is_in)?;
                Judged { grade, ..judged(verdict, reason) }
            }
            Says::Nothing(reason) => judged(Verdict::Noted, *reason),
            Says::OptOut(at) => {
                let event = self.revoked(row, Said::Program, Road::Import, *at);
                stage_unless(is_in, &mut person, at_ms, event)?;
                judged(Verdict::OptOut, Reason::OptedOut)
            }
            Says::Complaint(at) => {
                let event = self.revoked(row, Said::All, Road::Complaint, *at);
                stage_unless(is_in, &mut person, at_ms, event)?;
                judged(Verdict::Complaint, Reason::Complained)
            }
            Says::Bounce(code, at) => {
                let acted_ms = self.acted_ms(*at);
                let (code, import, line) = (code.clone(), Some(self.import.clone()), row.line);
                stage_unless(is_in, &mut person, at_ms, Bounced { code, acted_ms, import, line })?;
                judged(Verdict::Bounce, Reason::Bounced)
            }
        };
        Ok((verdict, Some(person)))
    }

    fn consent(
        &self,
        person: &mut Person,
        row: &ImportRow,
        opt_in: &OptIn,
        is_in: bool,
    ) -> Result<(Verdict, Reason, Option<crate::consent::Grade>), BookError> {
        let mut given = grant(opt_in, self.now);
        if given.text.is_some_and(|text| !self.texts.contains(&text)) {
            given.text = None;
        }
        let grade = Grant { import: Some(self.import.clone()), ..given.clone() }.grade();
        if !is_in {
            let (program, import) = (row.program.clone(), self.import.clone());
            let event = Imported { program, grant: given, import, line: row.line };
            person.stage(self.now.timestamp_millis(), event, &opt_in.personal)?;
        }
        let lowered = self.dry.as_ref().and_then(|lowered| lowered.get(&row.number)).copied();
        let closed = lowered.or_else(|| closed(person, &row.program, opt_in));
        Ok(match closed {
            Some(reason) => (Verdict::Claim, reason, Some(grade)),
            None => (Verdict::Consent, row.note.unwrap_or(Reason::Consented), Some(grade)),
        })
    }

    fn revoked(&self, row: &ImportRow, said: Said, road: Road, at: Option<DateTime<Utc>>) -> Revoked {
        Revoked {
            said,
            program: (said == Said::Program).then(|| row.program.clone()),
            import: Some(self.import.clone()),
            line: row.line,
            ..Revoked::all(road, self.acted_ms(at))
        }
    }

    fn acted_ms(&self, at: Option<DateTime<Utc>>) -> i64 {
        at.map_or(self.now, |at| at.min(self.now)).timestamp_millis()
    }

    /// Whether an interrupted run took this row in already.
    async fn is_in(&self, person: &Person, line: Option<u64>) -> Result<bool, BookError> {
        let Some(line) = line.filter(|_| self.uncertain > 0) else { return Ok(false) };
        let mut found = false;
        let stood = |import: Option<&Name>, at: Option<u64>| import == Some(&self.import) && at == Some(line);
        self.shop
            .inner
            .book
            .each_record(person, |envelope| {
                found = match &envelope.event {
                    Event::Imported(e) => stood(Some(&e.import), e.line),
                    Event::Revoked(e) => stood(e.import.as_ref(), e.line),
                    Event::Bounced(e) => stood(e.import.as_ref(), e.line),
                    _ => false,
                };
                if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .await?;
        Ok(found)
    }

    /// Keeps the words that the house has not, once each.
    async fn keep_texts(&mut self, rows: &[ImportRow]) -> Result<(), BookError> {
        let mut new = Vec::new();
        for row in rows {
            let Says::Consent(OptIn { text: Some(text), .. }) = &row.says else { continue };
            if self.kept_texts < MOST_TEXTS && self.texts.insert(text.digest) {
                self.kept_texts += 1;
                new.push(Event::from(text.clone()));
            }
        }
        if new.is_empty() || self.dry.is_some() {
            return Ok(());
        }
        self.shop.note(self.now.timestamp_millis(), &new).await
    }
}

fn stage_unless(
    is_in: bool,
    person: &mut Person,
    at_ms: i64,
    event: impl Into<Event>,
) -> Result<(), BookError> {
    if is_in { Ok(()) } else { person.stage(at_ms, event, &[]) }
}

/// Why a consent opens nothing, if it does not.
fn closed(person: &Person, program: &Name, opt_in: &OptIn) -> Option<Reason> {
    if standing(person, program) == Permission::Open {
        return person.state.bounced_ms.map(|_| Reason::Unreachable);
    }
    Some(if person.state.suspension.is_some() {
        Reason::Doubtful
    } else if opt_in.acquisition == crate::consent::Acquisition::Referral {
        Reason::Referred
    } else {
        Reason::Revoked
    })
}
