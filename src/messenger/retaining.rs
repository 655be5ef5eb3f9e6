use std::{collections::BTreeMap, fmt, ops::ControlFlow};

use chrono::{DateTime, Utc};

use super::{EraseError, Messenger, erasing::revocation};
use crate::{
    consent::{
        Event, Grant,
        event::{Erased, RetentionRun, Road},
    },
    id::{Name, RecipientId},
    ledger::{Person, Urgency, Written},
    policy::{Period, Stay, Trail},
};

/// The request under which a retention run erases.
const REQUEST: &str = "optin.retention";

/// How far a retention run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sweep {
    /// It tells, and changes nothing.
    DryRun,
    /// It erases whoever must go.
    MustGo,
    /// It erases whoever must go, and whoever may.
    MayGo,
}

/// What a retention run found of one person. Whoever was erased before is passed over.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Retained {
    /// The tenure.
    pub recipient: RecipientId,
    /// What becomes of it, and why.
    pub stay: Stay,
    /// It was erased by this run.
    pub erased: bool,
}

/// What a retention run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetentionReport {
    /// People looked at.
    pub people: u64,
    /// Of these, erased by this run.
    pub erased: u64,
    /// People by [`Stay::code`], before anybody was erased.
    pub by_stay: BTreeMap<&'static str, u64>,
    /// People by rule and by what it decided.
    pub by_rule: BTreeMap<(String, &'static str), u64>,
    /// People whom one rule lets go by now and another keeps.
    pub conflicts: u64,
    /// People who changed while they were judged: the next run sees them.
    pub changed: u64,
}

impl RetentionReport {
    fn count(&mut self, stay: &Stay) {
        self.people += 1;
        *self.by_stay.entry(stay.code()).or_default() += 1;
        for period in stay.periods() {
            *self.by_rule.entry((period.rule.id.clone(), stay.code())).or_default() += 1;
        }
        self.conflicts += u64::from(matches!(stay, Stay::Keep { against, .. } if !against.is_empty()));
    }
}

impl fmt::Display for RetentionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} people · {} erased", self.people, self.erased)?;
        for (stay, count) in &self.by_stay {
            write!(f, " · {count} {stay}")?;
        }
        for ((rule, stay), count) in &self.by_rule {
            write!(f, "\n  {rule}: {count} {stay}")?;
        }
        if self.conflicts > 0 {
            write!(f, "\n  {} must go by one rule and stay by another: they stay", self.conflicts)?;
        }
        if self.changed > 0 {
            write!(f, "\n  {} changed meanwhile: run it again", self.changed)?;
        }
        Ok(())
    }
}

