use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{
    Audience, Campaign, CampaignError, Source,
    backlog::{Backlog, Histogram},
    links::{TrackedLink, shorten},
    schedule,
    slots::Slots,
    wording::{Reader, Wording},
};
use crate::{
    consent::State,
    content::{Finding, Lint, Severity},
    id::{Hash, MessageId, Name, NameError, RecipientId},
    ledger::{BacklogCell, Book, BookError, PEOPLE, Person},
    message::{Body, Counting, Dear, Kind, Kinds, RenderError, Segments, Values, dear as dear_in},
    phone::{Country, PhoneNumber},
    place::Whereabouts,
    policy::{Code, Decision, Facts, Memo, Policy, Reason, Request, Verdict},
    program::{Program, Sender},
};

/// What a plan foresees for one person.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// Goes out at this instant, the campaign's own start or later.
    Send(DateTime<Utc>),
    /// Held until then.
    Hold(DateTime<Utc>, Decision),
    /// Not sent.
    Refuse(Decision),
    /// No text could be made for this person.
    NoText(RenderError),
    /// Named before in the same audience.
    Twice,
}

/// A plan: counts, cost, findings, and whether it fits. Its rows are computed again when it is launched.
#[derive(Debug)]
pub struct Plan {
    pub(crate) campaign: Campaign,
    pub(crate) found: Found,
    /// Instant for which it was made.
    pub at: DateTime<Utc>,
    /// People who get it at once.
    pub now: u64,
    /// People who are held until later.
    pub held: u64,
    /// Of those who are held: for whom there is no room before their first window closes.
    pub moved: u64,
    /// People who do not get it, by reason: a [`Code`], `no_text` or `twice`.
    pub refused: BTreeMap<&'static str, u64>,
    /// Segments in all.
    pub segments: u64,
    /// The most segments that one message can take.
    pub worst_case_segments: u32,
    /// Whether it fits, by sender.
    pub backlog: Vec<Backlog>,
    /// What the message is called and what its text reads as; the stricter was planned for, unless somebody
    /// [vouched](crate::danger::as_declared).
    pub kinds: Kinds,
    /// What was added behind the text, by country.
    pub footers: Vec<(Country, String)>,
    /// What the first people of the audience will read, those of a new country first.
    pub samples: Vec<Sample>,
    /// The character that makes the text dear, and the segments it costs over the whole audience.
    pub dear: Option<(Dear, u64)>,
    /// What is missing or wrong in the text, by country.
    pub findings: Vec<(Country, Finding)>,
    /// Digest of campaign with all its settings, audience with its texts, rule book and zone data.
    pub digest: Hash,
    /// The rule book it was made under.
    pub rulebook: String,
    /// The zone data it was made under.
    pub tz: String,
}

/// What an approval stands on. The plan shows the same in fields that anybody may change.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) findings: Vec<(Country, Finding)>,
    pub(crate) digest: Hash,
    pub(crate) rulebook: String,
    pub(crate) tz: String,
}

impl Found {
    fn errors(&self) -> impl Iterator<Item = &(Country, Finding)> {
        self.findings.iter().filter(|(_, finding)| finding.severity == Severity::Error)
    }
}

impl Plan {
    /// People who do not get it.
    #[must_use]
    pub fn refusals(&self) -> u64 {
        self.refused.values().sum()
    }

    /// People who get nothing until a register was asked about them: scrub, then plan again.
    #[must_use]
    pub fn unscrubbed(&self) -> u64 {
        self.refused.get(Code::RegisterStale.code()).copied().unwrap_or_default()
    }

    /// Approves it in somebody's name.
    ///
    /// # Errors
    /// An error-level finding stands: mend the text and plan again.
    pub fn approve(self, by: impl Into<String>) -> Result<Approved, ApproveError> {
        let standing = self.found.errors().next().cloned();
        match standing {
            Some((country, finding)) => Err(ApproveError { country, finding }),
            None => Ok(Approved { plan: self, by: by.into(), despite: None }),
        }
    }

    /// Approves it whatever stands, for a reason that goes on record.
    pub(crate) fn approve_despite(self, by: String, reason: String) -> Approved {
        let mut codes: Vec<_> = self.found.errors().map(|(_, finding)| finding.code.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        let what = format!("findings of {}: {}", self.campaign.name, codes.join(", "));
        Approved { plan: self, by, despite: Some((what, reason)) }
    }
}

/// `412 now · 61 held · 27 refused · 530 segments`
impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { now, held, segments, .. } = self;
        write!(f, "{now} now · {held} held · {} refused · {segments} segments", self.refusals())
    }
}

