use optin::message::{Counting, Encoding, Letters, National, dear, parts, segments, segments_in, smart};
use proptest::prelude::*;

/// The header of the table names its sources; the script beside it makes the table anew.
const TABLE: &str = include_str!("../../data/segments.tsv");

#[test]
fn other_peoples_libraries_count_the_same() {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    let (mut seen, mut apart, mut skipped) = (0, 0, 0);
    for row in rows {
        let columns: Vec<_> = row.split('\t').collect();
        let text: String = serde_json::from_str(columns[4]).unwrap();
        let (units, standard) = (columns[1].parse().unwrap(), columns[2].parse().unwrap());
        let ours = segments(&text, Counting::Standard);
        assert_eq!(
            (ours.encoding.code(), ours.units, ours.segments),
            (columns[0], units, standard),
            "{text:?}"
        );
        let kept = segments(&text, Counting::Graphemes);
        if columns[3] == "-" {
            skipped += 1;
        } else {
            let graphemes = columns[3].parse().unwrap();
            assert_eq!(
                (kept.encoding.code(), kept.units, kept.segments),
                (columns[0], units, graphemes),
                "{text:?}"
            );
            apart += u32::from(graphemes != standard);
        }
        seen += 1;
    }
    println!("{seen} texts, {apart} where the two countings differ, {skipped} without a grapheme oracle");
    assert!(seen > 3000 && apart > 20 && skipped < seen / 100);
}

/// A hundred thousand texts cut out of two of the table's, counted by the same libraries.
const MIXED: &str = include_str!("../../data/segments_mixed.txt");

#[test]
fn other_peoples_libraries_count_a_hundred_thousand_texts_the_same() {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    let known: Vec<Vec<char>> = rows
        .map(|row| row.rsplit('\t').next().unwrap())
        .map(|text| serde_json::from_str::<String>(text).unwrap().chars().collect())
        .collect();
    let mut state = 20_261_122_u64;
    let mut draw = |below: usize| {
        state = (state * 1_103_515_245 + 12_345) % (1 << 31);
        (state >> 8) as usize % below
    };
    let digit = |n: u32| char::from_digit(n, 36).unwrap();
    let (mut seen, mut apart) = (0, 0);
    for counted in MIXED.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace) {
        let (head, tail) = (&known[draw(known.len())], &known[draw(known.len())]);
        let (upto, from) = (draw(head.len() + 1), draw(tail.len() + 1));
        let text: String = head[..upto].iter().chain(&tail[from..]).collect();
        let ours = segments(&text, Counting::Standard);
        let kept = segments(&text, Counting::Graphemes).segments;
        let known_kept = counted.chars().last().unwrap();
        let sign = if ours.encoding == Encoding::Gsm7 { 'g' } else { 'u' };
        let told = [sign, digit(ours.units as u32 / 36), digit(ours.units as u32 % 36), digit(ours.segments)];
        let told: String =
            told.into_iter().chain([if known_kept == '-' { '-' } else { digit(kept) }]).collect();
        assert_eq!(told, counted, "{text:?}");
        seen += 1;
        apart += u32::from(kept != ours.segments);
    }
    assert!(seen == 100_000 && apart > 500, "{seen} texts, {apart} where the two countings differ");
}

#[test]
fn a_pair_is_never_split() {
    let count = |text: String| segments(&text, Counting::Standard).segments;
    // 152 septets and an escape pair: one septet is left, and the euro goes over.
    assert_eq!(count(format!("{}€{}", "x".repeat(152), "y".repeat(151))), 2);
    assert_eq!(count(format!("{}€{}", "x".repeat(152), "y".repeat(152))), 3);
    assert_eq!(count(format!("{}😀{}", "ж".repeat(66), "ж".repeat(65))), 2);
    assert_eq!(count(format!("{}😀{}", "ж".repeat(66), "ж".repeat(66))), 3);
}

#[test]
fn an_empty_text_is_one_segment() {
    let empty = segments("", Counting::Standard);
    assert_eq!((empty.encoding, empty.segments, empty.units), (Encoding::Gsm7, 1, 0));
}

#[test]
fn a_cluster_longer_than_a_segment_is_split() {
    let zalgo = format!("e{}", "\u{301}".repeat(200));
    assert_eq!(segments(&zalgo, Counting::Graphemes), segments(&zalgo, Counting::Standard));
    assert_eq!(segments(&zalgo, Counting::Graphemes).segments, 3);
}

