//! Numbers of all countries, valid and nearly so, drawn from the metadata's own patterns. The bench draws them too.

use phonenumber::{Metadata, Type, metadata::DATABASE};
use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind},
};

const KINDS: [Type; 10] = [
    Type::FixedLine,
    Type::Mobile,
    Type::PremiumRate,
    Type::TollFree,
    Type::SharedCost,
    Type::Voip,
    Type::PersonalNumber,
    Type::Pager,
    Type::Uan,
    Type::Voicemail,
];

/// An endless stream of E.164, the same for the same seed.
#[derive(Debug)]
pub(crate) struct Numbers {
    dice: Dice,
    plans: Vec<(u16, Vec<Hir>)>,
    /// Of a hundred numbers, how many are spoiled.
    spoiled: usize,
}

impl Numbers {
    /// Of ten numbers four are as a pattern has them, and six are spoiled in one of several ways.
    pub(crate) fn near_valid(seed: u64) -> Self {
        Self { dice: Dice(seed), plans: plans(), spoiled: 60 }
    }

    fn digits(&mut self) -> Vec<u8> {
        let Self { dice, plans, spoiled } = self;
        let (code, patterns) = &plans[dice.below(plans.len())];
        let mut digits = code.to_string().into_bytes();
        let national = digits.len();
        let pattern = &patterns[dice.below(patterns.len())];
        dice.draw(pattern, &mut digits);
        if dice.below(100) < *spoiled {
            dice.spoil(&mut digits, national);
        }
        digits
    }
}

#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % n
    }

    fn digit(&mut self) -> u8 {
        b'0' + u8::try_from(self.below(10)).unwrap()
    }

    fn spoil(&mut self, digits: &mut Vec<u8>, national: usize) {
        let at = national + self.below(digits.len() - national);
        match self.below(12) {
            0..=4 => digits[at] = self.digit(),
            5 | 6 => drop(digits.pop()),
            7 | 8 => digits.push(self.digit()),
            // A trunk prefix left in, a national number that means nothing, no country at all.
            9 => digits.insert(national, [b'0', b'8', b'1'][at % 3]),
            10 => digits[national..].fill_with(|| self.digit()),
            _ => digits.fill_with(|| self.digit()),
        }
    }

    fn draw(&mut self, pattern: &Hir, to: &mut Vec<u8>) {
        match pattern.kind() {
            HirKind::Empty => {}
            HirKind::Literal(literal) => to.extend(&*literal.0),
            HirKind::Class(class) => {
                let which = self.below((b'0'..=b'9').filter(|digit| has(class, *digit)).count());
                to.extend((b'0'..=b'9').filter(|digit| has(class, *digit)).nth(which));
            }
            HirKind::Capture(capture) => self.draw(&capture.sub, to),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.draw(part, to)),
            HirKind::Alternation(ways) => {
                let way = self.below(ways.len());
                self.draw(&ways[way], to);
            }
            HirKind::Repetition(repeated) => {
                let spread = repeated.max.unwrap_or(15) - repeated.min;
                let times = repeated.min as usize + self.below(spread as usize + 1);
                (0..times).for_each(|_| self.draw(&repeated.sub, to));
            }
            HirKind::Look(_) => panic!("no plan has an anchor"),
        }
    }
}

impl Iterator for Numbers {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        loop {
            let digits = self.digits();
            if (7..=15).contains(&digits.len()) && digits[0] != b'0' {
                return Some(format!("+{}", String::from_utf8(digits).unwrap()));
            }
        }
    }
}

fn has(class: &Class, digit: u8) -> bool {
    match class {
        Class::Bytes(class) => class.iter().any(|range| (range.start()..=range.end()).contains(&digit)),
        Class::Unicode(class) => {
            class.iter().any(|range| (range.start()..=range.end()).contains(&char::from(digit)))
        }
    }
}

/// The patterns of each plan, in an order that is the same in every run.
fn plans() -> Vec<(u16, Vec<Hir>)> {
    let patterns = |meta: &Metadata| {
        let parts = KINDS.iter().filter_map(|kind| meta.descriptors().get(*kind));
        let parts = parts.chain(std::iter::once(meta.descriptors().general()));
        parts.map(|part| parsed(part.national_number().as_str())).collect()
    };
    let metas = (1..1000).filter_map(|code| DATABASE.by_code(&code)).flatten();
    metas.map(|meta| (meta.country_code(), patterns(meta))).collect()
}

fn parsed(pattern: &str) -> Hir {
    let mut parser = ParserBuilder::new().ignore_whitespace(true).unicode(false).utf8(false).build();
    parser.parse(pattern).unwrap()
}
