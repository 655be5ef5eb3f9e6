//! What the numbering plans say of a number, by the plainest reading of the metadata: a regular expression for each
//! pattern, each plan asked in turn.

use std::collections::HashMap;

use optin::phone::Line;
use phonenumber::{
    Metadata, Type,
    metadata::{DATABASE, Descriptor},
};
use regex::{Regex, RegexBuilder};

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

/// The plans of each country code, the main one first.
pub(super) struct Reference(HashMap<String, Vec<Plan>>);

struct Plan {
    id: String,
    leading: Option<Regex>,
    general: Pattern,
    services: Vec<(Line, Pattern)>,
    fixed: Option<Pattern>,
    mobile: Option<Pattern>,
}

struct Pattern {
    regex: Regex,
    lengths: Vec<usize>,
}

impl Reference {
    pub(super) fn new() -> Self {
        Self::ending("$")
    }

    /// Patterns that may match the beginning of a number only, as crate `phonenumber` asks them.
    pub(super) fn unanchored() -> Self {
        Self::ending("")
    }

    fn ending(end: &str) -> Self {
        let plan = |meta| Plan::new(meta, end);
        let plans = |code: u16| DATABASE.by_code(&code).map(|metas| metas.into_iter().map(plan).collect());
        Self((1..1000).filter_map(|code| Some((code.to_string(), plans(code)?))).collect())
    }

    /// Region (`-` for none) and line.
    pub(super) fn ask(&self, e164: &str) -> (&str, Line) {
        let digits = &e164[1..];
        let Some((plans, national)) =
            (1..=3).find_map(|len| Some((self.0.get(&digits[..len])?, &digits[len..])))
        else {
            return ("-", Line::Unknown);
        };
        let owner = match plans.as_slice() {
            [only] => Some(only),
            shared => shared.iter().find(|plan| plan.owns(national)),
        };
        owner.map_or(("-", Line::Unknown), |plan| (plan.region(), plan.line(national)))
    }
}

impl Plan {
    fn new(meta: &Metadata, end: &str) -> Self {
        let parts = meta.descriptors();
        let part = |kind| parts.get(kind).map(|part| Pattern::new(part, end));
        Self {
            id: meta.id().to_owned(),
            leading: meta.leading_digits().map(|digits| anchored(digits.as_str(), "")),
            general: Pattern::new(parts.general(), end),
            services: SERVICES.iter().filter_map(|(kind, line)| Some((*line, part(*kind)?))).collect(),
            fixed: part(Type::FixedLine),
            mobile: part(Type::Mobile),
        }
    }

    fn owns(&self, national: &str) -> bool {
        match &self.leading {
            Some(leading) => leading.is_match(national),
            None => self.line(national) != Line::Unknown,
        }
    }

    fn region(&self) -> &str {
        // Plans of no country are called by a number: 001.
        if self.id.starts_with('0') { "-" } else { &self.id }
    }

    fn line(&self, national: &str) -> Line {
        let fits = |pattern: &Option<Pattern>| pattern.as_ref().is_some_and(|pattern| pattern.fits(national));
        if !self.general.fits(national) {
            return Line::Unknown;
        }
        if let Some((line, _)) = self.services.iter().find(|(_, pattern)| pattern.fits(national)) {
            return *line;
        }
        match (fits(&self.fixed), fits(&self.mobile)) {
            (true, true) => Line::FixedOrMobile,
            (true, false) => Line::Fixed,
            (false, true) => Line::Mobile,
            (false, false) => Line::Unknown,
        }
    }
}

impl Pattern {
    fn new(part: &Descriptor, end: &str) -> Self {
        let lengths = part.possible_length().iter().map(|&n| usize::from(n)).collect();
        Self { regex: anchored(part.national_number().as_str(), end), lengths }
    }

    fn fits(&self, national: &str) -> bool {
        (self.lengths.is_empty() || self.lengths.contains(&national.len())) && self.regex.is_match(national)
    }
}

fn anchored(pattern: &str, end: &str) -> Regex {
    RegexBuilder::new(&format!("^(?:{pattern}){end}")).ignore_whitespace(true).unicode(false).build().unwrap()
}
