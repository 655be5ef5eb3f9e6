//! Europe, written down again by hand from the facts, never from the book's own data: France, the Union and its
//! members, Switzerland, Norway, Britain, Turkey.

use chrono::{DateTime, NaiveDate};
use optin::{
    consent::{Basis, Sent, event::Outcome},
    id::{MessageId, Name},
    law::{
        CapKey, Effect, Extent, Forbids, Need, Occasion, PenaltyUnit, Posture, Reach, Rule, Rulebook,
        SenderForm, Standing, Tolerance, is_open,
    },
    message::Kind,
    place::{Place, Zone, ZoneTable},
};

use super::rules::{is_for, standing, today};

const MEMBERS: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";
/// Members of whose own law the facts say nothing.
const UNKNOWN: &str = "BG CY EE GR HR HU LT LV MT RO SI SK";

/// Rules, where they bind, from when to when, layer, reach and confidence. A `*` stands for the country.
type Head = (&'static str, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const HEADS: &[Head] = &[
    ("BE-CONSENT-MARKETING BE-CONSENT-OTHER", "BE", "2014-05-31", "", "statute settled high"),
    ("LU-CONSENT-MARKETING LU-CONSENT-OTHER", "LU", "2005-07-01", "", "statute settled high"),
    ("CH-CONSENT-MARKETING CH-CONSENT-OTHER CH-TEXT CH-STOP", "CH", "2007-04-01", "", "statute settled high"),
    ("DE-CONSENT-MARKETING DE-CONSENT-OTHER DE-TEXT", "DE", "2008-12-30", "", "statute settled high"),
    ("DE-CALL-RECORDS", "DE", "2021-10-01", "", "statute voice high"),
    ("AT-CONSENT-MARKETING AT-CONSENT-OTHER AT-ECG-LIST", "AT", "2021-11-01", "", "statute settled medium"),
    ("ES-CONSENT-MARKETING ES-CONSENT-OTHER ES-ROBINSON", "ES", "2018-12-07", "", "statute settled high"),
    ("ES-CAP", "ES", "2018-12-07", "", "statute unclear medium"),
    ("IT-CONSENT-MARKETING IT-CONSENT-OTHER", "IT", "2004-01-01", "", "statute settled high"),
    ("IT-CALL-HOURS", "IT", "", "", "code voice medium"),
    ("IT-RPO", "IT", "", "", "statute voice medium"),
    ("NL-CONSENT-MARKETING NL-CONSENT-OTHER", "NL", "2009-10-01", "", "statute settled medium"),
    ("NL-CALLS-CUSTOMER", "NL", "2026-01-01", "", "statute voice medium"),
    ("PT-CONSENT-MARKETING PT-CONSENT-OTHER PT-LISTS", "PT", "2013-01-01", "", "statute settled medium"),
    ("IE-CONSENT-MARKETING IE-CONSENT-OTHER", "IE", "2011-07-01", "", "regulation settled high"),
    ("PL-CONSENT-MARKETING PL-CONSENT-OTHER", "PL", "2024-11-10", "", "statute settled medium"),
    ("CZ-CONSENT-MARKETING CZ-CONSENT-OTHER CZ-TEXT", "CZ", "2007-01-01", "", "statute settled medium"),
    ("SE-CONSENT-MARKETING SE-CONSENT-OTHER", "SE", "2008-07-01", "", "statute settled high"),
    ("DK-CONSENT-MARKETING DK-CONSENT-OTHER", "DK", "2017-07-01", "", "statute settled high"),
    ("NO-CONSENT-MARKETING NO-CONSENT-OTHER", "NO", "2009-06-01", "", "statute settled high"),
    ("FI-CONSENT-MARKETING FI-CONSENT-OTHER", "FI", "2015-01-01", "", "statute settled high"),
    ("TR-CONSENT-MARKETING TR-CONSENT-OTHER TR-STOP", "TR", "2015-07-15", "", "statute settled high"),
    ("TR-TEXT", "TR", "2015-07-15", "", "regulation settled high"),
    ("TR-IYS", "TR", "2020-09-01", "", "regulation settled high"),
    ("TR-PROOF", "TR", "2015-07-15", "", "regulation settled low"),
    // The fine changed with the Act of 2025, and nothing else.
    ("GB-CONSENT-MARKETING GB-CONSENT-OTHER GB-TEXT", "GB", "2003-12-11", "2026-02-05", "regulation settled high"),
    ("GB-CONSENT-MARKETING GB-CONSENT-OTHER GB-TEXT", "GB", "2026-02-05", "", "regulation settled high"),
    ("GB-CHARITY-SOFT-OPT-IN", "GB", "2026-02-05", "", "regulation settled high"),
    ("GB-STOP", "GB", "2003-12-11", "", "regulation settled high"),
    ("GB-PROOF", "GB", "2018-05-25", "", "statute settled high"),
    ("GB-TPS", "GB", "", "", "regulation voice high"),
    ("EU-EPRIVACY-CONSENT EU-EPRIVACY-OTHER", UNKNOWN, "2018-05-25", "", "statute settled low"),
    ("EU-EPRIVACY-TEXT", "AT BE BG CY CZ DK EE ES FI GR HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI SK",
        "2003-10-31", "", "statute settled high"),
    ("EU-GDPR-PROOF EU-GDPR-WITHDRAWAL EU-GDPR-OBJECTION EU-GDPR-ERASURE EU-GDPR-STORAGE",
        "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI SK",
        "2018-05-25", "", "statute settled high"),
    ("EU-CONSENT-REFRESH",
        "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI SK",
        "2020-05-04", "", "practice settled high"),
    ("FR-HOURS-2012", "FR", "2012-01-01", "2024-09-01", "carrier settled medium"),
    ("FR-ALSACE-MOSELLE-HOURS-2012", "FR-57 FR-67 FR-68", "2012-01-01", "2024-09-01", "carrier settled medium"),
    ("FR-971-HOURS-2012", "FR-971", "2012-01-01", "2024-09-01", "carrier settled low"),
    ("FR-972-HOURS-2012", "FR-972", "2012-01-01", "2024-09-01", "carrier settled low"),
    ("FR-973-HOURS-2012", "FR-973", "2012-01-01", "2024-09-01", "carrier settled low"),
    ("FR-974-HOURS-2012", "FR-974", "2012-01-01", "2024-09-01", "carrier settled low"),
    ("FR-976-HOURS-2012", "FR-976", "2012-01-01", "2024-09-01", "carrier settled low"),
    ("FR-BL-HOURS-2012", "FR-BL", "2012-01-01", "2024-09-01", "carrier settled low"),
    ("FR-MF-HOURS-2012", "FR-MF", "2012-01-01", "2024-09-01", "carrier settled low"),
    ("FR-HOURS-2024", "FR", "2024-09-01", "2026-04-01", "code settled high"),
    ("FR-HOURS-2026", "FR", "2026-03-01", "", "code settled high"),
    ("FR-CONSENT-MARKETING FR-CONSENT-OTHER FR-STOP", "FR", "", "", "statute settled high"),
    ("FR-TEXT", "FR", "", "2026-04-01", "statute settled high"),
    ("FR-TEXT", "FR", "2026-04-01", "", "statute settled high"),
    ("FR-STOP-PRACTICE", "FR", "", "", "practice settled medium"),
    ("FR-SENDER-0607", "FR", "2019-08-01", "", "regulation settled high"),
    ("FR-NUMBERS-PROMOTIONAL FR-NUMBERS-TRANSACTIONAL", "FR", "", "", "code settled high"),
    ("FR-ENERGY-RENOVATION", "FR", "2025-07-01", "", "statute settled high"),
    ("FR-PARTNER-LISTS", "FR", "2025-05-15", "", "case settled high"),
    ("FR-CALL-HOURS", "FR", "2023-03-01", "", "regulation voice high"),
    ("FR-CALL-BLOCTEL", "FR", "", "2026-08-11", "statute voice high"),
    ("FR-CALL-OPT-IN", "FR", "2026-08-11", "", "statute voice high"),
    ("FR-PROSPECT-RETENTION FR-OBJECTION-RETENTION", "FR", "", "", "practice settled high"),
];

