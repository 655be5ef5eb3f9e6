//! Free text never opens anything, and what does not change a keyword's meaning does not change its verdict.

use std::sync::LazyLock;

use optin::inbound::{Context, Intent, Matcher, Reading};
use proptest::prelude::*;

use super::rows::{Row, practice};

static MATCHER: LazyLock<Matcher> = LazyLock::new(Matcher::builtin);

/// Practice texts that ask for nothing to be opened.
static NOT_OPENING: LazyLock<Vec<Row>> = LazyLock::new(|| {
    practice().into_iter().filter(|row| !matches!(row.expected.as_str(), "start" | "confirm")).collect()
});

/// Every word that opens, written out here and not read from the table.
const OPENING: [(&str, Intent); 35] = [
    ("start", Intent::Start),
    ("unstop", Intent::Start),
    ("begin", Intent::Start),
    ("resume", Intent::Start),
    ("revert", Intent::Start),
    ("nonarret", Intent::Start),
    ("join", Intent::Join),
    ("subscribe", Intent::Join),
    ("rejoindre", Intent::Join),
    ("unirme", Intent::Join),
    ("alta", Intent::Join),
    ("iscrivimi", Intent::Join),
    ("iscrizione", Intent::Join),
    ("partecipa", Intent::Join),
    ("aderir", Intent::Join),
    ("participar", Intent::Join),
    ("quero participar", Intent::Join),
    ("yes", Intent::Confirm),
    ("y", Intent::Confirm),
    ("ok", Intent::Confirm),
    ("okay", Intent::Confirm),
    ("confirm", Intent::Confirm),
    ("oui", Intent::Confirm),
    ("o", Intent::Confirm),
    ("confirmer", Intent::Confirm),
    ("je confirme", Intent::Confirm),
    ("si", Intent::Confirm),
    ("s", Intent::Confirm),
    ("confirmar", Intent::Confirm),
    ("confirmo", Intent::Confirm),
    ("confermo", Intent::Confirm),
    ("ja", Intent::Confirm),
    ("j", Intent::Confirm),
    ("sim", Intent::Confirm),
    ("tak", Intent::Confirm),
];

/// A second, dull folding: letters only, lower case, plain accents and widths, single spaces.
fn dull(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let letters: String = text
        .nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric() || c.is_whitespace() || *c == '-')
        .map(|c| if c == '-' { ' ' } else { c })
        .collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn read(text: &str, context: Context) -> optin::inbound::Understood {
    MATCHER.read(text, &Reading { context, ..Reading::default() })
}

fn contexts() -> impl Strategy<Value = Context> {
    prop::sample::select(Context::ALL)
}

/// Sentences around the words that open, and around those that close.
fn near_opening() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "start",
        "unstop",
        "yes",
        "YES",
        "oui",
        "si",
        "sí",
        "join",
        "ok",
        "y",
        "o",
        "resume",
        "please",
        "me",
        "again",
        "not",
        "no",
        "I",
        "want",
        "to",
        "when",
        "do",
        "you",
        "?",
        "!",
        ".",
        "👍",
        "👎",
        "1",
        "stop",
        "help",
        "svp",
        "Start",
        "ja",
        "confirm",
        "\u{200b}",
        "\u{301}",
        "-",
        "'",
        "\"",
        "ＹＥＳ",
        "texts",
        "\n",
    ]);
    (prop::collection::vec(word, 0..6), prop::sample::select(vec!["", " ", "  "]))
        .prop_map(|(words, between)| words.join(between))
}

fn opens_only_by_exact_word(text: &str, context: Context) -> Result<(), TestCaseError> {
    let got = read(text, context);
    if got.intent.opens() {
        prop_assert_eq!(got.tier, 1);
        prop_assert!(
            OPENING.contains(&(dull(text).as_str(), got.intent)),
            "{:?} read as {}",
            text,
            got.intent
        );
        prop_assert!(got.intent != Intent::Confirm || context == Context::DoubleOptIn);
        prop_assert!(!text.contains('?'));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn nothing_but_an_exact_word_opens(text in near_opening(), context in contexts()) {
        opens_only_by_exact_word(&text, context)?;
    }

    #[test]
    fn random_text_never_opens(text in ".{0,40}|[a-z]{1,6}( [a-z]{1,6}){0,5}", context in contexts()) {
        opens_only_by_exact_word(&text, context)?;
    }

    #[test]
    fn a_practice_text_with_slips_never_opens(
        row in prop::sample::select(&*NOT_OPENING),
        slips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..7, prop::char::range(' ', 'ÿ')), 0..6),
        context in contexts(),
    ) {
        let mut text: Vec<char> = row.text.chars().collect();
        for (at, how, c) in slips {
            if text.is_empty() {
                break;
            }
            let at = at.index(text.len());
            match how {
                0 => drop(text.remove(at)),
                1 => text.insert(at, c),
                2 => text[at] = c,
                3 => text.truncate(at),
                4 => drop(text.drain(..at)),
                5 => text.insert(at, ' '),
                _ => text[at] = text[at].to_uppercase().next().unwrap(),
            }
        }
        opens_only_by_exact_word(&text.into_iter().collect::<String>(), context)?;
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), context in contexts()) {
        let got = MATCHER.read_bytes(&bytes, &Reading { context, ..Reading::default() });
        let text = String::from_utf8_lossy(&bytes);
        prop_assert_eq!(got.phrase(&text).is_some(), got.matched.is_some());
        prop_assert_eq!(got.scope.is_some(), got.intent == Intent::Stop);
        prop_assert_eq!(got.tier == 0, got.intent == Intent::Other);
        prop_assert_eq!(got.tier == 4, got.intent == Intent::Unsure);
    }

    #[test]
    fn dress_does_not_change_a_keyword(
        word in prop::sample::select(vec!["stop", "unsubscribe", "arrete", "opt out", "help", "aide", "cancel", "no mas", "стоп"]),
        dress in prop::collection::vec(0u8..6, 12),
        edges in ("[ .!\n\t*«»]{0,4}", "[ .!\n\t*«»]{0,4}"),
        context in contexts(),
    ) {
        let plain = read(word, context);
        let dressed: String = word.chars().zip(dress).flat_map(|(c, how)| match how {
            0 => c.to_uppercase().collect::<Vec<_>>(),
            1 => vec![c, '\u{200b}'],
            2 => vec!['\u{202e}', c, '\u{fe0f}'],
            3 => vec![char::from_u32(u32::from(c) + 0xfee0).filter(|_| c.is_ascii_alphabetic()).unwrap_or(c)],
            4 if c.is_alphabetic() => vec![c, '\u{301}'],
            _ => vec![c],
        }).collect();
        let text = format!("{}{dressed}{}", edges.0, edges.1);
        let got = read(&text, context);
        prop_assert_eq!((got.intent, got.language), (plain.intent, plain.language), "{:?}", text);
    }
}

#[test]
fn every_opening_word_opens_in_its_context() {
    for (word, intent) in OPENING {
        assert_eq!(read(word, Context::DoubleOptIn).intent, intent, "{word}");
        let elsewhere = read(word, Context::None).intent;
        assert_eq!(elsewhere, if intent == Intent::Confirm { Intent::Other } else { intent }, "{word}");
    }
}
