//! The smallest shop: opt in, take a STOP, plan, launch, dispatch. The same lines stand in the README.

use optin::prelude::*;

const CONSENT_FR_V3: ConsentText = ConsentText {
    version: "v3",
    language: "fr",
    text: "J'accepte de recevoir les offres de Maison Lune par SMS. STOP pour arrêter.",
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), optin::Error> {
    let folder = std::env::temp_dir().join(format!("optin-embed-{}", std::process::id()));
    let _ = std::fs::create_dir_all(&folder);
    let keys = KeyFile::open_or_create(folder.join("optin.key"))?;
    let ledger = SqliteLedger::open(folder.join("shop.optin"), keys).await?;
    let soldes = Program::new("soldes", "Maison Lune")?
        .sender(Sender::short_code(Country::FR, "36123")?)
        .help("aide@maisonlune.fr")
        .language("fr");
    let shop = Messenger::builder(ledger, Rulebook::builtin())
        .program(soldes)
        .gateway(SimulatedCarrier::seeded(7))
        .build()?; // system clock unless given

    let ana = PhoneNumber::parse("06 12 34 56 78", Country::FR)?;
    let ben = PhoneNumber::parse("06 98 76 54 32", Country::FR)?;
    for person in [ana, ben] {
        let opt_in = OptIn::checkbox(&CONSENT_FR_V3).page("https://maisonlune.fr/panier");
        shop.opt_in(person, "soldes", opt_in).await?;
    }

    let now = chrono::DateTime::from_timestamp(
        std::time::UNIX_EPOCH.elapsed().map_or(0, |t| t.as_secs() as i64),
        0,
    );
    let now = now.unwrap_or_default();
    let got = shop.receive(Inbound::text("in-1", ana, "36123", "Arrêtez svp", now)?).await?;
    println!("Ana: {} (in flight: {})", got.intent, got.in_flight.len());

    let campaign = Campaign::marketing("flash", "soldes")?
        .category("promo")?
        .text(Template::parse("Maison Lune : {first_name|Bonjour}, -40 % jusqu'à 21 h : {link}")?)
        .window(now..now + chrono::Duration::days(2))
        .audience(
            [ana, ben].map(|who| (who, Values::new().with("link", "https://maisonlune.fr/s"))).to_vec(),
        );
    let plan = shop.plan(campaign).await?;
    println!("{plan}");
    shop.launch(plan.approve("lea@maisonlune.fr")?).await?; // refuses while a lint error stands
    let done = shop.dispatch(Batch::default()).await?;
    println!("{done:?}");
    let _ = std::fs::remove_dir_all(&folder);
    Ok(())
}
