use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use super::{answer::may_answer, slip::Permit};
use crate::{
    consent::event::{Answer, Started},
    id::{MessageId, Name},
    ledger::{Book, BookError, OutboxChange, Person, Urgency, Written},
    message::{Body, Counting, Kind},
    place::Whereabouts,
    policy::{Code, Decision, Facts, Policy, Request, Verdict},
};

/// Marketing waits while the clock is further behind the newest record than this.
const CLOCK_BEHIND_MS: i64 = 5 * 60_000;
/// No hand-over may take longer than this, whatever the window.
const LONGEST: TimeDelta = TimeDelta::hours(12);
/// How often a lost race is run again.
const TRIES: usize = 4;

/// A message in its final form, to a person as read.
#[derive(Debug)]
pub struct Draft {
    /// The person, as read.
    pub person: Person,
    /// The message.
    pub message: MessageId,
    /// In which program.
    pub program: Name,
    /// The campaign, flow or answer it belongs to.
    pub source: Name,
    /// Which step of it.
    pub step: u32,
    /// Of what kind.
    pub kind: Kind,
    /// The brand's category.
    pub category: Option<Name>,
    /// What a cap counts as the same subject.
    pub subject: Option<Name>,
    /// From which sender.
    pub sender: Name,
    /// The final body.
    pub body: Body,
    /// The campaign's own end.
    pub until: Option<DateTime<Utc>>,
    /// Set for an automatic answer, with the time of the text that it answers.
    pub answers: Option<(Answer, DateTime<Utc>)>,
    /// Whether the outbox holds a row for it.
    pub queued: bool,
    /// Whether it may start again while its outcome is not known: never marketing.
    pub repeats: bool,
}

/// How much of a window must be left for a hand-over to begin, by what the gateway can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Leeway {
    /// What the gateway's queue may take, where it takes no validity period: the permit ends that much earlier.
    pub queue: Duration,
    /// The shortest validity period that the gateway can be told.
    pub shortest: Duration,
}

impl Leeway {
    /// When the hand-over must be over, if the window closes then and a hand-over may begin at all.
    fn within(self, closes: DateTime<Utc>, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let ends = closes.checked_sub_signed(TimeDelta::from_std(self.queue).ok()?)?;
        let begins = at.checked_add_signed(TimeDelta::from_std(self.shortest).ok()?)?;
        (begins < ends).then_some(ends)
    }
}

/// What became of a draft.
#[derive(Debug)]
pub enum Reserved {
    /// It may be handed over; the person as of now, for recording the outcome.
    Permit(Permit, Box<Person>),
    /// It may not, or not now.
    Held(Decision),
    /// This id has started before.
    Duplicate,
}

/// A draft's answer, with what the draft was.
pub type Drafted = (MessageId, Reserved);

/// Decides each draft and appends `Started` for those that may go, in one call of the ledger.
///
/// A permit exists only once its record is durable at the version that was judged. Whoever loses a race reads
/// again and decides again.
///
/// # Errors
/// The ledger failed. No permit exists for any of the drafts; their messages may have started.
pub async fn reserve(
    book: &Book,
    policy: &Policy,
    drafts: Vec<Draft>,
    leeway: Leeway,
    at: DateTime<Utc>,
) -> Result<Vec<Drafted>, ReserveError> {
    let mut done = Vec::with_capacity(drafts.len());
    let mut open = drafts;
    for _ in 0..TRIES {
        let (mut writes, mut bound) = (Vec::new(), Vec::new());
        for draft in open.drain(..) {
            match judge(book, policy, draft, leeway, at).await? {
                Judged::Go(draft, not_after) => {
                    let (person, terms) = stage(book, policy, draft, not_after, at)?;
                    writes.push(person);
                    bound.push(terms);
                }
                Judged::Stay(message, reserved) => done.push((message, reserved)),
            }
        }
        if writes.is_empty() {
            break;
        }
        for (written, terms) in book.write_all(writes, Urgency::Normal).await?.into_iter().zip(bound) {
            match written {
                Written::Done(person) => {
                    done.push((terms.permit.message, Reserved::Permit(terms.permit, person)));
                }
                Written::Conflict => open.extend(again(book, terms).await?),
            }
        }
        if open.is_empty() {
            break;
        }
    }
    let lost = |draft: Draft| (draft.message, Reserved::Held(raced(policy, at)));
    done.extend(open.into_iter().map(lost));
    Ok(done)
}

enum Judged {
    Go(Box<Draft>, DateTime<Utc>),
    Stay(MessageId, Reserved),
}

