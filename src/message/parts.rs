use std::ops::Range;

use super::{
    grapheme::clusters,
    gsm::septets,
    segment::{Counting, Encoding, segments, utf16_units},
};

/// Where a text is cut: the bytes of each segment, in order. As many as [`segments`] counts.
///
/// ```
/// use optin::message::{Counting, parts};
///
/// assert_eq!(parts("Soldes", Counting::Standard), [0..6]);
/// // 152 septets and an escape pair: one septet is left, and the euro goes over.
/// let text = format!("{}€{}", "x".repeat(152), "y".repeat(20));
/// assert_eq!(parts(&text, Counting::Standard), [0..152, 152..175]);
/// ```
#[must_use]
pub fn parts(text: &str, counting: Counting) -> Vec<Range<usize>> {
    let counted = segments(text, counting);
    let mut cut = Cut { parts: Vec::new(), start: 0, end: 0, used: 0, room: counted.encoding.multi() };
    if counted.segments == 1 {
        return std::iter::once(0..text.len()).collect();
    }
    match (counted.encoding, counting) {
        (Encoding::Gsm7, _) => {
            text.chars().for_each(|c| cut.put(c.len_utf8(), septets(c).unwrap_or(1)));
        }
        (Encoding::Ucs2, Counting::Standard) => cut.chars(text),
        (Encoding::Ucs2, Counting::Graphemes) => clusters(text).for_each(|cluster| {
            let units = utf16_units(cluster);
            if units <= cut.room { cut.put(cluster.len(), units) } else { cut.chars(cluster) }
        }),
    }
    cut.parts.push(cut.start..text.len());
    cut.parts
}

struct Cut {
    parts: Vec<Range<usize>>,
    start: usize,
    end: usize,
    used: u32,
    room: u32,
}

impl Cut {
    /// Adds what must not be torn apart.
    fn put(&mut self, bytes: usize, units: u32) {
        if self.used + units > self.room {
            self.parts.push(self.start..self.end);
            (self.start, self.used) = (self.end, 0);
        }
        self.used += units;
        self.end += bytes;
    }

    fn chars(&mut self, text: &str) {
        text.chars().for_each(|c| self.put(c.len_utf8(), c.len_utf16() as u32));
    }
}
