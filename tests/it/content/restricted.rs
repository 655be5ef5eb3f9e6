//! What may not be said: each code has a text that trips it and a close one that does not, and a corpus that was
//! written by somebody who had seen no list.

use std::collections::BTreeMap;

use optin::{
    content::{FindingCode, Lint, Said, SenderKind, Severity},
    message::Kind,
    phone::Country,
};
use serde::Deserialize;

use FindingCode::{
    Cannabis, Crypto, Debt, EndMissing, Gambling, HelpMissing, IpLink, KindStricter, KindUnread,
    LabelMissing, LinkDomain, Loan, RatesMissing, ShaftAlcohol, ShaftFirearms, ShaftHate, ShaftSex,
    ShaftTobacco, Shortener, SpamLook,
};

#[derive(Deserialize)]
struct Row {
    text: String,
    sender_type: SenderKind,
    country: String,
    kind: String,
    first_message: bool,
    brand: String,
    trips: Vec<String>,
    not: Vec<String>,
}

/// Tripped of those that must, tripped of those that must not, by code.
fn measured(corpus: &str) -> BTreeMap<String, [u32; 4]> {
    let mut table: BTreeMap<String, [u32; 4]> = BTreeMap::new();
    for line in corpus.lines() {
        let row: Row = serde_json::from_str(line).unwrap();
        let kind = Kind::from_code(&row.kind).unwrap();
        let country = Country::new(&row.country).unwrap();
        let said = Said::new(&row.text, kind, country, row.sender_type, &row.brand);
        let found = Lint::builtin().check(&said.first_message(row.first_message));
        let trips = |code: &str| u32::from(found.iter().any(|finding| finding.code.code() == code));
        for (at, codes) in [(0, &row.trips), (2, &row.not)] {
            for code in codes {
                let counts = table.entry(code.clone()).or_default();
                counts[at] += trips(code);
                counts[at + 1] += 1;
            }
        }
    }
    table
}

#[test]
fn the_reported_half_of_the_corpus() {
    let table = measured(include_str!("../../data/lint_heldout.jsonl"));
    let sum = |at: usize| table.values().map(|counts| counts[at]).sum::<u32>();
    for (code, [hit, all, wrong, close]) in &table {
        println!("{code}: {hit} of {all}, and {wrong} of {close} close ones");
    }
    println!("all: {} of {}, and {} of {} close ones", sum(0), sum(1), sum(2), sum(3));
    assert_eq!((sum(1), sum(3), table.len()), (210, 210, 20));
    // The first run: 192 and 17.
    assert!(sum(0) >= 198 && sum(2) <= 5);
}

fn found(text: &str, country: Country, sender: SenderKind) -> Vec<FindingCode> {
    codes(Said::new(text, Kind::Marketing, country, sender, "Maison Lune"))
}

fn codes(said: Said<'_>) -> Vec<FindingCode> {
    Lint::builtin().check(&said).iter().map(|finding| finding.code).collect()
}

#[test]
fn each_topic_has_a_text_that_trips_it_and_a_close_one_that_does_not() {
    let pairs = [
        (ShaftAlcohol, "two bottles of Chablis for one tonight", "champagne-colour dresses for one night"),
        (ShaftFirearms, "9mm ammo and holsters 20% off", "glue guns and water pistols 20% off"),
        (ShaftTobacco, "new vape juice flavours in store", "smoking hot deals in our smoke-free store"),
        (ShaftSex, "vibrators and dildos half price", "unisex sneakers half price"),
        (ShaftHate, "those fucking idiots will hate our prices", "a killer deal, we hate high prices"),
        (Cannabis, "CBD gummies and THC drinks are back", "vitamin gummies and flower pots are back"),
        (Gambling, "casino bonus, bet on tonight's game", "win a tote bag in our prize draw"),
        (Loan, "payday loans up to $500, get cash today", "borrow a book from our library shelf"),
        (Crypto, "buy bitcoin with zero fees", "leather coin purse with zero waste"),
        (Debt, "consolidate your debt, credit repair from $9", "your invoice 12 is due, pay it in the app"),
    ];
    for (code, about, beside) in pairs {
        let text = |what: &str| format!("Maison Lune: {what}. Reply STOP to opt out");
        assert_eq!(found(&text(about), Country::US, SenderKind::LongCode), [code], "{about}");
        let none = found(&text(beside), Country::US, SenderKind::LongCode);
        assert!(!none.contains(&code), "{beside}: {none:?}");
    }
}

