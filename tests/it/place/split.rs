//! Area codes, postal codes and states through which a line between zones runs, written down by hand from 49 CFR
//! part 71, the facts' X10 and the maps of provinces; by what the clocks show, not by the zones' names.

use optin::place::{Place, Whereabouts, Zone, ZoneTable};

use super::{of, places};

/// A letter for what a clock shows in minutes from UTC in January and in July of 2025: Newfoundland, Atlantic,
/// Eastern, Central, Mountain, Pacific, Alaska, Hawaii-Aleutian; small where there is no summer time.
const CLOCKS: [(char, i32, i32); 13] = [
    ('N', -210, -150),
    ('A', -240, -180),
    ('a', -240, -240),
    ('E', -300, -240),
    ('e', -300, -300),
    ('C', -360, -300),
    ('c', -360, -360),
    ('M', -420, -360),
    ('m', -420, -420),
    ('P', -480, -420),
    ('K', -540, -480),
    ('H', -600, -540),
    ('h', -600, -600),
];

/// The letters of all candidate zones, in the order of `CLOCKS`.
fn clocks(here: &Whereabouts) -> String {
    let table = ZoneTable::bundled();
    let offset = |zone: Zone, at| table.span(zone, at).unwrap().offset / 60;
    let shown: Vec<_> = here
        .zones()
        .iter()
        .map(|&zone| {
            let (winter, summer) = (offset(zone, 1_736_942_400), offset(zone, 1_752_580_800));
            let of = CLOCKS.iter().find(|(_, w, s)| (*w, *s) == (winter, summer));
            of.unwrap_or_else(|| panic!("{zone}: {winter} {summer}")).0
        })
        .collect();
    CLOCKS.iter().map(|(letter, ..)| *letter).filter(|letter| shown.contains(letter)).collect()
}

/// Area codes that a line runs through, or that lie whole on one side of a line in their state.
const AREAS: &[(&str, &str, &str)] = &[
    ("850 448", "US-FL", "EC"),
    ("305 386 352 561 904 407 689 813 239", "US-FL", "E"),
    ("906", "US-MI", "EC"),
    ("313 616 231 989 517", "US-MI", "E"),
    ("541 458", "US-OR", "MP"),
    ("503 971", "US-OR", "P"),
    ("270 364 606", "US-KY", "EC"),
    ("502 859", "US-KY", "E"),
    ("812 930 219 574 765", "US-IN", "EC"),
    ("317 463 260", "US-IN", "E"),
    ("208 986", "US-ID", "MP"),
    ("605", "US-SD", "CM"),
    ("701", "US-ND", "CM"),
    ("308 402 531", "US-NE", "CM"),
    ("785 620", "US-KS", "CM"),
    ("316 913", "US-KS", "C"),
    ("907", "US-AK", "KH"),
    ("915", "US-TX", "M"),
    ("214 512 713 210 806 956", "US-TX", "C"),
    ("423 729 931", "US-TN", "EC"),
    ("865", "US-TN", "E"),
    ("731 901 615 629", "US-TN", "C"),
    ("928", "US-AZ", "Mm"),
    ("602 480 520 623", "US-AZ", "m"),
    ("775", "US-NV", "MP"),
    ("702 725", "US-NV", "P"),
    ("212", "US-NY", "E"),
    ("312", "US-IL", "C"),
    ("303", "US-CO", "M"),
    ("206", "US-WA", "P"),
    ("808", "US-HI", "h"),
    ("334 205 251 256", "US-AL", "C"),
    ("709 879", "CA-NL", "NA"),
    ("902 782", "CA-NS,CA-PE", "A"),
    ("506 428", "CA-NB", "A"),
    ("514 438 819 873", "CA-QC", "E"),
    ("418 581 367", "CA-QC", "AaE"),
    ("416 647 613 705", "CA-ON", "E"),
    ("807", "CA-ON", "EeC"),
    ("204 431", "CA-MB", "C"),
    ("306 639", "CA-SK", "CcM"),
    ("403 587 780", "CA-AB", "M"),
    ("604 250 236 672 778", "CA-BC", "MmP"),
];

