//! What can happen with a person, as facts that may be seen and hashed. Numbers and keys are the file format.

use super::evidence::{Channel, Grant};
pub use super::{blank::ORDERS, read::Read};
use crate::{
    codec::{cbor_enum, cbor_map},
    id::{Hash, InboundId, MessageId, Name, TextMark},
    message::Kind,
};

cbor_enum! {
    /// What a revocation said of its own reach. How far it goes in law is decided later, in `policy`.
    pub enum Said {
        /// STOP, to one program.
        Program = 0, "program";
        /// STOP ALL, or words to that effect.
        All = 1, "all";
        /// STOP with a topic.
        Topic = 2, "topic";
    }
}

cbor_enum! {
    /// By what road a revocation came.
    pub enum Road {
        /// An exact keyword.
        Keyword = 0, "keyword";
        /// Free text that a reasonable person reads as a wish to stop.
        FreeText = 1, "free_text";
        /// The gateway or carrier reported it.
        Gateway = 2, "gateway";
        /// A web page or preference centre.
        Web = 3, "web";
        /// A person told support.
        Support = 4, "support";
        /// "Wrong number": the number is somebody else's.
        WrongNumber = 5, "wrong_number";
        /// An opt-out in an imported list.
        Import = 6, "import";
        /// A doubtful text that nobody judged in time.
        Unsure = 7, "unsure";
        /// The person asked to be erased: who is forgotten is not written to.
        Erasure = 8, "erasure";
        /// A complaint.
        Complaint = 9, "complaint";
        /// Nobody asked: the number was another person's before, and what that one agreed to is over.
        Reassigned = 10, "reassigned";
        /// An e-mail or a letter.
        Email = 11, "email";
        /// A call or a voice mail.
        Phone = 12, "phone";
        /// The carrier gave the number up.
        Deactivated = 13, "deactivated";
        /// A doubtful text that a human read as a wish to stop.
        Judged = 14, "judged";
    }
}

cbor_enum! {
    /// How a hand-over ended.
    pub enum Outcome {
        /// The gateway took it.
        Accepted = 0, "accepted";
        /// The gateway certainly did not take it and never will.
        Refused = 1, "refused";
        /// The gateway certainly did not take it this time.
        Deferred = 2, "deferred";
        /// Nobody knows. It is looked up or left, never sent again by itself.
        Unknown = 3, "unknown";
    }
}

cbor_enum! {
    /// What a delivery report says.
    pub enum Delivery {
        /// On the handset.
        Delivered = 0, "delivered";
        /// Given up.
        Undelivered = 1, "undelivered";
        /// Its validity ran out.
        Expired = 2, "expired";
    }
}

cbor_map! {
    /// What a gateway says of segments and cost.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Billed {
        /// Segments.
        0 => pub segments: Option<u32>,
        /// Millionths of the currency's unit.
        1 => pub micros: Option<i64>,
        /// ISO 4217.
        2 => pub currency: Option<String>,
    }
}

cbor_enum! {
    /// An automatic answer.
    pub enum Answer {
        /// Confirms a STOP.
        Stop = 0, "stop";
        /// Answers HELP.
        Help = 1, "help";
        /// Confirms that START reopened.
        Start = 2, "start";
        /// Confirms an opt-in.
        OptIn = 3, "opt_in";
        /// Asks for the second yes of a double opt-in.
        Question = 4, "question";
        /// Answers "wrong number".
        WrongNumber = 5, "wrong_number";
        /// Reminds of the question of a double opt-in, once.
        Reminder = 6, "reminder";
    }
}

