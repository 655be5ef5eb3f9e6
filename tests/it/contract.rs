//! The command line's field names, line by line, as other programs read them.

#[path = "../../examples/support/classify.rs"]
pub(crate) mod classify;
#[path = "../../examples/support/explained.rs"]
pub(crate) mod explained;
#[path = "../../examples/support/jsonl.rs"]
#[allow(dead_code, reason = "the loop over standard input is the example's")]
pub(crate) mod jsonl;
#[path = "../../examples/support/lint.rs"]
pub(crate) mod lint;
#[path = "../../examples/support/webhook.rs"]
pub(crate) mod webhook;
#[path = "../../examples/support/week.rs"]
#[allow(dead_code, reason = "the JSON form is the example's")]
pub(crate) mod week;

use jsonl::Tools;
use optin::policy::Language;
use serde_json::{Value, json};

type Command = fn(&Tools, &str) -> Result<Value, jsonl::Bad>;

fn ask(command: Command, line: &Value) -> Value {
    let answer = command(&Tools::new(), &line.to_string());
    answer.unwrap_or_else(|bad| bad.into_value())
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn phone() {
    let ask =
        |number: &str, region: Option<&str>| ask(jsonl::phone, &json!({"number": number, "region": region}));
    let ana = json!({"valid": true, "e164": "+33612345678", "region": "FR", "jurisdictions": ["FR"], "zones": ["Europe/Paris"]});
    for written in [
        "06 12 34 56 78",
        "06.12.34.56.78",
        "0033 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "０６１２３４５６７８",
    ] {
        assert_eq!(ask(written, Some("FR")), ana, "{written}");
    }
    assert_eq!(ask("011 33 6 12 34 56 78", Some("US")), ana);
    assert_eq!(ask("+33612345678", None), ana);
    let sf = ask("(415) 555-2671", Some("US"));
    assert_eq!(
        (&sf["e164"], &sf["jurisdictions"], &sf["zones"]),
        (&json!("+14155552671"), &json!(["US-CA"]), &json!(["America/Los_Angeles"]))
    );
    let reunion = ask("0692 12 34 56", Some("RE"));
    assert_eq!(reunion["jurisdictions"], json!(["FR-974", "FR-976"]));
    let none = json!({"valid": false, "e164": null, "region": null, "jurisdictions": [], "zones": []});
    for wrong in ["", "call me", "12", "06 12 34 56 78 90 12 34 56", "06 12 34 56 7x"] {
        assert_eq!(ask(wrong, Some("FR")), none, "{wrong}");
    }
    assert_eq!(ask("06 12 34 56 78", None), none);
    assert_eq!(ask("06 12 34 56 78", Some("France"))["error"]["code"], "bad_region");
}

fn decide(changes: Value) -> Value {
    let mut line = json!({
        "number": "+33612345678", "kind": "marketing", "at": "2026-11-27T10:00:00Z",
        "consent": {"basis": "express_written", "at": "2026-01-01T00:00:00Z"}, "history": [],
    });
    for (key, value) in changes.as_object().unwrap() {
        line[key] = value.clone();
    }
    ask(jsonl::decide, &line)
}

#[test]
fn decide_answers_with_every_field() {
    let allowed = decide(json!({}));
    let fields = [
        "decision",
        "needs",
        "next_window",
        "not_after",
        "posture",
        "reasons",
        "rulebook",
        "tz",
        "until",
        "warnings",
    ];
    assert_eq!(keys(&allowed), fields);
    assert_eq!(
        (&allowed["decision"], &allowed["not_after"]),
        (&json!("allow"), &json!("2026-11-27T20:30:00Z"))
    );
    assert_eq!(
        (&allowed["posture"], &allowed["until"], &allowed["reasons"]),
        (&json!("strict"), &Value::Null, &json!([]))
    );

    assert_eq!(
        allowed["next_window"],
        json!({"from": "2026-11-27T10:00:00Z", "until": "2026-11-27T20:30:00Z"})
    );

    let night = decide(json!({"at": "2026-11-27T23:00:00+01:00"}));
    assert_eq!((&night["decision"], &night["until"]), (&json!("defer"), &json!("2026-11-28T07:00:00Z")));
    let reason = night["reasons"].as_array().unwrap().iter().find(|r| r["rule"] == "FR-HOURS-2026").unwrap();
    assert_eq!(keys(reason), ["citation", "code", "fact", "rule"]);
    assert_eq!(
        (&reason["code"], &reason["fact"]),
        (&json!("window_closed"), &json!("Europe/Paris Fri 23:00"))
    );

    let denied = decide(json!({"consent": null}));
    assert_eq!((&denied["decision"], &denied["reasons"][0]["code"]), (&json!("deny"), &json!("no_consent")));
    assert_eq!(denied["next_window"], Value::Null);
}

#[test]
fn decide_holds_what_it_does_not_know() {
    for (change, need) in [
        (json!({"zone": "Mars/Base"}), "zone"),
        (json!({"number": "+2348021234567"}), "coverage"),
        (json!({"number": "+19990001234"}), "place"),
        (
            json!({"at": "2012-06-01T12:00:00Z", "consent": {"basis": "express", "at": "2011-01-01T00:00:00Z"}}),
            "coverage",
        ),
        (json!({"consent": {"basis": "soft_opt_in", "at": "2026-01-01T00:00:00Z"}}), "sale_at"),
    ] {
        let held = decide(change.clone());
        assert_eq!((&held["decision"], &held["until"]), (&json!("defer"), &Value::Null), "{change}: {held}");
        assert!(held["needs"].as_array().unwrap().contains(&json!(need)), "{change}: {held}");
    }
}

#[test]
fn decide_takes_postures_brands_and_histories() {
    let sunday = json!({"at": "2026-11-29T10:00:00Z"});
    assert_eq!(decide(sunday.clone())["decision"], "defer");
    let settled = decide(json!({"at": "2026-11-29T10:00:00Z", "posture": "settled"}));
    assert_eq!((&settled["decision"], &settled["posture"]), (&json!("allow"), &json!("settled")));
    assert_eq!(settled["warnings"][0]["code"], "window_closed");
    let brand = decide(json!({"brand": {"hours": ["12:00", "18:00"], "days": "mon-fri"}}));
    assert_eq!((&brand["decision"], &brand["until"]), (&json!("defer"), &json!("2026-11-27T11:00:00Z")));
    let sent = |at: &str| json!({"at": at, "kind": "marketing", "subject": "sale"});
    let three =
        json!([sent("2026-11-27T15:00:00Z"), sent("2026-11-27T16:00:00Z"), sent("2026-11-27T17:00:00Z")]);
    let florida =
        json!({"number": "+13055550123", "at": "2026-11-27T18:00:00Z", "subject": "sale", "history": three});
    let capped = decide(florida);
    assert_eq!(
        (&capped["reasons"][0]["code"], &capped["until"]),
        (&json!("cap_reached"), &json!("2026-11-28T15:00:00Z"))
    );
    assert_eq!(capped["reasons"][0]["rule"], "US-FL-CAP");
}

#[test]
fn explain_answers_with_every_field_of_decide_and_with_the_rules() {
    let line = json!({
        "number": "+33612345678", "kind": "marketing", "at": "2026-11-27T22:00:00Z",
        "consent": {"basis": "express_written", "at": "2026-01-01T00:00:00Z"},
    });
    let (told, decided) = (ask(explained::line, &line), ask(jsonl::decide, &line));
    for (field, value) in decided.as_object().unwrap() {
        assert_eq!(told[field], *value, "{field}");
    }
    assert_eq!(told["zones"], json!([{"zone": "Europe/Paris", "local": "2026-11-27T23:00:00+01:00"}]));
    let rule = told["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "FR-HOURS-2026").unwrap();
    assert_eq!(
        (&rule["applied"], &rule["layer"], &rule["reach"], &rule["confidence"]),
        (&json!(true), &json!("code"), &json!("settled"), &json!("high"))
    );
    assert_eq!(rule["local"], told["zones"]);
    assert!(rule["why"].as_str().unwrap().contains("closed since Friday 27 November, 21:30"), "{rule}");
    assert!(
        told["text"].as_str().unwrap().starts_with("It waits until Saturday 28 November 2026, 07:00 UTC")
    );
    let mut french = line;
    french["language"] = "fr".into();
    let french = ask(explained::line, &french);
    assert!(french["text"].as_str().unwrap().starts_with("L’envoi attend jusqu’au samedi 28 novembre 2026"));
    assert_eq!(french["reasons"], told["reasons"]);
}

/// One brand, one zone, so that law may change: Mondays to Fridays, 9:15 to 18:00 in a country without hours.
#[test]
fn a_week_is_drawn_half_hour_by_half_hour() {
    let draw = |line: Value, first: &str, language| {
        let asked = jsonl::asked(&Tools::new(), &line.to_string());
        let asked = asked.unwrap_or_else(|bad| panic!("{bad}"));
        week::draw(&asked, asked.whereabouts.zones()[0], first.parse().unwrap(), language)
    };
    let mut line = json!({
        "number": "+33612345678", "kind": "marketing", "at": "2026-11-16T10:00:00Z",
        "consent": {"basis": "express_written", "at": "2026-01-01T00:00:00Z"},
        "brand": {"hours": ["09:15", "18:00"], "days": "mon-fri"},
    });
    let week = draw(line.clone(), "2026-11-16", Language::English);
    assert_eq!(
        week.lines().skip(3).take(8).collect::<Vec<_>>(),
        [
            "Europe/Paris",
            "              00    03    06    09    12    15    18    21    24",
            "Mon 16 Nov    ··················▌█████████████████············  brand_hours",
            "Tue 17 Nov    ··················▌█████████████████············  brand_hours",
            "Wed 18 Nov    ··················▌█████████████████············  brand_hours",
            "Thu 19 Nov    ··················▌█████████████████············  brand_hours",
            "Fri 20 Nov    ··················▌█████████████████············  brand_hours",
            "Sat 21 Nov    ················································  brand_hours",
        ]
    );
    assert!(week.lines().all(|line| line.chars().count() <= 100), "{week}");
    // Two zones: together, then each by itself. The clock is turned back on the first of November.
    line["number"] = "+18504321234".into();
    line["brand"] = Value::Null;
    let week = draw(line.clone(), "2026-10-30", Language::French);
    assert_eq!(week.lines().filter(|line| line.starts_with("dim. 1 nov.")).count(), 3);
    for title in ["Tous les lieux et fuseaux ensemble", "America/Chicago", "America/New_York"] {
        assert!(week.lines().any(|line| line == title), "{week}");
    }
    assert!(week.lines().all(|line| line.chars().count() <= 100), "{week}");
    // The clock jumps over an hour: there is nothing to draw.
    line["number"] = "+33612345678".into();
    line["kind"] = "transactional".into();
    let spring = draw(line, "2026-03-29", Language::English);
    assert_eq!(
        spring.lines().find(|line| line.starts_with("Sun 29 Mar")).unwrap(),
        "Sun 29 Mar    ████  ██████████████████████████████████████████"
    );
}

#[test]
fn window() {
    let asked = json!({"zones": ["America/New_York", "Europe/Paris"], "at": "2026-11-27T06:00:00Z", "window": ["09:00", "20:00"], "days": "mon-sat"});
    let answer = ask(jsonl::window, &asked);
    assert_eq!(
        answer,
        json!({
            "local": ["2026-11-27T01:00:00-05:00", "2026-11-27T07:00:00+01:00"],
            "allowed": false, "next_allowed": "2026-11-27T14:00:00Z",
        })
    );
    let never = json!({"zones": ["Asia/Tokyo", "America/Los_Angeles"], "at": "2026-11-27T06:00:00Z", "window": ["09:00", "12:00"], "days": "all"});
    assert_eq!(ask(jsonl::window, &never)["next_allowed"], Value::Null);
    let night = json!({"zones": ["Europe/Paris"], "at": "2026-11-28T00:30:00Z", "window": ["22:00", "02:00"], "days": "fri"});
    assert_eq!(ask(jsonl::window, &night)["allowed"], true);
    let unknown = json!({"zones": ["Mars/Base"], "at": "2026-11-28T00:30:00Z", "window": ["00:00", "24:00"], "days": "all"});
    assert_eq!(
        ask(jsonl::window, &unknown),
        json!({"local": [null], "allowed": false, "next_allowed": null})
    );
    let wrong = json!({"zones": [], "at": "today", "window": ["9", "20:00"], "days": "all"});
    assert_eq!(keys(&ask(jsonl::window, &wrong)), ["error"]);
}

#[test]
fn intent() {
    let stop = ask(jsonl::intent, &json!({"text": "STOP", "country": "US", "language": "en"}));
    assert_eq!(
        stop,
        json!({
            "intent": "stop", "tier": 1, "language": "en", "scope": "program", "rule": "en.fcc", "matched": "STOP",
        })
    );
    let yes = |context: &str| {
        ask(jsonl::intent, &json!({"text": "Oui", "language": "fr", "context": context}))["intent"].clone()
    };
    assert_eq!(
        (yes("double_opt_in"), yes("none"), yes("survey")),
        (json!("confirm"), json!("other"), json!("other"))
    );
    assert_eq!(ask(jsonl::intent, &json!({"text": "x", "context": "party"}))["error"]["code"], "bad_context");
}

#[test]
fn classify() {
    let classify = |line: Value| ask(classify::classify, &line);
    let sale =
        classify(json!({"text": "-40 % sur tout le site ce soir ! Foncez : lune.fr", "country": "FR"}));
    assert_eq!(keys(&sale), ["kind", "language", "mixed", "reasons", "score", "subkind", "sure"]);
    assert_eq!(
        (&sale["kind"], &sale["mixed"], &sale["language"]),
        (&json!("marketing"), &json!(false), &json!("fr"))
    );
    let parcel = classify(json!({"text": "Your order 1042 has shipped and will be delivered tomorrow."}));
    assert_eq!(parcel["kind"], "transactional");
    assert_eq!(classify(json!({"text": "x", "country": "F"}))["error"]["code"], "bad_country");
}

#[test]
fn lint() {
    let lint = |line: Value| ask(lint::lint, &line);
    let line = json!({
        "text": "Soldes ! bit.ly/x", "sender_type": "alphanumeric", "country": "FR", "kind": "marketing",
        "first_message": false, "brand": "Maison Lune",
    });
    let found = lint(line.clone());
    let codes: Vec<_> = found["findings"].as_array().unwrap().iter().map(|f| f["code"].clone()).collect();
    assert_eq!(codes, ["brand_missing", "shortener", "opt_out_missing"]);
    assert_eq!(keys(&found["findings"][0]), ["citation", "code", "fix", "rule", "severity", "span"]);
    assert_eq!(found["findings"][0]["fix"], "Maison Lune: ");
    assert_eq!(
        (&found["findings"][1]["span"], &found["findings"][1]["severity"]),
        (&json!([9, 17]), &json!("error"))
    );
    for (field, wrong, code) in
        [("sender_type", "fax", "bad_json"), ("country", "F", "bad_country"), ("kind", "spam", "bad_kind")]
    {
        let mut bad = line.clone();
        bad[field] = json!(wrong);
        assert_eq!(lint(bad)["error"]["code"], code);
    }
}

#[test]
fn segments() {
    let count = |text: &str| ask(jsonl::count, &json!({"text": text}));
    assert_eq!(count("Soldes à 9 €"), json!({"encoding": "gsm7", "segments": 1, "units": 13}));
    assert_eq!(count(&"ç".repeat(71)), json!({"encoding": "ucs2", "segments": 2, "units": 71}));
}

#[test]
fn webhook() {
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    let body =
        "Digits=1234&CallSid=CA1234567890ABCDE&To=%2B18005551212&Caller=%2B14158675309&From=%2B14158675309";
    let line = |signature: &str| {
        json!({
            "provider": "twilio", "secret": "12345", "method": "POST", "url": url, "body": body,
            "headers": {"X-Twilio-Signature": signature},
        })
    };
    let genuine = line("RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    assert_eq!(ask(webhook::webhook, &genuine), json!({"valid": true, "why": null}));
    let forged = line("RSOYDt4T1cUTdK1PDd93/VVr8B9=");
    assert_eq!(ask(webhook::webhook, &forged), json!({"valid": false, "why": "bad_signature"}));
    for now in [json!("1795305600.75"), json!(1_795_305_600.75), json!("2026-11-22T01:00:00.75+01:00")] {
        let mut timed = genuine.clone();
        (timed["now"], timed["method"]) = (now, json!("post"));
        assert_eq!(ask(webhook::webhook, &timed), json!({"valid": true, "why": null}));
    }
    for (change, answer) in [
        (json!({"now": "inf"}), "bad_time"),
        (json!({"provider": "telegraph"}), "bad_provider"),
        (json!({"now": "noon"}), "bad_time"),
        (json!({"now": {}}), "bad_time"),
        (json!({"headers": {"a": 1}}), "bad_json"),
        (json!({"body": {}}), "bad_json"),
        (json!({"method": "GE T"}), "bad_method"),
    ] {
        let mut wrong = genuine.clone();
        for (key, value) in change.as_object().unwrap() {
            wrong[key] = value.clone();
        }
        assert_eq!(ask(webhook::webhook, &wrong)["error"]["code"], answer, "{change}");
    }
    let repeated = genuine.to_string().replace("\"headers\":{", "\"headers\":{\"X-Twilio-Signature\":\"x\",");
    let answer = webhook::webhook(&Tools::new(), &repeated).unwrap_or_else(jsonl::Bad::into_value);
    assert_eq!(answer, json!({"valid": false, "why": "duplicate_header"}));
}

#[test]
fn a_bad_line_is_told_and_nothing_more() {
    for line in ["", "nonsense", "[]", "{\"number\": 7}", "{\"text\": \"\\ud800\"}"] {
        for command in [
            jsonl::phone as Command,
            jsonl::decide,
            explained::line,
            jsonl::window,
            jsonl::intent,
            jsonl::count,
            webhook::webhook,
        ] {
            let Err(bad) = command(&Tools::new(), line) else { panic!("{line} was answered") };
            let value = bad.into_value();
            assert_eq!(keys(&value), ["error"]);
            assert_eq!(keys(&value["error"]), ["code", "message"]);
        }
    }
}
