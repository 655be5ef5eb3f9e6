use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    consent::{Sent, State},
    content::{Finding, FindingCode, Lint, Said, Severity, classify},
    id::Name,
    message::{
        Body, CheckedTemplate, Counting, Kind, Letters, Locale, RenderError, ValueFault, Values, smart,
    },
    phone::Country,
    program::{Program, Sender},
};

/// How long what a first message told is taken as told: vendors read the CTIA's handbook as once a month.
const TOLD: TimeDelta = TimeDelta::days(30);

/// Tags that say who speaks, and what takes a STOP.
const OWN: [&str; 2] = ["brand", "stop_code"];

/// What a campaign says: its texts, and behind them what the law of the recipient's country wants to be said.
#[derive(Debug)]
pub(crate) struct Wording<'a> {
    lint: &'a Lint,
    program: &'a Program,
    kind: Kind,
    declared: Kind,
    vouched: bool,
    smart: Option<Letters>,
    ending: bool,
    /// With its language; the first is for whoever has none of the others.
    texts: Vec<(String, CheckedTemplate)>,
    /// Of each, as those read it who have every value, and who have none.
    extremes: Vec<Option<[String; 2]>>,
    /// The tags that are filled from program and sender, whatever the values say.
    own: Vec<&'static str>,
    /// The tags of all texts whose values are links.
    links: Vec<Box<str>>,
    made: BTreeMap<Reader, Made>,
}

/// Of whom it depends what is put behind a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reader {
    pub(crate) country: Option<Country>,
    /// Nothing came from the program of late.
    pub(crate) first: bool,
    /// A BCP 47 tag.
    pub(crate) language: String,
}

#[derive(Debug)]
struct Made {
    sender: Sender,
    text: usize,
    footer: String,
    /// A text without values, with its segments: the same for everybody.
    plain: Option<(Body, u32)>,
}

impl Reader {
    /// Somebody with these values, who is in this country and has this history with the program.
    pub(crate) fn of(
        program: &Program,
        values: &Values,
        country: Option<Country>,
        state: &State,
        at: DateTime<Utc>,
    ) -> Self {
        let since_ms = (at - TOLD).timestamp_millis();
        // Only marketing tells of help and rates.
        let tells = |sent: &Sent| sent.kind == Kind::Marketing && sent.answer.is_none() && sent.debits();
        let told = |name: &Name| {
            state.sends.iter().any(|sent| sent.program == *name && sent.at_ms > since_ms && tells(sent))
        };
        let named = values.find("language").map(str::trim).filter(|tag| is_tag(tag));
        let language = named.unwrap_or_else(|| program.language_code()).to_owned();
        Self { country, first: !told(program.name()), language }
    }
}

impl<'a> Wording<'a> {
    pub(crate) fn new(
        lint: &'a Lint,
        program: &'a Program,
        kind: Kind,
        texts: Vec<(String, CheckedTemplate)>,
    ) -> Self {
        let links: BTreeSet<Box<str>> =
            texts.iter().flat_map(|(_, text)| text.links().map(Into::into)).collect();
        Self {
            lint,
            program,
            kind,
            declared: kind,
            vouched: false,
            smart: None,
            ending: false,
            extremes: texts.iter().map(|(_, text)| text.extremes()).collect(),
            own: OWN.into_iter().filter(|tag| texts.iter().any(|(_, text)| text.has(tag))).collect(),
            texts,
            links: links.into_iter().collect(),
            made: BTreeMap::new(),
        }
    }

    /// The same, called this by its author; `vouched` if somebody answers for that.
    pub(crate) fn called(self, declared: Kind, vouched: bool) -> Self {
        Self { declared, vouched, ..self }
    }

    /// The same with its typography made plain.
    pub(crate) fn smart(self, smart: Option<Letters>) -> Self {
        Self { smart, ..self }
    }

    /// Whether the links among these values lead where links may lead at all.
    ///
    /// # Errors
    /// One leads through a public shortener or to a bare address.
    pub(crate) fn judge_links(&self, values: &Values) -> Result<(), RenderError> {
        // As it will be read: what looks like a dot may become one.
        let shown =
            |value: &str| self.smart.map_or_else(|| value.to_owned(), |letters| smart(value, letters).text);
        let astray = |tag: &&str| values.find(tag).is_some_and(|value| self.lint.leads_astray(&shown(value)));
        let fault = |tag: &str| RenderError::Value { tag: tag.into(), fault: ValueFault::Host };
        self.links.iter().map(|tag| &**tag).find(astray).map_or(Ok(()), |tag| Err(fault(tag)))
    }

