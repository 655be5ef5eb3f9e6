//! The main job in one run: a flash sale to the customers of a Shopify export, on a real ledger in a temporary
//! folder. Some are held until their morning, some refused with a cited reason; the worker is killed half-way and
//! another resumes; somebody texts STOP in between. Time is simulated, so a day passes in seconds.
//!
//! The carrier is a file. `--gateway twilio --base-url http://127.0.0.1:4010` goes through
//! the Twilio adapter instead, to a `fake_carrier` that listens there.

#[path = "support/shop.rs"]
mod shop;
#[path = "support/shopify.rs"]
mod shopify;
#[cfg(feature = "http")]
#[path = "support/through.rs"]
mod through;
#[path = "support/wire.rs"]
mod wire;

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use optin::{
    Builder, Messenger,
    campaign::{Campaign, Fate},
    clock::{Clock, FixedClock},
    consent::{ConsentText, OptIn},
    dispatch::{Batch, Dispatched},
    gateway::Inbound,
    law::Rulebook,
    ledger::{KeyFile, SqliteLedger},
    message::{Template, Values},
    phone::PhoneNumber,
    policy::{Decision, Language},
};
use wire::FileCarrier;

type Res<T> = Result<T, Box<dyn std::error::Error>>;

const EXPORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/customers.csv");
const TICKED: ConsentText = ConsentText {
    version: "2026-11",
    language: "en",
    text: "Yes, text me the offers of Maison Lune. Consent is not a condition of purchase. Reply STOP to end.",
};
const STARTS: &str = "2026-11-27T14:00:00Z";
const ENDS: &str = "2026-11-28T02:00:00Z";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Res<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        [] => main_job(Carrier::File).await,
        ["--gateway", "twilio", "--base-url", base] => main_job(Carrier::Twilio((*base).to_owned())).await,
        ["--worker", folder] => worker(Path::new(folder), &Carrier::File).await,
        ["--worker", folder, base] => worker(Path::new(folder), &Carrier::Twilio((*base).to_owned())).await,
        _ => Err("usage: quickstart [--gateway twilio --base-url http://127.0.0.1:4010]".into()),
    }
}

/// Who takes the messages.
enum Carrier {
    File,
    /// The stand-in at this address, through the Twilio adapter.
    Twilio(String),
}

impl Carrier {
    #[cfg(feature = "http")]
    fn to(&self, shop: Builder, folder: &Path, announces: bool) -> Res<Builder> {
        Ok(match self {
            Self::File => shop.gateway(FileCarrier::in_folder(folder, announces)),
            Self::Twilio(base) => shop.gateway(through::Through::twilio(base, announces)?),
        })
    }

    #[cfg(not(feature = "http"))]
    fn to(&self, shop: Builder, folder: &Path, announces: bool) -> Res<Builder> {
        match self {
            Self::File => Ok(shop.gateway(FileCarrier::in_folder(folder, announces))),
            Self::Twilio(_) => Err("run it with --features http".into()),
        }
    }

    /// Everything that was taken, in order.
    async fn taken(&self, folder: &Path) -> Res<Vec<wire::Taken>> {
        match self {
            #[cfg(feature = "http")]
            Self::Twilio(base) => through::read(base).await,
            _ => Ok(wire::read(folder)),
        }
    }
}

/// One shop over the ledger in `folder`. Workers in other processes open the same files.
async fn open(folder: &Path, carrier: &Carrier, clock: &Arc<FixedClock>, announces: bool) -> Res<Messenger> {
    let keys = KeyFile::open_or_create(folder.join("optin.key"))?;
    let ledger = SqliteLedger::open(folder.join("shop.optin"), keys).await?;
    let shop = Messenger::builder(ledger, Rulebook::builtin()).program(shop::program(40.try_into()?)?);
    Ok(carrier.to(shop, folder, announces)?.clock(Arc::clone(clock)).build()?)
}

