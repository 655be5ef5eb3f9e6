//! Facts at random, from a seed: every covered place, and moments near whatever may go wrong.

use optin::{
    consent::{
        Acquisition, Basis, Check, Grade, Grant, How, Opening, PersonalField, ProgramState, Revocation, Sent,
        State, Suspension,
        event::{Outcome, Road, Said},
    },
    id::{Hash, MessageId, Name},
    law::{Ban, BanFeed, Bans, DaySet, Effect, Hours, Posture, Register, Rulebook, Window},
    message::Kind,
    phone::{Country, PhoneNumber},
    place::{Place, Whereabouts},
    policy::Proof,
};

use super::model::Case;

/// SplitMix64: the same seed gives the same facts on every machine.
#[derive(Debug)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }

    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.roll(n) == 0
    }

    pub(super) fn of<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.roll(list.len() as u64) as usize].clone()
    }

    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.roll((to - from) as u64) as i64
    }
}

pub(super) fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

const DAY: i64 = 86_400;

/// Area codes of every state with a window of its own, of two zones, of no state; the rest at random.
const AREAS: &[&str] = &[
    "212", "305", "850", "606", "928", "804", "601", "405", "918", "503", "541", "512", "915", "801", "504",
    "215", "401", "860", "859", "617", "301", "201", "615", "206", "907", "808", "787", "800", "888", "416",
    "807", "867", "604", "775", "906", "208", "423", "448",
];
const ABROAD: &[&str] = &[
    "33612345678",
    "33712345678",
    "33388123456",
    "590690123456",
    "596696123456",
    "594694123456",
    "262692123456",
    "262639123456",
    "508551234",
    "687751234",
    "447700900123",
    "4915112345678",
    "919812345678",
    "27821234567",
];
const POSTAL: &[&str] = &[
    "10001", "33101", "32501", "39201", "79901", "84101", "92101", "02903", "67000", "57000", "75001",
    "97400", "97110", "H2X 1Y4", "SW1A 1AA", "99999",
];
const ZONES: &[&str] = &[
    "America/New_York",
    "America/Phoenix",
    "Pacific/Honolulu",
    "Europe/Paris",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Mars/Base",
];
/// Local days on which clocks turn, holidays fall or rules begin, with the days around them.
const TURNS: &[&str] = &[
    "2024-03-10",
    "2024-11-03",
    "2025-03-09",
    "2025-03-30",
    "2025-11-02",
    "2026-03-29",
    "2026-10-25",
    "2026-11-01",
    "2024-09-01",
    "2025-09-01",
    "2025-12-26",
    "2026-01-01",
    "2026-03-01",
    "2026-04-01",
    "2026-04-03",
    "2026-07-04",
    "2026-11-26",
    "2026-12-20",
    "2026-12-26",
    "2027-07-24",
];

/// Rules that begin, end, lapse and run over midnight, which the book of today hardly has.
pub(super) const OVERLAY: &str = r#"
[[rule]]
id = "GB-NIGHT"
layer = "practice"
reach = "settled"
confidence = "high"
citation = "made up"
sources = []
places = ["GB"]
from = "2025-06-01"
to = "2026-11-01"
kinds = ["marketing", "transactional"]
lifted_by = [{ by = "sale", certainty = "settled", months = 6 }, { by = "consent", certainty = "contested" }]
[rule.hours]
windows = [{ days = "mon-fri", from = "21:00", to = "02:30" }, { days = "sat", from = "00:30", to = "24:00" }]
holidays = ["FR"]

[[rule]]
id = "GB-CAP"
layer = "practice"
reach = "contested"
confidence = "high"
citation = "made up"
sources = []
places = ["GB", "US-CA"]
from = "2026-01-01"
kinds = ["marketing"]
lifted_by = [{ by = "inquiry", certainty = "settled", months = 2 }]
caps = [{ max = 1, per_hours = 36, key = "person_subject" }]

[[rule]]
id = "GB-2027"
layer = "practice"
reach = "settled"
confidence = "high"
citation = "made up"
sources = []
places = ["GB"]
from = "2026-11-01"
kinds = ["marketing"]
bases = [{ basis = "express_written" }, { basis = "soft_opt_in", sale_within_months = 3 }]

[[rule]]
id = "GB-LISTS"
layer = "practice"
reach = "contested"
confidence = "high"
citation = "made up"
sources = []
places = ["GB", "US-CA"]
from = "2025-01-01"
kinds = ["marketing"]
lifted_by = [{ by = "sale", certainty = "settled", months = 6 }]
registers = [{ name = "bars", max_age_days = 5 }, { name = "requires", max_age_days = 9, effect = "requires" }]

