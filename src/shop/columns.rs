//! Which columns of a list say what, and what they say of a row.

use std::{collections::HashMap, sync::OnceLock};

use super::{
    Reason,
    format::{Aliases, Column, FormatError, Log, Meaning, Shape, common},
    table::{Row, is_blank},
    time::{self, Writing},
    words::{self, Role, Trust, key, role},
};
use crate::inbound::{Intent, Matcher, Reading};

/// A word in a column that closes that says no.
const NO: [&str; 10] = ["no", "n", "false", "f", "0", "non", "faux", "off", "✗", "☐"];
/// Words in a column that closes that leave open what is meant.
const OPEN: [&str; 7] = ["email", "emailonly", "web", "push", "mobilepush", "unknown", "inconnu"];

/// Where in the table things stand.
#[derive(Debug)]
pub(super) struct Columns {
    /// The number for texts.
    pub(super) number: Vec<usize>,
    /// Numbers of something else: a delivery, a landline.
    pub(super) others: Vec<usize>,
    pub(super) country: Vec<usize>,
    pub(super) province: Vec<usize>,
    pub(super) postal_code: Vec<usize>,
    pub(super) zone: Vec<usize>,
    pub(super) consent_time: Vec<usize>,
    pub(super) opt_out_time: Vec<usize>,
    pub(super) source: Vec<usize>,
    pub(super) text: Vec<usize>,
    pub(super) ip: Vec<usize>,
    pub(super) user_agent: Vec<usize>,
    pub(super) page: Vec<usize>,
    pub(super) sale: Vec<usize>,
    pub(super) email: Vec<usize>,
    pub(super) log: Option<LogColumns>,
    channel: Vec<usize>,
    says: Vec<Said>,
    /// In a file without a state: when somebody agreed to texts, which says that they did.
    dated: Vec<usize>,
    times: Writing,
    otherwise: Meaning,
}

/// Where a log of messages has what.
#[derive(Debug)]
pub(super) struct LogColumns {
    from: Vec<usize>,
    to: Vec<usize>,
    direction: Vec<usize>,
    status: Vec<usize>,
    body: Vec<usize>,
    /// How often each number stood in the first rows: the brand's stands in all.
    seen: HashMap<String, usize>,
}

/// A column that says something of the consent, with what its words mean.
#[derive(Debug)]
struct Said {
    column: usize,
    /// It takes permission away, and never gives it.
    closes: Option<Meaning>,
    trust: Trust,
    /// Only words of consent are a consent in it.
    bare: bool,
    /// It says when: what another column takes away, that one names better.
    time: bool,
    words: HashMap<String, Option<Meaning>>,
    rest: Option<Meaning>,
}

enum Heard {
    Nothing,
    Means(Meaning),
    Unknown,
}

/// The first cell of these columns that is not blank.
pub(super) fn cell<'r>(row: &'r Row, columns: &[usize]) -> Option<&'r str> {
    columns.iter().map(|column| row.cell(*column).trim_matches(is_blank)).find(|cell| !cell.is_empty())
}

