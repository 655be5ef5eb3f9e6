//! A list of another platform: shown first, then taken in, and taken back if it was the wrong one.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Read, Seek, Write},
    path::PathBuf,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use optin::{
    ImportReport, Messenger, Progress,
    consent::Basis,
    gateway::SimulatedCarrier,
    id::Name,
    law::Rulebook,
    ledger::{KeyFile, MemoryLedger, SqliteLedger},
    phone::Country,
    program::Program,
    shop::{
        Format, Judged, ListOptions, Mapping, Refusals, Verdict,
        table::{Row, Table},
    },
};
use serde_json::json;

type Res<T> = Result<T, Box<dyn std::error::Error>>;

#[derive(Args)]
pub(crate) struct ImportArgs {
    /// The list, as CSV; `-` is standard input. Not needed with --undo
    file: Option<PathBuf>,
    /// Says what would become of each row, and does nothing
    #[arg(long)]
    dry_run: bool,
    /// One JSON object a row, and a last one with the counts
    #[arg(long)]
    json: bool,
    /// The country in whose habits the numbers are written, such as US, where a row does not say
    #[arg(long)]
    region: Option<String>,
    /// The program that the consents are for
    #[arg(long, default_value = "marketing")]
    program: String,
    /// The ledger's file
    #[arg(long)]
    ledger: Option<PathBuf>,
    /// Its key file
    #[arg(long)]
    key: Option<PathBuf>,
    /// The import's own name: run again with it, an interrupted import goes on
    #[arg(long)]
    id: Option<String>,
    /// Takes the import of this name back
    #[arg(long, conflicts_with_all = ["dry_run", "file", "id", "refusals"])]
    undo: Option<String>,
    /// The platform, where the headers do not tell
    #[arg(long)]
    format: Option<String>,
    /// Which column is what, such as `--map number=Mobile --map status=SMS --map opted_out=non,stop`
    #[arg(long)]
    map: Vec<String>,
    /// On what ground the consents stand: express_written, express, soft_opt_in, implied
    #[arg(long, default_value = "express")]
    basis: String,
    /// Where the rows that are left out go, with the reason
    #[arg(long)]
    refusals: Option<PathBuf>,
}

pub(crate) fn import(args: &ImportArgs) -> Res<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let shop = open(args).await?;
        if let Some(import) = &args.undo {
            let undone = shop.undo_import(import).await?;
            if !args.json && undone.consents == 0 && undone.stay == 0 {
                say(&format!("Nothing of `{import}` is on record: is that its name?"));
                return Ok(false);
            }
            say(&if args.json {
                json!({ "import": import, "consents": undone.consents, "stay": undone.stay }).to_string()
            } else {
                format!(
                    "{} consents of `{import}` were taken back; {} opt-outs, bounces and complaints of it stay.",
                    undone.consents, undone.stay
                )
            });
            return Ok(true);
        }
        take(args, &shop).await
    })
}

/// The ledger's messenger; for a dry run without a ledger, one that forgets.
async fn open(args: &ImportArgs) -> Res<Messenger> {
    let program = Program::new(&args.program, &args.program)?;
    let builder = match (&args.ledger, &args.key) {
        (Some(ledger), Some(key)) => {
            for path in [ledger, key] {
                if (args.dry_run || args.undo.is_some()) && !path.exists() {
                    return Err(format!("there is no `{}`", path.display()).into());
                }
            }
            // A key made for a ledger that has one would be of no use, and look as if it were.
            match (ledger.exists(), key.exists()) {
                (true, false) => {
                    return Err(format!(
                        "there is no key file `{}`: without it the ledger cannot be read",
                        key.display()
                    )
                    .into());
                }
                (false, _) => eprintln!("A new ledger begins: `{}`.", ledger.display()),
                (true, true) => {}
            }
            let ledger = SqliteLedger::open(ledger, KeyFile::open_or_create(key)?).await?;
            Messenger::builder(ledger, Rulebook::builtin())
        }
        (None, None) if args.dry_run => Messenger::builder(MemoryLedger::new()?, Rulebook::builtin()),
        _ => return Err("give --ledger and --key, or --dry-run".into()),
    };
    Ok(builder.program(program).gateway(SimulatedCarrier::seeded(1)).build()?)
}

