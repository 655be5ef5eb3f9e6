use optin::message::{
    Alphabet, Counting, Encoding, Locale, RenderError, Tag, Tags, Template, TemplateErrorKind, ValueFault,
    Values, segments,
};
use proptest::prelude::*;

fn tags() -> Tags {
    Tags::new()
        .with("first_name", Tag::text(20))
        .with("link", Tag::link(30))
        .with("order.number", Tag::text(12))
}

fn refused(source: &str) -> (TemplateErrorKind, std::ops::Range<usize>) {
    let error = Template::parse(source).unwrap_err();
    (error.kind(), error.span())
}

fn rendered(source: &str, values: &Values) -> String {
    let checked = Template::parse(source).unwrap().check(&tags()).unwrap();
    checked.render(values).unwrap().as_str().to_owned()
}

#[test]
fn tags_fallbacks_and_braces() {
    let values = Values::new().with("first_name", "Zoé").with("order.number", "A-12");
    assert_eq!(rendered("{first_name|Bonjour} : {order.number}", &values), "Zoé : A-12");
    assert_eq!(rendered("{first_name|Bonjour, toi} !", &Values::new()), "Bonjour, toi !");
    assert_eq!(rendered("{{{first_name|x}}} }}{{", &values), "{Zoé} }{");
    assert_eq!(rendered("{first_name|a|b}", &Values::new()), "a|b");
    assert_eq!(rendered("Hi{first_name|}!", &Values::new()), "Hi!");
    // A blank cell is no name; a brace in a value is a brace.
    assert_eq!(rendered("{first_name|Bonjour}", &Values::new().with("first_name", " \t")), "Bonjour");
    assert_eq!(rendered("{first_name}", &Values::new().with("first_name", "{link}")), "{link}");
    let twice = Template::parse("{link} {first_name} {link}").unwrap();
    assert_eq!(twice.tags().collect::<Vec<_>>(), ["link", "first_name"]);
}

#[test]
fn a_wrong_template_is_refused_with_its_bytes() {
    use TemplateErrorKind::{
        BadName, Blank, ControlCharacter, EmptyTag, NestedTag, UnclosedBrace, UnopenedBrace,
    };
    assert_eq!(refused("é {first_name"), (UnclosedBrace, 3..14));
    assert_eq!(refused("é } x"), (UnopenedBrace, 3..4));
    assert_eq!(refused("{first_name}} x"), (UnopenedBrace, 12..13));
    assert_eq!(refused("a {} b"), (EmptyTag, 2..4));
    assert_eq!(refused("a {|b}"), (EmptyTag, 2..6));
    assert_eq!(refused("{a{b}}"), (NestedTag, 0..3));
    assert_eq!(refused("{a|{b}}"), (NestedTag, 0..4));
    for name in ["First", "a b", "a-b", "é", ".a", "a.", "a..b", " a"] {
        assert_eq!(refused(&format!("x{{{name}}}")), (BadName, 1..name.len() + 3), "{name}");
    }
    assert_eq!(refused("a\u{7}b"), (ControlCharacter, 1..2));
    assert_eq!(refused(" \n"), (Blank, 0..2));
    assert!(Template::parse("two\nlines\r\nof text").is_ok());
}

#[test]
fn dates_numbers_money_and_lists_are_written_where_the_reader_is() {
    let tags = Tags::new()
        .with("ends", Tag::date())
        .with("points", Tag::number(12))
        .with("total", Tag::money())
        .with("items", Tag::list(20))
        .with("name", Tag::text(20));
    let values = Values::new()
        .with("ends", "2026-08-07T21:30:00+02:00")
        .with("points", "1250")
        .with("total", "1250.5 EUR")
        .with("items", "Robe\nSac\n\nVeste");
    let check = |source: &str| Template::parse(source).unwrap().check(&tags);
    let written = |source: &str, locale: &str| {
        check(source).unwrap().render_in(&values, Locale::of(locale)).unwrap().as_str().to_owned()
    };
    let all = "{ends|weekday} {ends|long_date} {ends} {ends|time} {points} {total|money} {items:2}";
    assert_eq!(written(all, "fr"), "vendredi 7 août 07/08 21 h 30 1 250 1 250,50 € Robe, Sac");
    assert_eq!(written(all, "en"), "Friday August 7 8/7 9:30 pm 1,250 €1,250.50 Robe, Sac");
    assert_eq!(written("{items}", "xx"), "Robe, Sac, Veste");
    // A fallback stands behind one more bar, or alone; a word that is no form is a fallback.
    let fall = |source: &str| check(source).unwrap().render(&Values::new()).unwrap().as_str().to_owned();
    assert_eq!(fall("{ends|date|soon} {ends|soon} {total|money|} {name|date}!"), "soon soon  date!");
    for (source, name, value) in [
        ("{ends}", "ends", "tomorrow"),
        ("{ends|time}", "ends", "2026-08-07"),
        ("{points}", "points", "many"),
        ("{points}", "points", "123456789012"),
        ("{total}", "total", "12 euros"),
        ("{items}", "items", "Robe\nhttps://evil.example"),
    ] {
        let refused = check(source).unwrap().render(&Values::new().with(name, value));
        assert!(matches!(refused, Err(RenderError::Value { .. })), "{source} {value}: {refused:?}");
    }
    for source in ["{name:2}", "{items:0}", "{items:x}", "{items:-1}", "{ends:1}"] {
        let refused = Template::parse(source).and_then(|template| template.check(&tags));
        assert_eq!(refused.unwrap_err().kind(), TemplateErrorKind::BadForm, "{source}");
    }
    // Names of months may cost UCS-2, figures never.
    let worst = |source: &str| check(source).unwrap().worst_case("", Counting::Standard).encoding;
    assert_eq!(
        (worst("{ends|date} {ends|time}"), worst("{ends|long_date}")),
        (Encoding::Gsm7, Encoding::Ucs2)
    );
}