impl Columns {
    pub(super) fn of(shape: &Shape, headers: &[String]) -> Result<Self, FormatError> {
        let names: Vec<String> = headers.iter().map(|header| key(header)).collect();
        let all = |aliases: &Aliases| {
            let at = |name: &String| names.iter().position(|header| *header == key(name));
            aliases.iter().filter_map(at).collect::<Vec<_>>()
        };
        let roles: Vec<Role> = if shape.by_words {
            let role = |header: &String| role(header).ok_or(FormatError::Data);
            headers.iter().map(role).collect::<Result<_, _>>()?
        } else {
            vec![Role::Nothing; headers.len()]
        };
        let plain = common()?;
        let or_plain = |own: &Aliases, plain: &Aliases| {
            let own = all(own);
            if own.is_empty() && shape.by_words { all(plain) } else { own }
        };
        let (number, others) = numbers(shape, &roles, &all(&shape.number));
        let channel = or_plain(&shape.channel, &plain.channel);
        let mixed =
            channel.is_empty() && roles.iter().any(|role| matches!(role, Role::Address | Role::Elsewhere));
        let apart: Vec<usize> =
            [&number, &all(&shape.email), &all(&shape.opt_out_time)].into_iter().flatten().copied().collect();
        let text = or_plain(&shape.text, &plain.text);
        let source = or_plain(&shape.source, &plain.source);
        let page = or_plain(&shape.page, &plain.page);
        // What is told about a consent is none, whatever words its header has.
        let beside: Vec<usize> = [&text, &source, &page].into_iter().flatten().copied().collect();
        let says = says(shape, &roles, &apart, &beside, mixed, all)?;
        let stated = says.iter().any(|said| said.closes.is_none());
        let of_role = |wanted: &dyn Fn(Role) -> bool| {
            let found = roles.iter().enumerate().filter(|(_, role)| wanted(**role));
            found.map(|(at, _)| at).collect::<Vec<_>>()
        };
        let mut consent_time = all(&shape.consent_time);
        consent_time.extend(of_role(&|role| role == Role::ConsentTime(Trust::Sure)));
        if !mixed {
            consent_time.extend(of_role(&|role| role == Role::ConsentTime(Trust::Alone)));
        }
        consent_time.retain(|at| !says.iter().any(|said| said.column == *at));
        let dated = of_role(&|role| role == Role::ConsentTime(Trust::Sure));
        let dated = if stated || shape.otherwise != Meaning::Never { Vec::new() } else { dated };
        let mut opt_out_time = all(&shape.opt_out_time);
        opt_out_time.extend(of_role(&|role| matches!(role, Role::Closes { time: true, .. })));
        let mut email = all(&shape.email);
        email.extend(of_role(&|role| role == Role::Elsewhere));
        if mixed {
            email.extend(says.iter().filter(|said| said.trust == Trust::Doubtful).map(|said| said.column));
        }
        // Where a file has a state, a row without one says nothing.
        let otherwise =
            if stated && shape.otherwise == Meaning::Consented { Meaning::Never } else { shape.otherwise };
        Ok(Self {
            number,
            others,
            country: or_plain(&shape.country, &plain.country),
            province: or_plain(&shape.province, &plain.province),
            postal_code: or_plain(&shape.postal_code, &plain.postal_code),
            zone: or_plain(&shape.zone, &plain.zone),
            consent_time,
            opt_out_time,
            source,
            text,
            ip: or_plain(&shape.ip, &plain.ip),
            user_agent: or_plain(&shape.user_agent, &plain.user_agent),
            page,
            sale: or_plain(&shape.sale, &plain.sale),
            email,
            log: shape.log.as_ref().map(|log| LogColumns::of(log, all)),
            channel,
            says,
            dated,
            times: shape.times,
            otherwise,
        })
    }

    /// What the columns come to: where two disagree, what permits least.
    pub(super) fn meaning(&self, row: &Row) -> Result<Meaning, Reason> {
        let channel = cell(row, &self.channel).map(words::of_texts);
        if channel == Some(Some(false)) {
            return Ok(Meaning::Never);
        }
        let (mut found, mut ended, mut unknown) = (None::<Meaning>, None, channel == Some(None));
        for said in &self.says {
            let Some(value) = cell(row, &[said.column]) else { continue };
            match said.hears(value) {
                Heard::Nothing => {}
                Heard::Means(meaning) if said.time => ended = Some(meaning),
                Heard::Means(meaning) => found = Some(found.map_or(meaning, |held| held.min(meaning))),
                Heard::Unknown => unknown = true,
            }
        }
        if let Some(reply) = self.log.as_ref().and_then(|log| log.reply(row)) {
            found = Some(found.map_or(reply, |held| held.min(reply)));
        }
        let found = match found {
            Some(found) if found <= Meaning::Bounced => found,
            other => ended.or(other).unwrap_or_else(|| self.unsaid(row)),
        };
        if unknown && found > Meaning::Bounced { Err(Reason::UnknownStatus) } else { Ok(found) }
    }
}

impl Columns {
    fn unsaid(&self, row: &Row) -> Meaning {
        let dated = cell(row, &self.dated).and_then(|told| time::read(told, self.times));
        if dated.is_some() { Meaning::Consented } else { self.otherwise }
    }
}

