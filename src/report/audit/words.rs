//! What the report says, in English and in French.

use crate::policy::{Code, Language};

macro_rules! texts {
    ($($(#[$meta:meta])* $name:ident : $english:literal, $french:literal;)*) => {
        /// Every fixed text of the report.
        pub(super) struct Texts { $( $(#[$meta])* pub(super) $name: &'static str ),* }

        const ENGLISH: Texts = Texts { $( $name: $english ),* };
        const FRENCH: Texts = Texts { $( $name: $french ),* };
    };
}

texts! {
    lang: "en", "fr";
    title: "Back-audit of text messages", "Audit rétrospectif des SMS";
    advice: "A calculation on the files named below, under dated rules with their sources. It is no legal advice and no prediction: counsel decides what a figure means.", "Un calcul sur les fichiers nommés ci-dessous, selon des règles datées et sourcées. Ce n'est ni un conseil juridique ni une prévision : c'est à un juriste de dire ce que vaut un chiffre.";
    judged: "messages judged", "messages examinés";
    clean: "nothing against them", "rien à leur opposer";
    settled: "settled violations", "violations établies";
    contested: "contested", "contestables";
    unprovable: "cannot be proven", "impossibles à prouver";
    one_settled: "settled violation", "violation établie";
    one_contested: "contested", "contestable";
    one_unprovable: "cannot be proven", "impossible à prouver";
    persons: "persons", "personnes";
    span: "Messages from", "Messages du";
    until: "to", "au";
    conditions: "What the files leave open", "Ce que les fichiers laissent ouvert";
    conditions_note: "{f} messages go to persons with a consent on record whose form the file does not tell; for {r} messages a register such as a do-not-call list had to be asked, and nothing tells that it was. What it comes to, by the answer:", "{f} messages vont à des personnes dont le consentement est enregistré sans que sa forme soit dite ; pour {r} messages, un registre (liste d'opposition) devait être consulté et rien ne dit qu'il l'a été. Le résultat, selon la réponse :";
    as_given: "As the files stand", "En l'état des fichiers";
    if_written: "If written consent can be shown", "Si le consentement écrit peut être montré";
    if_asked_too: "… and the registers were asked, without objection", "… et que les registres ont été consultés, sans opposition";
    if_not_written: "If not: no written consent", "Sinon : pas de consentement écrit";
    exposure: "Exposure by statutory amounts", "Exposition selon les montants légaux";
    exposure_note: "Each message counts once, with the largest amount that a rule against it prints per message. Amounts that an authority sets per violation or in all are not multiplied; they stand in the table of rules.", "Chaque message compte une fois, au plus élevé des montants par message prévus par les règles qui s'y opposent. Les montants fixés par une autorité, par violation ou au total, ne sont pas multipliés ; ils figurent au tableau des règles.";
    no_exposure: "No rule against these messages prints an amount per message.", "Aucune règle opposable à ces messages ne prévoit de montant par message.";
    currency: "Currency", "Devise";
    from_settled: "Settled alone", "Établi seul";
    at_most: "With contested", "Avec le contestable";
    with_unproven: "With what cannot be proven", "Avec l'improuvable";
    heat: "Closed hours: local hour by zone", "Heures fermées : heure locale par fuseau";
    heat_note: "Messages sent when a rule's hours were closed, by what the clock showed in the first closed zone.", "Messages partis hors des heures d'une règle, selon l'heure du premier fuseau fermé.";
    none: "None.", "Aucun.";
    other_zones: "other zones", "autres fuseaux";
    months: "By month (UTC)", "Par mois (UTC)";
    rules: "Violations by rule", "Violations par règle";
    rules_note: "A message that breaks several rules stands in several rows: rows are not to be added up. The rule is the one in force on the message's day.", "Un message qui enfreint plusieurs règles figure sur plusieurs lignes : elles ne s'additionnent pas. La règle est celle en vigueur le jour du message.";
    rule: "Rule and passage", "Règle et texte";
    why: "Why", "Motif";
    certainty: "Source and reach", "Source et portée";
    messages: "Messages", "Messages";
    amount: "Amount", "Montant";
    in_force: "in force", "en vigueur";
    since: "from", "depuis le";
    before: "before", "jusqu'au";
    no_passage: "no passage in the book", "aucun texte dans le recueil";
    no_figure: "no figure", "pas de montant";
    not_multiplied: "not multiplied", "non multiplié";
    after_stop: "After STOP", "Après STOP";
    after_stop_note: "Messages after a STOP that nothing had reopened. A period for honouring it is no leave to go on: messages within it count as contested.", "Messages partis après un STOP que rien n'avait levé. Un délai de prise en compte n'autorise pas à continuer : les messages partis dans ce délai comptent comme contestables.";
    grace: "Period", "Délai";
    within: "Within it", "Dans le délai";
    later: "Later", "Au-delà";
    unproven: "Messages that cannot be proven", "Messages impossibles à prouver";
    unproven_note: "A message with several reasons counts in each. Where law puts the burden on the sender, a consent that cannot be shown is a consent that was not given.", "Un message peut relever de plusieurs motifs. Là où la preuve incombe à l'expéditeur, un consentement qu'on ne peut montrer n'a pas été donné.";
    worst: "Examples that weigh most", "Exemples les plus lourds";
    masked: "Numbers are masked; the line is that of the file of messages.", "Les numéros sont masqués ; la ligne est celle du fichier des messages.";
    unmasked: "Whole numbers are shown: personal data.", "Numéros en clair : données personnelles.";
    line: "Line", "Ligne";
    number: "Number", "Numéro";
    local: "Local time", "Heure locale";
    against: "What stands against it", "Ce qui s'y oppose";
    files: "Files", "Fichiers";
    rows: "rows", "lignes";
    refused: "could not be read", "illisibles";
    aside: "set aside", "mises à part";
    assumed: "assumed", "supposé";
    method: "Method", "Méthode";
    versions: "Rule book {rulebook}; time zones {tz}.", "Recueil de règles {rulebook} ; fuseaux {tz}.";
    m_moment: "Each person's past is walked in order of time. Each message is judged at its own moment, by the rules in force on that day at the person's place, with only the consents and STOPs on record by then and the messages of this file that went before.", "Le passé de chaque personne est parcouru dans l'ordre. Chaque message est jugé à son propre instant, selon les règles en vigueur ce jour-là là où se trouvait la personne, avec les seuls consentements et STOP alors connus et les messages précédents du fichier.";
    m_classes: "Settled: it stands when only settled law binds, wherever the person may have been. Contested: it stands only if doubt about the law, the place or a period of grace is held against the sender. Cannot be proven: nobody can show either way. A message counts in the first of these classes that anything against it has.", "Établi : vaut même si seul le droit certain s'applique, où que la personne ait pu être. Contestable : ne vaut que si le doute sur le droit, le lieu ou un délai joue contre l'expéditeur. Impossible à prouver : personne ne peut rien montrer. Un message compte dans la première de ces classes qui s'applique.";
    m_place: "The place comes from the file where it says so, else from the number's digits, which say where a number is from and not where its holder is: {n} messages were judged by digits alone.", "Le lieu vient du fichier s'il le dit, sinon des chiffres du numéro, qui disent d'où il vient et non où est son titulaire : {n} messages ont été jugés sur les seuls chiffres.";
    m_kind: "{n} messages do not say what they were and were judged as marketing, the strictest.", "{n} messages ne disent pas leur nature et ont été jugés comme de la prospection, le plus strict.";
    m_undated: "A status without a date proves nothing of any moment before the end of the file. A date without a time or a zone counts against the sender.", "Un statut sans date ne prouve rien avant la fin du fichier. Une date sans heure ou sans fuseau joue contre l'expéditeur.";
    m_left: "Messages that certainly never left are not counted. What counts is the moment of sending; {n} were delivered in closed hours though sent in open ones, and are not held against anyone here.", "Les messages qui ne sont certainement jamais partis ne comptent pas. Seul compte l'instant d'envoi ; {n} ont été remis hors des heures bien que partis à temps, ce qui n'est pas retenu ici.";
    m_undelivered: "{n} messages left and are reported as undelivered: they stand in no figure above but count towards caps. Something would stand against {m} of them. {u} messages are judged as sent although no row says that they were.", "{n} messages sont partis sans être remis : ils ne figurent dans aucun chiffre ci-dessus mais comptent pour les plafonds. Quelque chose s'opposerait à {m} d'entre eux. {u} messages sont jugés comme partis bien qu'aucune ligne ne le dise.";
    m_subject: "Where no column names a subject, a campaign is taken for one: caps for one subject then count each campaign by itself.", "Sans colonne de sujet, une campagne en tient lieu : les plafonds par sujet se comptent alors campagne par campagne.";
    m_repeated: "{n} rows told of a message already told of; {m} messages lie outside the period and count towards caps only.", "{n} lignes décrivent un message déjà décrit ; {m} messages sont hors de la période et ne comptent que pour les plafonds.";
    m_assumed: "By the host's word, consents of which the file does not say how they were given were taken as given: {basis}.", "Sur la parole de l'hôte, les consentements dont le fichier ne dit pas la forme ont été tenus pour donnés : {basis}.";
    m_registers: "No file tells whether a register was asked. Where a rule demands it and nothing denies the message anyway, the message cannot be proven.", "Aucun fichier ne dit si un registre a été consulté. Là où une règle l'exige et que rien d'autre n'interdit le message, celui-ci est impossible à prouver.";
    m_not: "Not looked at: what the messages say, whether a number had changed hands, emergency bans by proclamation.", "Non examinés : le contenu des messages, le changement de titulaire d'un numéro, les interdictions d'urgence par proclamation.";
}

pub(super) const fn texts(language: Language) -> &'static Texts {
    match language {
        Language::English => &ENGLISH,
        Language::French => &FRENCH,
    }
}

/// A reason in words.
pub(super) fn reason(code: &str, language: Language) -> String {
    let own = match code {
        "undated_consent" => {
            ("A consent is on record, without a date.", "Un consentement est enregistré, sans date.")
        }
        "undated_opt_out" => (
            "An opt-out is on record, without a date: it may have been before.",
            "Une opposition est enregistrée, sans date : elle a pu précéder.",
        ),
        "consent_form_unknown" => (
            "A consent is on record; nothing shows that it was given in the form that the rule asks.",
            "Un consentement est enregistré ; rien ne montre qu'il a la forme exigée par la règle.",
        ),
        "stop_confirmation" => (
            "Within minutes after a STOP: probably the one confirmation, which cannot be told from the file.",
            "Dans les minutes suivant un STOP : sans doute l'unique confirmation, ce que le fichier ne dit pas.",
        ),
        _ => match (Code::from_code(code), passed(code)) {
            (Some(code), _) => return code.words(language).to_owned(),
            (None, Some(own)) => own,
            (None, None) => return code.to_owned(),
        },
    };
    match language {
        Language::English => own.0.to_owned(),
        Language::French => own.1.to_owned(),
    }
}

/// Why a row was passed over.
fn passed(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "never_left" => ("It never left.", "Il n'est jamais parti."),
        "repeated" => ("A row of a message already told of.", "Une ligne sur un message déjà décrit."),
        "outside_period" => ("Outside the period.", "Hors de la période."),
        "undelivered" => ("It left and reached nobody.", "Il est parti et n'a pas été remis."),
        "other_channel" => ("No text message.", "Ce n'est pas un SMS."),
        "no_message" => ("The row tells of no message.", "La ligne ne décrit pas un message."),
        "inbound_stop" => ("A text from the person: STOP.", "Un SMS de la personne : STOP."),
        "inbound_wrong_number" => {
            ("A text from the person: wrong number.", "Un SMS de la personne : mauvais numéro.")
        }
        "inbound_start" => ("A text from the person: START.", "Un SMS de la personne : START."),
        "inbound_doubtful" => {
            ("A text from the person, perhaps a STOP.", "Un SMS de la personne, peut-être un STOP.")
        }
        "inbound_other" => ("A text from the person.", "Un SMS de la personne."),
        "number_missing" => ("No number.", "Pas de numéro."),
        "number_unread" => ("No number can be read.", "Numéro illisible."),
        "no_country_code" => ("A number without a country.", "Un numéro sans pays."),
        "time_missing" => ("No time.", "Pas d'heure."),
        "time_unread" => ("No time can be read.", "Heure illisible."),
        "no_zone" => ("A local time without a zone.", "Une heure locale sans fuseau."),
        "date_only" => ("A date without a time.", "Une date sans heure."),
        "ambiguous_date" => ("Day and month could be each other.", "Jour et mois indiscernables."),
        "ambiguous_local_time" => {
            ("The clock showed this twice.", "L'horloge a montré cette heure deux fois.")
        }
        "no_such_local_time" => ("The clock never showed this.", "L'horloge n'a jamais montré cette heure."),
        "status_unknown" => ("A status that is not known.", "Un statut inconnu."),
        "nothing_said" => ("Neither a yes nor a no.", "Ni oui ni non."),
        "ragged" => ("Too many or too few cells.", "Trop ou trop peu de cellules."),
        _ => return None,
    })
}

/// A source's layer, a reach or a confidence in words.
pub(super) fn word(code: &'static str, language: Language) -> &'static str {
    if language == Language::English {
        return code;
    }
    match code {
        "statute" => "loi",
        "regulation" => "règlement",
        "case" => "jurisprudence",
        "code" => "code professionnel",
        "carrier" => "opérateur",
        "practice" => "usage",
        "settled" => "certaine",
        "contested" => "contestée",
        "unclear" => "incertaine",
        "voice" => "voix seule",
        "high" => "source sûre",
        "medium" => "source moyenne",
        "low" => "source faible",
        other => other,
    }
}

/// A period in words.
pub(super) fn grace(text: &str, language: Language) -> String {
    match language {
        Language::English => text.to_owned(),
        Language::French => text.replace("business days", "jours ouvrés").replace("days", "jours"),
    }
}

/// A number with its thousands parted.
pub(super) fn figure(number: u64, language: Language) -> String {
    let digits = number.to_string();
    let part = match language {
        Language::English => ',',
        Language::French => '\u{202f}',
    };
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(part);
        }
        out.push(digit);
    }
    out
}

/// Text made safe for any place in HTML or SVG.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_parted_by_thousands() {
        assert_eq!(figure(0, Language::English), "0");
        assert_eq!(figure(999, Language::English), "999");
        assert_eq!(figure(1_234_567, Language::English), "1,234,567");
        assert_eq!(figure(1_234_567, Language::French), "1\u{202f}234\u{202f}567");
    }

    #[test]
    fn nothing_leaves_as_markup() {
        assert_eq!(escaped("<script>\"a\"&'b'\u{0}"), "&lt;script&gt;&quot;a&quot;&amp;&#39;b&#39; ");
    }
}
