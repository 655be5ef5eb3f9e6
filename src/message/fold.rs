//! Folding: what is left of a text when everything that does not change its meaning is gone.

use std::{ops::Range, sync::LazyLock};

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

use super::signs::{Sign, invisible, plain_letters, sign};

/// Longest text that is read, in characters.
pub(crate) const LONGEST: usize = 10_000;

/// One word of a folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// Where it stands in [`Folded::text`].
    pub(crate) at: Range<usize>,
    /// Where it stands in the text as it came.
    pub(crate) raw: Range<usize>,
    /// Number of its sentence, from 0.
    pub(crate) sentence: usize,
    /// Number of its clause, from 0 through the whole text.
    pub(crate) clause: usize,
    /// Inside quotation marks.
    pub(crate) quoted: bool,
    /// Part of a link's path: nobody's words.
    pub(crate) linked: bool,
}

/// A text in lower case, without accents, width, invisible characters, punctuation and emoji: words parted
/// by one space each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Folded {
    pub(crate) text: String,
    pub(crate) words: Vec<Word>,
    /// A mark other than a hyphen or apostrophe, or an emoji, fell away.
    pub(crate) decorated: bool,
    /// Something fell away that an exact yes does not carry: a question mark, a symbol, an emoji that may
    /// turn the meaning.
    pub(crate) clouded: bool,
    /// Sentences that somebody laughs at, by their number.
    pub(crate) laughing: Vec<usize>,
    /// Something is asked.
    pub(crate) asking: bool,
    /// A stop sign was among the emoji.
    pub(crate) stopping: bool,
    /// One that turns somebody away was.
    pub(crate) refusing: bool,
}

impl Folded {
    /// The word at `index`; empty beyond the end.
    pub(crate) fn word(&self, index: usize) -> &str {
        self.words.get(index).and_then(|w| self.text.get(w.at.clone())).unwrap_or("")
    }

    /// Where the words `first..end` stand in the text as it came.
    pub(crate) fn raw(&self, words: &Range<usize>) -> Option<Range<usize>> {
        let first = self.words.get(words.start)?;
        let last = self.words.get(words.end.checked_sub(1)?)?;
        Some(first.raw.start..last.raw.end)
    }

    /// The words of each sentence, in order.
    pub(crate) fn sentences(&self) -> impl Iterator<Item = Range<usize>> {
        runs(&self.words, |word| word.sentence)
    }

    /// The words of each clause, in order.
    pub(crate) fn clauses(&self) -> impl Iterator<Item = Range<usize>> {
        runs(&self.words, |word| word.clause)
    }
}

fn runs<'w>(
    words: &'w [Word],
    part: impl Fn(&Word) -> usize + 'w,
) -> impl Iterator<Item = Range<usize>> + 'w {
    let mut from = 0;
    words.chunk_by(move |a, b| part(a) == part(b)).map(move |run| {
        let range = from..from + run.len();
        from = range.end;
        range
    })
}

/// Folds a text in one pass; `None` beyond [`LONGEST`] characters, or twice as many letters once taken apart.
///
/// Folding a folded text changes nothing. Compatibility forms are taken apart (NFKD), combining marks
/// dropped and the rest lowered; that NFKC would have put some together again makes no difference once
/// the marks are gone.
pub(crate) fn fold(text: &str) -> Option<Folded> {
    if text.len() > LONGEST && text.chars().nth(LONGEST).is_some() {
        return None;
    }
    let mut pen = Pen {
        folded: Folded { text: String::with_capacity(text.len()), ..Folded::default() },
        ..Pen::default()
    };
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let raw = at..at + c.len_utf8();
        if let Some(letter) = one_letter(c) {
            pen.letter(letter, &raw);
            continue;
        }
        let glued = rest.peek().is_some_and(|&(_, next)| next.is_alphanumeric());
        if c.is_ascii() {
            let spaced = c == '-' && !glued && pen.open.is_none();
            pen.cite(c);
            pen.sign(if spaced { Sign::Comma } else { sign(c) }, glued);
            pen.follow(c, glued);
        } else {
            pen.other(c, &raw, glued);
            // One character may stand for eighteen letters.
            if pen.letters > 2 * LONGEST {
                return None;
            }
        }
    }
    pen.close();
    Some(pen.folded)
}

/// How far into `shop.example/sale` the pen is.
#[derive(Default, Clone, Copy, PartialEq)]
enum Link {
    #[default]
    No,
    /// After a dot in the middle of a word.
    Host,
    /// After the slash that follows it.
    Path,
}

#[derive(Default)]
struct Pen {
    folded: Folded,
    /// Start of the open word: in the folded text and in the raw one, and the raw end so far.
    open: Option<(usize, Range<usize>)>,
    sentence: usize,
    clause: usize,
    quoted: bool,
    /// In a line that begins with `>`: a message that is answered.
    cited: bool,
    link: Link,
    letters: usize,
    /// Words written when the current sentence or clause began: an empty one gets no number.
    sentence_from: usize,
    clause_from: usize,
}