/// A people and what is wished on it, in one sentence; neither alone, nor each in its own.
#[test]
fn a_people_is_not_spoken_against() {
    let hateful = [
        "Refugees are a plague, kick them out. Hoodies $20",
        "New stickers: immigrants not welcome here",
        "T-shirts « les musulmans dehors » en stock",
        "Chassons les migrants, autocollants à 5 €",
        "Camisetas: los inmigrantes son una plaga, 15 €",
        "Aufkleber: Flüchtlinge sind Parasiten, 3 €",
        "Felpe: gli immigrati tornino a casa loro, 20 €",
        "Autocolantes: os ciganos são parasitas, 3 €",
        "Stickers: asielzoekers niet welkom, 3 euro",
    ];
    for text in hateful {
        assert!(found(text, Country::US, SenderKind::LongCode).contains(&ShaftHate), "{text}");
    }
    let kind = [
        "Jews, Muslims and Christians eat with us tonight, all welcome",
        "Juifs, musulmans, catholiques : ce soir on dîne ensemble",
        "Roach bait and rat traps: get rid of vermin for $9",
        "Our fair helps refugees. Get rid of stains with our soap, $4",
        "Juden und Muslime feiern mit uns, Eintritt frei",
        "Gegen Ungeziefer im Keller: Fallen ab 4 €",
        "Para los inmigrantes, clases de español gratis",
        "Zapatos negros: basta de rozaduras, -20 %",
        "Pour les réfugiés : soirée solidaire samedi, 10 € l'entrée",
        "Weg met vlekken: al onze zeep 2 euro",
        "Immigrants: do not get deported. Our lawyers help, first call free",
        "Blankets for refugees: keep them warm, give $5",
        "Des migrants dorment dehors ce soir : donnez une couverture",
        "Soirée gays et lesbiennes samedi, interdit aux moins de 18 ans",
        "Ausflüge für Behinderte: raus ins Grüne, 12 €",
        "Cursos para inmigrantes fuera del horario de trabajo",
        "Gite fuori porta per stranieri, 30 €",
    ];
    for text in kind {
        assert!(!found(text, Country::US, SenderKind::LongCode).contains(&ShaftHate), "{text}");
    }
}

#[test]
fn adults_and_the_words_that_the_law_wants_lift_what_they_lift() {
    let wine = "Maison Lune: wine tasting, 20% off every Merlot. Reply STOP to opt out";
    let us = Said::new(wine, Kind::Marketing, Country::US, SenderKind::ShortCode, "Maison Lune");
    assert_eq!(codes(us), [ShaftAlcohol]);
    assert!(codes(us.age_checked(true)).is_empty());
    let ca = Said::new(wine, Kind::Marketing, Country::CA, SenderKind::ShortCode, "Maison Lune");
    let checked = Lint::builtin().check(&ca.age_checked(true));
    assert_eq!((checked[0].code, checked[0].severity), (ShaftAlcohol, Severity::Warning));
    // France asks for its sentence, whoever reads.
    let bare = "Maison Lune : -20 % sur tous les vins rouges. STOP au 36123";
    let fr = |text| Said::new(text, Kind::Marketing, Country::FR, SenderKind::Alphanumeric, "Maison Lune");
    assert_eq!(codes(fr(bare).age_checked(true)), [ShaftAlcohol]);
    let finding = &Lint::builtin().check(&fr(bare))[0];
    let whole = format!("{bare} {}", finding.fix.as_deref().unwrap());
    assert!(codes(fr(&whole)).is_empty(), "{:?}", codes(fr(&whole)));
    // The bytes of the word, in the text as it came.
    assert_eq!(&bare[finding.span.clone()], "vins rouges".get(..finding.span.len()).unwrap());
}

