//! The rule files, compiled in: one a jurisdiction, and one each for calendars and coverage.

macro_rules! files {
    ($($name:literal)*) => { &[ $( ($name, include_str!($name)) ),* ] };
}

/// Names and contents.
pub(super) const FILES: &[(&str, &str)] = files! {
    "calendars.toml"
    "coverage.toml"
    "ae.toml"
    "ca.toml"
    "fr-971.toml"
    "fr-972.toml"
    "fr-973.toml"
    "fr-974.toml"
    "fr-976.toml"
    "fr-bl.toml"
    "fr-mf.toml"
    "fr.toml"
    "gb.toml"
    "in.toml"
    "kr.toml"
    "sa.toml"
    "us-ct.toml"
    "us-fl.toml"
    "us-ky.toml"
    "us-la.toml"
    "us-ma.toml"
    "us-md.toml"
    "us-me.toml"
    "us-ms.toml"
    "us-nj.toml"
    "us-ny.toml"
    "us-ok.toml"
    "us-or.toml"
    "us-pa.toml"
    "us-ri.toml"
    "us-tn.toml"
    "us-tx.toml"
    "us-ut.toml"
    "us-va.toml"
    "us-wa.toml"
    "us.toml"
    "za.toml"
};
