//! How a text was read, step by step, for the person who has to answer for it.

use std::ops::Range;

use serde::Deserialize;

use super::{
    Intent, Learnt, Matcher, Reading, Understood,
    fold::{Folded, fold},
    scorer::{Ruled, Sight},
    tongues,
};
use crate::policy::Language;

/// How a text was read: the words that were left of it, what each tier made of them, and the row that decided.
///
/// ```
/// use optin::{inbound::{Intent, Matcher, Reading}, policy::Language};
/// let matcher = Matcher::builtin();
/// let told = matcher.explain("Arrêtez, svp !", &Reading::default());
/// assert_eq!((told.understood.intent, told.understood.tier), (Intent::Stop, 2));
/// assert_eq!(told.folded, ["arretez", "svp"]);
/// assert_eq!(told.source.map(|source| source.confidence), Some("medium".into()));
///
/// let held = matcher.explain("don't stop sending these", &Reading::default());
/// assert_eq!(held.understood.intent, Intent::Other);
/// assert!(held.phrases.iter().any(|phrase| phrase.intent == Intent::Other));     // the shield
/// assert!(held.lines(Language::French).last().is_some_and(|line| line.contains("autre")));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// The words that were read: without case, accents, marks and invisible characters.
    pub folded: Vec<String>,
    /// What [`Matcher::read`] answers.
    pub understood: Understood,
    /// What each tier made of it, in order; the last one decided.
    pub steps: Vec<Step>,
    /// Every phrase that was found, in order, whether it counted or not. Those with the intent `other` are shields.
    pub phrases: Vec<Seen>,
    /// What the scorer, which weighs free text beside the rules, makes of it; none where a keyword decided.
    pub learnt: Option<Learnt>,
    /// Where the deciding row comes from, if it is one of the library's.
    pub source: Option<RowSource>,
}

/// One tier's turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// 1 exact keyword, 2 keyword in company, 3 free text, 4 in doubt.
    pub tier: u8,
    /// What came of it.
    pub outcome: Outcome,
    /// The row, if one was met.
    pub rule: Option<String>,
}

/// What came of a tier's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It read the text.
    Decided,
    /// Nothing of it fits.
    Nothing,
    /// A keyword, but not here: no such question is pending, or a mark makes it something else.
    NotHere,
    /// It fits, and in this context it more likely speaks of something else.
    Contested,
    /// Phrases were found, and none of them stands: something shields, or turns, each of them.
    Shielded,
    /// It looks like a wish to stop and is not plain.
    Doubtful,
    /// Too long, or too much in it, to be read.
    TooMuch,
}

/// A phrase that was found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its row.
    pub rule: String,
    /// What the row says of it.
    pub intent: Intent,
    /// Byte range in the text as it came.
    pub at: Option<Range<usize>>,
    /// Whether its row decided.
    pub counts: bool,
}

/// Where a row of the tables comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowSource {
    /// The row.
    pub rule: String,
    /// Who says so; empty: the library's own reading of ordinary language.
    pub source: String,
    /// `high`, `medium` or `low`; empty where the row names none.
    pub confidence: String,
}

impl Matcher {
    /// [`read`](Self::read), with the reasons. For people, not for every text: it costs several times as much.
    #[must_use]
    pub fn explain(&self, text: &str, reading: &Reading<'_>) -> Explanation {
        let understood = self.read(text, reading);
        let folded = fold(text);
        let (mut steps, mut phrases, mut learnt) = (Vec::new(), Vec::new(), None);
        match &folded {
            None => steps.push(Step { tier: 4, outcome: Outcome::TooMuch, rule: None }),
            Some(folded) if folded.words.is_empty() => {
                let tier = understood.tier;
                steps.push(Step { tier, outcome: ended(&understood), rule: None });
            }
            Some(folded) => {
                phrases = self.seen(folded, &understood);
                steps = self.steps(folded, reading, &understood, &phrases);
                if steps.len() > 2 {
                    learnt = self.learnt(text, folded, reading);
                }
            }
        }
        let folded = folded.unwrap_or_default();
        let words = (0..folded.words.len()).map(|at| folded.word(at).to_owned()).collect();
        let source = source_of(&understood.rule);
        Explanation { folded: words, understood, steps, phrases, learnt, source }
    }

    fn steps(
        &self,
        folded: &Folded,
        reading: &Reading<'_>,
        understood: &Understood,
        phrases: &[Seen],
    ) -> Vec<Step> {
        let rule = |read: &Understood| Some(read.rule.to_string());
        let mut steps = Vec::new();
        if let Some(read) = self.exact(folded, reading) {
            let outcome = match read.intent {
                Intent::Unsure => Outcome::Contested,
                Intent::Other => Outcome::NotHere,
                _ => Outcome::Decided,
            };
            steps.push(Step { tier: read.tier.max(1), outcome, rule: rule(&read) });
            return steps;
        }
        steps.push(Step { tier: 1, outcome: Outcome::Nothing, rule: None });
        if let Some(read) = self.in_company(folded, reading) {
            let outcome = if read.tier == 4 { Outcome::Doubtful } else { Outcome::Decided };
            steps.push(Step { tier: 2, outcome, rule: rule(&read) });
            return steps;
        }
        steps.push(Step { tier: 2, outcome: Outcome::Nothing, rule: None });
        let outcome = match understood.intent {
            Intent::Other if phrases.is_empty() => Outcome::Nothing,
            Intent::Other => Outcome::Shielded,
            _ => ended(understood),
        };
        let decided = matches!(outcome, Outcome::Decided | Outcome::Doubtful);
        let tier = if understood.tier == 4 { 4 } else { 3 };
        steps.push(Step { tier, outcome, rule: decided.then(|| understood.rule.to_string()) });
        steps
    }