/// Countries by what a sale is worth to a marketing text.
const SOFT: &str = "BE LU CH DE AT ES NL PT CZ SE DK NO FI";
const NO_SOFT: &str = "IT PL TR";
/// Where nothing but marketing asks for consent.
const OTHERS_FREE: &str = "BE LU CH DE AT ES NL PT CZ SE DK NO FI IT PL TR IE";

/// Rule, a place that it binds, kinds, and each text: what, for which sender, on which occasion, its forms.
type Texts = (&'static str, &'static str, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const TEXTS: &[Texts] = &[
    ("EU-EPRIVACY-TEXT", "PL", "marketing", &["identity any each", "opt_out any each", "opt_out any request"]),
    ("DE-TEXT", "DE", "marketing", &["identity any each", "opt_out any each"]),
    ("CH-TEXT", "CH", "marketing", &["identity any each", "opt_out any each"]),
    ("TR-TEXT", "TR", "marketing", &["identity any each", "opt_out any each"]),
    ("CZ-TEXT", "CZ", "marketing", &["label any each|obchodní sdělení"]),
    ("GB-TEXT", "GB", "marketing", &["identity any each", "opt_out any each|STOP|{opt_out_link}"]),
    ("FR-TEXT", "FR-974", "marketing", &["identity any each",
        "opt_out alphanumeric each|STOP au {short_code}|STOP {short_code}", "opt_out reachable each|STOP"]),
    ("FR-NUMBERS-PROMOTIONAL", "FR", "marketing", &["sender_id reachable each|36{short_code}"]),
    ("FR-NUMBERS-TRANSACTIONAL", "FR", "transactional authentication service",
        &["sender_id reachable each|38{short_code}|36{short_code}"]),
];

/// Rule, a place that it binds, words, confirmations, days and whether they are business days.
type Ends = (&'static str, &'static str, &'static str, Option<u8>, Option<(u16, bool)>);

#[rustfmt::skip]
const ENDS: &[Ends] = &[
    ("EU-GDPR-WITHDRAWAL", "LU", "", None, None),
    ("EU-GDPR-OBJECTION", "FI", "", None, None),
    ("CH-STOP", "CH", "", None, None),
    ("GB-STOP", "GB", "", None, None),
    ("TR-STOP", "TR", "", None, Some((3, true))),
    ("FR-STOP", "FR-976", "stop", None, None),
    ("FR-STOP-PRACTICE", "FR", "stop,arret,arrete,arrett", Some(1), None),
    ("BE-STOP-WORDS", "BE", "stop,arret,stoppen,afmelden", None, None),
    ("CH-STOP-WORDS", "CH", "stop,stopp,halt,abmelden,arret,ferma,basta,cancella", None, None),
    ("DE-STOP-WORDS", "DE", "stop,stopp,halt,abmelden", None, None),
    ("AT-STOP-WORDS", "AT", "stop,stopp,halt,abmelden", None, None),
    ("ES-STOP-WORDS", "ES", "stop,baja,alto,cancelar,parar,detener,no mas,no más", None, None),
    ("IT-STOP-WORDS", "IT", "stop,ferma,basta,cancella", None, None),
    ("NL-STOP-WORDS", "NL", "stop,stoppen,afmelden,af", None, None),
    ("PT-STOP-WORDS", "PT", "stop,parar,sair,cancelar", None, None),
    ("PL-STOP-WORDS", "PL", "stop,zatrzymaj,wypisz,rezygnuję", None, None),
    ("SE-STOP-WORDS", "SE", "stop,stopp", None, None),
    ("DK-STOP-WORDS", "DK", "stop", None, None),
    ("NO-STOP-WORDS", "NO", "stop,stopp", None, None),
    ("TR-STOP-WORDS", "TR", "iptal,ret", None, None),
];

/// Rule, what must be on record.
const RECORDS: &[(&str, &str)] = &[
    ("EU-GDPR-PROOF", "person time request purpose act"),
    ("EU-GDPR-WITHDRAWAL", "withdrawal"),
    ("GB-PROOF", "person time request purpose act withdrawal"),
    ("IE-CONSENT-MARKETING", "dates"),
    ("PT-LISTS", "person time act withdrawal"),
    ("TR-PROOF", "person time act message"),
    ("FR-PARTNER-LISTS", "person time request purpose seller act"),
    ("FR-CALL-OPT-IN", "person time request act"),
    ("DE-CALL-RECORDS", "person time request act"),
];

/// Rule, place, register, days, what standing in it means, whether a person's own consent lifts it.
const REGISTERS: &[(&str, &str, &str, u16, Effect, bool)] = &[
    ("ES-ROBINSON", "ES", "es-robinson", 30, Effect::Bars, true),
    ("AT-ECG-LIST", "AT", "at-ecg", 30, Effect::Bars, true),
    ("TR-IYS", "TR", "tr-iys", 1, Effect::Requires, false),
];

/// Rule, the first day of the version, currency, the most, what it is counted by.
type Fine = (&'static str, &'static str, &'static str, Option<u64>, Option<PenaltyUnit>);

#[rustfmt::skip]
const FINES: &[Fine] = &[
    ("BE-CONSENT-MARKETING", "2014-05-31", "EUR", Some(80_000), None),
    ("LU-CONSENT-MARKETING", "2005-07-01", "EUR", None, None),
    ("CH-CONSENT-MARKETING", "2007-04-01", "CHF", None, None),
    ("DE-CALL-RECORDS", "2021-10-01", "EUR", Some(50_000), None),
    ("AT-CONSENT-MARKETING", "2021-11-01", "EUR", Some(50_000), None),
    ("ES-CONSENT-MARKETING", "2018-12-07", "EUR", Some(150_000), None),
    ("NL-CONSENT-MARKETING", "2009-10-01", "EUR", Some(900_000), None),
    ("PT-CONSENT-MARKETING", "2013-01-01", "EUR", Some(5_000_000), None),
    ("IE-CONSENT-MARKETING", "2011-07-01", "EUR", Some(5_000), Some(PenaltyUnit::Message)),
    ("PL-CONSENT-MARKETING", "2024-11-10", "PLN", Some(1_000_000), None),
    ("CZ-CONSENT-MARKETING", "2007-01-01", "CZK", Some(10_000_000), None),
    ("TR-CONSENT-MARKETING", "2015-07-15", "TRY", None, None),
    ("GB-CONSENT-MARKETING", "2003-12-11", "GBP", Some(500_000), None),
    ("GB-CONSENT-MARKETING", "2026-02-05", "GBP", Some(17_500_000), None),
    ("GB-TEXT", "2003-12-11", "GBP", Some(500_000), None),
    ("GB-TEXT", "2026-02-05", "GBP", Some(17_500_000), None),
    ("EU-GDPR-PROOF", "2018-05-25", "EUR", Some(20_000_000), None),
    ("FR-HOURS-2012", "2012-01-01", "EUR", Some(1_000), Some(PenaltyUnit::Violation)),
    ("FR-CONSENT-MARKETING", "", "EUR", Some(20_000_000), None),
    ("FR-TEXT", "2026-04-01", "EUR", Some(375_000), None),
    ("FR-CALL-HOURS", "2023-03-01", "EUR", Some(375_000), None),
];

/// Hours of calls, to be seen and never to be applied: open, closed.
const CALL_HOURS: &[(&str, &str, &[&str], &[&str])] = &[
    (
        "FR-CALL-HOURS",
        "Europe/Paris",
        &[
            "2025-11-24T10:00+01:00",
            "2025-11-28T12:59+01:00",
            "2025-11-24T14:00+01:00",
            "2025-11-24T19:59+01:00",
        ],
        &[
            "2025-11-24T09:59+01:00",
            "2025-11-24T13:00+01:00",
            "2025-11-24T20:00+01:00",
            "2025-11-29T11:00+01:00",
            "2025-11-23T11:00+01:00",
            "2025-11-11T11:00+01:00",
        ],
    ),
    (
        "IT-CALL-HOURS",
        "Europe/Rome",
        &[
            "2026-11-23T09:00+01:00",
            "2026-11-27T19:59+01:00",
            "2026-11-28T10:00+01:00",
            "2026-11-22T18:59+01:00",
        ],
        &[
            "2026-11-23T08:59+01:00",
            "2026-11-27T20:00+01:00",
            "2026-11-28T09:59+01:00",
            "2026-11-22T19:00+01:00",
        ],
    ),
];

fn place(code: &str) -> Place {
    code.parse().unwrap()
}

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

fn version<'b>(book: &'b Rulebook, id: &str, from: &str) -> Option<&'b Rule> {
    book.rules().iter().map(AsRef::as_ref).find(|rule| rule.id == id && rule.from == day(from))
}

/// What the book says otherwise.
pub(super) fn faults(book: &Rulebook) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |so: bool, what: String| {
        if !so {
            faults.push(what);
        }
    };
    heads(book, &mut expect);
    grounds(book, &mut expect);
    texts(book, &mut expect);
    ends(book, &mut expect);
    lists(book, &mut expect);
    calls(book, &mut expect);
    for &(id, from, currency, max, per) in FINES {
        let fine = version(book, id, from).and_then(|rule| rule.penalty.as_ref());
        let as_told =
            fine.is_some_and(|fine| (fine.currency.as_str(), fine.max, fine.per) == (currency, max, per));
        expect(as_told, format!("{id}: {fine:?}"));
    }
    faults
}

