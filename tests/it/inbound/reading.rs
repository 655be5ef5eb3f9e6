//! What replies are read as.

use optin::inbound::{Context, Intent, Matcher, Reading, Scope, TableError, Understood};
use optin::{inbound::Language, phone::Country};

fn read(text: &str) -> Understood {
    Matcher::builtin().read(text, &Reading::default())
}

#[test]
fn the_tuning_corpus_is_read_as_labelled() {
    let matcher = Matcher::builtin();
    let (mut wrong, mut held) = (Vec::new(), 0);
    let mut rows = 0;
    for line in include_str!("../../data/inbound_tune.tsv").lines().filter(|l| !l.starts_with('#')) {
        let mut cells = line.splitn(3, '\t');
        let intent = Intent::from_code(cells.next().unwrap()).unwrap();
        let context = Context::from_code(cells.next().unwrap()).unwrap();
        let text = cells.next().unwrap().replace("\\n", "\n");
        let got = matcher.read(&text, &Reading { context, ..Reading::default() });
        rows += 1;
        // Where rules and scorer differ a human is asked, which is no error in either direction.
        let asked = got.intent == Intent::Unsure && matches!(intent, Intent::Stop | Intent::Other);
        held += u32::from(asked);
        if got.intent != intent && !asked {
            wrong.push(format!("{text:?} in {context}: {} by {}, not {intent}", got.intent, got.rule));
        }
    }
    assert!(rows >= 250);
    assert!(held * 20 <= rows, "{held} of {rows} wait for a human");
    assert!(wrong.is_empty(), "{} of {rows}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_built_in_tables_read() {
    assert_eq!(Matcher::with_overlay("").err(), None);
}

#[test]
fn the_tier_says_how_it_was_read() {
    for text in
        ["STOP", " stop\n", "ＳＴＯＰ", "OPT-OUT", "opt out", "Arrêté", "S\u{200b}TOP", "СТОП", "STOP ALL"]
    {
        assert_eq!((read(text).intent, read(text).tier), (Intent::Stop, 1), "{text:?}");
    }
    for text in [
        "STOP!!",
        "Stop. Thank you",
        "Stpo",
        "arrêtez svp",
        "“STOP”",
        "stop 🙏",
        "STOP sms please",
        "s t o p",
    ] {
        assert_eq!((read(text).intent, read(text).tier), (Intent::Stop, 2), "{text:?}");
    }
    for text in ["take me off your list", "ne m'écrivez plus", "no me manden más mensajes"] {
        assert_eq!((read(text).intent, read(text).tier), (Intent::Stop, 3), "{text:?}");
    }
    assert_eq!(read("not interested").tier, 4);
    assert_eq!(read("see you").tier, 0);
}

#[test]
fn the_fcc_words_stop_in_every_context_country_and_language() {
    let matcher = Matcher::builtin();
    let polish = [Language::new("pl").unwrap()];
    for text in ["stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"] {
        for &context in Context::ALL {
            for country in [None, Some(Country::US), Some(Country::FR), Some(Country::CA)] {
                for languages in [&[] as &[Language], &[Language::FR], &polish] {
                    let got = matcher.read(text, &Reading { country, languages, context });
                    assert_eq!((got.intent, got.tier), (Intent::Stop, 1), "{text} {context} {country:?}");
                }
            }
        }
    }
}

#[test]
fn what_was_said_bounds_the_scope_as_said() {
    assert_eq!(read("STOP").scope, Some(Scope::Program));
    assert_eq!(read("STOP 36123").scope, Some(Scope::Program));
    for text in ["STOP ALL", "stopall", "Stop all messages", "stop tout"] {
        assert_eq!(read(text).scope, Some(Scope::All), "{text}");
    }
    assert_eq!(read("STOP ads").scope, Some(Scope::Topic("ads".into())));
    assert_eq!(read("HELP").scope, None);
    assert_eq!(read("not interested").scope, None);
}

#[test]
fn the_answer_is_in_the_language_of_the_word() {
    let matcher = Matcher::builtin();
    let language = |text, country: &str, languages: &[Language]| {
        let country = Country::new(country).ok();
        matcher.read(text, &Reading { country, languages, ..Reading::default() }).language.unwrap()
    };
    let both = [Language::FR, Language::EN];
    // Canada: STOP is answered in English and ARRET in French, whichever language the program has first.
    assert_eq!(language("STOP", "CA", &both), Language::EN);
    assert_eq!(language("ARRET", "CA", &[Language::EN, Language::FR]), Language::FR);
    assert_eq!(language("AIDE", "CA", &both), Language::FR);
    assert_eq!(language("STOP", "FR", &both), Language::FR);
    assert_eq!(language("STOP", "FR", &[]), Language::FR);
    assert_eq!(language("STOP", "US", &[Language::ES]), Language::EN);
    assert_eq!(language("STOP", "MX", &[]), Language::ES);
    assert_eq!(language("STOP", "", &[]), Language::EN);
    assert_eq!(language("stop s'il vous plaît", "", &[]), Language::FR);
}

#[test]
fn contact_asks_who_writes_in_france_only() {
    let matcher = Matcher::builtin();
    let read =
        |country| matcher.read("CONTACT", &Reading { country: Some(country), ..Reading::default() }).intent;
    assert_eq!(read(Country::FR), Intent::Help);
    assert_eq!(read(Country::US), Intent::Other);
}

#[test]
fn a_one_letter_yes_is_only_its_languages_yes() {
    let matcher = Matcher::builtin();
    let read = |text, languages| {
        matcher.read(text, &Reading { languages, context: Context::DoubleOptIn, ..Reading::default() }).intent
    };
    assert_eq!(read("O", &[Language::FR]), Intent::Confirm);
    assert_eq!(read("O", &[Language::EN]), Intent::Other);
    assert_eq!(read("Y", &[Language::FR]), Intent::Other);
    assert_eq!(read("YES", &[Language::FR]), Intent::Confirm);
}

#[test]
fn the_evidence_is_the_persons_own_words() {
    let text = "Bonjour, merci de ne plus m’écrire 🙏. Arrêtez !";
    let got = read(text);
    assert_eq!(got.phrase(text), Some("ne plus m’écrire"));
    assert_eq!(&*got.rule, "fr.ne-plus");
    assert_eq!(read("  “ＳＴＯＰ”!").phrase("  “ＳＴＯＰ”!"), Some("ＳＴＯＰ"));
    let both = read("wrong number, stop texting me");
    assert_eq!((both.intent, both.also), (Intent::Stop, Some(Intent::WrongNumber)));
}

#[test]
fn what_is_not_read_is_unsure_and_never_other() {
    assert_eq!(
        (read(&"a ".repeat(5_000)).intent, read(&"a".repeat(10_001)).intent),
        (Intent::Other, Intent::Unsure)
    );
    assert_eq!(&*read(&"\u{301}".repeat(100_000)).rule, "too-long");
    // Made to be expensive: the work is bounded, and what is beyond the bound is for a human.
    assert_eq!(read(&"no quiero que me manden mas ".repeat(300)).intent, Intent::Unsure);
    assert_eq!(read("").intent, Intent::Other);
    assert_eq!(read("\0\0").intent, Intent::Other);
}

fn keyword(intent: &str, word: &str) -> String {
    format!(
        "[[keyword]]\nid = \"shop\"\nintent = \"{intent}\"\nlanguage = \"en\"\nwords = [\"{word}\"]\nsource = \"own\"\nconfidence = \"high\"\n"
    )
}

#[test]
fn an_overlay_adds_words_and_takes_no_stop_away() {
    let read =
        |toml: &str, text: &str| Matcher::with_overlay(toml).unwrap().read(text, &Reading::default()).intent;
    assert_eq!(read(&keyword("stop", "enough"), "ENOUGH"), Intent::Stop);
    assert_eq!(read(&keyword("join", "VIP"), "vip"), Intent::Join);
    // A program's own command.
    assert_eq!(read(&keyword("other", "STOP 12345"), "stop 12345"), Intent::Other);
    assert_eq!(read(&keyword("other", "STOP 12345"), "stop 12346"), Intent::Stop);
    let phrase = "[[phrase]]\nid = \"shop\"\nintent = \"stop\"\nlanguage = \"en\"\npatterns = [\"scratch my? name\"]\n";
    assert_eq!(read(phrase, "please scratch name ok"), Intent::Stop);

    for word in ["STOP", "Stop.", "please stop", "arrêt", "stopppp", "take me off your list"] {
        for intent in ["other", "help", "confirm", "start"] {
            let refused = Matcher::with_overlay(&keyword(intent, word)).unwrap_err();
            assert!(matches!(refused, TableError::TakesStopAway { .. }), "{word} {intent}: {refused}");
        }
    }
    for bad in [
        keyword("unsure", "x"),
        keyword("stop", "!!"),
        keyword("stop", "help"),
        keyword("stop", "x").replace("high", "certain"),
        keyword("stop", "x").replace("\"en\"", "\"english\""),
        phrase.replace("\"stop\"", "\"other\""),
        phrase.replace("\"stop\"", "\"start\""),
        phrase.replace("my?", "<my>"),
        phrase.replace("scratch", "*"),
    ] {
        let refused = Matcher::with_overlay(&bad).unwrap_err();
        assert!(matches!(refused, TableError::Row { .. }), "{bad}: {refused}");
    }
    assert!(matches!(Matcher::with_overlay("keyword = 3"), Err(TableError::Syntax(_))));
}
