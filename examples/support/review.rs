//! `review`: the doubtful texts that wait for a human, and what one says of them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use optin::{
    Messenger,
    gateway::SimulatedCarrier,
    id::{InboundId, Name},
    inbound::{Doubtful, Judged, Verdict},
    law::Rulebook,
    ledger::{KeyFile, SqliteLedger},
    phone::PhoneNumber,
    program::Program,
};
use serde_json::json;

use super::people::{Done, runtime, say};

#[derive(Args)]
pub(crate) struct ReviewArgs {
    /// The ledger's file
    ledger: PathBuf,
    /// Its key file
    #[arg(long, default_value = "optin.key")]
    key: PathBuf,
    /// At most so many, the soonest deadline first
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Numbers in full, not masked
    #[arg(long)]
    numbers: bool,
    /// One JSON object a line
    #[arg(long)]
    jsonl: bool,
    /// The id of a text that was read: says what it is
    #[arg(long, value_name = "ID", requires_all = ["verdict", "by"])]
    judge: Option<String>,
    /// What it is
    #[arg(long, value_enum, requires = "judge")]
    verdict: Option<Said>,
    /// Who says so
    #[arg(long, requires = "judge")]
    by: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Said {
    /// A wish to stop what it answered
    Stop,
    /// A wish to stop everything
    StopAll,
    /// No wish to stop
    NotAStop,
}

impl From<Said> for Verdict {
    fn from(said: Said) -> Self {
        match said {
            Said::Stop => Self::Stop,
            Said::StopAll => Self::StopAll,
            Said::NotAStop => Self::NotAStop,
        }
    }
}

pub(crate) fn review(args: &ReviewArgs) -> Done {
    if !args.ledger.exists() {
        return Err(format!("no ledger at `{}`", args.ledger.display()).into());
    }
    runtime()?.block_on(async {
        let ledger = SqliteLedger::open(&args.ledger, KeyFile::open(&args.key)?).await?;
        // Nothing is sent: any program and any gateway will do.
        let shop = Messenger::builder(ledger, Rulebook::builtin())
            .program(Program::new("review", "review")?)
            .gateway(SimulatedCarrier::seeded(1))
            .build()?;
        match (&args.judge, args.verdict, &args.by) {
            (Some(id), Some(verdict), Some(by)) => judge(&shop, id, verdict.into(), by).await,
            _ => list(&shop, args).await,
        }
    })
}

async fn list(shop: &Messenger, args: &ReviewArgs) -> Done {
    let texts = shop.doubtful(None, args.limit).await?;
    let number = |who: PhoneNumber| if args.numbers { who.e164() } else { who.to_string() };
    if args.jsonl {
        for text in &texts {
            say(&json!({
                "id": text.inbound.to_string(),
                "number": number(text.number),
                "text": text.text,
                "matched": text.phrase,
                "language": text.read.as_ref().and_then(|read| read.language.clone()),
                "rule": text.read.as_ref().map(|read| read.rule.clone()),
                "program": text.program.as_ref().map(Name::as_str),
                "since": text.since.to_rfc3339(),
                "deadline": text.deadline.to_rfc3339(),
            })
            .to_string());
        }
        return Ok(true);
    }
    for text in &texts {
        say(&row(text, &number(text.number)));
    }
    say(&format!("{} waiting; each is a STOP at its deadline", texts.len()));
    Ok(true)
}

fn row(text: &Doubtful, number: &str) -> String {
    let language = text.read.as_ref().and_then(|read| read.language.as_deref()).unwrap_or("-");
    let program = text.program.as_ref().map_or("-", Name::as_str);
    // What a stranger wrote shall not move the terminal.
    let words: String = text.text.chars().take(160).flat_map(shown).collect();
    format!(
        "{}  {number:<16}  until {}  since {}  {language}  {program:<12}  {words}",
        text.inbound,
        text.deadline.format("%F %H:%M UTC"),
        text.since.format("%F %H:%M"),
    )
}

fn shown(c: char) -> Vec<char> {
    let moves = c.is_control()
        || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if moves { c.escape_unicode().collect() } else { vec![c] }
}

async fn judge(shop: &Messenger, id: &str, verdict: Verdict, by: &str) -> Done {
    let id: InboundId = id.parse()?;
    let by = Name::new(by)?;
    let mut after = None;
    loop {
        let page = shop.doubtful(after, 500).await?;
        let Some(last) = page.last() else { return Err("no text of this id waits".into()) };
        after = Some(last.next);
        let Some(text) = page.iter().find(|text| text.inbound == id) else { continue };
        return match shop.judge(text.number, id, verdict, &by).await? {
            Judged::Recorded(in_flight) => {
                say(&format!("recorded; {} in flight", in_flight.len()));
                Ok(true)
            }
            Judged::TooLate => Err("the deadline has passed: it is a STOP".into()),
            _ => Err("it was judged meanwhile".into()),
        };
    }
}