macro_rules! events {
    ($( $(#[$meta:meta])* $number:literal, $code:literal => $name:ident { $( $(#[$fmeta:meta])* $key:literal => $field:ident : $ty:ty ),* $(,)? } )*) => {
        $( cbor_map! {
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Eq)]
            pub struct $name { $( $(#[$fmeta])* $key => pub $field: $ty ),* }
        } )*

        /// Something that happened, with the facts that may be seen and hashed.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "each variant holds the documented struct of its name")]
        pub enum Event { $( $name($name) ),* }

        impl Event {
            /// Its stable name.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                match self { $( Self::$name(_) => $code ),* }
            }

            /// Whether it belongs to no person.
            #[cfg(feature = "evidence")]
            pub(crate) const fn is_of_the_house(&self) -> bool {
                self.number() >= 32
            }

            pub(crate) const fn number(&self) -> u8 {
                match self { $( Self::$name(_) => $number ),* }
            }

            /// Number, code and fields of every event.
            #[cfg(all(test, feature = "evidence"))]
            pub(crate) const TABLE: &'static [(u8, &'static str, &'static [(u32, &'static str, &'static str)])] =
                &[$( ($number, $code, $name::FIELDS) ),*];

            /// Its facts, by name.
            #[cfg(feature = "evidence")]
            pub(crate) fn shown(&self) -> serde_json::Value {
                match self { $( Self::$name(facts) => crate::codec::Shown::shown(facts) ),* }
            }

            pub(crate) fn decode_facts(
                number: u8,
                d: &mut minicbor::Decoder<'_>,
            ) -> Result<Self, minicbor::decode::Error> {
                match number {
                    $( $number => Ok(Self::$name(d.decode()?)), )*
                    _ => Err(minicbor::decode::Error::message("unknown event")),
                }
            }

            pub(crate) fn encode_facts<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                match self { $( Self::$name(facts) => e.encode(facts)?.ok() ),* }
            }
        }

        $( impl From<$name> for Event {
            fn from(facts: $name) -> Self { Self::$name(facts) }
        } )*
    };
}

events! {
    /// A tenure of a number begins.
    1, "opened" => Opened {
        /// Which generation of the index key.
        0 => generation: u32,
        /// HMAC of the number under it.
        1 => index: Hash,
        /// Digest of the interned group of places and zones.
        2 => group: Hash,
    }
    /// The person agreed.
    2, "opted_in" => OptedIn {
        /// To what.
        0 => program: Name,
        /// On which evidence.
        1 => grant: Grant,
    }
    /// A second yes is asked for.
    3, "asked" => Asked {
        /// For which program.
        0 => program: Name,
        /// The first yes.
        1 => grant: Grant,
        /// Until when an answer counts, Unix milliseconds.
        2 => expires_ms: i64,
        /// Since when, Unix milliseconds: an earlier text is no answer to it.
        3 => asked_ms: Option<i64>,
        /// The code that is the answer, under the person's own key; absent where a yes is.
        4 => code: Option<Hash>,
        /// We text that code and a page takes it. Without this the page shows it, and only a text is an answer.
        5 => texted: Option<bool>,
    }
    /// The second yes came while it was asked for.
    4, "confirmed" => Confirmed {
        /// For which program.
        0 => program: Name,
        /// When the person answered, Unix milliseconds.
        1 => acted_ms: i64,
        /// The inbound message, or what the page sent.
        2 => inbound: InboundId,
        /// Where it was answered; absent: by text.
        3 => channel: Option<Channel>,
    }
    /// A list said that the person had agreed.
    5, "imported" => Imported {
        /// To what.
        0 => program: Name,
        /// On which evidence.
        1 => grant: Grant,
        /// Which import.
        2 => import: Name,
        /// The line of the list on which the row begins, from 1.
        3 => line: Option<u64>,
    }
    /// The person does not want it any more.
    6, "revoked" => Revoked {
        /// What was said of its reach.
        0 => said: Said,
        /// The program that was answered, if that is known.
        1 => program: Option<Name>,
        /// The sender that was answered, if that is known.
        2 => sender: Option<Name>,
        /// The topic, where one was named.
        3 => topic: Option<Name>,
        /// By what road.
        4 => road: Road,
        /// When the person acted, by the carrier's clock, Unix milliseconds.
        5 => acted_ms: i64,
        /// The inbound message, where there was one.
        6 => inbound: Option<InboundId>,
        /// Which rule read it.
        7 => matched: Option<String>,
        /// The list that it stood in.
        8 => import: Option<Name>,
        /// The line of that list, from 1.
        9 => line: Option<u64>,
        /// How it was read, if it was a text.
        10 => read: Option<Read>,
        /// What was expressly to go on: topics of the program, or general ones such as `orders`.
        11 => kept: Option<Vec<Name>>,
        /// The key of the signal that told of it: the same signal is taken in once.
        12 => signal: Option<InboundId>,
        /// Who took it down, or judged it.
        13 => by: Option<Name>,
    }
    /// The person asked to have it back.
    7, "restarted" => Restarted {
        /// Which program.
        0 => program: Name,
        /// When, by the carrier's clock, Unix milliseconds.
        1 => acted_ms: i64,
        /// The inbound message.
        2 => inbound: InboundId,
    }
    /// The person wrote something else.
    8, "heard" => Heard {
        /// What it was read as.
        0 => intent: String,
        /// The inbound message.
        1 => inbound: InboundId,
        /// When, by the carrier's clock, Unix milliseconds.
        2 => acted_ms: i64,
        /// How it was read.
        3 => read: Option<Read>,
    }
    /// A doubtful text: marketing waits until a human has read it.
    9, "suspended" => Suspended {
        /// When it becomes a revocation, Unix milliseconds.
        0 => deadline_ms: i64,
        /// The inbound message.
        1 => inbound: InboundId,
        /// When, by the carrier's clock, Unix milliseconds.
        2 => acted_ms: i64,
        /// The program that was answered, if that is known.
        3 => program: Option<Name>,
        /// The sender that was answered.
        4 => sender: Option<Name>,
        /// How it was read.
        5 => read: Option<Read>,
    }
    /// A human read it and it was not a revocation.
    10, "unsuspended" => Unsuspended {
        /// Who says so.
        0 => by: Name,
        /// Which text; without it, every one that waited.
        1 => inbound: Option<InboundId>,
    }
    /// A hand-over starts: written before the gateway is called.
    11, "started" => Started {
        /// The message.
        0 => message: MessageId,
        /// The program.
        1 => program: Name,
        /// The campaign, flow or answer it belongs to.
        2 => source: Name,
        /// Which step of it.
        3 => step: u32,
        /// Its kind.
        4 => kind: Kind,
        /// The brand's category.
        5 => category: Option<Name>,
        /// What a cap counts as the same subject.
        6 => subject: Option<Name>,
        /// The sender.
        7 => sender: Name,
        /// SHA-256 of the final body.
        8 => body: Hash,
        /// Its segments.
        9 => segments: u32,
        /// The rule book that allowed it.
        10 => rulebook: String,
        /// The zone data that allowed it.
        11 => tz: String,
        /// `strict` or `settled`.
        12 => strict: bool,
        /// Candidate zones with the local minute of the day.
        13 => local: Vec<(String, u16)>,
        /// Caps considered, with their count before this message.
        14 => counts: Vec<(String, u32)>,
        /// After this the message may not be handed over, Unix milliseconds.
        15 => not_after_ms: i64,
        /// Set when it is an automatic answer.
        16 => answer: Option<Answer>,
        /// What tells the text when it comes back; absent for one of a few letters.
        17 => mark: Option<TextMark>,
    }
    /// How a hand-over ended.
    12, "concluded" => Concluded {
        /// The message.
        0 => message: MessageId,
        /// How.
        1 => outcome: Outcome,
        /// The gateway's own id.
        2 => gateway_id: Option<String>,
        /// Why, in our words.
        3 => code: Option<String>,
        /// Why, in the gateway's.
        4 => gateway_code: Option<String>,
        /// What the gateway said at once of segments and cost.
        5 => billed: Option<Billed>,
    }
    /// A delivery report.
    13, "reported" => Reported {
        /// The message.
        0 => message: MessageId,
        /// What it says.
        1 => delivery: Delivery,
        /// When, by the gateway's clock, Unix milliseconds.
        2 => acted_ms: i64,
        /// Why it was not delivered, in our words.
        3 => code: Option<String>,
        /// Why, in the gateway's.
        4 => gateway_code: Option<String>,
        /// What was billed.
        5 => billed: Option<Billed>,
    }
    /// The host learned where the person is.
    14, "located" => Located {
        /// Digest of the interned group of places and zones.
        0 => group: Hash,
    }
    /// The gateway or the network blocks this sender for the person. Not a revocation: two facts.
    15, "blocked" => Blocked {
        /// The sender.
        0 => sender: Name,
        /// The normalised error.
        1 => code: String,
    }
    /// The block is gone.
    16, "unblocked" => Unblocked {
        /// The sender.
        0 => sender: Name,
    }
    /// The number is another person's now: this tenure ends, unless it is known since when and the new holder has
    /// agreed to something.
    17, "reassigned" => Reassigned {
        /// Who says so.
        0 => source: Name,
        /// Since when, if that is known, Unix milliseconds. What was agreed on a later day is the new holder's.
        1 => since_ms: Option<i64>,
        /// The carrier gave the number up; whose it is next is not known.
        2 => deactivated: Option<bool>,
        /// The key of the signal that told of it.
        3 => signal: Option<InboundId>,
    }
    /// The person's data was destroyed on request.
    18, "erased" => Erased {
        /// The host's reference of the request.
        0 => request: Name,
        /// The retention rule under which it was done, where nobody asked.
        1 => rule: Option<String>,
    }
    /// The number could not be reached: a fact of the network, not a revocation.
    19, "bounced" => Bounced {
        /// Why, in the words of whoever said so.
        0 => code: String,
        /// When, Unix milliseconds.
        1 => acted_ms: i64,
        /// The list that it stood in.
        2 => import: Option<Name>,
        /// The line of that list, from 1.
        3 => line: Option<u64>,
    }
    /// An import was taken back: the consents that it brought are gone, its opt-outs stay.
    20, "import_undone" => ImportUndone {
        /// Which.
        0 => import: Name,
    }
    /// A register was asked about the number.
    21, "checked" => Checked {
        /// Which register.
        0 => register: Name,
        /// Whether the number stands in it.
        1 => listed: bool,
        /// As of when the register's answer is, Unix milliseconds.
        2 => as_of_ms: i64,
        /// Where the answer comes from: a file's digest, a provider's id of it.
        3 => provenance: Option<String>,
        /// Since when it stands there, if the register says, Unix milliseconds.
        4 => since_ms: Option<i64>,
    }
    /// A reminder of the open question of a double opt-in was asked for. There is one at most.
    22, "reminded" => Reminded {
        /// For which program.
        0 => program: Name,
    }
    /// Another code came than the one that is asked for.
    23, "miscoded" => Miscoded {
        /// For which program.
        0 => program: Name,
        /// When, by the carrier's clock, Unix milliseconds.
        1 => acted_ms: i64,
        /// The inbound message, or what the page sent.
        2 => inbound: InboundId,
        /// Where it came; absent: by text.
        3 => channel: Option<Channel>,
    }
    /// A question of a survey or quiz is open.
    24, "questioned" => Questioned {
        /// In which program.
        0 => program: Name,
        /// Which question.
        1 => question: Name,
        /// What may be answered.
        2 => options: Vec<String>,
        /// Since when, Unix milliseconds.
        3 => asked_ms: i64,
        /// Until when an answer counts, Unix milliseconds.
        4 => expires_ms: i64,
    }
    /// The person answered it. What was chosen lies sealed beside the record.
    25, "replied" => Replied {
        /// In which program.
        0 => program: Name,
        /// Which question.
        1 => question: Name,
        /// When, by the carrier's clock, Unix milliseconds.
        2 => acted_ms: i64,
        /// The inbound message.
        3 => inbound: InboundId,
    }
    /// The confirmation of a STOP asked which of several things it meant. Until an answer it means everything.
    26, "clarifying" => Clarifying {
        /// The STOP.
        0 => inbound: InboundId,
        /// The program that it answered.
        1 => program: Name,
        /// Until when an answer counts, Unix milliseconds.
        2 => expires_ms: i64,
        /// The programs that stood open before it.
        3 => open: Vec<Name>,
        /// The topics of the one program that may be named; empty: programs may.
        4 => topics: Vec<Name>,
    }
    /// The person said which one the STOP meant. What comes back stands in records of its own.
    27, "clarified" => Clarified {
        /// The STOP.
        0 => stop: InboundId,
        /// The only program that it meant.
        1 => program: Name,
        /// The only topic of it.
        2 => topic: Option<Name>,
        /// The inbound message.
        3 => inbound: InboundId,
        /// When, by the carrier's clock, Unix milliseconds.
        4 => acted_ms: i64,
    }
    /// House: the words of a consent text, kept once.
    32, "text_kept" => TextKept {
        /// Its digest.
        0 => digest: Hash,
        /// The host's version mark.
        1 => version: String,
        /// ISO 639-1.
        2 => language: String,
        /// The words.
        3 => text: String,
    }
    /// House: somebody approved a plan.
    33, "approved" => Approved {
        /// The campaign.
        0 => campaign: Name,
        /// Digest of the plan's inputs.
        1 => plan: Hash,
        /// Who.
        2 => by: String,
        /// The rule book it was planned under.
        3 => rulebook: String,
        /// The zone data it was planned under.
        4 => tz: String,
    }
    /// House: a safeguard was stepped around, and why.
    34, "danger" => Danger {
        /// Which.
        0 => what: String,
        /// Why.
        1 => reason: String,
        /// The version of the rule book that does without something.
        2 => rulebook: Option<String>,
        /// The campaign that it was for.
        3 => campaign: Option<Name>,
    }
    /// House: an import ran.
    35, "import_run" => ImportRun {
        /// Which.
        0 => import: Name,
        /// Rows read.
        1 => rows: u64,
        /// Rows by verdict.
        2 => counts: Option<Vec<(String, u64)>>,
        /// SHA-256 of the list.
        3 => list: Option<Hash>,
    }
    /// House: a checkpoint over everything before this record was signed.
    36, "checkpointed" => Checkpointed {
        /// Records covered.
        0 => size: u64,
        /// The root of the tree over them (RFC 6962).
        1 => root: Hash,
        /// The signed note.
        2 => note: String,
    }
    /// House: an import was taken back.
    37, "import_taken_back" => ImportTakenBack {
        /// Which.
        0 => import: Name,
        /// Consents that were taken back.
        1 => consents: u64,
        /// Opt-outs, bounces and complaints of it, which stay.
        2 => stay: u64,
    }
    /// House: a register's file was loaded.
    38, "register_loaded" => RegisterLoaded {
        /// Which register.
        0 => register: Name,
        /// As of when it is, Unix milliseconds.
        1 => as_of_ms: i64,
        /// Its entries.
        2 => entries: u64,
        /// SHA-256 of the file.
        3 => digest: Option<Hash>,
    }
    /// House: a retention run ended.
    39, "retention_run" => RetentionRun {
        /// The rule book whose rules it followed.
        0 => rulebook: String,
        /// People erased.
        1 => erased: u64,
        /// People who stay.
        2 => kept: u64,
    }
    /// House: keys were rotated.
    40, "keys_rotated" => KeysRotated {
        /// The generation of the index key that writes from now on.
        0 => index: u32,
        /// Whether the wrapping key was changed.
        1 => wrapping: bool,
    }
    /// House: a list of ad-hoc bans was loaded.
    42, "bans_loaded" => BansLoaded {
        /// Which list.
        0 => feed: Name,
        /// As of when it is complete, Unix milliseconds.
        1 => as_of_ms: i64,
        /// Since when it holds the bans that are over, Unix milliseconds.
        2 => covers_since_ms: Option<i64>,
        /// Its entries.
        3 => entries: u64,
        /// SHA-256 over all of it.
        4 => digest: Hash,
    }
}
