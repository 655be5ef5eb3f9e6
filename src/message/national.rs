//! National language shift tables (3GPP TS 23.038, annex A): a header's price for letters that the default alphabet has not.

use super::{
    gsm::septets,
    segment::{Encoding, Segments},
};

/// A language with shift tables of its own. Not every carrier and handset knows them: ask the gateway first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum National {
    /// Language 1: a locking and a single shift table.
    Turkish,
    /// Language 2: a single shift table.
    Spanish,
    /// Language 3: a locking and a single shift table.
    Portuguese,
}

/// The tables of a language, each as its characters; npm `smpp` 0.5.1 has the same.
struct Tables {
    locking: Option<&'static str>,
    single: &'static str,
}

impl National {
    const fn tables(self) -> Tables {
        match self {
            Self::Turkish => Tables {
                locking: Some(
                    "@£$¥€éùıòÇ\nĞğ\rÅåΔ_ΦΓΛΩΠΨΣΘΞŞşßÉ !\"#¤%&'()*+,-./0123456789:;<=>?İABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§çabcdefghijklmnopqrstuvwxyzäöñüà",
                ),
                single: "\u{c}^{}\\[~]|ĞİŞç€ğış",
            },
            Self::Spanish => Tables { locking: None, single: "ç\u{c}^{}\\[~]|ÁÍÓÚá€íóú" },
            Self::Portuguese => Tables {
                locking: Some(
                    "@£$¥êéúíóç\nÔô\rÁáΔ_ªÇÀ∞^\\€Ó|ÂâÊÉ !\"#º%&'()*+,-./0123456789:;<=>?ÍABCDEFGHIJKLMNOPQRSTUVWXYZÃÕÚÜ§~abcdefghijklmnopqrstuvwxyzãõ`üà",
                ),
                single: "êç\u{c}ÔôÁáΦΓ^ΩΠΨΣΘÊ{}\\[~]|ÀÍÓÚÃÕÂ€íóúãõâ",
            },
        }
    }
}

/// What a text costs in this language's alphabet, the cheapest of its tables; `None` if it needs UCS-2 even there.
///
/// A shift table takes 5 of 160 septets of a single message and 4 of 153 of each part of a longer one, two tables 8
/// and 7.
///
/// ```
/// use optin::message::{Encoding, National, segments_in};
///
/// // 130 letters in UCS-2 would be two messages.
/// let text = format!("Promoção só hoje: {}", "a".repeat(112));
/// let counted = segments_in(&text, National::Portuguese).unwrap();
/// assert_eq!((counted.encoding, counted.segments), (Encoding::Gsm7, 1));
/// assert_eq!(segments_in("łódź", National::Portuguese), None);
/// ```
#[must_use]
pub fn segments_in(text: &str, language: National) -> Option<Segments> {
    let Tables { locking, single } = language.tables();
    let plain = |c: char| septets(c);
    let shifted = |c: char| if septets(c) == Some(1) { Some(1) } else { single.contains(c).then_some(2) };
    let locked = |c: char| {
        let first = locking.is_some_and(|table| table.contains(c));
        if first { Some(1) } else { septets(c).filter(|&n| n == 2) }
    };
    let both = |c: char| if locking?.contains(c) { Some(1) } else { single.contains(c).then_some(2) };
    let ways = [
        count(text, (160, 153), plain),
        count(text, (155, 149), shifted),
        locking.and_then(|_| count(text, (155, 149), locked)),
        count(text, (152, 146), both),
    ];
    ways.into_iter().flatten().min_by_key(|counted| (counted.segments, counted.units))
}

/// Packs characters of one or two septets, the escape with its character.
fn count(text: &str, (single, multi): (u32, u32), size: impl Fn(char) -> Option<u32>) -> Option<Segments> {
    let (mut units, mut segments, mut used) = (0u32, 1u32, 0u32);
    for c in text.chars() {
        let size = size(c)?;
        units = units.saturating_add(size);
        if used + size > multi {
            segments = segments.saturating_add(1);
            used = 0;
        }
        used += size;
    }
    let segments = if units <= single { 1 } else { segments };
    Some(Segments { encoding: Encoding::Gsm7, segments, units })
}
