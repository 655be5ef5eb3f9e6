//! Files of platforms, and files that are not what they should be.

use optin::{
    phone::Country,
    place::Zone,
    report::audit::{AuditReadError, FileMark, Reading, read_consents, read_sends},
};
use proptest::prelude::*;

use super::{audit, told};

fn sends(csv: &[u8], reading: &Reading) -> Result<(FileMark, usize), AuditReadError> {
    let mut audit = audit();
    let mark = read_sends(&mut audit, "sends.csv", csv, reading, &mut |_, _| {})?;
    Ok((mark, audit.sends()))
}

fn counts(map: &std::collections::BTreeMap<&'static str, u64>) -> Vec<(&'static str, u64)> {
    map.iter().map(|(code, count)| (*code, *count)).collect()
}

#[test]
fn a_twilio_log_with_the_stops_that_stand_in_it() {
    let log = "\u{feff}From,To,Body,Status,SentDate,ApiVersion,NumSegments,ErrorCode,AccountSid,Sid,Direction,Price,PriceUnit
+18885550000,+12125550100,\"Sale, today\",delivered,2025-06-03T16:00:00Z,2010-04-01,1,,AC1,SM1,outbound-api,-0.0079,USD
+12125550100,+18885550000,Please stop texting me,received,2025-06-03T17:00:00Z,2010-04-01,1,,AC1,SM2,inbound,-0.0079,USD
+18885550000,+12125550100,You are unsubscribed,delivered,2025-06-03T17:00:02Z,2010-04-01,1,,AC1,SM3,outbound-reply,-0.0079,USD
+18885550000,+12125550100,Sale again,delivered,2025-06-04T16:00:00Z,2010-04-01,1,,AC1,SM4,outbound-api,-0.0079,USD
+18885550000,+12125550100,Sale,failed,2025-06-04T16:00:00Z,2010-04-01,1,30003,AC1,SM5,outbound-api,,USD
+18885550000,whatsapp:+12125550100,Sale,sent,2025-06-04T16:00:00Z,2010-04-01,1,,AC1,SM6,outbound-api,,USD
+12125550100,+18885550000,START,received,2025-06-05T17:00:00Z,2010-04-01,1,,AC1,SM7,inbound,-0.0079,USD
+18885550000,+12125550100,Hello,delivered,2025-06-05T18:00:00Z,2010-04-01,1,,AC1,SM8,outbound-api,-0.0079,USD
";
    let mut audit = audit();
    let consents = "phone,status,date,method\n+12125550100,subscribed,2025-01-01T10:00:00Z,checkbox\n";
    let given =
        read_consents(&mut audit, "c.csv", consents.as_bytes(), &Reading::default(), &mut |_, _| {}).unwrap();
    assert_eq!((given.format.as_str(), given.rows), ("generic", 1));
    let mark =
        read_sends(&mut audit, "log.csv", log.as_bytes(), &Reading::default(), &mut |_, _| {}).unwrap();
    assert_eq!((mark.format.as_str(), mark.rows), ("twilio", 8));
    assert_eq!(
        counts(&mark.set_aside),
        [("inbound_start", 1), ("inbound_stop", 1), ("never_left", 1), ("other_channel", 1)]
    );
    assert!(mark.refused.is_empty());
    assert_eq!(mark.sha256.len(), 64);
    let (found, _) = told(audit);
    assert_eq!(
        found,
        [
            "06-03 clean",
            "06-03 stop_confirmation - unprovable",
            "06-04 revoked US-STOP-CODE settled",
            "06-04 revoked US-STOP-REVOCATION contested",
            "06-05 clean",
        ]
    );
}