/// What somebody will read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Where that person is, as far as is known.
    pub country: Option<Country>,
    /// The sender that shows.
    pub sender: Name,
    /// The final text.
    pub body: Body,
    /// What it costs.
    pub segments: Segments,
}

impl Sample {
    /// A text as this sender's reader will see it, wherever that is.
    ///
    /// # Errors
    /// The sender is no [`Name`].
    pub fn new(sender: &str, body: Body) -> Result<Self, NameError> {
        let segments = body.segments(Counting::Standard);
        Ok(Self { country: None, sender: Name::new(sender)?, body, segments })
    }
}

/// Samples that a plan keeps.
const SAMPLES: usize = 6;

/// A plan with a name under it: the only thing that launches.
#[derive(Debug)]
pub struct Approved {
    pub(crate) plan: Plan,
    pub(crate) by: String,
    /// Which findings were stepped around, and why.
    pub(crate) despite: Option<(String, String)>,
}

/// A plan that cannot be approved while this stands.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("in {country}: {} ({}); {}", .finding.code, .finding.citation, .finding.fix.as_deref().map_or("mend the text".to_owned(), |fix| format!("write `{fix}`")))]
pub struct ApproveError {
    /// For people of this country.
    pub country: Country,
    /// What stands.
    pub finding: Finding,
}

/// One row of a plan.
#[derive(Debug)]
pub struct Planned {
    /// Who; `None` where the audience is the ledger's own, whose numbers are sealed.
    pub number: Option<PhoneNumber>,
    /// What is foreseen.
    pub fate: Fate,
}

/// Walks an audience and says for everyone what would happen.
pub(crate) struct Planner<'a> {
    pub(crate) book: &'a Book,
    pub(crate) policy: &'a Policy,
    pub(crate) program: &'a Program,
    pub(crate) campaign: &'a Campaign,
    wording: Wording<'a>,
    kinds: Kinds,
    /// What stands before the token of a short link, if links are tracked.
    links: Option<&'a str>,
    /// The program's first sender: a program without any is refused.
    fallback: &'a Sender,
    audience: &'a Audience,
    starts: DateTime<Utc>,
    ends: DateTime<Utc>,
    /// The state of somebody whom the ledger does not know.
    nobody: State,
    seen: HashSet<u64>,
    slots: Slots,
    memo: Memo<'a>,
    /// How much earlier than a window a hand-over must end.
    pub(crate) margin: TimeDelta,
    /// Launching seals values, so it needs people's keys; planning does not.
    pub(crate) unlock: bool,
}

/// A row with what launching needs of it.
pub(crate) struct Walked<'a> {
    pub(crate) number: Option<PhoneNumber>,
    pub(crate) values: Values,
    pub(crate) fate: Fate,
    pub(crate) person: Option<Person>,
    /// The text and its segments.
    pub(crate) body: Option<(Body, u32)>,
    /// Where its short links lead.
    pub(crate) links: Vec<TrackedLink>,
    pub(crate) sender: &'a Sender,
    pub(crate) country: Option<Country>,
    /// When its turn is expected, at the sender's throughput.
    pub(crate) due: DateTime<Utc>,
    pub(crate) closes: DateTime<Utc>,
    /// It would not have fitted before its first window closes.
    pub(crate) moved: bool,
}

/// Where a walk through an audience stands.
pub(crate) enum Pages {
    /// The host's rows that are left.
    Rows(Box<dyn Iterator<Item = (PhoneNumber, Values)> + Send>),
    /// The last person of the ledger that was seen.
    Everyone(Option<RecipientId>),
}

/// One row of an audience with the person behind it, if the ledger knows one.
pub(crate) struct Member {
    number: Option<PhoneNumber>,
    values: Values,
    person: Option<Person>,
}