type Expect<'e> = &'e mut dyn FnMut(bool, String);

fn heads(book: &Rulebook, expect: Expect<'_>) {
    for &(ids, places, from, to, marks) in HEADS {
        for id in ids.split(' ') {
            let Some(rule) = version(book, id, from) else {
                expect(false, format!("{id} from {from} is missing"));
                continue;
            };
            expect(rule.to == day(to), format!("{id} ends on {:?}", rule.to));
            let mut bound: Vec<_> = rule.places.iter().map(Place::to_string).collect();
            bound.sort();
            expect(bound.join(" ") == places, format!("{id} binds {bound:?}"));
            let found = format!("{} {} {}", rule.layer, rule.reach, rule.confidence);
            expect(found == marks, format!("{id} is {found}"));
        }
    }
}

fn grounds(book: &Rulebook, expect: Expect<'_>) {
    let mut rule = |id: &str, at: &str, kinds: &str, enough: &str, too_little: &str| {
        let rules = &book.law_of(place(at)).bases;
        let Some(rule) = rules.iter().rev().find(|rule| rule.id == id) else {
            return expect(false, format!("{id} gives no grounds at {at}"));
        };
        expect(is_for(rule, kinds), format!("{id} binds other kinds"));
        let bases = rule.bases.as_ref().unwrap();
        for (standings, suffices) in [(enough, true), (too_little, false)] {
            for text in standings.split_whitespace() {
                let found = bases.ground_for(&standing(text), today()).is_some();
                expect(found == suffices, format!("{id} at {at}: {text} is not {suffices}"));
            }
        }
    };
    const ASKED: &str = "express_written express";
    const NEVER: &str = "soft_opt_in soft_opt_in+i1 implied implied+s1 implied+i1 none none+s1";
    for country in SOFT.split(' ') {
        let id = format!("{country}-CONSENT-MARKETING");
        rule(&id, country, "marketing", &format!("{ASKED} soft_opt_in+s1 soft_opt_in+s90"), NEVER);
    }
    for country in NO_SOFT.split(' ') {
        let id = format!("{country}-CONSENT-MARKETING");
        rule(&id, country, "marketing", ASKED, &format!("{NEVER} soft_opt_in+s1"));
    }
    for country in UNKNOWN.split(' ') {
        rule("EU-EPRIVACY-CONSENT", country, "marketing", ASKED, &format!("{NEVER} soft_opt_in+s1"));
        rule("EU-EPRIVACY-OTHER", country, "transactional conversational authentication service", "none", "");
    }
    for country in OTHERS_FREE.split(' ') {
        let id = format!("{country}-CONSENT-OTHER");
        rule(&id, country, "transactional conversational authentication service", "express none", "");
    }
    let rolling = format!("{ASKED} soft_opt_in+s1 soft_opt_in+s11");
    rule(
        "IE-CONSENT-MARKETING",
        "IE",
        "marketing",
        &rolling,
        &format!("{NEVER} soft_opt_in+s12 soft_opt_in+s20"),
    );
}

