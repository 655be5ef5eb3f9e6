use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use super::part::{hear, say};

/// Where a worker stands still, once, until it is told to go on.
#[derive(Debug, Default)]
pub(super) struct Hold {
    at: Mutex<Option<String>>,
    talks: AtomicBool,
}

impl Hold {
    pub(super) fn set(&self, point: &str) {
        *self.at.lock().unwrap() = Some(point.to_owned());
    }

    /// From now on, each step is told, and taken when the test says so: a busy machine lets no worker run far ahead of
    /// whoever is to kill it.
    pub(super) fn talk(&self) {
        self.talks.store(true, Ordering::SeqCst);
    }

    pub(super) fn step(&self, what: &str) {
        if self.talks.load(Ordering::SeqCst) {
            say(&format!("step {what}"));
            while hear() != "on" {}
        }
    }

    pub(super) fn pass(&self, point: &str) {
        let mut at = self.at.lock().unwrap();
        if at.as_deref() == Some(point) {
            *at = None;
            say(&format!("held {point}"));
            while hear() != "go" {}
        }
    }
}
