//! Last year's traffic of any platform, judged under the rules in force at each moment.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use optin::{
    consent::Basis,
    law::Rulebook,
    phone::Country,
    place::{Zone, ZoneTable},
    policy::{Language, Policy},
    report::audit::{
        Amounts, Audit, AuditReadError, AuditReport, FileMark, FindingList, Reading, Rendering, Told,
        day_first, read_consents, read_sends,
    },
};

type Done = Result<bool, Box<dyn std::error::Error>>;
type Reader =
    fn(&mut Audit, &str, File, &Reading, &mut dyn FnMut(u64, u64)) -> Result<FileMark, AuditReadError>;

#[derive(Args)]
pub(crate) struct AuditArgs {
    /// The platform's log of messages, CSV
    #[arg(long)]
    sends: PathBuf,
    /// Consents and opt-outs, CSV; several files are read one after the other
    #[arg(long, required = true)]
    consents: Vec<PathBuf>,
    /// Judge from this instant on, RFC 3339
    #[arg(long)]
    from: Option<DateTime<Utc>>,
    /// Judge before this instant, RFC 3339
    #[arg(long)]
    to: Option<DateTime<Utc>>,
    /// The country in whose habits numbers without a + are written
    #[arg(long)]
    region: Option<String>,
    /// The zone of times that tell none, such as America/New_York
    #[arg(long)]
    zone: Option<String>,
    /// In dates such as 03/04/2025, which comes first, `day` or `month`, where no date of the file shows it
    #[arg(long, value_parser = ["day", "month"])]
    dates: Option<String>,
    /// The platform of the messages, if its headers do not tell
    #[arg(long)]
    format: Option<String>,
    /// What a column is, over what its header says: HEADER=FIELD, for both files
    #[arg(long = "map", value_name = "HEADER=FIELD")]
    map: Vec<String>,
    /// The ground to assume for consents of which the file does not say how they were given; the report says so
    #[arg(long, value_parser = ["express_written", "express", "soft_opt_in", "implied"])]
    assume_basis: Option<String>,
    /// Where the page goes
    #[arg(long)]
    html: Option<PathBuf>,
    /// Where the JSON goes; - is standard output
    #[arg(long)]
    json: Option<PathBuf>,
    /// Where the list of every row goes, CSV; - is standard output
    #[arg(long)]
    findings: Option<PathBuf>,
    /// `en` or `fr`
    #[arg(long, default_value = "en")]
    language: String,
    /// Shows whole numbers instead of masked ones
    #[arg(long)]
    numbers: bool,
}

impl AuditArgs {
    fn reading(&self) -> Result<Reading, Box<dyn std::error::Error>> {
        let zone = |name: &String| Zone::named(name).ok_or_else(|| format!("no time zone `{name}`"));
        let pair = |text: &String| {
            let (header, field) = text.rsplit_once('=').ok_or("a mapping is HEADER=FIELD")?;
            Ok::<_, &str>((header.to_owned(), field.to_owned()))
        };
        Ok(Reading {
            region: self.region.as_deref().map(Country::new).transpose()?,
            zone: self.zone.as_ref().map(zone).transpose()?,
            day_first: self.dates.as_deref().map(|first| first == "day"),
            format: self.format.clone(),
            map: self.map.iter().map(pair).collect::<Result<_, _>>()?,
        })
    }
}

/// Which comes first in a file's dates: what was said, or what the file itself shows.
fn order(path: &Path, said: Option<bool>) -> Result<Option<bool>, Box<dyn std::error::Error>> {
    if said.is_some() {
        return Ok(said);
    }
    Ok(day_first(File::open(path).map_err(|error| format!("{}: {error}", path.display()))?)?)
}

