//! Files as the platforms export them, English and French, and what becomes of each of their rows.

use std::{fmt::Write as _, fs, io::Cursor};

use super::{options, shop};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/imports");

/// Every file, row by row. The table is read by people; `UPDATE=1` writes it anew.
#[tokio::test]
async fn every_platform_is_recognised_and_every_row_is_judged() {
    let mut files: Vec<_> = fs::read_dir(FOLDER).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind == "csv"));
    files.sort();
    assert!(files.len() >= 15);
    let mut table = String::new();
    for file in files {
        let bytes = fs::read(&file).unwrap();
        let (shop, _) = shop();
        let mut rows = Vec::new();
        let each = |judged: &optin::shop::Judged, _: &_| {
            let number = judged.number.map_or("-".to_owned(), |number| number.e164());
            rows.push(format!("  {} {number}", super::shown(judged)));
        };
        let report = shop.try_list(Cursor::new(&bytes), &options(), each, |_| {}).await.unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with(report.platform), "{name} was taken for {}", report.platform);
        writeln!(table, "{name}: {}\n{}", report.title, rows.join("\n")).unwrap();
    }
    let expected = format!("{FOLDER}/expected.txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&expected, &table).unwrap();
    }
    assert_eq!(fs::read_to_string(expected).unwrap(), table);
}

#[tokio::test]
async fn a_real_import_says_what_the_dry_run_said() {
    for file in fs::read_dir(FOLDER).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|kind| kind != "csv") {
            continue;
        }
        let csv = fs::read_to_string(&path).unwrap();
        let (shop, _) = shop();
        let (tried, mut before) = super::try_out(&shop, &csv).await.unwrap();
        let (done, mut after) = super::take(&shop, "list", &csv).await.unwrap();
        before.sort();
        after.sort();
        assert_eq!(before, after, "{path:?}");
        assert_eq!((tried.counts, tried.list), (done.counts, done.list));
        assert!(shop.verify().await.unwrap().is_ok());
    }
}
