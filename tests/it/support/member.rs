use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use super::part::MARK;

/// The longest that a member of the crew may be silent while it is waited for: then the test fails, not hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// One process of the crew. It ends with this value, however the test ends.
#[derive(Debug)]
pub(crate) struct Member {
    part: &'static str,
    child: Child,
    to: ChildStdin,
    from: Receiver<String>,
}

impl Member {
    /// Starts a process and waits until it is ready: `part` is `carrier`, `receiver`, `worker` or `careless`.
    pub(crate) fn start(part: &'static str, place: &Path) -> Self {
        let mut member = Self::begin(part, place);
        member.expect("ready");
        member
    }

    /// Starts a process that says `ready` in its own time.
    pub(crate) fn begin(part: &'static str, place: &Path) -> Self {
        let mut member = Self::under(&[], part, place);
        assert_eq!(member.hear(), "");
        member
    }

    /// A process run by a program that comes first with its arguments, and may make an end of it at any time. Before
    /// it says `ready` it says nothing, in a line.
    pub(crate) fn under(above: &[String], part: &'static str, place: &Path) -> Self {
        let this = env::current_exe().unwrap();
        let mut command = match above {
            [] => Command::new(this),
            [program, options @ ..] => {
                let mut command = Command::new(program);
                command.args(options).arg(this);
                command
            }
        };
        command.args(["--exact", "support::part::part", "--ignored", "--nocapture"]);
        if !above.is_empty() {
            // What goes wrong there is meant to, and would be taken for this test's own trouble.
            command.stderr(Stdio::null());
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (line, from) = mpsc::channel();
        thread::spawn(move || {
            let mut lines = BufReader::new(out).lines().map_while(Result::ok);
            let told = |text: String| text.strip_prefix(MARK).map(str::to_owned);
            lines.try_for_each(|text| told(text).map_or(Ok(()), |text| line.send(text)))
        });
        let mut member = Self { part, child, to, from };
        // Who ends before that is heard to have ended.
        let _ = writeln!(member.to, "{part} {}", place.display());
        member
    }

    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.to, "{line}").unwrap();
    }

    /// Tells it, and returns what it says to that; `None` if it has ended or ends meanwhile.
    pub(crate) fn ask(&mut self, line: &str) -> Option<String> {
        writeln!(self.to, "{line}").ok()?;
        self.next()
    }

    /// The next line it says; `None` once it has ended.
    pub(crate) fn next(&mut self) -> Option<String> {
        match self.from.recv_timeout(PATIENCE) {
            Ok(line) => Some(line),
            Err(mpsc::RecvTimeoutError::Disconnected) => None,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("the {} says nothing", self.part),
        }
    }

    pub(crate) fn hear(&mut self) -> String {
        let said = self.next();
        said.unwrap_or_else(|| panic!("the {} has ended", self.part))
    }

    #[track_caller]
    pub(crate) fn expect(&mut self, begins: &str) -> String {
        let said = self.hear();
        assert!(said.starts_with(begins), "the {} says {said:?}, not {begins:?}", self.part);
        said
    }

    /// Waits until it has come to its end.
    pub(crate) fn ended(mut self) {
        while self.next().is_some() {}
        self.child.wait().unwrap();
    }

    /// Whether it has said anything that nobody has heard yet.
    pub(crate) fn is_silent(&self) -> bool {
        self.from.try_recv().is_err()
    }

    /// SIGSTOP: when this returns, it stands still.
    pub(crate) fn freeze(&self) {
        self.signal("STOP");
        assert!((0..1_000_000).any(|_| self.is_frozen() || pass()), "the {} does not stop", self.part);
    }

    /// SIGCONT.
    pub(crate) fn thaw(&self) {
        self.signal("CONT");
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn signal(&self, signal: &str) {
        let command = format!("kill -{signal} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &command]).status().unwrap().success());
    }

    fn is_frozen(&self) -> bool {
        let id = self.child.id().to_string();
        let state = match fs::read_to_string(format!("/proc/{id}/stat")) {
            // After the command's name, which may itself hold anything.
            Ok(stat) => stat.rsplit(") ").next().unwrap_or_default().to_owned(),
            Err(_) => {
                let ps = Command::new("ps").args(["-o", "state=", "-p", &id]).output().unwrap();
                String::from_utf8_lossy(&ps.stdout).trim().to_owned()
            }
        };
        state.starts_with('T')
    }
}

/// Lets others run, and tells that nothing has been found yet.
fn pass() -> bool {
    thread::yield_now();
    false
}

impl Drop for Member {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
