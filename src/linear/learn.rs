//! Learning the weights: a support-vector machine with squared hinge loss, by dual coordinate descent (Hsieh, Chang, Lin,
//! Keerthi, Sundararajan 2008), over features of a size that grows with how one-sided they are (Wang, Manning 2012). Only
//! sums, products and quotients of `f64` in a fixed order: every machine makes the same table.

use std::{env, fs, path::Path};

use super::{BUCKETS, HEAD, MARKS, bucket, words::of_sentence};

const ROUNDS: usize = 60;

/// How much larger the features of the upper half of a table are to the learner, the [`HEAVY`](super::HEAVY) ones.
const MORE: f64 = 2.0;
/// How much of the size of a feature is for being one-sided, and what it is seen beside the texts on each side.
const SIDED: f64 = 0.7;
const SEEN: f64 = 1.0;

/// One labelled text.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    pub(crate) wanted: bool,
    /// The buckets of its features, and how many of them.
    buckets: Vec<(u32, u32)>,
}

impl Example {
    pub(crate) fn new(wanted: bool, features: impl IntoIterator<Item = u64>) -> Self {
        let mut all: Vec<u32> = features.into_iter().map(|f| bucket(f) as u32).collect();
        all.sort_unstable();
        let buckets = all.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect();
        Self { wanted, buckets }
    }

    fn sum(&self, weight: impl Fn(usize) -> f64) -> f64 {
        self.buckets.iter().map(|&(at, times)| f64::from(times) * weight(at as usize)).sum()
    }
}

/// Of what size each feature is to the learner: the larger, the more it stands on one side.
fn sizes(examples: &[&Example]) -> Vec<f64> {
    let mut seen = vec![[SEEN; 2]; BUCKETS];
    let mut all = [2.0 * SEEN; 2];
    for example in examples {
        let side = usize::from(example.wanted);
        all[side] += 1.0;
        example.buckets.iter().for_each(|&(at, _)| seen[at as usize][side] += 1.0);
    }
    let size = |(at, [others, wanted]): (usize, [f64; 2])| {
        let (a, b) = (others / all[0], wanted / all[1]);
        let more = if at < BUCKETS / 2 { 1.0 } else { MORE };
        more * (1.0 - SIDED + SIDED * apart((a - b).abs() / (a + b)))
    };
    seen.into_iter().enumerate().map(size).collect()
}

/// The logarithm of how often more on one side, from (a - b) / (a + b): its first terms, so 3.6 at most.
fn apart(x: f64) -> f64 {
    let square = x * x;
    let terms = [9.0, 7.0, 5.0, 3.0, 1.0].into_iter();
    2.0 * x * terms.fold(0.0, |sum, term| sum * square + 1.0 / term)
}

/// One labelled text and its sentences.
#[derive(Debug, Clone)]
pub(crate) struct Parted {
    pub(crate) wanted: bool,
    whole: Vec<u64>,
    sentences: Vec<Vec<u64>>,
}

impl Parted {
    /// From the features of the whole and of each sentence.
    pub(crate) fn new(wanted: bool, whole: Vec<u64>, sentences: Vec<Vec<u64>>) -> Self {
        Self { wanted, whole, sentences }
    }

    /// The whole alone.
    pub(crate) fn example(&self, wanted: bool) -> Example {
        Example::new(wanted, self.whole.iter().copied())
    }

    /// The whole beside each sentence; alone, if there is none.
    fn beside(&self) -> impl Iterator<Item = Example> {
        let with = |sentence: &Vec<u64>| {
            let sentence = sentence.iter().copied().map(of_sentence);
            Example::new(self.wanted, self.whole.iter().copied().chain(sentence))
        };
        let alone = self.sentences.is_empty().then(|| self.example(self.wanted));
        self.sentences.iter().map(with).chain(alone)
    }

    /// A wanted text beside the sentence that counts most by these weights of wholes; another beside each of its own, for
    /// none of them may count.
    fn examples(&self, by: &Weights) -> Vec<Example> {
        let weigh = |sentence: &Vec<u64>| by.score(&Example::new(true, sentence.iter().copied()));
        let weights: Vec<f64> = self.sentences.iter().map(weigh).collect();
        let most = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let counts = |at: usize| !self.wanted || weights.get(at).is_none_or(|&weight| weight == most);
        self.beside().enumerate().filter(|(at, _)| counts(*at)).map(|(_, example)| example).collect()
    }
}

/// Weights before they are rounded; the bias is the last.
#[derive(Debug, Clone)]
pub(crate) struct Weights(Vec<f64>);

impl Weights {
    pub(crate) fn score(&self, example: &Example) -> f64 {
        self.0[BUCKETS] + example.sum(|at| self.0[at])
    }

    /// The score of a text with the sentence that counts most.
    pub(crate) fn score_most(&self, text: &Parted) -> f64 {
        text.beside().map(|example| self.score(&example)).fold(f64::NEG_INFINITY, f64::max)
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

/// Weights that tell the wanted texts from the others by the whole and by the sentence that counts most: first by the
/// wholes alone, which say what sentences count.
pub(crate) fn learn_parted<'t>(texts: impl Iterator<Item = &'t Parted> + Clone, cost: f64) -> Weights {
    let wholes: Vec<Example> = texts.clone().map(|text| text.example(text.wanted)).collect();
    let by = learn(&wholes.iter().collect::<Vec<_>>(), cost);
    let examples: Vec<Example> = texts.flat_map(|text| text.examples(&by)).collect();
    learn(&examples.iter().collect::<Vec<_>>(), cost)
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
    let sizes = sizes(examples);
    let square = |&(at, times): &(u32, u32)| {
        let counts = f64::from(times) * sizes[at as usize];
        counts * counts
    };
    let steeps: Vec<f64> =
        examples.iter().map(|example| 1.0 + example.buckets.iter().map(square).sum::<f64>()).collect();
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
            let score = weights[BUCKETS] + example.sum(|at| weights[at] * sizes[at]);
            let slope = side * score - 1.0 + give * pulls[i];
            if pulls[i] == 0.0 && slope >= 0.0 {
                continue;
            }
            let before = pulls[i];
            let steep = steeps[i] + give;
            pulls[i] = (before - slope / steep).max(0.0);
            let step = (pulls[i] - before) * side;
            weights[BUCKETS] += step;
            for &(at, times) in &example.buckets {
                weights[at as usize] += step * f64::from(times) * sizes[at as usize];
            }
        }
    }
    weights.iter_mut().zip(sizes).for_each(|(weight, size)| *weight *= size);
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

/// Writes the rows that were misread, where `OPTIN_MISREAD` names a folder for them: what the next texts should teach.
pub(crate) fn keep_misread(name: &str, rows: impl Iterator<Item = String>) {
    if let Some(folder) = env::var_os("OPTIN_MISREAD") {
        fs::write(Path::new(&folder).join(name), rows.collect::<Vec<_>>().join("\n")).unwrap();
    }
}