    /// The same about an offer that ends.
    pub(crate) fn ending(self, ending: bool) -> Self {
        Self { ending, ..self }
    }

    /// The final text for this reader with these values, through this sender, and its segments.
    pub(crate) fn body(
        &mut self,
        values: &Values,
        reader: &Reader,
        sender: &Sender,
    ) -> Result<(Body, u32), RenderError> {
        if !self.made.contains_key(reader) {
            let made = self.make(reader, sender);
            self.made.insert(reader.clone(), made);
        }
        let (locale, is_plain) = (Self::locale(reader), values.is_empty());
        let Some(made) = self.made.get_mut(reader) else {
            return Err(RenderError::Missing { tag: "".into() });
        };
        if let Some(plain) = made.plain.as_ref().filter(|_| is_plain) {
            return Ok(plain.clone());
        }
        let Some((_, text)) = self.texts.get(made.text) else {
            return Err(RenderError::Missing { tag: "".into() });
        };
        // Before they are judged: what looks like a dot may become one.
        let plain = self.smart.map(|letters| values.map(|value| smart(value, letters).text));
        let mut values = Cow::Borrowed(plain.as_ref().unwrap_or(values));
        for tag in &self.own {
            let is = if *tag == "brand" { self.program.brand() } else { made.sender.takes_stop().as_str() };
            values.to_mut().set(tag, is);
        }
        let mut body = text.render_in(&values, locale)?;
        if self.kind != Kind::Marketing && !self.vouched && text.has_words() {
            let read = classify(body.as_str());
            if read.sure && read.kind == Kind::Marketing {
                return Err(RenderError::Sells);
            }
        }
        if !made.footer.is_empty() {
            body = Body::new(format!("{}{}", body.as_str(), made.footer))?;
        }
        if let Some(letters) = self.smart {
            body = Body::new(smart(body.as_str(), letters).text)?;
        }
        let segments = body.segments(Counting::Standard).segments;
        if is_plain {
            made.plain = Some((body.clone(), segments));
        }
        Ok((body, segments))
    }

    /// The reader's language, as it is written in the reader's country.
    fn locale(reader: &Reader) -> Locale {
        let region = reader.country.filter(|_| !reader.language.contains(['-', '_']));
        match region {
            Some(region) => Locale::of(&format!("{}-{region}", reader.language)),
            None => Locale::of(&reader.language),
        }
    }

    fn make(&self, reader: &Reader, sender: &Sender) -> Made {
        let text = self.text_for(&reader.language);
        // What one lacks all get.
        let lacks = |source| self.said(source, reader, sender, |said| self.lint.footer(said).ok().flatten());
        let footer = self.sources(text).find_map(lacks);
        let footer = footer.map(|footer| footer.suffix()).unwrap_or_default();
        Made { sender: sender.clone(), text, footer, plain: None }
    }

    /// A text as it was written, and as its readers will see it.
    fn sources(&self, text: usize) -> impl Iterator<Item = &str> {
        let written = self.texts.get(text).map_or("", |(_, text)| text.source());
        let seen = self.extremes.get(text).and_then(Option::as_ref).into_iter().flatten();
        std::iter::once(written).chain(seen.map(String::as_str))
    }

    /// Whether this text may be said to this reader through this sender, as far as the way out goes.
    pub(crate) fn may_say(&self, body: &Body, reader: &Reader, sender: &Sender) -> bool {
        !self.said(body.as_str(), reader, sender, |said| self.lint.check(said)).iter().any(has_no_way_out)
    }

    /// The text of this very tag, else of its language, else the first.
    fn text_for(&self, language: &str) -> usize {
        let spoken = |tag: &str| tag.split(['-', '_']).next().unwrap_or("").to_lowercase();
        let exact = self.texts.iter().position(|(tag, _)| tag.eq_ignore_ascii_case(language));
        exact.or_else(|| self.texts.iter().position(|(tag, _)| spoken(tag) == spoken(language))).unwrap_or(0)
    }

