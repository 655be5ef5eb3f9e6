//! Twilio's adapter against the suite that any gateway must pass, with the stand-in behind it.

use std::time::Duration;

use optin::gateway::{
    Twilio, Wire,
    conformance::{self, Carrier, Fault, Findings, Got, Maker, Plan},
};

use super::{
    kit::start,
    stand_in::fake_twilio::{FakeTwilio, Fault as Goes, Options},
};

const ACCOUNT: &str = "AC00000000000000000000000000000000";
const TOKEN: &str = "never-to-be-shown";

struct ThroughTwilio;

struct Behind(FakeTwilio);

fn goes(fault: Fault) -> Option<Goes> {
    Some(match fault {
        Fault::NoSuchNumber => Goes::Refuses(21211),
        Fault::OptedOut => Goes::Refuses(21610),
        Fault::TooFast(wait) => Goes::TooFast(wait.as_secs()),
        Fault::OutOfOrder => Goes::FailsBefore,
        Fault::LostRequest => Goes::LostRequest,
        Fault::LostAnswer => Goes::Lost,
        Fault::Garbled => Goes::Garbled,
        Fault::Failed => Goes::FailsAfter,
        _ => return None,
    })
}

impl Carrier for Behind {
    fn taken(&self) -> Vec<Got> {
        let got = |(to, sender, body, valid): (String, String, String, Option<u64>)| Got {
            number: to.parse().unwrap(),
            sender,
            body,
            valid_for: valid.map(Duration::from_secs),
        };
        self.0.took().into_iter().map(got).collect()
    }

    /// A dropped call's request may still be in a socket of this process: its server is let run until nothing
    /// more comes.
    async fn settle(&self) {
        let (mut quiet, mut before) = (0, self.0.took().len());
        while quiet < 200 {
            tokio::task::yield_now().await;
            let now = self.0.took().len();
            quiet = if now == before { quiet + 1 } else { 0 };
            before = now;
        }
    }
}

impl Maker for ThroughTwilio {
    type Gateway = Twilio;
    type Carrier = Behind;

    async fn fresh(&self, plan: Plan) -> (Twilio, Behind) {
        let faults = plan.into_iter().map(|(number, fault)| (number.e164(), goes(fault).unwrap()));
        let fake = FakeTwilio::new(Options {
            account: ACCOUNT.to_owned(),
            token: TOKEN.to_owned(),
            faults: faults.collect(),
            stops: Default::default(),
            inbound: None,
            reports: false,
        });
        fake.set_time(start());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = fake.clone().router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let wire = Wire::new().base_url(base).total_timeout(Duration::from_millis(500));
        (Twilio::new(ACCOUNT, TOKEN, wire).unwrap(), Behind(fake))
    }

    fn can(&self, fault: Fault) -> bool {
        goes(fault).is_some()
    }

    fn secrets(&self) -> Vec<String> {
        vec![TOKEN.to_owned()]
    }
}

#[tokio::test]
async fn twilios_adapter_conforms() {
    assert_eq!(conformance::all(&ThroughTwilio).await, Findings::default());
}
