//! A carrier that outlives its callers: it appends what it takes to a file, so that a killed worker's messages
//! can be counted afterwards. It shows all that a gateway has to do.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::{DateTime, SecondsFormat, Utc};
use optin::{
    clock::Clock,
    gateway::{Answered, Capabilities, Gateway, Idempotency, LookUp, Refusal, Sought, Uncertain},
    permit::Permit,
    phone::PhoneNumber,
};

#[derive(Debug)]
pub(crate) struct FileCarrier {
    file: PathBuf,
    announces: bool,
}

/// One message that was taken.
pub(crate) struct Taken {
    pub(crate) at: DateTime<Utc>,
    pub(crate) message: String,
    pub(crate) number: PhoneNumber,
    pub(crate) text: String,
}

impl FileCarrier {
    pub(crate) fn in_folder(folder: &Path, announces: bool) -> Self {
        Self { file: folder.join("carrier.log"), announces }
    }

    fn take(&self, line: &str) -> std::io::Result<()> {
        OpenOptions::new().create(true).append(true).open(&self.file)?.write_all(line.as_bytes())
    }
}

impl Gateway for FileCarrier {
    fn capabilities(&self) -> Capabilities {
        Capabilities::plain()
            .idempotent(Idempotency::ClientReference)
            .valid(Duration::from_millis(1), Duration::MAX)
            .looks_up()
            .simulated()
    }

    async fn send(&self, permit: Permit, clock: &dyn Clock) -> Answered {
        // A network takes its time.
        tokio::time::sleep(Duration::from_millis(15)).await;
        let now = clock.now();
        let (Ok(handover), Some(at)) = (permit.open(now), now) else {
            return Answered::rejected(Refusal::Expired);
        };
        let text = handover.body.as_str().replace('\n', " ");
        let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let line = format!("{at}\t{}\t{}\t{text}\n", handover.message, handover.number.e164());
        match self.take(&line) {
            Ok(()) => {
                if self.announces {
                    println!("{}", handover.message);
                }
                Answered::accepted(format!("F{}", handover.message))
            }
            // Perhaps half a line was written: nobody knows.
            Err(_) => Answered::Unknown(Uncertain::Broken),
        }
    }

    async fn look_up(&self, Sought { message, .. }: Sought) -> LookUp {
        let Ok(log) = fs::read_to_string(&self.file) else { return LookUp::CannotSay };
        if log.contains(&message.to_string()) {
            LookUp::Found { id: format!("F{message}"), delivery: None }
        } else {
            LookUp::CannotSay
        }
    }
}

/// Everything that was taken, in order.
pub(crate) fn read(folder: &Path) -> Vec<Taken> {
    let log = fs::read_to_string(folder.join("carrier.log")).unwrap_or_default();
    let line = |line: &str| {
        let mut fields = line.splitn(4, '\t');
        Some(Taken {
            at: fields.next()?.parse().ok()?,
            message: fields.next()?.to_owned(),
            number: fields.next()?.parse().ok()?,
            text: fields.next()?.to_owned(),
        })
    };
    log.lines().filter_map(line).collect()
}
