//! Lists from files: what is read, and what is refused with its line.

use optin::{
    blocking::wait,
    phone::{Country, PhoneNumber},
    register::{
        FileError, FileRegister, Layout, LineFault, Presence, Query, Reader, Register,
        conformance::{self, Maker},
    },
};

use crate::walk::{at, number};

fn reader(layout: Layout) -> Reader {
    FileRegister::reader("list").unwrap().layout(layout).as_of("2026-11-01".parse().unwrap())
}

fn stands(list: &FileRegister, who: PhoneNumber) -> bool {
    let told = wait(list.look_up(&[Query::new(who)])).unwrap();
    assert_eq!(told[0].as_of, at("2026-11-01T00:00:00Z"));
    told[0].presence == Presence::Listed
}

fn fault(layout: Layout, text: &[u8]) -> (u64, LineFault) {
    match reader(layout).read(text) {
        Err(FileError::Line { line, fault }) => (line, fault),
        other => panic!("{other:?}"),
    }
}

#[test]
fn numbers_are_read_as_lists_write_them() {
    let (ana, bob, zoe) = (number("+33612345678"), number("+12025550123"), number("+33698765432"));
    let lists: &[(Layout, &[u8])] = &[
        (Layout::International, b"+33612345678\n12025550123\n"),
        (Layout::International, b"\xef\xbb\xbf\"+33612345678\"; Ana\r\n\r\n12025550123,x,y"),
        (Layout::International, b"phone,name\n+33612345678,Ana\n+12025550123,Bob\n+12025550123,Bob again\n"),
        (Layout::National(Country::FR), b"06 12 34 56 78\n+1 202 555 0123\n"),
    ];
    for (layout, text) in lists {
        let list = reader(*layout).read(*text).unwrap();
        assert_eq!(list.entries(), 2, "{layout:?}");
        assert!(stands(&list, ana) && stands(&list, bob) && !stands(&list, zoe), "{layout:?}");
    }
    for text in [
        "202,5550123",
        "2025550123",
        "(202) 555-0123",
        "1-202-555-0123",
        "\"202\",\"5550123\"",
        "+12025550123,x",
    ] {
        let list = reader(Layout::NorthAmerican).read(text.as_bytes()).unwrap();
        assert!(stands(&list, bob) && !stands(&list, ana), "{text}");
    }
    let list = reader(Layout::Sha256).read(HASHED.to_uppercase().as_bytes()).unwrap();
    assert!(stands(&list, ana) && !stands(&list, bob));
}

/// `printf %s +33612345678 | sha256sum`
const HASHED: &str = "42d573cfc315801d4cd8eddd5416b416a0bf298b9b9e12d6b07442c91db42bd8";

#[test]
fn a_bad_line_is_named_and_nothing_is_used() {
    let good = b"+33612345678\n".to_vec();
    let with = |bad: &[u8]| [good.as_slice(), bad, b"\n+33698765432\n"].concat();
    let cases: &[(&[u8], LineFault)] = &[
        (b"nobody", LineFault::NotANumber),
        (b"+336", LineFault::NotANumber),
        (b"3.36123E+10", LineFault::NotANumber),
        (b"+33612\x0045678", LineFault::NotANumber),
        (b"\xff\xfe+\x003", LineFault::NotUtf8),
        (b"=cmd()", LineFault::NotANumber),
    ];
    for (bad, expected) in cases {
        assert_eq!(fault(Layout::International, &with(bad)), (2, *expected), "{bad:?}");
    }
    assert_eq!(fault(Layout::International, &with(&vec![b'7'; 1 << 20])), (2, LineFault::TooLong));
    assert_eq!(fault(Layout::NorthAmerican, b"2025550123\n1025550123\n"), (2, LineFault::NotANumber));
    assert_eq!(fault(Layout::NorthAmerican, b"2025550123\n2020550123\n"), (2, LineFault::NotANumber));
    assert_eq!(fault(Layout::NorthAmerican, b"+33612345678\n"), (1, LineFault::NotANumber));
    assert_eq!(fault(Layout::Sha256, b"0123\n"), (1, LineFault::NotAHash));
    let dated = reader(Layout::International).since_column(2);
    assert!(matches!(
        dated.read("+33612345678,2026-01-10\n+33698765432\n".as_bytes()),
        Err(FileError::Line { line: 2, fault: LineFault::NotADate })
    ));
    // As many as one says may be passed over, and no more; they are told.
    let two = b"+33612345678\nx1\nx2\n".as_slice();
    let list = reader(Layout::International).tolerate(2).read(two).unwrap();
    assert_eq!(list.bad_lines(), [(2, LineFault::NotANumber), (3, LineFault::NotANumber)]);
    assert!(matches!(
        reader(Layout::International).tolerate(1).read(two),
        Err(FileError::Line { line: 2, .. })
    ));
}

