//! The Twilio adapter, and a campaign through it, beside bare `reqwest` calls to the same carrier on this machine.

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use optin::{
    campaign::Audience,
    clock::FixedClock,
    consent::event::Answer,
    dispatch::Batch,
    gateway::{Answered, Gateway, Twilio, Wire},
    id::{MessageId, Name},
    law::Rulebook,
    ledger::{Book, MemoryLedger},
    message::{Body, Kind},
    permit::{Draft, Leeway, Permit, Reserved, reserve},
    place::ZoneTable,
    policy::Policy,
};
use reqwest::{
    Client,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
};
use tokio::{runtime::Runtime, task::JoinSet};

use crate::{
    Line,
    carrier::Carrier,
    shop::{Running, SENDER, Shop, number},
};

pub(crate) const ALL: &[fn(bool) -> Vec<Line>] = &[alone, in_flight, end_to_end];

const ACCOUNT: &str = "AC00000000000000000000000000000000";
const LANES: usize = 32;

fn twilio(carrier: &Carrier) -> Twilio {
    Twilio::new(ACCOUNT, "stand-in", Wire::new().base_url(carrier.url())).unwrap()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// What a hand-written program keeps, and sends with each message.
#[derive(Clone)]
struct Bare {
    client: Client,
    url: String,
    headers: HeaderMap,
}

impl Bare {
    fn to(carrier: &Carrier) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        // The account and "stand-in", as Basic authentication writes them.
        let auth = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDpzdGFuZC1pbg==";
        headers.insert(AUTHORIZATION, HeaderValue::from_static(auth));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let agent = concat!("optin/", env!("CARGO_PKG_VERSION"));
        // What any program must set that waits for a carrier.
        let (connect, call) = (Duration::from_secs(5), Duration::from_secs(30));
        let client = Client::builder().user_agent(agent).no_proxy().http1_only();
        let client = client.connect_timeout(connect).timeout(call).build().unwrap();
        let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", carrier.url());
        Self { client, url, headers }
    }

    /// Calls, and reads the answer's bytes.
    async fn send(&self, body: String) -> Vec<u8> {
        let call = self.client.post(&self.url).headers(self.headers.clone()).body(body);
        let answer = call.send().await.unwrap();
        assert_eq!(answer.status(), 201);
        answer.bytes().await.unwrap().into()
    }

    /// As [`send`](Self::send), and keeps the id that the carrier gave: without it no report can be told whose it is.
    async fn send_and_read(&self, body: String) -> String {
        let answer: serde_json::Value = serde_json::from_slice(&self.send(body).await).unwrap();
        answer["sid"].as_str().unwrap().to_owned()
    }
}

fn text(at: u64) -> String {
    format!("Maison Lune: hello {at}, your order is on its way.")
}

fn form(at: u64) -> String {
    let (to, text) = (number(at).e164().replace('+', "%2B"), text(at));
    let body = text.replace(' ', "+").replace(':', "%3A").replace(',', "%2C");
    format!("To={to}&From={SENDER}&Body={body}&ValidityPeriod=270")
}

