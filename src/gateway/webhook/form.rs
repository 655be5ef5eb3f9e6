//! `application/x-www-form-urlencoded`, by bytes: what cannot be UTF-8 is somebody else's to refuse.

pub(super) type Pair = (Vec<u8>, Vec<u8>);

/// The pairs in the order written. Empty values and repeated names stay.
pub(super) fn pairs(text: &[u8]) -> Vec<Pair> {
    let parts = text.split(|byte| *byte == b'&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let mut halves = part.splitn(2, |byte| *byte == b'=');
            let name = halves.next().unwrap_or_default();
            (decode(name), halves.next().map(decode).unwrap_or_default())
        })
        .collect()
}

/// The only value under this name. `None` too when there are several: nobody could say which one counts.
pub(super) fn single<'p>(pairs: &'p [Pair], name: &str) -> Option<&'p [u8]> {
    let mut found = pairs.iter().filter(|(key, _)| key == name.as_bytes());
    let (_, value) = found.next()?;
    if found.next().is_some() { None } else { Some(value) }
}

/// `+` is a space, `%41` is an A, and a `%` that begins nothing is itself.
pub(super) fn decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        out.push(match byte {
            b'+' => b' ',
            b'%' => match escaped(tail) {
                Some((byte, tail)) => {
                    rest = tail;
                    byte
                }
                None => b'%',
            },
            other => other,
        });
    }
    out
}

fn escaped(tail: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, rest) = tail.split_at_checked(2)?;
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let [high, low] = digits else { return None };
    Some((digit(*high)? << 4 | digit(*low)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_as_written() {
        let text = |text: &str| {
            let pairs = pairs(text.as_bytes()).into_iter();
            pairs
                .map(|(k, v)| format!("{}>{}", String::from_utf8_lossy(&k), String::from_utf8_lossy(&v)))
                .collect::<Vec<_>>()
        };
        assert_eq!(text("To=%2B33&Body=a+b%20c%C3%A9"), ["To>+33", "Body>a b cé"]);
        assert_eq!(text("a&b=&&c=d=e&a=1"), ["a>", "b>", "c>d=e", "a>1"]);
        assert_eq!(text("a=%&b=%4&c=%zz&d=%+1"), ["a>%", "b>%4", "c>%zz", "d>% 1"]);
        assert_eq!(text(""), [""; 0]);
    }

    #[test]
    fn a_repeated_name_has_no_single_value() {
        let pairs = pairs(b"a=1&b=2&a=3");
        assert_eq!(
            (single(&pairs, "b"), single(&pairs, "a"), single(&pairs, "c")),
            (Some(&b"2"[..]), None, None)
        );
    }
}