#[test]
fn an_unknown_tag_is_refused_before_anything_is_rendered() {
    let error = Template::parse("Hi {first_name}, {nick}").unwrap().check(&tags()).unwrap_err();
    assert_eq!((error.kind(), error.span()), (TemplateErrorKind::UnknownTag, 17..23));
    assert_eq!(error.to_string(), "unknown tag (bytes 17..23)");
}

#[test]
fn a_fallback_is_held_to_its_tags_declaration() {
    let kind = |source: &str| Template::parse(source).unwrap().check(&tags()).unwrap_err().kind();
    assert_eq!(kind("{link|ça}"), TemplateErrorKind::Fallback(ValueFault::OutsideAlphabet));
    assert_eq!(
        kind("{order.number|longer than twelve}"),
        TemplateErrorKind::Fallback(ValueFault::TooLong { chars: 18, max: 12 })
    );
}

#[test]
fn a_value_is_judged_before_it_is_merged() {
    let checked = Template::parse("{first_name}, {link|x}").unwrap().check(&tags()).unwrap();
    let fault = |name: &str, value: &str| match checked
        .render(&Values::new().with("first_name", "Ana").with(name, value))
    {
        Err(RenderError::Value { tag, fault }) => {
            assert_eq!(&*tag, name);
            Some(fault)
        }
        other => {
            other.unwrap();
            None
        }
    };
    for control in
        ["A\u{0}", "A\tB", "A\r\nB", "A\u{1b}[2J", "A\u{85}", "A\u{202E}B", "A\u{2066}B", "A\u{2028}B"]
    {
        assert_eq!(fault("first_name", control), Some(ValueFault::ControlCharacter), "{control:?}");
    }
    assert_eq!(fault("first_name", "Jean\nMarie"), None);
    assert_eq!(fault("first_name", "evil.com"), Some(ValueFault::Link));
    assert_eq!(fault("first_name", "win http://e.vil/x"), Some(ValueFault::Link));
    assert_eq!(fault("link", "https://ml.example/a"), None);
    assert_eq!(fault("first_name", &"é".repeat(20)), None);
    assert_eq!(fault("first_name", &"é".repeat(21)), Some(ValueFault::TooLong { chars: 21, max: 20 }));
    assert_eq!(fault("link", "https://ml.example/é~"), Some(ValueFault::OutsideAlphabet));
    assert_eq!(checked.render(&Values::new()), Err(RenderError::Missing { tag: "first_name".into() }));
}