/// Permits to answer as many people, valid for five minutes.
fn permits(runtime: &Runtime, range: std::ops::Range<u64>) -> Vec<Permit> {
    let book = Book::new(Arc::new(MemoryLedger::new().unwrap()));
    let policy = Policy::new(Rulebook::builtin(), ZoneTable::bundled());
    let (program, source) = (Name::new("soldes").unwrap(), Name::new("help").unwrap());
    let at = Running::start();
    let permit = |nth| {
        let (book, policy, program, source) = (&book, &policy, program.clone(), source.clone());
        async move {
            let person = book.find_or_open(number(nth), at.timestamp_millis()).await.unwrap();
            let draft = Draft {
                message: MessageId::derive(&program, &source, person.recipient, 0),
                person,
                program,
                source,
                step: 0,
                kind: Kind::Service,
                category: None,
                subject: None,
                sender: Name::new(SENDER).unwrap(),
                body: Body::new(text(nth)).unwrap(),
                until: None,
                answers: Some((Answer::Help, at)),
                queued: false,
                repeats: false,
            };
            let reserved = reserve(book, policy, vec![draft], Leeway::default(), at).await.unwrap();
            match reserved.into_iter().next() {
                Some((_, Reserved::Permit(permit, _))) => permit,
                other => panic!("no permit: {other:?}"),
            }
        }
    };
    range.map(|nth| runtime.block_on(permit(nth))).collect()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn took(answered: &Answered) {
    assert!(matches!(answered, Answered::Accepted(_)), "{answered:?}");
}

/// One call after the other, ours and the peer's in turn.
fn alone(full: bool) -> Vec<Line> {
    let (runtime, carrier, count) = (runtime(), Carrier::open(), if full { 20_000 } else { 3_000 });
    let (ours, peer) = (twilio(&carrier), Bare::to(&carrier));
    let clock = FixedClock::at(Running::start());
    let (mut our_times, mut peer_times, mut reader_times) = (Vec::new(), Vec::new(), Vec::new());
    for (at, permit) in (0..).zip(permits(&runtime, 0..count)) {
        let body = form(at);
        runtime.block_on(async {
            let began = Instant::now();
            let answered = ours.send(permit, &clock).await;
            our_times.push(micros(began.elapsed()));
            took(&answered);
            let seen = carrier.last();
            let began = Instant::now();
            assert!(!peer.send(body).await.is_empty());
            peer_times.push(micros(began.elapsed()));
            let began = Instant::now();
            assert!(peer.send_and_read(form(at)).await.starts_with("SM"));
            reader_times.push(micros(began.elapsed()));
            assert_eq!(lines(&seen), lines(&carrier.last()), "the requests differ");
        });
    }
    let ours = median(our_times);
    let line = |name, times| {
        let peer = median(times);
        let [ours, peer] = [ours, peer].map(|us| (us, format!("{us:.1} us/message")));
        Line { name, ours: ours.1, peer: peer.1, ratio: Some(ours.0 / peer.0) }
    };
    vec![
        line("Twilio adapter alone / a call whose answer nobody reads (<= 1.1)", peer_times),
        line("Twilio adapter alone / a call that reads the answer's id", reader_times),
    ]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// The lines of a request in some order: that of the headers is the client's own.
fn lines(request: &[u8]) -> Vec<String> {
    let mut lines: Vec<_> = String::from_utf8_lossy(request).lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// Runs these in so many lanes, each one after the other, and times the whole.
fn in_lanes<T, F>(runtime: &Runtime, work: Vec<T>, run: impl Fn(T) -> F + Clone + Send + 'static) -> Duration
where
    T: Send + 'static,
    F: Future<Output = ()> + Send,
{
    let mut lanes: Vec<Vec<T>> = (0..LANES).map(|_| Vec::new()).collect();
    work.into_iter().enumerate().for_each(|(at, one)| lanes[at % LANES].push(one));
    let began = Instant::now();
    runtime.block_on(async {
        let mut set = JoinSet::new();
        for lane in lanes {
            let run = run.clone();
            set.spawn(async move {
                for one in lane {
                    run(one).await;
                }
            });
        }
        while let Some(done) = set.join_next().await {
            done.unwrap();
        }
    });
    began.elapsed()
}

fn bare_rate(runtime: &Runtime, peer: &Bare, range: std::ops::Range<u64>) -> f64 {
    let (peer, count) = (peer.clone(), (range.end - range.start) as f64);
    let bodies = range.map(form).collect();
    let time = in_lanes(runtime, bodies, move |body| {
        let peer = peer.clone();
        async move { assert!(!peer.send(body).await.is_empty()) }
    });
    count / time.as_secs_f64()
}

/// Messages of one round.
const ROUND: u64 = 3_200;

/// Thirty-two at a time, in rounds of ours and the peer's; who is first changes.
fn in_flight(full: bool) -> Vec<Line> {
    let (runtime, carrier, rounds) = (runtime(), Carrier::open(), if full { 24 } else { 8 });
    let (ours, peer) = (Arc::new(twilio(&carrier)), Bare::to(&carrier));
    let (mut our_rates, mut peer_rates, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let range = round * ROUND..(round + 1) * ROUND;
        let permits = permits(&runtime, range.clone());
        let before = (round % 2 == 0).then(|| bare_rate(&runtime, &peer, range.clone()));
        let adapter = Arc::clone(&ours);
        let time = in_lanes(&runtime, permits, move |permit| {
            let adapter = Arc::clone(&adapter);
            async move { took(&adapter.send(permit, &FixedClock::at(Running::start())).await) }
        });
        let our_rate = ROUND as f64 / time.as_secs_f64();
        let peer_rate = before.unwrap_or_else(|| bare_rate(&runtime, &peer, range));
        our_rates.push(our_rate);
        peer_rates.push(peer_rate);
        ratios.push(peer_rate / our_rate);
    }
    vec![Line {
        name: "Twilio adapter, 32 in flight (<= 1.1)",
        ours: format!("{:.0} messages/s", median(our_rates)),
        peer: format!("{:.0} messages/s", median(peer_rates)),
        ratio: Some(median(ratios)),
    }]
}

/// Claim, draft, reserve, hand over, outcome: a launched campaign on SQLite, against the bare rate measured between
/// its parts.
fn end_to_end(full: bool) -> Vec<Line> {
    let (carrier, people, parts) = (Carrier::open(), if full { 8_000 } else { 2_048 }, 5);
    let peer = Bare::to(&carrier);
    [
        ("end to end, one loop of 32 (>= 0.8)", 1, 32),
        ("end to end, two loops of 16 (>= 0.8)", 2, 16),
        ("end to end, four loops of 8 (>= 0.8)", 4, 8),
    ]
    .map(|(name, loops, batch)| {
        let shop = Shop::of(people, twilio(&carrier));
        let (mut rates, mut bares, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for part in 0..parts {
            let queued = shop.launch(&format!("sale-{part}"), Audience::everyone());
            let began = Instant::now();
            let accepted = shop.dispatch(loops, Batch::of(batch), u64::MAX);
            let rate = accepted as f64 / began.elapsed().as_secs_f64();
            assert_eq!(accepted, queued);
            let bare = bare_rate(&shop.runtime, &peer, 0..people);
            ratios.push(rate / bare.min(4_000.0));
            rates.push(rate);
            bares.push(bare);
        }
        Line {
            name,
            ours: format!("{:.0} messages/s", median(rates)),
            peer: format!("{:.0} messages/s bare, or 4,000", median(bares)),
            ratio: Some(median(ratios)),
        }
    })
    .into()
}
