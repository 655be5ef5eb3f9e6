//! Gateways that are wrong in one way each, and the check that says so.

use std::{
    collections::HashMap,
    fmt,
    future::poll_fn,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    task::Poll,
    time::Duration,
};

use chrono::TimeDelta;
use optin::{
    clock::Clock,
    gateway::{
        Answered, Capabilities, Gateway, Idempotency, LookUp, Recalled, Refusal, Sought, Uncertain,
        conformance::{self, CHECKS, Carrier, Fault, Findings, Got, Maker, Plan},
    },
    id::MessageId,
    permit::{Handover, Permit},
    phone::PhoneNumber,
};

use super::{run, start};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Nothing,
    ClockReadEarly,
    ClockOfItsOwn,
    TimeGuessed,
    LateIsUnknown,
    TakenTwice,
    Trimmed,
    OtherSender,
    OneId,
    ValidADay,
    ValidityUntold,
    Mixed,
    SendsOnLookUp,
    OtherCapabilities,
    RefusedIsUnknown,
    RefusedIsTaken,
    RefusedForNow,
    OptOutUntold,
    WaitUntold,
    DownForGood,
    LostIsAccepted,
    SilenceIsRejected,
    SilenceIsRepeated,
    GarbledIsAccepted,
    FailedIsRejected,
    SendsOnDrop,
    NeverFound,
    AlwaysFound,
    FoundByTurns,
    NoneCalledBack,
    NumberShown,
    WordsShown,
    SecretShown,
}

const SECRET: &str = "s3cr3t-t0k3n";

#[derive(Default)]
struct Desk {
    taken: Vec<(MessageId, Got)>,
    back: Vec<PhoneNumber>,
}

struct Flawed {
    wrong: Wrong,
    plan: HashMap<PhoneNumber, Fault>,
    desk: Arc<Mutex<Desk>>,
    slot: Mutex<Option<Handover>>,
    calls: AtomicU32,
}

impl fmt::Debug for Flawed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let desk = self.desk.lock().unwrap();
        match self.wrong {
            Wrong::SecretShown => f.write_str(SECRET),
            Wrong::NumberShown => desk.taken.iter().try_for_each(|(_, got)| f.write_str(&got.number.e164())),
            _ => f.write_str("Flawed"),
        }
    }
}

/// Pending once.
async fn pause() {
    let mut first = true;
    poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

impl Flawed {
    fn is(&self, wrong: Wrong) -> bool {
        self.wrong == wrong
    }

    fn take(&self, handover: &Handover) {
        let text = handover.body.as_str();
        let got = Got {
            number: handover.number,
            sender: if self.is(Wrong::OtherSender) { "36999".into() } else { handover.sender.to_string() },
            body: if self.is(Wrong::Trimmed) { text.trim() } else { text }.to_owned(),
            valid_for: match self.wrong {
                Wrong::ValidADay => Some(Duration::from_secs(86_400)),
                Wrong::ValidityUntold => None,
                _ => Some(handover.valid_for),
            },
        };
        self.desk.lock().unwrap().taken.push((handover.message, got));
    }

    fn refused(&self, handover: &Handover, refusal: Refusal) -> Answered {
        if self.is(Wrong::RefusedIsTaken) {
            self.take(handover);
        }
        let code = self.is(Wrong::WordsShown).then(|| handover.body.as_str().to_owned());
        match self.wrong {
            Wrong::RefusedIsUnknown => Answered::Unknown(Uncertain::Untold),
            Wrong::RefusedForNow => Answered::rejected(Refusal::Unavailable),
            _ => Answered::refused(refusal, code, None),
        }
    }

    fn answer(&self, handover: &Handover) -> Answered {
        let fault = self.plan.get(&handover.number);
        match fault {
            Some(Fault::NoSuchNumber) => return self.refused(handover, Refusal::InvalidNumber),
            Some(Fault::OptedOut) if self.is(Wrong::OptOutUntold) => {
                return self.refused(handover, Refusal::Blocked);
            }
            Some(Fault::OptedOut) => return self.refused(handover, Refusal::OptedOut),
            Some(Fault::TooFast(wait)) => {
                let wait = (!self.is(Wrong::WaitUntold)).then_some(*wait);
                return Answered::refused(Refusal::RateLimited, None, wait);
            }
            Some(Fault::OutOfOrder) if self.is(Wrong::DownForGood) => {
                return Answered::rejected(Refusal::Other);
            }
            Some(Fault::OutOfOrder) => return Answered::rejected(Refusal::Unavailable),
            Some(Fault::LostRequest) if self.is(Wrong::LostIsAccepted) => return Answered::accepted("lost"),
            Some(Fault::LostRequest) => return Answered::Unknown(Uncertain::TimedOut),
            _ => {}
        }
        self.take(handover);
        if self.is(Wrong::TakenTwice) || (self.is(Wrong::SilenceIsRepeated) && fault.is_some()) {
            self.take(handover);
        }
        match fault {
            Some(Fault::Garbled) if self.is(Wrong::GarbledIsAccepted) => Answered::accepted("?"),
            Some(Fault::Garbled) => Answered::Unknown(Uncertain::Unreadable),
            Some(Fault::Failed) if self.is(Wrong::FailedIsRejected) => {
                Answered::rejected(Refusal::Unavailable)
            }
            Some(Fault::Failed) => Answered::Unknown(Uncertain::Failed),
            Some(_) if self.is(Wrong::SilenceIsRejected) => Answered::rejected(Refusal::Unavailable),
            Some(_) => Answered::Unknown(Uncertain::TimedOut),
            None if self.is(Wrong::OneId) => Answered::accepted("1"),
            None => Answered::accepted(handover.message.to_string()),
        }
    }
}

/// Hands over once more when it is dropped half-way.
struct Again<'a> {
    gateway: &'a Flawed,
    handover: Option<Handover>,
}

