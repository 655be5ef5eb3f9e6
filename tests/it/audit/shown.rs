//! The page and the JSON: what they say, and what they must never say.

use optin::{
    consent::Basis,
    policy::Language,
    report::audit::{AuditReport, Reading, Rendering, read_consents, read_sends},
};

use super::{audit, say, send, yes};

const HOSTILE: &str = "<script>alert(1)</script>\"'&=HYPERLINK(\"http://evil\")";

fn report() -> AuditReport {
    let mut audit = audit();
    let consents = format!(
        "phone,status,date,method\n+12125550100,subscribed,2025-01-01T10:00:00Z,verbal\n+12125550101,\"{}\",,\n",
        HOSTILE.replace('"', "\"\"")
    );
    let cell = HOSTILE.replace('"', "\"\"");
    let log = format!(
        "to,sent at,campaign,body,state,country,zip,timezone,sender\n+12125550100,2025-06-04T02:00:00Z,\"{cell}\",\"{cell}\",\"{cell}\",\"{cell}\",\"{cell}\",,\"{cell}\"\n+12125550109,2025-06-04T16:00:00Z,\"{cell}\",x,,,,\"{cell}\",y\n"
    );
    let reading = Reading::default();
    let a = read_consents(&mut audit, HOSTILE, consents.as_bytes(), &reading, &mut |_, _| {}).unwrap();
    let b = read_sends(&mut audit, HOSTILE, log.as_bytes(), &reading, &mut |_, _| {}).unwrap();
    let mut report = audit.judge();
    report.files = vec![a, b];
    report
}

fn shown(language: Language, numbers: bool) -> (String, serde_json::Value) {
    let rendering = Rendering { language, numbers };
    let report = report();
    (report.to_html(rendering), serde_json::from_str(&report.to_json(rendering)).unwrap())
}

#[test]
fn nothing_of_a_file_leaves_as_markup() {
    for language in [Language::English, Language::French] {
        let (html, _) = shown(language, false);
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("alert(1)</"));
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"));
        assert!(!html.contains("http://evil\""));
        // Nothing is fetched and nothing runs.
        for never in ["<link", "<img", "<iframe", "src=", "url(", "@import", "onload", "javascript:"] {
            assert!(!html.contains(never), "{never}");
        }
        assert!(html.contains("default-src 'none'"));
    }
}

#[test]
fn numbers_are_masked_unless_asked_for() {
    let (html, json) = shown(Language::English, false);
    for text in [&html, &json.to_string()] {
        assert!(!text.contains("2125550100") && !text.contains("2125550109"));
        assert!(text.contains("+12*******00"));
    }
    let (html, json) = shown(Language::English, true);
    assert!(html.contains("+12125550100") && json.to_string().contains("+12125550100"));
}

#[test]
fn the_json_has_the_figures_and_the_codes() {
    let (_, json) = shown(Language::English, false);
    let totals = &json["totals"];
    assert_eq!((totals["judged"].as_u64(), totals["settled"].as_u64()), (Some(2), Some(1)));
    assert_eq!(json["version"], 1);
    assert!(json["rulebook"].as_str().unwrap().starts_with("2026-"));
    let codes: Vec<_> =
        json["rules"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"window_closed") && codes.contains(&"basis_insufficient"), "{codes:?}");
    for row in json["rules"].as_array().unwrap() {
        assert!(row["rule"]["citation"].as_str().is_some_and(|citation| !citation.is_empty()));
    }
    assert_eq!(json["closed_hours"][0]["zone"], "America/New_York");
    assert_eq!(json["closed_hours"][0]["hours"][22], 1);
    assert_eq!(json["files"][1]["what"], "sends");
    assert_eq!(json["months"][0]["month"], "2025-06");
    // An unknown zone is unknown, not the number's.
    let unproven: Vec<_> =
        json["unproven"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap()).collect();
    assert!(unproven.contains(&"zone_unknown") && unproven.contains(&"no_consent"), "{unproven:?}");
}

#[test]
fn both_languages_say_that_it_is_no_advice_and_how_it_was_counted() {
    let (english, json) = shown(Language::English, false);
    assert!(
        english.contains("lang=\"en\"")
            && english.contains("no legal advice")
            && english.contains("<h2>Method</h2>")
    );
    assert!(json["advice"].as_str().unwrap().contains("no legal advice"));
    let (french, _) = shown(Language::French, false);
    assert!(
        french.contains("lang=\"fr\"")
            && french.contains("ni un conseil juridique")
            && french.contains("<h2>Méthode</h2>")
    );
    assert!(french.contains("Hors des horaires autorisés."));
    assert!(!french.contains("{n}") && !english.contains("{n}") && !english.contains("{rulebook}"));
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    let rendering = Rendering::default();
    assert_eq!(report().to_html(rendering), report().to_html(rendering));
    assert_eq!(report().to_json(rendering), report().to_json(rendering));
}

#[test]
fn nothing_at_all_is_a_report_too() {
    let report = audit().judge();
    assert!(report.to_html(Rendering::default()).contains("<h1>"));
    let mut clean = audit();
    say(&mut clean, "+33612345678", "2025-01-06T12:00:00Z", yes(Basis::ExpressWritten));
    send(&mut clean, "+33612345678", "2025-06-02T12:00:00Z");
    let report = clean.judge();
    assert_eq!((report.totals.clean, report.rules.len(), report.heat.len()), (1, 0, 0));
    assert!(report.to_html(Rendering::default()).contains("None."));
}
