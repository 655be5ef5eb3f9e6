//! The command line for support staff and counsel.
//!
//! With `--jsonl` it reads one JSON object a line and answers one a line: `phone`, `decide`, `window`, `intent`, `classify`, `lint`,
//! `segments`, `webhook`, `explain`. For people: `message`, `import`, `plan`, `verify`, `explain`, `checkpoint`, `evidence`, `audit`, `erase`,
//! `retention`, `access`, `review`, `keys`, `rulebook`, `windows`.

#[path = "support/audit.rs"]
mod audit;
#[cfg(feature = "evidence")]
#[path = "support/checkpoint.rs"]
mod checkpoint;
#[path = "support/classify.rs"]
mod classify;
#[path = "support/erase.rs"]
mod erase;
#[cfg(feature = "evidence")]
#[path = "support/evidence.rs"]
mod evidence;
#[path = "support/explain.rs"]
mod explain;
#[path = "support/explained.rs"]
mod explained;
#[cfg(feature = "import")]
#[path = "support/import.rs"]
mod import;
#[path = "support/intent.rs"]
mod intent;
#[path = "support/jsonl.rs"]
mod jsonl;
#[path = "support/lint.rs"]
mod lint;
#[path = "support/message.rs"]
mod message;
#[path = "support/people.rs"]
mod people;
#[cfg(feature = "evidence")]
#[path = "support/receipt.rs"]
mod receipt;
#[path = "support/review.rs"]
mod review;
#[path = "support/rulebook.rs"]
mod rulebook;
#[path = "support/rulebook_diff.rs"]
mod rulebook_diff;
#[path = "support/scrub.rs"]
mod scrub;
#[path = "support/shop.rs"]
mod shop;
#[path = "support/shopify.rs"]
mod shopify;
#[path = "support/webhook.rs"]
mod webhook;
#[path = "support/week.rs"]
mod week;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// Sends only the SMS that may be sent, and can prove it.
#[derive(Parser)]
#[command(name = "optin", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Where a number is from, and where its holder may be
    Phone(Lines),
    /// Whether a message may go to a person at a moment, and why not
    Decide(Lines),
    /// Whether a window is open in every zone, and when next
    Window(Lines),
    /// What a reply means, and why
    Intent(intent::IntentArgs),
    /// What kind of message a text is, whatever its author calls it
    Classify(Lines),
    /// What is missing, wrong or forbidden in a text
    Lint(Lines),
    /// What a text costs
    Segments(Lines),
    /// A text looked at before it is sent: its kind, its faults, its cost, its look
    Message(message::MessageArgs),
    /// Whether a webhook request is the provider's own
    Webhook(Lines),
    /// Takes a list of another platform in, or shows what that would do, or takes it back
    #[cfg(feature = "import")]
    Import(import::ImportArgs),
    /// What a campaign would do with a customer export, before anything is sent
    Plan(people::PlanArgs),
    /// Reads a whole ledger again and names the first record that does not fit
    #[cfg(feature = "evidence")]
    Verify(checkpoint::VerifyArgs),
    /// Signs a checkpoint over all records, and puts it to an anchor
    #[cfg(feature = "evidence")]
    Checkpoint(checkpoint::CheckpointArgs),
    /// Why a person gets a text or not: every rule considered, with everything on record if there is a ledger
    Explain(explain::ExplainArgs),
    /// The week in which a message may go, drawn half-hour by half-hour
    Windows(explain::WindowsArgs),
    /// What can be shown of a person or a message, in a file that a stranger can check; or checks one
    #[cfg(feature = "evidence")]
    Evidence(evidence::EvidenceArgs),
    /// Forgets a person, who is never texted again
    Erase(erase::EraseArgs),
    /// Who must stay on record, who may go and who must, by the rule book's periods
    Retention(erase::RetentionArgs),
    /// Everything on record about a person, in clear, for that person
    #[cfg(feature = "evidence")]
    Access(erase::AccessArgs),
    /// The doubtful texts that wait for a human, and a human's word on them
    Review(review::ReviewArgs),
    /// The keys that lock the ledger
    Keys(erase::KeysArgs),
    /// What a person consented to, in the fields of ISO/IEC TS 27560 and Kantara's receipt
    #[cfg(feature = "evidence")]
    Receipt(receipt::ReceiptArgs),
    /// Everyone on record against a register's list
    Scrub(scrub::ScrubArgs),
    /// What the rule book says of a place on a date, what changes, every rule in words, and what is covered
    Rulebook(rulebook::RulebookArgs),
    /// Past messages of any platform, judged under the rules in force at each moment
    Audit(audit::AuditArgs),
}

#[derive(Args)]
struct Lines {
    /// One JSON object a line on standard input, one a line on standard output
    #[arg(long, required = true)]
    jsonl: bool,
}

fn main() -> ExitCode {
    let done: Result<bool, Box<dyn std::error::Error>> = match Cli::parse().command {
        Command::Phone(_) => jsonl::run(jsonl::phone).map(|()| true).map_err(Into::into),
        Command::Decide(_) => jsonl::run(jsonl::decide).map(|()| true).map_err(Into::into),
        Command::Window(_) => jsonl::run(jsonl::window).map(|()| true).map_err(Into::into),
        Command::Intent(args) => intent::intent(&args),
        Command::Classify(_) => jsonl::run(classify::classify).map(|()| true).map_err(Into::into),
        Command::Lint(_) => jsonl::run(lint::lint).map(|()| true).map_err(Into::into),
        Command::Segments(_) => jsonl::run(jsonl::count).map(|()| true).map_err(Into::into),
        Command::Message(args) => message::message(&args),
        Command::Webhook(_) => jsonl::run(webhook::webhook).map(|()| true).map_err(Into::into),
        #[cfg(feature = "import")]
        Command::Import(args) => import::import(&args),
        Command::Plan(args) => people::plan(&args),
        #[cfg(feature = "evidence")]
        Command::Verify(args) => checkpoint::verify(&args),
        #[cfg(feature = "evidence")]
        Command::Checkpoint(args) => checkpoint::checkpoint(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Windows(args) => explain::windows(&args),
        #[cfg(feature = "evidence")]
        Command::Evidence(args) => evidence::evidence(&args),
        Command::Erase(args) => erase::erase(&args),
        Command::Retention(args) => erase::retention(&args),
        #[cfg(feature = "evidence")]
        Command::Access(args) => erase::access(&args),
        Command::Review(args) => review::review(&args),
        Command::Keys(args) => erase::keys(&args),
        #[cfg(feature = "evidence")]
        Command::Receipt(args) => receipt::receipt(&args),
        Command::Scrub(args) => scrub::scrub(&args),
        Command::Rulebook(args) => rulebook::rulebook(&args),
        Command::Audit(args) => audit::audit(&args),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("optin: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}