    fn learnt(&self, text: &str, folded: &Folded, reading: &Reading<'_>) -> Option<Learnt> {
        let found = self.phrases.find(folded).ok()?;
        let read = self.by_rules(text, folded, reading, &found);
        let rules = Ruled { read: read.as_ref(), found: &found, phrases: &self.phrases };
        Some(self.scorer?.tell(Sight { folded, context: reading.context, rules: Some(rules) }))
    }

    fn seen(&self, folded: &Folded, understood: &Understood) -> Vec<Seen> {
        let found = self.phrases.find(folded).unwrap_or_default();
        let mut seen: Vec<Seen> = Vec::new();
        for found in found {
            let Some(phrase) = self.phrases.phrase(found.phrase) else { continue };
            let one = Seen {
                rule: phrase.id.to_string(),
                intent: phrase.intent,
                at: folded.raw(&found.words),
                counts: phrase.id == understood.rule,
            };
            if !seen.contains(&one) {
                seen.push(one);
            }
        }
        seen
    }
}

fn ended(understood: &Understood) -> Outcome {
    match (understood.intent, &*understood.rule) {
        (Intent::Unsure, "too-long" | "too-dense") => Outcome::TooMuch,
        (Intent::Unsure, _) => Outcome::Doubtful,
        (Intent::Other, _) => Outcome::Nothing,
        _ => Outcome::Decided,
    }
}

#[derive(Deserialize)]
struct Sources {
    #[serde(default)]
    keyword: Vec<SourceRow>,
    #[serde(default)]
    phrase: Vec<SourceRow>,
}

#[derive(Deserialize)]
struct SourceRow {
    id: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    confidence: String,
}

/// Looked up in the tables as they are written: nobody needs it to read a text.
fn source_of(rule: &str) -> Option<RowSource> {
    let tables = tongues::BUILTIN.iter().filter_map(|(_, toml)| basic_toml::from_str::<Sources>(toml).ok());
    let mut rows = tables.flat_map(|table| table.keyword.into_iter().chain(table.phrase));
    let row = rows.find(|row| row.id == rule)?;
    Some(RowSource { rule: row.id, source: row.source, confidence: row.confidence })
}

impl Explanation {
    /// It in sentences, a line each: the words, each tier, the phrases, the outcome. No line holds the text itself
    /// beyond its folded words.
    #[must_use]
    pub fn lines(&self, language: Language) -> Vec<String> {
        let pick = |en: &'static str, fr: &'static str| match language {
            Language::English => en,
            Language::French => fr,
        };
        let colon = pick(": ", " : ");
        let mut lines = vec![format!("{}{colon}{}", pick("words read", "mots lus"), self.folded.join(" "))];
        for step in &self.steps {
            let rule = step.rule.as_ref().map(|rule| format!(" ({rule})")).unwrap_or_default();
            let (tier, outcome) = (tier(step.tier, language), step.outcome.words(language));
            lines.push(format!("{} {}, {tier}{colon}{outcome}{rule}", pick("tier", "niveau"), step.tier));
        }
        for seen in &self.phrases {
            let what = match (seen.counts, seen.intent) {
                (true, _) => pick("counts", "compte"),
                (false, Intent::Other) => {
                    pick("a shield: speaks of something else", "un garde-fou : parle d'autre chose")
                }
                (false, _) => pick("found, does not decide", "trouvée, ne décide pas"),
            };
            lines.push(format!(
                "{} {} [{}]{colon}{what}",
                pick("phrase", "expression"),
                seen.rule,
                seen.intent
            ));
        }
        if let Some(learnt) = &self.learnt {
            let words = learnt.words.iter().map(|(word, pull)| format!("{word} {pull:+}"));
            lines.push(format!(
                "{}{colon}{} ({} {}, {} {}){} ; {}",
                pick("learnt from practice texts, score", "appris de textes d'exercice, score"),
                learnt.score,
                pick("in doubt from", "doute dès"),
                learnt.doubt_at,
                pick("a stop from", "arrêt dès"),
                learnt.stop_at,
                if learnt.talk {
                    pick(
                        ", but it sounds like talk between people",
                        ", mais cela ressemble à une conversation entre gens",
                    )
                } else {
                    ""
                },
                words.collect::<Vec<_>>().join(", "),
            ));
        }
        if let Some(source) = &self.source {
            let said = if source.source.is_empty() {
                pick(
                    "ordinary language, the library's own reading",
                    "langue courante, lecture de la bibliothèque",
                )
            } else {
                &source.source
            };
            let sure = pick("confidence", "confiance");
            let confidence = match source.confidence.as_str() {
                "" => String::new(),
                code => format!(" ({sure}{colon}{code})"),
            };
            lines.push(format!("{} {}{colon}{said}{confidence}", pick("row", "ligne"), source.rule));
        }
        let read = &self.understood;
        let mut end = format!("{}{colon}{}", pick("read as", "lu comme"), intent(read.intent, language));
        if let Some(scope) = &read.scope {
            end += &format!(", {}{colon}{scope}", pick("as far as said", "portée énoncée"));
        }
        if let Some(tongue) = read.language {
            end += &format!(", {}{colon}{tongue}", pick("language", "langue"));
        }
        lines.push(end);
        lines
    }
}

