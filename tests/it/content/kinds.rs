//! What a campaign is called and what its text reads as, from the plan to the record.

use std::{
    collections::HashSet,
    error::Error,
    num::NonZeroU32,
    sync::{Arc, Mutex},
};

use optin::{
    BuildError, LaunchError, Messenger,
    blocking::wait,
    campaign::{Campaign, Late, Links, Plan, TrackedLink},
    clock::FixedClock,
    consent::{ConsentText, Event, OptIn},
    content::FindingCode,
    danger,
    gateway::SimulatedCarrier,
    id::RecipientId,
    law::Rulebook,
    ledger::{Envelope, Ledger, MemoryLedger},
    message::{Kind, Letters, Tag, Tags, Template, Values},
    place::ZoneTable,
};

use crate::walk::{at, number, shop, soldes};

const TEXT: ConsentText =
    ConsentText { version: "v1", language: "fr", text: "J'accepte les SMS de Maison Lune." };
const MIXED: &str =
    "Maison Lune : votre commande {order.number} est partie. -20 % sur la prochaine avec MERCI20, foncez !";
const PARCEL: &str =
    "Maison Lune : votre commande {order.number} est partie, livraison demain entre 9 h et 12 h.";

struct House {
    ledger: Arc<MemoryLedger>,
    shop: optin::Messenger,
}