async fn main_job(carrier: Carrier) -> Res<()> {
    let folder = tempfile::tempdir()?;
    let clock = Arc::new(FixedClock::at(STARTS.parse::<DateTime<Utc>>()? - chrono::Duration::days(2)));
    let shop = open(folder.path(), &carrier, &clock, false).await?;

    println!("1. Import the shop's customers\n");
    let export = shopify::read(Path::new(EXPORT), "soldes", clock.now().ok_or("no clock")?)?;
    let mut audience: Vec<(PhoneNumber, Values)> = Vec::new();
    let mut rows = Vec::new();
    for customer in export.customers {
        audience.push((customer.row.number, customer.values));
        rows.push(customer.row);
    }
    let imports = shop.import("shopify-2026-11-25", rows, |_, _| {}).await?;
    println!("{imports}\n");

    println!("2. Plan the flash sale: Friday 27 November 2026, 14:00 UTC\n");
    clock.set(STARTS.parse()?);
    let campaign = Campaign::marketing("flash-2026-11-27", "soldes")?
        .category("promo")?
        .text(Template::parse("Maison Lune: {first_name|Hello}, -40 % until 9 pm / jusqu'à 21 h")?)
        .window(STARTS.parse()?..ENDS.parse()?)
        .audience(audience);
    let (mut held, mut refusal, mut sent) = (Vec::new(), None, None);
    let plan = shop
        .plan_each(campaign, |planned| match planned.fate {
            Fate::Send(_) => sent = sent.or(planned.number),
            Fate::Hold(until, _) => held.extend(planned.number.map(|number| (number, until))),
            Fate::Refuse(decision) if telling(&decision) => {
                refusal = refusal.take().or(planned.number.map(|number| (number, decision)))
            }
            _ => {}
        })
        .await?;
    println!("{}", shop::table(&plan, &export.faults, export.rows, 1.0));
    if let Some((number, decision)) = &refusal {
        println!("\nWhy not {number}?\n{}", decision.explain(Language::English));
        println!("\nPourquoi pas {number} ?\n{}", decision.explain(Language::French));
    }

    // The export says little of how people agreed. One of them orders again, and ticks the box.
    let ana = sent.ok_or("nobody gets it now")?;
    let ticked = OptIn::checkbox(&TICKED).page("https://maisonlune.fr/panier").ip("192.0.2.7".parse()?);
    shop.opt_in(ana, "soldes", ticked).await?;

    println!("\n3. Approve, launch, and kill the worker half-way\n");
    let planned = plan.now + plan.held;
    let half = plan.now / 2;
    let launched = shop.launch(plan.approve("lea@maisonlune.fr")?).await?;
    assert_eq!(launched.queued, planned);
    let bar = ProgressBar::new(planned)
        .with_style(ProgressStyle::with_template("{bar:40} {pos:>4} of {len} accepted  {msg}")?);
    let taken = kill_half_way(folder.path(), &carrier, half, &bar).await?;
    bar.suspend(|| println!("   the worker was killed after the carrier had taken {taken}"));

    let (patient, until) = *held.last().ok_or("nobody is held")?;
    let last = carrier.taken(folder.path()).await?.last().map(|taken| taken.at);
    clock.set(last.unwrap_or(STARTS.parse()?));
    let stop = Inbound::text("in-1", patient, "72345", "Stop. Thank you", clock.now().ok_or("no clock")?)?;
    let got = shop.receive(stop).await?;
    bar.suspend(|| {
        println!(
            "   {patient}, held until {}, texts \"Stop. Thank you\": {}",
            until.format("%H:%M UTC"),
            got.intent
        );
        println!("   in flight at that moment: {}\n", got.in_flight.len());
    });

    let done = resume(&shop, &clock, &bar, taken).await?;
    bar.finish_and_clear();

    println!("4. What the carrier really got\n");
    let log = carrier.taken(folder.path()).await?;
    let mut by_message: BTreeMap<&str, u32> = BTreeMap::new();
    log.iter().for_each(|line| *by_message.entry(&line.message).or_default() += 1);
    let to_patient: Vec<_> = log.iter().filter(|line| line.number == patient).collect();
    println!("  {:<44}{:>6}", "messages", by_message.len());
    println!("  {:<44}{:>6}", "sent twice", by_message.values().filter(|count| **count > 1).count());
    println!("  {:<44}{:>6}", "outcome unknown, found at the carrier", done.found);
    println!("  {:<44}{:>6}", "outcome unknown, left and counted", done.unknown);
    for (why, count) in &done.dropped {
        println!("  {:<44}{count:>6}", format!("not sent: {why}"));
    }
    println!("  {:<44}{:>6}", format!("to {patient} after STOP"), to_patient.len());
    for line in &to_patient {
        println!("      {}  {}", line.at.format("%H:%M UTC"), line.text);
    }
    for (number, until) in held.iter().take(3) {
        if let Some(line) = log.iter().find(|line| line.number == *number) {
            println!(
                "  {number} was held until {}, got it {}",
                until.format("%H:%M"),
                line.at.format("%H:%M UTC")
            );
        }
    }

    println!("\n5. Verify the whole ledger\n");
    let verified = shop.verify().await?.map_err(|flaw| flaw.to_string())?;
    println!("  {} people, {} records: every record fits.", verified.streams, verified.records);
    println!("  head {}", verified.head.hash);
    // Hers may be one of those whose outcome nobody knows: then somebody else's.
    evidence(&shop, patient, log.iter().find(|line| line.number == ana).or(log.first())).await?;
    let twice = by_message.values().any(|count| *count > 1);
    let after_stop = to_patient.iter().any(|line| !line.text.contains("unsubscribed"));
    if twice || after_stop { Err("somebody was texted who should not have been".into()) } else { Ok(()) }
}

