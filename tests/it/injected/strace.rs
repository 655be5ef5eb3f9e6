use std::{
    collections::BTreeMap,
    fmt, fs,
    path::Path,
    process::{Command, Stdio},
};

/// The calls that change a file or flush it.
pub(crate) const CALLS: [&str; 8] =
    ["pwrite64", "write", "fsync", "fdatasync", "rename", "linkat", "ftruncate", "unlink"];

/// What happens to a call instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blow {
    /// The process is killed at it.
    Kill,
    /// It fails with this error, and it alone.
    Once(&'static str),
    /// It fails with this error, and all of its kind after it.
    From(&'static str),
}

/// One call of a process: the nth of a thread, from 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(crate) call: &'static str,
    pub(crate) nth: u64,
    pub(crate) blow: Blow,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at the call {} of {}", self.blow, self.nth, self.call)
    }
}

/// Whether processes can be traced here. Says so where they cannot.
pub(crate) fn is_here() -> bool {
    let mut command = Command::new("strace");
    command.args(["-f", "-q", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fsync", "true"]);
    let ran = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let here = ran.is_ok_and(|status| status.success());
    if !here {
        println!("SKIPPED: no strace, or it may not trace: nothing was tried at single calls");
    }
    here
}

/// A command to put before another: it watches calls, deals the blow, and logs. With a folder, only calls on the
/// files of the ledger there.
pub(crate) fn command(folder: Option<&Path>, point: Option<Point>, log: &Path) -> Vec<String> {
    let mut command: Vec<String> = ["strace", "-f", "-q", "-o"]
        .map(str::to_owned)
        .into_iter()
        .chain([log.display().to_string()])
        .collect();
    if let Some(folder) = folder {
        for file in ["shop.optin", "shop.optin-wal", "shop.optin-shm"] {
            command.extend(["-P".to_owned(), folder.join(file).display().to_string()]);
        }
    }
    command.extend(["-e".to_owned(), format!("trace={}", CALLS.join(","))]);
    if let Some(Point { call, nth, blow }) = point {
        // With this the other calls cost nothing; but strace 6.1 then sends no signals.
        if blow != Blow::Kill {
            command.push("--seccomp-bpf".to_owned());
        }
        let blow = match blow {
            Blow::Kill => format!("signal=KILL:when={nth}"),
            Blow::Once(error) => format!("error={error}:when={nth}"),
            Blow::From(error) => format!("error={error}:when={nth}+"),
        };
        command.extend(["-e".to_owned(), format!("inject={call}:{blow}")]);
    }
    command
}

/// Whether the blow was dealt.
pub(crate) fn has_struck(log: &Path) -> bool {
    let log = fs::read_to_string(log).unwrap();
    log.contains("(INJECTED)") || log.contains("killed by SIGKILL")
}

/// How often each call was made, by the thread that made it most.
pub(crate) fn counts(log: &Path) -> BTreeMap<&'static str, u64> {
    let log = fs::read_to_string(log).unwrap();
    let mut by_thread: BTreeMap<(&str, &'static str), u64> = BTreeMap::new();
    for line in log.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let begun = |call: &&&str| rest.trim_start().strip_prefix(**call).is_some_and(|r| r.starts_with('('));
        if let Some(call) = CALLS.iter().find(begun) {
            *by_thread.entry((thread, call)).or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((_, call), count) in by_thread {
        let held = most.entry(call).or_insert(0);
        *held = count.max(*held);
    }
    most
}
