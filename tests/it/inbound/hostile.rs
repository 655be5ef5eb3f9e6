//! Texts that are made to break something.

use optin::inbound::{Context, Intent, Matcher, Reading, Understood};

fn read(text: &[u8]) -> Understood {
    let got = Matcher::builtin().read_bytes(text, &Reading::default());
    let repaired = String::from_utf8_lossy(text);
    assert_eq!(got.phrase(&repaired).is_some(), got.matched.is_some());
    got
}

#[test]
fn a_stop_comes_through_whatever_it_is_wrapped_in() {
    for text in [
        "ST\0OP\0".as_bytes(),
        b"\xff\xfeSTOP\xff",
        "\u{202e}STOP\u{202c}".as_bytes(),
        "\u{feff}STOP\u{200b}\u{2060}".as_bytes(),
        "S̷̢̛T̵̰͝O̴̤͝P̶̱̕".as_bytes(),
        "ЅТОР".as_bytes(),
        "ѕt0р".as_bytes(),
        "S.T.O.P.".as_bytes(),
        "ＳＴＯＰ　ＡＬＬ".as_bytes(),
        "🅂🅃🄾🄿".as_bytes(),
        "ꜱᴛᴏᴘ".as_bytes(),
        "\r\n\t STOP \u{2028}".as_bytes(),
    ] {
        let got = read(text);
        assert!(
            matches!(got.intent, Intent::Stop | Intent::Unsure),
            "{:?} {:?}",
            String::from_utf8_lossy(text),
            got
        );
    }
}

#[test]
fn what_opens_does_not_come_in_disguise() {
    let matcher = Matcher::builtin();
    for text in
        ["ЅТАRТ", "YЕS", "y e s", "Y.E.S", "yess", "YES\u{fffd}", "s t a r t", "ΥES", "yes\0no", "YES🤣"]
    {
        for &context in Context::ALL {
            let got = matcher.read(text, &Reading { context, ..Reading::default() });
            assert!(!got.intent.opens(), "{text:?} in {context}: {got:?}");
        }
    }
}

#[test]
fn nothing_is_too_much_to_be_an_answer() {
    let piles: [(String, Intent); 8] = [
        ("\u{301}".repeat(100_000), Intent::Unsure),
        (format!("s{}top", "\u{301}".repeat(9_000)), Intent::Stop),
        ("\u{202e}".repeat(9_999), Intent::Other),
        ("ﷺ".repeat(9_999), Intent::Unsure),
        ("\0".repeat(10_000), Intent::Other),
        ("🛑".repeat(10_000), Intent::Stop),
        (">\n".repeat(5_000), Intent::Other),
        ("\"'’(".repeat(2_500), Intent::Other),
    ];
    for (text, intent) in piles {
        assert_eq!(read(text.as_bytes()).intent, intent, "{:?}", text.chars().take(8).collect::<String>());
    }
    let half_a_letter = &"é".as_bytes()[..1];
    assert_eq!(read(&half_a_letter.repeat(20_000)).intent, Intent::Unsure);
}
