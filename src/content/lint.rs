use std::{ops::Range, sync::OnceLock};

use super::{
    book::{Book, LintError},
    fold::Folded,
    rows::{Row, Severity},
    said::Said,
};
use crate::codec::cbor_enum;

cbor_enum! {
    /// What was found.
    #[non_exhaustive]
    pub enum FindingCode {
        /// The brand is not named.
        BrandMissing = 0, "brand_missing";
        /// Nothing says how to opt out.
        OptOutMissing = 1, "opt_out_missing";
        /// The opt-out line names a way that does not work from this sender, or not here.
        OptOutForm = 2, "opt_out_form";
        /// An opt-out line in a message that needs none.
        StopInTransactional = 3, "stop_in_transactional";
        /// No rule covers this message, so nothing says that it is right.
        NotCovered = 4, "not_covered";
        /// Nothing says how to get help.
        HelpMissing = 5, "help_missing";
        /// Nothing says that the carrier may charge for it.
        RatesMissing = 6, "rates_missing";
        /// Alcohol.
        ShaftAlcohol = 7, "shaft_alcohol";
        /// Firearms.
        ShaftFirearms = 8, "shaft_firearms";
        /// Tobacco and vaping.
        ShaftTobacco = 9, "shaft_tobacco";
        /// Sex.
        ShaftSex = 10, "shaft_sex";
        /// Hate and crude words.
        ShaftHate = 11, "shaft_hate";
        /// Cannabis, hemp flowers and CBD.
        Cannabis = 12, "cannabis";
        /// Games for money.
        Gambling = 13, "gambling";
        /// Credit that is offered.
        Loan = 14, "loan";
        /// Crypto-assets.
        Crypto = 15, "crypto";
        /// Debt collected for others, and relief from debt.
        Debt = 16, "debt";
        /// A link through a public shortener.
        Shortener = 17, "shortener";
        /// A link to a bare address.
        IpLink = 18, "ip_link";
        /// A link to somebody else's domain.
        LinkDomain = 19, "link_domain";
        /// Capitals, marks and spellings by which filters know spam.
        SpamLook = 20, "spam_look";
        /// The country's mark of advertising.
        LabelMissing = 21, "label_missing";
        /// The offer ends and the text does not say when.
        EndMissing = 22, "end_missing";
        /// It reads as marketing and is called something less.
        KindStricter = 23, "kind_stricter";
        /// It is called less than marketing, in a language that is not read.
        KindUnread = 24, "kind_unread";
    }
}

/// One thing that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub code: FindingCode,
    /// How bad it is.
    pub severity: Severity,
    /// The bytes at fault in the text with its footer (joined by one line feed); empty, at the end, for what is missing.
    pub span: Range<usize>,
    /// What to write there instead, if that is known.
    pub fix: Option<String>,
    /// The id of the row.
    pub rule: String,
    /// The passage that the row rests on.
    pub citation: String,
}

impl Finding {
    /// What a row says of these bytes.
    pub(super) fn by<R: Row>(row: &R, code: FindingCode, severity: Severity, span: Range<usize>) -> Self {
        let (rule, citation) = (row.id().to_owned(), row.citation().to_owned());
        Self { code, severity, span, fix: None, rule, citation }
    }

    /// The same with what to write there.
    pub(super) fn fix(self, fix: Option<impl Into<String>>) -> Self {
        Self { fix: fix.map(Into::into), ..self }
    }
}

/// The rules on what a message must say, and the lines that say it.
#[derive(Debug, Clone, Default)]
pub struct Lint {
    pub(super) book: Book,
}

impl Lint {
    /// The rules compiled into the library, read once.
    ///
    /// Should they not load (a test proves that they do), nothing is covered and every message is an error.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static LINT: OnceLock<Lint> = OnceLock::new();
        LINT.get_or_init(|| {
            Self::default()
                .with_overlay("lint.toml", include_str!("data/lint.toml"))
                .and_then(|lint| lint.with_overlay("restricted.toml", include_str!("data/restricted.toml")))
                .and_then(|lint| lint.with_overlay("footer.toml", include_str!("data/footer.toml")))
                .unwrap_or_default()
        })
    }

    /// These rules with a host's file over them: a row whose id is known is replaced, any other comes first.
    ///
    /// # Errors
    /// The file does not parse, or a row in it does not hold.
    pub fn with_overlay(&self, file: &str, toml: &str) -> Result<Self, LintError> {
        let mut book = self.book.clone();
        book.read(file, toml)?;
        Ok(Self { book })
    }

    /// All that is missing or wrong, in order of place.
    ///
    /// ```
    /// use optin::{content::{FindingCode, Lint, Said, SenderKind}, message::Kind, phone::Country};
    ///
    /// let said = |text| Said::new(text, Kind::Marketing, Country::FR, SenderKind::Alphanumeric, "Maison Lune");
    /// let good = "MAISON LUNE : -40 % ce soir. STOP au 36123";
    /// assert!(Lint::builtin().check(&said(good)).is_empty());
    ///
    /// // Nobody can answer a name.
    /// let found = Lint::builtin().check(&said("Maison Lune : -40 % ce soir. Répondez STOP").stop_code("36123"));
    /// assert_eq!(found[0].code, FindingCode::OptOutForm);
    /// assert_eq!(found[0].fix.as_deref(), Some("STOP au 36123"));
    /// ```
    #[must_use]
    pub fn check(&self, said: &Said<'_>) -> Vec<Finding> {
        let whole = said.whole();
        let folded = Folded::new(&whole);
        let mut found = Vec::new();
        self.check_brand(said, &whole, &mut found);
        self.check_opt_out(said, &folded, &mut found);
        self.check_wanted(said, &folded, &mut found);
        self.check_words(said, &whole, &mut found);
        self.check_links(said, &folded, &mut found);
        self.check_look(said, &whole, &folded, &mut found);
        found.sort_by_key(|finding| (finding.span.start, finding.code));
        found
    }
}

/// The row that fits: one that names the country before one that names none.
pub(super) fn pick<'r, R: Row>(rows: &'r [R], said: &Said<'_>) -> Option<&'r R> {
    let fits = |named: bool| {
        rows.iter().find(move |row| row.reach().holds(said.country, said.sender, said.kind) == Some(named))
    };
    fits(true).or_else(|| fits(false))
}

/// Nothing says that it is right.
pub(super) fn not_covered(what: &str, span: Range<usize>) -> Finding {
    Finding {
        code: FindingCode::NotCovered,
        severity: Severity::Error,
        span,
        fix: None,
        rule: what.to_owned(),
        citation: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::Lint;

    #[test]
    fn the_compiled_in_files_load() {
        for (file, toml) in [
            ("lint.toml", include_str!("data/lint.toml")),
            ("restricted.toml", include_str!("data/restricted.toml")),
            ("footer.toml", include_str!("data/footer.toml")),
        ] {
            Lint::default().with_overlay(file, toml).unwrap();
        }
        assert!(!Lint::builtin().book.opt_out.is_empty() && !Lint::builtin().book.footer.is_empty());
    }
}
