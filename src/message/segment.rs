use super::{grapheme::clusters, gsm::septets};

/// How the air interface spells a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    /// The default alphabet of GSM 03.38 with its ten extension characters; counted in septets.
    Gsm7,
    /// UTF-16 in fact, for the sake of emoji; counted in 16-bit units.
    Ucs2,
}

impl Encoding {
    /// The stable spelling: `gsm7` or `ucs2`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gsm7 => "gsm7",
            Self::Ucs2 => "ucs2",
        }
    }

    /// Units in a message of one segment.
    const fn single(self) -> u32 {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Units in each segment of a longer message, whose header takes six octets.
    pub(super) const fn multi(self) -> u32 {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }
}

/// What may not be torn apart at the end of a segment. Carriers bill differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Counting {
    /// An escape with its character, and a surrogate pair.
    #[default]
    Standard,
    /// A whole grapheme cluster too, as Twilio's calculator does.
    Graphemes,
}

/// What a text costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Segments {
    /// The encoding that the whole text needs.
    pub encoding: Encoding,
    /// Messages on the air, at least one.
    pub segments: u32,
    /// Septets or UTF-16 units, without headers.
    pub units: u32,
}

/// Counts the segments of a text.
///
/// One character outside GSM 03.38 makes the whole text UCS-2. A segment is left short when the next character
/// would not fit whole. An empty text is one segment: npm `sms-segments-calculator` 1.3.0 and PyPI `smsutil` 1.1.3
/// both say so, and an empty message is a message. A cluster longer than a segment is split between code points.
///
/// ```
/// use optin::message::{Counting, Encoding, segments};
///
/// let short = segments("Soldes : -40 % jusqu'à 21 h", Counting::Standard);
/// assert_eq!((short.encoding, short.segments, short.units), (Encoding::Gsm7, 1, 27));
///
/// // The small `ç` is not in the alphabet, though the capital is.
/// assert_eq!(segments("ça", Counting::Standard).encoding, Encoding::Ucs2);
///
/// // 66 units and a family of eleven: torn apart, or carried over whole.
/// let family = format!("{}👨‍👩‍👧‍👦{}", "ж".repeat(60), "ж".repeat(60));
/// assert_eq!(segments(&family, Counting::Standard).segments, 2);
/// assert_eq!(segments(&family, Counting::Graphemes).units, 131);
/// ```
#[must_use]
pub fn segments(text: &str, counting: Counting) -> Segments {
    if let Some(total) = text.chars().try_fold(0u32, |sum, c| Some(sum.saturating_add(septets(c)?))) {
        let mut packer = Packer::new(Encoding::Gsm7);
        if total > Encoding::Gsm7.single() {
            text.chars().for_each(|c| packer.push(septets(c).unwrap_or(1)));
        }
        return packer.finish(total);
    }
    let total = utf16_units(text);
    let mut packer = Packer::new(Encoding::Ucs2);
    if total > Encoding::Ucs2.single() {
        match counting {
            Counting::Standard => packer.push_chars(text),
            Counting::Graphemes => clusters(text).for_each(|cluster| packer.push_cluster(cluster)),
        }
    }
    packer.finish(total)
}

pub(super) fn utf16_units(text: &str) -> u32 {
    text.chars().fold(0u32, |sum, c| sum.saturating_add(c.len_utf16() as u32))
}

/// Fills segments of a long message one after the other.
#[derive(Debug)]
pub(super) struct Packer {
    encoding: Encoding,
    segments: u32,
    used: u32,
}

impl Packer {
    pub(super) const fn new(encoding: Encoding) -> Self {
        Self { encoding, segments: 1, used: 0 }
    }

    /// Adds what must not be torn apart.
    pub(super) fn push(&mut self, units: u32) {
        if self.used + units > self.encoding.multi() {
            self.segments = self.segments.saturating_add(1);
            self.used = 0;
        }
        self.used += units;
    }

    /// Adds a block longer than a segment, of which only the total is known: each of its segments may end a unit short.
    pub(super) fn push_torn(&mut self, units: u32) {
        let whole = self.encoding.multi() - 1;
        self.segments = self.segments.saturating_add(units.div_ceil(whole));
        self.used = self.encoding.multi();
    }

    fn push_chars(&mut self, text: &str) {
        text.chars().for_each(|c| self.push(c.len_utf16() as u32));
    }

    fn push_cluster(&mut self, cluster: &str) {
        let units = utf16_units(cluster);
        if units <= self.encoding.multi() { self.push(units) } else { self.push_chars(cluster) }
    }

    pub(super) fn finish(self, total: u32) -> Segments {
        let segments = if total <= self.encoding.single() { 1 } else { self.segments };
        Segments { encoding: self.encoding, segments, units: total }
    }
}