fn texts(book: &Rulebook, expect: Expect<'_>) {
    for &(id, at, kinds, texts) in TEXTS {
        let rule = book.law_of(place(at)).required.iter().find(|rule| rule.id == id);
        let Some(rule) = rule else {
            expect(false, format!("{id} asks for no text at {at}"));
            continue;
        };
        expect(is_for(rule, kinds), format!("{id} binds other kinds"));
        let found = rule.required.iter().map(|text| {
            let mark = format!("{} {} {}", text.what, text.sender, text.on);
            [mark].iter().chain(&text.forms).map(String::as_str).collect::<Vec<_>>().join("|")
        });
        expect(found.eq(texts.iter().copied()), format!("{id}: {:?}", rule.required));
    }
}

fn ends(book: &Rulebook, expect: Expect<'_>) {
    for &(id, at, words, confirmations, days) in ENDS {
        let rule = book.law_of(place(at)).revocations.iter().find(|rule| rule.id == id);
        let Some(ends) = rule.and_then(|rule| rule.revocation.as_ref()) else {
            expect(false, format!("{id} ends nothing at {at}"));
            continue;
        };
        expect(is_for(rule.unwrap(), "marketing"), format!("{id} binds other kinds"));
        expect(ends.keywords.join(",") == words, format!("{id}: {:?}", ends.keywords));
        expect(ends.any_words && ends.any_channel && !ends.may_clarify, format!("{id} is narrow"));
        expect(ends.ends == Extent::Program, format!("{id} ends {}", ends.ends));
        expect(ends.confirmations == confirmations, format!("{id}: {:?}", ends.confirmations));
        let within = ends.within.as_ref().map(|within| (within.days, within.business));
        let no_feasts = ends.within.as_ref().is_none_or(|within| within.holidays.is_none());
        expect(within == days && no_feasts, format!("{id}: {:?}", ends.within));
        expect(ends.told_within_days.is_none(), format!("{id}: {:?}", ends.told_within_days));
    }
}

