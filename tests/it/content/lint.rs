use optin::{
    content::{FindingCode, Lint, Said, SenderKind, Severity},
    message::Kind,
    phone::Country,
};

use SenderKind::{Alphanumeric, LongCode, ShortCode, TollFree};

fn country(code: &str) -> Country {
    Country::new(code).unwrap()
}

/// The codes found in a marketing text of the brand Maison Lune, errors in capitals.
fn found(country_code: &str, sender: SenderKind, text: &str) -> Vec<String> {
    let said = Said::new(text, Kind::Marketing, country(country_code), sender, "Maison Lune");
    Lint::builtin()
        .check(&said)
        .iter()
        .map(|f| match f.severity {
            Severity::Error => f.code.code().to_uppercase(),
            Severity::Warning => f.code.code().to_owned(),
        })
        .collect()
}

fn clean(country_code: &str, sender: SenderKind, text: &str) {
    assert_eq!(found(country_code, sender, text), Vec::<String>::new(), "{country_code} {sender:?} {text}");
}

fn only(country_code: &str, sender: SenderKind, text: &str, code: &str) {
    assert_eq!(found(country_code, sender, text), [code], "{country_code} {sender:?} {text}");
}

#[test]
fn the_builtin_rules_load() {
    let said =
        Said::new("Maison Lune: sale. Reply STOP", Kind::Marketing, Country::US, ShortCode, "Maison Lune");
    assert!(Lint::builtin().check(&said).is_empty());
    // Rules that do not load cover nothing, and what is not covered is an error.
    let codes: Vec<_> = Lint::default().check(&said).into_iter().map(|f| f.code).collect();
    assert_eq!(codes, [FindingCode::NotCovered, FindingCode::NotCovered]);
}

#[test]
fn the_brand_is_found_in_any_dress() {
    for text in [
        "MAISON LUNE: sale. Reply STOP",
        "sale at maison-lune! Reply STOP",
        "Màison  Luné — sale. Reply STOP",
        "{brand}: sale. Reply STOP",
        "MaisonLune sale. Reply STOP",
        "@maisonlune: sale. Reply STOP",
    ] {
        clean("US", ShortCode, text);
    }
    for text in [
        "Sale tonight. Reply STOP",
        "Maison Lunette: sale. Reply STOP",
        "https://maison.lune/x maisonlune.fr Reply STOP",
        "https://x.example/maison-lune Reply STOP",
    ] {
        only("US", ShortCode, text, "BRAND_MISSING");
    }
    let brand = |text, brand| Said::new(text, Kind::Marketing, Country::US, ShortCode, brand);
    for (text, name) in [("Booking.com: sale. Reply STOP", "Booking.com"), ("H&M sale. Reply STOP", "H&M")] {
        assert!(Lint::builtin().check(&brand(text, name)).is_empty(), "{name}");
    }
    let found = Lint::builtin().check(&brand("Sale on a new range. Reply STOP", "Ona"));
    assert_eq!(found[0].code, FindingCode::BrandMissing);
    let unnamed = Said::new("Sale. Reply STOP", Kind::Marketing, Country::US, ShortCode, " ");
    assert_eq!(Lint::builtin().check(&unnamed)[0].code, FindingCode::BrandMissing);
}

#[test]
fn an_opt_out_line_is_known_by_its_form() {
    for line in [
        "Reply STOP to opt out",
        "Text STOP to end",
        "reply \"stop\" to cancel",
        "STOP to opt-out",
        "Txt stop 2 end",
        "Reply with STOP",
        "Opt-out: STOP",
        "STOP",
        "Send STOP to 80888",
        "Répondez STOP",
        "Répondre ARRÊT",
        "Envoyez STOP",
        "STOP pour vous désabonner",
        "Responde STOP para cancelar",
        "STOP2END",
    ] {
        clean("US", LongCode, &format!("Maison Lune: sale. {line}"));
    }
    // Known too, though the look of it is noted.
    only("US", LongCode, "Maison Lune: sale. Reply S\u{200B}TOP", "spam_look");
    for line in [
        "Don't stop shopping",
        "We never stop",
        "Next stop: savings",
        "Nonstop deals",
        "",
        "STOP winter now, come in",
        "Check it out: https://ml.example/sale",
        "Sold out: {link}",
        "Rebajas non-stop para ti",
        "Saldi non stop per tutti",
        "Scrivi basta e vinci",
        "Stuur uit je hart",
        "the bus stop",
    ] {
        only("US", LongCode, &format!("Maison Lune: sale. {line}"), "OPT_OUT_MISSING");
    }
}

