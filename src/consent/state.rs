use super::{
    asking::{OpenQuestion, Pending},
    doubts::{Clarification, Doubt},
    event::{
        Answer, Checked, Concluded, Delivery, Event, Outcome, Revoked, Road, Said, Started, Suspended,
        Unsuspended,
    },
    evidence::{Acquisition, Grant},
};
use crate::{
    codec::cbor_map,
    id::{Hash, InboundId, MessageId, Name, TextMark},
    message::Kind,
};

const DAY_MS: i64 = 86_400_000;
/// How long a send stays in the state: longer than any cap or window looks back.
const KEEP_SENDS_MS: i64 = 400 * DAY_MS;
/// Of older marketing, how far apart the moments are that stay.
const MARKETED_STEP_MS: i64 = 28 * DAY_MS;
/// How long an inbound id is remembered, so that a replayed webhook changes nothing.
const KEEP_INBOUND_MS: i64 = 30 * DAY_MS;

/// How many lists' grounds are kept for a program, the newest.
const KEEP_LISTS: usize = 4;

cbor_map! {
    /// A moment at which a program was open to the person.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Opening {
        /// When the person acted, Unix milliseconds.
        0 => pub acted_ms: i64,
        /// Its place in the stream.
        1 => pub seq: u64,
    }
}

cbor_map! {
    /// What stands between a person and one program.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ProgramState {
        /// The program.
        0 => pub program: Name,
        /// The grounds, at most one for each basis, acquisition and list, the latest.
        1 => pub grants: Vec<Grant>,
        /// The openings that may matter: none is both earlier acted and earlier appended than another.
        2 => pub openings: Vec<Opening>,
        /// The open question, if any.
        3 => pub pending: Option<Pending>,
    }
}

cbor_map! {
    /// The latest revocation of one reach.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Revocation {
        /// What was said.
        0 => pub said: Said,
        /// The program answered.
        1 => pub program: Option<Name>,
        /// The sender answered.
        2 => pub sender: Option<Name>,
        /// The topic named.
        3 => pub topic: Option<Name>,
        /// The latest time of such a revocation, Unix milliseconds.
        4 => pub acted_ms: i64,
        /// The latest place of such a revocation in the stream.
        5 => pub seq: u64,
        /// By what road the latest came.
        6 => pub road: Road,
        /// What each of them expressly wished to go on.
        7 => pub kept: Option<Vec<Name>>,
    }
}

cbor_map! {
    /// One message that started on its way.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Sent {
        /// The message.
        0 => pub message: MessageId,
        /// When it started, Unix milliseconds.
        1 => pub at_ms: i64,
        /// Its kind.
        2 => pub kind: Kind,
        /// Its program.
        3 => pub program: Name,
        /// Its sender.
        4 => pub sender: Name,
        /// The brand's category.
        5 => pub category: Option<Name>,
        /// What a cap counts as the same subject.
        6 => pub subject: Option<Name>,
        /// How the hand-over ended; absent while it is under way.
        7 => pub outcome: Option<Outcome>,
        /// The last delivery report.
        8 => pub delivery: Option<Delivery>,
        /// Set when it is an automatic answer.
        9 => pub answer: Option<Answer>,
    }
}

impl Sent {
    /// Whether it debits a cap: all but what the gateway certainly did not take.
    #[must_use]
    pub const fn debits(&self) -> bool {
        !matches!(self.outcome, Some(Outcome::Refused | Outcome::Deferred))
    }
}

cbor_map! {
    /// Marketing waits for a human. Past its deadline this is a revocation of everything.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Suspension {
        /// When it becomes a revocation, Unix milliseconds.
        0 => pub deadline_ms: i64,
        /// The latest time at which a doubtful text was written, Unix milliseconds.
        1 => pub acted_ms: i64,
        /// The latest place of such a text in the stream.
        2 => pub seq: u64,
    }
}

cbor_map! {
    /// What a register said of the number when it was last asked.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Check {
        /// Which register.
        0 => pub register: Name,
        /// Whether the number stands in it.
        1 => pub listed: bool,
        /// As of when the answer is, Unix milliseconds.
        2 => pub as_of_ms: i64,
        /// Since when it stands there, if the register says, Unix milliseconds.
        3 => pub since_ms: Option<i64>,
    }
}