impl Drop for Again<'_> {
    fn drop(&mut self) {
        if let Some(handover) = self.handover.as_ref().filter(|_| self.gateway.is(Wrong::SendsOnDrop)) {
            self.gateway.take(handover);
        }
    }
}

impl Gateway for Flawed {
    fn capabilities(&self) -> Capabilities {
        let calls = self.calls.fetch_add(1, Ordering::SeqCst);
        let can = Capabilities::plain()
            .idempotent(Idempotency::ClientReference)
            .valid(Duration::from_millis(1), Duration::MAX)
            .looks_up()
            .cancels();
        can.answering_stop(self.is(Wrong::OtherCapabilities) && calls % 2 == 1)
    }

    fn send(&self, permit: Permit, clock: &dyn Clock) -> impl Future<Output = Answered> + Send {
        let early = clock.now();
        async move {
            let now = match self.wrong {
                Wrong::ClockReadEarly => early,
                Wrong::ClockOfItsOwn => Some(permit.not_after() - TimeDelta::milliseconds(1)),
                Wrong::TimeGuessed => clock.now().or(Some(start())),
                _ => clock.now(),
            };
            let Ok(mut handover) = permit.open(now) else {
                return match self.wrong {
                    Wrong::LateIsUnknown => Answered::Unknown(Uncertain::Untold),
                    _ => Answered::rejected(Refusal::Expired),
                };
            };
            if self.is(Wrong::Mixed) {
                // A request that is kept in one place for all.
                *self.slot.lock().unwrap() = Some(handover);
                pause().await;
                let Some(last) = self.slot.lock().unwrap().take() else {
                    return Answered::Unknown(Uncertain::Untold);
                };
                handover = last;
            }
            pause().await;
            let answered = self.answer(&handover);
            let mut again = Again { gateway: self, handover: Some(handover) };
            pause().await;
            again.handover = None;
            answered
        }
    }

    async fn look_up(&self, sought: Sought) -> LookUp {
        let turn = self.calls.fetch_add(1, Ordering::SeqCst);
        let mut desk = self.desk.lock().unwrap();
        let known = desk.taken.iter().find(|(message, _)| *message == sought.message).cloned();
        let id = sought.message.to_string();
        match known {
            Some(known) if self.is(Wrong::SendsOnLookUp) => desk.taken.push(known),
            Some(_) if self.is(Wrong::NeverFound) => return LookUp::NeverTaken,
            Some(_) if self.is(Wrong::FoundByTurns) => {
                return LookUp::Found { id: format!("{id}-{turn}"), delivery: None };
            }
            Some(_) => {}
            None if self.is(Wrong::AlwaysFound) => {}
            // What was dropped before it was taken is not taken any more.
            None => return LookUp::NeverTaken,
        }
        LookUp::Found { id, delivery: None }
    }

    async fn recall(&self, id: String) -> Recalled {
        let mut desk = self.desk.lock().unwrap();
        let known = desk.taken.iter().find(|(message, _)| message.to_string() == id);
        let Some(number) = known.map(|(_, got)| got.number) else { return Recalled::CannotSay };
        if !self.is(Wrong::NoneCalledBack) {
            desk.back.push(number);
        }
        Recalled::Done
    }
}

struct Behind(Arc<Mutex<Desk>>);

