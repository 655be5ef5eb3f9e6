//! A hash for keys that come from our own tables, so that nobody outside can crowd a bucket.

use std::hash::{BuildHasherDefault, Hasher};

/// For `HashMap`s by such keys.
pub(crate) type Quick = BuildHasherDefault<Fnv>;

/// FNV-1a.
#[derive(Debug, Clone)]
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    // A number is a key that was made of words already.
    fn write_u64(&mut self, key: u64) {
        self.0 = (self.0 ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    // The lengths before the bytes hardly vary, and equality looks at them.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