pub(crate) fn audit(args: &AuditArgs) -> Done {
    if is_screen(args.json.as_deref()) && is_screen(args.findings.as_deref()) {
        return Err("standard output takes one of --json and --findings".into());
    }
    let reading = args.reading()?;
    let mut audit = Audit::new(Policy::new(Rulebook::builtin(), ZoneTable::newest()));
    if let Some(from) = args.from {
        audit = audit.since(from);
    }
    if let Some(to) = args.to {
        audit = audit.until(to);
    }
    if let Some(basis) = args.assume_basis.as_deref().and_then(Basis::from_code) {
        audit = audit.assuming(basis);
    }
    let (mut files, mut unused) = (Vec::new(), reading.map.clone());
    for path in &args.consents {
        // A mapping may name a column that only another of the files has.
        let map = fitting(path, &reading.map)?;
        unused.retain(|pair| !map.contains(pair));
        let day_first = order(path, reading.day_first)?;
        let reading = Reading { format: None, map, day_first, ..reading.clone() };
        files.push(read(&mut audit, path, &reading, read_consents)?);
    }
    // One that none of them has is refused here.
    let mut map = fitting(&args.sends, &reading.map)?;
    unused.retain(|pair| !map.contains(pair));
    map.append(&mut unused);
    let day_first = order(&args.sends, reading.day_first)?;
    let own = Reading { map, day_first, ..reading };
    files.push(read(&mut audit, &args.sends, &own, read_sends)?);

    let bar = bar(u64::try_from(audit.sends())?, "{msg} {wide_bar} {pos}/{len}", "judging");
    let rendering = Rendering { language: Language::of(&args.language), numbers: args.numbers };
    let mut list = args.findings.as_deref().map(|path| list(path, &audit, rendering)).transpose()?;
    let (mut judged, mut failed) = (0u64, None);
    let mut report = audit.judge_rows(|told| {
        if let (Some(list), None) = (&mut list, &failed) {
            failed = list.write(&told).err();
        }
        judged += u64::from(matches!(told, Told::Judged(_)));
        if judged.is_multiple_of(4_096) {
            bar.set_position(judged);
        }
    });
    bar.finish_and_clear();
    failed.map_or(Ok(()), Err)?;
    if let Some(list) = list {
        list.into_inner()?.flush()?;
    }
    report.files = files;

    if let Some(path) = &args.html {
        std::fs::write(path, report.to_html(rendering))?;
    }
    let to_screen = is_screen(args.json.as_deref());
    if let Some(path) = &args.json {
        let json = report.to_json(rendering) + "\n";
        if to_screen { io::stdout().write_all(json.as_bytes())? } else { std::fs::write(path, json)? }
    }
    if !to_screen && !is_screen(args.findings.as_deref()) {
        summary(&report);
    }
    Ok(true)
}

fn is_screen(path: Option<&Path>) -> bool {
    path == Some(Path::new("-"))
}

/// The list of every row, under way.
fn list(path: &Path, audit: &Audit, rendering: Rendering) -> io::Result<FindingList<Box<dyn Write>>> {
    let into: Box<dyn Write> = if is_screen(Some(path)) {
        Box::new(io::stdout().lock())
    } else {
        Box::new(io::BufWriter::new(File::create(path)?))
    };
    FindingList::begin(into, audit.files().to_vec(), rendering, ZoneTable::newest())
}

/// The mappings whose header this file has.
fn fitting(
    path: &Path,
    map: &[(String, String)],
) -> Result<Vec<(String, String)>, Box<dyn std::error::Error>> {
    if map.is_empty() {
        return Ok(Vec::new());
    }
    let table = optin::shop::table::Table::open(open(path)?)?;
    let has = |header: &str| {
        let plain = |text: &str| text.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "");
        table.headers().iter().any(|held| plain(held) == plain(header))
    };
    Ok(map.iter().filter(|(header, _)| has(header)).cloned().collect())
}