impl<'a> Planner<'a> {
    pub(crate) fn new(
        book: &'a Book,
        policy: &'a Policy,
        lint: &'a Lint,
        programs: &'a [Program],
        campaign: &'a Campaign,
        at: DateTime<Utc>,
    ) -> Result<Self, CampaignError> {
        let program = programs
            .iter()
            .find(|program| *program.name() == campaign.program)
            .ok_or_else(|| CampaignError::NoProgram(campaign.program.clone()))?;
        let fallback = program.senders().first();
        let fallback = fallback.ok_or_else(|| CampaignError::NoSender(program.name().clone()))?;
        if campaign.kind == Kind::Marketing && campaign.repeats.is_some() {
            return Err(CampaignError::MarketingRepeats);
        }
        let texts = campaign.texts(program.language_code())?;
        let kinds = campaign.kinds.unwrap_or(Kinds { declared: campaign.kind, found: None });
        let audience = campaign.audience.as_ref().ok_or(CampaignError::NoAudience)?;
        let message = Request {
            program: &campaign.program,
            kind: campaign.kind,
            category: campaign.category.as_ref(),
            subject: campaign.subject.as_ref(),
            sender: None,
        };
        let window = campaign.window.clone().filter(|window| at < window.end && !window.is_empty());
        let window = window.ok_or(CampaignError::NoWindow)?;
        Ok(Self {
            book,
            policy,
            program,
            campaign,
            wording: Wording::new(lint, program, campaign.kind, texts)
                .called(kinds.declared, campaign.vouched.is_some())
                .smart(campaign.smart)
                .ending(campaign.ending),
            links: None,
            kinds,
            fallback,
            audience,
            starts: window.start.max(at),
            ends: window.end,
            nobody: State::default(),
            seen: HashSet::new(),
            slots: Slots::default(),
            memo: Memo::new(policy, message),
            margin: TimeDelta::zero(),
            unlock: false,
        })
    }

    /// Takes into account what waits for the same senders, this campaign's own rows left out: they are walked again.
    pub(crate) fn after(mut self, backlog: &[BacklogCell]) -> Self {
        let others: Vec<_> = backlog.iter().filter(|cell| cell.job != self.campaign.name).cloned().collect();
        let rate = |name: &Name| {
            let sender = self.program.senders().iter().find(|sender| sender.id() == name);
            sender.map_or(1, |sender| sender.per_second().get()).saturating_mul(60)
        };
        self.slots = Slots::after(&others, rate);
        self
    }

    /// Makes links short behind this base, if the campaign tracks them.
    pub(crate) fn linking(mut self, base: Option<&'a str>) -> Result<Self, CampaignError> {
        self.links = base.filter(|_| self.campaign.tracks);
        if self.campaign.tracks && self.links.is_none() { Err(CampaignError::NoLinks) } else { Ok(self) }
    }

    /// The first page of the audience.
    pub(crate) fn pages(&self) -> Pages {
        match self.audience.source() {
            Source::Rows(rows) => Pages::Rows(rows()),
            Source::Everyone => Pages::Everyone(None),
        }
    }

    /// The next rows, each with the person behind it; empty at the end.
    pub(crate) async fn page(&self, pages: &mut Pages) -> Result<Vec<Member>, BookError> {
        match pages {
            Pages::Rows(rows) => {
                let rows: Vec<_> = rows.take(PEOPLE).collect();
                let numbers: Vec<_> = rows.iter().map(|(number, _)| *number).collect();
                let people = self.book.find_all(&numbers, self.unlock).await?;
                let member = |((number, values), person)| Member { number: Some(number), values, person };
                Ok(rows.into_iter().zip(people).map(member).collect())
            }
            Pages::Everyone(after) => loop {
                let people = self.book.page(*after, self.unlock).await?;
                let Some(last) = people.last() else { return Ok(Vec::new()) };
                *after = Some(last.recipient);
                let mut members = Vec::with_capacity(people.len());
                let known = people.into_iter().filter(|p| p.state.program(&self.campaign.program).is_some());
                members.extend(known.map(|person| Member {
                    number: None,
                    values: Values::new(),
                    person: Some(person),
                }));
                if !members.is_empty() {
                    return Ok(members);
                }
            },
        }
    }