cbor_map! {
    /// A signed checkpoint of the ledger.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Checkpoint {
        /// Records covered.
        0 => pub size: u64,
        /// Its place in the house stream.
        1 => pub seq: u64,
    }
}

cbor_map! {
    /// The row of a list that was last taken in for a person.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Listed {
        /// Which import.
        0 => pub import: Name,
        /// The line, from 1.
        1 => pub line: u64,
    }
}

cbor_map! {
    /// What a person's records come to: the fold of the stream.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct State {
        /// Program by program.
        0 => pub programs: Vec<ProgramState>,
        /// Revocations, the latest of each reach.
        1 => pub revocations: Vec<Revocation>,
        /// Messages of the last 400 days, oldest first.
        2 => pub sends: Vec<Sent>,
        /// Inbound messages of the last 30 days.
        3 => pub inbound: Vec<(InboundId, i64)>,
        /// Set while a doubtful text waits.
        4 => pub suspension: Option<Suspension>,
        /// Senders that the gateway or network blocks.
        5 => pub blocked: Vec<Name>,
        /// The tenure has ended: the number is another person's.
        6 => pub ended: bool,
        /// The person was erased.
        7 => pub erased: bool,
        /// Sends older than 400 days were dropped: an id must be looked for in the records.
        8 => pub pruned: bool,
        /// Time of the newest record, Unix milliseconds.
        9 => pub newest_ms: i64,
        /// The group of places and zones.
        10 => pub group: Option<Hash>,
        /// Index entries that lead here, as generation and HMAC.
        11 => pub index: Vec<(u32, Hash)>,
        /// House: consent texts that are kept.
        12 => pub texts: Vec<Hash>,
        /// The row of a list that was last taken in.
        13 => pub listed: Option<Listed>,
        /// The number could not be reached, and nobody has been heard from it since. Unix milliseconds.
        14 => pub bounced_ms: Option<i64>,
        /// What registers said, one each, the latest.
        15 => pub checks: Option<Vec<Check>>,
        /// House: the last checkpoint's size, and its place in the stream.
        16 => pub checkpoint: Option<Checkpoint>,
        /// When marketing messages went that are older than `sends` reaches, one in 28 days: a term that starts anew
        /// with each of them leans on the first. Unix milliseconds.
        17 => pub marketed: Option<Vec<i64>>,
        /// What tells the last messages when they come back, oldest first.
        20 => pub said: Option<Vec<TextMark>>,
        /// Open questions of surveys, the one asked last at the end.
        21 => pub questions: Option<Vec<OpenQuestion>>,
        /// The doubtful texts that make up the suspension.
        24 => pub doubts: Option<Vec<Doubt>>,
        /// Set while it is asked which of several things a STOP meant.
        25 => pub clarification: Option<Clarification>,
        /// When codes to be texted were made, of one day.
        26 => pub codes: Option<Vec<i64>>,
    }
}

