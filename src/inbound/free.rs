//! Tiers 3 and 4: free text.

use std::ops::Range;

use super::{
    Context, Intent, Matcher, Reading, Scope, Understood,
    fold::Folded,
    matcher::{by_phrase, plain, politely},
    phrases::{Found, Phrase, Reach},
    polite::Polite,
    scope::narrowed,
    scorer::{Heard, Opinion, Ruled, Sight},
    words::Beside,
};

/// Words in the longest sentence in which a misspelt keyword counts.
const FEW: usize = 4;

/// A phrase where it was found.
type Hit<'f> = (&'f Found, &'f Phrase);

impl Matcher {
    /// Reads a text that is more than a keyword: by the rules, and by the scorer, which sees what the rules found.
    pub(super) fn in_free_text(
        &self,
        text: &str,
        folded: &Folded,
        reading: &Reading<'_>,
    ) -> Option<Understood> {
        let Ok(found) = self.phrases.find(folded) else { return Some(plain(Intent::Unsure, "too-dense")) };
        let read = self.by_rules(text, folded, reading, &found);
        let rules = Ruled { read: read.as_ref(), found: &found, phrases: &self.phrases };
        // A host's own row decides alone, and the rules do where the scorer has nothing to say.
        let scorer = self.scorer.filter(|_| !rules.phrase().is_some_and(|phrase| phrase.overlay));
        let heard = scorer
            .and_then(|scorer| scorer.hear(Sight { folded, context: reading.context, rules: Some(rules) }));
        let Some(heard) = heard else { return read };
        let stands = self.needed(rules, text, folded, reading).is_some_and(|needed| heard.opinion >= needed);
        weighed(read, stands, heard, folded)
    }

    /// What the rules alone make of it.
    pub(super) fn by_rules(
        &self,
        text: &str,
        folded: &Folded,
        reading: &Reading<'_>,
        found: &[Found],
    ) -> Option<Understood> {
        let found: Vec<Hit<'_>> =
            found.iter().filter_map(|f| Some((f, self.phrases.phrase(f.phrase)?))).collect();
        let standing = |intent| standing(&found, folded, intent);
        let wrong_number = standing(Intent::WrongNumber).next();
        let also = wrong_number.map(|_| Intent::WrongNumber);
        let mut stop = None;
        for (hit, phrase) in standing(Intent::Stop) {
            let laughed = !phrase.earnest && self.laughed_at(folded, hit.words.start);
            let meant = !laughed && !quoted(folded, &hit.words) && !phrase.contested(reading.context);
            let read =
                Understood { also, ..by_phrase(phrase, if meant { 3 } else { 4 }, folded, &hit.words) };
            if meant {
                return Some(self.widened(read, &found));
            }
            stop.get_or_insert(read);
        }
        let alone = self
            .alone(folded, reading)
            .map(|polite| {
                let sure = self.sure(&polite, folded, reading) && !kept(&found);
                let sure = sure && !shielded_at(&found, polite.words.start);
                politely(polite, folded, if sure { 3 } else { 4 })
            })
            .or_else(|| self.shouted(text, folded, reading, &found).map(|p| politely(p, folded, 3)))
            .map(|alone| Understood { also, ..alone });
        if let Some(alone) = alone.clone().filter(|alone| alone.tier == 3) {
            return Some(alone);
        }
        if let Some((hit, phrase)) = added_up(standing(Intent::Unsure)) {
            let read = by_phrase(phrase, 3, folded, &hit.words);
            let scope = Some(Scope::Program);
            return Some(Understood { intent: Intent::Stop, tier: 3, scope, also, ..read });
        }
        let by = |(found, phrase): Hit<'_>| by_phrase(phrase, 3, folded, &found.words);
        wrong_number.map(by).or(stop).or(alone).or_else(|| standing(Intent::Unsure).next().map(by))
    }

