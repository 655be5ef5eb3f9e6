//! Receives what gateways send, on a real ledger: verifies, reads, records, and answers within their patience.
//!
//! ```text
//! cargo run --example webhook_server -- --ledger ./data --origin https://shop.example \
//!     --hook twilio=twilio-token.txt --hook infobip=infobip-token.txt
//! ```
//!
//! Each `--hook NAME=FILE` serves `POST /hooks/NAME` (`GET` too: some gateways call so) with the secret in `FILE`.
//! Gateways that sign nothing are called at `/hooks/NAME/<token>`. What the ledger could not store is answered 503,
//! so that the gateway sends it again; what it holds already changes nothing. `GET /health` says how it goes.
//! On SIGINT or SIGTERM no new connection is taken and the requests under way are finished.

use std::{
    collections::HashMap,
    error::Error,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Path, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use clap::Parser;
use optin::{
    Messenger,
    clock::{Clock, SystemClock},
    gateway::{
        SimulatedCarrier,
        webhook::{Event, PathToken, TwilioKeys, VonageMethod, Webhook},
    },
    id::Name,
    law::Rulebook,
    ledger::{KeyFile, SqliteLedger},
    phone::Country,
    program::{Program, Sender},
};

type Res<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The shortest patience of the gateways is Twilio's, 15 seconds; a late answer counts as none.
const PATIENCE: Duration = Duration::from_secs(12);

/// Receives what gateways send.
#[derive(Parser)]
struct Args {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where gateways reach this: scheme, host and what a proxy takes away of the path
    #[arg(long)]
    origin: String,
    /// The folder of the ledger and its key
    #[arg(long)]
    ledger: PathBuf,
    /// The short code that people answer
    #[arg(long, default_value = "36123")]
    sender: String,
    /// A gateway and the file of its secret
    #[arg(long = "hook", value_name = "NAME=FILE", required = true)]
    hooks: Vec<String>,
}

struct Desk {
    shop: Messenger,
    clock: SystemClock,
    hooks: HashMap<String, Webhook>,
    taken: AtomicU64,
    refused: AtomicU64,
    unstored: AtomicU64,
}

#[tokio::main]
async fn main() -> Res<()> {
    let args = Args::parse();
    std::fs::create_dir_all(&args.ledger)?;
    let keys = KeyFile::open_or_create(args.ledger.join("optin.key"))?;
    let ledger = SqliteLedger::open(args.ledger.join("shop.optin"), keys).await?;
    let program = Program::new("soldes", "Maison Lune")?
        .sender(Sender::short_code(Country::FR, &args.sender)?)
        .help("aide@maisonlune.fr")
        .language("fr");
    // Sending is another process's work, on the same ledger.
    let shop = Messenger::builder(ledger, Rulebook::builtin())
        .program(program)
        .gateway(SimulatedCarrier::seeded(7))
        .build()?;
    let hooks = args.hooks.iter().map(|hook| open(hook, &args.origin)).collect::<Res<_>>()?;
    let desk = Desk {
        shop,
        clock: SystemClock::new(),
        hooks,
        taken: AtomicU64::new(0),
        refused: AtomicU64::new(0),
        unstored: AtomicU64::new(0),
    };
    let routes = Router::new()
        .route("/health", get(health))
        .route("/hooks/{name}", any(hook))
        .route("/hooks/{name}/{token}", any(hook))
        .with_state(Arc::new(desk));
    let listener = tokio::net::TcpListener::bind(args.listen).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, routes).with_graceful_shutdown(told_to_stop()).await?;
    println!("stopped");
    Ok(())
}

