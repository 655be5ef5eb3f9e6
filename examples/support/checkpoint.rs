//! Checkpoints for counsel and operators: take one, put it to an anchor, compare a ledger with one.

use std::path::PathBuf;

use clap::Args;
use optin::{
    Messenger,
    gateway::SimulatedCarrier,
    law::Rulebook,
    ledger::{Anchor, Anchored, Book, FileAnchor},
    program::Program,
};

use crate::people::{Done, LedgerArgs, open, runtime, say};

#[derive(Args)]
pub(crate) struct CheckpointArgs {
    #[command(flatten)]
    ledger: LedgerArgs,
    /// A file that is only added to, best where this ledger's operator cannot change it
    #[arg(long)]
    anchor: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    ledger: LedgerArgs,
    /// Compares the ledger with every checkpoint in this file
    #[arg(long)]
    anchor: Option<PathBuf>,
}

/// Signs a checkpoint and prints its note.
pub(crate) fn checkpoint(args: &CheckpointArgs) -> Done {
    runtime()?.block_on(async {
        let mut shop = Messenger::builder(open(&args.ledger).await?, Rulebook::builtin())
            .program(Program::new("any", "any")?)
            .gateway(SimulatedCarrier::seeded(1));
        if let Some(path) = &args.anchor {
            shop = shop.anchor(FileAnchor::new(path));
        }
        let taken = shop.build()?.checkpoint().await?;
        say(taken.checkpoint.note.trim_end());
        match taken.anchored {
            Anchored::Failed(error) => Err(error.into()),
            Anchored::Yes | Anchored::NoAnchor => Ok(true),
        }
    })
}

/// Reads the whole ledger again, and compares it with what the anchor holds.
pub(crate) fn verify(args: &VerifyArgs) -> Done {
    runtime()?.block_on(async {
        let book = Book::new(std::sync::Arc::new(open(&args.ledger).await?));
        let mut sound = match book.verify().await? {
            Ok(verified) => {
                say(&format!(
                    "{} people, {} records: every record fits.",
                    verified.streams, verified.records
                ));
                say(&format!("head {} after record {}", verified.head.hash, verified.head.leaves));
                if let (1.., Some(last)) = (verified.checkpoints, book.latest_checkpoint().await?) {
                    let covered = format!("the newest over {} records", last.size);
                    say(&format!("{} checkpoints are signed and fit, {covered}", verified.checkpoints));
                    say(&format!("key {}", book.note_key().await?));
                }
                true
            }
            Err(flaw) => {
                say(&format!("DOES NOT FIT: {flaw}"));
                false
            }
        };
        if let Some(path) = &args.anchor {
            let anchor = FileAnchor::new(path);
            let notes = anchor.notes()?;
            if anchor.newest().await?.is_none() {
                say("The anchor holds no checkpoint.");
                sound = false;
            }
            for (nth, note) in (1..).zip(&notes) {
                if let Err(restored) = book.fits_anchored(note).await? {
                    say(&format!(
                        "DOES NOT FIT its anchor's checkpoint {nth} of {}: {restored}",
                        notes.len()
                    ));
                    sound = false;
                }
            }
            if sound {
                say(&format!("{} anchored checkpoints fit.", notes.len()));
            }
        }
        Ok(sound)
    })
}