/// Records, registers, bans, caps.
fn lists(book: &Rulebook, expect: Expect<'_>) {
    for &(id, words) in RECORDS {
        let found = book.rule(id).map(|rule| rule.records.iter().map(|what| what.code()).collect::<Vec<_>>());
        expect(found.as_ref().is_some_and(|found| found.join(" ") == words), format!("{id}: {found:?}"));
    }
    for &(id, at, name, days, effect, lifts) in REGISTERS {
        let rule = book.law_of(place(at)).registers.iter().find(|rule| rule.id == id);
        let as_told = rule.is_some_and(|rule| {
            let found =
                rule.registers.iter().map(|list| (list.name.as_str(), list.max_age_days, list.effect));
            is_for(rule, "marketing") && found.eq([(name, days, effect)])
        });
        expect(as_told, format!("{id}: {rule:?}"));
        let lifted = |text: &str| rule.is_some_and(|rule| is_lifted(rule, text, Posture::Strict));
        expect(lifted("express") == lifts && !lifted("soft_opt_in+s1"), format!("{id} is lifted otherwise"));
    }
    let forbids = |id: &str, what, of: &[&str]| {
        let rule = book.law_of(place("FR-972")).forbids.iter().find(|rule| rule.id == id);
        rule.is_some_and(|rule| {
            is_for(rule, "marketing")
                && rule.forbids.iter().map(|ban| ban.what).eq([what])
                && rule.forbids[0].of == of
                && !rule.forbids[0].unless_age_checked
        })
    };
    expect(forbids("FR-SENDER-0607", Forbids::SenderPrefix, &["+336", "+337"]), "FR-SENDER-0607".to_owned());
    let renovation =
        forbids("FR-ENERGY-RENOVATION", Forbids::Topic, &["energy_renovation", "home_adaptation"]);
    expect(renovation, "FR-ENERGY-RENOVATION".to_owned());
    // A running contract is nothing that the ledger knows; consent lifts it by one reading only.
    let lifted =
        |posture| book.rule("FR-ENERGY-RENOVATION").is_some_and(|rule| is_lifted(rule, "express", posture));
    expect(!lifted(Posture::Strict) && lifted(Posture::Settled), "FR-ENERGY-RENOVATION is lifted".to_owned());

    let cap = book.law_of(place("ES")).caps.iter().find(|rule| rule.id == "ES-CAP");
    let as_told = cap.is_some_and(|rule| {
        rule.caps.iter().map(|cap| (cap.max, cap.per_hours, cap.key)).eq([(3, 366 * 24, CapKey::Person)])
            && is_for(rule, "marketing")
            && is_lifted(rule, "express", Posture::Strict)
            && !is_lifted(rule, "soft_opt_in+s1", Posture::Settled)
    });
    expect(as_told, format!("ES-CAP: {cap:?}"));
    let contracts = book.rule("TR-CONSENT-MARKETING").map_or(0, |rule| rule.lifted_by.len());
    expect(contracts == 1, "Turkish merchants".to_owned());
    let outside = book.rule("FR-CONSENT-MARKETING").map_or(0, |rule| rule.lifted_by.len());
    expect(outside == 2, "charities, and those who are addressed in their trade".to_owned());
    let all =
        book.rule("EU-GDPR-ERASURE").is_some_and(|rule| rule.kinds.iter().eq(Kind::ALL.iter().copied()));
    expect(all, "erasure is of every kind".to_owned());
}

