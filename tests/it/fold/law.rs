//! Law 3, sentence by sentence.

use optin::consent::{
    Acquisition, Basis, Event, Grant, State,
    event::{OptedIn, Road, Said},
};

use super::{Judge, ask, cleared, doubt, grant, import, minute, name, opt_in, revoked, start, stop, yes};

#[test]
fn reopening_needs_to_be_later_in_both_orders() {
    let judge = Judge::new();
    let opened = opt_in("soldes", 1);
    for (acts, open) in [
        (vec![stop("soldes", 5), start("soldes", 6)], true),
        (vec![stop("soldes", 5), opt_in("soldes", 6)], true),
        // Equal times: closed.
        (vec![stop("soldes", 5), start("soldes", 5)], false),
        (vec![start("soldes", 5), stop("soldes", 5)], false),
        // An old START that comes after a newer STOP.
        (vec![stop("soldes", 5), start("soldes", 4)], false),
        // A newer START that came before an older STOP: the order of appends decides, the strict way.
        (vec![start("soldes", 6), stop("soldes", 5)], false),
        (vec![start("soldes", 6), stop("soldes", 5), start("soldes", 7)], true),
        // Later than the last STOP and not than the one before.
        (vec![stop("soldes", 9), stop("soldes", 3), start("soldes", 5)], false),
    ] {
        let events: Vec<Event> = [opened.clone()].into_iter().chain(acts).collect();
        assert_eq!(judge.is_open(&events, "soldes"), open, "{events:?}");
    }
}

/// One opening is later than the one STOP, another than the other: that is no opening later than every STOP.
#[test]
fn two_halves_do_not_make_an_opening() {
    let judge = Judge::new();
    let everything = |m| Event::from(revoked(Said::All, None, m));
    let events =
        [opt_in("soldes", 1), stop("soldes", 10), start("soldes", 20), everything(5), start("soldes", 7)];
    assert!(!judge.is_open(&events, "soldes"));
    assert!(judge.is_open(&[events.as_slice(), &[start("soldes", 11)]].concat(), "soldes"));
}

#[test]
fn an_import_never_reopens() {
    let judge = Judge::new();
    assert!(judge.is_open(&[import("soldes", 1)], "soldes"));
    let shared = |m| {
        let mut revoked = revoked(Said::Program, Some("soldes"), m);
        revoked.sender = Some(name("36456"));
        Event::from(revoked)
    };
    let closings = [
        stop("club", 5),
        revoked(Said::All, None, 5).into(),
        // STOP ALL to another program.
        revoked(Said::All, Some("soldes"), 5).into(),
        // STOP to another program that shares the sender.
        shared(5),
        doubt(5, 2_000),
        doubt(5, 10),
    ];
    for closing in closings {
        let after = [closing.clone(), import("club", 9)];
        assert!(!judge.is_open(&after, "club"), "{after:?}");
        let between = [opt_in("club", 1), closing, import("club", 9)];
        assert!(!judge.is_open(&between, "club"), "{between:?}");
    }
    // Nor does it give START something to restore.
    let claim = [stop("club", 5), import("club", 9), start("club", 10)];
    assert!(!judge.is_open(&claim, "club"));
    // STOP to another program and another sender is nothing to this one.
    assert!(judge.is_open(&[stop("soldes", 5), import("club", 9)], "club"));
}

#[test]
fn start_restores_only_what_was_there() {
    let judge = Judge::new();
    assert!(!judge.is_open(&[start("soldes", 5)], "soldes"));
    assert!(!judge.is_open(&[stop("soldes", 4), start("soldes", 5)], "soldes"));
    assert!(judge.is_open(&[import("soldes", 1), stop("soldes", 4), start("soldes", 5)], "soldes"));
    assert!(!judge.is_open(&[opt_in("club", 1), stop("soldes", 4), start("soldes", 5)], "soldes"));
    let everything = revoked(Said::All, Some("soldes"), 4);
    let events = [opt_in("soldes", 1), opt_in("club", 1), everything.into(), start("soldes", 5)];
    assert!(judge.is_open(&events, "soldes") && !judge.is_open(&events, "club"));
    let mut wrong = revoked(Said::All, None, 4);
    wrong.road = Road::WrongNumber;
    let events = [opt_in("soldes", 1), wrong.into(), start("soldes", 5)];
    assert!(!judge.is_open(&events, "soldes"), "the basis was somebody else's");
    assert!(judge.is_open(&[events.as_slice(), &[opt_in("soldes", 6)]].concat(), "soldes"));
}