impl State {
    /// Takes one more record in. `seq` is its place in the stream, `at_ms` when it was appended.
    pub fn apply(&mut self, seq: u64, at_ms: i64, event: &Event) {
        self.newest_ms = self.newest_ms.max(at_ms);
        match event {
            Event::Opened(e) => {
                self.index.push((e.generation, e.index));
                self.group = Some(e.group);
            }
            Event::OptedIn(e) => self.opt_in(&e.program, &e.grant, seq),
            Event::Asked(e) => self.ask(e),
            Event::Reminded(e) => self.remind(&e.program),
            Event::Miscoded(e) => {
                // Anybody can type a wrong code on a page: it shows nothing of the number.
                match e.channel {
                    None => self.hear(e.inbound, e.acted_ms),
                    Some(_) => self.note_signal(Some(e.inbound)),
                }
                self.miscode(&e.program);
            }
            Event::Questioned(e) => self.question(e),
            Event::Replied(e) => {
                self.hear(e.inbound, e.acted_ms);
                self.reply(&e.program, &e.question);
            }
            Event::Confirmed(e) => {
                self.hear(e.inbound, e.acted_ms);
                let pending = self.program_mut(&e.program).pending.take();
                if let Some(pending) = pending.filter(|pending| pending.takes(e.acted_ms)) {
                    let confirmed = Grant {
                        acted_ms: e.acted_ms,
                        inbound: Some(e.inbound),
                        confirmed: Some(true),
                        ..pending.grant
                    };
                    self.opt_in(&e.program, &confirmed, seq);
                }
            }
            // A list is a claim: past any revocation or doubt only the person can open again. It brings a ground
            // and never an opening, so that it outlives no revocation either, whatever that one reaches.
            Event::Imported(e) => {
                self.list(Some(&e.import), e.line);
                let reaches = |r: &Revocation| {
                    r.said == Said::All || r.program.as_ref().is_none_or(|p| *p == e.program)
                };
                if self.suspension.is_none() && !self.revocations.iter().any(reaches) {
                    self.ground(&e.program, &Grant { import: Some(e.import.clone()), ..e.grant.clone() });
                }
            }
            Event::Revoked(e) => {
                self.list(e.import.as_ref(), e.line);
                self.revoke(e, seq);
            }
            Event::Bounced(e) => {
                self.list(e.import.as_ref(), e.line);
                self.bounced_ms = self.bounced_ms.max(Some(e.acted_ms));
            }
            Event::ImportUndone(e) => {
                let brought = |grant: &Grant| grant.import.as_ref() == Some(&e.import);
                self.programs.iter_mut().for_each(|p| p.grants.retain(|grant| !brought(grant)));
            }
            Event::Checked(e) => self.check(e),
            Event::Restarted(e) => {
                self.hear(e.inbound, e.acted_ms);
                let program = self.program_mut(&e.program);
                if !program.grants.is_empty() {
                    program.open(Opening { acted_ms: e.acted_ms, seq });
                }
            }
            Event::Heard(e) => self.hear(e.inbound, e.acted_ms),
            Event::Suspended(e) => {
                self.hear(e.inbound, e.acted_ms);
                self.clarification = None;
                let Suspended { inbound, deadline_ms, acted_ms, .. } = *e;
                self.doubt(Doubt { inbound, deadline_ms, acted_ms, seq });
            }
            // What is past its deadline is a revocation, whatever a human says afterwards.
            Event::Unsuspended(Unsuspended { inbound: Some(inbound), .. }) => {
                self.resolve(|doubt| doubt.inbound == *inbound && at_ms < doubt.deadline_ms);
            }
            Event::Unsuspended(_) => self.resolve(|_| true),
            Event::Clarifying(e) => {
                self.clarification = Some(Clarification {
                    stop: e.inbound,
                    program: e.program.clone(),
                    expires_ms: e.expires_ms,
                    open: e.open.clone(),
                    topics: e.topics.clone(),
                });
            }
            Event::Clarified(e) => {
                self.hear(e.inbound, e.acted_ms);
                self.clarification = None;
            }
            Event::Started(e) => self.start(e, at_ms),
            Event::Concluded(e) => self.conclude(e),
            Event::Reported(e) => {
                if e.delivery == Delivery::Delivered {
                    self.bounced_ms = None;
                }
                if let Some(sent) = self.sent_mut(e.message) {
                    // Late reports never take back a delivery, and the order of their coming does not tell.
                    sent.delivery = Some(sent.delivery.map_or(e.delivery, |held| held.min(e.delivery)));
                }
            }
            Event::Located(e) => self.group = Some(e.group),
            Event::Blocked(e) => {
                if !self.blocked.contains(&e.sender) {
                    self.blocked.push(e.sender.clone());
                }
            }
            Event::Unblocked(e) => self.blocked.retain(|sender| *sender != e.sender),
            Event::Reassigned(e) => {
                self.note_signal(e.signal);
                self.reassign(e.since_ms);
            }
            Event::Erased(_) => {
                self.erased = true;
                self.programs.clear();
                self.group = None;
                self.clarification = None;
                (self.checks, self.listed, self.bounced_ms, self.marketed) = (None, None, None, None);
                (self.said, self.questions) = (None, None);
            }
            Event::TextKept(e) => self.texts.push(e.digest),
            Event::Checkpointed(e) => self.checkpoint = Some(Checkpoint { size: e.size, seq }),
            Event::Approved(_)
            | Event::Danger(_)
            | Event::ImportRun(_)
            | Event::ImportTakenBack(_)
            | Event::RegisterLoaded(_)
            | Event::RetentionRun(_)
            | Event::KeysRotated(_)
            | Event::BansLoaded(_) => {}
        }
    }

