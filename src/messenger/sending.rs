use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use super::Messenger;
use crate::{
    campaign::{
        ApproveError, Approved, Backlog, Campaign, CampaignError, Fate, Job, Payload, Plan, Planned, Planner,
        TrackedLink, forecast,
    },
    consent::{
        Event, State,
        event::{Approved as ApprovedRecord, Danger},
    },
    id::Name,
    ledger::{BookError, Lane, OutboxChange, Queued},
    message::Kind,
    phone::PhoneNumber,
    place::Whereabouts,
    policy::{Decision, Explanation, Facts, Request},
};

/// Rows of a launch that share a commit.
const CHUNK: usize = 256;

/// What a launch queued.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Launched {
    /// Messages that wait in the outbox.
    pub queued: u64,
    /// Rows that the plan refuses.
    pub refused: u64,
    /// Of the queued: moved to a later window, because the first has no room for them.
    pub moved: u64,
}

impl Messenger {
    /// What would be decided about one person now, with nothing written.
    ///
    /// # Errors
    /// The ledger failed.
    pub async fn decide(
        &self,
        number: PhoneNumber,
        request: Request<'_>,
        at: DateTime<Utc>,
    ) -> Result<Decision, BookError> {
        let person = self.inner.book.find_all(&[number], false).await?.pop().flatten();
        let blank = State::default();
        let state = person.as_ref().map_or(&blank, |person| &person.state);
        let by_number = Whereabouts::of(number);
        let whereabouts =
            person.as_ref().and_then(|person| person.whereabouts.as_deref()).unwrap_or(&by_number);
        Ok(self.policy().decide(Facts { whereabouts, state }, request, at))
    }

    /// The same with every rule that was considered, whether it applied and why.
    ///
    /// # Errors
    /// The ledger failed.
    pub async fn explain(
        &self,
        number: PhoneNumber,
        request: Request<'_>,
        at: DateTime<Utc>,
    ) -> Result<Explanation, BookError> {
        let person = self.inner.book.find_all(&[number], false).await?.pop().flatten();
        let blank = State::default();
        let state = person.as_ref().map_or(&blank, |person| &person.state);
        let by_number = Whereabouts::of(number);
        let whereabouts =
            person.as_ref().and_then(|person| person.whereabouts.as_deref()).unwrap_or(&by_number);
        Ok(self.policy().explanation(Facts { whereabouts, state }, request, at))
    }

    /// Plans a campaign: counts, cost, findings, and whether it fits. Nothing is written.
    ///
    /// # Errors
    /// The campaign cannot be planned, or the ledger failed.
    pub async fn plan(&self, campaign: Campaign) -> Result<Plan, PlanError> {
        self.plan_each(campaign, |_| {}).await
    }

    /// [`plan`](Self::plan), showing each row as it is judged.
    ///
    /// # Errors
    /// The campaign cannot be planned, or the ledger failed.
    pub async fn plan_each(&self, campaign: Campaign, each: impl FnMut(Planned)) -> Result<Plan, PlanError> {
        let at = self.inner.clock.now().ok_or(PlanError::NoClock)?;
        self.knows_guard(&campaign)?;
        let inner = &*self.inner;
        let policy = self.policy();
        let campaign = campaign.read();
        let planner = Planner::new(&inner.book, &policy, &inner.lint, &inner.programs, &campaign, at)?
            .linking(inner.links.as_ref().map(|links| links.base()))?;
        Ok(self.seeded(planner, at).await?.plan(at, each).await?)
    }

    /// Whether everything that waits fits before its windows close, by sender, as of now: a plan's estimate, made
    /// again while it runs.
    ///
    /// # Errors
    /// The ledger failed, or the clock cannot be read.
    pub async fn forecast(&self) -> Result<Vec<Backlog>, PlanError> {
        let at = self.inner.clock.now().ok_or(PlanError::NoClock)?;
        let cells = self.inner.book.ledger().backlog(at.timestamp_millis(), None).await;
        let senders = || self.inner.programs.iter().flat_map(|program| program.senders());
        let rate = |name: &Name| senders().find(|s| s.id() == name).map(|s| s.per_second().get());
        Ok(forecast(&cells.map_err(BookError::from)?, rate))
    }