[[rule]]
id = "GB-REASSIGNED"
layer = "practice"
reach = "settled"
confidence = "high"
citation = "made up"
sources = []
places = ["GB"]
kinds = ["marketing", "transactional"]
lifted_by = [{ by = "inquiry", certainty = "settled", months = 2 }]
registers = [{ name = "ends", max_age_days = 3, effect = "ends" }]

[[rule]]
id = "GB-EMERGENCY"
layer = "regulation"
reach = "settled"
confidence = "high"
citation = "made up"
sources = []
places = ["GB", "US-CA"]
kinds = ["marketing"]
lifted_by = [{ by = "sale", certainty = "settled", months = 6 }]
feed = { name = "gb-ban", max_age_hours = 24 }

[[rule]]
id = "US-EMERGENCY"
layer = "regulation"
reach = "contested"
confidence = "high"
citation = "made up"
sources = []
places = ["US-TX", "US-PA", "US-OR"]
from = "2025-01-01"
to = "2027-07-24"
kinds = ["marketing", "transactional"]
feed = { name = "us-ban", max_age_hours = 48 }

[[rule]]
id = "FR-FORBIDS"
layer = "statute"
reach = "contested"
confidence = "high"
citation = "made up"
sources = []
places = ["FR", "US-CA"]
from = "2026-01-01"
kinds = ["marketing"]
lifted_by = [{ by = "inquiry", certainty = "settled", months = 12 }]
forbids = [
  { what = "topic", of = ["hats"] },
  { what = "topic", of = ["news", "wine"], unless_age_checked = true },
  { what = "sender_prefix", of = ["36124"] },
]

[[rule]]
id = "GB-SENDERS"
layer = "carrier"
reach = "settled"
confidence = "high"
citation = "made up"
sources = []
places = ["GB", "US-NY"]
to = "2026-12-20"
kinds = ["marketing"]
forbids = [{ what = "sender_abroad" }]
required = [{ what = "sender_id", forms = ["{sender}4", "7{sender}"] }]

[[rule]]
id = "US-ENDS-ALL"
layer = "regulation"
reach = "contested"
confidence = "high"
citation = "made up"
sources = []
places = ["US"]
from = "2026-11-01"
kinds = ["marketing", "transactional"]
revocation = { any_words = true, any_channel = true, ends = "all" }

[[rule]]
id = "GB-ENDS-ALL"
layer = "regulation"
reach = "settled"
confidence = "high"
citation = "made up"
sources = []
places = ["GB"]
from = "2026-04-01"
kinds = ["marketing"]
revocation = { any_words = true, any_channel = true, ends = "all" }

[[tz]]
zones = ["Europe/London", "Pacific/Honolulu"]
from = "2026-12-27"
release = "2099a"
citation = "made up"
confidence = "high"

[[tz]]
zones = ["America/Los_Angeles", "America/Chicago"]
from = "2027-07-25"
release = "2099b"
citation = "made up"
confidence = "high"

[[tz]]
zones = ["Europe/London", "America/New_York"]
from = "2024-01-01"
release = "2020a"
citation = "made up: the data has it right"
confidence = "high"
"#;

pub(super) fn made_up() -> Rulebook {
    Rulebook::builtin().with_overlay("made-up.toml", OVERLAY).unwrap()
}

pub(super) fn number(dice: &mut Dice) -> PhoneNumber {
    let text = match dice.roll(10) {
        0..=2 => format!("+1{}5550123", dice.between(201, 990)),
        3..=6 => format!("+1{}5550123", dice.of(AREAS)),
        _ => format!("+{}", dice.of(ABROAD)),
    };
    text.parse().unwrap_or_else(|_| "+12125550123".parse().unwrap())
}

pub(super) fn whereabouts(dice: &mut Dice) -> Whereabouts {
    let mut at = Whereabouts::of(number(dice));
    if dice.one_in(6) {
        let place = dice.of(Rulebook::builtin().covered()).place;
        at = at.with_place(if dice.one_in(8) { Place::new("ZZ-9").unwrap() } else { place });
    }
    if dice.one_in(3) {
        at = at.with_postal_code(dice.of(POSTAL)).unwrap_or(at);
    }
    if dice.one_in(6) { at.with_zone_name(dice.of(ZONES)) } else { at }
}

pub(super) fn moment(dice: &mut Dice) -> i64 {
    let second = if dice.one_in(3) {
        let day: chrono::NaiveDate = dice.of(TURNS).parse().unwrap();
        day.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp() + dice.between(-DAY, 2 * DAY)
    } else {
        dice.between(1_704_067_200, 1_830_297_600)
    };
    // Often exactly on an hour or minute, where edges are.
    second - second.rem_euclid(dice.of(&[1, 60, 1800, 3600]))
}

