//! The quickstart through a real gateway's adapter, towards a stand-in on this machine. The day is simulated, so
//! the stand-in is told the time before each message, as a carrier of that day would know it.

use chrono::SecondsFormat;
use optin::{
    clock::Clock,
    gateway::{Answered, Capabilities, Gateway, LookUp, Recalled, Refusal, Sought, Twilio, Wire, WireError},
    permit::Permit,
};
use serde_json::Value;

use crate::wire::Taken;

const ACCOUNT: &str = "AC00000000000000000000000000000000";
const TOKEN: &str = "stand-in";

/// Twilio's adapter, unchanged.
#[derive(Debug)]
pub(crate) struct Through {
    twilio: Twilio,
    base: String,
    client: reqwest::Client,
    announces: bool,
}

impl Through {
    pub(crate) fn twilio(base: &str, announces: bool) -> Result<Self, WireError> {
        let wire = Wire::new().base_url(base).callback("http://127.0.0.1:9/reports");
        let client = reqwest::Client::builder().no_proxy().build().map_err(|_| WireError::Tls)?;
        Ok(Self { twilio: Twilio::new(ACCOUNT, TOKEN, wire)?, base: base.to_owned(), client, announces })
    }
}

impl Gateway for Through {
    fn capabilities(&self) -> Capabilities {
        Gateway::capabilities(&self.twilio)
    }

    async fn send(&self, permit: Permit, clock: &dyn Clock) -> Answered {
        let Some(now) = clock.now() else { return Answered::rejected(Refusal::Expired) };
        let (message, now) = (permit.message(), now.to_rfc3339_opts(SecondsFormat::Millis, true));
        let told = self.client.post(format!("{}/time", self.base)).body(now).send().await;
        if told.is_err() {
            return Answered::rejected(Refusal::Unavailable);
        }
        let answer = Gateway::send(&self.twilio, permit, clock).await;
        if self.announces && matches!(answer, Answered::Accepted(_)) {
            println!("{message}");
        }
        answer
    }

    async fn look_up(&self, sought: Sought) -> LookUp {
        Gateway::look_up(&self.twilio, sought).await
    }

    async fn recall(&self, id: String) -> Recalled {
        Gateway::recall(&self.twilio, id).await
    }
}

/// Everything that the stand-in took, in order.
pub(crate) async fn read(base: &str) -> Result<Vec<Taken>, Box<dyn std::error::Error>> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let bytes = client.get(format!("{base}/taken")).send().await?.bytes().await?;
    let all: Value = serde_json::from_slice(&bytes)?;
    let line = |line: &Value| {
        let text = |name: &str| line.get(name)?.as_str().map(str::to_owned);
        Some(Taken {
            at: text("at")?.parse().ok()?,
            message: text("message")?,
            number: text("to")?.parse().ok()?,
            text: text("body")?.replace('\n', " "),
        })
    };
    Ok(all.get("messages").and_then(Value::as_array).into_iter().flatten().filter_map(line).collect())
}