#[test]
fn no_debug_and_no_error_shows_a_value() {
    let values = Values::new().with("first_name", "Séraphine").with("link", "https://seraphine.example/ç");
    assert_eq!(format!("{values:?}"), r#"{"first_name", "link"}"#);
    let checked = Template::parse("{first_name}").unwrap().check(&tags()).unwrap();
    let body = checked.render(&values).unwrap();
    assert!(!format!("{body:?}").contains("raphine"));
    let link = Template::parse("{link}").unwrap().check(&tags()).unwrap().render(&values).unwrap_err();
    assert!(!format!("{link} {link:?}").contains("raphine"));
}

#[test]
fn the_worst_case_knows_alphabets_and_footer() {
    let tags = Tags::new()
        .with("any", Tag::text(10))
        .with("gsm", Tag::text(10).alphabet(Alphabet::Gsm7))
        .with("basic", Tag::text(10).alphabet(Alphabet::Gsm7Basic));
    let worst = |source: &str, footer: &str| {
        let worst =
            Template::parse(source).unwrap().check(&tags).unwrap().worst_case(footer, Counting::Standard);
        (worst.encoding, worst.segments, worst.units)
    };
    assert_eq!(worst("ab {basic}", ""), (Encoding::Gsm7, 1, 13));
    assert_eq!(worst("ab {gsm}", "\nSTOP"), (Encoding::Gsm7, 1, 28));
    assert_eq!(worst("ab {any}", "\nSTOP"), (Encoding::Ucs2, 1, 28));
    assert_eq!(worst("ab {gsm} {any}", ""), (Encoding::Ucs2, 1, 34));
    assert_eq!(worst("ab {basic}", " ç"), (Encoding::Ucs2, 1, 15));
    let long = format!("{}{{basic}}", "x".repeat(150));
    assert_eq!(worst(&long, ""), (Encoding::Gsm7, 1, 160));
    assert_eq!(worst(&long, "y"), (Encoding::Gsm7, 2, 161));
    // A brace costs an escape even when it is written twice.
    assert_eq!(worst("{{", ""), (Encoding::Gsm7, 1, 2));
}

/// A run of marks is taken in by the cluster before the value; a run of prepended marks takes in the one behind it.
#[test]
fn the_worst_case_counts_a_value_that_joins_its_neighbours() {
    let tags = Tags::new().with("one", Tag::text(20));
    for (middle, mark) in [("{one}👩‍👩‍👧‍👦", "\u{110BD}"), ("👩‍👩‍👧‍👦{one}", "\u{1D167}")]
    {
        let source = format!("{}{middle}{}", "ж".repeat(20), "ж".repeat(20));
        let checked = Template::parse(&source).unwrap().check(&tags).unwrap();
        let body = checked.render(&Values::new().with("one", &mark.repeat(20))).unwrap();
        assert_eq!(body.segments(Counting::Graphemes).segments, 3);
        assert_eq!(checked.worst_case("", Counting::Graphemes).segments, 3);
    }
}

/// Half a flag as a value moves every pair in the flags behind it.
#[test]
fn the_worst_case_counts_flags_that_pair_anew() {
    let tags = Tags::new().with("one", Tag::text(1));
    for before in 0..67 {
        for flags in 1..12 {
            for after in [0, 1, 2, 30, 60, 66] {
                let text =
                    format!("{}{{one}}{}{}", "ж".repeat(before), "🇫🇷".repeat(flags), "ж".repeat(after));
                let checked = Template::parse(&text).unwrap().check(&tags).unwrap();
                let real =
                    checked.render(&Values::new().with("one", "🇫")).unwrap().segments(Counting::Graphemes);
                assert!(real.segments <= checked.worst_case("", Counting::Graphemes).segments, "{text}");
            }
        }
    }
}

/// Texts that try to be more than they look: marks, joiners, flags, pairs.
fn hostile(least: usize, most: usize) -> impl Strategy<Value = String> {
    let one = "[a-z\\[€é字😀\u{301}\u{200D}\u{FE0F}🏽🇫👩\u{1D167}\u{600}\u{1100}\u{1161}\u{11a8}]";
    proptest::string::string_regex(&format!("{one}{{{least},{most}}}")).unwrap()
}

proptest! {
    #[test]
    fn any_text_parses_or_says_why(source in "\\PC{0,60}|[{}|a-z._ é]{0,40}") {
        match Template::parse(&source) {
            Ok(template) => prop_assert_eq!(template.source(), &*source),
            Err(error) => prop_assert!(source.get(error.span()).is_some()),
        }
    }

    #[test]
    fn braces_come_back(text in "[^\\x00-\\x1F\\x7F-\\x9F]{1,60}") {
        prop_assume!(!text.trim().is_empty());
        let source = text.replace('{', "{{").replace('}', "}}");
        prop_assert_eq!(rendered(&source, &Values::new()), text);
    }

    #[test]
    fn nothing_costs_more_than_the_worst_case(
        before in hostile(0, 70), between in hostile(0, 70), footer in hostile(0, 30), one in hostile(1, 30), two in hostile(1, 30),
    ) {
        let tags = Tags::new().with("one", Tag::text(30)).with("two", Tag::text(30));
        let checked = Template::parse(&format!("{before}{{one}}{between}{{two}}")).unwrap().check(&tags).unwrap();
        let body = checked.render(&Values::new().with("one", &one).with("two", &two)).unwrap();
        for counting in [Counting::Standard, Counting::Graphemes] {
            let worst = checked.worst_case(&footer, counting);
            let real = segments(&format!("{}{footer}", body.as_str()), counting);
            prop_assert!(real.segments <= worst.segments && (real.units <= worst.units || real.encoding == Encoding::Gsm7));
        }
    }

    #[test]
    fn nothing_in_the_alphabet_costs_more_than_the_worst_case(
        before in "[a-z€\\[é]{0,170}", one in "[a-z€\\[é]{1,20}", two in "[a-zé]{1,20}", footer in "[a-z€]{0,30}",
    ) {
        let tags = Tags::new()
            .with("one", Tag::text(20).alphabet(Alphabet::Gsm7))
            .with("two", Tag::text(20).alphabet(Alphabet::Gsm7Basic));
        let checked = Template::parse(&format!("{before}{{one}}{{two}}")).unwrap().check(&tags).unwrap();
        let body = checked.render(&Values::new().with("one", &one).with("two", &two)).unwrap();
        let worst = checked.worst_case(&footer, Counting::Standard);
        let real = segments(&format!("{}{footer}", body.as_str()), Counting::Standard);
        prop_assert!(real.segments <= worst.segments && real.units <= worst.units && worst.encoding == Encoding::Gsm7);
    }
}