/// A date in the past, often just about to lapse or to have lapsed after a number of months.
fn earlier(dice: &mut Dice, at: i64) -> i64 {
    let now = chrono::DateTime::from_timestamp(at, 0).unwrap();
    match dice.roll(8) {
        0 => at + dice.between(0, 3 * DAY),
        1..=3 => {
            let months = chrono::Months::new(dice.of(&[2, 3, 6, 12, 18, 24]));
            (now - months).timestamp() + dice.between(-2 * DAY, 9 * DAY)
        }
        _ => at - dice.between(0, 900 * DAY),
    }
}

fn grant(dice: &mut Dice, at: i64) -> Grant {
    let date = |dice: &mut Dice| dice.one_in(2).then(|| earlier(dice, at) * 1000);
    Grant {
        basis: dice.of(Basis::ALL),
        how: How::Form,
        acquisition: dice.of(&[
            Acquisition::Own,
            Acquisition::Own,
            Acquisition::Own,
            Acquisition::Partner,
            Acquisition::Marketplace,
        ]),
        acted_ms: if dice.one_in(12) {
            at + dice.between(1, 2 * DAY)
        } else {
            at - dice.between(0, 800 * DAY)
        } * 1000,
        sale_ms: date(dice),
        inquiry_ms: date(dice),
        text: dice.one_in(2).then_some(Hash([7; 32])),
        kept: dice.one_in(2).then(|| vec![PersonalField::Ip]),
        confirmed: dice.one_in(3).then_some(true),
        undated: dice.one_in(6).then_some(true),
        ..Grant::new(Basis::None, How::Form, 0)
    }
}

fn checks(dice: &mut Dice, at: i64) -> Option<Vec<Check>> {
    let mut checks = Vec::new();
    for register in ["bars", "requires", "ends", "us-dnc", "us-rnd", "litigators"] {
        if !dice.one_in(5) {
            // Mostly fresh, often near the day on which it goes stale, now and then of a day to come.
            let days = dice.of(&[0, 0, 0, 1, 2, 3, 5, 9, 31]);
            checks.push(Check {
                register: name(register),
                listed: dice.one_in(3) || register == "requires" && !dice.one_in(4),
                as_of_ms: (at - days * DAY + dice.between(-DAY, 2 * 3600)) * 1000,
                since_ms: dice.one_in(2).then(|| (at - dice.between(-DAY, 800 * DAY)) * 1000),
            });
        }
    }
    (!checks.is_empty()).then_some(checks)
}

fn proof(dice: &mut Dice) -> Proof {
    let mut proof = Proof::none();
    if dice.one_in(3) {
        proof = proof.everywhere(dice.of(Grade::ALL));
    }
    for place in ["US", "US-CA", "GB", "FR", "FR-57"] {
        if dice.one_in(4) {
            proof = proof.at(Place::new(place).unwrap(), dice.of(Grade::ALL));
        }
    }
    if dice.one_in(4) { proof.kinds([Kind::Marketing, Kind::Transactional]) } else { proof }
}

fn maybe(dice: &mut Dice, names: &[&str]) -> Option<Name> {
    dice.one_in(2).then(|| name(dice.of(names)))
}

fn sent(dice: &mut Dice, at: i64) -> Sent {
    let back = if dice.one_in(4) { 40 * DAY } else { 30 * 3600 };
    Sent {
        message: MessageId([dice.roll(256) as u8; 16]),
        at_ms: at * 1000 - dice.between(-3_000, back * 1000),
        kind: if dice.one_in(5) { Kind::Transactional } else { Kind::Marketing },
        program: name("soldes"),
        sender: name("36123"),
        category: maybe(dice, &["promo", "news"]),
        subject: maybe(dice, &["shoes", "hats"]),
        outcome: dice.of(&[
            None,
            Some(Outcome::Accepted),
            Some(Outcome::Unknown),
            Some(Outcome::Refused),
            Some(Outcome::Deferred),
        ]),
        delivery: None,
        answer: None,
    }
}

fn revocation(dice: &mut Dice, at: i64) -> Revocation {
    Revocation {
        said: dice.of(Said::ALL),
        program: maybe(dice, &["soldes", "avis"]),
        sender: maybe(dice, &["36123", "36124"]),
        topic: maybe(dice, &["promo", "shoes"]),
        acted_ms: (at - dice.between(0, 100 * DAY)) * 1000,
        seq: dice.roll(20),
        road: Road::Keyword,
        kept: dice.one_in(4).then(|| maybe(dice, &["promo", "shoes", "orders"]).into_iter().collect()),
    }
}

fn program(dice: &mut Dice, at: i64, of: &str) -> ProgramState {
    let opening =
        |dice: &mut Dice| Opening { acted_ms: (at - dice.between(0, 100 * DAY)) * 1000, seq: dice.roll(20) };
    ProgramState {
        program: name(of),
        grants: (0..=dice.roll(3)).map(|_| grant(dice, at)).collect(),
        openings: (0..dice.roll(3)).map(|_| opening(dice)).collect(),
        pending: None,
    }
}

