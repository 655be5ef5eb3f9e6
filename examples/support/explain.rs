//! `explain` and `windows`: why a person gets a text or not and when, from a ledger or from facts given by hand.

use std::{
    fs,
    io::{self, Read},
    path::PathBuf,
};

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use optin::{
    Messenger,
    gateway::SimulatedCarrier,
    id::Name,
    law::Rulebook,
    message::Kind,
    phone::{Country, PhoneNumber},
    place::Zone,
    policy::{Explanation, Language, Request},
    program::Program,
};
use serde_json::{Value, json};

use super::{
    explained,
    jsonl::{self, Asked, Tools, asked, stamp},
    people::{Done, LedgerArgs, bans, open, runtime, say, system_now},
    week::{clip, draw, local, span},
};

/// What is known and asked, field by field as in a line of `decide`.
#[derive(Args)]
pub(crate) struct FactsArgs {
    /// A file with one JSON object, the fields of a line of `decide`; `-`: standard input
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// The person's number, in E.164 or as written in --region
    #[arg(long)]
    pub(crate) number: Option<String>,
    /// The country in whose habits the number is written
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// The postal code of the person's address
    #[arg(long)]
    postal_code: Option<String>,
    /// The person's time zone, if they told
    #[arg(long)]
    zone: Option<String>,
    /// The kind of message; marketing unless given
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// The brand's category
    #[arg(long)]
    category: Option<String>,
    /// The subject that caps count by
    #[arg(long)]
    subject: Option<String>,
    /// The moment, RFC 3339; now unless given
    #[arg(long)]
    pub(crate) at: Option<DateTime<Utc>>,
    /// `strict`, unless given, or `settled`
    #[arg(long)]
    posture: Option<String>,
    /// The ground on record: express_written, express, soft_opt_in, implied, none
    #[arg(long, requires = "given")]
    basis: Option<String>,
    /// When it was given, RFC 3339
    #[arg(long, requires = "basis")]
    given: Option<DateTime<Utc>>,
    /// The last sale, RFC 3339
    #[arg(long, requires = "basis")]
    sale: Option<DateTime<Utc>>,
    /// The last inquiry, RFC 3339
    #[arg(long, requires = "basis")]
    inquiry: Option<DateTime<Utc>>,
}

impl FactsArgs {
    /// As a line of `decide`: the file's fields, and over them what was given one by one.
    fn line(&self) -> Result<Value, Box<dyn std::error::Error>> {
        let mut line = match &self.facts {
            None => json!({}),
            Some(path) => {
                let text = if path.as_os_str() == "-" {
                    let mut text = String::new();
                    io::stdin().read_to_string(&mut text)?;
                    text
                } else {
                    fs::read_to_string(path).map_err(|error| format!("`{}`: {error}", path.display()))?
                };
                serde_json::from_str(&text).map_err(|error| format!("`{}`: {error}", path.display()))?
            }
        };
        let fields = line.as_object_mut().ok_or("the facts are not a JSON object")?;
        for (name, value) in [
            ("number", self.number.clone()),
            ("region", self.region.clone()),
            ("postal_code", self.postal_code.clone()),
            ("zone", self.zone.clone()),
            ("kind", self.kind.clone()),
            ("category", self.category.clone()),
            ("subject", self.subject.clone()),
            ("posture", self.posture.clone()),
        ] {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value.into());
            }
        }
        if self.at.is_some() {
            fields.insert("at".to_owned(), stamp(self.at));
        }
        fields.entry("kind").or_insert_with(|| "marketing".into());
        if !fields.contains_key("at") {
            let now = system_now().ok_or("the clock cannot be read")?;
            fields.insert("at".to_owned(), stamp(Some(now)));
        }
        if let Some(basis) = &self.basis {
            let consent = json!({
                "basis": basis,
                "at": stamp(self.given),
                "sale_at": stamp(self.sale),
                "inquiry_at": stamp(self.inquiry),
            });
            fields.insert("consent".to_owned(), consent);
        }
        if !fields.contains_key("number") {
            return Err("whose? give --number, or --facts with a `number`".into());
        }
        Ok(line)
    }

    pub(crate) fn read(&self) -> Result<Asked, Box<dyn std::error::Error>> {
        asked(&Tools::new(), &self.line()?.to_string()).map_err(|bad| bad.to_string().into())
    }
}

#[derive(Args)]
pub(crate) struct ExplainArgs {
    /// The ledger's file; without it, the facts are those given here
    #[arg(long)]
    ledger: Option<PathBuf>,
    /// Its key file
    #[arg(long, default_value = "optin.key")]
    key: PathBuf,
    /// Lists of ad-hoc bans, TOML
    #[arg(long, value_name = "FILE")]
    bans: Option<PathBuf>,
    /// The program, of a ledger
    #[arg(long, requires = "ledger")]
    program: Option<String>,
    #[command(flatten)]
    facts: FactsArgs,
    /// `en` or `fr`
    #[arg(long, default_value = "en")]
    language: String,
    /// Answers in JSON
    #[arg(long)]
    json: bool,
    /// One JSON object a line on standard input, one a line on standard output
    #[arg(long, conflicts_with_all = ["ledger", "facts", "number"])]
    jsonl: bool,
}

