use super::{
    State,
    event::{Revoked, Road},
};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The first millisecond at which whoever acted is surely the new holder of a number that changed hands on this
/// day. Consent of the same day counts as the old holder's, by any clock on Earth: registers give dates without
/// a zone.
pub(crate) const fn new_holder_ms(since_ms: i64) -> i64 {
    (since_ms.div_euclid(DAY_MS) + 1).saturating_mul(DAY_MS).saturating_add(12 * HOUR_MS)
}

impl State {
    /// What the old holder agreed to is gone. If nothing is left that the new one agreed to, the tenure ends.
    pub(super) fn reassign(&mut self, since_ms: Option<i64>) {
        let Some(theirs) = since_ms.map(new_holder_ms) else {
            self.ended = true;
            self.questions = None;
            return;
        };
        for program in &mut self.programs {
            program.grants.retain(|grant| grant.acted_ms >= theirs && grant.undated != Some(true));
            program.openings.retain(|opening| opening.acted_ms >= theirs);
            program.pending = program.pending.take().filter(|pending| pending.grant.acted_ms >= theirs);
        }
        self.questions = None;
        let left = self.programs.iter().any(|p| !p.grants.is_empty() || p.pending.is_some());
        self.ended |= !left;
    }

    /// What the next tenure begins with, if this one ended: nothing that was agreed up to now is the next holder's.
    pub(crate) fn ended_before(&self) -> Option<Revoked> {
        self.ended.then_some(Revoked::all(Road::Reassigned, self.newest_ms))
    }
}