/// Reads the specification the slow way: the standard's 128 positions as written there, a vector of parts.
fn model(text: &str) -> (Encoding, u32, u32) {
    const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    const EXTENSION: &str = "\u{c}^{}\\[~]|€";
    let gsm = text.chars().all(|c| BASIC.contains(c) || EXTENSION.contains(c));
    let size = |c: char| if gsm { 1 + u32::from(EXTENSION.contains(c)) } else { c.len_utf16() as u32 };
    let (single, multi) = if gsm { (160, 153) } else { (70, 67) };
    let total = text.chars().map(size).sum();
    let mut parts = vec![0];
    for c in text.chars() {
        if parts.last().unwrap() + size(c) > multi {
            parts.push(0);
        }
        *parts.last_mut().unwrap() += size(c);
    }
    (
        if gsm { Encoding::Gsm7 } else { Encoding::Ucs2 },
        if total <= single { 1 } else { parts.len() as u32 },
        total,
    )
}

proptest! {
    #[test]
    fn standard_counting_is_the_models(text in "[a-zà€\\[{é\n\r]{0,330}|[a-zç€😀字\u{301}]{0,220}|\\PC{0,40}") {
        let ours = segments(&text, Counting::Standard);
        prop_assert_eq!((ours.encoding, ours.segments, ours.units), model(&text));
    }

    #[test]
    fn keeping_clusters_never_costs_less(text in "([a-z😀字\u{301}\u{200d}\u{fe0f}🏽🇫🇷👩]|👩‍👩‍👧‍👦|\r\n){0,150}") {
        let (standard, kept) = (segments(&text, Counting::Standard), segments(&text, Counting::Graphemes));
        prop_assert!(kept.segments >= standard.segments);
        prop_assert_eq!(kept.units, standard.units);
    }
}

/// Texts that meet every rule: escapes, surrogates, marks, flags, families, line breaks.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("a".to_owned()),
        Just("€".to_owned()),
        Just("ç".to_owned()),
        Just("e\u{301}".to_owned()),
        Just("😀".to_owned()),
        Just("👨‍👩‍👧‍👦".to_owned()),
        Just("🇫🇷".to_owned()),
        Just("’".to_owned()),
        Just("｀".to_owned()),
        Just("{".to_owned()),
        Just("\r\n".to_owned()),
        "\\PC{1,4}",
        "[a-z ]{1,40}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn the_parts_are_the_text_and_as_many_as_its_segments(text in any_text()) {
        for counting in [Counting::Standard, Counting::Graphemes] {
            let parts = parts(&text, counting);
            prop_assert_eq!(parts.len(), segments(&text, counting).segments as usize);
            let whole: String = parts.iter().map(|at| &text[at.clone()]).collect();
            prop_assert_eq!(&whole, &text);
        }
    }

    #[test]
    fn smart_encoding_tells_every_change_and_costs_no_more(text in any_text()) {
        for letters in [Letters::Kept, Letters::Plain] {
            let made = smart(&text, letters);
            let mut again = text.clone();
            for change in made.changes.iter().rev() {
                again.replace_range(change.at.clone(), &change.to);
            }
            prop_assert_eq!(&again, &made.text);

            let twice = smart(&made.text, letters);
            prop_assert_eq!(&twice.text, &made.text);
        }
        if let Some(found) = dear(&text, Counting::Standard) {
            prop_assert!(found.without < found.segments && text[found.at].starts_with(found.character));
        }
        for language in [National::Turkish, National::Spanish, National::Portuguese] {
            if let Some(counted) = segments_in(&text, language) {
                prop_assert_eq!(counted.encoding, Encoding::Gsm7);
            }
        }
    }
}

#[test]
fn national_tables_spare_what_they_cost() {
    let count =
        |text: &str, language| segments_in(text, language).map(|counted| (counted.segments, counted.units));
    // The default alphabet has all of it: no table, no header.
    assert_eq!(count(&"a".repeat(160), National::Spanish), Some((1, 160)));
    assert_eq!(count(&format!("á{}", "a".repeat(153)), National::Spanish), Some((1, 155)));
    assert_eq!(count(&format!("á{}", "a".repeat(154)), National::Spanish), Some((2, 156)));
    // A locking table has them in one septet.
    assert_eq!(count(&"ç".repeat(155), National::Turkish), Some((1, 155)));
    assert_eq!(count(&"ã".repeat(155), National::Portuguese), Some((1, 155)));
    assert_eq!(
        count(&format!("{}ª{}", "ã".repeat(75), "Ψ".repeat(38)), National::Portuguese),
        Some((1, 152))
    );
    assert_eq!(count("ş", National::Spanish), None);
    assert_eq!(count("😀", National::Turkish), None);
}