#[test]
fn each_row_that_cannot_be_read_is_counted_by_its_reason() {
    let log = "To,Sent At,Status,Type
+12125550100,2025-06-03T16:00:00Z,delivered,marketing
,2025-06-03T16:00:00Z,delivered,marketing
3.36E+10,2025-06-03T16:00:00Z,delivered,marketing
2125550100,2025-06-03T16:00:00Z,delivered,marketing
+12125550100,,delivered,marketing
+12125550100,yesterday,delivered,marketing
+12125550100,2025-06-03 16:00:00,delivered,marketing
+12125550100,2025-06-03,delivered,marketing
+12125550100,03/06/2025 16:00 ,delivered,marketing
+12125550100,2025-06-03T16:00:00Z,delivered
+12125550100,2025-06-03T16:00:00Z,canceled,marketing
+12125550100,2025-06-03T16:00:00Z,teleported,marketing
+12125550100,2025-06-03T16:00:00Z,delivered,oracle
";
    let (mark, kept) = sends(log.as_bytes(), &Reading::default()).unwrap();
    assert_eq!((mark.rows, kept), (13, 3));
    assert_eq!(
        counts(&mark.refused),
        [
            ("ambiguous_date", 1),
            ("date_only", 1),
            ("no_country_code", 1),
            ("no_zone", 1),
            ("number_missing", 1),
            ("number_unread", 1),
            ("ragged", 1),
            ("time_missing", 1),
            ("time_unread", 1),
        ]
    );
    // Nobody knows what these two were, so they are judged, as what is strictest.
    assert_eq!(counts(&mark.assumed), [("kind_unknown_marketing", 1), ("status_unknown_left", 1)]);
    assert_eq!(counts(&mark.set_aside), [("never_left", 1)]);
    assert_eq!(mark.samples.first(), Some(&(3, "number_missing")));

    // Told the zone, the country and the order of dates, four of them are read.
    let reading = Reading {
        region: Some(Country::US),
        zone: Zone::named("America/New_York"),
        day_first: Some(true),
        ..Reading::default()
    };
    let (mark, kept) = sends(log.as_bytes(), &reading).unwrap();
    assert_eq!(kept, 6);
    assert_eq!(mark.refused.values().sum::<u64>(), 6);
    // The night on which the clocks go back has an hour twice.
    let twice = "To,Sent At\n+12125550100,2025-11-02 01:30:00\n+12125550100,2025-03-09 02:30:00\n";
    let (mark, kept) = sends(twice.as_bytes(), &reading).unwrap();
    assert_eq!(kept, 0);
    assert_eq!(counts(&mark.refused), [("ambiguous_local_time", 1), ("no_such_local_time", 1)]);
}

#[test]
fn a_date_that_is_not_exact_counts_against_the_sender() {
    // In New York it is never later than UTC-12 nor earlier than UTC+14 tell.
    let list = "phone,status,date,method
+33612345678,subscribed,2025-06-02,form
+33612345679,subscribed,2025-01-06T10:00:00Z,form
+33612345679,unsubscribed,2025-06-04,
";
    let log = "to,sent at
+33612345678,2025-06-02T15:00:00Z
+33612345678,2025-06-03T12:00:00Z
+33612345679,2025-06-03T09:59:00Z
+33612345679,2025-06-03T10:06:00Z
";
    let mut audit = audit();
    let mark =
        read_consents(&mut audit, "c.csv", list.as_bytes(), &Reading::default(), &mut |_, _| {}).unwrap();
    assert_eq!(counts(&mark.assumed), [("date_only", 2)]);
    read_sends(&mut audit, "s.csv", log.as_bytes(), &Reading::default(), &mut |_, _| {}).unwrap();
    let (found, _) = told(audit);
    assert_eq!(
        found,
        [
            "06-02 consent_not_yet FR-CONSENT-MARKETING settled",
            "06-03 clean",
            "06-03 clean",
            "06-03 revoked EU-GDPR-OBJECTION settled",
            "06-03 revoked EU-GDPR-WITHDRAWAL settled",
            "06-03 revoked FR-STOP settled",
        ]
    );
}

#[test]
fn an_opt_out_is_never_lost_to_its_date() {
    let list = "phone,status,date\n+33612345678,unsubscribed,last spring\n+33612345679,unsubscribed,\n+33612345670,maybe,2025-01-01T00:00:00Z\n+33612345671,,\n+33612345672,pending,2025-01-01T00:00:00Z\n";
    let mut audit = audit();
    let mark =
        read_consents(&mut audit, "c.csv", list.as_bytes(), &Reading::default(), &mut |_, _| {}).unwrap();
    assert_eq!(counts(&mark.assumed), [("time_unread", 1), ("undated_opt_out", 2)]);
    assert_eq!(counts(&mark.refused), [("nothing_said", 1), ("status_unknown", 1)]);
    assert_eq!(counts(&mark.set_aside), [("pending", 1)]);
    let log = "to,sent at\n+33612345678,2025-06-02T15:00:00Z\n+33612345679,2025-06-02T15:00:00Z\n";
    read_sends(&mut audit, "s.csv", log.as_bytes(), &Reading::default(), &mut |_, _| {}).unwrap();
    let (found, _) = told(audit);
    assert_eq!(found.iter().filter(|line| line.contains("undated_opt_out")).count(), 2);
}