#[test]
fn a_name_cannot_be_answered() {
    for place in ["FR", "RE", "GB", "CA", "US", "DE"] {
        only(place, Alphanumeric, "Maison Lune: sale. Reply STOP", "OPT_OUT_FORM");
        clean(place, Alphanumeric, "Maison Lune: sale. Opt out: https://ml.example/o");
        clean(place, Alphanumeric, "Maison Lune: sale. STOP au {stop_code}");
        for reachable in [ShortCode, LongCode, TollFree] {
            clean(place, reachable, "Maison Lune: sale. Reply STOP");
            only(place, reachable, "Maison Lune: sale.", "OPT_OUT_MISSING");
        }
        only(place, Alphanumeric, "Maison Lune: sale.", "OPT_OUT_MISSING");
    }
}

#[test]
fn france_wants_a_36xxx_behind_a_name() {
    clean("FR", Alphanumeric, "Maison Lune : soldes. STOP au 36123");
    clean("FR", Alphanumeric, "Maison Lune : soldes. Stop au 36 123");
    clean("FR", Alphanumeric, "Maison Lune : soldes. STOP 36123");
    clean("FR", Alphanumeric, "Maison Lune : soldes. STOP SMS au 36123");
    only("FR", Alphanumeric, "Maison Lune : soldes. STOP au 38123", "OPT_OUT_FORM");
    only("FR", Alphanumeric, "Maison Lune : soldes. STOP au 36xxx", "OPT_OUT_FORM");
    only("FR", Alphanumeric, "Maison Lune : soldes. STOP au 0612345678", "OPT_OUT_FORM");
    // The range is France's own.
    clean("GB", Alphanumeric, "Maison Lune: sale. Text STOP to 80888");
    only("GP", Alphanumeric, "Maison Lune : soldes. Text STOP to 80888", "OPT_OUT_FORM");
}

#[test]
fn a_way_that_works_does_not_excuse_one_that_does_not() {
    only("FR", Alphanumeric, "Maison Lune : soldes. Répondez STOP ou STOP au 36123", "OPT_OUT_FORM");
    // In the United States a link may stand beside the keyword, not for it.
    only("US", ShortCode, "Maison Lune: sale. Opt out: https://ml.example/o", "opt_out_form");
    clean("US", ShortCode, "Maison Lune: sale. Opt out: https://ml.example/o or Reply STOP");
}

#[test]
fn what_is_functional_needs_no_way_out_except_in_canada() {
    let codes = |place: &str, kind, text: &str| -> Vec<_> {
        Lint::builtin()
            .check(&Said::new(text, kind, country(place), ShortCode, "Maison Lune"))
            .iter()
            .map(|f| (f.code, f.severity))
            .collect()
    };
    for kind in [Kind::Transactional, Kind::Authentication, Kind::Service] {
        for place in ["US", "FR", "GB", "DE"] {
            assert_eq!(codes(place, kind, "Order 12 has shipped"), []);
            let warned = [(FindingCode::StopInTransactional, Severity::Warning)];
            assert_eq!(codes(place, kind, "Order 12 has shipped. Reply STOP"), warned);
        }
    }
    assert_eq!(codes("CA", Kind::Transactional, "Maison Lune: order 12 has shipped. Reply STOP"), []);
    assert_eq!(
        codes("CA", Kind::Transactional, "Order 12 has shipped"),
        [(FindingCode::BrandMissing, Severity::Error), (FindingCode::OptOutMissing, Severity::Error)]
    );
    assert_eq!(codes("US", Kind::Conversational, "Yes, we are open. STOP"), []);
}

