use std::path::Path;

use optin::{
    clock::Clock,
    gateway::{Inbound, SimulatedCarrier},
    inbound::Intent,
};

use super::{
    carrier::Door,
    clock::SharedClock,
    part::{hear, say},
    record::Entry,
    stage::{ledger, runtime, shop},
};

/// The receiver's process: `text <id> <number> <words>` is a text that came in. For a STOP, the carrier hears of the
/// answer before the test does.
pub(super) fn run(folder: &Path) {
    let (runtime, clock, door) = (runtime(), SharedClock::of(folder), Door::of(folder));
    let shop = shop(runtime.block_on(ledger(folder)), folder, SimulatedCarrier::seeded(1));
    say("ready");
    loop {
        let line = hear();
        let [_, id, number, words] = line.splitn(4, ' ').collect::<Vec<_>>()[..] else {
            return say(&format!("failed: {line}?"));
        };
        let number = number.parse().unwrap();
        let text = Inbound::text(id, number, "36123", words, clock.now().unwrap()).unwrap();
        match runtime.block_on(shop.receive(text)) {
            Ok(got) => {
                assert_eq!(got.intent, Intent::Stop);
                let answered = Entry::Answered { number, in_flight: got.in_flight }.to_line();
                assert_eq!(door.ask(&answered).as_deref(), Some("noted"));
                say(&answered);
            }
            Err(error) => say(&format!("failed {error:?}")),
        }
    }
}