/// What is about calls says what it says, and reaches no text.
fn calls(book: &Rulebook, expect: Expect<'_>) {
    let table = ZoneTable::bundled();
    for &(id, zone, open, closed) in CALL_HOURS {
        let Some(hours) = book.rule(id).and_then(|rule| rule.hours.as_ref()) else {
            expect(false, format!("{id} has no hours"));
            continue;
        };
        for (times, expected) in [(open, true), (closed, false)] {
            for time in times {
                let at = DateTime::parse_from_str(time, "%Y-%m-%dT%H:%M%:z").unwrap().timestamp();
                let found = is_open(&table, hours, Tolerance::Closed, Zone::named(zone).unwrap(), at);
                expect(found == Some(expected), format!("{id} at {time}: not {expected}"));
            }
        }
    }
    let cap = book.rule("FR-CALL-HOURS").and_then(|rule| rule.caps.first());
    expect(
        cap.is_some_and(|cap| (cap.max, cap.per_hours) == (4, 30 * 24)),
        format!("FR-CALL-HOURS: {cap:?}"),
    );
}

fn is_lifted(rule: &Rule, text: &str, posture: Posture) -> bool {
    rule.lifted_by.iter().any(|lift| lift.lifts(&standing(text), posture, today()))
}

#[test]
fn europe_is_as_the_facts_have_it() {
    assert_eq!(faults(&Rulebook::builtin()), [""; 0]);
}