#[test]
fn a_finding_shows_where_and_what_instead() {
    let text = "Soldes d'été ! Répondez STOP";
    let said = Said::new(text, Kind::Marketing, Country::FR, Alphanumeric, "Maison Lune").stop_code("36123");
    let found = Lint::builtin().check(&said);
    assert_eq!(found[0].code, FindingCode::BrandMissing);
    assert_eq!((found[0].span.clone(), found[0].fix.as_deref()), (0..0, Some("Maison Lune: ")));
    assert_eq!(&text[found[1].span.clone()], "Répondez STOP");
    assert_eq!(found[1].fix.as_deref(), Some("STOP au 36123"));
    assert!(found.iter().all(|f| !f.citation.is_empty() && !f.rule.is_empty()));
    // With nothing to redirect to, there is no fix to offer.
    let stuck = Lint::builtin().check(&Said::new(
        "Maison Lune",
        Kind::Marketing,
        Country::FR,
        Alphanumeric,
        "Maison Lune",
    ));
    assert_eq!(
        (stuck[0].code, stuck[0].fix.clone(), stuck[0].span.clone()),
        (FindingCode::OptOutMissing, None, 11..11)
    );
}

#[test]
fn a_countrys_own_row_comes_before_everybodys() {
    let rules = |place: &str, kind, text: &str| -> Vec<_> {
        let said = Said::new(text, kind, country(place), ShortCode, "Maison Lune");
        Lint::builtin().check(&said).into_iter().map(|f| f.rule).collect()
    };
    assert_eq!(rules("FR", Kind::Marketing, "Soldes"), ["fr-brand", "fr-opt-out"]);
    assert_eq!(rules("GB", Kind::Marketing, "Sale"), ["gb-brand", "gb-opt-out"]);
    assert_eq!(rules("DE", Kind::Marketing, "Sale"), ["brand", "opt-out"]);
    assert_eq!(rules("RE", Kind::Transactional, "Colis. STOP"), ["fr-stop-in-transactional"]);
    assert_eq!(rules("DE", Kind::Transactional, "Paket. STOP"), ["stop-in-transactional"]);
}

#[test]
fn a_host_may_lay_its_own_rows_over() {
    let row = r#"
        [[opt_out]]
        id = "us-opt-out"
        countries = ["US"]
        accepts = ["link"]
        missing = "warning"
        form = "error"
        citation = "counsel, 2026-11-02"
    "#;
    let lint = Lint::builtin().with_overlay("ours.toml", row).unwrap();
    let said = Said::new("Maison Lune", Kind::Marketing, Country::US, ShortCode, "Maison Lune");
    assert_eq!(lint.check(&said)[0].citation, "counsel, 2026-11-02");
    assert_eq!(Lint::builtin().check(&said)[0].severity, Severity::Error);

    for (bad, says) in [
        ("nonsense = 1", "nonsense"),
        ("[[brand]]\nid = \"x\"\ncountries = [\"France\"]\nseverity = \"error\"\ncitation = \"\"", "France"),
        ("[[brand]]\nid = \"x\"\nkinds = [\"ads\"]\nseverity = \"error\"\ncitation = \"\"", "ads"),
        ("[[brand]]\nid = \"x\"\nsender = [\"short_code\"]\nseverity = \"error\"\ncitation = \"\"", "sender"),
        ("[[mention]]\nroute = \"reply\"\npattern = '('", "unclosed"),
    ] {
        let error = Lint::builtin().with_overlay("bad.toml", bad).unwrap_err().to_string();
        assert!(error.starts_with("bad.toml") && error.contains(says), "{error}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_judged_without_a_panic(text in "\\PC{0,80}|[ STOPstop:au36é\u{200B}\u{301}\n]{0,60}", n in 0usize..4) {
        let sender = SenderKind::ALL[n];
        for place in [Country::US, Country::CA, Country::FR, Country::GB] {
            let said = Said::new(&text, Kind::Marketing, place, sender, "Maison Lune");
            for finding in Lint::builtin().check(&said) {
                proptest::prop_assert!(text.get(finding.span.clone()).is_some(), "{:?}", finding);
            }
        }
    }
}