/// The columns of the number for texts, and of others.
fn numbers(shape: &Shape, roles: &[Role], named: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let ranks = |rank: &dyn Fn(Option<u8>) -> bool| {
        let of = |role: &Role| match role {
            Role::Number(rank) => Some(*rank),
            _ => None,
        };
        let found = roles.iter().enumerate().filter(|(_, role)| rank(of(role)));
        found.map(|(at, _)| at).collect::<Vec<_>>()
    };
    let best =
        (1..=3).rev().map(|wanted| ranks(&|rank| rank == Some(wanted))).find(|found| !found.is_empty());
    let bare = || roles.iter().position(|role| *role == Role::Sms).map(|at| vec![at]);
    let number = match (named.is_empty(), shape.is_plain()) {
        (false, false) => named.to_vec(),
        _ => best.or_else(bare).unwrap_or_else(|| named.to_vec()),
    };
    let others = ranks(&|rank| rank.is_some()).into_iter().filter(|at| !number.contains(at)).collect();
    (number, others)
}

/// The columns that say something: those that the platform is known for, and what other headers tell.
fn says(
    shape: &Shape,
    roles: &[Role],
    apart: &[usize],
    beside: &[usize],
    mixed: bool,
    all: impl Fn(&Aliases) -> Vec<usize>,
) -> Result<Vec<Said>, FormatError> {
    let common = words::values().ok_or(FormatError::Data)?;
    let mut says = Vec::new();
    for own in &shape.says {
        for column in all(&own.column) {
            let closes = roles.get(column).and_then(|role| role.closes());
            says.push(Said::new(column, closes, Trust::Sure, false, [common, own]));
        }
    }
    let named = says.iter().any(|said: &Said| said.closes.is_none());
    for (column, role) in roles.iter().enumerate() {
        if says.iter().any(|said| said.column == column) || apart.contains(&column) {
            continue;
        }
        let (trust, bare) = match role {
            Role::Closes { meaning, time } => {
                let mut said = Said::new(column, Some(*meaning), Trust::Sure, false, [common, common]);
                said.time = *time;
                says.push(said);
                continue;
            }
            _ if beside.contains(&column) => continue,
            Role::Consent(trust) => (*trust, false),
            Role::Status => (Trust::Alone, true),
            Role::Sms => (Trust::Sure, false),
            _ => continue,
        };
        let trust = if mixed && trust == Trust::Alone { Trust::Doubtful } else { trust };
        // What a platform is known for opens; what else it has may only close.
        let trust = if named && trust != Trust::Sure { Trust::Doubtful } else { trust };
        says.push(Said::new(column, None, trust, bare, [common, common]));
    }
    // A bare state beside a consent of its own is one of something else.
    if says.iter().any(|said| said.closes.is_none() && !said.bare && said.trust != Trust::Doubtful) {
        says.retain(|said| !said.bare);
        // And a no to something else is no more than that.
        for said in says.iter_mut().filter(|said| said.trust == Trust::Doubtful) {
            said.words.extend(NO.map(|no| (no.to_owned(), None)));
        }
    }
    Ok(says)
}

impl Said {
    fn new(
        column: usize,
        closes: Option<Meaning>,
        trust: Trust,
        bare: bool,
        [common, own]: [&Column; 2],
    ) -> Self {
        let rest = own.words().find(|(word, _)| *word == "*").and_then(|(_, meaning)| meaning);
        let mut words = HashMap::new();
        // Who knows what every value means needs no words of others.
        if rest.is_none() {
            words.extend(common.words().map(|(word, meaning)| {
                let word = key(word);
                let meaning = closes.map_or(meaning, |closes| closing(&word, meaning, closes));
                (word, meaning)
            }));
        }
        if !std::ptr::eq(common, own) {
            words.extend(own.words().map(|(word, meaning)| (key(word), meaning)));
        }
        Self { column, closes, trust, bare, time: false, words, rest }
    }