    /// What the scorer has to say at least, for what the rules read to stand; none where they read nothing. Nothing has
    /// to be said where a keyword opens the text, in a clause of its own or in capitals.
    pub(super) fn needed(
        &self,
        rules: Ruled<'_>,
        text: &str,
        folded: &Folded,
        reading: &Reading<'_>,
    ) -> Option<Opinion> {
        let read = rules.read?;
        let opens = || {
            let run = |run: Range<usize>| {
                let polite = self.manners().stop(folded, run.clone(), reading, run.len() <= FEW);
                polite.is_some_and(|polite| polite.words.start == 0 && self.sure(&polite, folded, reading))
            };
            folded.sentences().next().is_some_and(run) || folded.clauses().next().is_some_and(run)
        };
        let shouted = || self.shouted(text, folded, reading, &[]).is_some();
        let keyword = rules.phrase().is_none();
        let topic = || matches!(narrowed(read.clone(), folded).scope, Some(Scope::Topic(_)));
        Some(match read.intent {
            Intent::Stop if opens() || shouted() => Opinion::Other,
            Intent::Stop if keyword || topic() => Opinion::Doubt,
            Intent::WrongNumber => Opinion::Doubt,
            _ => Opinion::Stop,
        })
    }

    /// A stop keyword that has a sentence or a clause to itself; the surest one.
    fn alone(&self, folded: &Folded, reading: &Reading<'_>) -> Option<Polite<'_>> {
        let manners = self.manners();
        let sentences = folded.sentences().filter_map(|run| {
            let slips = run.len() <= FEW;
            manners.stop(folded, run, reading, slips)
        });
        let clauses = folded.clauses().filter_map(|run| manners.stop(folded, run, reading, false));
        let mut best: Option<Polite<'_>> = None;
        for polite in sentences.chain(clauses) {
            if self.sure(&polite, folded, reading) {
                return Some(polite);
            }
            best.get_or_insert(polite);
        }
        best
    }

    /// Whether a keyword in a longer text is meant.
    fn sure(&self, polite: &Polite<'_>, folded: &Folded, reading: &Reading<'_>) -> bool {
        let at = polite.words.start;
        let said = folded.words.get(at).map_or(0, |word| word.sentence);
        let whole = |run: Range<usize>| {
            let slips = run.len() <= FEW;
            run.contains(&at) && self.manners().stop(folded, run, reading, slips).is_some()
        };
        let sentence = folded.sentences().any(whole);
        let last = folded.clauses().last().is_some_and(|run| run.contains(&at));
        let first = folded.clauses().next().is_some_and(|run| run.contains(&at));
        let opening =
            first && !folded.asking && matches!(reading.context, Context::None | Context::DoubleOptIn);
        (sentence || last || opening)
            && !polite.weak
            && !polite.echo
            && !polite.laughing
            && !folded.laughing.iter().any(|&sentence| sentence >= said)
            && !self.laughed_at(folded, at)
            && !quoted(folded, &polite.words)
    }

    /// A stop keyword in capitals that opens a text which is not in capitals: "STOP I already told you".
    fn shouted(
        &self,
        text: &str,
        folded: &Folded,
        reading: &Reading<'_>,
        found: &[Hit<'_>],
    ) -> Option<Polite<'_>> {
        let first = folded.words.first()?;
        let capitals = |raw: &Range<usize>| {
            let word = text.get(raw.clone()).unwrap_or("");
            word.chars().nth(2).is_some() && !word.chars().any(char::is_lowercase)
        };
        let spoken = || folded.words.iter().filter(|word| !capitals(&word.raw)).count() > 1;
        let meant = !first.quoted && capitals(&first.raw) && spoken() && !self.laughed_at(folded, 0);
        let context = matches!(reading.context, Context::None | Context::DoubleOptIn);
        (meant && context && !shielded_at(found, 0))
            .then(|| self.manners().stop(folded, 0..1, reading, false))
            .flatten()
            .filter(|polite| !polite.weak)
    }

    /// Whether somebody laughs in the sentence of a word, or in one of laughter right behind it.
    fn laughed_at(&self, folded: &Folded, at: usize) -> bool {
        let laughs = |at: usize| self.beside.find(folded.word(at)).is_some_and(|role| role.is(Beside::LAUGH));
        let Some(sentence) = folded.words.get(at).map(|word| word.sentence) else { return false };
        let mut sentences = folded.sentences().skip(sentence);
        folded.laughing.contains(&sentence)
            || sentences.next().is_some_and(|mut run| run.any(laughs))
            || sentences.next().is_some_and(|mut run| run.all(laughs))
    }

    /// A stop among words that say more than the program.
    fn widened(&self, read: Understood, found: &[Hit<'_>]) -> Understood {
        let all = found.iter().any(|(_, phrase)| phrase.intent == Intent::Stop && phrase.all);
        if all && read.scope == Some(Scope::Program) {
            return Understood { scope: Some(Scope::All), ..read };
        }
        read
    }
}

/// Both opinions made one.
fn weighed(read: Option<Understood>, stands: bool, heard: Heard, folded: &Folded) -> Option<Understood> {
    let ruled = read.as_ref().map(|read| read.intent);
    let intent = settled(ruled, stands, heard.opinion);
    if intent == Intent::Other || ruled == Some(intent) {
        return read;
    }
    let matched = folded.raw(&(0..folded.words.len()));
    let learnt = || Understood { language: heard.language, matched, ..plain(Intent::Unsure, "learnt") };
    let (tier, scope) = if intent == Intent::Stop { (3, Some(Scope::Program)) } else { (4, None) };
    Some(Understood { intent, tier, scope, ..read.unwrap_or_else(learnt) })
}

/// What rules and scorer come to: a stop where the scorer, which has seen what the rules found, says so, and where what
/// the rules read `stands` beside what it says; unsure where else one of them doubts.
pub(super) fn settled(ruled: Option<Intent>, stands: bool, opinion: Opinion) -> Intent {
    match ruled {
        Some(closes) if stands && closes != Intent::Unsure => closes,
        _ if opinion == Opinion::Stop => Intent::Stop,
        None if opinion == Opinion::Other => Intent::Other,
        _ => Intent::Unsure,
    }
}

/// Those of an intent that nothing shields.
fn standing<'f>(found: &'f [Hit<'f>], folded: &'f Folded, intent: Intent) -> impl Iterator<Item = Hit<'f>> {
    let shields = move |other: Intent| match intent {
        Intent::Stop => matches!(other, Intent::Other | Intent::Unsure),
        _ => other == Intent::Other,
    };
    let shielded = move |words: &Range<usize>| {
        let against = |phrase: &Phrase| phrase.against.is_none_or(|only| only == intent);
        found.iter().filter(|(_, phrase)| against(phrase)).any(|(shield, phrase)| {
            let at = &shield.words;
            let within = at.start >= words.start && at.end <= words.end;
            let inside = within && (at != words || phrase.intent != Intent::Other);
            let reaches = match phrase.reach {
                Reach::Words => at.end > words.start && !inside,
                Reach::Sentence => !inside && same_sentence(folded, at.start, words.start),
                Reach::Text => return shields(phrase.intent),
                Reach::Keywords => false,
            };
            shields(phrase.intent) && at.start <= words.start && reaches
        })
    };
    found.iter().copied().filter(move |(hit, phrase)| phrase.intent == intent && !shielded(&hit.words))
}

fn same_sentence(folded: &Folded, a: usize, b: usize) -> bool {
    let sentence = |at: usize| folded.words.get(at).map(|word| word.sentence);
    sentence(a) == sentence(b)
}

/// Whether a shield stands over a word.
fn shielded_at(found: &[Hit<'_>], at: usize) -> bool {
    let over = |(hit, phrase): &Hit<'_>| {
        phrase.intent == Intent::Other && phrase.against.is_none() && hit.words.contains(&at)
    };
    found.iter().any(over)
}

/// Whether something in the text keeps every stop away.
fn kept(found: &[Hit<'_>]) -> bool {
    found.iter().any(|(_, phrase)| {
        phrase.intent == Intent::Other && matches!(phrase.reach, Reach::Text | Reach::Keywords)
    })
}

/// Two doubts of different kinds are none.
fn added_up<'f>(mut doubts: impl Iterator<Item = Hit<'f>>) -> Option<Hit<'f>> {
    let first = doubts.find(|(_, phrase)| phrase.adds)?;
    doubts.any(|(_, phrase)| phrase.adds && phrase.id != first.1.id).then_some(first)
}

/// Whether words stand in quotation marks and others do not: somebody else's words.
fn quoted(folded: &Folded, words: &Range<usize>) -> bool {
    let inside = folded.words.get(words.start).is_some_and(|word| word.quoted);
    inside && folded.words.iter().any(|word| !word.quoted)
}
