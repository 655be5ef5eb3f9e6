//! What a person may ask for, and what time asks for: erasure, access, retention; and the keys.

use std::{path::PathBuf, sync::Arc};

use clap::{Args, Subcommand};
use optin::{
    Messenger, Sweep,
    gateway::SimulatedCarrier,
    law::Rulebook,
    ledger::{KeyFile, SqliteLedger},
    phone::{Country, PhoneNumber},
    program::Program,
};

use crate::people::{Done, LedgerArgs, open, runtime, say};

#[derive(Args)]
pub(crate) struct Person {
    /// The person's number, in E.164 or as written in --region
    #[arg(long)]
    number: String,
    /// The country in whose habits the number is written
    #[arg(long, default_value = "US")]
    region: String,
}

#[derive(Args)]
pub(crate) struct EraseArgs {
    #[command(flatten)]
    ledger: LedgerArgs,
    #[command(flatten)]
    person: Person,
    /// Your reference of the request
    #[arg(long)]
    request: String,
    /// Rewrites the file afterwards; nothing is written meanwhile
    #[arg(long)]
    compact: bool,
    /// Writes the list of all erasures here, to be repeated after a restore
    #[arg(long)]
    list: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct RetentionArgs {
    #[command(flatten)]
    ledger: LedgerArgs,
    /// Tells and changes nothing
    #[arg(long)]
    dry_run: bool,
    /// Erases also whoever may go, not only whoever must
    #[arg(long, conflicts_with = "dry_run")]
    all: bool,
    /// One JSON object a person, and the counts last
    #[arg(long)]
    json: bool,
}

#[cfg(feature = "evidence")]
#[derive(Args)]
pub(crate) struct AccessArgs {
    #[command(flatten)]
    ledger: LedgerArgs,
    #[command(flatten)]
    person: Person,
    /// As a page
    #[arg(long, conflicts_with = "json")]
    html: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// `en` or `fr`
    #[arg(long, default_value = "en")]
    language: String,
}

#[derive(Args)]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Makes a new index key or wrapping key; other processes must reload or be started again
    Rotate {
        #[command(flatten)]
        ledger: LedgerArgs,
        /// The key that wraps each person's own, instead of the index key
        #[arg(long)]
        wrapping: bool,
    },
}

fn shop(ledger: &Arc<SqliteLedger>) -> Result<Messenger, Box<dyn std::error::Error>> {
    let shop =
        Messenger::builder(Arc::clone(ledger), Rulebook::builtin()).program(Program::new("any", "any")?);
    Ok(shop.gateway(SimulatedCarrier::seeded(1)).build()?)
}

impl Person {
    fn number(&self) -> Result<PhoneNumber, Box<dyn std::error::Error>> {
        Ok(PhoneNumber::parse(&self.number, Country::new(&self.region)?)?)
    }
}

pub(crate) fn erase(args: &EraseArgs) -> Done {
    let number = args.person.number()?;
    runtime()?.block_on(async {
        let ledger = Arc::new(open(&args.ledger).await?);
        let shop = shop(&ledger)?;
        say(&shop.erase(number, &args.request).await?.to_string());
        if args.compact {
            ledger.compact().await?;
            say("the file was rewritten");
        }
        if let Some(path) = &args.list {
            std::fs::write(path, shop.erasures().await?.to_string())?;
        }
        say("Backups keep this person until they expire: repeat the list of erasures after a restore.");
        Ok(true)
    })
}

pub(crate) fn retention(args: &RetentionArgs) -> Done {
    let sweep = match (args.dry_run, args.all) {
        (true, _) => Sweep::DryRun,
        (false, true) => Sweep::MayGo,
        (false, false) => Sweep::MustGo,
    };
    runtime()?.block_on(async {
        let shop = shop(&Arc::new(open(&args.ledger).await?))?;
        let report = shop
            .retention(sweep, |person| {
                let why: Vec<String> = person.stay.periods().iter().map(|period| period.rule.id.clone()).collect();
                let until = person.stay.periods().first().map(|period| period.until.to_rfc3339());
                let (who, stay) = (person.recipient.to_string(), person.stay.code());
                if args.json {
                    let erased = person.erased;
                    let row = serde_json::json!({ "person": who, "becomes": stay, "until": until, "rules": why, "erased": erased });
                    say(&row.to_string());
                } else if person.erased || args.dry_run {
                    say(&format!("{who}  {stay}  {}  {}", until.unwrap_or_default(), why.join(" ")));
                }
            })
            .await?;
        if args.json {
            let rules: Vec<_> = report
                .by_rule
                .iter()
                .map(|((rule, stay), people)| serde_json::json!({ "rule": rule, "becomes": stay, "people": people }))
                .collect();
            let counts = serde_json::json!({
                "people": report.people, "erased": report.erased, "becomes": report.by_stay, "rules": rules,
                "conflicts": report.conflicts, "changed": report.changed, "dry_run": args.dry_run,
            });
            say(&counts.to_string());
        } else {
            say(&report.to_string());
        }
        Ok(true)
    })
}

#[cfg(feature = "evidence")]
pub(crate) fn access(args: &AccessArgs) -> Done {
    let number = args.person.number()?;
    let language = optin::policy::Language::of(&args.language);
    runtime()?.block_on(async {
        let shop = shop(&Arc::new(open(&args.ledger).await?))?;
        let context = optin::report::receipt::ReceiptContext::default();
        let Some(export) = shop.access_export(number, &context).await? else {
            say("nobody is known by this number");
            return Ok(false);
        };
        say(&match (args.html, args.json) {
            (true, _) => export.to_html(language),
            (_, true) => export.to_json(),
            _ => export.to_text(language),
        });
        Ok(true)
    })
}

pub(crate) fn keys(args: &KeysArgs) -> Done {
    let KeysCommand::Rotate { ledger: files, wrapping } = &args.command;
    runtime()?.block_on(async {
        let shop = shop(&Arc::new(open(files).await?))?;
        let store = KeyFile::at(&files.key);
        let rotated = if *wrapping {
            shop.rotate_wrapping_key(&store).await?
        } else {
            shop.rotate_index_key(&store).await?
        };
        say(&format!(
            "index key of generation {}; {} keys wrapped anew{}",
            rotated.generation,
            rotated.rewrapped,
            if rotated.resumed { ", going on with a rotation that was broken off" } else { "" }
        ));
        say("Other processes must reload the keys or be started again.");
        Ok(true)
    })
}
