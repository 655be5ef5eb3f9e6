use super::{
    Seen, broken, holds,
    story::{Story, morning, number},
};
use crate::{
    consent::event::Delivery,
    gateway::{About, Report},
    ledger::conformance::Maker,
    message::Kind,
};

const ALL: [Delivery; 3] = [Delivery::Delivered, Delivery::Undelivered, Delivery::Expired];
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// Six people, and the reports of each message in another order, each of them twice: a delivery stands.
pub(super) async fn reports_come_twice_and_in_any_order<M: Maker>(make: &M) -> Result<(), Seen> {
    let mut story = Story::new(make, 6, None).await?;
    story.opt_in(false).await?;
    story.launch(false).await?;
    story.finish(false).await?;
    let shop = story.shop()?;
    for (nth, order) in (0..).zip(ORDERS) {
        let to = number(nth)?;
        let sent = shop.person(to).await.map_err(broken)?.and_then(|person| {
            let marketing = person.state.sends.iter().find(|sent| sent.kind == Kind::Marketing);
            marketing.map(|sent| sent.message)
        });
        let message = sent.ok_or_else(|| Seen(format!("no message of person {nth} is on record")))?;
        // Each as it comes, then all once more.
        for at in order.iter().flat_map(|at| [at, at]).chain(order.iter().rev()) {
            let Some(delivery) = ALL.get(*at) else { continue };
            let report = Report::new(About::Message(message), to, *delivery, morning());
            shop.report(&report).await.map_err(broken)?;
        }
        let person = shop.person(to).await.map_err(broken)?;
        let stands = person.and_then(|person| person.state.sent(message).and_then(|sent| sent.delivery));
        holds(format!("reports in the order {order:?}: {stands:?}"), stands == Some(Delivery::Delivered))?;
    }
    let verified = shop.verify().await.map_err(broken)?;
    holds("the chain does not verify", verified.is_ok())
}
