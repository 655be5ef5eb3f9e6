use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{
    fact::{ConsentFact, Fate, Located, SendFact, Spoken},
    finding::{Class, Finding},
    outcome::Outcomes,
    result::AuditReport,
    tally::Tally,
    walk::Walk,
};
use crate::{
    consent::Basis,
    id::Name,
    law::Posture,
    message::Kind,
    phone::PhoneNumber,
    place::Whereabouts,
    policy::{Brand, Decision, Policy, Proof},
};

/// Past traffic to be judged, and what to judge it by.
///
/// It holds about 90 bytes for each message, so a million take some 90 MB; bodies are not kept.
///
/// ```
/// use optin::{consent::Basis, law::Rulebook, place::ZoneTable, policy::Policy};
/// use optin::report::audit::{Agreed, Audit, ConsentFact, SendFact, Spoken};
/// let mut audit = Audit::new(Policy::new(Rulebook::builtin(), ZoneTable::bundled()));
/// let miami = "+13055550100".parse()?;
/// let yes = Spoken::Agreed(Agreed::on(Basis::ExpressWritten));
/// audit.consent(&ConsentFact::new(miami, Some("2025-01-02T15:00:00Z".parse()?), yes));
/// audit.send(&SendFact::new(miami, "2025-06-03T16:00:00Z".parse()?));      // noon
/// audit.send(&SendFact::new(miami, "2025-06-04T00:30:00Z".parse()?));      // 20:30: Florida closes at 20:00
/// let report = audit.judge();
/// assert_eq!((report.totals.judged, report.totals.clean), (2, 1));
/// assert_eq!(report.rules[0].rule.as_ref().map(|rule| rule.id.as_str()), Some("US-FL-HOURS"));
/// # Ok::<(), optin::Error>(())
/// ```
#[derive(Debug)]
pub struct Audit {
    pub(super) strict: Policy,
    pub(super) settled: Policy,
    pub(super) assumed: Option<Basis>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    sends: Vec<SendRow>,
    consents: Vec<ConsentRow>,
    names: Pool<Name>,
    located: Pool<Located>,
    files: Vec<String>,
    passed: Vec<Passed>,
}

/// A message, with what is shared by many told by a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct SendRow {
    pub(super) number: PhoneNumber,
    pub(super) at_ms: i64,
    pub(super) delivered_ms: Option<i64>,
    pub(super) id: u64,
    pub(super) line: u64,
    pub(super) kind: Option<Kind>,
    pub(super) category: u32,
    pub(super) subject: u32,
    pub(super) sender: u32,
    pub(super) located: u32,
    pub(super) fate: Fate,
    pub(super) file: u16,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct ConsentRow {
    pub(super) number: PhoneNumber,
    pub(super) at_ms: Option<i64>,
    pub(super) spoken: Spoken,
    pub(super) located: u32,
}

/// Values that many rows share, each by its number; 0: none.
#[derive(Debug)]
struct Pool<T> {
    values: Vec<T>,
    index: HashMap<T, u32>,
}

impl<T: Clone + Eq + std::hash::Hash> Pool<T> {
    fn new() -> Self {
        Self { values: Vec::new(), index: HashMap::new() }
    }

    fn put(&mut self, value: Option<&T>) -> u32 {
        let Some(value) = value else { return 0 };
        if let Some(held) = self.index.get(value) {
            return *held;
        }
        self.values.push(value.clone());
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.index.insert(value.clone(), number);
        number
    }

    fn of(&self, number: u32) -> Option<&T> {
        self.values.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }
}

/// One message with what stands against it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Judged<'a> {
    /// To whom.
    pub number: PhoneNumber,
    /// When.
    pub at: DateTime<Utc>,
    /// Its file, as counted by [`Audit::file`]; 0: none.
    pub file: u16,
    /// Its line in the file.
    pub line: u64,
    /// Its kind, as judged.
    pub kind: Kind,
    /// The file does not say what it was.
    pub kind_assumed: bool,
    /// Where the person may have been.
    pub whereabouts: &'a Whereabouts,
    /// What the strict posture decides of it.
    pub decision: &'a Decision,
    /// What stands against it, none if it is clean.
    pub findings: &'a [Finding],
    /// Delivered in closed hours though sent in open ones.
    pub late: bool,
    /// What became of it.
    pub fate: Fate,
    /// Its class as given, and if what is missing were shown.
    pub outcomes: Outcomes,
}

/// A row that was not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Passed {
    /// Its file, as counted by [`Audit::file`]; 0: none.
    pub file: u16,
    /// Its line in the file.
    pub line: u64,
    /// To whom, where it was read that far.
    pub number: Option<PhoneNumber>,
    /// When, where it was read that far.
    pub at: Option<DateTime<Utc>>,
    /// It could not be read; else it is no message that counts.
    pub refused: bool,
    /// Why, as a stable code.
    pub code: &'static str,
}

/// One row, as it is judged or passed over.
#[derive(Debug)]
pub enum Told<'a> {
    /// Judged.
    Judged(&'a Judged<'a>),
    /// Not judged.
    Passed(&'a Passed),
}

impl Judged<'_> {
    /// The class that the message counts in; `None`: clean.
    #[must_use]
    pub fn class(&self) -> Option<Class> {
        self.findings.iter().map(|finding| finding.class).min()
    }
}

