//! What holds for free text in every language: laughter, quotation, questions, clauses, slips.

use optin::inbound::{Context, Intent, Matcher, Reading, Scope, TableError};

fn read(text: &str) -> Intent {
    Matcher::builtin().read(text, &Reading::default()).intent
}

fn all(intent: Intent, texts: &[&str]) {
    for text in texts {
        assert_eq!(read(text), intent, "{text:?}");
    }
}

#[test]
fn a_keyword_that_opens_the_text_and_is_reasoned_for_is_a_stop() {
    all(
        Intent::Stop,
        &[
            "STOP I already told you",
            "stop this is my work phone",
            "STOP wrong person",
            "Stop, I have asked twice",
            "STOP (you have the wrong girl)",
            "I love your shop and the people in it. But it is too much for me. Stop.",
        ],
    );
    all(Intent::Other, &["STOP by our house tomorrow please", "Stop signs for sale?"]);
    // Among questions, or in another conversation, it is for a human.
    assert_eq!(read("Stop, is that the real price?"), Intent::Unsure);
    let order = Reading { context: Context::OrderSupport, ..Reading::default() };
    assert_eq!(Matcher::builtin().read("Stop, I meant the red ones", &order).intent, Intent::Unsure);
}

#[test]
fn laughter_takes_back_what_it_laughs_at_and_no_more() {
    all(Intent::Unsure, &["Stop! You are killing me 😂", "Leave me alone, I am broke haha"]);
    all(Intent::Stop, &["That ad 😂 was good. Now stop texting me.", "😂😂 anyway. Please unsubscribe me"]);
}

#[test]
fn what_is_quoted_is_somebody_elses_word() {
    all(
        Intent::Stop,
        &["> Sale! Reply STOP to end\nstop", "\"STOP\"", "> 40% off\n> today\nplease take me off your list"],
    );
    for text in ["> please take me off your list\nwho wrote this?", "your flyer says \"stop texting me\" why"]
    {
        assert_ne!(read(text), Intent::Stop, "{text:?}");
    }
}

#[test]
fn long_words_may_be_misspelt() {
    all(
        Intent::Stop,
        &["plese stop sending me mesages", "i dont want to recieve your texts", "unsubscrbe me from this"],
    );
    // Words of their own, one slip away.
    all(Intent::Other, &["where do I find the remote"]);
    assert_ne!(read("no more massages please, my back is fine"), Intent::Stop);
}

#[test]
fn signs_speak_for_themselves() {
    all(Intent::Stop, &["🛑", "⛔️⛔️", "🚫📵"]);
    all(Intent::Unsure, &["🖕", "🙅‍♀️", "🛑😂"]);
    all(Intent::Other, &["👍", "😂", "?", "🙏🏽", ""]);
}

#[test]
fn a_gap_ends_at_a_comma_and_before_a_not() {
    all(Intent::Other, &["I'd never unsubscribe from you"]);
    assert_ne!(read("I don't want to unsubscribe, I just want fewer texts"), Intent::Stop);
    all(Intent::Stop, &["I do not want any of your daily promotional texts"]);
}

#[test]
fn who_is_harassed_wants_it_to_end() {
    all(Intent::Stop, &["This is harassment", "This is harassment. My husband just died"]);
}

fn phrase(extra: &str, patterns: &str) -> String {
    format!(
        "[[phrase]]\nid = \"shop\"\nintent = \"stop\"\nlanguage = \"en\"\n{extra}\npatterns = [\"{patterns}\"]\n"
    )
}

#[test]
fn a_row_says_how_far_and_how_earnestly() {
    let read = |toml: &str, text: &str| {
        let read = Matcher::with_overlay(toml).unwrap().read(text, &Reading::default());
        (read.intent, read.scope)
    };
    let row = phrase("", "fold ** tent");
    assert_eq!(read(&row, "fold up the old tent"), (Intent::Stop, Some(Scope::Program)));
    assert_eq!(read(&row, "fold up the old tent haha"), (Intent::Unsure, None));
    assert_eq!(read(&row, "fold it up, the old tent").0, Intent::Other);
    assert_eq!(read(&phrase("earnest = true", "fold ** tent"), "fold the tent haha").0, Intent::Stop);
    let all = phrase("scope = \"all\"", "fold ** tent");
    assert_eq!(read(&all, "fold up the old tent"), (Intent::Stop, Some(Scope::All)));
    assert_eq!(read(&phrase("", "^ * fold tent"), "please do fold tent").0, Intent::Stop);
    assert_eq!(read(&phrase("", "^ * fold tent"), "when it rains we fold tent").0, Intent::Other);
    for bad in ["scope = \"most\"", "reach = \"far\"", "against = \"them\"", "contested_in = [\"bed\"]"] {
        let refused = Matcher::with_overlay(&phrase(bad, "fold tent")).unwrap_err();
        assert!(matches!(refused, TableError::Row { .. }), "{bad}: {refused}");
    }
}
