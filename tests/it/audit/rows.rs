//! Every row of the files in one list, through the library and through the command.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use optin::{
    phone::Country,
    policy::Language,
    report::audit::{Audit, FindingList, Reading, Rendering, Split, read_consents, read_sends},
};

use super::{audit, policy};

const CONSENTS: &str = "\
Name,Phone,State,Postal Code,SMS Consent Status,SMS Consent Date,SMS Opt-out Date,Consent Source,Consent Text Version
Ana,(212) 555-0100,NY,10001,Subscribed,2025-01-02T15:00:00Z,,Checkout checkbox,v3
Ben,(212) 555-0101,New York,10001,Opted-Out,2025-01-02T15:00:00Z,2025-06-02T15:00:00Z,Web form,v3
Cat,(212) 555-0102,NY,10001,Subscribed,2025-03-02T15:00:00Z,2025-02-02T15:00:00Z,Web form,v3
Dan,(212) 555-0103,CA,90001,Subscribed,2025-01-02T15:00:00Z,,Web form,v3
Eve,(212) 555-0104,NY,10001,Subscribed,2025-01-02T15:00:00Z,,Storefront,v3
Fay,not a number,NY,10001,Subscribed,2025-01-02T15:00:00Z,,Web form,v3
=cmd,(212) 555-0105,NY,10001,Unsubscribed (spring),,,Web form,v3
";

const SENDS: &str = "\
Message ID,Sent At (UTC),To,Campaign,Category,Message Text,Delivery Status
m1,2025-06-03 16:00:00,(212) 555-0100,June,Promotional,Sale,Delivered
m2,2025-06-04 02:00:00,(212) 555-0100,June,Promotional,Sale,Delivered
m2,2025-06-04 02:00:09,(212) 555-0100,June,Promotional,Sale,Delivered
m3,2025-06-04 02:30:00,(212) 555-0100,Order,Transactional,Shipped,Delivered
m4,2025-06-04 02:40:00,(212) 555-0100,June,,Sale,Undelivered
m5,2025-06-04 16:00:00,(212) 555-0100,June,,Sale,Failed
m6,2025-06-04 16:00:00,(212) 555-0100,June,,Sale,Queued
m7,2025-06-04 16:00:00,(212) 555-0101,June,Promotional,Sale,Delivered
m8,2025-06-04 16:00:00,(212) 555-0102,June,Promotional,Sale,Delivered
m9,2025-02-10 16:00:00,(212) 555-0102,June,Promotional,Sale,Delivered
m10,2025-06-04 13:00:00,(212) 555-0103,June,Promotional,Sale,Delivered
m11,2025-06-04 16:00:00,(212) 555-0104,June,Promotional,Sale,Delivered
m12,2025-06-04 03:00:00,(212) 555-0104,June,,Sale,Delivered
m13,someday,(212) 555-0104,June,,Sale,Delivered
m14,2025-06-05 16:00:00,(212) 555-0105,June,,Sale,Delivered
m15,2025-06-06 16:00:00,(212) 555-0100,June,,Sale,Queued
m15,2025-06-06 16:00:05,(212) 555-0100,June,,Sale,Failed
";

fn reading() -> Reading {
    Reading { region: Some(Country::US), ..Reading::default() }
}

fn filled() -> Audit {
    let mut audit = audit();
    read_consents(&mut audit, "=list.csv", CONSENTS.as_bytes(), &reading(), &mut |_, _| {}).unwrap();
    read_sends(&mut audit, "sends.csv", SENDS.as_bytes(), &reading(), &mut |_, _| {}).unwrap();
    audit
}