#[test]
fn an_area_code_has_every_clock_of_its_area_and_no_other() {
    let mut wrong = Vec::new();
    for &(codes, place, expected) in AREAS {
        for code in codes.split(' ') {
            let here = of(&format!("+1{code}5550123"));
            if (places(&here).as_str(), clocks(&here).as_str()) != (place, expected) {
                wrong.push((code, places(&here), clocks(&here), expected));
            }
        }
    }
    assert_eq!(wrong, []);
}

/// A ZIP code, its state, what its clocks show, and all that we may hold at most: a code on a line holds both.
const ZIPS: &[(&str, &str, &str, &str)] = &[
    ("32501 32578", "US-FL", "C", "C"),
    ("32401", "US-FL", "C", "EC"),
    ("32301 33101 32320 34102", "US-FL", "E", "E"),
    ("32456", "US-FL", "EC", "EC"),
    ("79901 79821 79839", "US-TX", "M", "CM"),
    ("75001 77002 79701 79401", "US-TX", "C", "C"),
    ("37402 37902 37660 37601", "US-TN", "E", "EC"),
    ("38103 37203 38301", "US-TN", "C", "C"),
    ("40202 40502 41501 41011", "US-KY", "E", "E"),
    ("42001 42101 42240", "US-KY", "C", "C"),
    ("46204 46802 47401", "US-IN", "E", "E"),
    ("47708 46402", "US-IN", "C", "EC"),
    ("46534", "US-IN", "C", "EC"),
    ("48201 49503 49855 49783", "US-MI", "E", "EC"),
    ("49801 49938", "US-MI", "C", "EC"),
    ("57104 57401", "US-SD", "C", "C"),
    ("57501", "US-SD", "C", "CM"),
    ("57701 57783", "US-SD", "M", "M"),
    ("58102 58201", "US-ND", "C", "C"),
    ("58601 58621", "US-ND", "M", "CM"),
    ("68102 68502", "US-NE", "C", "C"),
    ("69361 69301", "US-NE", "M", "CM"),
    ("69101", "US-NE", "C", "CM"),
    ("66101 67202", "US-KS", "C", "C"),
    ("67735 67879", "US-KS", "M", "CM"),
    ("83702 83201 83301", "US-ID", "M", "M"),
    ("83814 83501", "US-ID", "P", "MP"),
    ("97201 97401", "US-OR", "P", "P"),
    ("97914", "US-OR", "M", "MP"),
    ("99501 99701 99801 99685", "US-AK", "K", "KH"),
    ("99546 99547", "US-AK", "H", "KH"),
    ("85001 85701", "US-AZ", "m", "m"),
    ("86515 86040", "US-AZ", "M", "Mm"),
    ("89101 89501", "US-NV", "P", "P"),
    ("89883", "US-NV", "M", "MP"),
    ("10001", "US-NY", "E", "E"),
    ("35203 36830", "US-AL", "C", "C"),
];

#[test]
fn a_zip_code_has_the_clock_of_its_town() {
    let number = of("+12125550123");
    let mut wrong = Vec::new();
    for &(codes, place, shown, most) in ZIPS {
        for code in codes.split(' ') {
            let here = number.with_postal_code(code).unwrap();
            let found = clocks(&here);
            let well = shown.chars().all(|c| found.contains(c)) && found.chars().all(|c| most.contains(c));
            if places(&here) != place || !well {
                wrong.push((code, places(&here), found, shown));
            }
        }
    }
    assert_eq!(wrong, []);
}

#[test]
fn a_state_has_every_clock_within_it() {
    for (codes, expected) in [
        ("US-FL US-TN US-KY US-IN US-MI", "EC"),
        ("US-TX US-SD US-ND US-NE US-KS", "CM"),
        ("US-ID US-OR US-NV", "MP"),
        ("US-AK", "KH"),
        ("US-AZ", "Mm"),
        ("US-NY US-GA US-OH US-VA", "E"),
        ("US-AL US-WI US-LA US-MS US-OK", "C"),
        ("US-UT US-WY US-NM", "M"),
        ("US-CA US-WA", "P"),
        ("US-HI", "h"),
        ("US-PR", "a"),
    ] {
        for code in codes.split(' ') {
            let here = of("+12125550123").with_place(Place::new(code).unwrap());
            assert_eq!(clocks(&here), expected, "{code}");
        }
    }
}

