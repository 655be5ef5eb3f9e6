use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{
    fact::{Fate, Located, Spoken},
    finding::{Class, Finding, Past, Site, findings},
    judge::{Audit, ConsentRow, Judged, Passed, SendRow, Told},
    outcome::Outcomes,
    stops::{self, day_of},
};
use crate::{
    consent::{
        Basis, Event, Grant, Sent, State,
        event::{OptedIn, Outcome, Restarted, Revoked, Said},
    },
    id::{InboundId, MessageId, Name},
    message::Kind,
    place::Whereabouts,
    policy::{Code, Facts, Request},
};

/// No cap looks further back than this.
const KEEP_MS: i64 = 400 * 86_400_000;

/// One person's past, walked in order of time.
pub(super) struct Walk<'a> {
    audit: &'a Audit,
    /// What the person said at some moment, in order; and where that has come to.
    dated: &'a [ConsentRow],
    next: usize,
    undated_yes: bool,
    undated_no: bool,
    /// A yes so far does not say how it was given.
    form_unknown: bool,
    /// The last STOP so far, and whether its one confirmation was seen.
    stop: Option<(i64, bool)>,
    state: State,
    /// The state if every yes of unsaid form had been in writing; `None` as long as there is none.
    written: Option<State>,
    seq: u64,
    located: u32,
    program: Name,
}

impl<'a> Walk<'a> {
    /// `said` is sorted by time, what has none first.
    pub(super) fn new(audit: &'a Audit, said: &'a [ConsentRow]) -> Self {
        let (undated, dated) = said.split_at(said.partition_point(|row| row.at_ms.is_none()));
        let refused = |row: &ConsentRow| matches!(row.spoken, Spoken::Refused(_));
        Self {
            audit,
            dated,
            next: 0,
            undated_yes: undated.iter().any(|row| !refused(row)),
            undated_no: undated.iter().any(refused),
            form_unknown: false,
            stop: None,
            state: State::default(),
            written: None,
            seq: 0,
            located: said.iter().map(|row| row.located).rfind(|located| *located != 0).unwrap_or(0),
            // Another platform's traffic has no programs that are known here: all of it is one.
            program: Name::own("traffic"),
        }
    }

    /// Judges the person's messages; how many facts told of one already told of.
    pub(super) fn along(mut self, sends: &[SendRow], each: &mut dyn FnMut(Told<'_>)) -> Repeats {
        let (mut seen, mut count) = (HashMap::new(), Repeats::default());
        let fates = fates(sends);
        let mut place: Option<(u32, Whereabouts)> = None;
        for row in sends {
            let Some(at) = DateTime::from_timestamp_millis(row.at_ms) else { continue };
            let mut pass = |code: &'static str| {
                let (number, at) = (Some(row.number), Some(at));
                let (file, line, refused) = (row.file, row.line, false);
                each(Told::Passed(&Passed { file, line, number, at, refused, code }));
            };
            let fate = if row.id == 0 { row.fate } else { fates.get(&row.id).copied().unwrap_or(row.fate) };
            if fate == Fate::NeverLeft {
                pass("never_left");
                continue;
            }
            // What never left tells no time of what did.
            if row.id != 0 && row.fate == Fate::NeverLeft || is_repeat(&mut seen, row) {
                count.repeated += 1;
                pass("repeated");
                continue;
            }
            self.hear_until(row.at_ms);
            if place.as_ref().is_none_or(|(of, _)| *of != row.located) {
                place = Some((row.located, self.whereabouts(row)));
            }
            let Some((_, whereabouts)) = &place else { continue };
            if self.audit.is_in_period(at) {
                self.judge(&SendRow { fate, ..*row }, at, whereabouts, each);
            } else {
                count.outside += 1;
                pass("outside_period");
                self.keep(row, None);
            }
        }
        count
    }

    /// Where the message says that the person was, and the list of consents where it says nothing.
    fn whereabouts(&self, row: &SendRow) -> Whereabouts {
        let (own, person) = (self.audit.located(row.located), self.audit.located(self.located));
        let known = match (own, person) {
            (Some(own), Some(person)) => Some(own.or(person)),
            (own, person) => own.or(person).cloned(),
        };
        known.map_or_else(|| Whereabouts::of(row.number), |known: Located| known.narrow(row.number))
    }

