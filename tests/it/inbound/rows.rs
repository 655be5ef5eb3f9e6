//! Labelled replies: `id language context expected scope text`, parted by tabs, a line break written `\n`.

use std::{fs, path::Path};

use optin::inbound::{Context, Intent, Language, Matcher, Reading};

/// One labelled reply.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) language: Language,
    pub(super) context: Context,
    /// An intent's code, or `stop?`: stop and unsure are both right.
    pub(super) expected: String,
    pub(super) text: String,
}

impl Row {
    pub(super) fn read(&self, matcher: &Matcher, language: Language) -> Intent {
        let languages = [language];
        matcher
            .read(&self.text, &Reading { country: None, languages: &languages, context: self.context })
            .intent
    }
}

/// What the rows of one language were read as.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) stops: u32,
    /// Revocations read as stop or wrong number.
    pub(super) caught: u32,
    /// Revocations held for a human.
    pub(super) held: u32,
    pub(super) doubts: u32,
    /// Doubtful ones that were neither stopped nor held.
    pub(super) passed: u32,
    pub(super) wrong_numbers: u32,
    pub(super) told: u32,
    pub(super) others: u32,
    pub(super) false_stops: u32,
    pub(super) needless: u32,
    /// Read as something that opens, and not labelled so.
    pub(super) opened: u32,
}

impl Figures {
    pub(super) fn count(&mut self, expected: &str, got: Intent) {
        let closes = matches!(got, Intent::Stop | Intent::WrongNumber);
        let held = got == Intent::Unsure;
        self.opened += u32::from(got.opens() && got.code() != expected);
        let add = |counter: &mut u32, when: bool| *counter += u32::from(when);
        match expected {
            "stop" => {
                self.stops += 1;
                add(&mut self.caught, closes);
                add(&mut self.held, held);
            }
            "stop?" => {
                self.doubts += 1;
                add(&mut self.passed, !closes && !held);
            }
            "wrong_number" => {
                self.wrong_numbers += 1;
                add(&mut self.told, closes);
            }
            _ => {
                self.others += 1;
                add(&mut self.false_stops, closes);
                add(&mut self.needless, held);
            }
        }
    }
}

/// The rows of a file.
pub(super) fn rows(path: &Path) -> Vec<Row> {
    let row = |line: &str| {
        let [id, language, context, expected, _, text] = line.splitn(6, '\t').collect::<Vec<_>>()[..] else {
            panic!("{}: a row without six cells", path.display())
        };
        Row {
            id: id.to_owned(),
            language: Language::new(language).unwrap(),
            context: Context::from_code(context).unwrap(),
            expected: expected.to_owned(),
            text: text.replace("\\n", "\n"),
        }
    };
    fs::read_to_string(path).unwrap().lines().skip(1).map(row).collect()
}

/// The rows of every practice file.
pub(super) fn practice() -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/replies");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().flat_map(|file| rows(file)).collect()
}