impl Pen {
    fn letter(&mut self, c: char, raw: &Range<usize>) {
        match &mut self.open {
            Some((_, range)) => range.end = raw.end,
            None => {
                if !self.folded.text.is_empty() {
                    self.folded.text.push(' ');
                }
                self.open = Some((self.folded.text.len(), raw.clone()));
            }
        }
        self.folded.text.push(c);
        self.letters += 1;
    }

    /// A character outside ASCII.
    fn other(&mut self, c: char, raw: &Range<usize>, glued: bool) {
        if !c.is_alphanumeric() {
            // Marks are sorted as they are: decomposition would tear `´` and `…` into something else.
            match sign(c) {
                Sign::Picture if u32::from(c) >= 0x1f200 => return self.sign(Sign::Picture, glued),
                Sign::Mark | Sign::Picture => {}
                known => return self.sign(known, glued),
            }
        }
        decompose_compatible(boxed_letter(c), |part| self.part(part, raw));
    }

    /// A character as decomposition leaves it.
    fn part(&mut self, part: char, raw: &Range<usize>) {
        if let Some(letter) = one_letter(part) {
            return self.letter(letter, raw);
        }
        self.slow_part(part, raw);
    }

    fn slow_part(&mut self, part: char, raw: &Range<usize>) {
        if canonical_combining_class(part) != 0 || invisible(part) {
            return;
        }
        if !part.is_alphanumeric() {
            return self.sign(sign(part), false);
        }
        for low in part.to_lowercase() {
            match plain_letters(low) {
                Some(plain) => plain.chars().for_each(|c| self.letter(c, raw)),
                None if canonical_combining_class(low) != 0 => {}
                None => self.letter(low, raw),
            }
        }
    }

    fn sign(&mut self, sign: Sign, glued: bool) {
        if sign == Sign::Nothing {
            return;
        }
        let inside = self.open.is_some() && glued;
        if sign == Sign::Apostrophe && inside && !self.elided() {
            return;
        }
        self.close();
        let folded = &mut self.folded;
        match sign {
            Sign::Nothing | Sign::Space | Sign::Joiner | Sign::Apostrophe => return,
            Sign::Line => return self.end_sentence(),
            Sign::Quote => self.quoted = !self.quoted,
            Sign::Comma | Sign::Stop | Sign::Agreeing => {}
            Sign::Question => (folded.clouded, folded.asking) = (true, true),
            Sign::Mark | Sign::Picture => folded.clouded = true,
            Sign::Laughing => {
                folded.clouded = true;
                let laughed_at = folded.words.last().map_or(0, |word| word.sentence);
                folded.laughing.push(laughed_at);
            }
            Sign::Stopping => (folded.clouded, folded.stopping) = (true, true),
            Sign::Refusing => (folded.clouded, folded.refusing) = (true, true),
        }
        folded.decorated = true;
        match sign {
            // "shop.example/stop" is no sentence "stop".
            _ if inside => {}
            Sign::Comma => self.end_clause(),
            Sign::Quote | Sign::Mark => {}
            _ => self.end_sentence(),
        }
    }

    /// Whether the open word is a French elision (`n'`, `qu'`), whose apostrophe parts words; that of
    /// "don't" does not.
    fn elided(&self) -> bool {
        let from = self.open.as_ref().map_or(0, |(from, _)| *from);
        let word = self.folded.text.get(from..).unwrap_or("");
        // An English "I'm" is one word; no elision leaves an `i`.
        word.chars().nth(1).is_none() && word != "i" || word == "qu"
    }

    fn close(&mut self) {
        if let Some((from, raw)) = self.open.take() {
            self.folded.words.push(Word {
                at: from..self.folded.text.len(),
                raw,
                sentence: self.sentence,
                clause: self.clause,
                quoted: self.quoted || self.cited,
                linked: self.link == Link::Path,
            });
        }
    }

    /// Sees a `>` at the head of a line, and the line's end.
    fn cite(&mut self, c: char) {
        match c {
            '>' if self.open.is_none() && self.folded.words.len() == self.sentence_from => self.cited = true,
            '\n' => {
                self.close();
                self.cited = false;
            }
            _ => {}
        }
    }

    /// Keeps track of links, after the word before `c` is closed.
    fn follow(&mut self, c: char, glued: bool) {
        self.link = match (c, self.link) {
            ('.', Link::No | Link::Host) if glued => Link::Host,
            ('/', Link::Host) => Link::Path,
            (c, Link::Path) if !c.is_ascii_whitespace() => Link::Path,
            _ => Link::No,
        };
    }

    fn end_clause(&mut self) {
        if self.folded.words.len() > self.clause_from {
            self.clause_from = self.folded.words.len();
            self.clause += 1;
        }
    }

    fn end_sentence(&mut self) {
        self.end_clause();
        if self.folded.words.len() > self.sentence_from {
            self.sentence_from = self.folded.words.len();
            self.sentence += 1;
        }
    }
}

