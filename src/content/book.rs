//! The data files, read once.

use regex::{Regex, RegexSet};
use serde::Deserialize;
use thiserror::Error;

use super::{
    lint::FindingCode,
    rows::{
        BrandRow, FooterRow, KindRow, LinkRow, LookRow, MentionRow, NeedlessRow, NumberedRow, OptOutRow,
        Reach, RestrictedRow, Route, Row, Ruled, ShortenersRow, WantedRow, plain,
    },
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    mention: Vec<MentionRow>,
    #[serde(default)]
    brand: Vec<BrandRow>,
    #[serde(default)]
    opt_out: Vec<OptOutRow>,
    #[serde(default)]
    needless_opt_out: Vec<NeedlessRow>,
    #[serde(default)]
    footer: Vec<FooterRow>,
    #[serde(default)]
    restricted: Vec<RestrictedRow>,
    #[serde(default)]
    link: Vec<LinkRow>,
    #[serde(default)]
    shorteners: Vec<ShortenersRow>,
    #[serde(default)]
    numbered: Vec<NumberedRow>,
    #[serde(default)]
    wanted: Vec<WantedRow>,
    #[serde(default)]
    spam_look: Vec<LookRow>,
    #[serde(default)]
    kind: Vec<KindRow>,
}

#[derive(Debug, Clone)]
pub(super) struct Mention {
    pub(super) route: Route,
    pub(super) pattern: Regex,
}

/// All rows of all files read so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Book {
    pub(super) mentions: Vec<Mention>,
    /// All their patterns at once: most texts hold one opt-out line or none.
    pub(super) any_mention: RegexSet,
    pub(super) brand: Vec<BrandRow>,
    /// With the pattern that a redirect's number must match whole.
    pub(super) opt_out: Vec<(OptOutRow, Option<Regex>)>,
    pub(super) needless: Vec<NeedlessRow>,
    pub(super) footer: Vec<FooterRow>,
    pub(super) restricted: Vec<Ruled<RestrictedRow>>,
    pub(super) links: Vec<Ruled<LinkRow>>,
    pub(super) shorteners: Vec<String>,
    /// Words behind which four numbers with dots are no address.
    pub(super) numbered: Vec<String>,
    pub(super) wanted: Vec<Ruled<WantedRow>>,
    pub(super) look: Vec<Ruled<LookRow>>,
    pub(super) kinds: Vec<KindRow>,
}

impl Book {
    /// Reads one more file over this book: its rows come first, and one whose id is known replaces it.
    pub(super) fn read(&mut self, file: &str, toml: &str) -> Result<(), LintError> {
        let fail = |reason: String| LintError { file: file.to_owned(), reason };
        let new: File = basic_toml::from_str(toml).map_err(|e| fail(e.to_string()))?;
        for (id, reach) in new.reaches() {
            if let Some(flaw) = reach.flaw() {
                return Err(fail(format!("{id}: {flaw}")));
            }
        }
        let mut mentions = Vec::new();
        for row in new.mention {
            let pattern = Regex::new(&plain(&row.pattern)).map_err(|e| fail(e.to_string()))?;
            mentions.push(Mention { route: row.route, pattern });
        }
        let mut opt_out = Vec::new();
        for row in new.opt_out {
            let code = row.code.as_ref().map(|c| Regex::new(&format!("^(?:{c})$"))).transpose();
            let code = code.map_err(|e| fail(format!("{}: {e}", row.id)))?;
            opt_out.push((row, code));
        }
        let patterns: Vec<_> = new.wanted.iter().map(|row| (row.id.clone(), row.pattern.clone())).collect();
        let pattern_of = |row: &WantedRow| match &row.pattern_of {
            None => row.pattern.clone(),
            Some(other) => {
                patterns.iter().find(|(id, _)| id == other).and_then(|(_, pattern)| pattern.clone())
            }
        };
        let restricted =
            read_all(new.restricted, |row| (row.code.clone(), row.unless.clone())).map_err(fail)?;
        let links = read_all(new.link, |row| (row.code.clone(), None)).map_err(fail)?;
        let wanted = read_all(new.wanted, |row| (row.code.clone(), pattern_of(row))).map_err(fail)?;
        if let Some(row) = wanted.iter().find(|row| row.pattern.is_none()) {
            return Err(fail(format!("{}: no pattern", row.row.id)));
        }
        let look = FindingCode::SpamLook.code();
        let look = read_all(new.spam_look, |row| (look.to_owned(), row.pattern.clone())).map_err(fail)?;
        self.mentions.splice(0..0, mentions);
        let patterns = self.mentions.iter().map(|mention| mention.pattern.as_str());
        self.any_mention = RegexSet::new(patterns).map_err(|e| fail(e.to_string()))?;
        self.shorteners.extend(new.shorteners.into_iter().flat_map(|row| row.hosts));
        self.numbered.extend(new.numbered.into_iter().flat_map(|row| row.words));
        lay_over(&mut self.brand, new.brand, BrandRow::id);
        lay_over(&mut self.opt_out, opt_out, |(row, _)| row.id());
        lay_over(&mut self.needless, new.needless_opt_out, NeedlessRow::id);
        lay_over(&mut self.footer, new.footer, FooterRow::id);
        lay_over(&mut self.restricted, restricted, Ruled::id);
        lay_over(&mut self.links, links, Ruled::id);
        lay_over(&mut self.wanted, wanted, Ruled::id);
        lay_over(&mut self.look, look, Ruled::id);
        lay_over(&mut self.kinds, new.kind, KindRow::id);
        Ok(())
    }
}

impl File {
    fn reaches(&self) -> impl Iterator<Item = (&str, Reach<'_>)> {
        fn of<R: Row>(rows: &[R]) -> impl Iterator<Item = (&str, Reach<'_>)> {
            rows.iter().map(|row| (row.id(), row.reach()))
        }
        of(&self.brand)
            .chain(of(&self.opt_out))
            .chain(of(&self.needless_opt_out))
            .chain(of(&self.footer))
            .chain(of(&self.restricted))
            .chain(of(&self.link))
            .chain(of(&self.wanted))
            .chain(of(&self.spam_look))
            .chain(of(&self.kind))
    }
}

/// Rows with their codes and patterns read; `parts` names both.
fn read_all<R: Row>(
    rows: Vec<R>,
    parts: impl Fn(&R) -> (String, Option<String>),
) -> Result<Vec<Ruled<R>>, String> {
    let read = |row: R| {
        let (code, pattern) = parts(&row);
        Ruled::read(row, &code, pattern.as_deref())
    };
    rows.into_iter().map(read).collect()
}

fn lay_over<R>(rows: &mut Vec<R>, new: Vec<R>, id: impl Fn(&R) -> &str) {
    rows.retain(|old| !new.iter().any(|row| id(row) == id(old)));
    rows.splice(0..0, new);
}

/// A file of content rules that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}: {reason}")]
pub struct LintError {
    file: String,
    reason: String,
}
