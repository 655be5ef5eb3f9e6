//! Consent texts are versioned: a later edit never changes what an old record shows.

use std::sync::Arc;

use optin::{
    ConsentError, Messenger, Permission,
    clock::FixedClock,
    consent::{Channel, ConsentText, Event, Grade, Grant, OptIn, PersonalField},
    gateway::{Inbound, SimulatedCarrier},
    id::Hash,
    ledger::MemoryLedger,
    phone::PhoneNumber,
};

use crate::walk::{at, number, shop};

const V3: ConsentText = ConsentText { version: "v3", language: "fr", text: "J'accepte les offres." };
/// An editor mended the words and left the mark.
const V3_EDITED: ConsentText = ConsentText { text: "J'accepte toutes les offres.", ..V3 };
const V4: ConsentText = ConsentText { version: "v4", ..V3_EDITED };
/// The same mark in another language is another text.
const V3_EN: ConsentText = ConsentText { version: "v3", language: "en", text: "I agree to offers." };

fn open() -> (Messenger, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(at("2026-11-26T10:00:00Z")));
    (shop(MemoryLedger::new().unwrap(), &clock, &Arc::new(SimulatedCarrier::seeded(7))), clock)
}

async fn grants(shop: &Messenger, who: PhoneNumber) -> Vec<Grant> {
    let history = shop.history(who).await.unwrap();
    let given = |event| match event {
        Event::OptedIn(e) => Some(e.grant),
        _ => None,
    };
    history.into_iter().filter_map(|(envelope, _)| given(envelope.event)).collect()
}

#[test]
fn an_edit_under_the_same_mark_is_refused_and_nothing_is_recorded() {
    optin::blocking::wait(async {
        let (shop, _) = open();
        let (ana, bob) = (number("+33612345678"), number("+33698765432"));
        shop.opt_in(ana, "soldes", OptIn::checkbox(&V3)).await.unwrap();
        let refused = shop.opt_in(bob, "soldes", OptIn::checkbox(&V3_EDITED)).await.unwrap_err();
        assert!(
            matches!(&refused, ConsentError::TextEdited { version, language } if version == "v3" && language == "fr")
        );
        assert!(refused.to_string().contains("another version"), "{refused}");
        assert!(shop.person(bob).await.unwrap().is_none());
        assert_eq!(shop.consent_text(V3_EDITED.digest()).await.unwrap(), None);
        // A mark of its own, or another language, is what it takes.
        for text in [&V4, &V3_EN, &V3] {
            assert_eq!(shop.opt_in(bob, "soldes", OptIn::checkbox(text)).await.unwrap(), Permission::Open);
        }
    });
}

#[test]
fn an_old_record_shows_the_old_words() {
    assert_ne!(V3.digest(), V3_EDITED.digest());
    optin::blocking::wait(async {
        let (shop, clock) = open();
        let ana = number("+33612345678");
        shop.opt_in(ana, "soldes", OptIn::checkbox(&V3)).await.unwrap();
        clock.advance(std::time::Duration::from_secs(60));
        shop.opt_in(ana, "soldes", OptIn::checkbox(&V4)).await.unwrap();
        let grants = grants(&shop, ana).await;
        let [old, new] = &grants[..] else { panic!("{grants:?}") };
        for (grant, text) in [(old, &V3), (new, &V4)] {
            let kept = shop.consent_text(grant.text.unwrap()).await.unwrap().unwrap();
            assert_eq!(
                (&*kept.text, &*kept.version, &*kept.language),
                (text.text, text.version, text.language)
            );
        }
        assert_eq!(shop.consent_text(Hash([9; 32])).await.unwrap(), None);
        assert!(shop.verify().await.unwrap().is_ok());
    });
}

#[test]
fn a_second_yes_and_a_keyword_are_the_best_that_can_be_shown() {
    optin::blocking::wait(async {
        let (shop, clock) = open();
        let (ana, bob) = (number("+33612345678"), number("+33698765432"));
        let ticked = OptIn::checkbox(&V3).page("https://maisonlune.fr/panier").double();
        assert_eq!(shop.opt_in(ana, "soldes", ticked).await.unwrap(), Permission::Asked);
        shop.dispatch(optin::dispatch::Batch::default()).await.unwrap();
        clock.advance(std::time::Duration::from_secs(60));
        let now = at("2026-11-26T10:01:00Z");
        shop.receive(Inbound::text("in-1", ana, "36123", "OUI", now).unwrap()).await.unwrap();
        let joined = OptIn::keyword(&V3, "in-2").texted("LUNE");
        assert_eq!(shop.opt_in(bob, "soldes", joined).await.unwrap(), Permission::Open);
        let held = |state: &optin::consent::State| state.programs[0].grants[0].clone();
        let by_yes = held(&shop.person(ana).await.unwrap().unwrap().state);
        let by_word = held(&shop.person(bob).await.unwrap().unwrap().state);
        assert_eq!(
            (by_yes.grade(), by_yes.confirmed, by_yes.channel),
            (Grade::A, Some(true), Some(Channel::Web))
        );
        assert_eq!((by_word.grade(), by_word.channel), (Grade::A, Some(Channel::Sms)));
        let history = shop.history(bob).await.unwrap();
        assert!(history.iter().any(|(_, told)| told.contains(&(PersonalField::Text, "LUNE".to_owned()))));
    });
}