#[test]
fn what_is_about_calls_judges_no_text() {
    let book = Rulebook::builtin();
    for (place, calls) in [("FR", 3), ("IT", 2), ("DE", 1), ("NL", 1), ("GB", 1)] {
        let law = book.law_of(place.parse().unwrap());
        assert_eq!(law.rules.iter().filter(|rule| rule.reach == Reach::Voice).count(), calls, "{place}");
        let lists = [&law.hours, &law.caps, &law.bases, &law.required, &law.registers, &law.revocations];
        assert!(lists.iter().all(|rules| rules.iter().all(|rule| rule.reach != Reach::Voice)), "{place}");
        assert!(law.retention.iter().all(|rule| rule.reach != Reach::Voice), "{place}");
    }
}

#[test]
fn no_law_but_frances_has_hours_for_texts() {
    let book = Rulebook::builtin();
    for code in MEMBERS.split(' ').chain(["CH", "NO", "GB", "TR"]).filter(|&code| code != "FR") {
        assert!(book.law_of(place(code)).hours.is_empty(), "{code}");
    }
}

#[test]
fn every_place_answers_for_every_kind_from_its_first_day_to_its_last() {
    let book = Rulebook::builtin();
    for code in MEMBERS.split(' ').chain(["CH", "NO", "GB", "TR"]) {
        let first = book.law_of(place(code)).coverage.as_ref().unwrap().from;
        for date in
            [first, day("2026-02-04").unwrap(), day("2026-02-05").unwrap(), day("2035-12-31").unwrap()]
        {
            for kind in Kind::ALL {
                let mut rules = book.law_of(place(code)).bases.iter();
                let asked = rules.any(|rule| rule.in_force_on(date) && rule.kinds.contains(*kind));
                assert!(asked, "{code} {kind:?} {date}");
            }
        }
    }
}

