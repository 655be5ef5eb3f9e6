//! A shop with all kinds of histories, from a seed.

use std::sync::Arc;

use chrono::Duration;
use optin::{
    Location, Messenger,
    campaign::Campaign,
    clock::{Clock, FixedClock},
    consent::{
        ConsentText, OptIn, PersonalField,
        event::{Checked, Delivery, Erased, Outcome, Reassigned},
    },
    gateway::{About, Inbound, Report, SimulatedCarrier},
    id::{MessageId, Name},
    law::Rulebook,
    ledger::{Book, DynLedger, KeyFile, Keys, MemoryLedger, NoteKey, Urgency, Written},
    message::{Template, Values},
    phone::{Country, PhoneNumber},
    place::ZoneTable,
    program::{Program, Sender},
    report::evidence::{Ask, EvidencePack, MessageRef},
    shop::{ImportRow, Says},
};

use crate::walk::{at, number, run, soldes};

pub(super) const WORDS: [ConsentText; 2] = [
    ConsentText {
        version: "v3",
        language: "fr",
        text: "J'accepte les offres de Maison Lune par SMS. STOP pour arrêter.",
    },
    ConsentText {
        version: "v1",
        language: "en",
        text: "Yes, text me “offers”.\nReply STOP\tto end. <b>&</b>",
    },
];
const TEXTS: [&str; 9] = [
    "STOP",
    "Arrêtez svp",
    "stop all",
    "START",
    "HELP",
    "merci",
    "OUI",
    "how much is it?",
    "not interested, maybe",
];

pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }
}

pub(super) struct World {
    pub(super) shop: Messenger,
    pub(super) book: Book,
    pub(super) clock: Arc<FixedClock>,
    pub(super) people: Vec<PhoneNumber>,
    /// The seed of the ledger's signing key: what a forger of this house would need.
    pub(super) seed: [u8; 32],
    dice: Dice,
    texts: u64,
}

