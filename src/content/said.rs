use crate::program::SenderKind;
use crate::{message::Kind, phone::Country};

/// Numbers of so many digits and more are no short codes.
const LONG: usize = 7;

/// What is about to be said, by whom, to people where.
///
/// The text is a template's source or a final text; the footer is judged with it, on a line of its own.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    pub(super) text: &'a str,
    pub(super) footer: &'a str,
    pub(super) kind: Kind,
    pub(super) declared: Kind,
    pub(super) vouched: bool,
    pub(super) country: Country,
    pub(super) sender: SenderKind,
    pub(super) brand: &'a str,
    pub(super) language: &'a str,
    pub(super) stop_code: Option<&'a str>,
    pub(super) opt_out_link: Option<&'a str>,
    pub(super) first_message: bool,
    pub(super) age_checked: bool,
    pub(super) offer_ends: bool,
    pub(super) sender_id: Option<&'a str>,
    pub(super) domains: &'a [String],
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
            declared: kind,
            vouched: false,
            country,
            sender,
            brand,
            language: "",
            stop_code: None,
            opt_out_link: None,
            first_message: false,
            age_checked: false,
            offer_ends: false,
            sender_id: None,
            domains: &[],
        }
    }

    /// The same, called this by its author though it is judged as what it was made with.
    #[must_use]
    pub const fn declared(self, kind: Kind) -> Self {
        Self { declared: kind, ..self }
    }

    /// The same, with somebody who answers for its kind: what the text reads as is not held against it.
    #[must_use]
    pub const fn vouched(self, vouched: bool) -> Self {
        Self { vouched, ..self }
    }

    /// The same as the first message that a person gets from the program, or the first of a month: where HELP and
    /// rates are told.
    #[must_use]
    pub const fn first_message(self, first: bool) -> Self {
        Self { first_message: first, ..self }
    }

    /// The same to people who all had their age checked before they joined.
    #[must_use]
    pub const fn age_checked(self, checked: bool) -> Self {
        Self { age_checked: checked, ..self }
    }

    /// The same about an offer that ends: the text should say when.
    #[must_use]
    pub const fn offer_ends(self, ends: bool) -> Self {
        Self { offer_ends: ends, ..self }
    }

    /// The same under this sender id: the name that the handset shows.
    #[must_use]
    pub const fn sender_id(self, id: &'a str) -> Self {
        Self { sender_id: Some(id), ..self }
    }

    /// The same by a program whose links lead to these domains and what is beneath them, in small letters.
    #[must_use]
    pub const fn domains(self, domains: &'a [String]) -> Self {
        Self { domains, ..self }
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

    /// The first part of the language's tag, in small letters.
    pub(super) fn spoken(&self) -> String {
        self.language.split(['-', '_']).next().unwrap_or("").to_lowercase()
    }

    /// Whether a STOP to this number reaches the sender: its own, or the one that takes its STOP. Of a sender that is not
    /// named, or by letters alone, nothing is known.
    pub(super) fn may_take(&self, number: &str) -> bool {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let is_number = |id: &&str| !id.chars().any(char::is_alphabetic);
        let mut known = [self.stop_code, self.sender_id].into_iter().flatten().filter(is_number).peekable();
        let asked = digits(number);
        // A long number is written with its country or without.
        let asked = asked.trim_start_matches('0');
        let same = |own: &str| own.ends_with(asked) || asked.ends_with(own);
        number.starts_with('{')
            || known.peek().is_none()
            || known.map(digits).any(|own| own == asked || own.len().min(asked.len()) >= LONG && same(&own))
    }

    pub(super) fn whole(&self) -> String {
        if self.footer.is_empty() { self.text.to_owned() } else { format!("{}\n{}", self.text, self.footer) }
    }
}
