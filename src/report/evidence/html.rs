//! The page: the answer first, then the consent as shown, the timeline, the decision, and how to check it all.

use std::fmt::Write;

use super::{
    pack::{Both, Consent, Decided, Ended, Message, Pack, Reading, Record},
    words::plain,
};
use crate::{policy::Language, report::html::Text};

struct Page {
    french: bool,
    html: String,
}

impl Page {
    /// The wording of this page's language.
    const fn tell<'t>(&self, english: &'t str, french: &'t str) -> &'t str {
        if self.french { french } else { english }
    }

    fn both<'b>(&self, both: &'b Both) -> &'b str {
        if self.french { &both.fr } else { &both.en }
    }

    fn push(&mut self, html: std::fmt::Arguments<'_>) {
        // Writing to memory does not fail.
        let _ = self.html.write_fmt(html);
    }

    fn heading(&mut self, english: &str, french: &str) {
        let title = self.tell(english, french);
        self.push(format_args!("<h2>{}</h2>\n", Text(title)));
    }

    fn row(&mut self, english: &str, french: &str, value: &str) {
        let name = self.tell(english, french);
        self.push(format_args!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", Text(name), Text(value)));
    }
}

pub(super) fn page(pack: &Pack<Reading>, language: Language) -> String {
    let mut page = Page { french: language == Language::French, html: String::with_capacity(16 * 1024) };
    let code = page.tell("en", "fr");
    let title = match &pack.reading.message {
        Some(_) => {
            page.tell("Why did this person get this text?", "Pourquoi cette personne a-t-elle reçu ce SMS ?")
        }
        None => page.tell("What is on record about this person", "Ce qui est enregistré sur cette personne"),
    };
    page.push(format_args!(
        "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n",
        include_str!("page.css")
    ));
    head(&mut page, pack);
    consents(&mut page, &pack.reading.consents);
    if let Some(message) = &pack.reading.message {
        decision(&mut page, message);
    }
    timeline(&mut page, pack);
    tenure(&mut page, &pack.reading);
    proof(&mut page, pack);
    page.push(format_args!("</main>\n</body>\n</html>\n"));
    page.html
}

