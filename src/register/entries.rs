use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::phone::PhoneNumber;

/// What a list holds, flat: eight bytes an entry, sixteen where the list has dates.
#[derive(Default)]
pub(super) struct Entries {
    bare: Vec<u64>,
    /// With the day, counted from 1970-01-01.
    dated: Vec<(u64, i32)>,
}

impl Entries {
    pub(super) fn push(&mut self, key: u64, day: Option<i32>) {
        match day {
            Some(day) => self.dated.push((key, day)),
            None => self.bare.push(key),
        }
    }

    /// Sorts, and drops what stands twice.
    pub(super) fn settle(&mut self) {
        self.bare.sort_unstable();
        self.bare.dedup();
        self.bare.shrink_to_fit();
        self.dated.sort_unstable();
        self.dated.dedup();
        self.dated.shrink_to_fit();
    }

    pub(super) const fn len(&self) -> usize {
        self.bare.len() + self.dated.len()
    }

    /// Whether an entry is there, with its latest day if it has one.
    pub(super) fn find(&self, key: u64) -> Option<Option<DateTime<Utc>>> {
        let upto = self.dated.partition_point(|(held, _)| *held <= key);
        let last = upto.checked_sub(1).and_then(|at| self.dated.get(at)).filter(|(held, _)| *held == key);
        if let Some((_, day)) = last {
            return Some(DateTime::from_timestamp(i64::from(*day) * 86_400, 0));
        }
        self.bare.binary_search(&key).is_ok().then_some(None)
    }
}

/// A number as a key.
pub(super) fn key(number: PhoneNumber) -> u64 {
    number.digits()
}

/// A number as the key under which a hashed list has it: the first eight bytes of the SHA-256 of its E.164 form. In
/// ten million entries, one number in a trillion or so is taken for another's.
pub(super) fn hashed_key(number: PhoneNumber) -> u64 {
    let digest: [u8; 32] = Sha256::digest(number.e164().as_bytes()).into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
