//! What can be shown of one person or one message, and whether a pack that somebody else shows holds.

use std::path::{Path, PathBuf};

use clap::Args;
use optin::{
    Messenger,
    gateway::SimulatedCarrier,
    id::MessageId,
    law::Rulebook,
    phone::{Country, PhoneNumber},
    policy::Language,
    program::Program,
    report::evidence::{Ask, EvidencePack, MessageRef, check},
};

use crate::people::{LedgerArgs, bans, open, runtime, say};

type Done = Result<bool, Box<dyn std::error::Error>>;

#[derive(Args)]
pub(crate) struct EvidenceArgs {
    #[command(flatten)]
    ledger: LedgerArgs,
    /// The person's number, in E.164 or as written in --region
    #[arg(long, required_unless_present_any = ["message", "check"])]
    number: Option<String>,
    /// The country in whose habits the number is written
    #[arg(long, default_value = "US")]
    region: String,
    /// One message: our id of it (32 hexadecimal digits) or the gateway's. Without --number all records are read
    #[arg(long)]
    message: Option<String>,
    /// Writes the page here
    #[arg(long)]
    html: Option<PathBuf>,
    /// Writes the pack here, or to standard output for `-`
    #[arg(long)]
    json: Option<PathBuf>,
    /// `en` or `fr`
    #[arg(long, default_value = "en")]
    language: String,
    /// Shows the whole number, with what proves it
    #[arg(long)]
    reveal_number: bool,
    /// Who asked for it; written into the pack
    #[arg(long = "for")]
    by: Option<String>,
    /// Why; written into the pack
    #[arg(long)]
    purpose: Option<String>,
    /// Checks this pack instead, under --verifying-key if given; needs no ledger
    #[arg(long, conflicts_with_all = ["number", "message"])]
    check: Option<PathBuf>,
    /// The verifying key, as `name+hash+base64`
    #[arg(long, requires = "check")]
    verifying_key: Option<String>,
}

pub(crate) fn evidence(args: &EvidenceArgs) -> Done {
    if let Some(pack) = &args.check {
        return checked(pack, args.verifying_key.as_deref());
    }
    let pack = runtime()?.block_on(made(args))?;
    let language = Language::of(&args.language);
    if let Some(path) = &args.html {
        std::fs::write(path, pack.to_html(language))?;
    }
    match &args.json {
        Some(path) if path == Path::new("-") => say(pack.to_json().trim_end()),
        Some(path) => {
            std::fs::write(path, pack.to_json())?;
            say(&pack.summary(language));
        }
        None => say(&pack.summary(language)),
    }
    Ok(true)
}

async fn made(args: &EvidenceArgs) -> Result<EvidencePack, Box<dyn std::error::Error>> {
    let number = match &args.number {
        Some(number) => Some(PhoneNumber::parse(number, Country::new(&args.region)?)?),
        None => None,
    };
    let shop = Messenger::builder(open(&args.ledger).await?, Rulebook::builtin())
        .program(Program::new("any", "any")?)
        .gateway(SimulatedCarrier::seeded(1))
        .bans(bans(args.ledger.bans.as_deref())?)
        .build()?;
    let mut ask = Ask::new();
    if args.reveal_number {
        ask = ask.reveal_number();
    }
    if let Some(by) = &args.by {
        ask = ask.by(by);
    }
    if let Some(purpose) = &args.purpose {
        ask = ask.purpose(purpose);
    }
    let Some(message) = &args.message else {
        let number = number.ok_or("give --number or --message")?;
        return Ok(shop.evidence(number, &ask).await?);
    };
    let mut message = match message.parse::<MessageId>() {
        Ok(id) => MessageRef::id(id),
        Err(_) => MessageRef::gateway(message),
    };
    if let Some(number) = number {
        message = message.to(number);
    }
    Ok(shop.evidence_of(&message, &ask).await?)
}

fn checked(pack: &Path, key: Option<&str>) -> Done {
    let key = key.map(str::parse).transpose()?;
    let bytes = std::fs::read(pack).map_err(|error| format!("`{}`: {error}", pack.display()))?;
    match check(&bytes, key.as_ref()) {
        Ok(checked) => {
            say(&format!(
                "{}: HOLDS. {} records, {} of the house, in a file of {} with root {}",
                pack.display(),
                checked.records,
                checked.house,
                checked.size,
                checked.root
            ));
            if !checked.vouched {
                say(&format!("The key is the pack's own word: compare {}", checked.key));
            }
            Ok(true)
        }
        Err(flaw) => {
            say(&format!("{}: DOES NOT HOLD. {flaw}", pack.display()));
            Ok(false)
        }
    }
}
