//! **optin sends only the SMS that may be sent, and can prove it.**
//!
//! It remembers who agreed to what, understands STOP, knows the hours and caps that hold where the recipient is,
//! and hands a message to a carrier gateway only when all of that says yes. It lives in your process: no server,
//! no runtime, no thread but the one that writes the ledger's file.
//!
//! # In 25 lines
//!
//! ```
//! use optin::prelude::*;
//! # use optin::{clock::FixedClock, consent::ConsentText};
//! # const CONSENT_FR_V3: ConsentText = ConsentText { version: "v3", language: "fr",
//! #     text: "J'accepte de recevoir les offres de Maison Lune par SMS. STOP pour arrêter." };
//! # optin::blocking::wait(async {
//! let soldes = Program::new("soldes", "Maison Lune")?
//!     .sender(Sender::short_code(Country::FR, "36123")?).help("aide@maisonlune.fr").language("fr");
//! let shop = Messenger::builder(MemoryLedger::new()?, Rulebook::builtin()).program(soldes)
//!     .gateway(SimulatedCarrier::seeded(7))
//! #   .clock(FixedClock::at("2026-11-27T09:00:00Z".parse()?))
//!     .build()?;                                                       // system clock unless given
//!
//! let ana = PhoneNumber::parse("06 12 34 56 78", Country::FR)?;
//! shop.opt_in(ana, "soldes", OptIn::checkbox(&CONSENT_FR_V3).page("https://maisonlune.fr/panier")).await?;
//!
//! let campaign = Campaign::marketing("flash-2026-11-27", "soldes")?.category("promo")?
//!     .text(Template::parse("Maison Lune : {first_name|Bonjour}, -40 % jusqu'à 21 h")?)
//!     .window("2026-11-27T09:00:00Z".parse()?.."2026-11-27T20:00:00Z".parse()?)
//!     .audience(vec![(ana, Values::new().with("first_name", "Ana"))]);
//! let plan = shop.plan(campaign).await?;
//! assert_eq!(plan.to_string(), "1 now · 0 held · 0 refused · 1 segments");
//! shop.launch(plan.approve("lea@maisonlune.fr")?).await?;              // refuses while a lint error stands
//!
//! # let sent_at = "2026-11-27T09:00:00Z".parse()?;
//! let got = shop.receive(Inbound::text("in-1", ana, "36123", "Arrêtez svp", sent_at)?).await?;
//! assert_eq!(got.intent, Intent::Stop);                                // got.in_flight: already started
//!
//! let done = shop.dispatch(Batch::default()).await?;                   // again at done.next_due
//! assert_eq!(done.accepted, 1);                                        // her STOP is confirmed; no sale goes out
//! # Ok::<(), optin::Error>(()) }).unwrap();
//! ```
//!
//! # The map
//!
//! Data flows one way, down this list; a room imports only from rooms above it.
//!
//! | room | what lives there |
//! |---|---|
//! | [`phone`] | numbers |
//! | [`place`] | where a recipient may be: sets of places and zones; the table of offsets |
//! | [`program`] | brands, programs, senders |
//! | [`message`] | kinds, templates, bodies, segments |
//! | [`consent`] | records, evidence, and their fold into a state |
//! | [`law`] | the rule book: dated, cited data |
//! | [`policy`] | `decide`: yes, not now, or no, and why |
//! | [`content`] | what is said against the law: lint, footers |
//! | [`ledger`] | streams, hash chain, sealing, stores |
//! | [`permit`] | the one place where decision and ledger meet |
//! | [`inbound`] | what a reply means, and what to answer |
//! | [`gateway`] | the way out, and a simulated carrier |
//! | [`register`] | do-not-call lists, reassigned numbers, registers of consents |
//! | [`campaign`] | audiences and plans |
//! | [`dispatch`] | the worker |
//! | [`shop`] | lists from other platforms |
//! | [`report`] | what is told afterwards and shown to others: evidence packs, the back-audit |
//! | [`danger`] | ways around a safeguard, each with a reason |

pub mod blocking;
pub mod campaign;
pub mod clock;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod consent;
pub mod content;
pub mod danger;
pub mod dispatch;
pub mod gateway;
pub mod id;
pub mod inbound;
pub mod law;
pub mod ledger;
pub mod manual;
pub mod message;
pub mod permit;
pub mod phone;
pub mod place;
pub mod policy;
pub mod prelude;
pub mod program;
pub mod register;
pub mod report;
pub mod shop;

mod codec;
mod error;
mod linear;
mod messenger;
mod quick;
mod sync;

pub use error::Error;
pub use messenger::{
    AskError, BuildError, Builder, Confirmation, ConsentError, EraseError, ErasedEntry, Erasure, ErasureList,
    ErasureListError, Imports, Landed, LaunchError, Launched, Messenger, NotTexted, Permission, PlanError,
    Reapplied, ReloadBansError, Reminder, Retained, RetentionReport, RotateError, Rotated, ScrubError,
    Scrubbed, Sweep, Tenure, Undone, Whom,
};
#[cfg(feature = "evidence")]
pub use messenger::{Every, ReceiptError};
#[cfg(feature = "import")]
pub use messenger::{ImportError, ImportReport, Outcome, Progress};
pub use shop::{ImportRow, Location};

/// The README's examples, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