#[test]
fn a_list_with_both_dates_in_one_row() {
    let list = "Phone Number;Subscribed At;Unsubscribed At;Source\n+33612345678;2025-01-06T10:00:00Z;2025-06-02T10:00:00Z;keyword\n";
    let log = "to,sent at\n+33612345678,2025-05-30T12:00:00Z\n+33612345678,2025-06-03T12:00:00Z\n";
    let mut audit = audit();
    let mark =
        read_consents(&mut audit, "c.csv", list.as_bytes(), &Reading::default(), &mut |_, _| {}).unwrap();
    assert_eq!(mark.format, "postscript");
    read_sends(&mut audit, "s.csv", log.as_bytes(), &Reading::default(), &mut |_, _| {}).unwrap();
    assert_eq!(
        told(audit).0,
        [
            "05-30 clean",
            "06-03 revoked EU-GDPR-OBJECTION settled",
            "06-03 revoked EU-GDPR-WITHDRAWAL settled",
            "06-03 revoked FR-STOP settled"
        ]
    );
}

#[test]
fn what_is_no_table_of_messages_is_a_typed_error() {
    let read = |csv: &str| sends(csv.as_bytes(), &Reading::default()).unwrap_err();
    assert!(matches!(read(""), AuditReadError::Table(_)));
    assert!(matches!(read("phone,phone,sent at\n"), AuditReadError::Table(_)));
    assert!(matches!(read("to,sent at\n+12125550100,\"2025\n"), AuditReadError::Table(_)));
    let error = read("a,b\n1,2\n");
    assert!(matches!(error, AuditReadError::Column { ref field, .. } if field == "number"));
    assert_eq!(
        error.to_string(),
        "no column for `number` among: a, b; name it with a mapping `HEADER=number`"
    );
    assert!(matches!(read("to,b\n1,2\n"), AuditReadError::Column { ref field, .. } if field == "time"));
    // A file without a header has a person's data there: it is not shown.
    let error = read("+12125550100,2025-06-03T16:00:00Z\n").to_string();
    assert!(!error.contains("2125550100"), "{error}");
    let no_status =
        read_consents(&mut audit(), "c", &b"phone\n+1\n"[..], &Reading::default(), &mut |_, _| {});
    assert!(matches!(no_status, Err(AuditReadError::Column { .. })));
    let mapped = Reading { map: vec![("b".into(), "nonsense".into())], ..Reading::default() };
    assert!(matches!(sends(b"to,b\n", &mapped), Err(AuditReadError::Field { .. })));
    let format = Reading { format: Some("fax".into()), ..Reading::default() };
    assert!(matches!(sends(b"to,b\n", &format), Err(AuditReadError::Format { .. })));
}

#[test]
fn a_mapping_names_what_no_header_says() {
    let reading = Reading {
        map: vec![
            ("Kunde".into(), "number".into()),
            ("Wann".into(), "time".into()),
            ("Zeit".into(), "clock".into()),
        ],
        zone: Zone::named("Europe/Berlin"),
        ..Reading::default()
    };
    let (mark, kept) = sends(b"Kunde;Wann;Zeit\n+33612345678;03.06.2025;16:00\n", &reading).unwrap();
    assert_eq!((kept, counts(&mark.refused)), (0, vec![("ambiguous_date", 1)]));
    let reading = Reading { day_first: Some(true), ..reading };
    assert_eq!(sends(b"Kunde;Wann;Zeit\n+33612345678;03.06.2025;16:00\n", &reading).unwrap().1, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), head in any::<bool>()) {
        let mut file = if head { b"to,sent at,status,country,zip,state,tz\n".to_vec() } else { Vec::new() };
        file.extend(&bytes);
        let _ = sends(&file, &Reading::default());
        let _ = read_consents(&mut audit(), "c", &file[..], &Reading::default(), &mut |_, _| {});
    }

    #[test]
    fn no_cells_make_it_panic(cells in proptest::collection::vec("[^\"\\n\\r]{0,24}", 7)) {
        let row: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
        let file = format!("to,sent at,status,country,zip,state,tz\n{}\n+12125550100,2025-06-03T16:00:00Z,,US,{z},{s},{z}\n",
            row.join(","), z = row[0], s = row[1]);
        let mut audit = audit();
        if read_sends(&mut audit, "s", file.as_bytes(), &Reading::default(), &mut |_, _| {}).is_ok() {
            let report = audit.judge();
            let t = report.totals;
            prop_assert_eq!(t.judged, t.clean + t.settled + t.contested + t.unprovable);
        }
    }
}
