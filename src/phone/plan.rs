//! How the numbers of one country are written, as far as reading them needs it.

use phonenumber::{Metadata, metadata::Descriptor};
use regex::{Regex, RegexBuilder};

use super::{
    Country,
    assigned::{KINDS, lengths},
    dfa::Dfa,
    nfa::{self, Nfa},
};

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
    general: Dfa<bool>,
}

impl Plan {
    pub(super) fn compile(meta: &Metadata) -> Option<Self> {
        let parts = meta.descriptors();
        let (mut lengths, mut local_lengths) = (Vec::new(), Vec::new());
        for part in KINDS.iter().filter_map(|(kind, _)| parts.get(*kind)) {
            lengths.extend(part.possible_length().iter().map(|&n| usize::from(n)));
            local_lengths.extend(part.possible_local_length().iter().map(|&n| usize::from(n)));
        }
        lengths.sort_unstable();
        lengths.dedup();
        local_lengths.retain(|n| !lengths.contains(n));
        let trunk = match (meta.national_prefix_for_parsing(), meta.national_prefix()) {
            (Some(written), _) => Some(prefix(written.as_str())?),
            (None, Some(digits)) => Some(prefix(&regex::escape(digits))?),
            (None, None) => None,
        };
        Some(Self {
            code: meta.country_code(),
            country: Country::new(meta.id()).ok(),
            lengths,
            local_lengths,
            abroad: meta.international_prefix().map_or(Some(None), |p| prefix(p.as_str()).map(Some))?,
            trunk,
            transform: meta.national_prefix_transform_rule().map(str::to_owned),
            general: general(parts.general())?,
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
        let spoils = self.general(digits) && !self.general(&stripped);
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
        self.general.answer(national.bytes().map(|digit| digit.wrapping_sub(b'0')))
    }
}

fn general(part: &Descriptor) -> Option<Dfa<bool>> {
    let (mut nfa, lengths) = (Nfa::default(), lengths(part));
    nfa.whole(part.national_number().as_str(), 0)?;
    Dfa::new(&nfa, nfa::LONGEST, |length, matched| matched.next().is_some() && lengths >> length & 1 == 1)
}

/// What a dialled number may begin with. The metadata's patterns are written over many lines.
fn prefix(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(&format!("^(?:{pattern})")).ignore_whitespace(true).unicode(false).build().ok()
}

#[cfg(test)]
mod tests {
    use phonenumber::metadata::DATABASE;

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
