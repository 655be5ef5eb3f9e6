//! An import that is killed goes on where it was, and each row is in once.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use optin::{
    Progress,
    consent::Event,
    ledger::{Envelope, KeyFile, Ledger, SqliteLedger},
    shop::Verdict,
};
use tempfile::TempDir;

use super::{options, shop_on};

const FOLDER: &str = "OPTIN_TEST_IMPORT";
const ROWS: usize = 6_000;

/// A list in which a tenth opts out, a fiftieth is damaged, and everybody stands twice.
fn list() -> String {
    let mut csv = "phone,sms_consent,consent_at\n".to_owned();
    for at in 0..ROWS {
        let says = if at % 10 == 3 { "no" } else { "yes" };
        let number =
            if at % 50 == 7 { "3.36E+10".to_owned() } else { format!("+33612{:06}", at * 7 % (ROWS / 2)) };
        csv.push_str(&format!("{number},{says},2026-11-25T10:00:00Z\n"));
    }
    csv
}

async fn open(folder: &Path) -> SqliteLedger {
    let keys = KeyFile::open_or_create(folder.join("key")).unwrap();
    SqliteLedger::open(folder.join("shop.optin"), keys).await.unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

/// The process that is killed. It tells of every commit.
#[test]
#[ignore = "run by the test that kills it"]
fn part() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    runtime().block_on(async {
        let shop = shop_on(open(folder).await);
        let list = File::open(folder.join("list.csv")).unwrap();
        let tell = |told: &Progress| println!("progress {}", told.counts.rows());
        shop.import_list("list", list, &options(), |_, _| {}, tell).await.unwrap();
    });
}

#[test]
fn killed_anywhere_it_goes_on_and_each_row_is_in_once() {
    rounds(1);
}

#[test]
#[ignore = "a minute or two; the continuous integration runs it"]
fn killed_many_times() {
    rounds(10);
}

fn rounds(rounds: u32) {
    let (mut seed, mut kills) = (20_u64, 0);
    for _ in 0..rounds {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("list.csv"), list()).unwrap();
        for _ in 0..3 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            kills += u32::from(run(folder.path(), Some((seed >> 33) % 30)));
        }
        run(folder.path(), None);
        runtime().block_on(audit(folder.path()));
    }
    assert!(kills >= rounds, "{kills}");
}

/// Runs the part, and kills it after so many commits. Whether it was killed.
fn run(folder: &Path, commits: Option<u64>) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "shop::resume::part", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told = lines.map_while(Result::ok).filter(|line| line.contains("progress"));
    let killed = match commits {
        Some(commits) => {
            let seen = told.take(commits as usize + 1).count() as u64;
            // In the middle of the next commit, wherever that is.
            (0..commits * 400).for_each(|_| std::hint::spin_loop());
            child.kill().unwrap();
            seen == commits + 1
        }
        None => told.count() == 0,
    };
    let ended = child.wait().unwrap();
    assert!(commits.is_some() || ended.success());
    killed && !ended.success()
}

async fn audit(folder: &Path) {
    let ledger = open(folder).await;
    let (mut after, mut lines, mut runs) = (0, BTreeMap::<u64, u32>::new(), Vec::new());
    loop {
        let page = ledger.log(after, 500).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.leaf;
        for record in &page {
            match Envelope::from_bytes(&record.envelope).unwrap().event {
                Event::Imported(e) => *lines.entry(e.line.unwrap()).or_default() += 1,
                Event::Revoked(e) => *lines.entry(e.line.unwrap()).or_default() += 1,
                Event::ImportRun(e) => runs.push(e),
                _ => {}
            }
        }
    }
    let expected: Vec<u64> = (0..ROWS).filter(|at| at % 50 != 7).map(|at| at as u64 + 2).collect();
    assert!(lines.values().all(|times| *times == 1), "{:?}", lines.iter().find(|(_, times)| **times > 1));
    assert_eq!(lines.into_keys().collect::<Vec<_>>(), expected);
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].rows, ROWS as u64);
    let shop = shop_on(ledger);
    assert!(shop.verify().await.unwrap().is_ok());
    // The counts are those of an import that nobody killed.
    let (whole, _) = super::shop();
    let meant =
        whole.import_list("list", std::io::Cursor::new(list()), &options(), |_, _| {}, |_| {}).await.unwrap();
    let counts = runs.remove(0).counts.unwrap();
    for (verdict, rows) in meant.counts.iter().filter(|(_, rows)| *rows > 0) {
        assert!(
            counts.contains(&(verdict.code().to_owned(), rows)),
            "{verdict}: {counts:?}, meant {:?}",
            meant.counts
        );
    }
    assert_eq!(meant.counts.of(Verdict::Refused), (ROWS / 50) as u64);
}
