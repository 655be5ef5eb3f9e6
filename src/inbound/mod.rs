//! What a reply means, and what to answer.
//!
//! A text is first *folded*: case, accents, width, invisible characters, quotes, punctuation and emoji fall
//! away, words stay. Four tiers then read it. An exact keyword is tier 1; a keyword with politeness, echo or
//! a slip of the thumb is tier 2; free text that a reasonable person reads as "no more" is tier 3; what looks
//! like it but is not plain is tier 4, *unsure*. Words and phrases are data with their sources; a stop is
//! honoured in every language, and only an exact keyword ever opens anything.

mod answer;
mod clarify;
mod classes;
mod closing;
mod event;
mod explain;
mod free;
mod intent;
mod joining;
mod keywords;
mod language;
mod matcher;
mod misspelt;
mod patterns;
mod phrases;
mod polite;
mod question;
mod receive;
mod reply;
mod review;
#[cfg(test)]
mod schooling;
mod scope;
mod scorer;
mod signal;
mod slips;
mod table;
mod text;
mod tongues;
#[cfg(test)]
mod trial;
mod turn;
mod unstored;
mod words;

use crate::message::{fold, signs};

pub(crate) use answer::{ANSWERS, WaitingAnswer, queue_answer, queue_code};
pub use explain::{Explanation, Outcome, RowSource, Seen, Step};
pub use intent::{Chosen, Context, Intent, Reading, Scope, Understood};
pub use language::{Language, LanguageError};
pub use matcher::Matcher;
pub use question::{Question, QuestionError};
pub(crate) use question::{is_everybodys, is_same_word};
pub(crate) use receive::Desk;
pub use receive::{ReceiveError, Received};
pub use reply::{Names, Replies, ReplyKind};
pub use review::{Doubtful, Judged, Verdict, Waiting};
pub(crate) use review::{find_doubtful, judge};
pub use scorer::Learnt;
pub use signal::{OptOutSignal, OptedOut};
pub(crate) use signal::{stage as stage_signal, stage_refused};
pub use table::TableError;
pub use text::Inbound;
pub(crate) use turn::code_in;
pub(crate) use unstored::{Unstored, Wish};