impl Audit {
    /// Nothing to judge yet, by this law and these zones. The posture is not asked, as both are applied, and
    /// neither are the host's own wishes.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        let policy =
            Policy { brand: Brand::default(), proof: Proof::none(), posture: Posture::Strict, ..policy };
        Self {
            settled: Policy { posture: Posture::Settled, ..policy.clone() },
            strict: policy,
            assumed: None,
            from: None,
            to: None,
            sends: Vec::new(),
            consents: Vec::new(),
            names: Pool::new(),
            located: Pool::new(),
            files: Vec::new(),
            passed: Vec::new(),
        }
    }

    /// Judges only messages from this instant on; earlier ones still count towards caps.
    #[must_use]
    pub fn since(self, from: DateTime<Utc>) -> Self {
        Self { from: Some(from), ..self }
    }

    /// Judges only messages before this instant.
    #[must_use]
    pub fn until(self, to: DateTime<Utc>) -> Self {
        Self { to: Some(to), ..self }
    }

    /// Takes every consent whose file does not say how it was given as given on this ground. It is the host's
    /// word, and the report says so.
    #[must_use]
    pub fn assuming(self, basis: Basis) -> Self {
        Self { assumed: Some(basis), ..self }
    }

    /// Takes in one thing that a person said.
    pub fn consent(&mut self, fact: &ConsentFact) {
        let located = self.located.put(Some(&fact.located).filter(|located| !located.is_empty()));
        let at_ms = fact.at.map(|at| at.timestamp_millis());
        self.consents.push(ConsentRow { number: fact.number, at_ms, spoken: fact.spoken, located });
    }

    /// Takes in one message.
    pub fn send(&mut self, fact: &SendFact) {
        self.sends.push(SendRow {
            number: fact.number,
            at_ms: fact.at.timestamp_millis(),
            delivered_ms: fact.delivered.map(|at| at.timestamp_millis()),
            id: fact.id.as_deref().map_or(0, mark),
            line: fact.line,
            kind: fact.kind,
            category: self.names.put(fact.category.as_ref()),
            subject: self.names.put(fact.subject.as_ref()),
            sender: self.names.put(fact.sender.as_ref()),
            located: self.located.put(Some(&fact.located).filter(|located| !located.is_empty())),
            fate: fact.fate,
            file: fact.file,
        });
    }

    /// Begins a file by this name, for facts that say which file they are of; counted from 1.
    pub fn file(&mut self, name: &str) -> u16 {
        self.files.push(name.to_owned());
        u16::try_from(self.files.len()).unwrap_or(u16::MAX)
    }

    /// The names of the files, in order.
    #[must_use]
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Notes a row that is not judged, for [`judge_rows`](Self::judge_rows) to tell of.
    pub(super) fn pass(&mut self, passed: Passed) {
        self.passed.push(passed);
    }

    /// How many messages it holds.
    #[must_use]
    pub const fn sends(&self) -> usize {
        self.sends.len()
    }

    /// Judges everything.
    #[must_use]
    pub fn judge(self) -> AuditReport {
        self.judge_each(|_| {})
    }

    /// Judges everything, and shows each message as it is judged, person by person.
    #[must_use]
    pub fn judge_each(self, mut each: impl FnMut(&Judged<'_>)) -> AuditReport {
        self.judge_rows(|told| {
            if let Told::Judged(judged) = told {
                each(judged);
            }
        })
    }

    /// Judges everything, and shows each row of the files once: first those that the reading passed over, in their
    /// order, then person by person in order of time what was judged and what was passed over since.
    #[must_use]
    pub fn judge_rows(mut self, mut each: impl FnMut(Told<'_>)) -> AuditReport {
        self.passed.iter().for_each(|passed| each(Told::Passed(passed)));
        // At one moment a yes comes before a no, so that the no stands.
        let rank = |row: &ConsentRow| (row.number, row.at_ms, matches!(row.spoken, Spoken::Refused(_)));
        self.consents.sort_by_key(rank);
        self.sends.sort_by_key(|row| (row.number, row.at_ms, row.line));
        let mut tally = Tally::default();
        let (mut sends, mut consents) = (self.sends.as_slice(), self.consents.as_slice());
        while let Some(first) = sends.first() {
            let number = first.number;
            let (mine, others) = sends.split_at(sends.partition_point(|row| row.number == number));
            sends = others;
            consents = consents.get(consents.partition_point(|row| row.number < number)..).unwrap_or(&[]);
            let (said, rest) = consents.split_at(consents.partition_point(|row| row.number == number));
            consents = rest;
            let repeated = Walk::new(&self, said).along(mine, &mut |told| {
                if let Told::Judged(judged) = &told {
                    tally.take(judged, &self.strict.zones);
                }
                each(told);
            });
            tally.close_person(repeated);
        }
        tally.report(&self)
    }

    pub(super) fn is_in_period(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at < to)
    }

    pub(super) const fn period(&self) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        (self.from, self.to)
    }

    pub(super) fn name(&self, number: u32) -> Option<&Name> {
        self.names.of(number)
    }

    pub(super) fn located(&self, number: u32) -> Option<&Located> {
        self.located.of(number)
    }
}

/// Eight bytes of its digest, never 0: enough to tell the messages of one person apart.
fn mark(id: &str) -> u64 {
    let digest: [u8; 32] = Sha256::digest(id.as_bytes()).into();
    digest.iter().take(8).fold(0, |mark, byte| mark << 8 | u64::from(*byte)).max(1)
}
