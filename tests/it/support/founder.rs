use std::path::Path;

use super::{
    part::{hear, say},
    stage::{runtime, try_set},
};

/// The process that founds a shop: `found <people>` makes ledger, opt-ins and a campaign, and tells of everyone whose
/// opt-in was acknowledged.
pub(super) fn run(folder: &Path) {
    say("ready");
    let people = hear().split(' ').next_back().unwrap().parse().unwrap();
    match runtime().block_on(try_set(folder, people, |person| say(&format!("agreed {}", person.e164())))) {
        Ok(_) => say("finished"),
        Err(error) => say(&format!("failed {error:?}")),
    }
}
