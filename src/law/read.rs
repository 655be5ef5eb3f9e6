//! One entry of a rule file at a time, parsed into what it means.

use std::sync::Arc;

use chrono::{NaiveDate, Weekday};

use super::{
    AfterThat, Bases, Calendar, DaySet, Deadline, Forbidden, Forbids, Ground, Hours, Kept, KindSet, Lift,
    LiftBy, Need, Retention, Revocation, Rule, Window, ZoneMinimum,
    calendar::Feast,
    load::Refusal,
    rule::epoch_day,
    schema::{RawDay, RawGround, RawHours, RawLift, RawMinimum, RawRevocation, RawRule, RawWindow},
};
use crate::{
    consent::Basis,
    message::Kind,
    place::{Place, Zone},
};

type Read<T> = Result<T, Refusal>;

pub(super) fn rule(
    raw: &RawRule,
    calendars: &[Arc<Calendar>],
    is_known: &impl Fn(Place) -> bool,
) -> Read<Rule> {
    let places: Vec<Place> = raw.places.iter().map(|code| place(code)).collect::<Read<_>>()?;
    if places.is_empty() {
        return Err(("places", "a rule binds somewhere".to_owned()));
    }
    if let Some(unknown) = places.iter().find(|&&place| !is_known(place)) {
        return Err(("places", format!("`{unknown}` is neither covered nor in `known`")));
    }
    let from = raw.from.as_deref().map(|text| date("from", text)).transpose()?;
    let to = raw.to.as_deref().map(|text| date("to", text)).transpose()?;
    let days_in_force = (from.map_or(i64::MIN, epoch_day), to.map_or(i64::MAX, epoch_day));
    if days_in_force.1 <= days_in_force.0 {
        return Err(("to", "ends before it starts".to_owned()));
    }
    if raw.registers.iter().any(|register| register.max_age_days == 0) {
        return Err(("registers", "an answer must stay good for a day at least".to_owned()));
    }
    if raw.feed.as_ref().is_some_and(|feed| feed.max_age_hours == 0) {
        return Err(("feed", "a list of bans must stay good for an hour at least".to_owned()));
    }
    if raw.caps.iter().any(|cap| cap.per_hours == 0) {
        return Err(("caps", "a cap needs a period".to_owned()));
    }
    Ok(Rule {
        id: not_empty("id", &raw.id)?,
        layer: raw.layer,
        reach: raw.reach,
        confidence: raw.confidence,
        citation: not_empty("citation", &raw.citation)?,
        sources: raw.sources.clone(),
        places,
        from,
        to,
        kinds: kinds(&raw.kinds)?,
        lifted_by: raw.lifted_by.iter().map(lift).collect::<Read<_>>()?,
        hours: raw.hours.as_ref().map(|raw| hours(raw, calendars)).transpose()?,
        caps: raw.caps.clone(),
        bases: raw.bases.as_deref().map(bases).transpose()?,
        required: raw.required.clone(),
        registers: raw.registers.clone(),
        retention: raw.retention.iter().copied().map(retention).collect::<Read<_>>()?,
        revocation: raw.revocation.as_ref().map(|raw| revocation(raw, calendars)).transpose()?,
        records: raw.records.clone(),
        forbids: raw.forbids.iter().map(forbidden).collect::<Read<_>>()?,
        feed: raw.feed.clone(),
        penalty: raw.penalty.clone(),
        note: raw.note.clone(),
        days_in_force,
    })
}

/// Whoever forgets that somebody said no writes to them again: a suppression has no last day in the book.
fn retention(row: Retention) -> Read<Retention> {
    match row {
        Retention { keep_months: 0, .. } => Err(("retention", "a period needs months".to_owned())),
        Retention { what: Kept::Suppression, after: AfterThat::Erase, .. } => {
            Err(("retention", "a suppression is never erased".to_owned()))
        }
        row => Ok(row),
    }
}

fn not_empty(field: &'static str, text: &str) -> Read<String> {
    if text.trim().is_empty() { Err((field, "is empty".to_owned())) } else { Ok(text.to_owned()) }
}

