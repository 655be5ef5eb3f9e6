//! The numbering plans of the world: the metadata of crate `phonenumber`, compiled into our own patterns.
//!
//! Only the metadata is used. The crate's own parser strips a leading `8` from `+7 8xx` numbers, matches patterns
//! without anchoring their end, has had panics on crafted input, and takes one global lock for each pattern.

use std::{collections::HashMap, sync::OnceLock};

use phonenumber::{
    Metadata, Type,
    metadata::{DATABASE, Descriptor},
};
use regex::{Regex, RegexBuilder};

use super::{Country, Line};

/// How the length of a national number fits a plan.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Possible,
    TooLong,
    No,
}

/// The plan of one country.
pub(super) struct Plan {
    pub(super) code: u16,
    pub(super) country: Option<Country>,
    lengths: Vec<usize>,
    local_lengths: Vec<usize>,
    abroad: Option<Regex>,
    trunk: Option<Regex>,
    transform: Option<String>,
    leading: Option<Regex>,
    general: Pattern,
    kinds: Vec<(Line, Pattern)>,
}

/// A pattern that must match from the first digit to the last.
struct Pattern {
    regex: Regex,
    lengths: Vec<usize>,
}

impl Pattern {
    fn fits(&self, national: &str) -> bool {
        (self.lengths.is_empty() || self.lengths.contains(&national.len())) && self.regex.is_match(national)
    }
}

/// The services before the two common kinds, in the order in which they are told apart.
const SERVICES: [(Type, Line); 8] = [
    (Type::PremiumRate, Line::Other),
    (Type::TollFree, Line::TollFree),
    (Type::SharedCost, Line::Other),
    (Type::Voip, Line::Voip),
    (Type::PersonalNumber, Line::Other),
    (Type::Pager, Line::Other),
    (Type::Uan, Line::Other),
    (Type::Voicemail, Line::Other),
];

impl Plan {
    fn compile(meta: &Metadata) -> Option<Self> {
        let parts = meta.descriptors();
        let get = |kind| parts.get(kind);
        let common = [(Type::FixedLine, Line::Fixed), (Type::Mobile, Line::Mobile)];
        let mut kinds = Vec::new();
        let (mut lengths, mut local_lengths) = (Vec::new(), Vec::new());
        for (kind, line) in SERVICES.into_iter().chain(common) {
            let Some(part) = get(kind) else { continue };
            lengths.extend(part.possible_length().iter().map(|&n| usize::from(n)));
            local_lengths.extend(part.possible_local_length().iter().map(|&n| usize::from(n)));
            kinds.push((line, pattern(part)?));
        }
        lengths.sort_unstable();
        lengths.dedup();
        local_lengths.retain(|n| !lengths.contains(n));
        let trunk = match (meta.national_prefix_for_parsing(), meta.national_prefix()) {
            (Some(written), _) => Some(anchored(written.as_str(), "")?),
            (None, Some(prefix)) => Some(anchored(&regex::escape(prefix), "")?),
            (None, None) => None,
        };
        Some(Self {
            code: meta.country_code(),
            country: Country::new(meta.id()).ok(),
            lengths,
            local_lengths,
            abroad: meta.international_prefix().map_or(Some(None), |p| anchored(p.as_str(), "").map(Some))?,
            trunk,
            transform: meta.national_prefix_transform_rule().map(str::to_owned),
            leading: meta.leading_digits().map_or(Some(None), |p| anchored(p.as_str(), "").map(Some))?,
            general: pattern(parts.general())?,
            kinds,
        })
    }

