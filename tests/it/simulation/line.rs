use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use optin::{
    clock::Clock,
    gateway::{Answered, Capabilities, Gateway, LookUp, Refusal, SimulatedCarrier, Sought},
    permit::Permit,
};

use super::{dice::Dice, watched::Watched};

/// One process's way to the carrier: what it hands over is seen, and on some days the gateway before the carrier is
/// the trouble.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) process: usize,
    pub(super) carrier: Arc<SimulatedCarrier>,
    pub(super) ledger: Watched,
    pub(super) dice: Mutex<Dice>,
    /// Per mille of hand-overs refused with 429 and a time to wait, and because of the account.
    pub(super) refused: (u64, u64),
}

impl Gateway for Line {
    fn capabilities(&self) -> Capabilities {
        self.carrier.capabilities()
    }

    async fn send(&self, permit: Permit, clock: &dyn Clock) -> Answered {
        self.ledger.seen().handed(self.process, permit.message());
        let refused = {
            let (mut dice, (too_fast, account)) = (self.dice.lock().unwrap(), self.refused);
            if dice.happens(too_fast) {
                let wait = Duration::from_secs(dice.one_of(&[1, 60, 900]));
                Some(Answered::refused(Refusal::RateLimited, Some("429".to_owned()), Some(wait)))
            } else {
                dice.happens(account)
                    .then(|| Answered::refused(Refusal::Account, Some("20003".to_owned()), None))
            }
        };
        match refused {
            Some(refused) => refused,
            None => self.carrier.send(permit, clock).await,
        }
    }

    async fn look_up(&self, sought: Sought) -> LookUp {
        self.carrier.look_up(sought).await
    }
}
