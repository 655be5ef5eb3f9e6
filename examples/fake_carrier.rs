//! A local carrier that speaks Twilio's message API, for trying a gateway without texting anybody.
//!
//! ```text
//! cargo run --example fake_carrier -- --listen 127.0.0.1:4010
//! cargo run --example quickstart -- --gateway twilio --base-url http://127.0.0.1:4010
//! curl http://127.0.0.1:4010/taken
//! ```
//!
//! Twilio's test numbers are refused as Twilio refuses them (`+15005550001` is no number, `…0004` has opted out).
//! `--fault +15551234567=lost` and its kin make one number go wrong.

#[path = "support/fake_twilio.rs"]
#[allow(dead_code, reason = "a test looks in from the inside")]
mod fake_twilio;

use clap::Parser;
use fake_twilio::{FakeTwilio, Fault, Options};

#[derive(Parser)]
struct Args {
    /// Where to listen. Port 0 takes a free one; the address is printed.
    #[arg(long, default_value = "127.0.0.1:4010")]
    listen: String,
    /// The account that is let in.
    #[arg(long, default_value = "AC00000000000000000000000000000000")]
    account: String,
    /// Its auth token, which also signs callbacks.
    #[arg(long, default_value = "stand-in")]
    token: String,
    /// A number that goes wrong: lost, lost-request, fails-after, fails-before, garbled, refuse:CODE, 429:S,
    /// 429-once:S, slow:MS.
    #[arg(long, value_name = "NUMBER=FAULT", value_parser = fault)]
    fault: Vec<(String, Fault)>,
    /// A number whose owner answers each text with STOP, to `--inbound`.
    #[arg(long, value_name = "NUMBER")]
    stop: Vec<String>,
    /// Where inbound texts are sent, signed.
    #[arg(long, value_name = "URL")]
    inbound: Option<String>,
    /// Sends signed status callbacks to each message's own URL.
    #[arg(long)]
    reports: bool,
}

fn fault(text: &str) -> Result<(String, Fault), String> {
    let (number, fault) = text.split_once('=').ok_or("write NUMBER=FAULT")?;
    Ok((number.to_owned(), fault.parse()?))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args = Args::parse();
    let fake = FakeTwilio::new(Options {
        account: args.account,
        token: args.token,
        faults: args.fault.into_iter().collect(),
        stops: args.stop.into_iter().collect(),
        inbound: args.inbound,
        reports: args.reports,
    });
    let listener = tokio::net::TcpListener::bind(&args.listen).await?;
    println!("http://{}", listener.local_addr()?);
    let stop = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    axum::serve(listener, fake.router()).with_graceful_shutdown(stop).await?;
    Ok(())
}