    /// What stands with one program.
    #[must_use]
    pub fn program(&self, name: &Name) -> Option<&ProgramState> {
        self.programs.iter().find(|p| p.program == *name)
    }

    /// Whether a program stands open by what was said to it and to all alone: no law, no sender, no topic.
    #[must_use]
    pub fn stands_open(&self, name: &Name) -> bool {
        let Some(program) = self.program(name) else { return false };
        let outlives = self.silenced(name).is_none_or(|(acted_ms, seq)| program.outlives(acted_ms, seq));
        !program.grants.is_empty() && outlives && !self.ended && !self.erased
    }

    /// The last time somebody said or may have said to this program, or to all, that it is enough, and the last place
    /// of such a word in the stream.
    pub(crate) fn silenced(&self, name: &Name) -> Option<(i64, u64)> {
        let reaches = |r: &&Revocation| r.said == Said::All || r.program.as_ref().is_none_or(|p| p == name);
        let said = self.revocations.iter().filter(reaches).map(|r| (r.acted_ms, r.seq));
        said.chain(self.suspension.map(|s| (s.acted_ms, s.seq)))
            .reduce(|(acted_ms, seq), r| (acted_ms.max(r.0), seq.max(r.1)))
    }

    /// The message of this id, if the state still holds it.
    #[must_use]
    pub fn sent(&self, message: MessageId) -> Option<&Sent> {
        self.sends.iter().rev().find(|sent| sent.message == message)
    }

    /// Whether this id may start: never held, or last held by a hand-over that was certainly not taken.
    #[must_use]
    pub fn may_start(&self, message: MessageId) -> bool {
        self.sent(message).is_none_or(|sent| sent.outcome == Some(Outcome::Deferred))
    }

    /// Whether nobody knows what became of this message.
    #[must_use]
    pub fn is_unknown(&self, message: MessageId) -> bool {
        self.sent(message)
            .is_some_and(|sent| sent.outcome == Some(Outcome::Unknown) && sent.delivery.is_none())
    }

    /// Whether this inbound message was taken in already.
    #[must_use]
    pub fn has_heard(&self, inbound: InboundId) -> bool {
        self.inbound.iter().any(|(id, _)| *id == inbound)
    }

    /// Messages that have started and whose outcome is not known, or called *unknown*: the worker that started
    /// one may only be asleep, and still hand it over. A delivery report settles it.
    pub fn in_flight(&self) -> impl Iterator<Item = &Sent> {
        let open = |sent: &&Sent| matches!(sent.outcome, None | Some(Outcome::Unknown));
        self.sends.iter().filter(open).filter(|sent| sent.delivery.is_none())
    }

    pub(super) fn program_mut(&mut self, name: &Name) -> &mut ProgramState {
        let found = self.programs.iter().position(|p| p.program == *name);
        let at = found.unwrap_or_else(|| {
            self.programs.push(ProgramState {
                program: name.clone(),
                grants: Vec::new(),
                openings: Vec::new(),
                pending: None,
            });
            self.programs.len() - 1
        });
        #[allow(clippy::indexing_slicing, reason = "`at` was found or just pushed")]
        &mut self.programs[at]
    }

    fn sent_mut(&mut self, message: MessageId) -> Option<&mut Sent> {
        self.sends.iter_mut().rev().find(|sent| sent.message == message)
    }

    fn hear(&mut self, inbound: InboundId, acted_ms: i64) {
        self.bounced_ms = None;
        let newest = self.newest_ms;
        self.inbound.retain(|(id, at)| *id != inbound && newest - at < KEEP_INBOUND_MS);
        self.inbound.push((inbound, acted_ms.max(newest)));
    }

