use std::sync::OnceLock;

use super::{Place, Zone, sets};

/// Digits of the longest E.164 number; prefixes are filled up to it.
const DIGITS: u32 = 15;

/// The table as stretches of the number line: each begins at a number and ends where the next begins.
struct Prefixes {
    starts: Vec<u64>,
    sets: Vec<Sets>,
}

type Sets = (&'static [Place], &'static [Zone]);

/// The places and zones of the longest known prefix of a number; both empty when there is none.
pub(super) fn of(digits: u64) -> Sets {
    table().of(digits)
}

/// Constant data: the cell only spares reading the text again.
fn table() -> &'static Prefixes {
    static TABLE: OnceLock<Prefixes> = OnceLock::new();
    TABLE.get_or_init(|| Prefixes::read(include_str!("data/prefixes.txt")))
}

impl Prefixes {
    /// Reads `prefix|places|zones` rows. A row that does not read is left out, and so is unknown; a test reads all.
    fn read(table: &'static str) -> Self {
        let mut pool = sets::Pool::default();
        let mut rows: Vec<(u64, u64, Sets)> = sets::rows(table)
            .filter_map(|row| match *row.as_slice() {
                [prefix, places, zones] => {
                    let (from, until) = stretch(prefix)?;
                    Some((from, until, (pool.places(places)?, pool.zones(zones)?)))
                }
                _ => None,
            })
            .collect();
        // Wider stretches first, so that the narrower ones that begin at the same number lie inside.
        rows.sort_by_key(|&(from, until, _)| (from, std::cmp::Reverse(until)));
        let mut line = Self { starts: vec![0], sets: vec![(&[], &[])] };
        let mut open: Vec<(u64, Sets)> = Vec::new();
        for (from, until, sets) in rows {
            line.close(&mut open, from);
            line.cut(from, sets);
            open.push((until, sets));
        }
        line.close(&mut open, u64::MAX);
        line
    }

    /// Ends the stretches that end at or before a number; what encloses them goes on.
    fn close(&mut self, open: &mut Vec<(u64, Sets)>, before: u64) {
        while let Some(&(until, _)) = open.last().filter(|(until, _)| *until <= before) {
            open.pop();
            self.cut(until, open.last().map_or((&[], &[]), |&(_, sets)| sets));
        }
    }

    fn cut(&mut self, from: u64, sets: Sets) {
        if self.starts.last() == Some(&from) {
            self.starts.pop();
            self.sets.pop();
        }
        self.starts.push(from);
        self.sets.push(sets);
    }

    fn of(&self, digits: u64) -> Sets {
        let Some(filled) = fill(digits) else { return (&[], &[]) };
        let index = self.starts.partition_point(|&start| start <= filled);
        index.checked_sub(1).and_then(|i| self.sets.get(i)).copied().unwrap_or((&[], &[]))
    }
}

/// The numbers that begin with a prefix, filled up with zeros: from the first to the one after the last.
fn stretch(prefix: &str) -> Option<(u64, u64)> {
    let value: u64 = prefix.parse().ok().filter(|_| !prefix.starts_with('0'))?;
    Some((fill(value)?, fill(value)?.checked_add(10u64.checked_pow(DIGITS.checked_sub(length(value))?)?)?))
}

fn fill(digits: u64) -> Option<u64> {
    digits.checked_mul(10u64.checked_pow(DIGITS.checked_sub(length(digits))?)?)
}

fn length(digits: u64) -> u32 {
    digits.checked_ilog10().map_or(1, |power| power + 1)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn rows() -> impl Iterator<Item = Vec<&'static str>> {
        sets::rows(include_str!("data/prefixes.txt"))
    }

    #[test]
    fn every_row_is_read() {
        for row in rows() {
            let [prefix, places, zones] = *row.as_slice() else { panic!("{row:?}") };
            assert!(stretch(prefix).is_some(), "{prefix}");
            let mut pool = sets::Pool::default();
            assert!(!pool.places(places).unwrap().is_empty(), "{prefix}");
            assert!(!pool.zones(zones).unwrap().is_empty(), "{prefix}");
        }
        assert!(rows().count() > 1_800);
    }

    /// The slow way: try the longest prefix first.
    fn model(digits: u64) -> Option<(String, String)> {
        let table: HashMap<_, _> = rows().map(|row| (row[0].to_owned(), (row[1], row[2]))).collect();
        let text = digits.to_string();
        (1..=text.len())
            .rev()
            .find_map(|n| table.get(text.get(..n)?))
            .map(|&(p, z)| (p.to_owned(), z.to_owned()))
    }

    fn names(sets: Sets) -> (Vec<String>, Vec<String>) {
        (sets.0.iter().map(ToString::to_string).collect(), sets.1.iter().map(ToString::to_string).collect())
    }

    fn check(digits: u64) {
        let (places, zones) = names(of(digits));
        let (want_places, want_zones) = model(digits).unwrap_or_default();
        assert_eq!((places.join(","), zones.join(",")), (want_places, want_zones), "{digits}");
    }

    #[test]
    fn the_first_and_last_number_of_every_prefix_finds_it() {
        let table: HashMap<_, _> = rows().map(|row| (row[0], (row[1], row[2]))).collect();
        let longest = |text: &str| (1..=text.len()).rev().find_map(|n| table.get(text.get(..n)?).copied());
        for row in rows() {
            for fill in ["0", "9"] {
                let text = format!("{}{}", row[0], fill.repeat(11usize.saturating_sub(row[0].len())));
                let (places, zones) = names(of(text.parse().unwrap()));
                let (want_places, want_zones) = longest(&text).unwrap();
                assert_eq!(
                    (places.join(","), zones.join(",")),
                    (want_places.into(), want_zones.into()),
                    "{text}"
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_number_finds_its_longest_prefix(digits in 1_000_000u64..1_000_000_000_000_000) {
            check(digits);
        }

        #[test]
        fn nothing_panics(digits: u64) {
            let _ = of(digits);
        }
    }
}
