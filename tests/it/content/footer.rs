use optin::{
    content::{FindingCode, Lint, Said, SenderKind},
    message::{Body, Counting, Encoding, Kind, segments},
    phone::Country,
};

const PLACES: [&str; 8] = ["US", "CA", "FR", "RE", "GB", "DE", "IN", "BR"];
const LANGUAGES: [&str; 7] = ["", "en", "fr", "fr-CA", "es", "EN-gb", "zz"];

/// Whatever is composed satisfies the lint, costs one encoding, and is not added a second time.
#[test]
fn a_composed_line_satisfies_the_rules_once() {
    let lint = Lint::builtin();
    for place in PLACES {
        for &sender in SenderKind::ALL {
            for language in LANGUAGES {
                let country = Country::new(place).unwrap();
                let said = Said::new("Maison Lune : -40 %", Kind::Marketing, country, sender, "Maison Lune");
                let said = said.language(language).stop_code("36123").opt_out_link("https://ml.example/o");
                let footer = lint.footer(&said).unwrap().unwrap();
                assert!(lint.check(&said.footer(footer.text())).is_empty(), "{place} {sender:?} {footer:?}");
                assert_eq!(lint.footer(&said.footer(footer.text())).unwrap(), None);
                assert_eq!(
                    segments(&footer.suffix(), Counting::Standard).encoding,
                    Encoding::Gsm7,
                    "{footer:?}"
                );
            }
        }
    }
}

#[test]
fn the_line_is_the_countrys_and_the_readers() {
    let line = |place: &str, sender, language: &str| {
        let said = Said::new("Sale", Kind::Marketing, Country::new(place).unwrap(), sender, "Maison Lune");
        Lint::builtin()
            .footer(&said.language(language).stop_code("36123"))
            .unwrap()
            .unwrap()
            .text()
            .to_owned()
    };
    assert_eq!(line("US", SenderKind::TollFree, "en"), "Reply STOP to opt out");
    assert_eq!(line("US", SenderKind::TollFree, "es-US"), "Responde STOP para cancelar");
    assert_eq!(line("CA", SenderKind::ShortCode, "en"), "Reply STOP to opt out");
    assert_eq!(line("CA", SenderKind::ShortCode, "fr-CA"), "Répondez ARRET pour vous désabonner");
    assert_eq!(line("FR", SenderKind::Alphanumeric, "fr"), "STOP au 36123");
    assert_eq!(line("FR", SenderKind::Alphanumeric, "en"), "STOP au 36123");
    assert_eq!(line("GB", SenderKind::Alphanumeric, "en"), "Text STOP to 36123 to opt out");
}

#[test]
fn a_sender_without_a_way_out_gets_no_line() {
    let said = Said::new("Soldes", Kind::Marketing, Country::FR, SenderKind::Alphanumeric, "Maison Lune");
    assert!(Lint::builtin().footer(&said).is_err());
    // A number outside the range that the country accepts is no way out either.
    assert!(Lint::builtin().footer(&said.stop_code("80888")).is_err());
    assert!(Lint::builtin().footer(&said.opt_out_link("https://ml.example/o")).is_ok());
}

#[test]
fn what_needs_no_line_gets_none() {
    for kind in [Kind::Transactional, Kind::Authentication, Kind::Conversational, Kind::Service] {
        let said = Said::new("Order 12", kind, Country::FR, SenderKind::Alphanumeric, "Maison Lune");
        assert_eq!(Lint::builtin().footer(&said).unwrap(), None);
    }
}

#[test]
fn a_wrong_line_in_the_text_is_still_an_error_behind_a_right_footer() {
    let said = Said::new(
        "Maison Lune, répondez STOP",
        Kind::Marketing,
        Country::FR,
        SenderKind::Alphanumeric,
        "Maison Lune",
    )
    .stop_code("36123");
    let footer = Lint::builtin().footer(&said).unwrap().unwrap();
    let found = Lint::builtin().check(&said.footer(footer.text()));
    assert_eq!(found.iter().map(|f| f.code).collect::<Vec<_>>(), [FindingCode::OptOutForm]);
}

#[test]
fn the_line_goes_behind_the_body() {
    let said = Said::new("Maison Lune", Kind::Marketing, Country::US, SenderKind::ShortCode, "Maison Lune");
    let footer = Lint::builtin().footer(&said).unwrap().unwrap();
    let body = footer.add_to(&Body::new("Maison Lune").unwrap()).unwrap();
    assert_eq!(body.as_str(), "Maison Lune\nReply STOP to opt out");
}

#[test]
fn a_line_that_asks_for_a_reply_is_of_the_wrong_form_where_nobody_can_reply() {
    let codes = |line: &str| -> Vec<FindingCode> {
        let text = format!("Maison Lune: new hats. {line}");
        let (country, sender) = (Country::FR, SenderKind::Alphanumeric);
        let said = Said::new(&text, Kind::Marketing, country, sender, "Maison Lune");
        Lint::builtin().check(&said).iter().map(|finding| finding.code).collect()
    };
    for line in [
        "Just reply with the word STOP",
        "Opt out by texting us STOP",
        "STOP en réponse à ce SMS",
        "Désabonnement : renvoyez simplement « STOP »",
        "Zum Abmelden einfach mit STOP antworten",
        "Contesta con la palabra BAJA",
        "Rispondendo a questo SMS con STOP",
        "STOP als antwoord",
    ] {
        assert_eq!(codes(line), [FindingCode::OptOutForm], "{line}");
    }
    // None of these is a way out.
    for line in
        ["Reply now to STOP the bill", "Send a gift, STOP worrying", "Envoyez vos photos, STOP au gaspi"]
    {
        assert_eq!(codes(line), [FindingCode::OptOutMissing], "{line}");
    }
}