    /// What follows the prefix that is dialled for abroad, if the digits begin with it.
    pub(super) fn strip_abroad<'d>(&self, digits: &'d str) -> Option<&'d str> {
        let end = self.abroad.as_ref()?.find(digits)?.end();
        digits.get(end..).filter(|rest| !rest.starts_with('0'))
    }

    /// The national number without the trunk prefix, or as it is where stripping would spoil a good number.
    pub(super) fn strip_trunk(&self, digits: &str) -> String {
        self.stripped(digits).unwrap_or_else(|| digits.to_owned())
    }

    fn stripped(&self, digits: &str) -> Option<String> {
        let trunk = self.trunk.as_ref()?;
        let found = trunk.captures(digits)?;
        let last = found.get(trunk.captures_len().saturating_sub(1));
        let stripped = match (&self.transform, last) {
            (Some(rule), Some(_)) => trunk.replace(digits, rule.as_str()).into_owned(),
            _ => digits.get(found.get(0)?.end()..)?.to_owned(),
        };
        let spoils = self.general.fits(digits) && !self.general.fits(&stripped);
        (!spoils).then_some(stripped)
    }

    pub(super) fn fit(&self, national: &str) -> Fit {
        let len = national.len();
        match self.lengths.last() {
            _ if self.local_lengths.contains(&len) => Fit::No,
            _ if self.lengths.contains(&len) => Fit::Possible,
            Some(&longest) if len > longest => Fit::TooLong,
            _ => Fit::No,
        }
    }

    /// Whether the digits have the general form of the country's numbers.
    pub(super) fn general(&self, national: &str) -> bool {
        self.general.fits(national)
    }

    pub(super) fn line(&self, national: &str) -> Line {
        if !self.general.fits(national) {
            return Line::Unknown;
        }
        let mut fixed = false;
        for (line, pattern) in &self.kinds {
            if !pattern.fits(national) {
                continue;
            }
            match line {
                Line::Fixed => fixed = true,
                Line::Mobile if fixed => return Line::FixedOrMobile,
                line => return *line,
            }
        }
        if fixed { Line::Fixed } else { Line::Unknown }
    }

    fn owns(&self, national: &str) -> bool {
        self.leading.as_ref().map_or_else(|| self.line(national) != Line::Unknown, |p| p.is_match(national))
    }
}

/// The plan of a country, if there is one.
pub(super) fn of_country(country: Country) -> Option<&'static Plan> {
    DATABASE.by_id(country.as_str()).and_then(compiled)
}

/// Splits digits into country code and national number. The plan is the main one of the code.
pub(super) fn split(digits: &str) -> Option<(&'static Plan, &str)> {
    let (code, national) = split_code(digits)?;
    let meta = DATABASE.by_code(&code)?.into_iter().next()?;
    Some((compiled(meta)?, national))
}

/// The plan, among those that share a country code, that has assigned the number.
pub(super) fn owner(digits: &str) -> Option<(&'static Plan, &str)> {
    let (code, national) = split_code(digits)?;
    let metas = DATABASE.by_code(&code)?;
    if let [only] = *metas.as_slice() {
        return Some((compiled(only)?, national));
    }
    metas.into_iter().filter_map(compiled).find(|plan| plan.owns(national)).map(|plan| (plan, national))
}

fn split_code(digits: &str) -> Option<(u16, &str)> {
    (1..=3).find_map(|len| {
        let code = digits.get(..len)?.parse().ok().filter(|code| *code > 0)?;
        DATABASE.by_code(&code)?;
        Some((code, digits.get(len..)?))
    })
}

/// Compiled when first asked for. Constant data: the cells only spare the work of compiling all plans at once.
fn compiled(meta: &Metadata) -> Option<&'static Plan> {
    type Cells = HashMap<(u16, String), OnceLock<Option<Plan>>>;
    static PLANS: OnceLock<Cells> = OnceLock::new();
    let key = |meta: &Metadata| (meta.country_code(), meta.id().to_owned());
    let cells = PLANS.get_or_init(|| {
        let codes = 1..1000u16;
        let metas = codes.filter_map(|code| DATABASE.by_code(&code)).flatten();
        metas.map(|meta| (key(meta), OnceLock::new())).collect()
    });
    cells.get(&key(meta))?.get_or_init(|| Plan::compile(meta)).as_ref()
}

fn pattern(part: &Descriptor) -> Option<Pattern> {
    let lengths = part.possible_length().iter().map(|&n| usize::from(n)).collect();
    Some(Pattern { regex: anchored(part.national_number().as_str(), "$")?, lengths })
}

/// The metadata's patterns are written over many lines.
fn anchored(pattern: &str, end: &str) -> Option<Regex> {
    RegexBuilder::new(&format!("^(?:{pattern}){end}")).ignore_whitespace(true).unicode(false).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plan_compiles() {
        let metas = (1..1000u16).filter_map(|code| DATABASE.by_code(&code)).flatten();
        let (mut plans, mut places) = (0, 0);
        for meta in metas {
            assert!(compiled(meta).is_some(), "{} {}", meta.country_code(), meta.id());
            plans += 1;
            places += usize::from(compiled(meta).unwrap().country.is_some());
        }
        assert!(plans > 240, "{plans}");
        assert!(places > 235, "{places}");
    }

    /// `$1` followed by a letter or digit would name another group.
    #[test]
    fn transforms_end_in_their_group() {
        for meta in DATABASE.iter() {
            if let Some(rule) = meta.national_prefix_transform_rule() {
                assert!(rule.ends_with("$1") || rule.ends_with("$2"), "{rule}");
            }
        }
    }
}
