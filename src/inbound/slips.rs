//! Whether a word is a stop word that the thumb or the eye slipped on.

const ROWS: [&str; 4] = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
/// No slip is longer: a word above this is not looked at.
const LONGEST: usize = 200;

/// Whether `word` is `keyword` with letters held down, two swapped, a neighbouring key hit, or, in long
/// keywords, up to two letters wrong. Missing letters do not count in short ones: `top` is no slip.
pub(super) fn is_slip(word: &str, keyword: &str) -> bool {
    if word.len() > LONGEST || word == keyword || !may_be(word.as_bytes(), keyword.as_bytes()) {
        return false;
    }
    if held(word, keyword) {
        return true;
    }
    let (word, keyword): (Vec<char>, Vec<char>) = (word.chars().collect(), keyword.chars().collect());
    match keyword.len() {
        0..=3 => false,
        4..=5 => swapped(&word, &keyword) || beside(&word, &keyword) || inserted(&word, &keyword),
        6..=8 => word.first() == keyword.first() && distance(&word, &keyword) <= 1,
        _ => word.first() == keyword.first() && distance(&word, &keyword) <= 2,
    }
}

/// What every slip leaves: the first letter or the last; and more than two letters too many are held down.
fn may_be(word: &[u8], keyword: &[u8]) -> bool {
    let first = word.first() == keyword.first();
    let near = word.len().abs_diff(keyword.len()) <= 2 && (first || word.last() == keyword.last());
    near || first && word.len() > keyword.len()
}

/// `stopppp`: the same letters once runs are squeezed, and none lost.
fn held(word: &str, keyword: &str) -> bool {
    word.len() > keyword.len() && squeeze(word).eq(squeeze(keyword))
}

fn squeeze(word: &str) -> impl Iterator<Item = char> {
    let mut last = None;
    word.chars().filter(move |&c| last.replace(c) != Some(c))
}

fn swapped(word: &[char], keyword: &[char]) -> bool {
    let wrong = differences(word, keyword);
    match wrong.as_slice() {
        [a, b] => *b == a + 1 && word.get(*a) == keyword.get(*b) && word.get(*b) == keyword.get(*a),
        _ => false,
    }
}

fn beside(word: &[char], keyword: &[char]) -> bool {
    match differences(word, keyword).as_slice() {
        [a] => word.get(*a).zip(keyword.get(*a)).is_some_and(|(x, y)| neighbours(*x, *y)),
        _ => false,
    }
}

/// Where two words of one length differ; more than that when the lengths do.
fn differences(word: &[char], keyword: &[char]) -> Vec<usize> {
    if word.len() != keyword.len() {
        return (0..keyword.len()).collect();
    }
    word.iter().zip(keyword).enumerate().filter(|(_, (a, b))| a != b).map(|(i, _)| i).collect()
}

/// One key too many, next to one of the keyword's around it.
fn inserted(word: &[char], keyword: &[char]) -> bool {
    word.len() == keyword.len() + 1
        && (0..word.len()).any(|at| {
            let rest = word.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, c)| c);
            let around = [at.checked_sub(1).and_then(|i| keyword.get(i)), keyword.get(at)];
            rest.eq(keyword.iter())
                && word.get(at).is_some_and(|&c| around.iter().flatten().any(|&&k| neighbours(c, k)))
        })
}

fn neighbours(a: char, b: char) -> bool {
    let place = |c| ROWS.iter().enumerate().find_map(|(row, keys)| Some((row, keys.find(c)?)));
    let (Some((row_a, col_a)), Some((row_b, col_b))) = (place(a), place(b)) else { return false };
    match row_a.abs_diff(row_b) {
        0 => col_a.abs_diff(col_b) == 1,
        1 => {
            let (upper, lower) = if row_a < row_b { (col_a, col_b) } else { (col_b, col_a) };
            upper == lower || upper == lower + 1
        }
        _ => false,
    }
}

/// Insertions, deletions, substitutions and swaps of neighbours; 3 for more than 2.
fn distance(a: &[char], b: &[char]) -> usize {
    if a.len().abs_diff(b.len()) > 2 {
        return 3;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let cell = |r: &[usize], at: usize| r.get(at).copied().unwrap_or(3);
            let mut best =
                (cell(&last, j) + usize::from(x != y)).min(cell(&last, j + 1) + 1).min(cell(&row, j) + 1);
            if i > 0 && j > 0 && a.get(i - 1) == Some(&y) && b.get(j - 1) == Some(&x) {
                best = best.min(cell(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_stop_are_stops_and_other_words_are_not() {
        for word in ["stpo", "stopppp", "sttop", "stip", "dtop", "stopo", "stol", "tsop"] {
            assert!(is_slip(word, "stop"), "{word}");
        }
        for word in ["top", "sop", "stp", "shop", "step", "stow", "start", "slop", "stops", ""] {
            assert!(!is_slip(word, "stop"), "{word}");
        }
        assert!(is_slip("unsuscribe", "unsubscribe") && is_slip("unsubscirbe", "unsubscribe"));
        assert!(!is_slip("subscribe", "unsubscribe"));
        assert!(is_slip("arretze", "arretez"));
    }
}
