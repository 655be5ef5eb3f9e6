//! A process that dies, a disk that is full, a disk that refuses.

use std::{
    collections::HashMap,
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use optin::ledger::{Appended, KeyFile, Ledger, LedgerError, SqliteLedger, Urgency};
use tempfile::TempDir;

use super::{add, append, stream, wait, whole};

fn open(folder: &Path) -> SqliteLedger {
    let keys = KeyFile::open_or_create(folder.join("key")).unwrap();
    wait(SqliteLedger::open(folder.join("shop.optin"), keys)).unwrap()
}

/// Not a test: what a child process of the tests below does. It is told on its standard input where, and as whom.
#[test]
#[ignore = "runs as a child process"]
fn child() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let (whom, folder) = line.trim().split_once(' ').unwrap();
    let (whom, ledger) = (whom.parse::<u64>().unwrap(), open(Path::new(folder)));
    let say = |what: String| {
        let mut out = std::io::stdout().lock();
        out.write_all(what.as_bytes()).unwrap();
        out.flush().unwrap();
    };
    say("\n".to_owned());
    let mut versions = [0; 10];
    for (number, version) in (whom * 10..).zip(&mut versions) {
        *version = wait(ledger.read(stream(number))).unwrap().map_or(0, |row| row.version);
    }
    for round in 0..1_000_000_usize {
        let (at, urgency) = (round % 10, if round % 7 == 0 { Urgency::Stop } else { Urgency::Normal });
        let number = whom * 10 + at as u64;
        match add(&ledger, append(number, versions[at]), urgency) {
            Ok(Appended::Done(version)) => {
                versions[at] = version;
                say(format!("ack {number} {version}\n"));
            }
            Ok(Appended::Conflict) => panic!("nobody else writes here"),
            Err(error) => {
                let again = add(&ledger, append(number, versions[at]), urgency).unwrap_err();
                let read = wait(ledger.head()).unwrap_err();
                assert!(matches!(again, LedgerError::Failed { .. }), "{again:?}");
                assert!(matches!(read, LedgerError::Failed { .. }), "{read:?}");
                return say(format!("failed {error:?}\n"));
            }
        }
    }
}

struct Writes {
    child: Child,
    says: std::io::Lines<BufReader<ChildStdout>>,
}

impl Writes {
    fn begin(mut command: Command, whom: u64, folder: &Path) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{whom} {}", folder.display()).unwrap();
        let says = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, says }
    }

    /// The next thing it says that is for us.
    fn next(&mut self) -> Option<String> {
        self.says
            .by_ref()
            .map_while(Result::ok)
            .find(|line| line.starts_with("ack") || line.starts_with("failed"))
    }
}

const AS_CHILD: [&str; 4] = ["--exact", "ledger::accidents::child", "--ignored", "--nocapture"];

fn this_binary() -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(AS_CHILD);
    command
}

fn remember(acknowledged: &mut HashMap<u64, u64>, line: &str) {
    let mut words = line.split(' ').skip(1).map(|word| word.parse().unwrap());
    acknowledged.insert(words.next().unwrap(), words.next().unwrap());
}

#[test]
fn sigkill_loses_nothing_that_was_acknowledged() {
    let folder = TempDir::new().unwrap();
    drop(open(folder.path()));
    let mut acknowledged = HashMap::new();
    for round in 0..20_u64 {
        let mut both = [1, 2].map(|whom| Writes::begin(this_binary(), whom, folder.path()));
        // Let them run for a while that differs, then kill them wherever they are.
        for step in 0..=(round * 37 % 101) {
            for writes in &mut both {
                let line = writes.next().unwrap_or_else(|| panic!("a child ended by itself in step {step}"));
                remember(&mut acknowledged, &line);
            }
        }
        both.iter_mut().for_each(|writes| writes.child.kill().unwrap());
        for writes in &mut both {
            writes.child.wait().unwrap();
            while let Some(line) = writes.next() {
                remember(&mut acknowledged, &line);
            }
        }
        let ledger = open(folder.path());
        let mut records = 0;
        for number in 10..30 {
            let version = wait(ledger.read(stream(number))).unwrap().map_or(0, |row| row.version);
            let known = acknowledged.get(&number).copied().unwrap_or(0);
            assert!(
                version >= known,
                "round {round}: stream {number} is at {version}, {known} was acknowledged"
            );
            assert!(version <= known + 1, "round {round}: stream {number} got records nobody was told of");
            assert_eq!(wait(ledger.records(stream(number), 1, 9_999)).unwrap().len() as u64, version);
            records += version;
        }
        assert_eq!(whole(&ledger), records, "round {round}");
    }
}

/// A child whose files may not grow over 400 KiB gets errors from the disk itself.
#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_refuses_a_write_ends_the_handle() {
    let folder = TempDir::new().unwrap();
    drop(open(folder.path()));
    let mut command = Command::new("bash");
    command.args(["-c", "trap '' XFSZ; ulimit -f 400; exec \"$0\" \"$@\""]).arg(env::current_exe().unwrap());
    command.args(AS_CHILD);
    let mut writes = Writes::begin(command, 1, folder.path());
    let (mut acknowledged, mut failed) = (HashMap::new(), None);
    while let Some(line) = writes.next() {
        if line.starts_with("failed") { failed = Some(line) } else { remember(&mut acknowledged, &line) }
    }
    assert!(writes.child.wait().unwrap().success());
    assert!(failed.as_deref().is_some_and(|line| line.contains("SystemIoFailure")), "{failed:?}");
    let ledger = open(folder.path());
    for (number, version) in acknowledged {
        assert!(wait(ledger.read(stream(number))).unwrap().unwrap().version >= version);
    }
    whole(&ledger);
}

/// A file system of one MiB, gone at the end.
#[cfg(target_os = "linux")]
struct Tiny(TempDir);

#[cfg(target_os = "linux")]
impl Tiny {
    fn mount() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        mount.is_ok_and(|status| status.success()).then_some(Self(folder))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_last_commit() {
    let Some(tiny) = Tiny::mount() else {
        eprintln!("skipped: this user may not mount a small file system");
        return;
    };
    let ledger = open(tiny.0.path());
    let mut number = 0;
    let error = loop {
        match add(&ledger, append(number, 0), Urgency::Normal) {
            Ok(answer) => assert_eq!(answer, Appended::Done(1)),
            Err(error) => break error,
        }
        number += 1;
    };
    assert!(matches!(error, LedgerError::Full), "{error:?}");
    assert!(number > 30, "full after {number}");
    assert_eq!(whole(&ledger), number);
    assert!(matches!(add(&ledger, append(number, 0), Urgency::Stop), Err(LedgerError::Full)));
    let grown = Command::new("mount").args(["-o", "remount,size=8m"]).arg(tiny.0.path()).status();
    assert!(grown.unwrap().success());
    assert_eq!(add(&ledger, append(number, 0), Urgency::Stop).unwrap(), Appended::Done(1));
    wait(ledger.close()).unwrap();
    assert_eq!(whole(&open(tiny.0.path())), number + 1);
}
