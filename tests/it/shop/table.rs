use std::io::Read;

use optin::shop::table::{Bad, Encoding, Fault, MOST_BYTES, Row, Table, TableError};
use proptest::prelude::*;

type Cells = Vec<Vec<String>>;

/// Gives its bytes in pieces of odd lengths.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.1 = self.1 % 7 + 1;
        let most = into.len().min(self.1);
        self.0.read(&mut into[..most])
    }
}

fn cells(bytes: &[u8]) -> Cells {
    let table = Table::open(bytes).unwrap();
    let head = table.headers().to_vec();
    let rows = table.map(|row| row.unwrap().cells().map(str::to_owned).collect());
    std::iter::once(head).chain(rows).collect()
}

fn lines(bytes: &[u8]) -> Vec<Result<u64, String>> {
    let rows = Table::open(bytes).unwrap();
    rows.map(|row| row.map(|row| row.line()).map_err(|bad| bad.to_string())).collect()
}

fn utf16(text: &str, low_first: bool, mark: bool) -> Vec<u8> {
    let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
    units.flat_map(|unit| if low_first { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

#[test]
fn the_encoding_is_found() {
    let text = "phone,prénom\n+33612345678,Zoé\n+33612345679,Anaïs\n";
    let meant = cells(text.as_bytes());
    assert_eq!(meant[1][1], "Zoé");
    let windows: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let with_mark = [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat();
    let written = [
        (with_mark, Encoding::Utf8),
        (windows, Encoding::Windows1252),
        (utf16(text, true, true), Encoding::Utf16Le),
        (utf16(text, false, true), Encoding::Utf16Be),
        (utf16(text, true, false), Encoding::Utf16Le),
        (utf16(text, false, false), Encoding::Utf16Be),
    ];
    for (bytes, encoding) in written {
        assert_eq!(cells(&bytes), meant, "{encoding:?}");
        let dripped: Cells = Table::open(Drip(&bytes, 0))
            .unwrap()
            .map(|row| row.unwrap().cells().map(str::to_owned).collect())
            .collect();
        assert_eq!(dripped, meant[1..], "{encoding:?}");
        assert_eq!(Table::open(bytes.as_slice()).unwrap().encoding(), encoding);
    }
}

#[test]
fn windows_1252_is_found_however_late_it_begins() {
    let mut bytes = b"phone,name\n".to_vec();
    (0..20_000).for_each(|_| bytes.extend_from_slice(b"+33612345678,plain\n"));
    bytes.extend_from_slice(b"+33612345679,Zo\xE9 \x80\n");
    let mut table = Table::open(bytes.as_slice()).unwrap();
    assert_eq!(table.by_ref().last().unwrap().unwrap().cell(1), "Zoé €");
    assert_eq!((table.encoding(), table.damaged()), (Encoding::Windows1252, 0));
    // Once there was a character of UTF-8, a broken one is a broken one.
    let mut table = Table::open(b"phone,pr\xC3\xA9nom\n1,Zo\xE9\n".as_slice()).unwrap();
    assert_eq!(table.next().unwrap().unwrap().cell(1), "Zo\u{FFFD}");
    assert_eq!((table.encoding(), table.damaged()), (Encoding::Utf8, 1));
}

#[test]
fn the_delimiter_is_found() {
    for (text, delimiter) in [
        ("a,b,c\n1,2;3,4\n", ','),
        ("a;b;c\n1;2,5;3,5\n4;5,5;6,5\n", ';'),
        ("a\tb,c\td\n1\t2\t3\n", '\t'),
        ("a|b\n1,5|2\n", '|'),
        ("sep=;\r\na,b;c\r\n1,2;3\r\n", ';'),
        ("phone\n0612345678\n", ','),
        ("\"a,b\";c\n1;2\n", ';'),
    ] {
        assert_eq!(Table::open(text.as_bytes()).unwrap().delimiter(), delimiter, "{text:?}");
    }
    assert_eq!(lines(b"sep=;\r\na;b\r\n1;2\r\n"), [Ok(3)]);
}

#[test]
fn lines_are_those_of_the_file() {
    let text = b"a,b\r\n1,2\n\n\r\n3,\"x\r\ny\"\r5,6\r\r\n7,\"\n\n\"\n8,9";
    assert_eq!(lines(text), [Ok(2), Ok(5), Ok(7), Ok(9), Ok(12)]);
    let read = cells(text);
    assert_eq!(read[2], ["3", "x\r\ny"]);
    assert_eq!(read[4], ["7", "\n\n"]);
}

#[test]
fn a_row_that_cannot_be_read_is_named_and_the_next_is_read() {
    let text = b"a,b\n1,2\n3\n4,5,6\n7,x\0y\n\"q\"z,8\n9,10\n";
    let rows: Vec<_> = Table::open(text.as_slice()).unwrap().collect();
    let fault = |at: usize| match &rows[at] {
        Err(Bad::Row(bad)) => (bad.line, bad.fault),
        other => panic!("{other:?}"),
    };
    assert_eq!(fault(1), (3, Fault::Ragged { found: 1, expected: 2 }));
    assert_eq!(fault(2), (4, Fault::Ragged { found: 3, expected: 2 }));
    assert_eq!(fault(3), (5, Fault::Nul { column: 2 }));
    assert_eq!(fault(4), (6, Fault::Quotes { column: 1 }));
    assert_eq!(rows[5].as_ref().unwrap().line(), 7);
    assert_eq!(rows.len(), 6);
}

#[test]
fn an_open_quote_swallows_nothing() {
    for (text, line, column) in [
        ("a,b\n1,2\n3,\"open\n5,6\n", 3, 2),
        // Closed by the quote of a later line: what lies between would have been lost without a word.
        ("a,b\n1,\"open\n+33612345678,stop\n5,\"six\"\n7,8\n", 2, 2),
        ("a,b\n\"x\n1,2\n\"\n", 2, 1),
        ("a,b\n\"", 2, 1),
        ("a,\"b\n1,2\n", 1, 2),
    ] {
        let last = match Table::open(text.as_bytes()) {
            Ok(table) => table.last().unwrap().unwrap_err().to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(last, TableError::OpenQuote { line, column }.to_string(), "{text:?}");
    }
    // Named before a megabyte of lines is taken for one field, and nothing is read after it.
    let long = format!("a,b\n1,\"open\n{}", "+33612345678,stop\n".repeat(2 * MOST_BYTES / 18));
    let mut table = Table::open(long.as_bytes()).unwrap();
    assert!(matches!(table.next(), Some(Err(Bad::File(TableError::OpenQuote { line: 2, column: 2 })))));
    assert!(table.next().is_none());
}

#[test]
fn a_field_beyond_the_bound_is_refused_with_its_place() {
    for field in ["x".repeat(MOST_BYTES + 1), format!("\"{}\"", ",".repeat(3 * MOST_BYTES))] {
        let text = format!("a,b,c\n1,{field},3\n4,5,6\n");
        let rows: Vec<_> = Table::open(text.as_bytes()).unwrap().collect();
        let Err(Bad::Row(bad)) = &rows[0] else { panic!("{:?}", rows[0]) };
        assert_eq!((bad.line, bad.fault), (2, Fault::TooLong { column: 2 }));
        assert_eq!(rows[1].as_ref().unwrap().cell(2), "6");
    }
    let fits = format!("a,b\n1,{}\n", "x".repeat(MOST_BYTES));
    assert!(Table::open(fits.as_bytes()).unwrap().next().unwrap().is_ok());
    // Many fields that are each within the bound are not within that of a row.
    let wide = format!("a,b\n{}\n1,2\n", "y".repeat(900_000).as_str().to_owned() + &",z".repeat(2_500_000));
    let rows: Vec<_> = Table::open(wide.as_bytes()).unwrap().collect();
    assert!(matches!(&rows[0], Err(Bad::Row(bad)) if matches!(bad.fault, Fault::TooLong { .. })));
    assert!(rows[1].is_ok());
}

#[test]
fn what_is_no_table_is_refused() {
    let error = |bytes: &[u8]| Table::open(bytes).unwrap_err().to_string();
    assert!(error(b"").contains("empty"));
    assert!(error(b"\n\r\n\n").contains("empty"));
    assert!(error(b"\xEF\xBB\xBF").contains("empty"));
    assert!(error(b" , ,\n1,2,3\n").contains("empty"));
    assert!(error(b"PK\x03\x04....").contains("Excel"));
    assert_eq!(error(b"phone,b,Phone \n1,2,3\n"), "columns 1 and 3 are both named `Phone`");
    // A file without headers: its first row is somebody's data.
    let numbers = error(b"+33612345678,+33612345678\n");
    assert!(!numbers.contains("33612345678"), "{numbers}");
    assert!(error(b"a,b\0\n1,2\n").starts_with("line 1, the headers: column 2: a NUL"));
    let wide = error(format!("a{}\n", ",b".repeat(5_000)).as_bytes());
    assert!(wide.contains("named `b`") || wide.contains("5001 cells"), "{wide}");
}

#[test]
fn debug_shows_no_cell() {
    let rows: Vec<_> = Table::open(b"a,b\n+33612345678,x\n+33612345678\n".as_slice()).unwrap().collect();
    let shown = format!("{rows:?}");
    assert!(!shown.contains("336"), "{shown}");
}

#[test]
fn room_is_used_again() {
    let mut table = Table::open(b"a,b\n1,2\n3\n4,5\n".as_slice()).unwrap();
    let (mut row, mut good) = (Row::default(), Vec::new());
    loop {
        match table.read(&mut row) {
            Ok(true) => good.push(row.cell(0).to_owned()),
            Ok(false) => break,
            Err(bad) => assert!(matches!(bad, Bad::Row(_))),
        }
    }
    assert_eq!(good, ["1", "4"]);
}

/// Reads everything, in two ways that must agree, and checks what must hold of any bytes.
fn survives(bytes: &[u8]) {
    let read = |table: Result<Table<Drip<'_>>, TableError>| match table {
        Err(error) => vec![error.to_string()],
        Ok(table) => {
            let expected = table.headers().len();
            let mut line = 0;
            table
                .map(|row| match row {
                    Ok(row) => {
                        assert!(row.line() > line && row.cells().count() == expected);
                        line = row.line();
                        assert!(row.cells().all(|cell| !cell.contains('\0')));
                        format!("{line} {:?}", row.cells().collect::<Vec<_>>())
                    }
                    Err(bad) => bad.to_string(),
                })
                .collect()
        }
    };
    let dripped = read(Table::open(Drip(bytes, 0)));
    let whole: Vec<String> = match Table::open(bytes) {
        Err(error) => vec![error.to_string()],
        Ok(table) => table
            .map(|row| match row {
                Ok(row) => format!("{} {:?}", row.line(), row.cells().collect::<Vec<_>>()),
                Err(bad) => bad.to_string(),
            })
            .collect(),
    };
    assert_eq!(dripped, whole);
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"\"".to_vec()),
        Just(b",".to_vec()),
        Just(b";".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(vec![0]),
        Just("é".as_bytes().to_vec()),
        Just(vec![0xE9]),
        Just(vec![0xFF, 0xFE]),
        Just(b"phone".to_vec()),
        Just(b"x".to_vec()),
        any::<u8>().prop_map(|byte| vec![byte]),
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(pieces in prop::collection::vec(piece(), 0..60)) {
        survives(&pieces.concat());
    }

    #[test]
    fn any_text_in_utf16_is_read_or_refused(text in "[a-c,;\"\r\n\u{e9}\u{1F600}]{0,40}", low in any::<bool>(), mark in any::<bool>()) {
        survives(&utf16(&text, low, mark));
    }

    /// What the crate `csv` writes is read back, whatever is in the cells.
    #[test]
    fn what_is_written_is_read_back(rows in prop::collection::vec(prop::collection::vec("[a-z\"',;\r\n \u{e9}\u{4e2d}]{0,6}", 3), 0..8)) {
        let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        writer.write_record(["one", "two", "three"]).unwrap();
        rows.iter().for_each(|row| writer.write_record(row).unwrap());
        let bytes = writer.into_inner().unwrap();
        prop_assert_eq!(&cells(&bytes)[1..], &rows[..]);
    }
}
