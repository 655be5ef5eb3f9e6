//! Words of a table, found fast.

use std::collections::HashMap;

use super::Language;
use crate::quick::Quick;

/// A map by folded word. Longer words than any it holds are not even hashed.
#[derive(Debug, Clone, Default)]
pub(super) struct WordMap<T> {
    map: HashMap<Box<str>, T, Quick>,
    longest: usize,
}

impl<T: Default> WordMap<T> {
    pub(super) fn find(&self, word: &str) -> Option<&T> {
        if word.len() > self.longest { None } else { self.map.get(word) }
    }

    pub(super) fn entry(&mut self, word: &str) -> &mut T {
        self.longest = self.longest.max(word.len());
        self.map.entry(word.into()).or_default()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.map.iter().map(|(word, known)| (&**word, known))
    }
}

/// What a word may do beside a keyword.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Beside {
    roles: u8,
    /// Its language, while it is only one's.
    language: Option<Language>,
    shared: bool,
}

impl Beside {
    pub(super) const POLITE: u8 = 1;
    pub(super) const BEFORE: u8 = 2;
    pub(super) const AFTER: u8 = 4;
    pub(super) const ABOUT: u8 = 8;
    pub(super) const ASKING: u8 = 16;
    pub(super) const ECHO: u8 = 32;
    pub(super) const ALL: u8 = 64;
    pub(super) const LAUGH: u8 = 128;

    pub(super) fn add(&mut self, role: u8, language: Language) {
        self.roles |= role;
        self.shared |= self.language.is_some_and(|l| l != language);
        self.language = Some(language);
    }

    pub(super) const fn is(self, role: u8) -> bool {
        self.roles & role != 0
    }

    pub(super) fn language(self) -> Option<Language> {
        self.language.filter(|_| !self.shared)
    }
}