impl Carrier for Behind {
    fn taken(&self) -> Vec<Got> {
        self.0.lock().unwrap().taken.iter().map(|(_, got)| got.clone()).collect()
    }

    fn delivered(&self) -> Option<Vec<PhoneNumber>> {
        let desk = self.0.lock().unwrap();
        let landed = desk.taken.iter().map(|(_, got)| got.number);
        Some(landed.filter(|number| !desk.back.contains(number)).collect())
    }
}

impl Maker for Wrong {
    type Gateway = Flawed;
    type Carrier = Behind;

    async fn fresh(&self, plan: Plan) -> (Flawed, Behind) {
        let desk = Arc::<Mutex<Desk>>::default();
        let (slot, calls) = (Mutex::default(), AtomicU32::new(0));
        let behind = Behind(Arc::clone(&desk));
        (Flawed { wrong: *self, plan: plan.into_iter().collect(), desk, slot, calls }, behind)
    }

    fn secrets(&self) -> Vec<String> {
        vec![SECRET.to_owned()]
    }
}

#[test]
fn a_gateway_without_a_flaw_passes_every_check() {
    assert_eq!(run(conformance::all(&Wrong::Nothing)), Findings::default());
}

const CAUGHT: &[(Wrong, &str)] = &[
    (Wrong::ClockReadEarly, "the_clock_is_read_at_the_hand_over"),
    (Wrong::ClockOfItsOwn, "a_permit_past_its_deadline_reaches_nobody"),
    (Wrong::TimeGuessed, "an_unknown_time_reaches_nobody"),
    (Wrong::LateIsUnknown, "a_permit_past_its_deadline_reaches_nobody"),
    (Wrong::TakenTwice, "what_is_accepted_was_taken_once_as_given"),
    (Wrong::Trimmed, "what_is_accepted_was_taken_once_as_given"),
    (Wrong::OtherSender, "what_is_accepted_was_taken_once_as_given"),
    (Wrong::OneId, "every_message_has_an_id_of_its_own"),
    (Wrong::ValidADay, "the_carrier_is_told_how_long"),
    (Wrong::ValidityUntold, "the_carrier_is_told_how_long"),
    (Wrong::Mixed, "hand_overs_at_once_do_not_mix"),
    (Wrong::SendsOnLookUp, "nothing_is_sent_that_was_not_given"),
    (Wrong::OtherCapabilities, "capabilities_stay_the_same"),
    (Wrong::RefusedIsUnknown, "what_is_refused_was_not_taken"),
    (Wrong::RefusedIsTaken, "what_is_refused_was_not_taken"),
    (Wrong::RefusedForNow, "what_is_refused_was_not_taken"),
    (Wrong::OptOutUntold, "an_opt_out_is_told"),
    (Wrong::WaitUntold, "too_fast_is_told_with_the_wait"),
    (Wrong::DownForGood, "out_of_order_is_not_for_good"),
    (Wrong::LostIsAccepted, "a_lost_request_is_never_accepted"),
    (Wrong::SilenceIsRejected, "a_lost_answer_is_unknown"),
    (Wrong::SilenceIsRepeated, "a_lost_answer_is_unknown"),
    (Wrong::GarbledIsAccepted, "an_unreadable_answer_is_unknown"),
    (Wrong::FailedIsRejected, "a_server_error_is_unknown"),
    (Wrong::SendsOnDrop, "a_dropped_hand_over_is_taken_once_at_most"),
    (Wrong::NeverFound, "a_look_up_tells_the_truth"),
    (Wrong::AlwaysFound, "a_look_up_tells_the_truth"),
    (Wrong::FoundByTurns, "repeated_look_ups_agree"),
    (Wrong::NoneCalledBack, "what_is_called_back_never_arrives"),
    (Wrong::NumberShown, "nothing_private_is_shown"),
    (Wrong::WordsShown, "nothing_private_is_shown"),
    (Wrong::SecretShown, "nothing_private_is_shown"),
];

#[test]
fn the_suite_reports_each_gateway_that_is_wrong() {
    for &(wrong, check) in CAUGHT {
        assert!(CHECKS.contains(&check), "no check {check}");
        let findings = run(conformance::all(&wrong));
        let caught = findings.failures.iter().any(|failure| failure.check == check);
        assert!(caught, "{wrong:?} passed {check}: {findings:?}");
    }
    let idle: Vec<_> =
        CHECKS.iter().filter(|check| !CAUGHT.iter().any(|(_, caught)| caught == *check)).collect();
    assert!(idle.is_empty(), "nothing shows that these can fail: {idle:?}");
}