impl Messenger {
    /// Looks at everybody on record under the retention rules of the rule book, shows each, and erases as `sweep`
    /// says. Whoever the rules do not speak of stays. Broken off, the next run goes on: whoever was erased is passed
    /// over. Memory stays flat; every record is read once.
    ///
    /// ```
    /// # use optin::{EraseError, Messenger, Sweep};
    /// # async fn doc(shop: Messenger) -> Result<(), EraseError> {
    /// let report = shop.retention(Sweep::DryRun, |person| println!("{:?}", person.stay.code())).await?;
    /// println!("{report}");
    /// assert_eq!(report.erased, 0);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The ledger failed, or the clock cannot be read.
    pub async fn retention(
        &self,
        sweep: Sweep,
        mut each: impl FnMut(&Retained),
    ) -> Result<RetentionReport, EraseError> {
        let (book, mut report) = (&self.inner.book, RetentionReport::default());
        let mut after = None;
        let at = self.inner.clock.now().ok_or(EraseError::NoClock)?;
        loop {
            let page = book.page(after, false).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.recipient);
            for person in page.into_iter().filter(|person| !person.state.erased) {
                let recipient = person.recipient;
                let stay = self.stay_of(&person, at).await?;
                report.count(&stay);
                let goes = match (&stay, sweep) {
                    (Stay::MustGo { why }, Sweep::MustGo | Sweep::MayGo)
                    | (Stay::MayGo { why }, Sweep::MayGo) => Some(rules(why)),
                    _ => None,
                };
                let erased = match goes {
                    Some(rule) => {
                        let erased = self.erase_judged(person, rule, at).await?;
                        report.changed += u64::from(!erased);
                        erased
                    }
                    None => false,
                };
                report.erased += u64::from(erased);
                each(&Retained { recipient, stay, erased });
            }
        }
        if sweep != Sweep::DryRun {
            let (erased, kept) = (report.erased, report.people - report.erased);
            let rulebook = self.policy().rulebook.version().to_owned();
            self.note(at.timestamp_millis(), &[RetentionRun { rulebook, erased, kept }.into()]).await?;
        }
        Ok(report)
    }

    async fn stay_of(&self, person: &Person, at: DateTime<Utc>) -> Result<Stay, EraseError> {
        let trail = self.trail(person, at).await?;
        let held = self.held(person.recipient).await?;
        let places = person.whereabouts.as_ref().map(|whereabouts| whereabouts.places()).unwrap_or_default();
        Ok(self.policy().stay(places, &trail, held.as_deref(), at))
    }

    /// Erases the person as judged: if anything was appended since, not.
    async fn erase_judged(
        &self,
        mut person: Person,
        rule: String,
        at: DateTime<Utc>,
    ) -> Result<bool, EraseError> {
        let at_ms = at.timestamp_millis();
        person.stage(at_ms, revocation(at_ms), &[])?;
        person.stage(at_ms, Erased { request: Name::new(REQUEST)?, rule: Some(rule) }, &[])?;
        Ok(matches!(self.inner.book.write(person, Urgency::Normal).await?, Written::Done(_)))
    }

    /// The dates of a person that retention counts from. What is dated in the future counts as now.
    pub(crate) async fn trail(&self, person: &Person, at: DateTime<Utc>) -> Result<Trail, EraseError> {
        let (mut opened, mut sent, mut contact, mut revoked) = (None, None, None, None);
        let later = |held: &mut Option<i64>, ms: i64| *held = (*held).max(Some(ms));
        let of_grant = |held: &mut Option<i64>, grant: &Grant| {
            let acted = (grant.undated != Some(true)).then_some(grant.acted_ms);
            *held = [*held, acted, grant.sale_ms, grant.inquiry_ms].into_iter().flatten().max();
        };
        self.inner
            .book
            .each_record(person, |envelope| {
                opened.get_or_insert(envelope.at_ms);
                match &envelope.event {
                    Event::Started(_) => later(&mut sent, envelope.at_ms),
                    Event::OptedIn(e) => of_grant(&mut contact, &e.grant),
                    Event::Asked(e) => of_grant(&mut contact, &e.grant),
                    Event::Imported(e) => of_grant(&mut contact, &e.grant),
                    Event::Confirmed(e) => later(&mut contact, e.acted_ms),
                    Event::Restarted(e) => later(&mut contact, e.acted_ms),
                    Event::Heard(e) => later(&mut contact, e.acted_ms),
                    // Anybody can type a wrong code on a page.
                    Event::Miscoded(e) if e.channel.is_some() => {}
                    Event::Miscoded(e) => later(&mut contact, e.acted_ms),
                    Event::Replied(e) => later(&mut contact, e.acted_ms),
                    Event::Suspended(e) => later(&mut contact, e.acted_ms),
                    // Whoever had the number before is another person.
                    Event::Revoked(e) if e.road == Road::Reassigned => {}
                    Event::Revoked(e) => {
                        later(&mut revoked, e.acted_ms);
                        // A list's or a gateway's word is not the person's.
                        if !matches!(e.road, Road::Import | Road::Gateway | Road::Erasure) {
                            later(&mut contact, e.acted_ms);
                        }
                    }
                    _ => {}
                }
                ControlFlow::Continue(())
            })
            .await?;
        let date = |ms: Option<i64>| ms.and_then(DateTime::from_timestamp_millis).map(|then| then.min(at));
        Ok(Trail {
            opened: date(opened).unwrap_or(at),
            last_message: date(sent),
            last_contact: date(contact),
            revoked: date(revoked),
        })
    }
}

/// The rules that let somebody go, once each.
fn rules(why: &[Period]) -> String {
    let mut ids: Vec<&str> = why.iter().map(|period| period.rule.id.as_str()).collect();
    ids.dedup();
    ids.join(" ")
}