    fn hears(&self, value: &str) -> Heard {
        let word = key(value);
        if let Some(meaning) = self.words.get(&word) {
            return match meaning {
                None => Heard::Nothing,
                Some(Meaning::Consented) if !self.opens(value) => Heard::Nothing,
                Some(meaning) => Heard::Means(*meaning),
            };
        }
        if let Some(meaning) = self.lowers(value) {
            return Heard::Means(meaning);
        }
        if let Some(closes) = self.closes {
            let nothing = word.bytes().all(|byte| byte == b'0');
            return if nothing { Heard::Nothing } else { Heard::Means(self.rest.unwrap_or(closes)) };
        }
        match (self.rest, words::channels(value)) {
            (Some(rest), _) => Heard::Means(rest),
            (None, Some(true)) if !self.bare => Heard::Means(Meaning::Consented),
            (None, Some(_)) => Heard::Means(Meaning::Never),
            (None, None) => Heard::Unknown,
        }
    }

    fn opens(&self, value: &str) -> bool {
        self.trust != Trust::Doubtful && (!self.bare || words::of_consent(value))
    }

    /// A longer value in which a word takes permission away: `unsubscribed by STOP reply`.
    fn lowers(&self, value: &str) -> Option<Meaning> {
        let words = words::words(value);
        let phrases = (1..=3).flat_map(|length| words.windows(length).map(<[String]>::concat));
        let found =
            phrases.filter(|phrase| phrase.len() > 3).filter_map(|phrase| *self.words.get(&phrase)?);
        found.filter(|meaning| *meaning <= Meaning::Bounced).min()
    }
}

/// What a word of a state means in a column that closes: its yes closes, and its no says nothing.
fn closing(word: &str, meaning: Option<Meaning>, closes: Meaning) -> Option<Meaning> {
    match meaning {
        Some(Meaning::Consented) if words::of_consent(word) => None,
        Some(Meaning::Consented) => Some(closes),
        Some(Meaning::OptedOut) if NO.contains(&word) => None,
        Some(Meaning::Never | Meaning::Pending) => OPEN.contains(&word).then_some(Meaning::Never),
        other => other,
    }
}

impl LogColumns {
    fn of(log: &Log, all: impl Fn(&Aliases) -> Vec<usize>) -> Self {
        Self {
            from: all(&log.from),
            to: all(&log.to),
            direction: all(&log.direction),
            status: all(&log.status),
            body: all(&log.body),
            seen: HashMap::new(),
        }
    }

    /// Counts the numbers of one of the first rows.
    pub(super) fn count(&mut self, row: &Row) {
        for number in [cell(row, &self.from), cell(row, &self.to)].into_iter().flatten() {
            *self.seen.entry(key(number)).or_default() += 1;
        }
    }

    /// Whether the person wrote; `None` when nothing tells.
    fn inbound(&self, row: &Row) -> Option<bool> {
        let told =
            cell(row, &self.direction).or_else(|| cell(row, &self.status)).map(key).unwrap_or_default();
        if ["inbound", "incoming", "received", "receiving", "entrant", "recu"]
            .iter()
            .any(|word| told.starts_with(word))
        {
            return Some(true);
        }
        let sent = [
            "outbound",
            "outgoing",
            "deliver",
            "sent",
            "undeliver",
            "fail",
            "queued",
            "accepted",
            "sending",
            "read",
            "sortant",
        ];
        if sent.iter().any(|word| told.starts_with(word)) {
            return Some(false);
        }
        let times =
            |columns| cell(row, columns).and_then(|number| self.seen.get(&key(number))).copied().unwrap_or(0);
        let (from, to) = (times(&self.from), times(&self.to));
        (from != to).then_some(to > from)
    }

    /// Who is not the brand.
    pub(super) fn person<'r>(&self, row: &'r Row) -> Option<&'r str> {
        cell(row, if self.inbound(row)? { &self.from } else { &self.to })
    }

    /// What a reply of a person comes to. An import opens nothing.
    fn reply(&self, row: &Row) -> Option<Meaning> {
        static MATCHER: OnceLock<Matcher> = OnceLock::new();
        if self.inbound(row) != Some(true) {
            return None;
        }
        let understood =
            MATCHER.get_or_init(Matcher::builtin).read(cell(row, &self.body)?, &Reading::default());
        let stops = |intent| matches!(intent, Intent::Stop | Intent::WrongNumber | Intent::Unsure);
        let stops = stops(understood.intent) || understood.also.is_some_and(stops);
        Some(if stops { Meaning::OptedOut } else { Meaning::Never })
    }
}
