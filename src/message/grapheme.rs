//! Grapheme clusters as Twilio's segment calculator forms them.
//!
//! These are the rules of Unicode Standard Annex #29 for Unicode 10.0.0 with the departures of npm
//! `grapheme-splitter` 1.0.4, which that calculator uses: what counts here is what gets billed, not what a newer
//! Unicode says. The departures are marked.

use super::grapheme_table::RANGES;

/// What a code point does at a cluster boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Other,
    /// Carriage return and line feed too: the calculator takes CR LF apart.
    Control,
    Extend,
    Regional,
    Spacing,
    L,
    V,
    T,
    /// In the table only: a precomposed Hangul syllable.
    Syllable,
    Lv,
    Lvt,
    Prepend,
    Base,
    Modifier,
    Zwj,
    Glue,
    BaseGlue,
}

fn class(c: char) -> Class {
    let code = u32::from(c);
    if (0x20..0x7F).contains(&code) {
        return Class::Other;
    }
    let found = RANGES.partition_point(|&(_, last, _)| last < code);
    match RANGES.get(found) {
        Some(&(first, _, Class::Syllable)) if first <= code => {
            // Each leading pair has one syllable without and 27 with a trailing consonant.
            if (code - first) % 28 == 0 { Class::Lv } else { Class::Lvt }
        }
        Some(&(first, _, class)) if first <= code => class,
        _ => Class::Other,
    }
}

/// What the rules need to know of the cluster so far.
#[derive(Debug, Clone, Copy)]
struct Cluster {
    len: usize,
    before: Option<Class>,
    last: Class,
    has_extend: bool,
    /// Some regional indicator stands behind the first code point.
    inner_regional: bool,
    /// All code points from the second to the last regional indicator are regional indicators.
    regional_run: bool,
}

impl Cluster {
    fn start(class: Class) -> Self {
        Self {
            len: 1,
            before: None,
            last: class,
            has_extend: class == Class::Extend,
            inner_regional: false,
            regional_run: false,
        }
    }

    fn grow(&mut self, class: Class) {
        if class == Class::Regional {
            self.regional_run = self.len == 1 || (self.last == Class::Regional && self.regional_run);
            self.inner_regional = true;
        }
        self.has_extend |= class == Class::Extend;
        self.before = Some(self.last);
        self.last = class;
        self.len += 1;
    }

    fn breaks_before(&self, next: Class) -> bool {
        use Class::{
            Base, BaseGlue, Control, Extend, Glue, L, Lv, Lvt, Modifier, Prepend, Regional, Spacing, T, V,
            Zwj,
        };
        // Departure: nothing more joins a flag that already took a mark.
        if self.inner_regional && self.regional_run && !matches!(self.last, Prepend | Regional) {
            return true;
        }
        match (self.last, next) {
            (Control, _) | (_, Control) => true,
            (L, L | V | Lv | Lvt) | (Lv | V, V | T) | (Lvt | T, T) => false,
            (_, Extend | Zwj | Spacing) | (Prepend, _) => false,
            // Departure: at most one mark may stand between a base and its skin tone, and none earlier.
            (last, Modifier) => {
                let base = if self.has_extend {
                    (last == Extend).then_some(self.before).flatten()
                } else {
                    Some(last)
                };
                !matches!(base, Some(Base | BaseGlue))
            }
            (Zwj, Glue | BaseGlue) => false,
            (Regional, Regional) => self.inner_regional,
            _ => true,
        }
    }
}

/// The clusters of a text, in order; together they are the text.
#[derive(Debug, Clone)]
pub(super) struct Clusters<'t> {
    rest: &'t str,
}

pub(super) fn clusters(text: &str) -> Clusters<'_> {
    Clusters { rest: text }
}

impl<'t> Iterator for Clusters<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let mut chars = self.rest.char_indices();
        let (_, first) = chars.next()?;
        let mut cluster = Cluster::start(class(first));
        let mut end = self.rest.len();
        for (at, c) in chars {
            let next = class(c);
            if cluster.breaks_before(next) {
                end = at;
                break;
            }
            cluster.grow(next);
        }
        let (cluster, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        Some(cluster)
    }
}

#[cfg(test)]
mod tests {
    use super::clusters;

    #[test]
    fn what_a_reader_sees_as_one_stays_one() {
        for whole in
            ["e\u{301}", "👩‍👩‍👧‍👦", "👍🏽", "🇫🇷", "1\u{FE0F}\u{20E3}", "\u{1112}\u{1161}\u{11AB}", "नि", "❤\u{FE0F}"]
        {
            assert_eq!(clusters(whole).collect::<Vec<_>>(), [whole]);
        }
    }

    #[test]
    fn what_is_apart_stays_apart() {
        let parts: Vec<_> = clusters("\r\na🇫🇷🇨🇦b").collect();
        assert_eq!(parts, ["\r", "\n", "a", "🇫🇷", "🇨🇦", "b"]);
    }
}