async fn take(args: &ImportArgs, shop: &Messenger) -> Res<bool> {
    let path = args.file.as_ref().ok_or("which list? give a file, or `-`")?;
    let mut list = source(path)?;
    let options = options(args)?;
    let mut refusals = match &args.refusals {
        Some(out) => {
            list.rewind()?;
            let headers = Table::open(&mut list)?.headers().to_vec();
            Some(Refusals::begin(BufWriter::new(File::create(out)?), &headers)?)
        }
        None => None,
    };
    let mut failed = None;
    let bar = bar(args.json);
    let mut out = BufWriter::new(std::io::stdout());
    let each = |judged: &Judged, row: &Row| {
        let told = if args.json { writeln!(out, "{}", line(judged)) } else { Ok(()) };
        let kept = match refusals.as_mut().filter(|_| judged.verdict == Verdict::Refused) {
            Some(refusals) => refusals.write(row, judged.reason),
            None => Ok(()),
        };
        // Whoever reads may have gone away, as `head` does; a refusal that is not written is a failure.
        drop(told);
        failed = failed.take().or(kept.err());
    };
    let progress = |told: &Progress| {
        bar.set_length(told.of);
        bar.set_position(told.read);
        bar.set_message(format!("{} rows", told.counts.rows()));
    };
    let done = if args.dry_run {
        shop.try_list(&mut list, &options, each, progress).await
    } else {
        let import =
            args.id.as_deref().ok_or("give the import a name of its own: --id, by which it can be undone")?;
        shop.import_list(import, &mut list, &options, each, progress).await
    };
    bar.finish_and_clear();
    out.flush()
        .or_else(|error| if error.kind() == std::io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    if let Some(refusals) = refusals {
        refusals.end()?;
    }
    let report = match done {
        Ok(report) => report,
        Err(error) => {
            if args.json {
                say(&json!({ "error": error.to_string() }).to_string());
            }
            return Err(error.into());
        }
    };
    say(&if args.json { totals(&report, args.dry_run).to_string() } else { table(&report, args.dry_run) });
    Ok(true)
}

trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// The file; standard input is put into a temporary one, because a list is read more than once.
fn source(path: &std::path::Path) -> Res<Box<dyn Source>> {
    if path.as_os_str() != "-" {
        let file = File::open(path).map_err(|error| format!("`{}`: {error}", path.display()))?;
        return Ok(Box::new(file));
    }
    let mut file = tempfile::tempfile()?;
    std::io::copy(&mut std::io::stdin().lock(), &mut file)?;
    file.rewind()?;
    Ok(Box::new(file))
}

fn options(args: &ImportArgs) -> Res<ListOptions> {
    let format = match (&args.format, args.map.is_empty()) {
        (_, false) => Format::Mapped(Mapping::parse(args.map.iter().map(String::as_str))?),
        (Some(format), true) => Format::Named(Name::new(format)?),
        (None, true) => Format::Found,
    };
    let mut options = ListOptions::new(Name::new(&args.program)?).format(format).basis(
        Basis::from_code(&args.basis).ok_or("--basis: express_written, express, soft_opt_in or implied")?,
    );
    if let Some(region) = &args.region {
        options = options.region(Country::new(region)?);
    }
    Ok(options)
}

fn bar(hidden: bool) -> ProgressBar {
    let bar = if hidden { ProgressBar::hidden() } else { ProgressBar::new(1) };
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}");
    style.map_or_else(|_| ProgressBar::hidden(), |style| bar.with_style(style))
}

fn line(judged: &Judged) -> serde_json::Value {
    json!({
        "line": judged.line,
        "verdict": judged.verdict.code(),
        // A number that no plan has is shown to nobody, though its opt-out is kept.
        "e164": judged.number.filter(|number| number.is_valid()).map(|number| number.e164()),
        "grade": judged.grade.map(|grade| grade.code()),
        "reason": judged.reason.code(),
    })
}

fn totals(report: &ImportReport, dry_run: bool) -> serde_json::Value {
    let counts: BTreeMap<_, _> = report.counts.iter().map(|(verdict, rows)| (verdict.code(), rows)).collect();
    let reasons: Vec<_> = report
        .outcomes
        .iter()
        .map(|outcome| {
            json!({ "verdict": outcome.verdict.code(), "reason": outcome.reason.code(), "rows": outcome.rows })
        })
        .collect();
    json!({
        "rows": report.counts.rows(),
        "counts": counts,
        "reasons": reasons,
        "platform": report.platform,
        "encoding": report.encoding,
        "list": report.list.to_string(),
        "odd_postal_codes": report.odd_postal_codes,
        "damaged": report.damaged,
        "dry_run": dry_run,
        "again": report.again,
    })
}

/// What a marketer wants to know.
fn table(report: &ImportReport, dry_run: bool) -> String {
    let what = match (dry_run, report.again) {
        (true, _) => "would do; nothing was done",
        (false, true) => "did when it was imported; nothing was done again",
        (false, false) => "did",
    };
    let mut lines = vec![format!("What {} ({}) {what}:\n", report.title, report.encoding)];
    lines.push(format!("  {:<10}{:>9}   {:<62}first: line, number", "", "rows", "why"));
    for (verdict, rows) in report.counts.iter().filter(|(_, rows)| *rows > 0) {
        lines.push(format!("  {:<10}{rows:>9}   {}", verdict.code(), verdict.words()));
        for outcome in report.outcomes.iter().filter(|outcome| outcome.verdict == verdict) {
            let sample = outcome.sample.map(|(line, number)| {
                format!("{line}  {}", number.map(|number| number.to_string()).unwrap_or_default())
            });
            let (rows, words) = (outcome.rows, outcome.reason.words());
            lines.push(format!("  {:<10}{rows:>9}     {words:<60}  {}", "", sample.unwrap_or_default()));
        }
    }
    lines.push(format!("  {:<10}{:>9}", "all", report.counts.rows()));
    if report.odd_postal_codes > 0 {
        lines.push(format!(
            "  {} postal codes do not fit their country and narrow nothing",
            report.odd_postal_codes
        ));
    }
    if report.damaged > 0 {
        lines.push(format!("  {} places of the file are no text in {}", report.damaged, report.encoding));
    }
    lines.join("\n")
}

fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
