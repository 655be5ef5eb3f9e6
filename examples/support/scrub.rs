//! Everyone on record against a register's list.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use optin::{
    Messenger, Whom,
    gateway::SimulatedCarrier,
    id::Name,
    law::{Effect, Register, Rulebook},
    phone::Country,
    policy::Brand,
    program::Program,
    register::{FileRegister, Layout, Register as _},
};

use crate::people::{Done, LedgerArgs, bans, open, runtime, say};

#[derive(Clone, Copy, ValueEnum)]
enum Written {
    /// E.164
    International,
    /// As people of --region write them
    National,
    /// Ten digits, the area code in a column of its own or not
    NorthAmerican,
    /// SHA-256 of the E.164 form
    Sha256,
}

#[derive(Args)]
pub(crate) struct ScrubArgs {
    #[command(flatten)]
    ledger: LedgerArgs,
    /// The register's name, such as us-dnc
    #[arg(long)]
    register: String,
    /// Its list
    #[arg(long)]
    file: PathBuf,
    /// The date of the list, YYYY-MM-DD; without it, the date in the file's name
    #[arg(long)]
    as_of: Option<NaiveDate>,
    /// How the list writes numbers
    #[arg(long, value_enum, default_value = "international")]
    layout: Written,
    /// The country in whose habits the list writes numbers, with --layout national
    #[arg(long, default_value = "US")]
    region: String,
    /// The column, from 1, that says since when a number stands in the list
    #[arg(long)]
    since_column: Option<usize>,
    /// Goes on past so many bad lines
    #[arg(long, default_value_t = 0)]
    tolerate: usize,
    /// Asks only about those whose messages wait for it, in place of everyone
    #[arg(long)]
    due: bool,
    /// For a list that no rule names: how many days an answer stays good
    #[arg(long)]
    days: Option<u16>,
}

pub(crate) fn scrub(args: &ScrubArgs) -> Done {
    let mut reader =
        FileRegister::reader(&args.register)?.tolerate(args.tolerate).layout(match args.layout {
            Written::International => Layout::International,
            Written::National => Layout::National(Country::new(&args.region)?),
            Written::NorthAmerican => Layout::NorthAmerican,
            Written::Sha256 => Layout::Sha256,
        });
    if let Some(date) = args.as_of {
        reader = reader.as_of(date);
    }
    if let Some(column) = args.since_column {
        reader = reader.since_column(column);
    }
    let list = reader.open(&args.file)?;
    if let Some(edition) = list.edition() {
        say(&format!("{}: {} numbers as of {}", args.register, edition.entries, edition.as_of.date_naive()));
    }
    for (line, fault) in list.bad_lines() {
        say(&format!("  line {line}: {fault}"));
    }
    let mut brand = Brand::new();
    if let Some(days) = args.days {
        brand = brand.register(Register::new(Name::new(&args.register)?, days, Effect::Bars));
    }
    runtime()?.block_on(async {
        let shop = Messenger::builder(open(&args.ledger).await?, Rulebook::builtin())
            .program(Program::new("any", "any")?)
            .gateway(SimulatedCarrier::seeded(1))
            .brand(brand)
            .register(list)
            .bans(bans(args.ledger.bans.as_deref())?)
            .build()?;
        let whom = if args.due { Whom::Due } else { Whom::Everyone };
        let done = shop.scrub(whom, |so_far| say(&format!("  {so_far}"))).await?;
        say(&done.to_string());
        Ok(done.failed.is_empty())
    })
}