async fn judge(
    book: &Book,
    policy: &Policy,
    draft: Draft,
    leeway: Leeway,
    at: DateTime<Utc>,
) -> Result<Judged, ReserveError> {
    let state = &draft.person.state;
    let held = |decision| Ok(Judged::Stay(draft.message, Reserved::Held(decision)));
    let again = draft.repeats && draft.kind != Kind::Marketing && state.is_unknown(draft.message);
    if !(again || state.may_start(draft.message))
        || (state.pruned
            && book.ever_started(&draft.person, draft.message).await?
            && state.sent(draft.message).is_none())
    {
        return Ok(Judged::Stay(draft.message, Reserved::Duplicate));
    }
    // The reminder of a question goes where marketing would go, were the question answered.
    let reminds = matches!(draft.answers, Some((Answer::Reminder, _)));
    // Of a question asked anew since, nobody asked to remind.
    let was_asked = || {
        let pending = state.program(&draft.program).and_then(|held| held.pending.as_ref());
        pending.is_some_and(|pending| pending.reminded == Some(true))
    };
    let confirmed =
        (reminds && was_asked()).then(|| state.if_confirmed(&draft.program, at.timestamp_millis())).flatten();
    if reminds && confirmed.is_none() {
        return held(policy.refusing(Code::AnswerSpent));
    }
    let state = confirmed.as_ref().unwrap_or(state);
    if let Some((answer, asked)) = draft.answers.filter(|_| !reminds) {
        if !may_answer(state, answer, asked, at) || is_over(policy, &draft, (answer, asked), at) {
            return held(policy.refusing(Code::AnswerSpent));
        }
        // Whoever is blocked would not learn what was opened.
        if opens(answer) && state.blocked.contains(&draft.sender) {
            return held(policy.refusing(Code::SenderBlocked));
        }
        // Counted from the text that it answers, not from its turn in the queue.
        return Ok(Judged::Go(Box::new(draft), asked + TimeDelta::minutes(super::ANSWER_WITHIN_MINUTES)));
    }
    if draft.kind == Kind::Marketing && state.newest_ms - at.timestamp_millis() > CLOCK_BEHIND_MS {
        let until = DateTime::from_timestamp_millis(state.newest_ms);
        return held(Decision { verdict: Verdict::Defer { until }, ..policy.refusing(Code::ClockBehind) });
    }
    let Some(whereabouts) = &draft.person.whereabouts else {
        return held(Decision {
            verdict: Verdict::Defer { until: None },
            ..policy.refusing(Code::PlaceUnknown)
        });
    };
    let request = Request {
        program: &draft.program,
        kind: draft.kind,
        category: draft.category.as_ref(),
        subject: draft.subject.as_ref(),
        sender: Some(&draft.sender),
    };
    let decision = policy.decide(Facts { whereabouts, state }, request, at);
    match decision.verdict {
        Verdict::Allow { not_after } => {
            if draft.until.is_some_and(|until| until <= at) {
                return held(policy.refusing(Code::CampaignOver));
            }
            let closes = [not_after, draft.until].into_iter().flatten().min();
            let ends = closes.map_or(Some(at + LONGEST), |closes| leeway.within(closes, at));
            match ends {
                Some(ends) => Ok(Judged::Go(Box::new(draft), ends.min(at + LONGEST))),
                None => held(closing(policy, Facts { whereabouts, state }, request, closes)),
            }
        }
        Verdict::Defer { .. } | Verdict::Deny => held(decision),
    }
}

/// Whether such an answer tells what was opened, or asks whether to.
const fn opens(answer: Answer) -> bool {
    matches!(answer, Answer::Start | Answer::OptIn | Answer::Question | Answer::Reminder)
}

/// Whether what such an answer tells of is over: a question that a STOP closed is asked no more, nor one that another
/// has taken the place of, and nobody is welcomed who has left, in words or by law.
fn is_over(
    policy: &Policy,
    draft: &Draft,
    (answer, asked): (Answer, DateTime<Utc>),
    at: DateTime<Utc>,
) -> bool {
    if !opens(answer) {
        return false;
    }
    let Draft { program, sender, person, .. } = draft;
    let state = &person.state;
    let Some(whereabouts) = &person.whereabouts else { return true };
    let request =
        Request { program, kind: Kind::Marketing, category: None, subject: None, sender: Some(sender) };
    let decision = policy.decide(Facts { whereabouts, state }, request, at);
    let says = |code| decision.reasons.iter().any(|reason| reason.code == code);
    if says(Code::Suspended) {
        return true;
    }
    if matches!(answer, Answer::Start | Answer::OptIn) {
        return says(Code::Revoked) || !state.stands_open(program);
    }
    let pending = state.program(program).and_then(|held| held.pending.as_ref());
    pending.is_none_or(|pending| {
        // Of a code that was texted only the last is good.
        let replaced = pending.texted == Some(true) && pending.asked_ms != Some(asked.timestamp_millis());
        // Whoever agrees anew after a STOP is asked anew.
        let revoked = state.revocations.iter().any(|stop| stop.acted_ms >= pending.grant.acted_ms);
        !pending.takes(at.timestamp_millis()) || replaced || says(Code::Revoked) && revoked
    })
}

