use crate::program::SenderKind;
use crate::{message::Kind, phone::Country};

/// What is about to be said, by whom, to people where.
///
/// The text is a template's source or a final text; the footer is judged with it, on a line of its own.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    pub(super) text: &'a str,
    pub(super) footer: &'a str,
    pub(super) kind: Kind,
    pub(super) country: Country,
    pub(super) sender: SenderKind,
    pub(super) brand: &'a str,
    pub(super) language: &'a str,
    pub(super) stop_code: Option<&'a str>,
    pub(super) opt_out_link: Option<&'a str>,
}

impl<'a> Said<'a> {
    /// A text of this kind from this brand, through such a sender, to people in this country.
    #[must_use]
    pub const fn new(
        text: &'a str,
        kind: Kind,
        country: Country,
        sender: SenderKind,
        brand: &'a str,
    ) -> Self {
        Self {
            text,
            footer: "",
            kind,
            country,
            sender,
            brand,
            language: "",
            stop_code: None,
            opt_out_link: None,
        }
    }

    /// The same with a footer behind the text.
    #[must_use]
    pub const fn footer(self, footer: &'a str) -> Self {
        Self { footer, ..self }
    }

    /// The same in this language, a BCP 47 tag such as `fr` or `fr-CA`; only its first part counts.
    #[must_use]
    pub const fn language(self, language: &'a str) -> Self {
        Self { language, ..self }
    }

    /// The same, with the number that takes STOP when the sender cannot.
    #[must_use]
    pub const fn stop_code(self, code: &'a str) -> Self {
        Self { stop_code: Some(code), ..self }
    }

    /// The same, with a page where people opt out.
    #[must_use]
    pub const fn opt_out_link(self, link: &'a str) -> Self {
        Self { opt_out_link: Some(link), ..self }
    }

    pub(super) fn whole(&self) -> String {
        if self.footer.is_empty() { self.text.to_owned() } else { format!("{}\n{}", self.text, self.footer) }
    }
}
