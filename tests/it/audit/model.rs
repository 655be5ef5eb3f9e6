//! The audit against the decision core itself, on facts at random; and a sender that asked before each message.

use chrono::{DateTime, TimeDelta, Utc};
use optin::{
    consent::{
        Basis, Event, Grant, How, Sent, State,
        event::{OptedIn, Outcome, Revoked, Road, Said},
    },
    id::{MessageId, Name},
    message::Kind,
    place::Whereabouts,
    policy::{Code, Decision, Facts, Policy, Request},
    report::audit::{Audit, ConsentFact, SendFact, Spoken},
};
use proptest::prelude::*;

use super::{number, policy, utc, yes};

const NUMBERS: [&str; 9] = [
    "+13055550100",
    "+18505550101",
    "+12125550102",
    "+15125550103",
    "+33612345678",
    "+14165550104",
    "+447700900123",
    "+18005550199",
    "+819012345678",
];
const BASES: [Basis; 4] = [Basis::ExpressWritten, Basis::Express, Basis::SoftOptIn, Basis::Implied];
const KINDS: [Kind; 3] = [Kind::Marketing, Kind::Marketing, Kind::Transactional];

#[derive(Debug, Clone, Copy)]
enum Act {
    Yes(usize),
    No,
    Send(usize),
}

fn acts() -> impl Strategy<Value = Vec<(i64, Act)>> {
    let act = prop_oneof![
        2 => (0..BASES.len()).prop_map(Act::Yes),
        1 => Just(Act::No),
        8 => (0..KINDS.len()).prop_map(Act::Send),
    ];
    // Minutes from 2025-01-01 on; near enough to each other that caps are reached.
    proptest::collection::vec((0..40i64 * 1_440, act), 1..60)
}

fn at(minute: i64) -> DateTime<Utc> {
    utc("2025-02-15T00:00:00Z") + TimeDelta::minutes(minute)
}

/// The person's past as a plain fold: everything said up to a moment, everything sent before.
struct Past {
    state: State,
    seq: u64,
    program: Name,
}

impl Past {
    fn new() -> Self {
        Self { state: State::default(), seq: 0, program: Name::new("traffic").unwrap() }
    }

    fn hear(&mut self, at: DateTime<Utc>, basis: Option<Basis>) {
        self.seq += 1;
        let acted_ms = at.timestamp_millis();
        let program = self.program.clone();
        let event: Event = match basis {
            Some(basis) => OptedIn { program, grant: Grant::new(basis, How::Import, acted_ms) }.into(),
            None => Revoked {
                said: Said::Program,
                program: Some(program),
                ..Revoked::all(Road::Keyword, acted_ms)
            }
            .into(),
        };
        self.state.apply(self.seq, acted_ms, &event);
    }

    fn decide(&self, policy: &Policy, who: &Whereabouts, kind: Kind, at: DateTime<Utc>) -> Decision {
        let request = Request { program: &self.program, kind, category: None, subject: None, sender: None };
        policy.decide(Facts { whereabouts: who, state: &self.state }, request, at)
    }

