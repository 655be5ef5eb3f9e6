//! Exact keywords and the words that may stand beside them, read from the files of `tongues`.

use std::{collections::HashMap, sync::Arc};

use serde::Deserialize;

use super::{
    Context, Intent, Language, Reading, TableError,
    fold::fold,
    words::{Beside, WordMap},
};
use crate::phone::Country;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeywordSpec {
    id: String,
    intent: String,
    language: String,
    #[serde(default)]
    countries: Vec<String>,
    #[serde(default)]
    weak: bool,
    scope: Option<String>,
    #[serde(default)]
    contested_in: Vec<String>,
    words: Vec<String>,
    source: String,
    confidence: String,
}

impl KeywordSpec {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    pub(super) fn stops(&self) -> bool {
        self.intent == Intent::Stop.code()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BesideSpec {
    language: String,
    #[serde(default)]
    polite: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    asking: String,
    #[serde(default)]
    echo: String,
    #[serde(default)]
    all: String,
    #[serde(default)]
    laugh: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SlipSpec {
    #[serde(default)]
    pub(super) never: String,
}

/// One row: what its words mean, and where.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: Arc<str>,
    pub(super) intent: Intent,
    pub(super) language: Language,
    countries: Vec<Country>,
    pub(super) weak: bool,
    pub(super) all: bool,
    contested: Vec<Context>,
}

impl Row {
    /// Whether in this context the word more likely speaks of something else.
    pub(super) fn contested(&self, context: Context) -> bool {
        self.contested.contains(&context)
    }