    fn judge(
        &mut self,
        row: &SendRow,
        at: DateTime<Utc>,
        whereabouts: &Whereabouts,
        each: &mut dyn FnMut(Told<'_>),
    ) {
        let audit = self.audit;
        let program = self.program.clone();
        let request = Request {
            program: &program,
            kind: row.kind.unwrap_or(Kind::Marketing),
            category: audit.name(row.category),
            subject: audit.name(row.subject),
            sender: audit.name(row.sender),
        };
        let facts = Facts { whereabouts, state: &self.state };
        let decision = audit.strict.decide(facts, request, at);
        let (mut found, mut confirms) = (Vec::new(), false);
        let mut outcomes = Outcomes::default();
        if !decision.is_allowed() || self.undated_no {
            let settled = audit.settled.decide(facts, request, at);
            let local =
                whereabouts.zones().first().and_then(|zone| audit.strict.zones.local(*zone, at.timestamp()));
            let day = day_of(local.unwrap_or(at.timestamp()));
            let site = Site::new(&audit.strict.rulebook, whereabouts, day);
            found = findings(&decision, &settled, &site, &self.past());
            if let Some(revoked) = decision.reasons.iter().find(|reason| reason.code == Code::Revoked) {
                confirms = self.confirms(row, &site, day);
                if confirms {
                    let fact = revoked.fact.clone();
                    found = vec![Finding::new("stop_confirmation", None, fact, Class::Unprovable)];
                } else {
                    let stop_day =
                        self.stop.map_or(day, |(ms, _)| day_of(ms.div_euclid(1_000) + at_offset(local, at)));
                    let days = (stop_day, day);
                    let book = &audit.strict.rulebook;
                    found.extend(stops::findings(book, &site, request.kind, days, &revoked.fact));
                }
            }
            let written = self.if_written(&found, confirms, whereabouts, request, at, &site);
            outcomes = Outcomes::of(&found, written.as_deref().unwrap_or(&found));
        }
        let closed = |reason: &crate::policy::Reason| reason.code == Code::WindowClosed;
        let late = !decision.reasons.iter().any(closed)
            && row.delivered_ms.and_then(DateTime::from_timestamp_millis).is_some_and(|delivered| {
                delivered > at && audit.strict.closed_hours(facts, request, delivered).iter().any(closed)
            });
        each(Told::Judged(&Judged {
            number: row.number,
            at,
            file: row.file,
            line: row.line,
            kind: request.kind,
            kind_assumed: row.kind.is_none(),
            whereabouts,
            decision: &decision,
            findings: &found,
            late,
            fate: row.fate,
            outcomes,
        }));
        if let Some((_, confirmed)) = self.stop.as_mut().filter(|_| confirms) {
            *confirmed = true;
        }
        self.keep(row, confirms.then_some(Kind::Service));
    }

    /// What would stand against the message if every yes of unsaid form had been in writing.
    fn if_written(
        &self,
        found: &[Finding],
        confirms: bool,
        whereabouts: &Whereabouts,
        request: Request<'_>,
        at: DateTime<Utc>,
        site: &Site<'_>,
    ) -> Option<Vec<Finding>> {
        let state = self.written.as_ref().filter(|_| !confirms && !found.is_empty())?;
        let facts = Facts { whereabouts, state };
        let (strict, settled) =
            (self.audit.strict.decide(facts, request, at), self.audit.settled.decide(facts, request, at));
        let mut written = findings(&strict, &settled, site, &self.past());
        // A STOP is a STOP, whatever the form of the yes before it.
        written.extend(found.iter().filter(|finding| finding.code == Code::Revoked.code()).cloned());
        Some(written)
    }

    fn past(&self) -> Past {
        let later = self.dated.get(self.next..).unwrap_or_default();
        let later = later.iter().find(|row| matches!(row.spoken, Spoken::Agreed(_)));
        Past {
            undated_yes: self.undated_yes,
            undated_no: self.undated_no,
            form_unknown: self.form_unknown,
            later_yes: later.and_then(|row| DateTime::from_timestamp_millis(row.at_ms?)),
        }
    }

    /// Whether this may be the one message that confirms the last STOP. One that says it is marketing is not.
    fn confirms(&self, row: &SendRow, site: &Site<'_>, day: i64) -> bool {
        let book = &self.audit.strict.rulebook;
        self.stop.is_some_and(|(stop_ms, confirmed)| {
            !confirmed
                && row.kind != Some(Kind::Marketing)
                && stops::may_confirm(book, site, day, (stop_ms, row.at_ms))
        })
    }

    fn hear_until(&mut self, at_ms: i64) {
        while let Some(row) = self.dated.get(self.next).filter(|row| row.at_ms.is_some_and(|ms| ms <= at_ms))
        {
            self.next += 1;
            let Some(acted_ms) = row.at_ms else { continue };
            self.hear(row, acted_ms);
        }
    }

    fn hear(&mut self, row: &ConsentRow, acted_ms: i64) {
        self.seq += 1;
        let program = self.program.clone();
        let event = match row.spoken {
            Spoken::Agreed(agreed) => {
                let stated = agreed.basis.or(self.audit.assumed);
                if stated.is_none() {
                    self.form_unknown = true;
                    self.written.get_or_insert_with(|| self.state.clone());
                }
                let ms = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp_millis());
                // Without its form it is a yes, and no writing.
                let basis = stated.unwrap_or(Basis::Express);
                let (sale_ms, inquiry_ms) = (ms(agreed.sale), ms(agreed.inquiry));
                let event = |basis| {
                    let grant = Grant { sale_ms, inquiry_ms, ..Grant::new(basis, agreed.how, acted_ms) };
                    Event::from(OptedIn { program: program.clone(), grant })
                };
                if let Some(written) = &mut self.written {
                    let event = event(stated.unwrap_or(Basis::ExpressWritten));
                    written.apply(self.seq, acted_ms, &event);
                }
                self.state.apply(self.seq, acted_ms, &event(basis));
                return;
            }
            Spoken::Refused(road) => {
                self.stop = Some((acted_ms, false));
                Event::from(Revoked {
                    said: Said::Program,
                    program: Some(program),
                    ..Revoked::all(road, acted_ms)
                })
            }
            Spoken::Reopened => {
                Event::from(Restarted { program, acted_ms, inbound: InboundId::of(&self.seq.to_string()) })
            }
        };
        self.state.apply(self.seq, acted_ms, &event);
        if let Some(written) = &mut self.written {
            written.apply(self.seq, acted_ms, &event);
        }
    }

