//! The look of a text: apostrophes and spaces of each language, and lines that fit.

use crate::law::Language;

/// How many characters fit in a line.
const WIDTH: usize = 100;

/// Typographic apostrophes, and in French the spaces before punctuation that must not break.
pub(super) fn typeset(text: &str, language: Language) -> String {
    let text = text.replace('\'', "’");
    match language {
        Language::English => text,
        Language::French => text
            .replace(" :", "\u{a0}:")
            .replace(" ;", "\u{202f};")
            .replace(" ?", "\u{202f}?")
            .replace(" !", "\u{202f}!")
            .replace("« ", "«\u{a0}")
            .replace(" »", "\u{a0}»"),
        // Whoever adds a language adds its marks.
        #[allow(unreachable_patterns, reason = "the list of languages grows")]
        _ => text,
    }
}

/// Adds a paragraph, its first line behind `lead`, the others as far in; lines break at plain spaces only.
pub(super) fn paragraph(out: &mut String, lead: &str, text: &str) {
    let indent = lead.chars().count();
    let mut column = indent;
    out.push_str(lead);
    let mut first = true;
    for word in text.split_ascii_whitespace() {
        let width = word.chars().count();
        if !first && column + 1 + width > WIDTH {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if !first {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
        first = false;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_plain_spaces_only() {
        let mut out = String::new();
        let text = "mot ".repeat(30) + "21\u{a0}h\u{a0}30";
        paragraph(&mut out, "  - ", &text);
        assert!(out.lines().all(|line| line.chars().count() <= WIDTH), "{out}");
        assert_eq!(out.lines().count(), 2);
        assert!(out.contains("\n    mot"), "{out}");
        assert!(out.ends_with("21\u{a0}h\u{a0}30\n"));
    }

    #[test]
    fn french_marks_stay_with_their_words() {
        let plain = "L'envoi est refusé : pourquoi ? « STOP » ; c'est dit.";
        let set = "L’envoi est refusé\u{a0}: pourquoi\u{202f}? «\u{a0}STOP\u{a0}»\u{202f}; c’est dit.";
        assert_eq!(typeset(plain, Language::French), set);
        assert_eq!(typeset("the brand's", Language::English), "the brand’s");
    }
}