    /// What waits already takes its time, and the gateway's queue too.
    async fn seeded<'p>(&self, planner: Planner<'p>, at: DateTime<Utc>) -> Result<Planner<'p>, BookError> {
        let backlog = self.inner.book.ledger().backlog(at.timestamp_millis(), None).await?;
        let queue = self.inner.queue.leeway(&self.inner.gateway.capabilities()).queue;
        let mut planner = planner.after(&backlog);
        planner.margin = TimeDelta::from_std(queue).unwrap_or(TimeDelta::MAX);
        Ok(planner)
    }

    fn knows_guard(&self, campaign: &Campaign) -> Result<(), CampaignError> {
        match &campaign.guard {
            Some(name) if !self.inner.guards.iter().any(|(known, _)| known == name) => {
                Err(CampaignError::NoGuard(name.clone()))
            }
            _ => Ok(()),
        }
    }

    /// What waits under a name is judged by what was launched last under it. Of another program or kind, it would be
    /// judged by other people's consent or by other law; in another category or words, by what it does not say.
    async fn keeps_its_name(&self, job: &Job) -> Result<(), LaunchError> {
        let ledger = self.inner.book.ledger();
        let Some(bytes) = ledger.job(job.name.clone()).await.map_err(BookError::from)? else { return Ok(()) };
        let refused = |why: CampaignError| Err(PlanError::from(why).into());
        match minicbor::decode::<Job>(&bytes) {
            Ok(held) if held.program == job.program && held.kind == job.kind => {
                let (waiting, _) = ledger.waiting(Some(job.name.clone())).await.map_err(BookError::from)?;
                if waiting == 0 || held.says_as(job) {
                    return Ok(());
                }
                refused(CampaignError::StillWaits(job.name.clone()))
            }
            _ => refused(CampaignError::NameTaken(job.name.clone())),
        }
    }

    /// Launches what was approved: records the approval, then queues a message for everyone whom the law allows.
    /// Everyone is judged again when the message's turn comes. Launching again after a crash queues what is
    /// missing and repeats nothing.
    ///
    /// # Errors
    /// The campaign is over; its name belongs to one of another program or kind, or to one of other words that still
    /// waits; something stands that was not approved: nothing is written. The ledger failed: launch again.
    pub async fn launch(&self, approved: Approved) -> Result<Launched, LaunchError> {
        self.is_ready().await?;
        let at = self.inner.clock.now().ok_or(PlanError::NoClock)?;
        let inner = &*self.inner;
        let plan = &approved.plan;
        let (campaign, policy) = (&plan.campaign, self.policy());
        let mut planner = Planner::new(&inner.book, &policy, &inner.lint, &inner.programs, campaign, at)
            .and_then(|planner| planner.linking(inner.links.as_ref().map(|links| links.base())))
            .map_err(PlanError::from)?;
        planner = self.seeded(planner, at).await?;
        planner.unlock = true;
        let job = campaign.job().ok_or(PlanError::from(CampaignError::NoWindow))?;
        self.keeps_its_name(&job).await?;
        let (mut launched, mut changes) = (Launched::default(), Vec::with_capacity(CHUNK));
        let mut begun = false;
        let mut links = Vec::new();
        let mut pages = planner.pages();
        loop {
            let page = planner.page(&mut pages).await?;
            if page.is_empty() {
                break;
            }
            for member in page {
                let walked = planner.walk(member);
                let message = walked.message(campaign);
                if !matches!(walked.fate, Fate::Send(_) | Fate::Hold(..)) {
                    launched.refused += 1;
                    continue;
                }
                launched.moved += u64::from(walked.moved);
                let (Some(message), Some(person), Some((body, segments))) =
                    (message, walked.person, walked.body)
                else {
                    launched.refused += 1;
                    continue;
                };
                links.extend(walked.links);
                let payload = Payload { body, values: walked.values }.to_bytes(job.guard.is_some());
                changes.push(OutboxChange::Put(Queued {
                    message,
                    stream: person.recipient,
                    lane: Lane::of(campaign.kind),
                    due_ms: walked.due.timestamp_millis(),
                    closes_ms: walked.closes.timestamp_millis(),
                    sender: walked.sender.id().clone(),
                    segments,
                    job: campaign.name.clone(),
                    payload: person.seal(&message.0, &payload)?,
                }));
                launched.queued += 1;
                if changes.len() == CHUNK {
                    planner.stands(&plan.found)?;
                    if !std::mem::replace(&mut begun, true) {
                        self.begin(&approved, &job, at).await?;
                    }
                    self.keep_links(std::mem::take(&mut links)).await?;
                    inner
                        .book
                        .ledger()
                        .outbox(std::mem::take(&mut changes))
                        .await
                        .map_err(BookError::from)?;
                }
            }
        }
        planner.stands(&plan.found)?;
        if !begun {
            self.begin(&approved, &job, at).await?;
        }
        if !changes.is_empty() {
            self.keep_links(links).await?;
            inner.book.ledger().outbox(changes).await.map_err(BookError::from)?;
        }
        Ok(launched)
    }

    /// What waits is judged by what stands here, so nothing of a launch that is refused may: neither the definition nor
    /// the record of the approval is written before the first messages were found to be what was approved.
    async fn begin(&self, approved: &Approved, job: &Job, at: DateTime<Utc>) -> Result<(), LaunchError> {
        let Approved { plan, by, despite } = approved;
        let (campaign, found) = (&plan.campaign, &plan.found);
        let mut definition = Vec::new();
        // Writing to memory does not fail.
        let _ = minicbor::encode(job, &mut definition);
        let ledger = self.inner.book.ledger();
        ledger
            .put_job(campaign.name.clone(), campaign.weight.get(), definition)
            .await
            .map_err(BookError::from)?;
        let risk = |what: &str, reason: &str| Danger {
            what: what.to_owned(),
            reason: reason.to_owned(),
            rulebook: None,
            campaign: Some(campaign.name.clone()),
        };
        let risks = [
            campaign.repeats.as_ref().map(|reason| risk("at_least_once", reason)),
            campaign.vouched.as_ref().map(|(reason, _)| {
                let found = campaign.kinds.and_then(|kinds| kinds.found).map_or("not read", Kind::code);
                risk(&format!("as_declared {}: {}, reads as {found}", campaign.name, campaign.kind), reason)
            }),
            despite.as_ref().map(|(what, reason)| risk(what, reason)),
        ];
        let record = ApprovedRecord {
            campaign: campaign.name.clone(),
            plan: found.digest,
            by: by.clone(),
            rulebook: found.rulebook.clone(),
            tz: found.tz.clone(),
        };
        let events: Vec<_> = risks.into_iter().flatten().map(Event::from).chain([record.into()]).collect();
        Ok(self.note(at.timestamp_millis(), &events).await?)
    }

    async fn keep_links(&self, links: Vec<TrackedLink>) -> Result<(), LaunchError> {
        match &self.inner.links {
            Some(keeper) if !links.is_empty() => keeper.keep(links).await.map_err(LaunchError::Links),
            _ => Ok(()),
        }
    }
}

/// A campaign could not be planned.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The campaign is not complete.
    #[error(transparent)]
    Campaign(#[from] CampaignError),
    /// The ledger failed.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The clock cannot be read.
    #[error("the clock cannot be read")]
    NoClock,
}

/// A campaign could not be launched.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// It cannot be planned any more.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The ledger failed.
    #[error(transparent)]
    Book(#[from] BookError),
    /// An error-level finding stands for somebody who was not there when it was planned: plan again.
    #[error(transparent)]
    Finding(#[from] ApproveError),
    /// Where short links lead was not kept: launch again.
    #[error("where the short links lead was not kept: {0}")]
    Links(Box<dyn std::error::Error + Send + Sync>),
}
