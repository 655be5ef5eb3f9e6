use std::path::Path;

use optin::{
    Messenger,
    clock::Clock,
    gateway::{Inbound, SimulatedCarrier},
    inbound::{Intent, ReceiveError},
};

use super::{
    carrier::Door,
    clock::SharedClock,
    part::{hear, say},
    record::Entry,
    stage::{runtime, shop, try_ledger},
};

/// The receiver's process: `text <id> <number> <words>` is a text that came in. For a STOP, the carrier hears of the
/// answer before the test does.
pub(super) fn run(folder: &Path) {
    let (runtime, door) = (runtime(), Door::of(folder));
    let ledger = match runtime.block_on(try_ledger(folder)) {
        Ok(ledger) => ledger,
        Err(error) => return say(&format!("failed {error:?}")),
    };
    let shop = shop(ledger, folder, SimulatedCarrier::seeded(1));
    say("ready");
    loop {
        let line = hear();
        if line == "close" {
            return drop(shop);
        }
        match runtime.block_on(receive(&shop, folder, &door, &line)) {
            Ok(answered) => say(&answered.to_line()),
            Err(error) => say(&format!("failed {error:?}")),
        }
    }
}

/// Takes in a line that is a text of STOP, and tells the carrier of the answer.
pub(crate) async fn receive(
    shop: &Messenger,
    folder: &Path,
    door: &Door,
    line: &str,
) -> Result<Entry, ReceiveError> {
    let [_, id, number, words] = line.splitn(4, ' ').collect::<Vec<_>>()[..] else { panic!("{line}?") };
    let (number, now) = (number.parse().unwrap(), SharedClock::of(folder).now().unwrap());
    let got = shop.receive(Inbound::text(id, number, "36123", words, now).unwrap()).await?;
    assert_eq!(got.intent, Intent::Stop);
    let answered = Entry::Answered { number, in_flight: got.in_flight };
    assert_eq!(door.ask(&answered.to_line()).as_deref(), Some("noted"));
    Ok(answered)
}