pub(crate) fn explain(args: &ExplainArgs) -> Done {
    if args.jsonl {
        jsonl::run(explained::line)?;
        return Ok(true);
    }
    match &args.ledger {
        Some(ledger) => on_record(args, ledger.clone()),
        None => {
            let mut asked = args.facts.read()?;
            if let Some(file) = &args.bans {
                asked.policy.bans = bans(Some(file))?;
            }
            tell(args, &asked.policy.explanation(asked.facts(), asked.request(), asked.at))
        }
    }
}

fn tell(args: &ExplainArgs, explanation: &Explanation) -> Done {
    let language = Language::of(&args.language);
    if args.json {
        say(&serde_json::to_string_pretty(&explained::value(explanation, language)?)?);
    } else {
        say(explanation.to_text(language).trim_end());
    }
    Ok(true)
}

/// From a ledger: the explanation, then the person's whole history.
fn on_record(args: &ExplainArgs, ledger: PathBuf) -> Done {
    let FactsArgs { number, region, kind, at, .. } = &args.facts;
    let number = number.as_deref().ok_or("whose? give --number")?;
    let number = PhoneNumber::parse(number, Country::new(region.as_deref().unwrap_or("US"))?)?;
    let program = args.program.as_deref().ok_or("which program? give --program")?;
    let kind = kind.as_deref().unwrap_or("marketing");
    let kind = Kind::from_code(kind).ok_or("not a kind of message")?;
    let at = at.or_else(system_now).ok_or("the clock cannot be read")?;
    let ledger = LedgerArgs { ledger, key: args.key.clone(), bans: args.bans.clone() };
    runtime()?.block_on(async {
        let shop = Messenger::builder(open(&ledger).await?, Rulebook::builtin())
            .program(Program::new(program, "any")?)
            .gateway(SimulatedCarrier::seeded(1))
            .bans(bans(ledger.bans.as_deref())?)
            .build()?;
        let name = Name::new(program)?;
        let request = Request { program: &name, kind, category: None, subject: None, sender: None };
        let explanation = shop.explain(number, request, at).await?;
        if args.json {
            return tell(args, &explanation);
        }
        say(&format!("{number}, {program}"));
        tell(args, &explanation)?;
        let french = Language::of(&args.language) == Language::French;
        say(if french { "\nAu dossier" } else { "\nOn record" });
        for (envelope, personal) in shop.history(number).await? {
            let when = DateTime::from_timestamp_millis(envelope.at_ms);
            let when = when.map(|when| when.format("%F %H:%M:%S").to_string()).unwrap_or_default();
            say(&format!("{:>4}  {when}  {}", envelope.seq, envelope.event.code()));
            for (field, value) in personal.iter().filter(|(field, _)| field.code() != "number") {
                say(&format!("      {field}: {value}"));
            }
        }
        Ok(true)
    })
}

#[derive(Args)]
pub(crate) struct WindowsArgs {
    #[command(flatten)]
    facts: FactsArgs,
    /// By whose clock the days are drawn; the first zone that the person may be in unless given
    #[arg(long = "in", value_name = "ZONE")]
    clock: Option<String>,
    /// The first day; the day of --at unless given
    #[arg(long)]
    from: Option<NaiveDate>,
    /// `en` or `fr`
    #[arg(long, default_value = "en")]
    language: String,
    /// The intervals in JSON instead
    #[arg(long)]
    json: bool,
}

pub(crate) fn windows(args: &WindowsArgs) -> Done {
    let asked = args.facts.read()?;
    let zone = match &args.clock {
        Some(name) => Some(Zone::named(name).ok_or_else(|| format!("`{name}` is not a time zone"))?),
        None => asked.whereabouts.zones().first().copied(),
    };
    let zone = zone.ok_or("no time zone is known for this number; choose one with --in")?;
    let today = local(&asked.policy.zones, zone, asked.at).ok_or("the zone data does not reach this date")?;
    let first = args.from.unwrap_or(today.date_naive());
    if args.json {
        let range = span(first);
        let found = asked.policy.windows(asked.facts(), asked.request(), range);
        let within = found.filter_map(|interval| clip(interval, &asked.policy.zones, zone, first));
        let list: Vec<_> = within
            .map(|interval| json!({"from": stamp(Some(interval.start)), "until": stamp(Some(interval.end))}))
            .collect();
        say(&serde_json::to_string_pretty(&list)?);
    } else {
        say(draw(&asked, zone, first, Language::of(&args.language)).trim_end());
    }
    Ok(true)
}
