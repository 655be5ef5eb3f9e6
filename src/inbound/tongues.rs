//! The words of each language, one file a language, each row with where it comes from.
//!
//! **Keywords.** A text whose folded form is one of a row's words is read so at tier 1.
//! - `intent`: stop, start, help, join or confirm. Stop words hold in every language and country.
//! - `language`: ISO 639-1; decides the language of the answer.
//! - `countries`: where a help word holds, and whose answer's language it decides; empty: everywhere.
//! - `weak`: takes only politeness beside it at tier 2, for the word has other uses.
//! - `scope`: "all" where the word says more than the program.
//! - `contested_in`: contexts where the word more likely speaks of the order or the appointment: *unsure* there.
//! - `source`, `confidence`: where the word is documented; "market" rows are from memory and wait for a source.
//!
//! **Beside.** What may stand beside a keyword at tier 2: `polite` beside any stop or help keyword; `before` and
//! `after` a strong stop keyword; `about`, after one, is the subject that is meant; `asking` beside a help keyword.
//! `slips.never` lists words that are one slip away from a stop word and mean something else.
//!
//! **Phrases.** Free text (tiers 3 and 4), over folded words: no case, accents, apostrophes or punctuation. A pattern
//! is words parted by spaces; it never reaches over the end of a sentence.
//! - `a|b` either word, `a?` may be missing, `*` up to two words of any kind, `**` up to six;
//! - `abc~` any word that begins so, `<x>` a word of the file's class `x`, `^` the sentence begins (`^ *`: at most two words before), `$` it ends;
//! - a gap does not reach over a comma; that of a stop not over a word of `gaps.never` either (not, never);
//! - `intent`: stop or wrong_number (tier 3), unsure (tier 4), other (a shield).
//!
//! - `contested_in`: contexts in which the words more likely speak of something else: unsure there;
//! - `against`, of a shield: the one intent that it keeps away (`wrong_number`); without it, all;
//! - `scope = "all"`: says more than the program, whichever phrase decides;
//! - `earnest`: a stop that stands even in a sentence that somebody laughs in (else it is unsure there);
//! - `adds`: of an unsure row: with a phrase of another such row anywhere in the text it is a stop ("this is
//!   harassment. I never signed up");
//! - `reach`, of a shield: `words` (what it overlaps), `sentence` (whatever begins behind it in its sentence, too),
//!   `text` (all phrases of the text, and a keyword alone in a sentence is unsure; never an exact keyword),
//!   `keywords` (of this, only the latter).
//!
//! An unknown word of six letters or more that is one slip away from a word or stem of any phrase counts as it:
//! `mesages`, `recieve`. Words that are near one and are words themselves go to `slips.never`.
//!
//! A phrase that begins no later than another of a different intent, overlaps it and is not within it, wins: "dont
//! stop" shields "dont stop sending these"; "if you dont stop texting" contains it and stands. In quotation marks, or
//! in a sentence of laughter, a stop is only unsure; so is one in a line that begins with `>`.
//! A stop keyword in capitals that opens a text which is not is a stop, unless a shield begins with it.
//!
//! Sources of the phrases: FCC 24-24 (a reasonable person's reading), the vendors' lists and threads (Braze, IVIP, CPT,
//! MoveOn's variants written anew), the rest from use.

/// Every file with its name, in the order in which a word of several languages is looked for.
pub(super) const BUILTIN: [(&str, &str); 9] = [
    ("en", include_str!("tongues/en.toml")),
    ("fr", include_str!("tongues/fr.toml")),
    ("es", include_str!("tongues/es.toml")),
    ("de", include_str!("tongues/de.toml")),
    ("it", include_str!("tongues/it.toml")),
    ("pt", include_str!("tongues/pt.toml")),
    ("nl", include_str!("tongues/nl.toml")),
    ("pl", include_str!("tongues/pl.toml")),
    ("others", include_str!("tongues/others.toml")),
];
