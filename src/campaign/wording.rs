use std::collections::BTreeMap;

use crate::{
    content::{Finding, Lint, Said},
    message::{Body, CheckedTemplate, Counting, Kind, RenderError, Values},
    phone::Country,
    program::{Program, Sender},
};

/// What a campaign says: its template, and behind it what the law of the recipient's country wants to be said.
#[derive(Debug)]
pub(crate) struct Wording<'a> {
    lint: &'a Lint,
    program: &'a Program,
    kind: Kind,
    template: CheckedTemplate,
    footers: BTreeMap<Option<Country>, String>,
    /// Texts without values, with their segments: the same for everybody of a country.
    plain: BTreeMap<Option<Country>, (Body, u32)>,
}

impl<'a> Wording<'a> {
    pub(crate) const fn new(
        lint: &'a Lint,
        program: &'a Program,
        kind: Kind,
        template: CheckedTemplate,
    ) -> Self {
        Self { lint, program, kind, template, footers: BTreeMap::new(), plain: BTreeMap::new() }
    }

    /// The [`body`](Self::body) and its segments.
    pub(crate) fn made(
        &mut self,
        values: &Values,
        country: Option<Country>,
        sender: &Sender,
    ) -> Result<(Body, u32), RenderError> {
        if values.is_empty()
            && let Some(made) = self.plain.get(&country)
        {
            return Ok(made.clone());
        }
        let body = self.body(values, country, sender)?;
        let segments = body.segments(Counting::Standard).segments;
        if values.is_empty() {
            self.plain.insert(country, (body.clone(), segments));
        }
        Ok((body, segments))
    }

    /// The final text for somebody with these values, in this country, through this sender.
    pub(crate) fn body(
        &mut self,
        values: &Values,
        country: Option<Country>,
        sender: &Sender,
    ) -> Result<Body, RenderError> {
        let body = self.template.render(values)?;
        let footer = self.footer(country, sender);
        if footer.is_empty() { Ok(body) } else { Ok(Body::new(format!("{}{footer}", body.as_str()))?) }
    }

    fn footer(&mut self, country: Option<Country>, sender: &Sender) -> &str {
        if !self.footers.contains_key(&country) {
            let text = self.template.source().to_owned();
            let footer = self.said(&text, country, sender, |said| self.lint.footer(said).ok().flatten());
            self.footers.insert(country, footer.map(|footer| footer.suffix()).unwrap_or_default());
        }
        self.footers.get(&country).map_or("", String::as_str)
    }

    /// The template's source.
    pub(super) fn source(&self) -> &str {
        self.template.source()
    }

    /// The most segments that one message can take, with the longest footer of those made.
    pub(super) fn worst_case(&self) -> u32 {
        let longest = self.footers.values().max_by_key(|footer| footer.len()).map_or("", String::as_str);
        self.template.worst_case(longest, Counting::Standard).segments
    }

    /// What is missing or wrong in it for people of this country.
    pub(super) fn check(&self, country: Option<Country>, sender: &Sender) -> Vec<Finding> {
        let footer = self.footers.get(&country).map_or("", String::as_str);
        let text = format!("{}{footer}", self.template.source());
        self.said(&text, country, sender, |said| self.lint.check(said))
    }

    /// Asks something about a text, as said to people of this country.
    fn said<T>(
        &self,
        text: &str,
        country: Option<Country>,
        sender: &Sender,
        ask: impl Fn(&Said<'_>) -> T,
    ) -> T {
        let country = country.unwrap_or(sender.country());
        let said = Said::new(text, self.kind, country, sender.kind(), self.program.brand())
            .language(self.program.language_code());
        match sender.stop_code() {
            Some(code) => ask(&said.stop_code(code.as_str())),
            None => ask(&said),
        }
    }
}
