use std::collections::HashMap;

use serde::Deserialize;

use super::{
    Language, TableError,
    keywords::{language, wrong},
};
use crate::{codec::cbor_enum, consent::OneTimeCode, content::classify, message::Kind};

/// The answers that come with the library.
const BUILTIN: &str = include_str!("replies.toml");

cbor_enum! {
    /// An answer that a program gives by itself.
    pub enum ReplyKind {
        /// The one confirmation after a STOP.
        Stopped = 0, "stopped";
        /// Who writes, how to reach them, how to stop.
        Help = 1, "help";
        /// The opt-in took effect: brand, frequency, rates, HELP, STOP.
        Joined = 2, "joined";
        /// A START reopened the program.
        Reopened = 3, "reopened";
        /// The number is not the person's whom the program meant.
        WrongNumber = 4, "wrong_number";
        /// Asks for the second yes of a double opt-in.
        Question = 5, "question";
        /// Reminds of that question, once.
        Reminder = 6, "reminder";
        /// Asks for the code that the page shows.
        Code = 7, "code";
        /// Tells the code that the page takes.
        TextedCode = 8, "texted_code";
        /// The one confirmation after a STOP, which asks what of several things it meant.
        Clarify = 10, "clarify";
    }
}

/// The names that an answer is filled with.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The brand, as the person knows it.
    pub brand: &'a str,
    /// The program's name as the person knows it.
    pub program: &'a str,
    /// Where help is to be had: an address or a number.
    pub help: &'a str,
}

/// The answers in every language that has them.
///
/// ```
/// use optin::inbound::{Language, Names, Replies, ReplyKind, TableError};
/// let names = Names { brand: "Maison Lune", program: "Soldes", help: "aide@maisonlune.fr" };
/// let answer = Replies::builtin().reply(ReplyKind::WrongNumber, Language::FR, &names);
/// assert!(answer.starts_with("Maison Lune : désolé"));
///
/// let own = "[[reply]]\nkind = \"stopped\"\nlanguage = \"fr\"\ntext = \"{brand} : au revoir {nom}\"";
/// assert!(matches!(Replies::with_overlay(own), Err(TableError::Row { .. })));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Replies {
    texts: HashMap<(ReplyKind, Language), Vec<Part>>,
    /// Those of one program.
    own: HashMap<(String, ReplyKind, Language), Vec<Part>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(Box<str>),
    Brand,
    Program,
    Help,
    /// What one kind alone has: the choices, the code.
    Own,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    reply: Vec<Spec>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    kind: String,
    language: String,
    text: String,
    program: Option<String>,
}

impl Replies {
    /// The answers that come with the library: English, French, Spanish. A test reads the same table.
    #[must_use]
    pub fn builtin() -> Self {
        let mut replies = Self::default();
        let read = replies.add(BUILTIN, |_, _| false);
        debug_assert_eq!(read, Ok(()));
        replies
    }

    /// The library's answers, and the host's own in their place where it gives some: `[[reply]]` rows with
    /// `kind`, `language` and `text`, in which `{brand}`, `{program}` and `{help}` are filled in; `clarify` needs
    /// `{choices}`, and `texted_code` needs `{code}`. A row with a `program` is that program's alone.
    ///
    /// # Errors
    /// A table that does not read; an unknown kind, language or placeholder; one that is missing; an empty text; one of
    /// `stopped`, `help`, `wrong_number` and `clarify` that offers a discount or a gift.
    pub fn with_overlay(toml: &str) -> Result<Self, TableError> {
        let mut replies = Self::builtin();
        replies.add(toml, sells)?;
        Ok(replies)
    }