/// `NAME=FILE`.
fn open(hook: &str, origin: &str) -> Res<(String, Webhook)> {
    let (name, file) = hook.split_once('=').ok_or("write --hook NAME=FILE")?;
    let secret = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?.trim().to_owned();
    let token = || PathToken::path(secret.clone());
    let hook = match name {
        "twilio" => Webhook::twilio(TwilioKeys::auth_token(secret.clone())),
        "twilio_shared_key" => Webhook::twilio(TwilioKeys::default().or_any_shared_key(secret.clone())),
        "vonage_messages" => Webhook::vonage_messages(secret.clone()),
        "vonage_sms" => Webhook::vonage_sms(secret.clone(), VonageMethod::Sha256Hmac),
        "telnyx" => Webhook::telnyx(secret.clone()),
        "sinch" => Webhook::sinch(secret.clone()),
        "plivo" => Webhook::plivo(secret.clone()),
        "bird" => Webhook::bird(secret.clone()),
        "messagebird" => Webhook::messagebird(secret.clone()),
        "infobip" => Webhook::infobip(token()),
        "ovhcloud" => Webhook::ovhcloud(token()),
        "brevo" => Webhook::brevo(token()),
        other => return Err(format!("`{other}` is not a gateway").into()),
    };
    Ok((name.to_owned(), hook.at(origin)))
}

async fn hook(
    State(desk): State<Arc<Desk>>,
    Path(path): Path<HashMap<String, String>>,
    request: Request,
) -> Response {
    let Some((name, hook)) = path.get("name").and_then(|name| desk.hooks.get_key_value(name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match tokio::time::timeout(PATIENCE, desk.take(name, hook, request)).await {
        Ok(status) => status.into_response(),
        // It may be stored by now: when the gateway sends it again, it changes nothing.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

impl Desk {
    async fn take(&self, name: &str, hook: &Webhook, request: Request<Body>) -> StatusCode {
        let Some(now) = self.clock.now() else { return StatusCode::SERVICE_UNAVAILABLE };
        let (parts, body) = request.into_parts();
        // One byte more than the limit, so that the hook itself says "too large".
        let Ok(body) = to_bytes(body, Webhook::LIMIT + 1).await else {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return StatusCode::PAYLOAD_TOO_LARGE;
        };
        let received = match hook.receive(&Request::from_parts(parts, body), now) {
            Ok(received) => received,
            Err(error) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                eprintln!("{name}: refused: {}", error.code());
                return error.status();
            }
        };
        for event in &received.events {
            if let Err(error) = self.record(name, event).await {
                self.unstored.fetch_add(1, Ordering::Relaxed);
                eprintln!("{name}: not stored: {error}");
                return StatusCode::SERVICE_UNAVAILABLE;
            }
        }
        hook.handled(&received, now);
        self.taken.fetch_add(1, Ordering::Relaxed);
        StatusCode::NO_CONTENT
    }

    async fn record(&self, name: &str, event: &Event) -> Res<()> {
        match event {
            Event::Inbound(text) => {
                let got = self.shop.receive(text.clone()).await?;
                eprintln!("{name}: {} from {}, {} in flight", got.intent, text.from, got.in_flight.len());
            }
            Event::Report(report) => {
                let landed = self.shop.report(report).await?;
                eprintln!("{name}: {} to {}", report.delivery, report.to);
                if let (Some(late), Some(rule)) = (landed.late, landed.outside.first()) {
                    eprintln!("{name}: {} minutes late, and {}", late.num_minutes(), rule.code);
                }
            }
            Event::OptOut(signal) => {
                self.shop.opted_out(signal).await?;
                eprintln!("{name}: opt-out of {}", signal.number);
            }
            Event::Restored(back) => {
                self.shop.restored(back.number, back.sender.as_ref()).await?;
                eprintln!("{name}: reaches {} again; no consent", back.number);
            }
            Event::Ignored(ignored) => eprintln!("{name}: {}, nothing to do", ignored.kind),
            Event::Unread(why) => eprintln!("{name}: an entry was not readable: {why}"),
            _ => eprintln!("{name}: something new"),
        }
        Ok(())
    }
}

/// 200 while the ledger can be read.
async fn health(State(desk): State<Arc<Desk>>) -> Response {
    let readable = match Name::new("health") {
        Ok(campaign) => desk.shop.waiting(&campaign).await.is_ok(),
        Err(_) => false,
    };
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let (taken, refused, unstored) = (count(&desk.taken), count(&desk.refused), count(&desk.unstored));
    let status = if readable { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let page = format!(
        "{{\"ledger\":{readable},\"taken\":{taken},\"refused\":{refused},\"unstored\":{unstored}}}\n"
    );
    (status, [("content-type", "application/json")], page).into_response()
}

#[cfg(unix)]
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn told_to_stop() {
    let _ = tokio::signal::ctrl_c().await;
}