    /// A signal that is no text of the person's own.
    fn note_signal(&mut self, signal: Option<InboundId>) {
        if let Some(signal) = signal {
            let bounced_ms = self.bounced_ms;
            self.hear(signal, self.newest_ms);
            self.bounced_ms = bounced_ms;
        }
    }

    fn list(&mut self, import: Option<&Name>, line: Option<u64>) {
        if let (Some(import), Some(line)) = (import, line) {
            self.listed = Some(Listed { import: import.clone(), line });
        }
    }

    /// The answer of the latest date stands; of two of one date the one that lists.
    fn check(&mut self, e: &Checked) {
        let found = Check {
            register: e.register.clone(),
            listed: e.listed,
            as_of_ms: e.as_of_ms,
            since_ms: e.since_ms,
        };
        let checks = self.checks.get_or_insert_default();
        match checks.iter_mut().find(|held| held.register == e.register) {
            Some(held) if (held.as_of_ms, held.listed) > (found.as_of_ms, found.listed) => {}
            Some(held) => *held = found,
            None => checks.push(found),
        }
    }

    pub(super) fn opt_in(&mut self, program: &Name, grant: &Grant, seq: u64) {
        // Nobody consents for a friend, and nobody closes for one.
        if grant.acquisition == Acquisition::Referral || self.ended {
            return;
        }
        if !self.closed_since(program, grant.acted_ms) {
            self.ground(program, grant);
        }
        self.program_mut(program).open(Opening { acted_ms: grant.acted_ms, seq });
        self.bounced_ms = None;
    }

    /// What a revocation closed comes back by START alone: a later yes of another kind does not wake an older and
    /// stronger one, nor the sales and inquiries that the revocation ended. Forgets those, and answers whether this
    /// act is itself of before a revocation that somebody has since opened again.
    fn closed_since(&mut self, program: &Name, acted_ms: i64) -> bool {
        let reaches = |r: &&Revocation| {
            r.said == Said::All
                || (r.said == Said::Program && r.program.as_ref().is_none_or(|of| of == program))
        };
        let closed = self.revocations.iter().filter(reaches).map(|r| (r.acted_ms, r.seq));
        let Some((closed_ms, seq)) = closed.reduce(|a, b| (a.0.max(b.0), a.1.max(b.1))) else { return false };
        let Some(known) = self.programs.iter_mut().find(|known| known.program == *program) else {
            return false;
        };
        match (acted_ms > closed_ms, known.outlives(closed_ms, seq)) {
            (true, false) => known.grants.retain(|held| held.acted_ms > closed_ms),
            (false, true) => return true,
            _ => {}
        }
        false
    }

    fn ground(&mut self, program: &Name, grant: &Grant) -> Option<&mut ProgramState> {
        // Nobody can consent for a friend.
        if grant.acquisition == Acquisition::Referral || self.ended {
            return None;
        }
        let program = self.program_mut(program);
        program.pending = None;
        program.grant(grant);
        Some(program)
    }

    fn revoke(&mut self, e: &Revoked, seq: u64) {
        if let Some(inbound) = e.inbound {
            self.hear(inbound, e.acted_ms);
        }
        self.note_signal(e.signal);
        self.clarification = None;
        if e.road == Road::Judged {
            self.resolve(|doubt| Some(doubt.inbound) == e.inbound);
        }
        if e.road == Road::WrongNumber {
            self.programs.iter_mut().for_each(|p| p.grants.clear());
        }
        for program in &mut self.programs {
            if e.said == Said::All || e.program.as_ref().is_none_or(|p| *p == program.program) {
                program.pending = None;
            }
        }
        self.close_questions(e);
        let same = |r: &&mut Revocation| {
            r.said == e.said && r.program == e.program && r.sender == e.sender && r.topic == e.topic
        };
        if let Some(held) = self.revocations.iter_mut().find(same) {
            held.acted_ms = held.acted_ms.max(e.acted_ms);
            held.seq = seq;
            held.road = e.road;
            let kept = held.kept.take();
            held.kept = kept.zip(e.kept.as_ref()).map(|(mut kept, now)| {
                kept.retain(|name| now.contains(name));
                kept
            });
            return;
        }
        self.revocations.push(Revocation {
            said: e.said,
            program: e.program.clone(),
            sender: e.sender.clone(),
            topic: e.topic.clone(),
            acted_ms: e.acted_ms,
            seq,
            road: e.road,
            kept: e.kept.clone(),
        });
    }

