//! Ad-hoc bans, case by case: Louisiana in an emergency.

use optin::{
    consent::event::Said,
    id::Name,
    law::{Ban, BanError, BanFeed, Bans, CoversTheFuture, Posture, Rulebook},
    message::Kind,
    place::{Place, ZoneTable},
    policy::{Policy, Verdict},
};

use super::cases::{Ask, NEW_YORK, NOON, ask};
use crate::walk::at;

/// A rule of Louisiana's that nothing lifts, and one of New York's of which it is contested that it reaches texts.
const EMERGENCY: &str = r#"
[[rule]]
id = "LA-BAN"
layer = "regulation"
reach = "settled"
confidence = "high"
citation = "made up"
sources = []
places = ["US-LA"]
kinds = ["marketing"]
feed = { name = "la", max_age_hours = 24 }

[[rule]]
id = "NY-BAN"
layer = "statute"
reach = "contested"
confidence = "high"
citation = "made up"
sources = []
places = ["US-NY"]
from = "2026-11-19"
kinds = ["marketing"]
feed = { name = "ny", max_age_hours = 24 }
"#;

const NEW_ORLEANS: &str = "+15045550123";
const TOLL_FREE: &str = "+18005550123";

fn feed(name: &str, as_of: &str, since: Option<&str>, bans: &[(&str, &str, Option<&str>)]) -> BanFeed {
    let ban = |(place, from, until): &(&str, &str, Option<&str>)| {
        Ban::new(Place::new(place).unwrap(), at(from), until.map(at), "Proclamation 7").unwrap()
    };
    BanFeed::new(Name::new(name).unwrap(), at(as_of), since.map(at), bans.iter().map(ban).collect()).unwrap()
}

/// Louisiana's alone: the built-in book may know others.
fn policy(feeds: Vec<BanFeed>) -> Policy {
    let book = Rulebook::builtin();
    let book =
        ["US-LA-EMERGENCY", "US-NY-EMERGENCY"].iter().fold(book, |book, id| book.without(id).unwrap_or(book));
    let book = book.with_overlay("emergency.toml", EMERGENCY).unwrap();
    Policy { bans: Bans::new(feeds).unwrap(), ..Policy::new(book, ZoneTable::bundled()) }
}

fn answer(ask: &Ask, feeds: Vec<BanFeed>) -> String {
    ask.answer_by(policy(feeds))
}

/// A person in New Orleans, on Wednesday at eleven in the morning.
fn orleans() -> Ask {
    ask(NEW_ORLEANS, NOON)
}

fn listed(bans: &[(&str, &str, Option<&str>)]) -> Vec<BanFeed> {
    vec![feed("la", "2026-11-18T16:00:00Z", None, bans)]
}

#[test]
fn without_the_list_it_waits() {
    assert_eq!(answer(&orleans(), vec![]), "defer feed feed_stale/LA-BAN");
    assert_eq!(answer(&orleans().kind(Kind::Transactional), vec![]), "allow");
    // Who gets nothing anyway waits for nothing.
    let stopped = orleans().said(Said::All, None, None, None);
    assert_eq!(answer(&stopped, vec![]), "deny revoked");
    let other = feed("elsewhere", "2026-11-18T16:00:00Z", None, &[]);
    assert_eq!(answer(&orleans(), vec![other]), "defer feed feed_stale/LA-BAN");
    assert_eq!(answer(&orleans(), listed(&[])), "allow 2026-11-19T02:00:00Z");
    // Before New York's own begins, and where its reach is in doubt.
    assert_eq!(answer(&ask(NEW_YORK, NOON), vec![]), "allow 2026-11-19T02:00:00Z");
    let thursday = ask(NEW_YORK, "2026-11-19T17:00:00Z");
    assert_eq!(answer(&thursday, vec![]), "defer feed feed_stale/NY-BAN");
    assert_eq!(answer(&thursday.settled(), vec![]), "allow 2026-11-20T02:00:00Z warning:feed_stale/NY-BAN");
}

#[test]
fn a_list_is_believed_for_so_long() {
    let as_of = |as_of| vec![feed("la", as_of, None, &[])];
    assert_eq!(answer(&orleans(), as_of("2026-11-17T20:00:00Z")), "allow 2026-11-18T20:00:00Z");
    assert_eq!(answer(&orleans(), as_of("2026-11-17T17:00:01Z")), "allow 2026-11-18T17:00:01Z");
    assert_eq!(answer(&orleans(), as_of("2026-11-17T17:00:00Z")), "defer feed feed_stale/LA-BAN");
    // A clock may go wrong by five minutes.
    assert_eq!(answer(&orleans(), as_of("2026-11-18T17:05:00Z")), "allow 2026-11-19T02:00:00Z");
    assert_eq!(answer(&orleans(), as_of("2026-11-18T17:05:01Z")), "defer feed feed_stale/LA-BAN");
}

