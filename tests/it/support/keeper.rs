use std::{path::Path, sync::Arc};

use optin::{
    Error, Messenger,
    gateway::SimulatedCarrier,
    ledger::{KeyFile, SqliteLedger},
};

use super::{
    part::{hear, say},
    stage::{runtime, shop, try_ledger},
};

/// The process that keeps a shop's secrets: `rotate` changes both keys, `erase <number>` forgets somebody, `compact`
/// rewrites the file. Each is answered with the line itself.
pub(super) fn run(folder: &Path) {
    let runtime = runtime();
    let ledger = match runtime.block_on(try_ledger(folder)) {
        Ok(ledger) => Arc::new(ledger),
        Err(error) => return say(&format!("failed {error:?}")),
    };
    let shop = shop(Arc::clone(&ledger), folder, SimulatedCarrier::seeded(1));
    say("ready");
    loop {
        let line = hear();
        if line == "close" {
            return;
        }
        match runtime.block_on(keep(&shop, &ledger, folder, &line)) {
            Ok(()) => say(&line),
            Err(error) => say(&format!("failed {error:?}")),
        }
    }
}

async fn keep(shop: &Messenger, ledger: &SqliteLedger, folder: &Path, line: &str) -> Result<(), Error> {
    match line.split_once(' ') {
        Some(("erase", number)) => drop(shop.erase(number.parse()?, "dsar-1").await?),
        _ if line == "rotate" => {
            let store = KeyFile::at(folder.join("key"));
            shop.rotate_index_key(&store).await?;
            shop.rotate_wrapping_key(&store).await?;
        }
        _ => ledger.compact().await?,
    }
    Ok(())
}
