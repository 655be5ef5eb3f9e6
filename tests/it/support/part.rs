use std::{
    io::{self, Write},
    path::Path,
    process,
};

use super::{carrier, founder, keeper, receiver, worker};

/// What marks a line of ours among the test harness's own.
pub(super) const MARK: &str = "» ";

/// Not a test: what the crew's processes run. The first line on standard input says which part is whose.
#[test]
#[ignore = "runs as a child process"]
fn part() {
    let line = hear();
    say("");
    match line.split_once(' ') {
        Some(("carrier", socket)) => carrier::run(Path::new(socket)),
        Some(("founder", folder)) => founder::run(Path::new(folder)),
        Some(("keeper", folder)) => keeper::run(Path::new(folder)),
        Some(("receiver", folder)) => receiver::run(Path::new(folder)),
        Some(("worker", folder)) => worker::run(Path::new(folder), true),
        Some(("careless", folder)) => worker::run(Path::new(folder), false),
        _ => {}
    }
}

/// Tells the test.
pub(super) fn say(line: &str) {
    let mut out = io::stdout().lock();
    let told = out.write_all(format!("{}{MARK}{line}\n", if line.is_empty() { "\n" } else { "" }).as_bytes());
    if told.and_then(|()| out.flush()).is_err() {
        process::exit(0);
    }
}

/// What the test tells next. Without a test there is nothing left to do.
pub(super) fn hear() -> String {
    let mut line = String::new();
    match io::stdin().read_line(&mut line) {
        Ok(read) if read > 0 => line.trim_end().to_owned(),
        _ => process::exit(0),
    }
}