#[test]
fn links_lead_to_the_brand() {
    let text = |link: &str| format!("Maison Lune: sale at {link} Reply STOP to opt out");
    let of = |link: &str| found(&text(link), Country::US, SenderKind::LongCode);
    for short in ["bit.ly/3xYz", "https://tinyurl.com/abc", "HTTP://WWW.IS.GD/x", "ｂｉｔ．ｌｙ/a"] {
        assert_eq!(of(short), [Shortener], "{short}");
    }
    for glued in ["Shop:bit.ly/3x", "ready?bit.ly/x", "here|bit.ly/x", "bl.ink/{code}"] {
        assert_eq!(of(glued), [Shortener], "{glued}");
    }
    for ip in ["http://203.0.113.7/x", "203.0.113.7", "http://3405803783/", "http://[2001:db8::1]/"] {
        assert_eq!(of(ip), [IpLink], "{ip}");
    }
    for own in [
        "maisonlune.fr/soldes",
        "https://habit.ly.example/x",
        "v1.2.3",
        "version 10.4.2.1",
        "rated 4.8/5",
        "$9.99/month",
        "at 12.30",
        "{link}",
    ] {
        assert_eq!(of(own), [], "{own}");
    }
    let own = ["maisonlune.fr".to_owned()];
    let (ours, theirs) = (text("go.maisonlune.fr/x"), text("maisonlune.example/x"));
    let said = |text| Said::new(text, Kind::Marketing, Country::US, SenderKind::LongCode, "Maison Lune");
    assert_eq!(codes(said(&ours).domains(&own)), []);
    assert_eq!(codes(said(&theirs).domains(&own)), [LinkDomain]);
}

#[test]
fn the_look_of_spam() {
    let of = |what: &str| {
        let text = format!("Maison Lune: {what} Reply STOP to opt out");
        found(&text, Country::US, SenderKind::LongCode)
    };
    for spam in [
        "sale now!!!",
        "make $$$ now",
        "everything is fr33 today",
        "get c@sh back",
        "F R E E gifts",
        "soooooo good",
        "THE BIGGEST SALE OF THE YEAR STARTS IN OUR STORE TONIGHT",
        "great d\u{435}als today",
    ] {
        assert!(of(spam).contains(&SpamLook), "{spam}: {:?}", of(spam));
    }
    for fine in
        ["sale now!", "20% off with SAVE20", "H&M basics from $9", "sizes S M L XL", "NEW: FLASH SALE", "B2B"]
    {
        assert!(!of(fine).contains(&SpamLook), "{fine}: {:?}", of(fine));
    }
}

#[test]
fn a_first_message_tells_of_help_and_rates_and_an_offer_of_its_end() {
    fn ends(text: &str) -> Said<'_> {
        Said::new(text, Kind::Marketing, Country::US, SenderKind::ShortCode, "Maison Lune")
    }
    fn said(text: &str) -> Said<'_> {
        ends(text).first_message(true)
    }
    let bare = "Maison Lune: 20% off. Reply STOP to opt out";
    assert_eq!(codes(said(bare)), [HelpMissing, RatesMissing]);
    assert_eq!(codes(said(bare).first_message(false)), []);
    for line in [
        "Msg&data rates may apply. Reply HELP for help",
        "Msg and data rates may apply, text HELP for info",
        "HELP for help. Message and data rates may apply.",
        "Pueden aplicarse tarifas de mensajes. Responde AYUDA para ayuda",
    ] {
        let text = format!("{bare}. {line}");
        assert_eq!(codes(said(&text)), [], "{line}");
    }
    assert_eq!(codes(ends(bare).offer_ends(true)), [EndMissing]);
    for end in ["until Sunday", "tonight", "ends 11/27", "until {offer.ends|date}", "for 48 hours"] {
        let text = format!("Maison Lune: -20% {end}. Reply STOP");
        assert_eq!(codes(ends(&text).offer_ends(true)), [], "{end}");
    }
}