    /// The tags of all texts whose values are links.
    pub(super) fn links(&self) -> &[Box<str>] {
        &self.links
    }

    /// The sources of all texts.
    pub(super) fn source(&self) -> Cow<'_, str> {
        match &self.texts[..] {
            [(_, only)] => only.source().into(),
            texts => texts.iter().map(|(tag, text)| format!("{tag}\0{}\0", text.source())).collect(),
        }
    }

    /// The most segments that one message can take, with the footers of those made.
    pub(super) fn worst_case(&self) -> u32 {
        let of = |text: usize, footer: &str| {
            let text = self.texts.get(text);
            text.map_or(0, |(_, text)| text.worst_case(footer, Counting::Standard).segments)
        };
        let made = self.made.values().map(|made| of(made.text, &made.footer));
        made.max().unwrap_or_else(|| (0..self.texts.len()).map(|text| of(text, "")).max().unwrap_or(0))
    }

    /// What is added behind the texts, each line once a country.
    pub(super) fn footers(&self) -> Vec<(Country, String)> {
        let added = self.made.iter().filter(|(_, made)| !made.footer.is_empty());
        let mut added: Vec<_> = added
            .map(|(reader, made)| (place(reader, &made.sender), made.footer.trim_start().to_owned()))
            .collect();
        added.sort();
        added.dedup();
        added
    }

    /// Makes every text for whoever would read it at this sender, whether or not anybody does.
    pub(super) fn make_all(&mut self, sender: &Sender) {
        let read: BTreeSet<usize> = self.made.values().map(|made| made.text).collect();
        for (at, (language, _)) in self.texts.iter().enumerate().filter(|(at, _)| !read.contains(at)) {
            let reader = Reader { country: None, first: true, language: language.clone() };
            let made = Made { text: at, ..self.make(&reader, sender) };
            self.made.insert(reader, made);
        }
    }

    /// What is missing or wrong in it for those readers for whom it was made, each once a country.
    pub(crate) fn findings(&self) -> Vec<(Country, Finding)> {
        let mut all: Vec<(Country, Finding)> = Vec::new();
        for (reader, made) in &self.made {
            let footer = made.footer.strip_prefix('\n').unwrap_or(&made.footer);
            let place = place(reader, &made.sender);
            for (nth, source) in self.sources(made.text).enumerate() {
                let check = |said: &Said<'_>| self.lint.check(&said.footer(footer));
                for finding in self.said(source, reader, &made.sender, check) {
                    // Of what is found as it was written, the place in it is told.
                    let known = |(at, old): &(Country, Finding)| {
                        let same = nth > 0 && old.code == finding.code && old.rule == finding.rule;
                        *at == place && (same || *old == finding)
                    };
                    if !all.iter().any(known) {
                        all.push((place, finding));
                    }
                }
            }
        }
        all
    }

    /// Asks something about a text, as said to this reader.
    fn said<T>(&self, text: &str, reader: &Reader, sender: &Sender, ask: impl Fn(&Said<'_>) -> T) -> T {
        let said = Said::new(text, self.kind, place(reader, sender), sender.kind(), self.program.brand())
            .language(&reader.language)
            .declared(self.declared)
            .vouched(self.vouched)
            .first_message(reader.first)
            .offer_ends(self.ending)
            .age_checked(self.program.is_age_checked())
            .sender_id(sender.id().as_str())
            .domains(self.program.domains());
        match sender.stop_code() {
            Some(code) => ask(&said.stop_code(code.as_str())),
            None => ask(&said),
        }
    }
}

/// An opt-out line is missing that the law wants, or leads nowhere.
pub(crate) fn has_no_way_out(finding: &Finding) -> bool {
    matches!(finding.code, FindingCode::OptOutMissing | FindingCode::OptOutForm)
        && finding.severity == Severity::Error
}

/// Whether this may be a language's tag: whatever else an export has in that column is none.
fn is_tag(tag: &str) -> bool {
    (2..=12).contains(&tag.len())
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Where a reader is; where that is not known, where the sender is.
fn place(reader: &Reader, sender: &Sender) -> Country {
    reader.country.unwrap_or(sender.country())
}
