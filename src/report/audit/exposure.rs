use std::collections::BTreeMap;

use super::finding::{Class, Finding};
use crate::law::{Penalty, PenaltyUnit};

/// An amount from … to, in whole units of a currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    /// The least.
    pub low: u64,
    /// The most.
    pub high: u64,
}

impl Amounts {
    pub(super) const fn plus(self, other: Self) -> Self {
        Self { low: self.low.saturating_add(other.low), high: self.high.saturating_add(other.high) }
    }

    fn largest(self, other: Self) -> Self {
        Self { low: self.low.max(other.low), high: self.high.max(other.high) }
    }
}

/// What the statutes' figures come to in one currency. A message counts once, with the largest figure of those
/// that stand against it: sums over rules would count it twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exposure {
    /// From what is settled alone.
    pub settled: Amounts,
    /// With what is contested.
    pub at_most: Amounts,
    /// With what cannot be proven, should all of it turn out against the sender.
    pub with_unproven: Amounts,
}

/// The figures of a penalty that is counted by message. Any other is a ceiling and is not multiplied.
pub(super) fn per_message(penalty: &Penalty) -> Option<Amounts> {
    let high = penalty.max.or(penalty.min)?;
    (penalty.per == Some(PenaltyUnit::Message)).then(|| Amounts { low: penalty.min.unwrap_or(0), high })
}

/// The running sums, by currency.
#[derive(Debug, Default)]
pub(super) struct Money(pub(super) BTreeMap<String, Exposure>);

impl Money {
    /// Takes one message's findings in.
    pub(super) fn take(&mut self, findings: &[Finding]) {
        let priced = findings.iter().filter_map(|finding| {
            let penalty = finding.rule.as_ref()?.penalty.as_ref()?;
            Some((finding.class, penalty.currency.as_str(), per_message(penalty)?))
        });
        // Hardly ever more than one currency.
        let mut sums: Vec<(&str, [Amounts; 3])> = Vec::new();
        for (class, currency, amounts) in priced {
            let known = sums.iter().position(|(held, _)| *held == currency);
            let at = known.unwrap_or_else(|| {
                sums.push((currency, [Amounts::default(); 3]));
                sums.len() - 1
            });
            let Some((_, steps)) = sums.get_mut(at) else { continue };
            let from = match class {
                Class::Settled => 0,
                Class::Contested => 1,
                Class::Unprovable => 2,
            };
            steps.iter_mut().skip(from).for_each(|step| *step = step.largest(amounts));
        }
        for (currency, [settled, at_most, with_unproven]) in sums {
            if !self.0.contains_key(currency) {
                self.0.insert(currency.to_owned(), Exposure::default());
            }
            let Some(sum) = self.0.get_mut(currency) else { continue };
            sum.settled = sum.settled.plus(settled);
            sum.at_most = sum.at_most.plus(at_most);
            sum.with_unproven = sum.with_unproven.plus(with_unproven);
        }
    }
}