    fn here(&self, country: Option<Country>) -> bool {
        self.countries.is_empty() || country.is_none_or(|c| self.countries.contains(&c))
    }
}

/// Every exact keyword.
#[derive(Debug, Clone, Default)]
pub(super) struct Keywords {
    rows: Vec<Row>,
    by_word: WordMap<Vec<usize>>,
    /// Strong stop words with their spaces squeezed out: `s t o p`, `un subscribe`.
    squeezed: HashMap<Box<str>, usize>,
    /// Strong stop words of one word, for slips, with their row.
    pub(super) strong: Vec<(Box<str>, usize)>,
    /// Words in the longest keyword.
    longest: usize,
}

impl Keywords {
    /// Adds one row; `overlay` rows may not touch a stop word.
    pub(super) fn add(&mut self, spec: &KeywordSpec, overlay: bool) -> Result<(), TableError> {
        let row = self.rows.len();
        let parsed = parse(spec)?;
        for word in &spec.words {
            let folded = fold(word).unwrap_or_default();
            if folded.words.is_empty() {
                return Err(wrong(&spec.id, format!("`{word}` folds to nothing")));
            }
            for &other in self.by_word.find(&folded.text).into_iter().flatten() {
                // A row that is not there yet is this one.
                let known = self.rows.get(other).map_or(parsed.intent, |r| r.intent);
                if known != parsed.intent {
                    return Err(match known {
                        Intent::Stop if overlay => {
                            TableError::TakesStopAway { row: spec.id.clone(), word: folded.text }
                        }
                        _ => wrong(&spec.id, format!("`{word}` already has another intent")),
                    });
                }
            }
            if parsed.intent == Intent::Stop && !parsed.weak {
                self.squeezed.entry(folded.text.replace(' ', "").into()).or_insert(row);
                if folded.words.len() == 1 && !self.strong.iter().any(|(w, _)| **w == *folded.text) {
                    self.strong.push((folded.text.as_str().into(), row));
                }
            }
            self.longest = self.longest.max(folded.words.len());
            let rows = self.by_word.entry(&folded.text);
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        self.rows.push(parsed);
        Ok(())
    }

    pub(super) fn row(&self, row: usize) -> Option<&Row> {
        self.rows.get(row)
    }

    /// The most words that one keyword has.
    pub(super) const fn longest(&self) -> usize {
        self.longest
    }

    /// The row that a folded text is the word of, as far as this reading lets it count; where the word is
    /// several languages', the hinted one, then the program's, then the country's decides.
    pub(super) fn exact(&self, folded: &str, reading: &Reading<'_>, hint: Option<Language>) -> Option<&Row> {
        let rows = || self.by_word.find(folded).into_iter().flatten().filter_map(|&r| self.rows.get(r));
        let one_letter = folded.chars().nth(1).is_none();
        let counts = |row: &&Row| match row.intent {
            Intent::Stop => true,
            Intent::Confirm if one_letter => {
                reading.languages.is_empty() || reading.languages.contains(&row.language)
            }
            _ if row.countries.is_empty() || reading.country.is_some() => row.here(reading.country),
            _ => reading.languages.contains(&row.language),
        };
        let here = |row: &&Row| counts(row) && row.here(reading.country);
        hint.and_then(|language| rows().filter(counts).find(|r| r.language == language))
            .or_else(|| reading.languages.iter().find_map(|&l| rows().filter(here).find(|r| r.language == l)))
            .or_else(|| {
                let country = reading.country?;
                rows().filter(counts).find(|r| r.countries.contains(&country))
            })
            .or_else(|| rows().filter(counts).find(|r| r.countries.is_empty()))
            .or_else(|| rows().find(counts))
    }

    /// The strong stop word that a text without its spaces is.
    pub(super) fn squeezed(&self, text: &str) -> Option<&Row> {
        self.rows.get(*self.squeezed.get(text)?)
    }

    /// Whether a folded text is some keyword, whatever the reading.
    pub(super) fn knows(&self, folded: &str) -> bool {
        self.by_word.find(folded).is_some()
    }
}

fn parse(spec: &KeywordSpec) -> Result<Row, TableError> {
    let id = &spec.id;
    let intent = Intent::from_code(&spec.intent)
        .filter(|i| !matches!(i, Intent::Unsure | Intent::WrongNumber))
        .ok_or_else(|| wrong(id, format!("no keyword has the intent `{}`", spec.intent)))?;
    let countries = spec.countries.iter().map(|c| Country::new(c)).collect::<Result<_, _>>();
    let contested = spec.contested_in.iter().map(|c| Context::from_code(c)).collect::<Option<_>>();
    if spec.source.is_empty() || !matches!(spec.confidence.as_str(), "high" | "medium" | "low") {
        return Err(wrong(id, "needs a source and a confidence: high, medium or low".into()));
    }
    let all = match spec.scope.as_deref() {
        None | Some("program") => false,
        Some("all") => true,
        Some(other) => return Err(wrong(id, format!("unknown scope `{other}`"))),
    };
    Ok(Row {
        id: id.as_str().into(),
        intent,
        language: language(id, &spec.language)?,
        countries: countries.map_err(|e| wrong(id, e.to_string()))?,
        weak: spec.weak,
        all,
        contested: contested.ok_or_else(|| wrong(id, "unknown context".into()))?,
    })
}

/// Files the words of one language's row of bystanders.
pub(super) fn stand_beside(words: &mut WordMap<Beside>, spec: &BesideSpec) -> Result<(), TableError> {
    let language = language("beside", &spec.language)?;
    let roles = [
        (&spec.polite, Beside::POLITE),
        (&spec.before, Beside::BEFORE),
        (&spec.after, Beside::AFTER),
        (&spec.about, Beside::ABOUT),
        (&spec.asking, Beside::ASKING),
        (&spec.echo, Beside::BEFORE | Beside::ECHO),
        (&spec.all, Beside::AFTER | Beside::ALL),
        (&spec.laugh, Beside::LAUGH),
    ];
    for (list, role) in roles {
        for word in list.split_whitespace() {
            words.entry(&fold(word).unwrap_or_default().text).add(role, language);
        }
    }
    Ok(())
}

pub(super) fn language(row: &str, code: &str) -> Result<Language, TableError> {
    Language::new(code).map_err(|e| wrong(row, e.to_string()))
}

pub(super) fn wrong(row: &str, why: String) -> TableError {
    TableError::Row { row: row.to_owned(), why }
}