    fn add(&mut self, toml: &str, sells: impl Fn(ReplyKind, &[Part]) -> bool) -> Result<(), TableError> {
        let table: Table = basic_toml::from_str(toml).map_err(|e| TableError::Syntax(e.to_string()))?;
        for spec in table.reply {
            let row = format!("{}.{}", spec.language, spec.kind);
            let kind = ReplyKind::from_code(&spec.kind).ok_or_else(|| wrong(&row, "unknown kind".into()))?;
            let language = language(&row, &spec.language)?;
            let parts = parts(kind, &spec.text).map_err(|why| wrong(&row, why))?;
            if sells(kind, &parts) {
                return Err(wrong(&row, "it reads as marketing, and this answer sells nothing".into()));
            }
            match spec.program {
                Some(program) => self.own.insert((program, kind, language), parts),
                None => self.texts.insert((kind, language), parts),
            };
        }
        Ok(())
    }

    /// Whether there is an answer of this kind in this language itself.
    #[must_use]
    pub fn speaks(&self, kind: ReplyKind, language: Language) -> bool {
        self.texts.contains_key(&(kind, language))
    }

    /// The answer of this kind in this language, or in English where the language has none.
    #[must_use]
    pub fn reply(&self, kind: ReplyKind, language: Language, names: &Names<'_>) -> String {
        self.filled(kind, language, names, "")
    }

    /// The confirmation that asks which of these the STOP meant.
    pub(crate) fn clarify(&self, language: Language, names: &Names<'_>, choices: &str) -> String {
        self.filled(ReplyKind::Clarify, language, names, choices)
    }

    /// The text that tells this code.
    pub(crate) fn texted_code(&self, language: Language, names: &Names<'_>, code: &OneTimeCode) -> String {
        self.filled(ReplyKind::TextedCode, language, names, code.as_str())
    }

    fn filled(&self, kind: ReplyKind, language: Language, names: &Names<'_>, its_own: &str) -> String {
        let own = |language| self.own.get(&(names.program.to_owned(), kind, language));
        let all = |language| self.texts.get(&(kind, language));
        let said = |language| own(language).or_else(|| all(language));
        let parts = said(language).or_else(|| said(Language::EN));
        parts.map_or_else(String::new, |parts| fill(parts, names, its_own))
    }
}

/// Whether an answer to somebody who asked for nothing, or for nothing more, reads as marketing.
fn sells(kind: ReplyKind, parts: &[Part]) -> bool {
    let asked = [ReplyKind::Stopped, ReplyKind::Help, ReplyKind::WrongNumber, ReplyKind::Clarify];
    if !asked.contains(&kind) {
        return false;
    }
    let names = Names { brand: "Maison Lune", program: "club", help: "help@example.com" };
    let read = classify(&fill(parts, &names, "123456"));
    // A way back may sound like an offer; a discount is one.
    let offers = read.reasons.iter().any(|reason| ["discount", "sale", "coupon", "gift"].contains(reason));
    read.sure && read.kind == Kind::Marketing && offers
}

fn fill(parts: &[Part], names: &Names<'_>, its_own: &str) -> String {
    let said = parts.iter().map(|part| match part {
        Part::Text(text) => text,
        Part::Brand => names.brand,
        Part::Program => names.program,
        Part::Help => names.help,
        Part::Own => its_own,
    });
    said.collect()
}

fn parts(kind: ReplyKind, text: &str) -> Result<Vec<Part>, String> {
    let its_own = match kind {
        ReplyKind::Clarify => Some("choices"),
        ReplyKind::TextedCode => Some("code"),
        _ => None,
    };
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or("a brace is not closed")?;
        parts.push(Part::Text(before.into()));
        parts.push(match name {
            "brand" => Part::Brand,
            "program" => Part::Program,
            "help" => Part::Help,
            own if its_own == Some(own) => Part::Own,
            other => return Err(format!("unknown placeholder `{{{other}}}`")),
        });
        rest = after;
    }
    if text.trim().is_empty() || rest.contains('}') {
        return Err("an empty text, or a brace that was not opened".into());
    }
    parts.push(Part::Text(rest.into()));
    match its_own.filter(|_| !parts.contains(&Part::Own)) {
        Some(missing) => Err(format!("`{{{missing}}}` is missing")),
        None => Ok(parts),
    }
}