async fn house() -> House {
    let clock = Arc::new(FixedClock::at(at("2026-11-29T10:00:00Z")));
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    let shop = shop(Arc::clone(&ledger), &clock, &Arc::new(SimulatedCarrier::seeded(7)));
    shop.opt_in(number("+33612345678"), "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
    House { ledger, shop }
}

fn parcel(text: &str) -> Campaign {
    Campaign::new(Kind::Transactional, "parcel", "soldes")
        .unwrap()
        .text(Template::parse(text).unwrap())
        .window(at("2026-11-29T10:00:00Z")..at("2026-11-29T20:00:00Z"))
        .audience(vec![(number("+33612345678"), Values::new().with("order.number", "A-12"))])
}

impl House {
    async fn plan(&self, campaign: Campaign) -> Plan {
        self.shop.plan(campaign).await.unwrap()
    }

    async fn dangers(&self) -> Vec<(String, String)> {
        let page = self.ledger.records(RecipientId::HOUSE, 1, 99).await.unwrap();
        let events = page.iter().map(|record| Envelope::from_bytes(&record.envelope).unwrap().event);
        events
            .filter_map(|event| match event {
                Event::Danger(danger) => Some((danger.what, danger.reason)),
                _ => None,
            })
            .collect()
    }
}

fn codes(plan: &Plan) -> Vec<FindingCode> {
    plan.findings.iter().map(|(_, finding)| finding.code).collect()
}

/// The 29th of November 2026 is a Sunday: marketing to France waits, a parcel's notice does not.
#[test]
fn the_stricter_of_two_kinds_is_planned_for() {
    wait(async {
        let house = house().await;
        let plan = house.plan(parcel(PARCEL)).await;
        assert_eq!((plan.kinds.declared, plan.kinds.holds()), (Kind::Transactional, Kind::Transactional));
        assert_eq!((plan.now, codes(&plan)), (1, vec![]), "{plan:?}");

        let plan = house.plan(parcel(MIXED)).await;
        assert_eq!((plan.kinds.found, plan.kinds.holds()), (Some(Kind::Marketing), Kind::Marketing));
        assert_eq!((plan.now, plan.refusals()), (0, 1), "{plan:?}");
    });
}

#[test]
fn an_approval_is_of_one_plan_with_all_its_settings() {
    wait(async {
        let house = house().await;
        let plain = || parcel(PARCEL);
        let again = house.plan(plain()).await.digest;
        let tag = |longest| Tags::new().with("order.number", Tag::text(longest));
        let others = [
            parcel(MIXED),
            plain().category("parcels").unwrap(),
            plain().subject("a-12").unwrap(),
            plain().late(Late::Drop),
            plain().tags(tag(20)),
            plain().tags(tag(21)),
            plain().offer_ends(),
            plain().smart_encoding(Letters::Kept),
            plain().at_least_once("a parcel told twice is no harm"),
            plain().weight(NonZeroU32::MAX),
            plain().text_in("en", Template::parse("Maison Lune: your order is on its way").unwrap()),
            plain().window(at("2026-11-29T10:00:00Z")..at("2026-11-29T21:00:00Z")),
            plain().audience(vec![(number("+33612345679"), Values::new().with("order.number", "A-12"))]),
            plain().audience(vec![(number("+33612345678"), Values::new().with("order.number", "A-13"))]),
            danger::as_declared(plain(), "a human read it").unwrap(),
        ];
        let mut digests = HashSet::from([again]);
        for (nth, other) in others.into_iter().enumerate() {
            assert!(digests.insert(house.plan(other).await.digest), "{nth}");
        }
        assert_eq!(house.plan(plain()).await.digest, again);
    });
}

#[test]
fn it_is_not_approved_while_a_finding_stands_and_the_way_around_goes_on_record() {
    wait(async {
        let house = house().await;
        let monday = |text: &str| parcel(text).window(at("2026-11-29T10:00:00Z")..at("2026-12-01T20:00:00Z"));
        let plan = house.plan(monday(MIXED)).await;
        assert!(codes(&plan).contains(&FindingCode::KindStricter), "{plan:?}");
        assert_eq!(plan.held, 1, "{plan:?}");
        let refused = plan.approve("lea@maisonlune.fr").unwrap_err();
        assert_eq!(refused.finding.code, FindingCode::KindStricter);

        let plan = house.plan(monday(MIXED)).await;
        let approved = danger::approve_despite(plan, "lea@maisonlune.fr", "counsel: 2026-11-28").unwrap();
        house.shop.launch(approved).await.unwrap();
        let on_record = ("findings of parcel: kind_stricter".to_owned(), "counsel: 2026-11-28".to_owned());
        assert_eq!(house.dangers().await, [on_record]);
        assert!(danger::approve_despite(house.plan(monday(MIXED)).await, "lea", " ").is_err());
    });
}

#[test]
fn an_author_s_word_stands_when_somebody_answers_for_it() {
    wait(async {
        let house = house().await;
        let vouched = danger::as_declared(parcel(MIXED), "a human read it").unwrap();
        let plan = house.plan(vouched).await;
        assert_eq!((plan.now, codes(&plan)), (1, vec![]), "{plan:?}");
        assert_eq!(plan.kinds.found, Some(Kind::Marketing));
        house.shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();
        assert_eq!(
            house.dangers().await,
            [(
                "as_declared parcel: transactional, reads as marketing".to_owned(),
                "a human read it".to_owned()
            )]
        );
        // Planning a plan's campaign again, as a host does after mending something else, loses nothing.
        let unread = house.plan(parcel("Maison Lune: siparişiniz yola çıktı, yarın teslim edilecek")).await;
        assert_eq!((unread.kinds.found, unread.kinds.holds()), (None, Kind::Marketing));
        assert_eq!(unread.approve("lea").unwrap_err().finding.code, FindingCode::KindUnread);
    });
}

#[test]
fn a_plan_shows_what_will_be_read_and_what_makes_it_dear() {
    wait(async {
        let house = house().await;
        let long = "Maison Lune : l’offre d’hiver, -40 % sur toute la collection, jusqu'au {offer.ends|date}";
        let campaign = Campaign::marketing("hiver", "soldes")
            .unwrap()
            .text(Template::parse(long).unwrap())
            .window(at("2026-11-29T10:00:00Z")..at("2026-12-01T20:00:00Z"))
            .audience(vec![(number("+33612345678"), Values::new().with("offer.ends", "2026-12-24"))]);
        let plan = house.plan(campaign).await;
        let sample = &plan.samples[0];
        assert!(sample.body.as_str().contains("jusqu'au 24/12\n"), "{:?}", sample.body.as_str());
        assert_eq!((sample.country.unwrap().as_str(), sample.segments.segments), ("FR", 2));
        assert_eq!(plan.footers.len(), 1);
        let (dear, wasted) = plan.dear.unwrap();
        assert_eq!((dear.character, dear.instead.as_str(), wasted), ('’', "'", 1));
    });
}

#[test]
fn each_reads_her_own_language_and_a_first_message_tells_of_help_and_rates() {
    wait(async {
        let house = house().await;
        let (ana, bob) = (number("+33612345678"), number("+14155550123"));
        house.shop.opt_in(bob, "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
        let sale = |name: &str| {
            Campaign::marketing(name, "soldes")
                .unwrap()
                .text(Template::parse("Maison Lune : -40 % jusqu'au {offer.ends|date}").unwrap())
                .text_in("en", Template::parse("Maison Lune: 40% off until {offer.ends|date}").unwrap())
                .window(at("2026-11-30T09:00:00Z")..at("2026-12-01T20:00:00Z"))
                .audience(vec![
                    (ana, Values::new().with("offer.ends", "2026-12-24").with("language", "de")),
                    (bob, Values::new().with("offer.ends", "2026-12-24").with("language", "en-US")),
                ])
        };
        let plan = house.plan(sale("first")).await;
        let texts: Vec<_> = plan.samples.iter().map(|sample| sample.body.as_str()).collect();
        // Nobody wrote it in German: she reads the program's language, her dates are German.
        assert_eq!(texts[0], "Maison Lune : -40 % jusqu'au 24.12.\nRépondez STOP pour vous désabonner");
        assert_eq!(
            texts[1],
            "Maison Lune: 40% off until 12/24\nReply STOP to opt out. Reply HELP for help. Msg & data rates may apply."
        );
        assert_eq!((plan.findings.len(), plan.footers.len()), (0, 2), "{plan:?}");
        let silent = sale("silent").text(Template::parse("Maison Lune : -40 %").unwrap()).offer_ends();
        assert_eq!(codes(&house.plan(silent).await), [FindingCode::EndMissing]);
        // A link is judged for each, and so is a look-alike of a dot.
        for (bad, smart) in [("bit.ly/3x", false), ("http://203.0.113.7/", false), ("evil\u{b7}com/x", true)]
        {
            let tag = if smart { "first_name" } else { "link" };
            let text = Template::parse("Maison Lune : -40 %, {first_name|Bonjour} {link|ici}").unwrap();
            let values = Values::new().with(tag, bad);
            let to = Campaign::marketing("bad", "soldes").unwrap().text(text);
            let to = to
                .window(at("2026-11-30T09:00:00Z")..at("2026-12-01T20:00:00Z"))
                .audience(vec![(ana, values)]);
            let plan = house.plan(if smart { to.smart_encoding(Letters::Kept) } else { to }).await;
            assert_eq!(plan.refused.get("no_text"), Some(&1), "{bad}: {plan:?}");
        }
        // One text in marketing's words makes all of it marketing.
        let mixed = parcel(PARCEL)
            .text_in("en", Template::parse("Maison Lune: 20% off your next order, shop now!").unwrap());
        assert_eq!(house.plan(mixed).await.kinds.holds(), Kind::Marketing);
        let unread = "Maison Lune: siparişiniz yola çıktı, yarın teslim edilecek";
        let sells = Template::parse("Maison Lune: 20% off your next order, shop now!").unwrap();
        let both = house.plan(parcel(unread).text_in("en", sells)).await;
        assert_eq!((both.kinds.found, both.kinds.holds()), (Some(Kind::Marketing), Kind::Marketing));
        // Words that nobody vouched for are not vouched for; nobody's text is judged too.
        let vouched =
            danger::as_declared(parcel(PARCEL), "read").unwrap().text(Template::parse(MIXED).unwrap());
        assert_eq!(house.plan(vouched).await.kinds.holds(), Kind::Marketing);
        let unseen = parcel(PARCEL).text_in("tr", Template::parse(unread).unwrap()).audience(vec![]);
        assert!(codes(&house.plan(unseen).await).contains(&FindingCode::KindUnread));
    });
}

#[derive(Debug, Default)]
struct Clicks(Mutex<Vec<TrackedLink>>);

#[derive(Debug, Clone, Default)]
struct Shared(Arc<Clicks>, &'static str);

impl Links for Shared {
    fn base(&self) -> &str {
        self.1
    }

    async fn keep(&self, links: Vec<TrackedLink>) -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut kept = self.0.0.lock().unwrap();
        if kept.len() == 1 {
            kept.clear();
            return Err("full".into());
        }
        kept.extend(links);
        Ok(())
    }
}

fn linked(base: &'static str) -> Result<(Messenger, Shared), BuildError> {
    let links = Shared(Arc::default(), base);
    let shop = Messenger::builder(MemoryLedger::new().unwrap(), Rulebook::builtin())
        .program(soldes())
        .gateway(Arc::new(SimulatedCarrier::seeded(7)))
        .clock(Arc::new(FixedClock::at(at("2026-11-27T10:00:00Z"))))
        .zones(ZoneTable::bundled())
        .links(links.clone())
        .build()?;
    Ok((shop, links))
}

#[test]
fn links_are_short_and_the_brand_s_own() {
    wait(async {
        let (shop, links) = linked("go.maisonlune.fr/").unwrap();
        let ana = number("+33612345678");
        shop.opt_in(ana, "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
        let campaign = || {
            Campaign::marketing("hiver", "soldes")
                .unwrap()
                .text(Template::parse("Maison Lune : -40 %, l’offre : {link}").unwrap())
                .track_links()
                .smart_encoding(Letters::Kept)
                .window(at("2026-11-27T10:00:00Z")..at("2026-11-27T18:00:00Z"))
                .audience(vec![(
                    ana,
                    Values::new().with("link", "https://maisonlune.fr/soldes/hiver?utm=sms"),
                )])
        };
        let plan = shop.plan(campaign()).await.unwrap();
        let text = plan.samples[0].body.as_str().to_owned();
        let (before, after) = text.split_once("go.maisonlune.fr/").unwrap();
        assert_eq!(before, "Maison Lune : -40 %, l'offre : ");
        let token = after.split('\n').next().unwrap();
        assert!(token.len() == 12 && token.bytes().all(|b| b.is_ascii_alphanumeric()), "{text}");
        assert!(plan.dear.is_none() && plan.samples[0].segments.encoding.code() == "gsm7");
        shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();
        let kept = links.0.0.lock().unwrap().clone();
        assert_eq!((kept[0].token.as_str(), kept.len()), (token, 1));
        assert_eq!(kept[0].target, "https://maisonlune.fr/soldes/hiver?utm=sms");
        // What is not kept is not queued.
        let again = shop.plan(campaign()).await.unwrap().approve("lea@maisonlune.fr").unwrap();
        assert!(matches!(shop.launch(again).await, Err(LaunchError::Links(_))));
    });
    for bad in ["bit.ly/", "203.0.113.7/", "go.maisonlune.fr", "", "not a host/"] {
        assert!(matches!(linked(bad), Err(BuildError::Links(_))), "{bad}");
    }
}
