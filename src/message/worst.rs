use super::{
    bound::Bound,
    grapheme::clusters,
    gsm::septets,
    segment::{Counting, Encoding, Packer, Segments, utf16_units},
    tags::Alphabet,
    template::{CheckedTemplate, Piece},
};

impl CheckedTemplate {
    /// The most that any recipient's message can cost, with `footer` added behind the text.
    ///
    /// A value may have its declared maximum of characters, each as large as its [`Alphabet`] allows; one tag of any
    /// alphabet makes the whole UCS-2. When clusters are kept whole, a value may be one cluster and join its neighbours.
    #[must_use]
    pub fn worst_case(&self, footer: &str, counting: Counting) -> Segments {
        let gsm = self.pieces().iter().all(|piece| match piece {
            Piece::Text(text) => is_gsm(text),
            Piece::Tag { is, .. } => is.alphabet() != Alphabet::Any,
        }) && is_gsm(footer);
        let mut sum = Sum::new(if gsm { Encoding::Gsm7 } else { Encoding::Ucs2 });
        for piece in self.pieces() {
            match piece {
                Piece::Text(text) => sum.literal(text, counting),
                Piece::Tag { is, .. } => sum.value(is, counting),
            }
        }
        sum.literal(footer, counting);
        sum.finish()
    }
}

fn is_gsm(text: &str) -> bool {
    text.chars().all(|c| septets(c).is_some())
}

/// Packs the sizes of what may not be torn apart. The last size is held back until it is known that nothing joins it.
#[derive(Debug)]
struct Sum {
    encoding: Encoding,
    packer: Packer,
    total: u32,
    held: u32,
    /// The held block may take in what follows.
    open: bool,
}

impl Sum {
    const fn new(encoding: Encoding) -> Self {
        Self { encoding, packer: Packer::new(encoding), total: 0, held: 0, open: false }
    }

    fn literal(&mut self, text: &str, counting: Counting) {
        match (self.encoding, counting) {
            (Encoding::Gsm7, _) => text.chars().for_each(|c| self.add(septets(c).unwrap_or(2))),
            (Encoding::Ucs2, Counting::Standard) => text.chars().for_each(|c| self.add(c.len_utf16() as u32)),
            (Encoding::Ucs2, Counting::Graphemes) => clusters(text).for_each(|cluster| {
                // Flags pair from where a run starts, so a value before the run moves every pair in it.
                let flag = cluster.starts_with(|c| matches!(c, '\u{1F1E6}'..='\u{1F1FF}'));
                let open = std::mem::take(&mut self.open);
                if open {
                    self.join(utf16_units(cluster));
                    self.open = flag;
                } else {
                    self.add(utf16_units(cluster));
                }
            }),
        }
    }

    fn value(&mut self, tag: &Bound, counting: Counting) {
        let max = tag.max_chars();
        let each = match (self.encoding, tag.alphabet()) {
            (Encoding::Gsm7, Alphabet::Gsm7Basic)
            | (Encoding::Ucs2, Alphabet::Gsm7 | Alphabet::Gsm7Basic) => 1,
            (Encoding::Gsm7, _) | (Encoding::Ucs2, Alphabet::Any) => 2,
        };
        if self.encoding == Encoding::Ucs2 && counting == Counting::Graphemes && each == 2 {
            self.join(max.saturating_mul(2));
            self.open = true;
        } else {
            // Past what any gateway takes, the exact number of segments is of no interest.
            (0..max.min(100_000)).for_each(|_| self.add(each));
        }
    }

    fn add(&mut self, units: u32) {
        self.settle();
        self.held = units;
    }

    fn join(&mut self, units: u32) {
        self.held = self.held.saturating_add(units);
    }

    fn settle(&mut self) {
        let held = std::mem::take(&mut self.held);
        self.open = false;
        self.total = self.total.saturating_add(held);
        if held <= self.encoding.multi() {
            self.packer.push(held);
        } else {
            self.packer.push_torn(held);
        }
    }

    fn finish(mut self) -> Segments {
        self.settle();
        self.packer.finish(self.total)
    }
}