pub(super) fn place(code: &str) -> Read<Place> {
    Place::new(code).map_err(|error| ("places", format!("`{code}`: {error}")))
}

pub(super) fn date(field: &'static str, text: &str) -> Read<NaiveDate> {
    text.parse().map_err(|_| (field, format!("`{text}` is no date of the form YYYY-MM-DD")))
}

fn kinds(raw: &[String]) -> Read<KindSet> {
    if raw.iter().any(|code| code == "all") {
        return Ok(KindSet::all());
    }
    let kind = |code: &String| Kind::from_code(code).ok_or_else(|| ("kinds", format!("no kind `{code}`")));
    let kinds: KindSet = raw.iter().map(kind).collect::<Read<Vec<_>>>()?.into_iter().collect();
    if kinds.is_empty() { Err(("kinds", "a rule binds some kind".to_owned())) } else { Ok(kinds) }
}

fn hours(raw: &RawHours, calendars: &[Arc<Calendar>]) -> Read<Hours> {
    if raw.windows.is_empty() {
        return Err(("windows", "hours need a window".to_owned()));
    }
    let mut hours = Hours::new(raw.windows.iter().map(window).collect::<Read<_>>()?);
    if let Some(name) = &raw.zone {
        hours = hours.in_zone(Zone::named(name).ok_or_else(|| ("zone", format!("no time zone `{name}`")))?);
    }
    let calendar = |field, id: &String| calendar(calendars, field, id);
    for id in &raw.holidays {
        hours = hours.closed_on(calendar("holidays", id)?);
    }
    if let Some(days) = &raw.discouraged_days {
        hours = hours.discouraged_on(day_set("discouraged_days", days)?);
    }
    for id in &raw.discouraged_holidays {
        hours = hours.discouraged_on_holidays(calendar("discouraged_holidays", id)?);
    }
    Ok(hours)
}

fn calendar(calendars: &[Arc<Calendar>], field: &'static str, id: &str) -> Read<Arc<Calendar>> {
    let known = calendars.iter().find(|calendar| calendar.id() == id);
    known.cloned().ok_or_else(|| (field, format!("no calendar `{id}`")))
}

fn revocation(raw: &RawRevocation, calendars: &[Arc<Calendar>]) -> Read<Revocation> {
    if let Some(word) =
        raw.keywords.iter().find(|word| word.trim().is_empty() || word.to_lowercase() != **word)
    {
        return Err(("keywords", format!("`{word}` is no word in lower case")));
    }
    let holidays = raw.holidays.as_ref().map(|id| calendar(calendars, "holidays", id)).transpose()?;
    let within = match (raw.within_days, raw.within_business_days, holidays) {
        (None, None, None) => None,
        (Some(days), None, None) => Some(Deadline { days, business: false, holidays: None }),
        (None, Some(days), holidays) => Some(Deadline { days, business: true, holidays }),
        _ => {
            let why = "is either in days, or in business days with or without holidays";
            return Err(("within_days", why.to_owned()));
        }
    };
    Ok(Revocation {
        keywords: raw.keywords.clone(),
        any_words: raw.any_words,
        any_channel: raw.any_channel,
        within,
        confirmations: raw.confirmations,
        confirm_within_minutes: raw.confirm_within_minutes,
        may_clarify: raw.may_clarify,
        by_class: raw.by_class,
        told_within_days: raw.told_within_days,
        ends: raw.ends,
    })
}

fn forbidden(raw: &Forbidden) -> Read<Forbidden> {
    let named = raw.what != Forbids::SenderAbroad;
    if named == raw.of.is_empty() {
        let why = if named { "needs `of`" } else { "takes no `of`" };
        return Err(("forbids", format!("`{}` {why}", raw.what)));
    }
    Ok(raw.clone())
}

pub(super) fn minimum(raw: &RawMinimum) -> Read<ZoneMinimum> {
    let zone = |name: &String| Zone::named(name).ok_or_else(|| ("zones", format!("no time zone `{name}`")));
    let from = date("from", &raw.from)?;
    if !crate::place::is_release(&raw.release) {
        return Err(("release", format!("`{}` is no release of the IANA data, such as 2026b", raw.release)));
    }
    Ok(ZoneMinimum {
        zones: raw.zones.iter().map(zone).collect::<Read<_>>()?,
        from,
        release: raw.release.clone(),
        citation: not_empty("citation", &raw.citation)?,
        confidence: raw.confidence,
        day: epoch_day(from),
    })
}