/// Too little of the window is left: the message waits for the next one.
fn closing(
    policy: &Policy,
    facts: Facts<'_>,
    request: Request<'_>,
    closes: Option<DateTime<Utc>>,
) -> Decision {
    let after = closes.map(|closes| policy.decide(facts, request, closes).verdict);
    let until = match after {
        Some(Verdict::Defer { until }) => until,
        Some(Verdict::Allow { .. }) => closes,
        Some(Verdict::Deny) | None => None,
    };
    Decision { verdict: Verdict::Defer { until }, ..policy.refusing(Code::WindowClosing) }
}

/// What binds a permit, and what is needed to run a lost race again.
struct Terms {
    permit: Permit,
    program: Name,
    source: Name,
    step: u32,
    category: Option<Name>,
    subject: Option<Name>,
    until: Option<DateTime<Utc>>,
    answers: Option<(Answer, DateTime<Utc>)>,
    queued: bool,
    repeats: bool,
}

fn stage(
    book: &Book,
    policy: &Policy,
    draft: Box<Draft>,
    not_after: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<(Person, Terms), ReserveError> {
    let Draft { mut person, message, program, source, step, kind, category, subject, sender, body, .. } =
        *draft;
    let number = book.number(&person)?;
    let started = Started {
        message,
        program: program.clone(),
        source: source.clone(),
        step,
        kind,
        category: category.clone(),
        subject: subject.clone(),
        sender: sender.clone(),
        body: crate::id::Hash(body.digest()),
        segments: body.segments(Counting::Standard).segments,
        rulebook: policy.rulebook.version().to_owned(),
        tz: policy.zones.version().to_owned(),
        strict: policy.posture == crate::law::Posture::Strict,
        local: person.whereabouts.as_ref().map(|w| local_times(policy, w, at)).unwrap_or_default(),
        counts: person
            .whereabouts
            .as_ref()
            .map(|w| {
                policy.counts(
                    Facts { whereabouts: w, state: &person.state },
                    Request {
                        program: &program,
                        kind,
                        category: category.as_ref(),
                        subject: subject.as_ref(),
                        sender: Some(&sender),
                    },
                    at,
                )
            })
            .unwrap_or_default(),
        not_after_ms: not_after.timestamp_millis(),
        answer: draft.answers.map(|(answer, _)| answer),
        mark: crate::message::mark(body.as_str()),
    };
    person.stage(at.timestamp_millis(), started, &[])?;
    if draft.queued {
        person.change_outbox(OutboxChange::Start(message));
    }
    // A clock that is set back under way would put marketing before its hours.
    let not_before = match kind {
        Kind::Marketing => at - TimeDelta::milliseconds(CLOCK_BEHIND_MS),
        _ => DateTime::<Utc>::MIN_UTC,
    };
    let recipient = person.recipient;
    let permit = Permit { message, recipient, number, body, sender, kind, not_before, not_after };
    let (until, answers, queued, repeats) = (draft.until, draft.answers, draft.queued, draft.repeats);
    Ok((person, Terms { permit, program, source, step, category, subject, until, answers, queued, repeats }))
}

fn local_times(policy: &Policy, whereabouts: &Whereabouts, at: DateTime<Utc>) -> Vec<(String, u16)> {
    let minute = |local: i64| u16::try_from(local.rem_euclid(86_400) / 60).unwrap_or(0);
    whereabouts
        .zones()
        .iter()
        .filter_map(|zone| {
            policy.zones.local(*zone, at.timestamp()).map(|local| (zone.name().to_owned(), minute(local)))
        })
        .collect()
}

/// Takes the permit apart again and reads the person afresh.
async fn again(book: &Book, terms: Terms) -> Result<Option<Draft>, ReserveError> {
    let Permit { message, recipient, body, sender, kind, .. } = terms.permit;
    Ok(book.person(recipient).await?.map(|person| Draft {
        person,
        message,
        program: terms.program,
        source: terms.source,
        step: terms.step,
        kind,
        category: terms.category,
        subject: terms.subject,
        sender,
        body,
        until: terms.until,
        answers: terms.answers,
        queued: terms.queued,
        repeats: terms.repeats,
    }))
}

fn raced(policy: &Policy, at: DateTime<Utc>) -> Decision {
    let until = Some(at + TimeDelta::seconds(1));
    Decision { verdict: Verdict::Defer { until }, ..policy.refusing(Code::Contended) }
}

/// Reserving failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReserveError {
    /// The ledger failed.
    #[error(transparent)]
    Book(#[from] BookError),
}