/// Keys whose signing seed is known.
pub(super) fn keys() -> (Keys, [u8; 32]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("optin.key");
    let keys = KeyFile::open_or_create(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let seed = text.lines().find_map(|line| line.strip_prefix("signing ")).unwrap();
    (keys, seed.parse::<optin::id::Hash>().unwrap().0)
}

impl World {
    pub(super) fn new(seed: u64, people: usize) -> Self {
        let (keys, signing) = keys();
        let ledger = Arc::new(MemoryLedger::with_keys(keys));
        let clock = Arc::new(FixedClock::at(at("2026-11-24T11:00:00Z")));
        let club = Program::new("club", "Maison Lune").unwrap();
        let club = club.sender(Sender::short_code(Country::FR, "36456").unwrap()).help("aide@maisonlune.fr");
        let shop = Messenger::builder(Arc::clone(&ledger), Rulebook::builtin())
            .program(soldes())
            .program(club.language("fr"))
            .gateway(SimulatedCarrier::seeded(seed))
            .clock(Arc::clone(&clock))
            .zones(ZoneTable::bundled())
            .build()
            .unwrap();
        let person = |i: usize| match i % 4 {
            0 | 1 => format!("+336{:08}", 10_000_000 + i * 37),
            2 => format!("+1415555{:04}", 100 + i),
            _ => format!("+1850432{:04}", 100 + i),
        };
        let people = (0..people).map(|i| number(&person(i))).collect();
        let book = Book::new(ledger as Arc<dyn DynLedger>);
        Self { shop, book, clock, people, seed: signing, dice: Dice(seed), texts: 0 }
    }

    pub(super) async fn lived(seed: u64, people: usize) -> Self {
        let mut world = Self::new(seed, people);
        world.consents().await;
        world.clock.set(at("2026-11-27T15:00:00Z"));
        for (round, source) in ["flash-1", "flash-2"].into_iter().enumerate() {
            world.campaign(source, round as i64).await;
            world.talk().await;
        }
        world.ends().await;
        world
    }

    async fn consents(&mut self) {
        for number in self.people.clone() {
            let words = &WORDS[self.dice.below(2) as usize];
            let program = ["soldes", "soldes", "soldes", "club"][self.dice.below(4) as usize];
            let opt_in = match self.dice.below(9) {
                0 => OptIn::checkbox(words).page("https://maisonlune.fr/panier?ä=1"),
                1 => OptIn::form(words).ip("192.0.2.7".parse().unwrap()).user_agent("Mozilla/5.0 (\"odd\")"),
                2 => OptIn::keyword(words, "in-0"),
                3 => OptIn::verbal(words).recording("archive 7"),
                4 => OptIn::signature(words, "folder 9").name("Ana \\ d'Été"),
                5 => OptIn::checkbox(words).undated(),
                6 => OptIn::checkbox(words).double().page("https://maisonlune.fr/"),
                7 => {
                    let consent = Some(OptIn::checkbox(words).source("subscribed: yes"));
                    self.import(number, program, consent).await;
                    continue;
                }
                _ => {
                    self.import(number, program, None).await;
                    continue;
                }
            };
            let opt_in = opt_in.seller("Maison Lune").purpose("offers");
            self.shop.opt_in(number, program, opt_in).await.unwrap();
            if self.dice.below(3) == 0 {
                let location = Location { postal_code: Some("94103".to_owned()), ..Location::default() };
                self.shop.locate(number, &location).await.unwrap();
            }
        }
        run(&self.shop, &self.clock, at("2026-11-24T20:00:00Z")).await;
    }

    async fn import(&self, number: PhoneNumber, program: &str, consent: Option<OptIn>) {
        let program = Name::new(program).unwrap();
        let says = consent.map_or(Says::OptOut(None), Says::Consent);
        let row = ImportRow::new(number, program, says);
        self.shop.import("list-2026-11", vec![row], |_, _| {}).await.unwrap();
    }

    async fn campaign(&mut self, source: &str, days: i64) {
        let begins = at("2026-11-27T15:00:00Z") + Duration::days(days);
        self.clock.set(begins);
        let campaign = Campaign::marketing(source, "soldes")
            .unwrap()
            .category("promo")
            .unwrap()
            .text(Template::parse("Maison Lune : -40 % jusqu'à 21 h. STOP au 36123").unwrap())
            .window(begins..begins + Duration::hours(4))
            .audience(self.people.iter().map(|number| (*number, Values::new())).collect::<Vec<_>>());
        let plan = self.shop.plan(campaign).await.unwrap();
        self.shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();
        run(&self.shop, &self.clock, begins + Duration::hours(4)).await;
        for number in self.people.clone() {
            let Some(person) = self.shop.person(number).await.unwrap() else { continue };
            let taken = person.state.sends.iter().filter(|s| s.outcome == Some(Outcome::Accepted));
            for message in taken.map(|sent| sent.message).collect::<Vec<_>>() {
                let delivery = Delivery::ALL[self.dice.below(3) as usize];
                let report =
                    Report::new(About::Message(message), number, delivery, self.clock.now().unwrap());
                self.shop.report(&report).await.unwrap();
            }
        }
    }

    async fn talk(&mut self) {
        for number in self.people.clone() {
            if self.dice.below(2) == 0 {
                continue;
            }
            self.texts += 1;
            let text = TEXTS[self.dice.below(TEXTS.len() as u64) as usize];
            let to = if number.e164().starts_with("+33") { "36123" } else { "72345" };
            let now = self.clock.now().unwrap();
            let inbound = Inbound::text(format!("in-{}", self.texts), number, to, text, now).unwrap();
            self.clock.advance(std::time::Duration::from_secs(2));
            self.shop.receive(inbound).await.unwrap();
        }
        let end = self.clock.now().unwrap() + Duration::minutes(10);
        run(&self.shop, &self.clock, end).await;
    }

    async fn ends(&mut self) {
        let at_ms = self.clock.now().unwrap().timestamp_millis();
        for number in self.people.clone() {
            let name = |text| Name::new(text).unwrap();
            let Some(mut person) = self.book.find(number).await.unwrap() else { continue };
            match self.dice.below(8) {
                0 => person.stage(at_ms, Erased { request: name("request-7"), rule: None }, &[]).unwrap(),
                1 => person.stage(at_ms, Reassigned::new(name("gateway"), None), &[]).unwrap(),
                2 => {
                    let note = [(PersonalField::Note, "said “no” twice".to_owned())];
                    let checked = Checked {
                        register: name("us-dnc"),
                        listed: false,
                        as_of_ms: i64::MAX,
                        provenance: Some("sha256".to_owned()),
                        since_ms: None,
                    };
                    person.stage(at_ms, checked, &note).unwrap();
                }
                _ => continue,
            }
            assert!(matches!(self.book.write(person, Urgency::Normal).await.unwrap(), Written::Done(_)));
        }
    }

    pub(super) async fn key(&self) -> NoteKey {
        self.book.note_key().await.unwrap()
    }

    /// Every message that started to this person.
    pub(super) async fn messages(&self, number: PhoneNumber) -> Vec<MessageId> {
        let person = self.shop.person(number).await.unwrap();
        person.map(|person| person.state.sends.iter().map(|sent| sent.message).collect()).unwrap_or_default()
    }

    /// A pack for each person, and for each message.
    pub(super) async fn packs(&mut self) -> Vec<EvidencePack> {
        let mut packs = Vec::new();
        for number in self.people.clone() {
            let mut ask = Ask::new().by("CNIL").purpose("plainte n° 12");
            match self.dice.below(3) {
                0 => ask = ask.reveal_number(),
                1 => ask = ask.only(&[PersonalField::Page]),
                _ => {}
            }
            packs.push(self.shop.evidence(number, &ask).await.unwrap());
            for message in self.messages(number).await {
                packs.push(self.shop.evidence_of(&MessageRef::id(message).to(number), &ask).await.unwrap());
            }
        }
        packs
    }
}