    fn sent(&mut self, kind: Kind, at: DateTime<Utc>) {
        self.seq += 1;
        self.state.sends.push(Sent {
            message: MessageId([u8::try_from(self.seq % 251).unwrap(); 16]),
            at_ms: at.timestamp_millis(),
            kind,
            program: self.program.clone(),
            sender: self.program.clone(),
            category: None,
            subject: None,
            outcome: Some(Outcome::Accepted),
            delivery: None,
            answer: None,
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn every_verdict_is_the_cores(who in 0..NUMBERS.len(), acts in acts()) {
        let strict = policy();
        let who = number(NUMBERS[who]);
        let whereabouts = Whereabouts::of(who);
        let mut audit = Audit::new(strict.clone());
        for (minute, act) in &acts {
            match act {
                Act::Yes(basis) => audit.consent(&ConsentFact::new(who, Some(at(*minute)), yes(BASES[*basis]))),
                Act::No => audit.consent(&ConsentFact::new(who, Some(at(*minute)), Spoken::Refused(Road::Keyword))),
                Act::Send(kind) => {
                    audit.send(&SendFact { kind: Some(KINDS[*kind]), ..SendFact::new(who, at(*minute)) });
                }
            }
        }
        let mut order: Vec<_> = acts.iter().enumerate().collect();
        // What is said at a moment is said before what is sent at it, and a no comes last.
        order.sort_by_key(|(index, (minute, act))| {
            let rank = match act { Act::Yes(_) => 0, Act::No => 1, Act::Send(_) => 2 };
            (*minute, rank, *index)
        });
        let (mut past, mut expected) = (Past::new(), Vec::new());
        for (_, (minute, act)) in order {
            match act {
                Act::Yes(basis) => past.hear(at(*minute), Some(BASES[*basis])),
                Act::No => past.hear(at(*minute), None),
                Act::Send(kind) => {
                    expected.push(past.decide(&strict, &whereabouts, KINDS[*kind], at(*minute)));
                    past.sent(KINDS[*kind], at(*minute));
                }
            }
        }
        let mut judged = Vec::new();
        let _ = audit.judge_each(|one| {
            judged.push(one.decision.clone());
            // Clean is what the core allows, and nothing else.
            assert_eq!(one.findings.is_empty(), one.decision.is_allowed());
            let reasons = &one.decision.reasons;
            for finding in one.findings.iter().filter(|f| f.code != Code::Revoked.code()) {
                let rule = finding.rule.as_ref().map(|rule| rule.id.as_str());
                let same = |code: &str| reasons.iter().any(|r| r.code.code() == code && r.rule_id() == rule);
                let late = finding.code == Code::ConsentNotYet.code() && same(Code::NoConsent.code());
                let confirms = finding.code == "stop_confirmation";
                assert!(same(finding.code) || late || confirms, "{finding:?}");
            }
        });
        // A confirmation is kept as no marketing, so the model is left at the first one.
        let confirmed = acts.iter().any(|(minute, act)| matches!(act, Act::No) && acts.iter().any(|(then, other)| {
            matches!(other, Act::Send(kind) if KINDS[*kind] != Kind::Marketing) && (0..=5).contains(&(then - minute))
        }));
        if !confirmed {
            prop_assert_eq!(judged, expected);
        }
    }

    #[test]
    fn who_asked_before_each_message_has_nothing_against_it(seed in 0..u64::MAX, acts in acts()) {
        let strict = policy();
        let mut audit = Audit::new(strict.clone());
        let mut sent = 0u64;
        let people = usize::try_from(seed % 3).unwrap() + 2;
        for index in 0..people {
            let who = number(NUMBERS[(usize::try_from(seed % 97).unwrap() + index) % 7]);
            let whereabouts = Whereabouts::of(who);
            let mut past = Past::new();
            let mut order = acts.clone();
            order.sort_by_key(|(minute, _)| *minute);
            let begin = utc("2025-02-10T12:00:00Z") + TimeDelta::milliseconds(i64::try_from(index).unwrap());
            past.hear(begin, Some(Basis::ExpressWritten));
            audit.consent(&ConsentFact::new(who, Some(begin), yes(Basis::ExpressWritten)));
            for (minute, act) in order {
                // Another second for each, so that nothing is said and sent at once.
                let at = at(minute) + TimeDelta::seconds(i64::try_from(past.seq).unwrap() % 50);
                match act {
                    Act::Yes(basis) => {
                        past.hear(at, Some(BASES[basis]));
                        audit.consent(&ConsentFact::new(who, Some(at), yes(BASES[basis])));
                    }
                    Act::No if minute % 5 == 0 => {
                        past.hear(at, None);
                        audit.consent(&ConsentFact::new(who, Some(at), Spoken::Refused(Road::Keyword)));
                    }
                    Act::No => {}
                    Act::Send(kind) => {
                        let kind = KINDS[kind];
                        if past.decide(&strict, &whereabouts, kind, at).is_allowed() {
                            past.sent(kind, at);
                            sent += 1;
                            audit.send(&SendFact { kind: Some(kind), ..SendFact::new(who, at) });
                        }
                    }
                }
            }
        }
        let report = audit.judge();
        prop_assert_eq!((report.totals.judged, report.totals.clean), (sent, sent));
        prop_assert!(report.rules.is_empty() && report.unproven.is_empty() && report.exposure.is_empty());
    }
}