/// `file line class reason rule`, in the order of file and line.
fn short(csv: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    rows.sort_by_key(|row| (row[0].to_owned(), row[1].parse::<u64>().unwrap()));
    let line = |row: &csv::StringRecord| {
        format!("{} {} {} {} {}", &row[0], &row[1], &row[6], &row[9], &row[7]).trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn listed(numbers: bool) -> String {
    let audit = filled();
    let rendering = Rendering { language: Language::English, numbers };
    let mut list = FindingList::begin(Vec::new(), audit.files().to_vec(), rendering, policy().zones).unwrap();
    let report = audit.judge_rows(|told| list.write(&told).unwrap());
    assert_eq!(report.totals.undelivered, 1);
    assert_eq!(report.totals.undelivered_against, 1);
    assert_eq!(report.totals.unconfirmed, 1);
    String::from_utf8(list.into_inner().unwrap()).unwrap()
}

/// The queued row of a message that failed is told as one that never left, and a repeat as a repeat.
const EXPECTED: [&str; 18] = [
    "'=list.csv 7 refused_row number_unread",
    "sends.csv 2 lawful",
    "sends.csv 3 violation window_closed US-NY-HOURS",
    "sends.csv 4 not_counted repeated",
    "sends.csv 5 lawful",
    "sends.csv 6 not_counted window_closed US-NY-HOURS",
    "sends.csv 7 not_counted never_left",
    "sends.csv 8 lawful",
    "sends.csv 9 violation revoked US-STOP-CODE",
    "sends.csv 10 lawful",
    "sends.csv 11 violation consent_not_yet US-CTIA-MARKETING",
    "sends.csv 12 contested window_closed US-FED-HOURS",
    "sends.csv 13 unprovable consent_form_unknown US-CTIA-MARKETING",
    "sends.csv 14 violation window_closed US-NY-HOURS",
    "sends.csv 15 refused_row time_unread",
    "sends.csv 16 unprovable no_consent US-CTIA-MARKETING",
    "sends.csv 17 not_counted never_left",
    "sends.csv 18 not_counted never_left",
];

#[test]
fn every_row_is_told_once_with_its_class() {
    let rows = short(&listed(false));
    assert_eq!(rows, EXPECTED);
}

#[test]
fn what_the_files_leave_open_is_told_once_and_hides_nothing() {
    let mut audit = audit();
    let list = "phone,status,date,source\n+12125550100,subscribed,2025-01-02T15:00:00Z,store\n+12125550101,subscribed,2025-01-02T15:00:00Z,form\n";
    let log = "to,sent at\n+12125550100,2025-06-03T16:00:00Z\n+12125550100,2025-06-05T02:00:00Z\n+12125550101,2025-06-03T16:00:00Z\n";
    read_consents(&mut audit, "c", list.as_bytes(), &reading(), &mut |_, _| {}).unwrap();
    read_sends(&mut audit, "s", log.as_bytes(), &reading(), &mut |_, _| {}).unwrap();
    let report = audit.judge();
    let open = report.conditions;
    let split = |split: Split| (split.settled, split.contested, split.unprovable, split.clean);
    assert_eq!(open.form_unknown, 2);
    // The message at night is a violation whatever the consent was.
    assert_eq!(split(open.as_given), (1, 0, 1, 1));
    assert_eq!(split(open.if_asked_too), (1, 0, 0, 2));
    let if_not = open.if_not_written;
    assert_eq!((if_not.settled + if_not.contested, if_not.unprovable, if_not.clean), (2, 0, 1));
    let rendering = Rendering::default();
    let json: serde_json::Value = serde_json::from_str(&report.to_json(rendering)).unwrap();
    assert_eq!(json["conditions"]["if_registers_asked_too"]["clean"], 2);
    assert_eq!(report.to_html(rendering).matches("If written consent can be shown").count(), 1);
}

#[test]
fn an_opt_out_survives_a_status_that_says_nothing() {
    let mut audit = audit();
    let list = "Phone,Status,Opted Out,Opt-in Date\n+33612345678,active,yes,2025-01-02T15:00:00Z\n+33612345679,active,no,2025-01-02T15:00:00Z\n+33612345670,sent STOP by text,,2025-01-02T15:00:00Z\n";
    let mark = read_consents(&mut audit, "c", list.as_bytes(), &reading(), &mut |_, _| {}).unwrap();
    assert!(mark.refused.is_empty(), "{:?}", mark.refused);
    assert_eq!(mark.assumed.get("undated_opt_out"), Some(&2));
}

/// The command as a user runs it, built if it is not.
fn command() -> Command {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline", "--all-features", "--example", "optin"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(built.unwrap().success());
    let tests = std::env::current_exe().unwrap();
    let target = tests.parent().and_then(|deps| deps.parent()).unwrap();
    Command::new(target.join("examples").join("optin"))
}

fn files(name: &str) -> (PathBuf, PathBuf, PathBuf) {
    let folder = std::env::temp_dir().join(format!("optin-audit-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (consents, sends) = (folder.join("list.csv"), folder.join("sends.csv"));
    std::fs::write(&consents, CONSENTS).unwrap();
    std::fs::write(&sends, SENDS).unwrap();
    (consents, sends, folder)
}

#[test]
fn the_command_writes_the_same_list() {
    let (consents, sends, folder) = files("list");
    let out = folder.join("findings.csv");
    let run = |findings: &Path, more: &[&str]| {
        let mut command = command();
        command.args(["audit", "--region", "US", "--consents"]).arg(&consents).arg("--sends").arg(&sends);
        command.arg("--findings").arg(findings).args(more).output().unwrap()
    };
    let told = run(&out, &[]);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let screen = String::from_utf8(told.stdout).unwrap();
    assert!(screen.contains("if written consent can be shown"), "{screen}");
    let masked = std::fs::read_to_string(&out).unwrap();
    let expected: Vec<String> = EXPECTED.iter().map(|row| row.replace("'=list.csv", "list.csv")).collect();
    assert_eq!(short(&masked), expected);
    assert!(!masked.contains("2125550100"));

    let whole = run(Path::new("-"), &["--numbers"]);
    let whole = String::from_utf8(whole.stdout).unwrap();
    // A plus would begin a formula.
    assert!(whole.starts_with("\"file\",\"line\"") && whole.contains("\"'+12125550100\""), "{whole}");
    assert_eq!(short(&whole), expected);

    let both = run(Path::new("-"), &["--json", "-"]);
    assert!(!both.status.success() && both.stdout.is_empty());
    std::fs::remove_dir_all(folder).unwrap();
}
