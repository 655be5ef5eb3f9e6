//! `message`: a text looked at before it is sent, for people: what it is, what is wrong in it, what it costs, how it looks.

use clap::{Args, Subcommand};
use optin::{
    content::{Lint, Said, SenderKind, classify},
    message::{Counting, Kind, Letters, Locale, Tag, Tags, Template, Values, dear, parts, segments, smart},
    phone::Country,
};

use super::people::{Done, say};

#[derive(Args)]
pub(crate) struct MessageArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// What is missing, wrong or forbidden in it
    Lint(LintArgs),
    /// What kind it is, whatever its author calls it
    Classify {
        /// The text
        text: String,
    },
    /// What it costs, segment by segment, and what would make it cheaper
    Segments {
        /// The text
        text: String,
        /// Keep what a reader sees as one character in one segment, as some carriers bill
        #[arg(long)]
        graphemes: bool,
    },
    /// How it will look on a phone
    Preview(PreviewArgs),
}

#[derive(Args)]
struct LintArgs {
    /// The text, or a template's source
    text: String,
    /// Where its readers are, ISO 3166
    #[arg(long, default_value = "US")]
    country: String,
    /// short_code, long_code, toll_free or alphanumeric
    #[arg(long, default_value = "short_code")]
    sender: String,
    /// marketing, transactional, conversational, authentication or service
    #[arg(long, default_value = "marketing")]
    kind: String,
    /// Who signs
    #[arg(long)]
    brand: String,
    /// The language of what is proposed, such as fr
    #[arg(long, default_value = "en")]
    language: String,
    /// The number that takes STOP, if it is not the sender
    #[arg(long)]
    stop_code: Option<String>,
    /// It is the first message that a person gets, or the first of a month
    #[arg(long)]
    first_message: bool,
    /// Everybody had their age checked
    #[arg(long)]
    age_checked: bool,
}

#[derive(Args)]
struct PreviewArgs {
    /// The text, with merge tags
    text: String,
    /// A value of a tag, such as first_name=Ana; as often as there are tags
    #[arg(long = "value", value_name = "TAG=VALUE")]
    values: Vec<String>,
    /// The sender that shows
    #[arg(long, default_value = "36123")]
    sender: String,
    /// How dates, numbers and money are written, such as fr or en-US
    #[arg(long, default_value = "en")]
    locale: String,
}

pub(crate) fn message(args: &MessageArgs) -> Done {
    match &args.what {
        What::Lint(args) => lint(args),
        What::Classify { text } => {
            let found = classify(text);
            let sure = if found.sure { "surely" } else { "not surely" };
            let mixed = if found.mixed { ", mixed with service" } else { "" };
            say(&format!("{} ({sure}), {}{mixed}", found.kind, found.subkind));
            say(&format!("score {}; it speaks of {}", found.score, found.reasons.join(", ")));
            Ok(true)
        }
        What::Segments { text, graphemes } => {
            let counting = if *graphemes { Counting::Graphemes } else { Counting::Standard };
            count(text, counting);
            Ok(true)
        }
        What::Preview(args) => preview(args),
    }
}

fn lint(args: &LintArgs) -> Done {
    let kind = Kind::from_code(&args.kind).ok_or_else(|| format!("`{}` is not a kind", args.kind))?;
    let sender =
        SenderKind::from_code(&args.sender).ok_or_else(|| format!("`{}` is no sender", args.sender))?;
    let mut said = Said::new(&args.text, kind, Country::new(&args.country)?, sender, &args.brand)
        .language(&args.language)
        .first_message(args.first_message)
        .age_checked(args.age_checked);
    if let Some(code) = &args.stop_code {
        said = said.stop_code(code);
    }
    let found = Lint::builtin().check(&said);
    for finding in &found {
        let words = args.text.get(finding.span.clone()).unwrap_or("");
        let place = if words.is_empty() { String::new() } else { format!(" in `{words}`") };
        let fix = finding.fix.as_ref().filter(|fix| !fix.is_empty());
        let fix = fix.map(|fix| format!("; write `{fix}`")).unwrap_or_default();
        say(&format!("{:<8}{}{place}{fix}", finding.severity.code(), finding.code));
        say(&format!("        {} ({})", finding.citation, finding.rule));
    }
    let errors = found.iter().filter(|finding| finding.severity.code() == "error").count();
    say(&format!("{errors} errors, {} warnings", found.len() - errors));
    Ok(errors == 0)
}

fn count(text: &str, counting: Counting) {
    let counted = segments(text, counting);
    say(&format!("{} segments, {} units, {}", counted.segments, counted.units, counted.encoding.code()));
    for (at, part) in (1..).zip(parts(text, counting)) {
        say(&format!("  {at}  {}", text.get(part).unwrap_or("").replace('\n', "⏎")));
    }
    if let Some(dear) = dear(text, counting) {
        let others = if dear.others == 0 { String::new() } else { format!(" and {} more", dear.others) };
        say(&format!(
            "`{}` (U+{:04X}){others} makes it {} segments instead of {}",
            dear.character,
            u32::from(dear.character),
            dear.segments,
            dear.without
        ));
    }
    for (how, letters) in [("smart encoding", Letters::Kept), ("and without accents", Letters::Plain)] {
        let made = smart(text, letters);
        let cost = segments(&made.text, counting);
        if made.changes.is_empty() || cost.segments >= counted.segments {
            continue;
        }
        say(&format!("{how}: {} segments", cost.segments));
        for change in made.changes {
            say(&format!("  `{}` -> `{}`", text.get(change.at).unwrap_or(""), change.to));
        }
    }
}

fn preview(args: &PreviewArgs) -> Done {
    let template = Template::parse(&args.text)?;
    let (mut tags, mut values) = (Tags::new(), Values::new());
    for name in template.tags() {
        let tag = match name {
            "offer.ends" => Tag::date(),
            "cart.total" => Tag::money(),
            "cart.items" => Tag::list(200),
            _ => Tag::text(200).links(true),
        };
        tags = tags.with(name, tag);
    }
    for value in &args.values {
        let (name, value) = value.split_once('=').ok_or_else(|| format!("`{value}` is no TAG=VALUE"))?;
        values.set(name, value);
    }
    let body = template.check(&tags)?.render_in(&values, Locale::of(&args.locale))?;
    say(optin::campaign::Sample::new(&args.sender, body)?.to_text().trim_end());
    Ok(true)
}