    /// Keeps a message for the caps of later ones.
    fn keep(&mut self, row: &SendRow, kind: Option<Kind>) {
        self.seq += 1;
        let mut id = [0; 16];
        id.iter_mut().zip(self.seq.to_be_bytes()).for_each(|(slot, byte)| *slot = byte);
        let sent = Sent {
            message: MessageId(id),
            at_ms: row.at_ms,
            kind: kind.or(row.kind).unwrap_or(Kind::Marketing),
            program: self.program.clone(),
            sender: self.audit.name(row.sender).unwrap_or(&self.program).clone(),
            category: self.audit.name(row.category).cloned(),
            subject: self.audit.name(row.subject).cloned(),
            outcome: Some(Outcome::Accepted),
            delivery: None,
            answer: None,
        };
        for state in [Some(&mut self.state), self.written.as_mut()].into_iter().flatten() {
            if state.sends.first().is_some_and(|first| row.at_ms - first.at_ms > KEEP_MS) {
                state.sends.retain(|sent| row.at_ms - sent.at_ms <= KEEP_MS);
            }
            state.sends.push(sent.clone());
        }
    }
}

/// What became of each message that has an id, by all its rows.
fn fates(sends: &[SendRow]) -> HashMap<u64, Fate> {
    let mut fates = HashMap::new();
    for row in sends.iter().filter(|row| row.id != 0) {
        let fate = fates.entry(row.id).or_insert(row.fate);
        *fate = row.fate.min(*fate);
    }
    fates
}

/// Reports of one message come within days; an id that comes again later is none of a message.
const ID_LIFE_MS: i64 = 7 * 86_400_000;

/// Whether an earlier row told of this message.
fn is_repeat(seen: &mut HashMap<u64, i64>, row: &SendRow) -> bool {
    if row.id == 0 {
        return false;
    }
    match seen.get(&row.id) {
        Some(first) if row.at_ms - first <= ID_LIFE_MS => true,
        _ => {
            seen.insert(row.id, row.at_ms);
            false
        }
    }
}

/// What was passed over.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Repeats {
    pub(super) repeated: u64,
    pub(super) outside: u64,
}

/// Seconds from UTC to the local clock that was read.
fn at_offset(local: Option<i64>, at: DateTime<Utc>) -> i64 {
    local.map_or(0, |local| local - at.timestamp())
}