#[test]
fn a_ban_holds_until_its_end_and_the_next_lawful_hour() {
    let from = "2026-11-17T00:00:00Z";
    let until = |until| listed(&[("US-LA", from, Some(until))]);
    assert_eq!(answer(&orleans(), until("2026-11-20T18:00:00Z")), "defer 2026-11-20T18:00:00Z banned/LA-BAN");
    assert_eq!(answer(&orleans(), until("2026-11-20T06:00:00Z")), "defer 2026-11-20T14:00:00Z banned/LA-BAN");
    assert_eq!(answer(&orleans(), until(NOON)), "allow 2026-11-19T02:00:00Z");
    // However long it is: that is no want of a common window.
    assert_eq!(answer(&orleans(), until("2026-12-21T18:00:00Z")), "defer 2026-12-21T18:00:00Z banned/LA-BAN");
    let two = listed(&[
        ("US-LA", from, Some("2026-11-18T20:00:00Z")),
        ("US-LA", "2026-11-18T20:00:00Z", Some("2026-12-09T18:00:00Z")),
    ]);
    assert_eq!(answer(&orleans(), two), "defer 2026-12-09T18:00:00Z banned/LA-BAN");
    assert_eq!(answer(&orleans(), listed(&[("US-LA", from, None)])), "defer feed banned/LA-BAN");
    assert_eq!(
        answer(&orleans(), listed(&[("US-LA", "2026-11-18T19:30:00Z", None)])),
        "allow 2026-11-18T19:30:00Z"
    );
    assert_eq!(
        answer(&orleans(), listed(&[("US-LA", NOON, Some("2026-11-18T18:00:00Z"))])),
        "defer 2026-11-18T18:00:00Z banned/LA-BAN"
    );
}

#[test]
fn a_ban_holds_for_whoever_may_be_there() {
    let on = |place| listed(&[(place, "2026-11-17T00:00:00Z", None)]);
    assert_eq!(answer(&orleans(), on("US")), "defer feed banned/LA-BAN");
    assert_eq!(answer(&orleans(), on("US-TX")), "allow 2026-11-19T02:00:00Z");
    let anywhere = ask(TOLL_FREE, NOON);
    let is_banned = |place| answer(&anywhere, on(place)).contains("banned/LA-BAN");
    assert!(is_banned("US-LA") && is_banned("US") && !is_banned("US-TX") && !is_banned("GB"));
}

#[test]
fn a_list_answers_for_the_past_if_it_says_so() {
    let ban = [("US-LA", "2026-11-17T00:00:00Z", Some("2026-11-19T00:00:00Z"))];
    let next_month = |since| vec![feed("la", "2026-12-18T00:00:00Z", since, &ban)];
    // It does not know what else there was; what it knows stands.
    let known = "defer feed feed_stale/LA-BAN banned/LA-BAN";
    assert_eq!(answer(&orleans(), next_month(None)), known);
    assert_eq!(
        answer(&orleans(), next_month(Some("2026-01-01T00:00:00Z"))),
        "defer 2026-11-19T00:00:00Z banned/LA-BAN"
    );
    assert_eq!(answer(&orleans(), next_month(Some("2026-11-18T17:00:01Z"))), known);
    let over = ask(NEW_ORLEANS, "2026-11-19T17:00:00Z");
    assert_eq!(answer(&over, next_month(Some("2026-01-01T00:00:00Z"))), "allow 2026-11-20T02:00:00Z");
}

#[test]
fn a_reason_says_where_and_by_which_act() {
    let ban = [("US-LA", "2026-11-17T00:00:00Z", Some("2026-11-20T18:00:00Z"))];
    let decision = orleans().decide_with(&policy(listed(&ban)));
    assert_eq!(decision.posture, Posture::Strict);
    assert_eq!(decision.verdict, Verdict::Defer { until: Some(at("2026-11-20T18:00:00Z")) });
    assert_eq!(decision.reasons[0].fact.to_string(), "US-LA Proclamation 7, until 2026-11-20T18:00:00Z");
}

const FILE: &str = r#"
[[bans]]
feed = "la"
as_of = "2026-11-18T16:00:00Z"
covers_since = "2026-01-01T00:00:00Z"

