//! Learning the weights: a support-vector machine with squared hinge loss, by dual coordinate descent (Hsieh, Chang, Lin,
//! Keerthi, Sundararajan 2008). Only sums, products and quotients of `f64` in a fixed order: every machine makes the same
//! table.

use std::{fs, path::Path};

use super::{BUCKETS, HEAD, MARKS, bucket};

const ROUNDS: usize = 60;

/// One labelled text.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    pub(crate) wanted: bool,
    /// The buckets of its features, each once.
    buckets: Vec<u32>,
}

impl Example {
    pub(crate) fn new(wanted: bool, features: impl IntoIterator<Item = u64>) -> Self {
        let mut buckets: Vec<u32> = features.into_iter().map(|f| bucket(f) as u32).collect();
        buckets.sort_unstable();
        buckets.dedup();
        Self { wanted, buckets }
    }
}

/// Weights before they are rounded; the bias is the last.
#[derive(Debug, Clone)]
pub(crate) struct Weights(Vec<f64>);

impl Weights {
    pub(crate) fn score(&self, example: &Example) -> f64 {
        self.0[BUCKETS] + example.buckets.iter().map(|&at| self.0[at as usize]).sum::<f64>()
    }

    /// The table as it is stored, with these marks.
    pub(crate) fn table(&self, marks: [f64; MARKS]) -> Vec<u8> {
        let scale = self.scale();
        let whole = |value: f64| (value * scale).round() as i32;
        let mut table = Vec::with_capacity(HEAD + BUCKETS);
        for number in [self.0[BUCKETS]].into_iter().chain(marks) {
            table.extend_from_slice(&whole(number).to_le_bytes());
        }
        table.extend(self.0[..BUCKETS].iter().map(|&w| (whole(w).clamp(-127, 127) as i8).cast_unsigned()));
        table
    }

    /// One in two thousand of the weights may be cut short, so that the rest are told apart.
    fn scale(&self) -> f64 {
        let mut sizes: Vec<f64> = self.0[..BUCKETS].iter().map(|w| w.abs()).filter(|w| *w > 0.0).collect();
        sizes.sort_by(f64::total_cmp);
        let cut = sizes.get(sizes.len() - 1 - sizes.len() / 2_000).copied();
        127.0 / cut.unwrap_or(1.0)
    }
}

/// Weights that tell the wanted examples from the others.
///
/// `cost` is what an error costs against the length of the weights.
pub(crate) fn learn(examples: &[&Example], cost: f64) -> Weights {
    let mut weights = vec![0.0; BUCKETS + 1];
    let mut pulls = vec![0.0f64; examples.len()];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let give = 0.5 / cost;
    for _ in 0..ROUNDS {
        for i in (1..order.len()).rev() {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            order.swap(i, (random % (i as u64 + 1)) as usize);
        }
        for &i in &order {
            let example = examples[i];
            let side = if example.wanted { 1.0 } else { -1.0 };
            let score =
                weights[BUCKETS] + example.buckets.iter().map(|&at| weights[at as usize]).sum::<f64>();
            let slope = side * score - 1.0 + give * pulls[i];
            if pulls[i] == 0.0 && slope >= 0.0 {
                continue;
            }
            let before = pulls[i];
            let steep = (example.buckets.len() + 1) as f64 + give;
            pulls[i] = (before - slope / steep).max(0.0);
            let step = (pulls[i] - before) * side;
            weights[BUCKETS] += step;
            example.buckets.iter().for_each(|&at| weights[at as usize] += step);
        }
    }
    Weights(weights)
}

/// The rows of a file, or of the files of a directory, of `tests/data`, without their heads.
pub(crate) fn rows(place: &str) -> Vec<String> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(place);
    let mut files = match fs::read_dir(&place) {
        Ok(files) => files.map(|file| file.unwrap().path()).collect(),
        Err(_) => vec![place],
    };
    files.sort();
    let of = |file| fs::read_to_string(file).unwrap().lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    files.iter().flat_map(of).collect()
}