    /// What would happen to one row, judged at the moment at which the campaign could first reach it.
    pub(crate) fn walk(&mut self, member: Member) -> Walked<'a> {
        let Member { number, values, person } = member;
        let by_number;
        let whereabouts = match (person.as_ref().and_then(|person| person.whereabouts.as_deref()), number) {
            (Some(whereabouts), _) => Some(whereabouts),
            (None, Some(number)) => {
                by_number = Whereabouts::of(number);
                Some(&by_number)
            }
            (None, None) => None,
        };
        let country = whereabouts.and_then(|w| w.places().first()).map(|place| place.country());
        let sender = self.program.sender_for(country).unwrap_or(self.fallback);
        let state = person.as_ref().map_or(&self.nobody, |person| &person.state);
        let decision = match whereabouts {
            Some(whereabouts) => {
                self.memo.decide(Facts { whereabouts, state }, Some(sender.id()), self.starts)
            }
            None => self.policy.refusing(Code::PlaceUnknown),
        };
        let (mut fate, mut closes) = self.fate(decision);
        let (mut body, mut links) = (None, Vec::new());
        if number.is_some_and(|number| !self.seen.insert(number.digits())) {
            fate = Fate::Twice;
        } else if matches!(fate, Fate::Send(_) | Fate::Hold(..)) {
            let reader = Reader::of(self.program, &values, country, state, self.ends);
            let message = person.as_ref().map(|person| self.message(person.recipient));
            let short = self
                .links
                .map(|base| shorten(base, &values, self.wording.links(), message, &self.campaign.name));
            let (shown, made) = short.map_or((None, Vec::new()), |(shown, links)| (Some(shown), links));
            links = made;
            let judged = self.wording.judge_links(&values);
            match judged.and_then(|()| self.wording.body(shown.as_ref().unwrap_or(&values), &reader, sender))
            {
                Ok(made) => body = Some(made),
                Err(error) => fate = Fate::NoText(error),
            }
        }
        let (mut due, mut moved) = (self.starts, false);
        if let (Some(_), Some(whereabouts)) = (&body, whereabouts) {
            let facts = Facts { whereabouts, state: person.as_ref().map_or(&self.nobody, |p| &p.state) };
            let place = schedule::place(
                &mut self.slots,
                &mut self.memo,
                &schedule::Terms {
                    facts,
                    kind: self.campaign.kind,
                    sender,
                    margin: self.margin,
                    ends: self.ends,
                },
                fate,
                closes,
            );
            (fate, due, closes, moved) = (place.fate, place.due, place.closes, place.moved);
        }
        if let Fate::Hold(_, decision) | Fate::Refuse(decision) = &mut fate {
            decision.kinds = Some(self.kinds);
        }
        Walked { number, values, fate, person, body, links, sender, country, due, closes, moved }
    }

    fn message(&self, recipient: RecipientId) -> MessageId {
        MessageId::derive(&self.campaign.program, &self.campaign.name, recipient, 0)
    }

    /// Whether nothing stands for those who were walked that did not stand when it was approved.
    pub(crate) fn stands(&self, approved: &Found) -> Result<(), ApproveError> {
        let known =
            |new: &Finding| approved.errors().any(|(_, old)| old.code == new.code && old.rule == new.rule);
        let errors = self.wording.findings().into_iter();
        let new = errors.filter(|(_, f)| f.severity == Severity::Error).find(|(_, f)| !known(f));
        new.map_or(Ok(()), |(country, finding)| Err(ApproveError { country, finding }))
    }

    /// A decision at the campaign's start, as a fate within the campaign's window.
    fn fate(&self, decision: Decision) -> (Fate, DateTime<Utc>) {
        match decision.verdict {
            Verdict::Allow { not_after } => {
                let closes = not_after.map_or(self.ends, |not_after| not_after.min(self.ends));
                (Fate::Send(self.starts), closes)
            }
            Verdict::Defer { until: Some(until) } if until < self.ends => {
                (Fate::Hold(until, decision), self.ends)
            }
            Verdict::Defer { until: Some(_) } => {
                let mut reasons = decision.reasons;
                reasons.insert(0, Reason::bare(Code::CampaignOver));
                (Fate::Refuse(Decision { verdict: Verdict::Deny, reasons, ..decision }), self.ends)
            }
            Verdict::Defer { until: None } | Verdict::Deny => (Fate::Refuse(decision), self.ends),
        }
    }

    /// Walks everyone and counts.
    pub(crate) async fn plan(
        mut self,
        at: DateTime<Utc>,
        mut each: impl FnMut(Planned),
    ) -> Result<Plan, BookError> {
        let (mut now, mut held, mut moved, mut segments) = (0, 0, 0, 0);
        let mut refused: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut backlog = Histogram::default();
        let mut digest = self.inputs();
        let mut countries = BTreeSet::new();
        let (mut samples, mut rest) = (Vec::new(), Vec::new());
        let (mut dear, mut wasted) = (None, 0);
        let mut pages = self.pages();
        loop {
            let page = self.page(&mut pages).await?;
            if page.is_empty() {
                break;
            }
            for member in page {
                let walked = self.walk(member);
                let who = walked.person.as_ref().map(|person| person.recipient);
                digest.update(walked.number.map_or(0, |number| number.digits()).to_be_bytes());
                digest.update(who.unwrap_or(RecipientId::HOUSE).0);
                moved += u64::from(walked.moved);
                if let Some((body, counted)) = &walked.body {
                    digest.update((body.as_str().len() as u64).to_be_bytes());
                    digest.update(body.as_str());
                    segments += u64::from(*counted);
                    let is_first = countries.insert(walked.country);
                    let kept = if is_first { &mut samples } else { &mut rest };
                    if kept.len() < SAMPLES {
                        kept.push(Sample {
                            country: walked.country,
                            sender: walked.sender.id().clone(),
                            body: body.clone(),
                            segments: body.segments(Counting::Standard),
                        });
                    }
                    if let Some(found) = dear_in(body.as_str(), Counting::Standard) {
                        wasted += u64::from(found.segments - found.without);
                        dear.get_or_insert(found);
                    }
                }
                let release = match &walked.fate {
                    Fate::Send(when) => {
                        now += 1;
                        Some(*when)
                    }
                    Fate::Hold(until, _) => {
                        held += 1;
                        Some(*until)
                    }
                    Fate::Refuse(decision) => {
                        let code = decision.reasons.first().map_or("unknown", |reason| reason.code.code());
                        *refused.entry(code).or_default() += 1;
                        None
                    }
                    Fate::NoText(_) => {
                        *refused.entry("no_text").or_default() += 1;
                        None
                    }
                    Fate::Twice => {
                        *refused.entry("twice").or_default() += 1;
                        None
                    }
                };
                if let Some(release) = release {
                    let sender = walked.sender;
                    backlog.add(
                        sender.id(),
                        sender.per_second().get(),
                        release.timestamp(),
                        walked.closes.timestamp(),
                        1,
                    );
                }
                each(Planned { number: walked.number, fate: walked.fate });
            }
        }
        // A text that nobody would get today is judged too: somebody may tomorrow.
        self.wording.make_all(self.fallback);
        let findings = self.wording.findings();
        samples.append(&mut rest);
        samples.truncate(SAMPLES);
        let worst_case_segments = self.wording.worst_case();
        let (digest, rulebook) = (Hash(digest.finalize().into()), self.policy.rulebook.version().to_owned());
        let tz = self.policy.zones.version().to_owned();
        Ok(Plan {
            found: Found { findings: findings.clone(), digest, rulebook: rulebook.clone(), tz: tz.clone() },
            at,
            now,
            held,
            moved,
            refused,
            segments,
            worst_case_segments,
            backlog: backlog.play(),
            kinds: self.kinds,
            footers: self.wording.footers(),
            samples,
            dear: dear.map(|dear| (dear, wasted)),
            findings,
            digest,
            rulebook,
            tz,
            campaign: self.campaign.clone(),
        })
    }

    /// All that decides what is sent beside the people themselves.
    fn inputs(&self) -> Sha256 {
        let campaign = self.campaign;
        let asked = (campaign.tags.rows(), campaign.weight.get(), campaign.tracks, campaign.ending);
        let mut settings = Vec::new();
        // Writing to memory does not fail.
        let _ = minicbor::encode((campaign.job(), asked), &mut settings);
        let window = format!("{} {}", self.starts.timestamp_millis(), self.ends.timestamp_millis());
        let mut digest = Sha256::new();
        for part in [
            settings.as_slice(),
            self.kinds.declared.code().as_bytes(),
            self.kinds.found.map_or("", Kind::code).as_bytes(),
            campaign.vouched.as_ref().map_or("", |(reason, _)| reason).as_bytes(),
            campaign.repeats.as_deref().unwrap_or("").as_bytes(),
            self.wording.source().as_bytes(),
            window.as_bytes(),
            self.policy.rulebook.version().as_bytes(),
            self.policy.zones.version().as_bytes(),
        ] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest
    }
}

impl Walked<'_> {
    pub(crate) fn message(&self, campaign: &Campaign) -> Option<MessageId> {
        let person = self.person.as_ref()?;
        Some(MessageId::derive(&campaign.program, &campaign.name, person.recipient, 0))
    }
}