[[bans.entries]]
place = "US-LA"
from = "2026-11-17T00:00:00-06:00"
until = "2026-11-19T00:00:00-06:00"
citation = "Proclamation 7"

[[bans.entries]]
place = "us-la"
from = "2026-11-19T00:00:00-06:00"
citation = "Proclamation 8"

[[bans]]
feed = "ny"
as_of = "2026-11-18T16:00:00Z"
"#;

#[test]
fn a_file_is_read_or_refused_with_line_and_field() {
    let read = Bans::from_toml("bans.toml", FILE).unwrap();
    let [la, ny] = read.feeds() else { panic!("{read:?}") };
    assert_eq!((la.entries().len(), ny.entries().len()), (2, 0));
    assert_eq!(la.entries()[0].until(), Some(at("2026-11-19T06:00:00Z")));
    assert_eq!(la.entries()[1].place(), Place::new("US-LA").unwrap());
    assert_ne!(la.digest(), ny.digest());
    let refused = |from: &str, to: &str| {
        assert!(FILE.contains(from), "{from}");
        Bans::from_toml("bans.toml", &FILE.replace(from, to)).unwrap_err().to_string()
    };
    for (from, to, why) in [
        (
            "US-LA",
            "Louisiana",
            "8: place: `Louisiana`: a place is an ISO 3166 code such as `FR`, `US-NY` or `FR-974`",
        ),
        ("until = \"2026-11-19T00", "until = \"2026-11-16T00", "10: until: a ban ends after it starts"),
        ("Proclamation 8", " ", "16: citation: a ban cites the act that declares it"),
        (
            "covers_since = \"2026-01",
            "covers_since = \"2026-12",
            "5: covers_since: `covers_since` is after `as_of`",
        ),
        ("feed = \"ny\"", "feed = \"la\"", "19: feed: `la` is there twice"),
        (
            "from = \"2026-11-17T00:00:00-06:00\"",
            "from = \"2026-11-17T00:00:00\"",
            "9: from: `2026-11-17T00:00:00` is no instant such as 2026-08-28T17:00:00-05:00",
        ),
        (
            "as_of = \"2026-11-18T16:00:00Z\"\ncovers",
            "as_of = \"today\"\ncovers",
            "4: as_of: `today` is no instant such as 2026-08-28T17:00:00-05:00",
        ),
        ("feed = \"ny\"", "feed = \"New York\"", "19: feed: `New York`: "),
    ] {
        let told = refused(from, to);
        assert!(told.starts_with(&format!("bans.toml:{why}")), "{told}");
    }
    // What has not the form of such a file names its field too.
    for (from, to, field) in [
        ("as_of = \"2026-11-18T16:00:00Z\"\ncovers", "covers", "as_of"),
        ("citation = \"Proclamation 7\"", "cite = \"Proclamation 7\"", "cite"),
        ("citation = \"Proclamation 7\"", "citation = 7", "citation"),
        ("citation = \"Proclamation 7\"", "citation = \"Proclamation 7", "citation"),
    ] {
        let error = Bans::from_toml("bans.toml", &FILE.replacen(from, to, 1)).unwrap_err();
        assert_eq!((error.field.as_str(), error.line.is_some()), (field, true), "{error}");
    }
    assert_eq!(Bans::from_toml("b", "").unwrap_err().field, "bans");
    assert_eq!(Bans::from_toml("b", "bans = []").unwrap_err().to_string(), "b: bans: no list");
    // Cut off anywhere it is refused, or is a shorter list of whole bans.
    for end in 0..FILE.len() {
        if let Ok(read) = Bans::from_toml("bans.toml", &FILE[..end]) {
            assert!(
                read.feeds()
                    .iter()
                    .flat_map(BanFeed::entries)
                    .all(|ban| ban.citation().starts_with("Proclamation"))
            );
        }
    }
}

#[test]
fn what_is_no_ban_is_none() {
    let place = Place::new("US-LA").unwrap();
    let now = at(NOON);
    assert_eq!(Ban::new(place, now, Some(now), "Order").unwrap_err(), BanError::EndsBeforeItStarts);
    assert_eq!(Ban::new(place, now, None, " ").unwrap_err(), BanError::NoCitation);
    let later = now + chrono::TimeDelta::seconds(1);
    let feed = |since| BanFeed::new(Name::new("la").unwrap(), now, Some(since), vec![]);
    assert_eq!(feed(later).unwrap_err(), CoversTheFuture);
    let held = feed(now).unwrap();
    assert_eq!(Bans::new([held.clone(), held]).unwrap_err().0.as_str(), "la");
}