fn day_set(field: &'static str, text: &str) -> Read<DaySet> {
    text.parse().map_err(|error| (field, format!("`{text}`: {error}")))
}

fn window(raw: &RawWindow) -> Read<Window> {
    let time = |text: &str| text.parse().map_err(|error| ("windows", format!("`{text}`: {error}")));
    let window = Window::new(day_set("windows", &raw.days)?, time(&raw.from)?, time(&raw.to)?);
    window.map_err(|error| ("windows", error.to_string()))
}

fn lift(raw: &RawLift) -> Read<Lift> {
    let months = || raw.months.ok_or_else(|| ("lifted_by", format!("`{}` needs `months`", raw.by)));
    let text = || raw.text.clone().ok_or_else(|| ("lifted_by", format!("`{}` needs `text`", raw.by)));
    let by = match raw.by.as_str() {
        "consent" => LiftBy::Consent,
        "express_written" => LiftBy::ExpressWritten,
        "any_ground" => LiftBy::AnyGround,
        "request" => LiftBy::Request,
        "sale" => LiftBy::SaleWithin { months: months()? },
        "inquiry" => LiftBy::InquiryWithin { months: months()? },
        "separate_consent" => LiftBy::SeparateConsent { what: text()? },
        "other" => LiftBy::Other { text: text()? },
        other => return Err(("lifted_by", format!("nothing lifts by `{other}`"))),
    };
    Ok(Lift { by, certainty: raw.certainty, note: raw.note.clone() })
}

fn bases(raw: &[RawGround]) -> Read<Bases> {
    if raw.is_empty() {
        return Err(("bases", "no ground at all would forbid; say so in words instead".to_owned()));
    }
    raw.iter().map(ground).collect::<Read<_>>().map(Bases)
}

fn ground(raw: &RawGround) -> Read<Ground> {
    let basis = Basis::from_code(&raw.basis).ok_or_else(|| ("bases", format!("no basis `{}`", raw.basis)))?;
    let needs = [
        raw.sale.then_some(Need::Sale),
        raw.inquiry.then_some(Need::Inquiry),
        raw.sale_within_months.map(|months| Need::SaleWithin { months }),
        raw.inquiry_within_months.map(|months| Need::InquiryWithin { months }),
        raw.consent_within_months.map(|months| Need::ConsentWithin { months }),
        raw.sale_rolling_months.map(|months| Need::SaleRolling { months }),
    ];
    Ok(Ground { basis, needs: needs.into_iter().flatten().collect() })
}

pub(super) fn feast(raw: &RawDay) -> Read<Feast> {
    let rule = raw.on.as_deref().map(|on| on.parse().map_err(|why| ("on", format!("`{on}`: {why}"))));
    let rule = rule.transpose()?;
    if rule.is_none() && raw.dates.is_empty() {
        return Err(("day", format!("`{}` needs `on` or `dates`", raw.name)));
    }
    let years = raw.first_year.unwrap_or(i32::MIN)..=raw.last_year.unwrap_or(i32::MAX);
    if years.is_empty() {
        return Err(("last_year", "ends before it starts".to_owned()));
    }
    Ok(Feast {
        name: raw.name.clone(),
        rule,
        dates: raw.dates.iter().map(|text| date("dates", text)).collect::<Read<_>>()?,
        shifts: raw.shift.iter().map(|text| shift(text)).collect::<Read<_>>()?,
        years,
        even_years_only: raw.even_years_only,
    })
}

fn shift(text: &str) -> Read<(Weekday, i64)> {
    let bad = || ("shift", format!("`{text}`: a shift is a weekday and a number of days, as `sun+1`"));
    let (weekday, by) = text.split_at_checked(3).ok_or_else(bad)?;
    let by = by.parse().map_err(|_| bad())?;
    Ok((weekday.parse().map_err(|_| bad())?, by))
}
