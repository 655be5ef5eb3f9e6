//! A plan's memory of decisions answers what deciding anew answers.

use optin::{
    consent::{Basis, Grant, How, State},
    law::Rulebook,
    place::ZoneTable,
    policy::{Facts, Memo, Request},
};

use super::{
    agrees::{instant, policy},
    facts::{Dice, case, made_up},
    model::Case,
};

/// People of a few places, most of whom have little on record, asked about at a few moments.
fn people(dice: &mut Dice, like: &Case) -> (Vec<Case>, Vec<i64>) {
    let mut people: Vec<Case> = (0..3).map(|_| case(dice)).collect();
    let moments = vec![like.at, like.at, like.at + 3_600, like.at - like.at.rem_euclid(86_400) + 13 * 3_600];
    for _ in 0..400 {
        let of = dice.of(&people);
        let ago = dice.of(&[40 * 86_400, 400 * 86_400]);
        let acted_ms = (like.at - ago) * 1_000;
        let grant = Grant { ..Grant::new(dice.of(Basis::ALL), How::Form, acted_ms) };
        let mut plain = case(dice);
        plain.whereabouts = of.whereabouts.clone();
        plain.sender = of.sender.clone();
        if !dice.one_in(5) {
            // Most people have not heard from the shop for a while.
            let sends = if dice.one_in(4) { plain.state.sends } else { Vec::new() };
            plain.state = State { sends, ..State::default() };
            plain.state.programs = of.state.programs.iter().take(1).cloned().collect();
            for program in &mut plain.state.programs {
                program.grants = vec![grant.clone()];
            }
            // Some long ago, some just now.
            let back = dice.of(&[0, 0, 86_400_000, 40 * 86_400_000]);
            plain.state.sends.iter_mut().for_each(|sent| sent.at_ms -= back);
        }
        people.push(plain);
    }
    (people, moments)
}

#[test]
fn what_was_decided_before_is_decided_so_again() {
    let (zones, books) = (ZoneTable::bundled(), [Rulebook::builtin(), made_up()]);
    let (mut asked, mut made, mut allowed) = (0, 0, 0);
    for seed in 90_000..90_060 {
        let mut dice = Dice(seed);
        let one = case(&mut dice);
        let policy = policy(&one, &zones, &dice.of(&books));
        let message = Request {
            program: &one.program,
            kind: one.kind,
            category: one.category.as_ref(),
            subject: one.subject.as_ref(),
            sender: None,
        };
        let mut memo = Memo::new(&policy, message);
        let (people, moments) = people(&mut dice, &one);
        for person in &people {
            let at = instant(dice.of(&moments));
            let facts = Facts { whereabouts: &person.whereabouts, state: &person.state };
            let sender = person.sender.as_ref();
            let anew = policy.decide(facts, Request { sender, ..message }, at);
            assert_eq!(memo.decide(facts, sender, at), anew, "seed {seed} {person:?}");
            allowed += u64::from(anew.is_allowed());
            asked += 1;
        }
        made += memo.made;
    }
    assert!(made * 2 < asked && allowed > asked / 20, "{made} of {asked} made, {allowed} allowed");
}
