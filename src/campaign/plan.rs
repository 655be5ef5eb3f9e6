use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{
    Audience, Campaign, CampaignError,
    backlog::{Backlog, Histogram},
};
use crate::{
    consent::State,
    content::{Finding, Lint, Said, Severity},
    id::{Hash, MessageId, Name},
    ledger::{Book, BookError, Person},
    message::{Body, CheckedTemplate, Counting, RenderError, Values},
    phone::{Country, PhoneNumber},
    place::Whereabouts,
    policy::{Code, Decision, Facts, Policy, Reason, Request, Verdict},
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
    /// Instant for which it was made.
    pub at: DateTime<Utc>,
    /// People who get it at once.
    pub now: u64,
    /// People who are held until later.
    pub held: u64,
    /// People who do not get it, by reason: a [`Code`], `no_text` or `twice`.
    pub refused: BTreeMap<&'static str, u64>,
    /// Segments in all.
    pub segments: u64,
    /// The most segments that one message can take.
    pub worst_case_segments: u32,
    /// Whether it fits, by sender.
    pub backlog: Vec<Backlog>,
    /// What is missing or wrong in the text, by country.
    pub findings: Vec<(Country, Finding)>,
    /// Digest of campaign, audience, rule book and zone data.
    pub digest: Hash,
    /// The rule book it was made under.
    pub rulebook: String,
    /// The zone data it was made under.
    pub tz: String,
}

impl Plan {
    /// People who do not get it.
    #[must_use]
    pub fn refusals(&self) -> u64 {
        self.refused.values().sum()
    }

    /// Approves it in somebody's name.
    ///
    /// # Errors
    /// An error-level finding stands: mend the text and plan again.
    pub fn approve(self, by: impl Into<String>) -> Result<Approved, ApproveError> {
        let standing = self.findings.iter().find(|(_, finding)| finding.severity == Severity::Error);
        match standing {
            Some((country, finding)) => Err(ApproveError { country: *country, finding: finding.clone() }),
            None => Ok(Approved { plan: self, by: by.into() }),
        }
    }
}

/// `412 now · 61 held · 27 refused · 530 segments`
impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { now, held, segments, .. } = self;
        write!(f, "{now} now · {held} held · {} refused · {segments} segments", self.refusals())
    }
}

/// A plan with a name under it: the only thing that launches.
#[derive(Debug)]
pub struct Approved {
    pub(crate) plan: Plan,
    pub(crate) by: String,
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
    /// Who.
    pub number: PhoneNumber,
    /// What is foreseen.
    pub fate: Fate,
}

/// Walks an audience and says for everyone what would happen.
pub(crate) struct Planner<'a> {
    pub(crate) book: &'a Book,
    pub(crate) policy: &'a Policy,
    pub(crate) lint: &'a Lint,
    pub(crate) program: &'a Program,
    pub(crate) campaign: &'a Campaign,
    template: CheckedTemplate,
    /// The program's first sender: a program without any is refused.
    fallback: Sender,
    audience: &'a Audience,
    starts: DateTime<Utc>,
    ends: DateTime<Utc>,
    footers: BTreeMap<Option<Country>, String>,
    seen: HashSet<u64>,
    /// Launching seals values, so it needs people's keys; planning does not.
    pub(crate) unlock: bool,
}