#[test]
fn a_list_without_date_or_entries_is_none() {
    assert!(matches!(reader(Layout::International).read("".as_bytes()), Err(FileError::Empty)));
    assert!(matches!(reader(Layout::International).read("phone\n\n".as_bytes()), Err(FileError::Empty)));
    let dir = tempfile::tempdir().unwrap();
    let undated = FileRegister::reader("list").unwrap();
    let named = [
        ("dnc.txt", None),
        ("dnc-2026-11-01.txt", Some("2026-11-01T00:00:00Z")),
        ("2026-11-01-dnc.txt", Some("2026-11-01T00:00:00Z")),
        ("20-2026-11-01", Some("2026-11-01T00:00:00Z")),
        ("é-2026-13-01.txt", None),
        ("dnc-12026-11-01.txt", None),
        ("dnc-2026-11-011.txt", None),
        ("dnc-2026-1-1.txt", None),
    ];
    for (file, dated) in named {
        let path = dir.path().join(file);
        std::fs::write(
            &path,
            "+33612345678
",
        )
        .unwrap();
        match (undated.open(&path), dated) {
            (Ok(list), Some(date)) => assert_eq!(list.edition().unwrap().as_of, at(date), "{file}"),
            (Err(FileError::NoDate), None) => {}
            (other, _) => panic!("{file}: {other:?}"),
        }
    }
    assert!(matches!(undated.open(dir.path().join("none-2026-11-01")), Err(FileError::Io(_))));
}

#[test]
fn a_date_column_says_since_when_and_the_latest_counts() {
    let list = reader(Layout::International).since_column(2);
    let list = list
        .read("+33612345678,2026-01-10\n+33612345678,2026-03-02\n+33612345678,2025-05-05\n".as_bytes())
        .unwrap();
    let told = wait(list.look_up(&[Query::new(number("+33612345678"))])).unwrap();
    assert_eq!(told[0].since, Some(at("2026-03-02T00:00:00Z")));
    assert_eq!(
        told[0].provenance.as_deref(),
        Some(&*format!("sha256:{}", list.edition().unwrap().digest.unwrap()))
    );
}

#[test]
fn a_large_list_stays_flat() {
    let mut text = String::new();
    for line in 0..1_000_000u64 {
        text.push_str(&(2_002_000_000 + line * 7 % 700_000_000).to_string());
        text.push('\n');
    }
    let mut list = None;
    let used =
        allocation_counter::measure(|| list = reader(Layout::NorthAmerican).read(text.as_bytes()).ok());
    let list = list.expect("the list is good");
    assert_eq!(list.entries(), 1_000_000);
    // Eight bytes an entry, doubled while it grows.
    assert!(used.bytes_max < 30 << 20, "{} bytes", used.bytes_max);
    assert!(used.count_total < 200, "{} allocations", used.count_total);
}

struct Lists;
impl Maker for Lists {
    type Register = FileRegister;
    async fn make(&self) -> FileRegister {
        reader(Layout::International).read("+33612345678\n".as_bytes()).unwrap()
    }
    fn listed(&self) -> PhoneNumber {
        number("+33612345678")
    }
    fn unlisted(&self) -> PhoneNumber {
        number("+33698765432")
    }
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        at("2026-11-22T00:00:00Z")
    }
}

#[test]
fn it_conforms() {
    wait(conformance::run(&Lists)).unwrap();
}
