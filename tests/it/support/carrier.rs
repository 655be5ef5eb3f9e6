use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
};

use optin::id::MessageId;

use super::{
    part::{hear, say},
    record::Entry,
};

/// What the carrier holds. Whoever has the lock decides the order.
#[derive(Default)]
struct Desk {
    entries: Vec<Entry>,
    moody: bool,
}

/// The carrier's process: it lives until its standard input ends.
pub(super) fn run(socket: &Path) {
    let listener = UnixListener::bind(socket).unwrap();
    let desk = Arc::new(Mutex::new(Desk::default()));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let desk = Arc::clone(&desk);
            // A caller that was killed half-way is nobody's trouble.
            thread::spawn(move || drop(serve(stream, &desk)));
        }
    });
    say("ready");
    hear();
}

fn serve(stream: UnixStream, desk: &Mutex<Desk>) -> std::io::Result<()> {
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line)?;
    // Half a line is a caller that died while writing it: nothing reached us.
    let Some(line) = line.strip_suffix('\n') else { return Ok(()) };
    let answer = desk.lock().unwrap().answer(line);
    (&stream).write_all(answer.as_bytes())
}

impl Desk {
    fn answer(&mut self, line: &str) -> String {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["reset", manner] => {
                *self = Self { entries: Vec::new(), moody: manner == "moody" };
                "done".to_owned()
            }
            ["list"] => self.entries.iter().map(|entry| entry.to_line() + "\n").collect(),
            ["look", id] => {
                let id = id.parse().unwrap();
                let has = |e: &Entry| matches!(e, Entry::Reached { message, .. } if *message == id && !self.refuses(id));
                if self.entries.iter().any(has) { "found" } else { "nothing" }.to_owned()
            }
            _ => {
                let entry = Entry::from_line(line).unwrap();
                self.entries.push(entry.clone());
                match entry {
                    Entry::Reached { message, .. } if self.refuses(message) => "refused".to_owned(),
                    // The message is in, the answer gets lost.
                    Entry::Reached { message, .. } if self.moody && Door::loses_the_answer_to(message) => {
                        String::new()
                    }
                    Entry::Reached { .. } => "taken".to_owned(),
                    Entry::Answered { .. } => "noted".to_owned(),
                }
            }
        }
    }

    fn refuses(&self, message: MessageId) -> bool {
        self.moody && message.0[0].is_multiple_of(8)
    }
}

/// The way to the carrier's process.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    socket: PathBuf,
}

impl Door {
    pub(crate) fn of(folder: &Path) -> Self {
        // A folder may lead to the carrier of another: one carrier serves many rounds.
        let known = fs::read_to_string(folder.join("carrier")).map(PathBuf::from);
        Self { socket: known.unwrap_or_else(|_| folder.join("socket")) }
    }

    /// Whether a moody carrier takes the message and loses the answer.
    pub(crate) fn loses_the_answer_to(message: MessageId) -> bool {
        message.0[0] % 8 == 1
    }

    pub(crate) fn path(&self) -> &Path {
        &self.socket
    }

    /// What it answers; `None` for nothing.
    pub(super) fn ask(&self, line: &str) -> Option<String> {
        let mut stream = UnixStream::connect(&self.socket).ok()?;
        stream.write_all(format!("{line}\n").as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        (!answer.is_empty()).then_some(answer)
    }

    pub(crate) fn reset(&self, manner: &str) {
        assert_eq!(self.ask(&format!("reset {manner}")).as_deref(), Some("done"));
    }

    /// The carrier's list.
    pub(crate) fn list(&self) -> Vec<Entry> {
        let list = self.ask("list").unwrap_or_default();
        list.lines().map(|line| Entry::from_line(line).unwrap()).collect()
    }
}
