//! What people, carrier and shop do.

use std::sync::Arc;

use chrono::TimeDelta;
use optin::{
    ImportRow,
    campaign::Campaign,
    consent::event::Unsuspended,
    gateway::{Inbound, OptOutSignal, Report},
    id::Name,
    inbound::Question,
    ledger::{Book, Urgency},
    message::{Kind, Template, Values},
    shop::Says,
};

use super::{
    model::{is_order, repeats},
    world::{CAMPAIGNS, Call, DESK, Done, PROGRAMS, Reception, Task, WORDS, World, sender},
};
use crate::receive::consent;

impl World {
    /// Somebody writes, or the gateway hands over again what somebody wrote.
    pub(super) fn text(&mut self) {
        if !self.again.is_empty() && self.dice.happens(400) {
            let nth = self.dice.below(self.again.len());
            let (person, inbound) = self.again.swap_remove(nth);
            return self.receive(person, inbound);
        }
        let person = self.dice.below(self.people.len());
        let (home, from) = self.people[person];
        let program = self.dice.one_of(&PROGRAMS);
        let sent_at = self.now() - TimeDelta::seconds(self.dice.one_of(&[0, 0, 0, 30, 700, -600]));
        self.texts += 1;
        let (id, words) = (format!("t{}", self.texts), self.dice.one_of(&WORDS));
        let inbound = Inbound::text(id, from, sender(program, home).as_str(), words, sent_at).unwrap();
        if self.dice.happens(300) {
            self.again.push((person, inbound.clone()));
        }
        self.receive(person, inbound);
    }

    pub(super) fn receive(&mut self, person: usize, inbound: Inbound) {
        let (process, shop) = self.shop();
        let text = Reception { process, person, inbound };
        let taken = text.clone();
        let task: Task = Box::pin(async move {
            let got = shop.receive(taken.inbound.clone()).await.ok();
            Done::Received(taken, got)
        });
        self.tasks.push(Call { process, task, text: Some(text), begun: false });
    }

    /// Opt-ins by several roads, some of them late; and lists.
    pub(super) fn agree(&mut self) {
        let (_, number) = self.people[self.dice.below(self.people.len())];
        let ((process, shop), program) = (self.shop(), self.dice.one_of(&PROGRAMS));
        let acted = self.now() - TimeDelta::seconds(self.dice.one_of(&[0, 0, 60, 4_000]));
        let consent = consent().at(acted);
        match self.dice.below(4) {
            0 => self.call(process, async move {
                let _ = shop.opt_in(number, program, consent).await;
                Done::Told
            }),
            1 => self.call(process, async move {
                let _ = shop.opt_in(number, program, consent.double()).await;
                Done::Told
            }),
            2 => {
                let question = Question::choice("size", ["A", "B"], acted + TimeDelta::hours(2)).unwrap();
                self.call(process, async move {
                    let _ = shop.ask(number, program, &question).await;
                    Done::Told
                });
            }
            _ => {
                let out = self.dice.happens(200);
                let says = if out { Says::OptOut(None) } else { Says::Consent(consent) };
                let row = ImportRow::new(number, Name::new(program).unwrap(), says);
                self.call(process, async move {
                    let _ = shop.import("list", [row], |_, _| {}).await;
                    Done::Told
                });
            }
        }
    }

    /// Somebody at the desk: an opt-out by telephone, or a doubtful text read and found harmless.
    pub(super) fn support(&mut self) {
        let person = self.dice.below(self.people.len());
        let (home, number) = self.people[person];
        if self.dice.happens(500) {
            let named = self.dice.happens(500).then(|| sender("soldes", home));
            let reach = named.as_ref().map(|_| "soldes");
            let mut signal = OptOutSignal::by_support(number, self.now()).note("by telephone");
            signal.sender = named;
            let (process, shop) = self.shop();
            self.call(process, async move {
                let told = shop.opted_out(&signal).await;
                Done::OptedOut(person, reach, told.ok().map(|told| told.in_flight))
            });
        } else {
            let (book, at_ms) = (Book::new(Arc::new(self.ledger.clone())), self.now().timestamp_millis());
            self.call(DESK, async move {
                if let Ok(Some(mut person)) = book.find(number).await {
                    let by = Name::new("lea").unwrap();
                    person.stage(at_ms, Unsuspended { by, inbound: None }, &[]).unwrap();
                    let _ = book.write(person, Urgency::Normal).await;
                }
                Done::Told
            });
        }
    }

    /// What the carrier has for us: reports, in no order and some of them again, and replies.
    pub(super) fn carry(&mut self) {
        let mut reports = self.carrier.reports_due(self.now());
        reports.sort_by_key(|report| (report.to.e164(), report.at, report.delivery));
        self.reports.extend(reports.iter().cloned());
        if !self.reports.is_empty() && self.dice.happens(300) {
            reports.push(self.reports[self.dice.below(self.reports.len())].clone());
        }
        reports.into_iter().for_each(|report| self.report(report));
        let mut replies = self.carrier.replies_due(self.now());
        replies.sort_by_key(|reply| (reply.from.e164(), reply.sent_at, reply.text.clone()));
        for reply in replies {
            let person = self.people.iter().position(|(_, number)| *number == reply.from).unwrap();
            self.receive(person, reply);
        }
    }

    pub(super) fn report(&mut self, report: Report) {
        let (process, shop) = self.shop();
        self.call(process, async move {
            let landed = shop.report(&report).await.ok();
            Done::Reported(report, landed)
        });
    }

    /// Launches a campaign, for the first time or again.
    pub(super) fn launch(&mut self, nth: usize) {
        let ((process, shop), name) = (self.shop(), CAMPAIGNS[nth]);
        let audience: Vec<_> = self.people.iter().map(|(_, number)| (*number, Values::new())).collect();
        let (order, text) = if is_order(name) {
            (true, "Maison Lune : votre colis est parti.".to_owned())
        } else {
            (false, format!("Maison Lune : offre {name} jusqu'au 29"))
        };
        let kind = if order { Kind::Transactional } else { Kind::Marketing };
        let campaign = Campaign::new(kind, name, name.split('-').next().unwrap())
            .unwrap()
            .text(Template::parse(&text).unwrap())
            .window(self.ends - TimeDelta::hours(60)..self.ends)
            .audience(audience);
        let campaign = if repeats(name) { campaign.at_least_once("a parcel is missed") } else { campaign };
        self.call(process, async move {
            let launched = async {
                let plan = shop.plan(campaign).await.ok()?;
                shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.ok()
            };
            Done::Launched(nth, launched.await.is_some())
        });
    }
}
