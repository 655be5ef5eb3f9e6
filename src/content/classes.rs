//! The classes of words of which shops' messages are made, and what kind of message each speaks for.

use crate::linear::lexicon::Lexicon;

/// A class, and the sub-kind of a marketing and of a transactional message that it speaks for.
pub(super) struct Class {
    pub(super) name: &'static str,
    pub(super) marketing: Option<&'static str>,
    pub(super) transactional: Option<&'static str>,
}

const fn sells(name: &'static str, marketing: &'static str) -> Class {
    Class { name, marketing: Some(marketing), transactional: None }
}

const fn serves(name: &'static str, transactional: &'static str) -> Class {
    Class { name, marketing: None, transactional: Some(transactional) }
}

const fn both(name: &'static str, marketing: &'static str, transactional: &'static str) -> Class {
    Class { name, marketing: Some(marketing), transactional: Some(transactional) }
}

const fn plain(name: &'static str) -> Class {
    Class { name, marketing: None, transactional: None }
}

/// In the order of their bits.
pub(super) static CLASSES: [Class; 59] = [
    sells("discount", "discount"),
    sells("offer", "offer"),
    sells("sale", "discount"),
    sells("free", "offer"),
    sells("gift", "offer"),
    sells("coupon", "discount"),
    sells("launch", "launch"),
    sells("restock", "restock"),
    sells("cta", "offer"),
    sells("urgency", "offer"),
    sells("exclusive", "offer"),
    sells("cart", "cart"),
    sells("winback", "winback"),
    sells("loyalty", "loyalty"),
    sells("referral", "referral"),
    sells("contest", "contest"),
    sells("event", "event"),
    sells("upsell", "upsell"),
    sells("praise", "offer"),
    sells("price", "pricedrop"),
    sells("donate", "appeal"),
    sells("app", "app"),
    sells("season", "greeting"),
    serves("order", "order"),
    serves("shipping", "shipping"),
    serves("delivery", "delivery"),
    serves("pickup", "pickup"),
    serves("return", "return"),
    serves("refund", "refund"),
    serves("payment", "payment"),
    serves("receipt", "receipt"),
    serves("appointment", "appointment"),
    serves("reminder", "appointment"),
    serves("otp", "otp"),
    serves("account", "account"),
    serves("security", "security"),
    serves("subscription", "subscription"),
    serves("recall", "recall"),
    serves("outage", "outage"),
    serves("ready", "pickup"),
    serves("waitlist", "waitlist"),
    both("rating", "review", "rating"),
    serves("consent", "consent"),
    plain("stop"),
    plain("thanks"),
    plain("greeting"),
    plain("pron_i"),
    plain("pron_you"),
    plain("pron_we"),
    plain("answer"),
    plain("checking"),
    plain("ask"),
    plain("have_it"),
    plain("sorry"),
    plain("timeword"),
    plain("number"),
    plain("link_word"),
    plain("money_word"),
    plain("status"),
];

pub(super) static FILES: [(&str, &str); 7] = [
    ("en", include_str!("classes/en.txt")),
    ("fr", include_str!("classes/fr.txt")),
    ("es", include_str!("classes/es.txt")),
    ("de", include_str!("classes/de.txt")),
    ("it", include_str!("classes/it.txt")),
    ("pt", include_str!("classes/pt.txt")),
    ("nl", include_str!("classes/nl.txt")),
];

pub(super) fn lexicon() -> Lexicon {
    Lexicon::of(&CLASSES.each_ref().map(|class| class.name), &FILES)
}

#[cfg(test)]
mod tests {
    use super::{CLASSES, FILES};
    use crate::linear::lexicon::check;

    #[test]
    fn every_line_is_a_class_and_every_word_is_folded() {
        check(&CLASSES.each_ref().map(|class| class.name), &FILES);
    }
}
