use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{job::Job, trouble::Trouble};

/// What the writer thread waited for.
pub(super) enum Wait {
    Job,
    /// Nothing came.
    Idle,
    /// The ledger closes and all jobs are done.
    Closed,
}

/// What waits for the writer thread. A STOP has its own lane and overtakes.
#[derive(Debug, Default)]
pub(super) struct Queue {
    lanes: Mutex<Lanes>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Lanes {
    stop: VecDeque<Job>,
    normal: VecDeque<Job>,
    closing: bool,
    /// Why nothing is taken any more.
    refuses: Option<Trouble>,
}

impl Queue {
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, job: Job) -> Result<(), Trouble> {
        let mut lanes = self.lanes();
        if let Some(trouble) = &lanes.refuses {
            return Err(trouble.clone());
        }
        if lanes.closing {
            return Err(Trouble::Closed);
        }
        let lane = if job.is_stop() { &mut lanes.stop } else { &mut lanes.normal };
        lane.push_back(job);
        self.changed.notify_one();
        Ok(())
    }

    /// What is left of a job that a commit did not finish: it stays the first of its lane.
    pub(super) fn push_front(&self, job: Job) {
        let mut lanes = self.lanes();
        let lane = if job.is_stop() { &mut lanes.stop } else { &mut lanes.normal };
        lane.push_front(job);
    }

    /// The next job; a STOP first, and nothing else with `only_stop`.
    pub(super) fn pop(&self, only_stop: bool) -> Option<Job> {
        let mut lanes = self.lanes();
        match lanes.stop.pop_front() {
            None if !only_stop => lanes.normal.pop_front(),
            stop => stop,
        }
    }

    pub(super) fn has_stop(&self) -> bool {
        !self.lanes().stop.is_empty()
    }

    /// Waits until there is a job, for at most `patience` if any is given.
    pub(super) fn wait(&self, patience: Option<Duration>) -> Wait {
        let mut lanes = self.lanes();
        loop {
            if !lanes.stop.is_empty() || !lanes.normal.is_empty() {
                return Wait::Job;
            }
            if lanes.closing {
                return Wait::Closed;
            }
            lanes = match patience {
                None => self.changed.wait(lanes).unwrap_or_else(PoisonError::into_inner),
                Some(patience) => {
                    let waited = self.changed.wait_timeout(lanes, patience);
                    let (lanes, waited) = waited.unwrap_or_else(PoisonError::into_inner);
                    if waited.timed_out() && lanes.stop.is_empty() && lanes.normal.is_empty() {
                        return if lanes.closing { Wait::Closed } else { Wait::Idle };
                    }
                    lanes
                }
            };
        }
    }

    /// Lets time pass for others to use the lock; ends early if a STOP comes in that was not there.
    pub(super) fn pause(&self, time: Duration) {
        let lanes = self.lanes();
        let had_stop = !lanes.stop.is_empty();
        let unchanged = |lanes: &mut Lanes| had_stop || lanes.stop.is_empty();
        drop(self.changed.wait_timeout_while(lanes, time, unchanged));
    }

    pub(super) fn close(&self) {
        self.lanes().closing = true;
        self.changed.notify_one();
    }

    /// Why this ledger does nothing any more, if so.
    pub(super) fn refuses(&self) -> Option<Trouble> {
        self.lanes().refuses.clone()
    }

    /// Takes nothing any more, and tells everyone who waits.
    pub(super) fn refuse(&self, trouble: Trouble) {
        let mut lanes = self.lanes();
        lanes.refuses.get_or_insert_with(|| trouble.clone());
        let jobs: Vec<Job> =
            std::mem::take(&mut lanes.stop).into_iter().chain(std::mem::take(&mut lanes.normal)).collect();
        drop(lanes);
        jobs.into_iter().for_each(|job| job.failed(trouble.clone()));
    }
}