fn state(dice: &mut Dice, at: i64) -> State {
    let mut state = State::default();
    if !dice.one_in(12) {
        state.programs.push(program(dice, at, "soldes"));
    }
    if dice.one_in(3) {
        state.programs.push(program(dice, at, "avis"));
    }
    if dice.one_in(6) {
        state.revocations = (0..=dice.roll(2)).map(|_| revocation(dice, at)).collect();
    }
    let count = if dice.one_in(2) { 0 } else { dice.roll(9) };
    state.sends = (0..count).map(|_| sent(dice, at)).collect();
    if dice.one_in(12) {
        let deadline_ms = at * 1000 + dice.between(-DAY, 2 * DAY) * 1000;
        state.suspension = Some(Suspension {
            deadline_ms,
            acted_ms: at * 1000 - dice.between(1, 100 * DAY) * 1000,
            seq: dice.roll(20),
        });
    }
    if dice.one_in(20) {
        state.blocked.push(name("36123"));
    }
    if dice.one_in(20) {
        state.bounced_ms = Some(at * 1000 - dice.between(1, 100 * DAY) * 1000);
    }
    if dice.one_in(3) {
        state.checks = checks(dice, at);
    }
    state.ended = dice.one_in(40);
    state.erased = dice.one_in(40);
    state
}

/// Lists that are mostly fresh, of bans that mostly begin or end soon.
fn bans(dice: &mut Dice, at: i64) -> Bans {
    let instant = |at: i64| chrono::DateTime::from_timestamp(at, 0).unwrap();
    let mut feeds = Vec::new();
    for feed in ["gb-ban", "us-ban"] {
        if dice.one_in(5) {
            continue;
        }
        let as_of = at - dice.of(&[0, 3_600, 20 * 3_600, 24 * 3_600, 47 * 3_600, -300, -301, -9 * DAY]);
        let covers_since = dice.one_in(2).then(|| as_of - dice.of(&[0, DAY, 9 * DAY, 300 * DAY]));
        let bans = (0..dice.roll(4)).map(|_| {
            let from = at + dice.between(-20 * DAY, 3 * DAY);
            let from = from - from.rem_euclid(dice.of(&[1, 60, 3_600]));
            let until = from + dice.of(&[3_600, DAY, 5 * DAY, 18 * DAY, 30 * DAY]);
            let place = dice.of(&["GB", "US-CA", "US", "US-TX", "US-NY", "US-OR", "FR"]);
            let until = (!dice.one_in(6)).then(|| instant(until));
            Ban::new(Place::new(place).unwrap(), instant(from), until, "Order 7").unwrap()
        });
        let bans = bans.collect();
        feeds.push(BanFeed::new(name(feed), instant(as_of), covers_since.map(instant), bans).unwrap());
    }
    Bans::new(feeds).unwrap()
}

pub(super) fn case(dice: &mut Dice) -> Case {
    let at = moment(dice);
    let window = |days: &str, from: &str, to: &str| {
        Window::new(days.parse::<DaySet>().unwrap(), from.parse().unwrap(), to.parse().unwrap()).unwrap()
    };
    let brand_hours = dice.one_in(6).then(|| {
        Hours::new(dice.of(&[
            vec![window("mon-fri", "10:00", "11:30"), window("sat", "14:00", "20:00")],
            vec![window("all", "18:00", "01:30")],
            vec![window("all", "08:00", "08:30")],
        ]))
    });
    let caps = [(6, 720, None), (3, 720, Some(name("promo"))), (1, 24, None)];
    let brand_caps = if dice.one_in(5) { vec![dice.of(&caps), dice.of(&caps)] } else { Vec::new() };
    Case {
        whereabouts: whereabouts(dice),
        state: state(dice, at),
        program: name("soldes"),
        kind: if dice.one_in(4) { dice.of(Kind::ALL) } else { Kind::Marketing },
        category: maybe(dice, &["promo", "news"]),
        subject: maybe(dice, &["shoes", "hats"]),
        sender: maybe(dice, &["36123", "36124"]),
        posture: dice.of(&[Posture::Strict, Posture::Settled]),
        brand_hours,
        brand_caps,
        brand_registers: if dice.one_in(10) {
            vec![Register::new(name("litigators"), 4, Effect::Bars)]
        } else {
            Vec::new()
        },
        proof: if dice.one_in(4) { proof(dice) } else { Proof::none() },
        bans: bans(dice, at),
        senders: ["36123", "36124", "36124"]
            .iter()
            .filter_map(|sender| {
                let country = dice.of(&["GB", "US", "FR"]);
                (!dice.one_in(2)).then(|| (name(sender), Country::new(country).unwrap()))
            })
            .collect(),
        age_checked: if dice.one_in(3) { vec![name("soldes")] } else { Vec::new() },
        at,
    }
}
