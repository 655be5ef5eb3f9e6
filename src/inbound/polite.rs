//! Tier 2: a keyword among words that do not change it.

use std::ops::Range;

use super::{
    Intent, Language, Reading, Scope,
    fold::Folded,
    keywords::{Keywords, Row},
    signs::look_alike,
    slips::is_slip,
    words::{Beside, WordMap},
};

/// Words in the longest run that is looked at as a keyword with company.
const LONGEST: usize = 12;
/// Letters in the longest text that is tried with its spaces squeezed out.
const SQUEEZED: usize = 40;

/// A keyword found with its company.
#[derive(Debug)]
pub(super) struct Polite<'m> {
    pub(super) row: &'m Row,
    /// The keyword's own words.
    pub(super) words: Range<usize>,
    pub(super) scope: Scope,
    pub(super) weak: bool,
    /// The words of an instruction were echoed: "reply STOP to quit".
    pub(super) echo: bool,
    pub(super) laughing: bool,
}

#[derive(Default)]
struct Company {
    only_polite: bool,
    topic: Option<String>,
    all: bool,
    echo: bool,
    laughing: bool,
    language: Option<Language>,
}

/// The tables that tier 2 reads by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manners<'m> {
    pub(super) keywords: &'m Keywords,
    pub(super) beside: &'m WordMap<Beside>,
    pub(super) never: &'m WordMap<Beside>,
}

impl<'m> Manners<'m> {
    /// Reads a run of words as a stop keyword in company; `slips` says whether a misspelt one counts.
    pub(super) fn stop(
        &self,
        folded: &Folded,
        run: Range<usize>,
        reading: &Reading<'_>,
        slips: bool,
    ) -> Option<Polite<'m>> {
        if run.len() > LONGEST {
            return None;
        }
        let mut company = Company { only_polite: true, ..Company::default() };
        let mut strong: Option<(Range<usize>, usize)> = None;
        let mut weak: Option<(Range<usize>, usize)> = None;
        let mut all = false;
        let mut at = run.start;
        while at < run.end {
            if let Some((words, row)) = self.keyword(folded, at..run.end, reading) {
                all |= row.all;
                let slot = if row.weak { &mut weak } else { &mut strong };
                at = words.end;
                slot.get_or_insert((words, 0));
                continue;
            }
            let word = folded.word(at);
            if !self.keeps(word, strong.is_some(), &mut company) {
                let slip = slips.then(|| self.slip(word)).flatten()?;
                strong.get_or_insert((at..at + 1, slip + 1));
            }
            at += 1;
        }
        let is_weak = strong.is_none();
        if is_weak && !company.only_polite {
            return None;
        }
        let (words, slip) = strong.or(weak)?;
        let row = match slip.checked_sub(1) {
            Some(strong) => self.keywords.row(self.keywords.strong.get(strong)?.1)?,
            None => self.named(folded, &words, reading, company.language)?,
        };
        let scope = match company.topic {
            _ if all || company.all => Scope::All,
            Some(topic) => Scope::Topic(topic),
            None => Scope::Program,
        };
        Some(Polite { row, words, scope, weak: is_weak, echo: company.echo, laughing: company.laughing })
    }

    /// Reads a run of words as a help keyword in company.
    pub(super) fn help(&self, folded: &Folded, reading: &Reading<'_>) -> Option<(&'m Row, Range<usize>)> {
        let words = folded.words.len();
        if words > LONGEST {
            return None;
        }
        let mut found = None;
        for at in 0..words {
            let word = folded.word(at);
            match self.keywords.exact(word, reading, None).filter(|row| row.intent == Intent::Help) {
                Some(row) => found = found.or(Some((row, at..at + 1))),
                None => {
                    let role = self.beside.find(word)?;
                    (role.is(Beside::POLITE) || role.is(Beside::ASKING)).then_some(())?;
                }
            }
        }
        found
    }

    /// A strong stop word whose letters stand apart, or come from another script.
    pub(super) fn disguised(&self, folded: &Folded) -> Option<&'m Row> {
        let letters: String = folded.text.chars().take(SQUEEZED + 1).filter(|&c| c != ' ').collect();
        if folded.text.chars().nth(SQUEEZED).is_some() || letters.chars().nth(2).is_none() {
            return None;
        }
        self.keywords.squeezed(&letters).or_else(|| {
            let latin: String = letters.chars().map(|c| look_alike(c).unwrap_or(c)).collect();
            self.keywords.squeezed(&latin)
        })
    }

    /// The longest stop keyword that begins a run.
    fn keyword(
        &self,
        folded: &Folded,
        run: Range<usize>,
        reading: &Reading<'_>,
    ) -> Option<(Range<usize>, &'m Row)> {
        (1..=self.keywords.longest().min(run.len())).rev().find_map(|length| {
            let words = run.start..run.start + length;
            let row = self.named(folded, &words, reading, None)?;
            Some((words, row))
        })
    }

    fn named(
        &self,
        folded: &Folded,
        words: &Range<usize>,
        reading: &Reading<'_>,
        hint: Option<Language>,
    ) -> Option<&'m Row> {
        let from = folded.words.get(words.start)?.at.start;
        let end = folded.words.get(words.end.checked_sub(1)?)?.at.end;
        let text = folded.text.get(from..end)?;
        self.keywords.exact(text, reading, hint).filter(|row| row.intent == Intent::Stop)
    }

    /// Whether a word may stand where it stands, and what it adds.
    fn keeps(&self, word: &str, after: bool, company: &mut Company) -> bool {
        if word.bytes().all(|b| b.is_ascii_digit()) {
            company.only_polite = false;
            return after;
        }
        let Some(role) = self.beside.find(word) else { return false };
        company.language = company.language.or(role.language());
        company.echo |= role.is(Beside::ECHO);
        if role.is(Beside::LAUGH) {
            company.laughing = true;
            return true;
        }
        if role.is(Beside::POLITE) {
            return true;
        }
        company.only_polite = false;
        if after && role.is(Beside::ABOUT) {
            company.topic.get_or_insert_with(|| word.to_owned());
            return true;
        }
        company.all |= after && role.is(Beside::ALL);
        role.is(if after { Beside::AFTER } else { Beside::BEFORE })
    }

    fn slip(&self, word: &str) -> Option<usize> {
        if self.never.find(word).is_some() || self.beside.find(word).is_some() || self.keywords.knows(word) {
            return None;
        }
        self.keywords.strong.iter().position(|(keyword, _)| is_slip(word, keyword))
    }
}