/// The first letter of a Canadian postal code, or its first three signs; province or territory; clocks. We hold a
/// province's clocks whole: no table of its parts.
const LETTERS: &[(&str, &str, &str)] = &[
    ("A1B 2C3", "CA-NL", "NA"),
    ("B3H 1A1", "CA-NS", "A"),
    ("C1A 1A1", "CA-PE", "A"),
    ("E1A 1A1", "CA-NB", "A"),
    ("G1A 1A1", "CA-QC", "AaE"),
    ("G0G 1W0", "CA-QC", "AaE"),
    ("H2X 1Y4", "CA-QC", "E"),
    ("J4B 1A1", "CA-QC", "E"),
    ("K1A 0A1", "CA-ON", "E"),
    ("L4W 1A1", "CA-ON", "E"),
    ("M5V 3L9", "CA-ON", "E"),
    ("N2L 3G1", "CA-ON", "E"),
    ("P9N 1A1", "CA-ON", "EeC"),
    ("P0T 1C0", "CA-ON", "EeC"),
    ("R3C 1A1", "CA-MB", "C"),
    ("S4P 1A1", "CA-SK", "CcM"),
    ("T2P 1A1", "CA-AB", "M"),
    ("V5K 0A1", "CA-BC", "MmP"),
    ("V1C 1A1", "CA-BC", "MmP"),
    ("X0A 0H0", "CA-NU", "EeCM"),
    ("X0B 0C0", "CA-NU", "EeCM"),
    ("X0C 0G0", "CA-NU", "EeCM"),
    ("X1A 1A1", "CA-NT", "M"),
    ("X0E 0T0", "CA-NT", "M"),
    ("Y1A 1A1", "CA-YT", "m"),
];

#[test]
fn a_canadian_letter_is_its_province_with_all_clocks() {
    let mut wrong = Vec::new();
    for &(code, place, expected) in LETTERS {
        let here = of("+14165550123").with_postal_code(code).unwrap();
        let (there, found) = (places(&here), clocks(&here));
        let inside = there.split(',').any(|held| held == place);
        if !inside || !expected.chars().all(|c| found.contains(c)) {
            wrong.push((code, there, found, expected));
        }
    }
    assert_eq!(wrong, []);
    for letter in "DFIOQUWZ".chars() {
        let code = format!("{letter}1A 1A1");
        assert!(of("+14165550123").with_postal_code(&code).is_err(), "{code} begins no postal code");
    }
}

/// The first two figures are the department, Corsica in two halves, overseas three.
#[test]
fn every_french_department_is_found_by_its_postal_code() {
    let number = of("+33612345678");
    for department in (1..=95).filter(|&number| number != 20) {
        let here = number.with_postal_code(&format!("{department:02}100")).unwrap();
        assert_eq!(places(&here), format!("FR-{department:02}"));
    }
    for (codes, place, zone) in [
        ("20000 20137 20190", "FR-2A", "Europe/Paris"),
        ("20200 20220 20600", "FR-2B", "Europe/Paris"),
        ("97110 97180", "FR-971", "America/Guadeloupe"),
        ("97133", "FR-BL", "America/St_Barthelemy"),
        ("97150", "FR-MF", "America/Marigot"),
        ("97200 97290", "FR-972", "America/Martinique"),
        ("97300 97320", "FR-973", "America/Cayenne"),
        ("97400 97490", "FR-974", "Indian/Reunion"),
        ("97500", "FR-PM", "America/Miquelon"),
        ("97600 97680", "FR-976", "Indian/Mayotte"),
        ("98600", "FR-WF", "Pacific/Wallis"),
        ("98800 98890", "FR-NC", "Pacific/Noumea"),
    ] {
        for code in codes.split(' ') {
            let here = number.with_postal_code(code).unwrap();
            assert_eq!((places(&here).as_str(), super::zones(&here).as_str()), (place, zone), "{code}");
        }
    }
}

/// +262 is La Réunion and Mayotte; only a postal code or a declared place tells which.
#[test]
fn one_prefix_of_two_departments_holds_both() {
    for number in ["+262692123456", "+262693123456", "+262639123456", "+262262123456"] {
        let here = of(number);
        assert_eq!(places(&here), "FR-974,FR-976", "{number}");
        assert_eq!(super::zones(&here), "Indian/Mayotte,Indian/Reunion", "{number}");
        assert_eq!(places(&here.with_postal_code("97600").unwrap()), "FR-976");
        assert_eq!(places(&here.with_place(Place::new("FR-974").unwrap())), "FR-974");
    }
}
