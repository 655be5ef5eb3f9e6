//! What is answered.

use optin::inbound::{Language, Names, Replies, ReplyKind, TableError};

/// 3GPP TS 23.038, section 6.2.1: one septet each; the extension table counts two.
const GSM7: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
    ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM7_EXTENDED: &str = "\u{c}^{}\\[~]|€";

fn septets(text: &str) -> Option<usize> {
    text.chars()
        .map(|c| match c {
            c if GSM7.contains(c) => Some(1),
            c if GSM7_EXTENDED.contains(c) => Some(2),
            _ => None,
        })
        .sum()
}

#[test]
fn every_answer_fits_one_gsm7_segment_and_says_who_writes() {
    let names = Names {
        brand: "A brand of 20 letter",
        program: "program of 20 letter",
        help: "help-desk@shop-name.example.co",
    };
    assert_eq!((names.brand.len(), names.program.len(), names.help.len()), (20, 20, 30));
    let replies = Replies::builtin();
    for language in ["en", "fr", "es", "de", "nl", "pl"].map(|code| Language::new(code).unwrap()) {
        for &kind in ReplyKind::ALL {
            assert!(replies.speaks(kind, language), "{language} {kind}");
            let answer = replies.reply(kind, language, &names);
            let septets = septets(&answer).unwrap_or_else(|| panic!("not GSM-7: {answer}"));
            assert!(septets <= 160, "{septets}: {answer}");
            assert!(answer.starts_with(names.brand));
            if matches!(kind, ReplyKind::Help | ReplyKind::Joined | ReplyKind::Reopened) {
                assert!(answer.contains("STOP"), "{answer}");
            }
            if matches!(kind, ReplyKind::Help | ReplyKind::Stopped) {
                assert!(answer.contains(names.help), "{answer}");
            }
        }
    }
}

#[test]
fn a_language_without_answers_is_answered_in_english() {
    let names = Names { brand: "B", program: "P", help: "H" };
    let replies = Replies::builtin();
    let swedish = Language::new("sv").unwrap();
    for &kind in ReplyKind::ALL {
        assert_eq!(replies.reply(kind, swedish, &names), replies.reply(kind, Language::EN, &names));
    }
}

#[test]
fn a_host_overrides_one_answer_and_keeps_the_others() {
    let row = |text: &str| format!("[[reply]]\nkind = \"help\"\nlanguage = \"de\"\ntext = \"{text}\"");
    let replies = Replies::with_overlay(&row("{brand}: Hilfe unter {help}")).unwrap();
    let names = Names { brand: "{help}", program: "P", help: "0800" };
    let german = Language::new("de").unwrap();
    assert_eq!(replies.reply(ReplyKind::Help, german, &names), "{help}: Hilfe unter 0800");
    assert_eq!(
        replies.reply(ReplyKind::Stopped, Language::FR, &names),
        Replies::builtin().reply(ReplyKind::Stopped, Language::FR, &names)
    );
    for bad in ["", "{name}", "{brand", "brand}"] {
        assert!(matches!(Replies::with_overlay(&row(bad)), Err(TableError::Row { .. })), "{bad}");
    }
    assert!(matches!(Replies::with_overlay("reply = 1"), Err(TableError::Syntax(_))));
}

#[test]
fn whoever_wants_no_more_is_sold_nothing() {
    let sale = "{brand}: you are out. Come back, 20% off everything with BACK20, shop now!";
    let row = |kind: &str, language: &str, text: &str| {
        let row = format!("[[reply]]\nkind = \"{kind}\"\nlanguage = \"{language}\"\ntext = \"{text}\"");
        Replies::with_overlay(&row)
    };
    for kind in ["stopped", "help", "wrong_number"] {
        let refused = row(kind, "en", sale).unwrap_err();
        assert!(refused.to_string().contains("sells nothing"), "{kind}: {refused}");
    }
    // Whoever has just agreed is told of the gift.
    assert!(row("joined", "en", sale).is_ok());
    // Our own, given by a host, are taken.
    let names = Names { brand: "{brand}", program: "{program}", help: "{help}" };
    for language in ["en", "fr", "es", "de", "it", "pt", "nl", "pl"] {
        for kind in [ReplyKind::Stopped, ReplyKind::Help, ReplyKind::WrongNumber] {
            let text = Replies::builtin().reply(kind, Language::new(language).unwrap(), &names);
            assert!(row(kind.code(), language, &text).is_ok(), "{text}");
        }
    }
}