fn head(page: &mut Page, pack: &Pack<Reading>) {
    let number = pack.reading.number.as_deref().unwrap_or(page.tell("erased number", "numéro effacé"));
    let mut line =
        vec![number.to_owned(), format!("{} {}", page.tell("made", "établi le"), plain(&pack.made.at))];
    line.extend(pack.made.r#for.as_ref().map(|who| format!("{} {who}", page.tell("for", "pour"))));
    line.extend(pack.made.purpose.clone());
    line.push(pack.made.by.clone());
    page.push(format_args!("<p class=\"soft\">{}</p>\n", Text(&line.join(" · "))));
    let answer = page.both(&pack.reading.answer).to_owned();
    page.push(format_args!("<p class=\"answer\">{}</p>\n", Text(&answer)));
}

fn consents(page: &mut Page, consents: &[Consent]) {
    page.heading("The consent", "Le consentement");
    if consents.is_empty() {
        let none = page.tell("No consent is on record.", "Aucun consentement n'est enregistré.");
        page.push(format_args!("<p>{}</p>\n", Text(none)));
    }
    for consent in consents {
        let grade = page.tell("grade", "niveau");
        page.push(format_args!(
            "<div class=\"card\">\n<p><strong>{}</strong> · <time>{}</time> · {grade} <span class=\"grade\">{}</span></p>\n\
             <p class=\"soft\">{}</p>\n",
            Text(&consent.program),
            Text(&plain(&consent.at)),
            Text(consent.grade),
            Text(if page.french { &consent.why.fr } else { &consent.why.en }),
        ));
        match &consent.text {
            Some(words) => {
                let version = words.version.as_deref().unwrap_or("?");
                let language = words.language.as_deref().unwrap_or("?");
                let shown = page.tell("As shown", "Tel que présenté").to_owned();
                page.push(format_args!(
                    "<p class=\"soft\">{shown} ({} · {}):</p>\n",
                    Text(version),
                    Text(language)
                ));
                let lost = page.tell("The words are not kept here.", "Le texte n'est pas conservé ici.");
                let text = words.text.as_deref().unwrap_or(lost).to_owned();
                page.push(format_args!(
                    "<blockquote lang=\"{}\">{}</blockquote>\n",
                    Text(language),
                    Text(&text)
                ));
                page.push(format_args!(
                    "<p class=\"soft\">SHA-256 <code>{}</code></p>\n",
                    Text(&words.digest)
                ));
            }
            None => {
                let none = page.tell("No words are on record.", "Aucun texte n'est enregistré.");
                page.push(format_args!("<p class=\"soft\">{}</p>\n", Text(none)));
            }
        }
        let record = page.tell("record", "enregistrement");
        page.push(format_args!(
            "<p class=\"soft\">{} · {} · {record} {}</p>\n</div>\n",
            Text(consent.how),
            Text(consent.basis),
            consent.seq
        ));
    }
}

fn decision(page: &mut Page, message: &Message) {
    page.heading("The message and the decision", "Le message et la décision");
    let same = |versions: &super::pack::Versions, page: &Page| {
        if versions.same {
            versions.then.clone()
        } else {
            format!("{} ({} {})", versions.then, page.tell("now", "aujourd'hui"), versions.now)
        }
    };
    let (rulebook, tz) = (same(&message.rulebook, page), same(&message.tz, page));
    page.push(format_args!("<table class=\"facts\">\n"));
    page.row("Message", "Message", &message.id);
    page.row("Campaign", "Campagne", &message.source);
    page.row("Program", "Programme", &message.program);
    page.row("From", "De", &message.sender);
    page.row("Kind", "Type", message.kind);
    page.row("Handed over", "Parti", &plain(&message.started));
    page.row("Lawful until", "Licite jusqu'à", &plain(&message.not_after));
    let local: Vec<_> = message.local.iter().map(|l| format!("{} {}", l.zone, l.time)).collect();
    page.row("Local time, every zone possible", "Heure locale, tous fuseaux possibles", &local.join(" · "));
    let counts: Vec<_> = message.counts.iter().map(|c| format!("{} {}", c.rule, c.before)).collect();
    if !counts.is_empty() {
        page.row("Messages before it, by cap", "Messages antérieurs, par plafond", &counts.join(" · "));
    }
    page.row("Rule book", "Recueil de règles", &rulebook);
    for waived in &message.waived {
        page.row(
            "Done without a safeguard",
            "Fait sans une protection",
            &format!("{}: {}", waived.what, waived.reason),
        );
    }
    page.row("Time zone data", "Données de fuseaux", &tz);
    page.row("Posture", "Posture", message.posture);
    if let Some(approved) = &message.approved {
        page.row("Approved", "Approuvé", &format!("{} · {}", approved.by, plain(&approved.at)));
    }
    if let Some(outcome) = &message.outcome {
        page.row("Gateway", "Passerelle", &ended(outcome));
    }
    for delivery in &message.deliveries {
        page.row("Delivery report", "Accusé de réception", &ended(delivery));
    }
    page.row("Segments", "Segments", &message.segments.to_string());
    page.row("SHA-256 of the text sent", "SHA-256 du texte envoyé", &message.body);
    page.push(format_args!("</table>\n"));
    match (&message.decision, &message.no_decision) {
        (Some(decided), _) => rules(page, decided, message),
        (None, Some(why)) => {
            let why = page.both(why).to_owned();
            page.push(format_args!("<p>{}</p>\n", Text(&why)));
        }
        (None, None) => {}
    }
}

fn ended(ended: &Ended) -> String {
    let at = plain(&ended.at);
    let parts = [Some(ended.what), ended.gateway_id.as_deref(), ended.code.as_deref(), Some(at.as_str())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn rules(page: &mut Page, decided: &Decided, message: &Message) {
    let again = page.tell(
        "Judged again from the records before it",
        "Jugé à nouveau d'après les enregistrements antérieurs",
    );
    page.push(format_args!("<p class=\"gap\"><strong>{}</strong></p>\n", Text(again)));
    if !message.rulebook.same || !message.tz.same {
        let note = page.tell(
            "Note: under another rule book or zone data than then.",
            "Attention : sous un autre recueil de règles ou d'autres données de fuseaux qu'alors.",
        );
        page.push(format_args!("<p class=\"soft\">{}</p>\n", Text(note)));
    }
    let explained = page.both(&decided.explained).to_owned();
    page.push(format_args!("<pre>{}</pre>\n", Text(&explained)));
    let (rule, citation, about, sure) = (
        page.tell("Rule", "Règle"),
        page.tell("Citation", "Référence"),
        page.tell("About", "Objet"),
        page.tell("Reach · confidence", "Portée · confiance"),
    );
    page.push(format_args!(
        "<div class=\"wide\"><table>\n<thead><tr><th>{rule}</th><th>{citation}</th><th>{about}</th><th>{sure}</th></tr></thead>\n<tbody>\n"
    ));
    for shown in &decided.rules {
        let mut marks = vec![shown.reach, shown.confidence];
        if shown.lifted {
            marks.push(page.tell("lifted by the consent", "levée par le consentement"));
        } else if !shown.binds {
            marks.push(page.tell("a warning only", "simple avertissement"));
        }
        page.push(format_args!(
            "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            Text(&shown.id),
            Text(&shown.citation),
            Text(&shown.about.join(", ")),
            Text(&marks.join(" · ")),
        ));
    }
    page.push(format_args!("</tbody>\n</table></div>\n"));
}

fn timeline(page: &mut Page, pack: &Pack<Reading>) {
    page.heading("Timeline", "Chronologie");
    let about = pack.about.message.as_deref();
    page.push(format_args!("<ol class=\"time\">\n"));
    for record in &pack.records {
        let mut class = match record.event.as_str() {
            "revoked" | "suspended" | "erased" | "bounced" | "blocked" | "reassigned" => "stop",
            "opted_in" | "confirmed" | "restarted" | "imported" => "yes",
            _ => "",
        }
        .to_owned();
        if about.is_some() && record.facts.get("message").and_then(serde_json::Value::as_str) == about {
            class.push_str(" key");
        }
        let words = page.both(&record.words).to_owned();
        page.push(format_args!(
            "<li class=\"{}\"><time>{}</time>{}\n",
            class.trim(),
            Text(&plain(&record.at)),
            Text(&words)
        ));
        values(page, record);
        page.push(format_args!("</li>\n"));
    }
    page.push(format_args!("</ol>\n"));
}

fn values(page: &mut Page, record: &Record) {
    if record.disclosed.is_empty() {
        return;
    }
    page.push(format_args!("<dl>\n"));
    for value in &record.disclosed {
        page.push(format_args!("<dt>{}</dt><dd>{}</dd>\n", Text(&value.field), Text(&value.value)));
    }
    page.push(format_args!("</dl>\n"));
}

fn tenure(page: &mut Page, reading: &Reading) {
    let tenure = &reading.tenure;
    let mut lines = Vec::new();
    if let Some(next) = &tenure.next {
        lines.push(format!(
            "{} {next}.",
            page.tell(
                "The number leads to another record now:",
                "Le numéro mène aujourd'hui à un autre dossier :"
            )
        ));
    }
    if !tenure.inherited.is_empty() {
        let from: Vec<_> = tenure.inherited.iter().map(u64::to_string).collect();
        lines.push(format!(
            "{} {}.",
            page.tell(
                "Requests to stop were carried over from an earlier holder of the number: records",
                "Des demandes d'arrêt viennent d'un titulaire antérieur du numéro : enregistrements",
            ),
            from.join(", ")
        ));
    }
    if !lines.is_empty() {
        page.heading("The number", "Le numéro");
        lines.iter().for_each(|line| page.push(format_args!("<p>{}</p>\n", Text(line))));
    }
}

fn proof(page: &mut Page, pack: &Pack<Reading>) {
    page.heading("Proof", "Preuve");
    let words = page.tell(
        "Each record above is chained to the one before it and stands in the tree of which this signed checkpoint holds \
         the size and the root. This page proves nothing by itself: check the JSON file that came with it.",
        "Chaque enregistrement ci-dessus est chaîné au précédent et figure dans l'arbre dont ce point de contrôle signé \
         porte la taille et la racine. Cette page ne prouve rien seule : vérifiez le fichier JSON qui l'accompagne.",
    );
    page.push(format_args!("<p>{}</p>\n<pre>{}</pre>\n", Text(words), Text(pack.checkpoint.trim_end())));
    let how = page.tell("To check it without us:", "Pour vérifier sans nous :");
    page.push(format_args!(
        "<p>{}</p>\n<pre>pip install cbor2 cryptography\npython3 verify_evidence.py pack.json --key {}</pre>\n",
        Text(how),
        Text(&pack.key)
    ));
    let advice = page.both(&pack.reading.key).to_owned();
    page.push(format_args!("<p><strong>{}</strong></p>\n", Text(&advice)));
    let complete = page.tell(
        "That no later record of this person existed at the checkpoint is the sealer's word; the format document says how \
         such a word can be caught.",
        "Qu'aucun enregistrement postérieur de cette personne n'existait à ce point de contrôle est la parole de qui a \
         scellé ; le document de format dit comment la démentir.",
    );
    page.push(format_args!("<p class=\"soft\">{}</p>\n", Text(complete)));
}