    fn start(&mut self, e: &Started, at_ms: i64) {
        let before = self.sends.len();
        let newest = self.newest_ms;
        let is_old = |sent: &Sent| newest - sent.at_ms >= KEEP_SENDS_MS;
        for sent in self.sends.iter().filter(|sent| is_old(sent) && sent.message != e.message) {
            if sent.kind == Kind::Marketing && sent.debits() {
                let marketed = self.marketed.get_or_insert_default();
                if marketed.last().is_none_or(|last| sent.at_ms - last >= MARKETED_STEP_MS) {
                    marketed.push(sent.at_ms);
                }
            }
        }
        self.sends.retain(|sent| !is_old(sent) && sent.message != e.message);
        self.pruned |= self.sends.len() != before;
        self.remember(e.mark);
        self.sends.push(Sent {
            message: e.message,
            at_ms,
            kind: e.kind,
            program: e.program.clone(),
            sender: e.sender.clone(),
            category: e.category.clone(),
            subject: e.subject.clone(),
            outcome: None,
            delivery: None,
            answer: e.answer,
        });
    }

    fn conclude(&mut self, e: &Concluded) {
        if let Some(sent) = self.sent_mut(e.message) {
            // The first certain word stands; only *unknown* may still be resolved.
            if matches!(sent.outcome, None | Some(Outcome::Unknown)) {
                sent.outcome = Some(e.outcome);
            }
        }
    }
}

impl Suspension {
    /// Nobody resolved the doubt while the tenure lasted: the next one begins with a revocation.
    pub(crate) const fn inherited(&self) -> Revoked {
        Revoked::all(Road::Unsure, self.acted_ms)
    }
}

impl Revocation {
    /// The same silence at the start of the number's next tenure.
    pub(crate) fn inherited(&self) -> Revoked {
        Revoked {
            said: self.said,
            program: self.program.clone(),
            sender: self.sender.clone(),
            topic: self.topic.clone(),
            ..Revoked::all(self.road, self.acted_ms)
        }
    }
}

impl ProgramState {
    fn grant(&mut self, grant: &Grant) {
        let same = |g: &&mut Grant| {
            g.basis == grant.basis && g.acquisition == grant.acquisition && g.import == grant.import
        };
        match self.grants.iter_mut().find(same) {
            Some(held) => {
                let (sale, inquiry) =
                    (held.sale_ms.max(grant.sale_ms), held.inquiry_ms.max(grant.inquiry_ms));
                if grant.acted_ms >= held.acted_ms {
                    *held = grant.clone();
                }
                held.sale_ms = sale;
                held.inquiry_ms = inquiry;
            }
            None => {
                self.grants.push(grant.clone());
                self.forget_old_lists();
            }
        }
    }

    /// A shop that imports every week must not make every person's state grow for ever.
    fn forget_old_lists(&mut self) {
        while self.grants.iter().filter(|grant| grant.import.is_some()).count() > KEEP_LISTS {
            let Some(oldest) = self.grants.iter().position(|grant| grant.import.is_some()) else { return };
            self.grants.remove(oldest);
        }
    }

    fn open(&mut self, opening: Opening) {
        // A later append with a later act makes an earlier opening superfluous.
        self.openings.retain(|held| held.acted_ms > opening.acted_ms);
        self.openings.push(opening);
        if self.openings.len() > 8 {
            self.openings.remove(0);
        }
    }

    /// Whether one opening is later than revocations of which the last acted is of `acted_ms` and the last
    /// appended is at `seq`: later than each of them in the person's time and in the order of appends.
    #[must_use]
    pub fn outlives(&self, acted_ms: i64, seq: u64) -> bool {
        self.openings.iter().any(|o| o.acted_ms > acted_ms && o.seq > seq)
    }
}
