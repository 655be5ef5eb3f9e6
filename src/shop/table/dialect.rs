/// The delimiters that exports use, in the order in which a tie is decided.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How many rows are compared.
const ROWS: usize = 20;

/// Excel's own line `sep=;`: the delimiter it names, and how many bytes the line has.
pub(super) fn named(sample: &[u8]) -> Option<(u8, usize)> {
    let rest = sample.strip_prefix(b"sep=").or_else(|| sample.strip_prefix(b"SEP="))?;
    let (delimiter, rest) = rest.split_first().filter(|(byte, _)| DELIMITERS.contains(byte))?;
    let end = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => return None,
    };
    Some((*delimiter, 5 + end))
}

/// The delimiter by which most rows have as many fields as the header; a file of one column has none.
pub(super) fn found(sample: &[u8]) -> u8 {
    let rank = |delimiter: u8| {
        let counts = counts(sample, delimiter);
        let header = counts.first().copied().unwrap_or(1);
        let alike = if header > 1 { counts.iter().filter(|count| **count == header).count() } else { 0 };
        (header > 1, alike, header)
    };
    let mut best = (b',', rank(b','));
    for delimiter in DELIMITERS.into_iter().skip(1) {
        let rank = rank(delimiter);
        if rank > best.1 {
            best = (delimiter, rank);
        }
    }
    best.0
}

/// Fields of each of the first rows.
fn counts(sample: &[u8], delimiter: u8) -> Vec<usize> {
    let (mut counts, mut fields, mut quoted, mut empty) = (Vec::new(), 1, false, true);
    for byte in sample {
        match *byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => {
                if !empty {
                    counts.push(fields);
                }
                (fields, empty) = (1, true);
                if counts.len() == ROWS {
                    return counts;
                }
                continue;
            }
            byte if byte == delimiter && !quoted => fields += 1,
            _ => {}
        }
        empty = false;
    }
    // The last row of the sample may be cut off.
    if counts.is_empty() && !empty {
        counts.push(fields);
    }
    counts
}