/// A row with what launching needs of it.
pub(crate) struct Walked {
    pub(crate) number: PhoneNumber,
    pub(crate) fate: Fate,
    pub(crate) person: Option<Person>,
    pub(crate) body: Option<Body>,
    pub(crate) sender: Sender,
    pub(crate) closes: DateTime<Utc>,
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
        let fallback = program.senders().first().cloned();
        let fallback = fallback.ok_or_else(|| CampaignError::NoSender(program.name().clone()))?;
        let template = campaign.template.as_ref().ok_or(CampaignError::NoText)?.check(&campaign.tags)?;
        let audience = campaign.audience.as_ref().ok_or(CampaignError::NoAudience)?;
        let window = campaign.window.clone().filter(|window| at < window.end && !window.is_empty());
        let window = window.ok_or(CampaignError::NoWindow)?;
        Ok(Self {
            book,
            policy,
            lint,
            program,
            campaign,
            template,
            fallback,
            audience,
            starts: window.start.max(at),
            ends: window.end,
            footers: BTreeMap::new(),
            seen: HashSet::new(),
            unlock: false,
        })
    }

    pub(crate) fn rows(&self) -> Box<dyn Iterator<Item = (PhoneNumber, Values)> + Send> {
        self.audience.rows()
    }

    /// What would happen to one row, judged at the moment at which the campaign could first reach it.
    pub(crate) async fn walk(&mut self, number: PhoneNumber, values: &Values) -> Result<Walked, BookError> {
        let person = if self.unlock { self.book.find(number).await? } else { self.book.look(number).await? };
        let blank = State::default();
        let by_number;
        let whereabouts = match person.as_ref().and_then(|person| person.whereabouts.as_ref()) {
            Some(whereabouts) => whereabouts,
            None => {
                by_number = Whereabouts::of(number);
                &by_number
            }
        };
        let country = whereabouts.places().first().map(|place| place.country());
        let sender = self.program.sender_for(country).unwrap_or(&self.fallback).clone();
        let state = person.as_ref().map_or(&blank, |person| &person.state);
        let request = Request {
            program: &self.campaign.program,
            kind: self.campaign.kind,
            category: self.campaign.category.as_ref(),
            subject: self.campaign.subject.as_ref(),
            sender: Some(sender.id()),
        };
        let decision = self.policy.decide(Facts { whereabouts, state }, request, self.starts);
        let (fate, closes) = self.fate(decision);
        let mut walked = Walked { number, fate, body: None, sender, closes, person: None };
        if !self.seen.insert(number.digits()) {
            walked.fate = Fate::Twice;
        } else if matches!(walked.fate, Fate::Send(_) | Fate::Hold(..)) {
            match self.body(values, country, &walked.sender) {
                Ok(body) => walked.body = Some(body),
                Err(error) => walked.fate = Fate::NoText(error),
            }
        }
        walked.person = person;
        Ok(walked)
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

    fn body(
        &mut self,
        values: &Values,
        country: Option<Country>,
        sender: &Sender,
    ) -> Result<Body, RenderError> {
        let body = self.template.render(values)?;
        if !self.footers.contains_key(&country) {
            let text = self.template.source().to_owned();
            let footer = self.said(&text, country, sender, |said| self.lint.footer(said).ok().flatten());
            self.footers.insert(country, footer.map(|footer| footer.suffix()).unwrap_or_default());
        }
        match self.footers.get(&country).filter(|footer| !footer.is_empty()) {
            Some(footer) => Ok(Body::new(format!("{}{footer}", body.as_str()))?),
            None => Ok(body),
        }
    }

    fn said<T>(
        &self,
        text: &str,
        country: Option<Country>,
        sender: &Sender,
        ask: impl Fn(&Said<'_>) -> T,
    ) -> T {
        let country = country.unwrap_or(sender.country());
        let said = Said::new(text, self.campaign.kind, country, sender.kind(), self.program.brand())
            .language(self.program.language_code());
        match sender.stop_code() {
            Some(code) => ask(&said.stop_code(code.as_str())),
            None => ask(&said),
        }
    }

    /// Walks everyone and counts.
    pub(crate) async fn plan(
        mut self,
        at: DateTime<Utc>,
        mut each: impl FnMut(Planned),
    ) -> Result<Plan, BookError> {
        let (mut now, mut held, mut segments) = (0, 0, 0);
        let mut refused: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut backlog = Histogram::default();
        let mut digest = self.inputs();
        let mut senders: BTreeMap<Option<Country>, Sender> = BTreeMap::new();
        for (number, values) in self.rows() {
            digest.update(number.digits().to_be_bytes());
            let walked = self.walk(number, &values).await?;
            if let Some(body) = &walked.body {
                digest.update(body.digest());
                segments += u64::from(body.segments(Counting::Standard).segments);
                let country = walked.country();
                senders.entry(country).or_insert_with(|| walked.sender.clone());
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
                let sender = &walked.sender;
                backlog.add(
                    sender.id(),
                    sender.per_second().get(),
                    release.timestamp(),
                    walked.closes.timestamp(),
                );
            }
            each(Planned { number, fate: walked.fate });
        }
        let findings = self.findings(&senders);
        let longest = self.footers.values().max_by_key(|footer| footer.len()).cloned().unwrap_or_default();
        Ok(Plan {
            at,
            now,
            held,
            refused,
            segments,
            worst_case_segments: self.template.worst_case(&longest, Counting::Standard).segments,
            backlog: backlog.play(),
            findings,
            digest: Hash(digest.finalize().into()),
            rulebook: self.policy.rulebook.version().to_owned(),
            tz: self.policy.zones.version().to_owned(),
            campaign: self.campaign.clone(),
        })
    }

    fn findings(&self, senders: &BTreeMap<Option<Country>, Sender>) -> Vec<(Country, Finding)> {
        let mut all = Vec::new();
        for (country, sender) in senders {
            let footer = self.footers.get(country).map_or("", String::as_str);
            let text = format!("{}{footer}", self.template.source());
            let found = self.said(&text, *country, sender, |said| self.lint.check(said));
            all.extend(found.into_iter().map(|finding| (country.unwrap_or(sender.country()), finding)));
        }
        all
    }

    fn inputs(&self) -> Sha256 {
        let campaign = self.campaign;
        let mut digest = Sha256::new();
        let window = format!("{} {}", self.starts.timestamp_millis(), self.ends.timestamp_millis());
        let name = |name: &Option<Name>| name.as_ref().map_or(String::new(), Name::to_string);
        for part in [
            campaign.name.as_str(),
            campaign.program.as_str(),
            campaign.kind.code(),
            &name(&campaign.category),
            &name(&campaign.subject),
            self.template.source(),
            &window,
            self.policy.rulebook.version(),
            self.policy.zones.version(),
        ] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest
    }
}

impl Walked {
    pub(crate) fn country(&self) -> Option<Country> {
        let whereabouts = self.person.as_ref().and_then(|person| person.whereabouts.as_ref());
        let place = |whereabouts: &Whereabouts| whereabouts.places().first().map(|place| place.country());
        whereabouts.map_or_else(|| place(&Whereabouts::of(self.number)), place)
    }

    pub(crate) fn message(&self, campaign: &Campaign) -> Option<MessageId> {
        let person = self.person.as_ref()?;
        Some(MessageId::derive(&campaign.program, &campaign.name, person.recipient, 0))
    }
}