#[test]
fn labels() {
    let of = |text: &str, country: &str, id: &str| -> Vec<FindingCode> {
        let country = Country::new(country).unwrap();
        let said = Said::new(text, Kind::Marketing, country, SenderKind::Alphanumeric, "Maison Lune");
        codes(match id {
            "" => said,
            id => said.sender_id(id),
        })
    };
    let out = "Opt out: https://ml.example/o";
    assert_eq!(of(&format!("(광고) Maison Lune sale. {out}"), "KR", ""), []);
    assert_eq!(of(&format!("Maison Lune (광고) sale. {out}"), "KR", ""), [LabelMissing]);
    assert_eq!(of(&format!("(광/고) Maison Lune sale. {out}"), "KR", ""), [LabelMissing]);
    assert_eq!(of(&format!("Maison Lune sale. {out}"), "AE", "AD-MLUNE"), []);
    assert_eq!(of(&format!("AD-Maison Lune sale. {out}"), "AE", "MLUNE"), [LabelMissing]);
    assert_eq!(of(&format!("Maison Lune sale. {out}"), "SA", "MLUNE-AD"), []);
    assert_eq!(of(&format!("Maison Lune sale. {out}"), "SA", "MLUNE"), [LabelMissing]);
}

#[test]
fn what_reads_as_marketing_and_is_called_less() {
    let said = |text, kind| Said::new(text, kind, Country::US, SenderKind::LongCode, "Maison Lune");
    let mixed =
        "Maison Lune: order 1042 has shipped! Take 20% off your next order with code LUNE20, shop now";
    let parcel = "Maison Lune: your order 1042 has shipped and arrives tomorrow between 9 and 12.";
    for kind in [Kind::Transactional, Kind::Service, Kind::Conversational, Kind::Authentication] {
        let found = Lint::builtin().check(&said(mixed, kind));
        assert_eq!((found[0].code, found[0].severity), (KindStricter, Severity::Error), "{kind}");
        assert_eq!(codes(said(mixed, kind).vouched(true)), []);
    }
    assert_eq!(codes(said(parcel, Kind::Transactional)), []);
    assert_eq!(codes(said(parcel, Kind::Marketing)), [FindingCode::OptOutMissing]);
    let turkish = "Maison Lune: siparişiniz yola çıktı";
    assert_eq!(codes(said(turkish, Kind::Transactional)), [KindUnread]);
}

#[test]
fn a_host_s_own_row_stands_before_ours() {
    let overlay = r#"
        [[restricted]]
        id = "us-alcohol"
        code = "shaft_alcohol"
        countries = ["US"]
        severity = "warning"
        citation = "our carrier's written leave of 2026-10-01"
    "#;
    let wine = "Maison Lune: 20% off every Merlot wine. Reply STOP to opt out";
    let said = Said::new(wine, Kind::Marketing, Country::US, SenderKind::ShortCode, "Maison Lune");
    let lint = Lint::builtin().with_overlay("ours.toml", overlay).unwrap();
    assert_eq!(lint.check(&said)[0].severity, Severity::Warning);
    for (bad, why) in [
        (overlay.replace("shaft_alcohol", "alcool"), "is no code"),
        (overlay.replace("\"US\"", "\"USA\""), "is no country"),
        (overlay.replace("severity", "unless = '('\nseverity"), "regex parse error"),
    ] {
        let error = Lint::builtin().with_overlay("ours.toml", &bad).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn any_text_has_findings_and_no_panic() {
    let long = "é🎉 {x} sale bit.ly ".repeat(8_000);
    for text in ["", "\0", "\u{202e}", "🇫", "://", "http://[", "(광", "{", &long] {
        for kind in [Kind::Marketing, Kind::Transactional] {
            let said = Said::new(text, kind, Country::FR, SenderKind::Alphanumeric, "");
            for finding in Lint::builtin().check(&said.first_message(true).offer_ends(true)) {
                assert!(text.get(finding.span.clone()).is_some(), "{finding:?}");
            }
        }
    }
}