#[test]
fn the_french_link_waits_for_the_end_of_its_month() {
    let book = Rulebook::builtin();
    let links = |date: &str| {
        let rules =
            book.rules().iter().filter(|rule| rule.id == "FR-TEXT" && rule.in_force_on(day(date).unwrap()));
        let texts: Vec<_> =
            rules.flat_map(|rule| &rule.required).filter(|text| text.on == Occasion::Each).collect();
        let with = |sender| {
            let of = texts.iter().find(|text| text.sender == sender && !text.forms.is_empty());
            of.unwrap().forms.iter().any(|form| form == "{opt_out_link}")
        };
        [with(SenderForm::Alphanumeric), with(SenderForm::Reachable)]
    };
    assert_eq!(links("2026-02-17"), [false; 2]);
    assert_eq!(links("2026-03-31"), [false; 2]);
    assert_eq!(links("2026-04-01"), [true; 2]);
}

#[test]
fn an_irish_sale_rolls_on_with_each_message_in_time() {
    let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().timestamp();
    let sent = |when: &str, kind| Sent {
        message: MessageId([7; 16]),
        at_ms: at(when) * 1_000,
        kind,
        program: Name::new("soldes").unwrap(),
        sender: Name::new("36123").unwrap(),
        category: None,
        subject: None,
        outcome: Some(Outcome::Accepted),
        delivery: None,
        answer: None,
    };
    let bases = Rulebook::builtin().rule("IE-CONSENT-MARKETING").unwrap().bases.clone().unwrap();
    let soft = bases.grounds().iter().find(|ground| ground.basis == Basis::SoftOptIn).unwrap();
    assert_eq!(soft.needs, [Need::SaleRolling { months: 12 }]);
    let may = |sends: &[Sent], when: &str| {
        let sale_at = Some(at("2025-01-31T12:00:00Z"));
        let standing = Standing {
            basis: Basis::SoftOptIn,
            given_at: sale_at,
            sale_at,
            inquiry_at: None,
            marketed: &[],
            sends,
        };
        bases.ground_for(&standing, at(when)).is_some()
    };
    let in_time = [sent("2026-01-31T11:59:59Z", Kind::Marketing)];
    let late = [sent("2026-01-31T12:00:00Z", Kind::Marketing)];
    let receipt = [sent("2026-01-30T12:00:00Z", Kind::Transactional)];
    assert!(may(&[], "2026-01-31T11:59:59Z") && !may(&[], "2026-01-31T12:00:00Z"));
    assert!(may(&in_time, "2027-01-31T11:59:58Z") && !may(&in_time, "2027-01-31T11:59:59Z"));
    assert!(!may(&late, "2026-02-01T00:00:00Z") && !may(&receipt, "2026-02-01T00:00:00Z"));
}