/// What the alphabets below U+2000 fold to, where that is one letter; worked out once.
static ONE_LETTER: LazyLock<Vec<Option<char>>> = LazyLock::new(|| {
    let of = |code| {
        let mut pen = Pen::default();
        let mut letters = 0;
        let c = char::from_u32(code).filter(|c| c.is_alphanumeric() && !invisible(*c))?;
        decompose_compatible(c, |part| {
            letters += usize::from(part.is_alphanumeric() && canonical_combining_class(part) == 0);
            pen.slow_part(part, &(0..0));
        });
        let mut folded = pen.folded.text.chars();
        folded.next().filter(|_| letters == 1 && folded.next().is_none() && pen.folded.words.is_empty())
    };
    (0..0x2000).map(of).collect()
});

/// The short way through folding, for most letters of most texts.
fn one_letter(c: char) -> Option<char> {
    match u32::from(c) {
        _ if c.is_ascii_alphanumeric() => Some(c.to_ascii_lowercase()),
        0..0x80 => None,
        code @ 0x80..0x2000 => ONE_LETTER.get(code as usize).copied().flatten(),
        // Han.
        0x4e00..=0x9fff => Some(c),
        _ => None,
    }
}

/// White-on-black letters (🅂, 🅢, 🆂) have no decomposition in Unicode.
fn boxed_letter(c: char) -> char {
    let code = u32::from(c);
    let letter = match code {
        0x1f150..=0x1f169 => code - 0x1f150,
        0x1f170..=0x1f189 => code - 0x1f170,
        _ => return c,
    };
    u8::try_from(letter).map_or(c, |n| char::from(b'a'.saturating_add(n)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> String {
        fold(text).unwrap().text
    }

    #[test]
    fn what_does_not_change_the_meaning_is_gone() {
        for text in [
            "STOP",
            "stop",
            " Stop\n",
            "“STOP”",
            "ＳＴＯＰ",
            "S\u{200b}T\u{202e}OP",
            "stop 🙏🏽",
            "ѕTOP!".trim_start_matches('ѕ'),
            "STO\u{301}P.",
            "stop\u{fe0f}",
            "𝐒𝐓𝐎𝐏",
            "Ⓢⓣⓞⓟ",
            "🆂🆃🅾🅿",
            "**STOP**",
            "st\0op",
        ] {
            let expected = if text.starts_with('T') { "top" } else { "stop" };
            assert_eq!(words(text), expected, "{text:?}");
        }
        assert_eq!(words("ARRÊTEZ, s’il vous plaît"), "arretez s il vous plait");
        assert_eq!(words("Don’t n'envoyez qu'ici"), "dont n envoyez qu ici");
        assert_eq!(words("СТОП"), "стоп");
        assert_eq!(words("İPTAL ıptal ŁÓDŹ Straße"), "iptal iptal lodz strasse");
        assert_eq!(words("REZYGNUJĘ"), "rezygnuje");
        assert_eq!(words("הסר"), "הסר");
    }

    #[test]
    fn sentences_and_clauses_part_where_people_part_them() {
        let folded = fold("Ok, thanks. Stop!\nsee shop.example/stop now").unwrap();
        let sentences: Vec<_> = folded.sentences().collect();
        assert_eq!(sentences, [0..2, 2..3, 3..8]);
        assert_eq!(folded.clauses().count(), 4);
        assert_eq!(folded.raw(&(2..3)), Some(12..16));
    }

    #[test]
    fn ten_thousand_characters_are_read_and_no_more() {
        assert!(fold(&"é".repeat(LONGEST)).is_some());
        assert!(fold(&"é".repeat(LONGEST + 1)).is_none());
        assert!(fold(&"\u{301}".repeat(100_000)).is_none());
    }

    #[test]
    fn the_short_way_and_the_long_way_fold_alike() {
        for c in (0..=0xffff).filter_map(char::from_u32) {
            let Some(letter) = one_letter(c) else { continue };
            let mut pen = Pen::default();
            decompose_compatible(c, |part| pen.slow_part(part, &(0..0)));
            pen.close();
            assert_eq!((pen.folded.text, pen.folded.words.len()), (letter.to_string(), 1), "{c:?}");
        }
        assert_eq!((one_letter('é'), one_letter('Й'), one_letter('ß')), (Some('e'), Some('и'), None));
    }

    #[test]
    fn a_text_that_swells_is_not_read() {
        assert!(fold(&"ﷺ".repeat(LONGEST)).is_none());
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC*|[a-zA-ZÀ-ſ'’.!?\\s]{0,60}|.{0,60}") {
            let once = words(&text);
            prop_assert_eq!(words(&once), once);
        }

        #[test]
        fn words_tile_the_folded_text(text in ".{0,80}") {
            let folded = fold(&text).unwrap();
            let joined: Vec<&str> = (0..folded.words.len()).map(|i| folded.word(i)).collect();
            prop_assert_eq!(joined.join(" "), folded.text.clone());
            for word in &folded.words {
                prop_assert!(text.get(word.raw.clone()).is_some());
            }
        }
    }
}
