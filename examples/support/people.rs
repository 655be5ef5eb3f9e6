//! What support staff and counsel ask: what would a campaign do, does the ledger hold, why did this person get that.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use clap::Args;
use optin::{
    Messenger,
    campaign::{Campaign, Fate},
    clock::FixedClock,
    gateway::SimulatedCarrier,
    law::{Bans, Rulebook},
    ledger::{KeyFile, MemoryLedger, SqliteLedger},
    message::{Kind, Template},
    policy::Language,
    report::preview::Price,
};

use crate::{
    shop::{program, table},
    shopify,
};

pub(crate) type Done = Result<bool, Box<dyn std::error::Error>>;

#[derive(Args)]
pub(crate) struct LedgerArgs {
    /// The ledger's file
    #[arg(long, default_value = "shop.optin")]
    pub(crate) ledger: PathBuf,
    /// Its key file
    #[arg(long, default_value = "optin.key")]
    pub(crate) key: PathBuf,
    /// Lists of ad-hoc bans, TOML
    #[arg(long, value_name = "FILE")]
    pub(crate) bans: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct PlanArgs {
    /// Shopify's customer export
    #[arg(long, default_value = "examples/data/customers.csv")]
    customers: PathBuf,
    /// The text, with merge tags
    #[arg(long, default_value = "Maison Lune: {first_name|Hello}, 40 % off until 9 pm")]
    text: String,
    /// From when, RFC 3339
    #[arg(long)]
    from: DateTime<Utc>,
    /// Until when, RFC 3339
    #[arg(long)]
    until: DateTime<Utc>,
    /// Messages a second that each sender's carrier takes
    #[arg(long, default_value = "10")]
    per_second: std::num::NonZeroU32,
    /// What one segment costs, in cents
    #[arg(long, default_value_t = 1.0)]
    cents: f64,
    /// Lists of ad-hoc bans, TOML
    #[arg(long, value_name = "FILE")]
    bans: Option<PathBuf>,
    /// What the campaign is called: marketing, transactional, conversational, authentication or service
    #[arg(long, default_value = "marketing")]
    kind: String,
    /// Writes the plan as a page, with the messages as they will look
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// The page's language: en or fr
    #[arg(long, default_value = "en")]
    language: String,
    /// Prints one line for each person who is held or refused
    #[arg(long)]
    rows: bool,
}

/// Prints a line. Whoever reads may have gone away, as `head` does: then there is nobody to tell.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, std::io::Error> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

pub(crate) fn plan(args: &PlanArgs) -> Done {
    let exported = args.from - chrono::Duration::days(1);
    let export = shopify::read(&args.customers, "soldes", exported)?;
    let shop = Messenger::builder(MemoryLedger::new()?, Rulebook::builtin())
        .program(program(args.per_second)?)
        .gateway(SimulatedCarrier::seeded(1))
        .clock(FixedClock::at(args.from))
        .bans(bans(args.bans.as_deref())?)
        .build()?;
    let (mut rows, mut audience) = (Vec::new(), Vec::new());
    for customer in export.customers {
        audience.push((customer.row.number, customer.values));
        rows.push(customer.row);
    }
    let kind = Kind::from_code(&args.kind).ok_or_else(|| format!("`{}` is not a kind", args.kind))?;
    let campaign = Campaign::new(kind, "plan", "soldes")?
        .category("promo")?
        .text(Template::parse(&args.text)?)
        .window(args.from..args.until)
        .audience(audience);
    runtime()?.block_on(async {
        shop.import("export", rows, |_, _| {}).await?;
        let plan = shop
            .plan_each(campaign, |planned| {
                let why = match &planned.fate {
                    Fate::Hold(until, decision) => {
                        let reason = decision.reasons.first().map(|reason| reason.line(Language::English));
                        format!("hold until {}: {}", until.format("%F %H:%M UTC"), reason.unwrap_or_default())
                    }
                    Fate::Refuse(decision) => {
                        let reason = decision.reasons.first().map(|reason| reason.line(Language::English));
                        format!("refuse: {}", reason.unwrap_or_default())
                    }
                    Fate::NoText(error) => format!("refuse: {error}"),
                    Fate::Send(_) | Fate::Twice => return,
                };
                if args.rows {
                    say(&format!(
                        "{}  {why}",
                        planned.number.map(|number| number.to_string()).unwrap_or_default()
                    ));
                }
            })
            .await?;
        say(&table(&plan, &export.faults, export.rows, args.cents));
        if let Some(file) = &args.html {
            let language = if args.language == "fr" { Language::French } else { Language::English };
            let price = Price { cents: args.cents, currency: "EUR" };
            std::fs::write(file, plan.to_html(language, Some(price)))?;
        }
        Ok(true)
    })
}

/// The lists of bans in a file, if one was named.
pub(crate) fn bans(file: Option<&Path>) -> Result<Bans, Box<dyn std::error::Error>> {
    let Some(file) = file else { return Ok(Bans::none()) };
    let toml = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(Bans::from_toml(&file.display().to_string(), &toml)?)
}

pub(crate) async fn open(args: &LedgerArgs) -> Result<SqliteLedger, Box<dyn std::error::Error>> {
    if !args.ledger.exists() {
        return Err(format!("no ledger at `{}`", args.ledger.display()).into());
    }
    Ok(SqliteLedger::open(&args.ledger, KeyFile::open(&args.key)?).await?)
}

pub(crate) fn system_now() -> Option<DateTime<Utc>> {
    optin::clock::Clock::now(&optin::clock::SystemClock::new())
}