/// Somebody who stopped and then agreed to less has agreed to less: what the STOP closed comes back by START alone.
#[test]
fn a_lesser_yes_after_a_stop_wakes_no_greater_one() {
    let bases = |events: &[Event]| {
        let mut state = State::default();
        for (seq, event) in (1..).zip(events) {
            state.apply(seq, 0, event);
        }
        assert!(state.stands_open(&name("soldes")), "{events:?}");
        let grants = state.program(&name("soldes")).unwrap().grants.clone();
        grants.iter().map(|grant| grant.basis).collect::<Vec<_>>()
    };
    let lesser = |m| {
        let customer = Grant { basis: Basis::SoftOptIn, ..grant(minute(m)) };
        Event::from(OptedIn { program: name("soldes"), grant: customer })
    };
    let written = grant(1).basis;
    assert_ne!(written, Basis::SoftOptIn);
    assert_eq!(bases(&[opt_in("soldes", 1), lesser(6)]), [written, Basis::SoftOptIn]);
    assert_eq!(bases(&[opt_in("soldes", 1), stop("soldes", 5), lesser(6)]), [Basis::SoftOptIn]);
    // The older yes that comes late.
    assert_eq!(bases(&[stop("soldes", 5), lesser(6), opt_in("soldes", 1)]), [Basis::SoftOptIn]);
    let back = [opt_in("soldes", 1), stop("soldes", 5), start("soldes", 6), lesser(7)];
    assert_eq!(bases(&back), [written, Basis::SoftOptIn]);
    // A friend's word closes nothing either.
    let mut friend = grant(minute(6));
    friend.acquisition = Acquisition::Referral;
    let friend = Event::from(OptedIn { program: name("soldes"), grant: friend });
    assert_eq!(bases(&[opt_in("soldes", 1), stop("soldes", 5), friend, start("soldes", 7)]), [written]);
}

#[test]
fn a_yes_needs_an_open_question() {
    let judge = Judge::new();
    for (events, open) in [
        (vec![yes("soldes", 3)], false),
        (vec![ask("soldes", 1, 10)], false),
        (vec![ask("soldes", 1, 10), yes("soldes", 10)], true),
        (vec![ask("soldes", 1, 10), yes("soldes", 11)], false),
        (vec![ask("soldes", 1, 10), yes("soldes", 11), yes("soldes", 9)], false),
        (vec![ask("soldes", 1, 10), yes("club", 3)], false),
        (vec![ask("soldes", 1, 10), stop("soldes", 2), yes("soldes", 3)], false),
        (vec![ask("soldes", 1, 10), stop("soldes", 2), ask("soldes", 3, 10), yes("soldes", 4)], true),
        (vec![ask("soldes", 1, 10), stop("soldes", 5), ask("soldes", 3, 10), yes("soldes", 4)], false),
    ] {
        assert_eq!(judge.is_open(&events, "soldes"), open, "{events:?}");
    }
}

#[test]
fn nobody_consents_for_a_friend() {
    let judge = Judge::new();
    let mut grant = grant(minute(1));
    grant.acquisition = Acquisition::Referral;
    let opted_in: Event =
        optin::consent::event::OptedIn { program: name("soldes"), grant: grant.clone() }.into();
    let asked: Event = optin::consent::event::Asked {
        program: name("soldes"),
        grant: grant.clone(),
        expires_ms: minute(10),
        asked_ms: None,
        code: None,
        texted: None,
    }
    .into();
    let listed: Event =
        optin::consent::event::Imported { program: name("soldes"), grant, import: name("list"), line: None }
            .into();
    assert!(!judge.is_open(std::slice::from_ref(&opted_in), "soldes"));
    assert!(!judge.is_open(&[asked, yes("soldes", 2)], "soldes"));
    assert!(!judge.is_open(&[listed], "soldes"));
    assert!(!judge.is_open(&[opted_in, stop("soldes", 2), start("soldes", 3)], "soldes"));
}

#[test]
fn doubt_is_a_stop_that_a_human_can_lift() {
    let judge = Judge::new();
    for (acts, open) in [
        (vec![doubt(5, 2_000)], false),
        (vec![doubt(5, 10)], false),
        (vec![doubt(5, 2_000), cleared()], true),
        (vec![doubt(5, 10), cleared()], true),
        // "Not a stop" lifts the doubt and no STOP.
        (vec![doubt(5, 2_000), stop("soldes", 6), cleared()], false),
        // A narrower STOP does not settle the doubt about everything else.
        (vec![doubt(5, 2_000), stop("club", 6)], false),
        (vec![doubt(5, 10), stop("soldes", 6), start("soldes", 7)], true),
        (vec![doubt(5, 10), start("soldes", 6)], true),
        (vec![doubt(5, 2_000), start("soldes", 5)], false),
        (vec![doubt(5, 2_000), opt_in("soldes", 6)], true),
        (vec![doubt(5, 2_000), start("soldes", 6), doubt(3, 2_000)], false),
    ] {
        let events: Vec<Event> = [opt_in("soldes", 1)].into_iter().chain(acts).collect();
        assert_eq!(judge.is_open(&events, "soldes"), open, "{events:?}");
    }
}
