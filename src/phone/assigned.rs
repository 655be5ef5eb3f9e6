//! To whom numbers are assigned, and as what: the patterns of all plans that share a country code, in one automaton.

use phonenumber::{Metadata, Type, metadata::Descriptor};

use super::{Country, Line, dfa::Dfa, nfa::Nfa};

/// What the plans say of a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Assigned {
    /// The country or territory whose plan has it.
    pub(super) country: Option<Country>,
    pub(super) line: Line,
}

impl Assigned {
    pub(super) const NOWHERE: Self = Self { country: None, line: Line::Unknown };
}

/// The kinds that a plan tells apart: services before the two common kinds, in the order in which they count.
pub(super) const KINDS: [(Type, Line); 10] = [
    (Type::PremiumRate, Line::Other),
    (Type::TollFree, Line::TollFree),
    (Type::SharedCost, Line::Other),
    (Type::Voip, Line::Voip),
    (Type::PersonalNumber, Line::Other),
    (Type::Pager, Line::Other),
    (Type::Uan, Line::Other),
    (Type::Voicemail, Line::Other),
    (Type::FixedLine, Line::Fixed),
    (Type::Mobile, Line::Mobile),
];

/// The automaton over the national numbers of one country code, whose main plan comes first.
pub(super) fn compile(plans: &[&Metadata], longest: u8) -> Option<Dfa<Assigned>> {
    let (mut nfa, mut marks) = (Nfa::default(), Vec::new());
    for (plan, meta) in plans.iter().enumerate() {
        let parts = meta.descriptors();
        if let Some(leading) = meta.leading_digits() {
            nfa.prefix(leading.as_str(), u16::try_from(marks.len()).ok()?)?;
            marks.push(Mark { plan, says: Says::Leads, lengths: u32::MAX });
        }
        let general = (Says::General, parts.general());
        let kinds = KINDS.iter().enumerate();
        let kinds = kinds.filter_map(|(rank, (kind, _))| Some((Says::Kind(rank), parts.get(*kind)?)));
        for (says, part) in std::iter::once(general).chain(kinds) {
            nfa.whole(part.national_number().as_str(), u16::try_from(marks.len()).ok()?)?;
            marks.push(Mark { plan, says, lengths: lengths(part) });
        }
    }
    let owners: Vec<_> = plans
        .iter()
        .map(|meta| (Country::new(meta.id()).ok(), meta.leading_digits().is_some() && plans.len() > 1))
        .collect();
    Dfa::new(&nfa, longest, |length, matched| {
        let matched: Vec<&Mark> = matched
            .filter_map(|mark| marks.get(usize::from(mark)))
            .filter(|mark| mark.lengths >> length & 1 == 1)
            .collect();
        for (plan, (country, by_leading)) in owners.iter().enumerate() {
            let line = line(matched.iter().filter(|mark| mark.plan == plan).map(|mark| mark.says));
            let leads = || matched.iter().any(|mark| mark.plan == plan && mark.says == Says::Leads);
            let owns = if *by_leading { leads() } else { line != Line::Unknown };
            // Where nobody shares the code, its country has all numbers, assigned or not.
            if owns || owners.len() == 1 {
                return Assigned { country: *country, line };
            }
        }
        Assigned::NOWHERE
    })
}

/// A pattern of a plan: what it tells of the numbers that fit it.
struct Mark {
    plan: usize,
    says: Says,
    /// The lengths that it holds for: bit 9 is nine digits.
    lengths: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// Numbers that begin so are this plan's.
    Leads,
    /// The general form of the plan's numbers, without which none is assigned.
    General,
    /// Of the kind at this place in [`KINDS`].
    Kind(usize),
}

/// No list of lengths is no limit.
pub(super) fn lengths(part: &Descriptor) -> u32 {
    match part.possible_length() {
        [] => u32::MAX,
        listed => listed.iter().filter(|&&n| n < 32).fold(0, |set, n| set | 1 << n),
    }
}

/// The line of a number, by all that one plan says of it.
fn line(said: impl Iterator<Item = Says> + Clone) -> Line {
    if !said.clone().any(|says| says == Says::General) {
        return Line::Unknown;
    }
    let kinds =
        KINDS.iter().enumerate().filter(|(rank, _)| said.clone().any(|says| says == Says::Kind(*rank)));
    let mut lines = kinds.map(|(_, (_, line))| *line);
    match (lines.next(), lines.next()) {
        (Some(Line::Fixed), Some(Line::Mobile)) => Line::FixedOrMobile,
        (Some(line), _) => line,
        (None, _) => Line::Unknown,
    }
}