/// Why somebody got a message, in a file that a stranger can check, and the check.
#[cfg(feature = "evidence")]
async fn evidence(shop: &Messenger, patient: PhoneNumber, line: Option<&wire::Taken>) -> Res<()> {
    use optin::report::evidence::{Ask, MessageRef, check};
    println!("\n6. Show why somebody was texted\n");
    let line = line.ok_or("nobody got anything")?;
    let (ask, message) = (Ask::new().by("counsel").purpose("a complaint"), line.message.parse()?);
    let pack = shop.evidence_of(&MessageRef::id(message).to(line.number), &ask).await?;
    for told in pack.summary(Language::English).lines() {
        println!("  {told}");
    }
    let folder = std::env::temp_dir().join("optin-evidence");
    std::fs::create_dir_all(&folder)?;
    let (json, html) = (folder.join("message.json"), folder.join("message.html"));
    std::fs::write(&json, pack.to_json())?;
    std::fs::write(&html, pack.to_html(Language::English))?;
    let person = folder.join("patient.html");
    std::fs::write(&person, shop.evidence(patient, &ask).await?.to_html(Language::French))?;
    println!("\n  {}\n  {}\n  {}", json.display(), html.display(), person.display());
    let checked = check(pack.to_json().as_bytes(), None)?;
    println!(
        "\n  checked: {} records and {} of the house, each in a file of {} with root {}",
        checked.records, checked.house, checked.size, checked.root
    );
    let verifier = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/verify_evidence.py");
    let key = checked.key.to_string();
    let python = Command::new("python3").arg(verifier).args(["--key", &key]).arg(&json).output();
    match python {
        Ok(done) if done.status.success() => {
            println!("\n  checked again in Python, which knows the format document only:");
            String::from_utf8_lossy(&done.stdout).lines().for_each(|told| println!("  {told}"));
        }
        Ok(done) if !done.stdout.is_empty() => {
            return Err(String::from_utf8_lossy(&done.stdout).into_owned().into());
        }
        _ => println!("\n  (no Python here with cbor2 and cryptography: not checked again)"),
    }
    Ok(())
}

#[cfg(not(feature = "evidence"))]
async fn evidence(_: &Messenger, _: PhoneNumber, _: Option<&wire::Taken>) -> Res<()> {
    Ok(())
}

/// A refusal that cites a rule, to show.
fn telling(decision: &Decision) -> bool {
    decision.reasons.iter().any(|reason| reason.citation().is_some())
}

/// Runs this program again as a worker and kills it, as `kill -9` does, when the carrier has taken `half`.
async fn kill_half_way(folder: &Path, carrier: &Carrier, half: u64, bar: &ProgressBar) -> Res<u64> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--worker").arg(folder).stdout(Stdio::piped());
    if let Carrier::Twilio(base) = carrier {
        command.arg(base);
    }
    let mut child = command.spawn()?;
    let lines = BufReader::new(child.stdout.take().ok_or("no pipe")?).lines();
    let mut taken = 0;
    for _ in lines.map_while(Result::ok) {
        taken += 1;
        bar.set_position(taken);
        if taken >= half {
            child.kill()?;
        }
    }
    child.wait()?;
    Ok(carrier.taken(folder).await?.len() as u64)
}

/// The worker process: dispatches what is due now. The carrier prints a line for each message that it takes.
async fn worker(folder: &Path, carrier: &Carrier) -> Res<()> {
    let clock = Arc::new(FixedClock::at(STARTS.parse()?));
    let shop = open(folder, carrier, &clock, true).await?;
    loop {
        let done = shop.dispatch(Batch::of(24)).await?;
        std::io::stdout().flush()?;
        let (Some(now), Some(next)) = (clock.now(), done.next_due) else { return Ok(()) };
        // Until the killing, only what may go at once.
        if next > now + chrono::Duration::minutes(5) {
            return Ok(());
        }
        clock.advance((next - now).to_std().unwrap_or_default());
    }
}

/// Dispatches until nothing waits, moving the clock to what is due next.
async fn resume(shop: &Messenger, clock: &FixedClock, bar: &ProgressBar, taken: u64) -> Res<Dispatched> {
    let mut all = Dispatched::default();
    loop {
        let done = shop.dispatch(Batch::default()).await?;
        all.accepted += done.accepted;
        all.found += done.found;
        all.unknown += done.unknown;
        for (why, count) in done.dropped {
            *all.dropped.entry(why).or_default() += count;
        }
        bar.set_position(taken + all.accepted);
        let (Some(now), Some(next)) = (clock.now(), done.next_due) else { return Ok(all) };
        bar.set_message(now.format("%a %H:%M UTC").to_string());
        clock.advance((next - now).to_std().unwrap_or_default().max(Duration::from_millis(1)));
    }
}
