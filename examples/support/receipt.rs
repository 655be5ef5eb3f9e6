//! What a person consented to, in the fields of ISO/IEC TS 27560 and of Kantara's consent receipt.

use std::path::PathBuf;

use clap::Args;
use optin::{
    Messenger,
    gateway::SimulatedCarrier,
    law::Rulebook,
    phone::{Country, PhoneNumber},
    program::Program,
    report::receipt::{Party, ReceiptContext},
};

use crate::people::{Done, LedgerArgs, bans, open, runtime, say};

#[derive(Args)]
pub(crate) struct ReceiptArgs {
    #[command(flatten)]
    ledger: LedgerArgs,
    /// The person's number, in E.164 or as written in --region
    #[arg(long)]
    number: String,
    /// The country in whose habits the number is written
    #[arg(long, default_value = "US")]
    region: String,
    /// What only the host knows, as a JSON file: `controller` {id, name, address, contact}, `notice`, `storage`,
    /// `retention`, `withdrawal`, `recipients`
    #[arg(long)]
    context: Option<PathBuf>,
    /// One JSON object a consent
    #[arg(long)]
    json: bool,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Told {
    controller: Option<Entity>,
    notice: Option<String>,
    recipients: Option<Vec<Entity>>,
    storage: Vec<String>,
    retention: Option<String>,
    withdrawal: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entity {
    id: Option<String>,
    name: Option<String>,
    address: Option<String>,
    contact: Option<String>,
    kind: Option<String>,
}

impl From<Entity> for Party {
    fn from(Entity { id, name, address, contact, kind }: Entity) -> Self {
        Self { id, name, address, contact, kind }
    }
}

impl From<Told> for ReceiptContext {
    fn from(told: Told) -> Self {
        Self {
            controller: told.controller.map(Party::from),
            notice: told.notice,
            recipients: told.recipients.map(|all| all.into_iter().map(Party::from).collect()),
            storage: told.storage,
            retention: told.retention,
            withdrawal: told.withdrawal,
        }
    }
}

pub(crate) fn receipt(args: &ReceiptArgs) -> Done {
    let told: Told = match &args.context {
        Some(path) => serde_json::from_str(&std::fs::read_to_string(path)?)?,
        None => Told::default(),
    };
    let number = PhoneNumber::parse(&args.number, Country::new(&args.region)?)?;
    runtime()?.block_on(async {
        let shop = Messenger::builder(open(&args.ledger).await?, Rulebook::builtin())
            .program(Program::new("any", "any")?)
            .gateway(SimulatedCarrier::seeded(1))
            .bans(bans(args.ledger.bans.as_deref())?)
            .build()?;
        let receipts = shop.consent_receipts(number, &told.into()).await?;
        if receipts.is_empty() {
            say(&format!("{number}: no consent on record"));
            return Ok(false);
        }
        for receipt in receipts {
            if args.json {
                say(&receipt.json());
                continue;
            }
            say(&format!("{}: {}", receipt.program(), receipt.record()));
            if receipt.missing().is_empty() {
                say("every mandatory field is there");
            } else {
                say(&format!("missing: {}", receipt.missing().join(", ")));
            }
        }
        Ok(true)
    })
}