impl Outcome {
    const fn words(self, language: Language) -> &'static str {
        let (en, fr) = match self {
            Self::Decided => ("decides", "décide"),
            Self::Nothing => ("nothing fits", "rien ne correspond"),
            Self::NotHere => {
                ("a keyword, but nothing waits for it here", "un mot-clé, mais rien ne l'attend ici")
            }
            Self::Contested => (
                "a stop word that here may mean another matter: a human reads it",
                "un mot d'arrêt qui peut viser autre chose ici : un humain le lit",
            ),
            Self::Shielded => ("phrases were found and none stands", "expressions trouvées, aucune ne tient"),
            Self::Doubtful => ("in doubt: a human reads it", "un doute : un humain le lit"),
            Self::TooMuch => {
                ("too much to be read: a human reads it", "trop long pour être lu : un humain le lit")
            }
        };
        match language {
            Language::English => en,
            Language::French => fr,
        }
    }
}

const fn tier(tier: u8, language: Language) -> &'static str {
    let (en, fr) = match tier {
        1 => ("exact keyword", "mot-clé exact"),
        2 => ("keyword in company", "mot-clé accompagné"),
        3 => ("free text", "texte libre"),
        4 => ("in doubt", "doute"),
        _ => ("no words", "sans mots"),
    };
    match language {
        Language::English => en,
        Language::French => fr,
    }
}

const fn intent(intent: Intent, language: Language) -> &'static str {
    let (en, fr) = match intent {
        Intent::Stop => ("a wish to stop", "une demande d'arrêt"),
        Intent::Start => ("a wish to have it back", "une demande de reprise"),
        Intent::Help => ("a call for help", "une demande d'aide"),
        Intent::Join => ("a wish to join", "une demande d'inscription"),
        Intent::Confirm => ("the yes that was asked for", "le oui attendu"),
        Intent::WrongNumber => ("a wrong number", "un mauvais numéro"),
        Intent::Unsure => ("unsure", "incertain"),
        Intent::Other => ("something else", "autre chose"),
    };
    match language {
        Language::English => en,
        Language::French => fr,
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, Matcher, Outcome, Reading};
    use crate::inbound::{Context, Intent};

    #[test]
    fn each_tier_says_what_it_made_of_the_text() {
        let matcher = Matcher::builtin();
        for (text, context, tiers, last) in [
            ("STOP", Context::None, &[1][..], Outcome::Decided),
            ("YES", Context::None, &[1], Outcome::NotHere),
            ("stop please", Context::None, &[1, 2], Outcome::Decided),
            ("take me off your list", Context::None, &[1, 2, 3], Outcome::Decided),
            ("not interested", Context::None, &[1, 2, 4], Outcome::Doubtful),
            ("see you at noon", Context::None, &[1, 2, 3], Outcome::Nothing),
        ] {
            let told = matcher.explain(text, &Reading { context, ..Reading::default() });
            let seen: Vec<u8> = told.steps.iter().map(|step| step.tier).collect();
            assert_eq!(seen, tiers, "{text}");
            assert_eq!(told.steps.last().unwrap().outcome, last, "{text}");
            assert_eq!(told.understood, matcher.read(text, &Reading { context, ..Reading::default() }));
        }
    }

    #[test]
    fn it_says_something_of_every_text_in_both_languages() {
        let matcher = Matcher::builtin();
        let long = "a ".repeat(6_000);
        for text in ["", "\0", "🛑", "\u{202e}pots", &long, "don't stop sending these"] {
            let told = matcher.explain(text, &Reading::default());
            assert_eq!(told.understood, matcher.read(text, &Reading::default()));
            let (en, fr) = (told.lines(Language::English), told.lines(Language::French));
            assert!(en.len() > 2 && en.len() == fr.len() && en != fr, "{text:?} {en:?}");
        }
    }

    #[test]
    fn the_row_is_named_with_its_source() {
        let told = Matcher::builtin().explain("STOP", &Reading::default());
        let source = told.source.unwrap();
        assert!(source.source.contains("64.1200") && source.confidence == "high", "{source:?}");
        assert_eq!(told.understood.intent, Intent::Stop);
    }
}
