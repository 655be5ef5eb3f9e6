//! What lists bring and take back, what registers say, and how well a consent could be shown.

use optin::consent::{
    Basis, Event, Grade, Grant, How, PersonalField,
    event::{Bounced, Checked, Delivery, Heard, ImportUndone, Imported, OptedIn, Reported},
};

use super::{Judge, fold, grant, inbound, minute, name, start, stop};

fn brought(by: &str, line: u64) -> Event {
    let (program, grant) = (name("soldes"), grant(minute(100)));
    Imported { program, grant, import: name(by), line: Some(line) }.into()
}

fn undone(import: &str) -> Event {
    ImportUndone { import: name(import) }.into()
}

fn bounced(m: i64) -> Event {
    Bounced { code: "unknown_subscriber".to_owned(), acted_ms: minute(m), import: None, line: None }.into()
}

#[test]
fn an_import_is_taken_back_alone() {
    let judge = Judge::new();
    let agreed: Event = OptedIn { program: name("soldes"), grant: grant(minute(50)) }.into();
    assert!(judge.is_open(&[brought("list", 2)], "soldes"));
    assert!(!judge.is_open(&[brought("list", 2), undone("list")], "soldes"));
    assert!(judge.is_open(&[brought("list", 2), undone("other")], "soldes"));
    assert!(judge.is_open(&[agreed, brought("list", 2), undone("list")], "soldes"));
    assert!(judge.is_open(&[brought("older", 2), brought("list", 2), undone("list")], "soldes"));
}

#[test]
fn taking_an_import_back_reopens_nothing() {
    let judge = Judge::new();
    let events = [brought("list", 2), stop("soldes", 200), undone("list")];
    assert!(!judge.is_open(&events, "soldes"));
    // The ground that STOP closed is gone: START finds nothing to restore.
    let events = [brought("list", 2), stop("soldes", 200), undone("list"), start("soldes", 300)];
    assert!(!judge.is_open(&events, "soldes"));
}

#[test]
fn lists_do_not_make_a_state_grow_for_ever() {
    let events: Vec<Event> = (0..50).map(|week| brought(&format!("week-{week}"), 2)).collect();
    let state = fold(&events);
    let lists: Vec<_> = state.programs[0].grants.iter().map(|grant| grant.import.clone()).collect();
    assert_eq!(lists, ["week-46", "week-47", "week-48", "week-49"].map(|week| Some(name(week))));
    assert_eq!(state.listed.map(|listed| (listed.import, listed.line)), Some((name("week-49"), 2)));
}

#[test]
fn a_dead_number_gets_no_marketing_until_somebody_is_heard_from_it() {
    let judge = Judge::new();
    let agreed: Event = OptedIn { program: name("soldes"), grant: grant(minute(50)) }.into();
    let heard: Event = Heard::new("help", inbound(9), minute(400)).into();
    assert!(!judge.is_open(&[agreed.clone(), bounced(300)], "soldes"));
    assert!(!judge.is_open(&[agreed.clone(), bounced(300), brought("list", 2)], "soldes"));
    assert!(judge.is_open(&[agreed.clone(), bounced(300), heard], "soldes"));
    let delivered = Reported {
        message: optin::id::MessageId([1; 16]),
        delivery: Delivery::Delivered,
        acted_ms: minute(400),
        code: None,
        gateway_code: None,
        billed: None,
    };
    assert!(judge.is_open(&[agreed, bounced(300), delivered.into()], "soldes"));
}

#[test]
fn of_two_answers_of_a_register_the_later_counts_and_of_one_day_the_one_that_lists() {
    let said = |as_of: i64, listed: bool| -> Event {
        let (register, provenance) = (name("us-dnc"), None);
        Checked { register, listed, as_of_ms: minute(as_of), provenance, since_ms: None }.into()
    };
    let listed = |events: &[Event]| fold(events).checks.unwrap()[0].listed;
    assert!(listed(&[said(1, true), said(1, false)]) && listed(&[said(1, false), said(1, true)]));
    assert!(!listed(&[said(2, false), said(1, true)]) && !listed(&[said(1, true), said(2, false)]));
}

#[test]
fn a_consent_is_graded_by_what_is_on_record() {
    use PersonalField::{Ip, Page, Recording};
    let bare = Grant::new(Basis::ExpressWritten, How::Checkbox, minute(1));
    let worded = Grant { text: Some(optin::id::Hash([1; 32])), ..bare.clone() };
    let traced = Grant { kept: Some(vec![Page, Ip]), ..worded.clone() };
    let confirmed = Grant { confirmed: Some(true), ..worded.clone() };
    let cases = [
        (bare.clone(), Grade::C),
        (Grant { how: How::Import, ..bare.clone() }, Grade::D),
        (worded.clone(), Grade::C),
        (traced.clone(), Grade::B),
        (Grant { undated: Some(true), ..traced.clone() }, Grade::D),
        (confirmed.clone(), Grade::A),
        (Grant { inbound: Some(inbound(1)), ..worded.clone() }, Grade::A),
        (Grant { how: How::Signature, ..worded.clone() }, Grade::C),
        (Grant { how: How::Signature, kept: Some(vec![Recording]), ..worded.clone() }, Grade::A),
        // A list never proves as much as the person's own act.
        (Grant { import: Some(name("list")), ..confirmed }, Grade::B),
        (Grant { how: How::Import, ..traced }, Grade::C),
    ];
    for (grant, grade) in cases {
        assert_eq!(grant.grade(), grade, "{grant:?}");
    }
}
