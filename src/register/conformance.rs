//! What any register must do, as a suite that it runs against itself.
//!
//! Whoever writes one gives a [`Maker`] with a number that stands in it and one that does not. Nothing here panics:
//! a register that does not conform gets a [`Failure`] that names the check, without a number.

use std::future::Future;

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{Listing, Presence, Query, Register};
use crate::phone::PhoneNumber;

/// Makes registers for the suite.
pub trait Maker: Sync {
    /// The register under test.
    type Register: Register;

    /// A register in which [`listed`](Self::listed) stands and [`unlisted`](Self::unlisted) does not.
    fn make(&self) -> impl Future<Output = Self::Register> + Send;

    /// A number that stands in it.
    fn listed(&self) -> PhoneNumber;

    /// A number that does not.
    fn unlisted(&self) -> PhoneNumber;

    /// The present: no answer may be of a later date.
    fn now(&self) -> DateTime<Utc>;
}

/// A check that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{check}: {what}")]
pub struct Failure {
    /// Which.
    pub check: &'static str,
    /// What was seen.
    pub what: String,
}

/// Runs the suite.
///
/// # Errors
/// The first check that failed.
pub async fn run<M: Maker>(make: &M) -> Result<(), Failure> {
    let (listed, unlisted) = (Query::new(make.listed()), Query::new(make.unlisted()));
    let register = make.make().await;
    let fail = |check, what: &str| Err(Failure { check, what: what.to_owned() });
    if !ask("nothing_asked_nothing_answered", &register, &[]).await?.is_empty() {
        return fail("nothing_asked_nothing_answered", "it answered");
    }
    let check = "answers_come_in_order";
    for order in [[listed, unlisted], [unlisted, listed]] {
        let told = ask(check, &register, &order).await?;
        let expected: Vec<Presence> = order
            .iter()
            .map(|query| if *query == listed { Presence::Listed } else { Presence::NotListed })
            .collect();
        if told.iter().map(|listing| listing.presence).collect::<Vec<_>>() != expected {
            return fail(check, "the answers are not those of the numbers, one each, in order");
        }
        if told.iter().any(|listing| listing.as_of > make.now()) {
            return fail("no_answer_is_of_a_day_to_come", "one is");
        }
    }
    let check = "the_same_number_twice_is_answered_twice";
    let told = ask(check, &register, &[listed, listed]).await?;
    if told.len() != 2 || told.iter().any(|listing| listing.presence != Presence::Listed) {
        return fail(check, "it is not");
    }
    let check = "a_whole_batch_is_answered";
    let batch: Vec<Query> = (0..Register::batch(&register).clamp(1, 10_000)).map(|_| unlisted).collect();
    if ask(check, &register, &batch).await?.len() != batch.len() {
        return fail(check, "for another number of questions");
    }
    let check = "nothing_that_is_shown_holds_a_number";
    let mut shown = format!("{register:?}");
    for listing in ask(check, &register, &[listed, unlisted]).await? {
        shown.push_str(&listing.provenance.unwrap_or_default());
    }
    if [listed, unlisted].iter().any(|query| shown.contains(&query.number.digits().to_string())) {
        return fail(check, "a number is shown");
    }
    Ok(())
}

async fn ask<R: Register>(
    check: &'static str,
    register: &R,
    queries: &[Query],
) -> Result<Vec<Listing>, Failure> {
    let answer = Register::look_up(register, queries).await;
    answer.map_err(|error| Failure { check, what: error.to_string() })
}
