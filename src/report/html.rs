use std::fmt::Write;

/// Text that stands in a page as text, whatever it holds.
pub(super) struct Text<'t>(pub(super) &'t str);

impl std::fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            // Controls and signs that turn the direction of writing could make a line read otherwise than it is.
            '\n' | '\t' => f.write_char(c),
            c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                write!(f, "\\u{{{:x}}}", u32::from(c))
            }
            c => f.write_char(c),
        })
    }
}
