//! The country codes of the world and the plans behind each, made from the metadata of crate `phonenumber`.
//!
//! Only the metadata is used. The crate's own parser strips a leading `8` from `+7 8xx` numbers, matches patterns
//! without anchoring their end, has had panics on crafted input, and takes one global lock for each pattern.

use std::sync::OnceLock;

use phonenumber::{Metadata, metadata::DATABASE};

use super::{
    Country,
    assigned::{self, Assigned},
    dfa::Dfa,
    plan::Plan,
};

/// Digits of E.164.
const MOST_DIGITS: usize = 15;

/// A country code. What is made from its metadata is made when first asked for: for all codes it takes a while.
/// The automata of all codes together hold 306 KB, the largest (+1) 26 KB.
struct Code {
    metas: Vec<&'static Metadata>,
    plans: Vec<OnceLock<Option<Plan>>>,
    assigned: OnceLock<Option<Dfa<Assigned>>>,
}

/// Each code at the place of its number. No code begins with another's digits.
fn codes() -> &'static [Option<Code>] {
    static CODES: OnceLock<Vec<Option<Code>>> = OnceLock::new();
    let code = |code: u16| {
        let metas = DATABASE.by_code(&code)?;
        let plans = metas.iter().map(|_| OnceLock::new()).collect();
        Some(Code { metas, plans, assigned: OnceLock::new() })
    };
    // No country code begins with zero.
    CODES.get_or_init(|| std::iter::once(None).chain((1..1000).map(code)).collect())
}

impl Code {
    fn of(code: usize) -> Option<&'static Self> {
        codes().get(code)?.as_ref()
    }

    fn plan(&self, at: usize) -> Option<&Plan> {
        let (plan, meta) = (self.plans.get(at)?, self.metas.get(at)?);
        plan.get_or_init(|| Plan::compile(meta)).as_ref()
    }

    /// The automaton over its national numbers, which follow a code of so many digits.
    fn assigned(&self, digits: usize) -> Option<&Dfa<Assigned>> {
        let longest = || u8::try_from(MOST_DIGITS.checked_sub(digits)?).ok();
        self.assigned.get_or_init(|| assigned::compile(&self.metas, longest()?)).as_ref()
    }
}

/// The plan of a country, if there is one.
pub(super) fn of_country(country: Country) -> Option<&'static Plan> {
    let meta = DATABASE.by_id(country.as_str())?;
    let code = Code::of(meta.country_code().into())?;
    code.plan(code.metas.iter().position(|other| other.id() == meta.id())?)
}

/// Splits digits into country code and national number. The plan is the main one of the code.
pub(super) fn split(digits: &str) -> Option<(&'static Plan, &str)> {
    (1..=3).find_map(|len| {
        let code = Code::of(digits.get(..len)?.parse().ok()?)?;
        Some((code.plan(0)?, digits.get(len..)?))
    })
}

/// What the plans say of a number, given as E.164's digits read as one integer.
pub(super) fn assigned(number: u64) -> Assigned {
    let mut digits = [0; 16];
    // Two halves side by side: each division waits for the one before it.
    let (mut high, mut low) = ((number / 100_000_000) as u32, (number % 100_000_000) as u32);
    let (front, back) = digits.split_at_mut(8);
    for (front, back) in front.iter_mut().zip(back).rev() {
        (*front, high) = ((high % 10) as u8, high / 10);
        (*back, low) = ((low % 10) as u8, low / 10);
    }
    let unpadded = digits.iter().position(|digit| *digit != 0).and_then(|first| digits.get(first..));
    unpadded.and_then(of_digits).unwrap_or(Assigned::NOWHERE)
}

fn of_digits(digits: &[u8]) -> Option<Assigned> {
    let mut code = 0;
    for (at, digit) in digits.iter().take(3).enumerate() {
        code = code * 10 + usize::from(*digit);
        if let Some(known) = Code::of(code) {
            return Some(known.assigned(at + 1)?.answer(digits.get(at + 1..)?.iter().copied()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_and_every_plan_compiles_into_little() {
        let (mut plans, mut places, mut most, mut all) = (0, 0, (0, 0), 0);
        for (number, code) in
            codes().iter().enumerate().filter_map(|(number, code)| Some((number, code.as_ref()?)))
        {
            let bytes = code.assigned(number.to_string().len()).unwrap().bytes();
            (all, most) = (all + bytes, most.max((bytes, number)));
            for at in 0..code.metas.len() {
                let plan = code.plan(at).unwrap();
                plans += 1;
                places += usize::from(plan.country.is_some());
            }
        }
        assert!(plans > 240, "{plans}");
        assert!(places > 235, "{places}");
        assert!(all < 1 << 19 && most.0 < 1 << 16, "{all} {most:?}");
    }
}