fn open(path: &Path) -> Result<File, String> {
    File::open(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn read(audit: &mut Audit, path: &Path, reading: &Reading, reader: Reader) -> Result<FileMark, String> {
    let file = open(path)?;
    let size = file.metadata().map(|data| data.len()).unwrap_or(0);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bar = bar(size, "{msg} {wide_bar} {bytes}/{total_bytes}", &name);
    let mark = reader(audit, &name, file, reading, &mut |bytes, _| bar.set_position(bytes));
    bar.finish_and_clear();
    mark.map_err(|error| format!("{name}: {error}"))
}

fn bar(length: u64, template: &str, message: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(message.to_owned())
}

/// Prints a line. Whoever reads may have gone away, as `head` does: then there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// What an answer that the files leave open would change, told once.
fn conditions(report: &AuditReport) {
    let open = report.conditions;
    if report.totals.undelivered > 0 {
        let t = report.totals;
        say(&format!(
            "{:>10} undelivered, counted apart ({} with something against them)",
            t.undelivered, t.undelivered_against
        ));
    }
    if !open.is_open() {
        return;
    }
    say(&format!(
        "\nleft open: the form of the consent of {} messages, a register asked for {}",
        open.form_unknown, open.register_unasked
    ));
    for (label, split) in [
        ("as the files stand", open.as_given),
        ("if written consent can be shown", open.if_written),
        ("… and the registers were asked", open.if_asked_too),
        ("if not: no written consent", open.if_not_written),
    ] {
        say(&format!(
            "  {label:<32} {} settled, {} contested, {} cannot be proven, {} with nothing against them",
            split.settled, split.contested, split.unprovable, split.clean
        ));
    }
}

fn summary(report: &AuditReport) {
    for file in &report.files {
        let list = |counts: &std::collections::BTreeMap<&'static str, u64>| {
            counts.iter().map(|(code, count)| format!("{code} {count}")).collect::<Vec<_>>().join(", ")
        };
        say(&format!("{} ({}, {}): {} rows", file.name, file.what, file.format, file.rows));
        for (word, counts) in
            [("refused", &file.refused), ("set aside", &file.set_aside), ("assumed", &file.assumed)]
        {
            if !counts.is_empty() {
                say(&format!("  {word}: {}", list(counts)));
            }
        }
        for (line, code) in file.samples.iter().take(5) {
            say(&format!("  line {line}: {code}"));
        }
    }
    let t = report.totals;
    say(&format!("\nrule book {} · time zones {}", report.rulebook, report.tz));
    say(&format!("{:>10} messages judged, {} persons", t.judged, t.persons));
    for (count, word) in [
        (t.settled, "settled violations"),
        (t.contested, "contested"),
        (t.unprovable, "cannot be proven"),
        (t.clean, "nothing against them"),
    ] {
        say(&format!("{count:>10} {word}"));
    }
    conditions(report);
    if !report.rules.is_empty() {
        say(&format!(
            "\n{:<30} {:<20} {:>8} {:>9} {:>8}  citation",
            "rule", "why", "settled", "contested", "persons"
        ));
    }
    for row in &report.rules {
        let rule = row.rule.as_deref();
        let (id, citation) = rule.map_or(("(no passage in the book)", ""), |rule| (&rule.id, &rule.citation));
        say(&format!(
            "{id:<30} {:<20} {:>8} {:>9} {:>8}  {citation}",
            row.code, row.settled, row.contested, row.persons
        ));
    }
    if !report.unproven.is_empty() {
        say("\ncannot be proven, by reason (a message counts in each)");
    }
    for row in &report.unproven {
        say(&format!("{:>10} {} ({} persons)", row.messages, row.code, row.persons));
    }
    let cells =
        report.heat.iter().flat_map(|row| (0u32..).zip(row.hours).map(move |(hour, n)| (n, row.zone, hour)));
    let mut cells: Vec<_> = cells.filter(|(count, ..)| *count > 0).collect();
    cells.sort_by(|a, b| b.cmp(a));
    if !cells.is_empty() {
        say("\nworst closed hours");
    }
    for (count, zone, hour) in cells.into_iter().take(5) {
        say(&format!("{count:>10} {zone} {hour:02}:00 to {hour:02}:59"));
    }
    if !report.exposure.is_empty() {
        say("\nexposure by statutory amounts: settled alone | with contested | with what cannot be proven");
    }
    let range = |amounts: Amounts| format!("{} to {}", amounts.low, amounts.high);
    for (currency, sum) in &report.exposure {
        say(&format!(
            "{currency:>10} {} | {} | {}",
            range(sum.settled),
            range(sum.at_most),
            range(sum.with_unproven)
        ));
    }
    say("\nA calculation, no legal advice. The page (--html) states the method.");
}
