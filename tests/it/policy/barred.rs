//! Bans, forbidden things and old zone data, the plain way.

use optin::{
    law::{Forbids, Hours, Occasion, Requirement, Rule, SenderForm},
    place::{Place, Zone},
};

use super::model::{Codes, DAY, Findings, Model, put};

impl<'a> Model<'a> {
    /// The rules of each place that count at this moment.
    fn counting(&self, at: i64) -> Vec<(Place, &'a Rule)> {
        let rules = self.rules_at(at);
        rules.filter(|(_, rule)| self.in_force(rule, at) && !self.is_lifted(rule, at)).collect()
    }

    fn list<'f>(
        &self,
        rule: &Rule,
        found: &'f mut Findings,
        of: fn(&mut Findings) -> &mut Codes,
    ) -> &'f mut Codes {
        if self.binds(rule) { of(found) } else { &mut found.warnings }
    }

    pub(super) fn banned(&self, at: i64, found: &mut Findings) {
        for (place, rule) in self.counting(at) {
            let Some(feed) = &rule.feed else { continue };
            let listed = self.case.bans.feeds().iter().find(|list| *list.name() == feed.name);
            let believed = listed.filter(|list| {
                let as_of = list.as_of().timestamp();
                let history = list.covers_since().is_some_and(|since| since.timestamp() <= at && at < as_of);
                history || (as_of - 300 <= at && at < as_of + i64::from(feed.max_age_hours) * 3600)
            });
            if believed.is_none() && found.denials.is_empty() {
                put(self.list(rule, found, |found| &mut found.missing), "feed_stale", Some(rule));
                if self.binds(rule) {
                    found.needs.insert("feed");
                }
            }
            for ban in listed.map(|list| list.entries()).unwrap_or_default() {
                let whole = |place: Place| place.subdivision().is_none();
                let touches =
                    |a: Place, b: Place| a == b || (a.country() == b.country() && (whole(a) || whole(b)));
                let here =
                    touches(ban.place(), place) && rule.places.iter().any(|of| touches(ban.place(), *of));
                let now =
                    ban.from().timestamp() <= at && ban.until().is_none_or(|until| at < until.timestamp());
                match ban.until() {
                    _ if !here || !now => {}
                    Some(_) => put(self.list(rule, found, |found| &mut found.waits), "banned", Some(rule)),
                    None => {
                        put(self.list(rule, found, |found| &mut found.missing), "banned", Some(rule));
                        if self.binds(rule) {
                            found.needs.insert("feed");
                        }
                    }
                }
            }
        }
    }

    pub(super) fn forbidden(&self, at: i64, found: &mut Findings) {
        let case = self.case;
        for (place, rule) in self.counting(at) {
            let mut says = |code| put(self.list(rule, found, |found| &mut found.denials), code, Some(rule));
            for thing in &rule.forbids {
                let named = |name: &Option<optin::id::Name>| {
                    name.as_ref().is_some_and(|name| thing.of.iter().any(|of| *of == name.to_string()))
                };
                let adults = thing.unless_age_checked && case.age_checked.contains(&case.program);
                match thing.what {
                    Forbids::Topic if !adults && (named(&case.category) || named(&case.subject)) => {
                        says("forbidden")
                    }
                    Forbids::SenderPrefix => {
                        let begins = |of: &String| {
                            case.sender.as_ref().is_some_and(|sender| sender.as_str().starts_with(of))
                        };
                        if thing.of.iter().any(begins) {
                            says("sender_forbidden");
                        }
                    }
                    _ => {}
                }
            }
            for text in &rule.required {
                let Some(sender) = case.sender.as_ref().map(|sender| sender.as_str()) else { continue };
                let about = text.what == Requirement::SenderId
                    && text.on == Occasion::Each
                    && text.sender != SenderForm::Alphanumeric;
                // All senders of these cases are numbers, and all forms begin or end with the placeholder.
                let fits = |form: &String| match form.split_once("{sender}").unwrap() {
                    ("", end) => sender.len() > end.len() && sender.ends_with(end),
                    (start, _) => sender.len() > start.len() && sender.starts_with(start),
                };
                if about && !text.forms.is_empty() && !text.forms.iter().any(fits) {
                    says("sender_form");
                }
            }
            let abroad = rule.forbids.iter().any(|thing| thing.what == Forbids::SenderAbroad);
            let Some(sender) = case.sender.as_ref().filter(|_| abroad) else { continue };
            let homes: Vec<_> =
                case.senders.iter().filter(|(name, _)| name == sender).map(|(_, home)| *home).collect();
            if homes.is_empty() {
                put(self.list(rule, found, |found| &mut found.missing), "sender_unknown", Some(rule));
                if self.binds(rule) {
                    found.needs.insert("sender");
                }
            } else if !homes.contains(&place.country()) {
                put(self.list(rule, found, |found| &mut found.denials), "sender_forbidden", Some(rule));
            }
        }
    }

    pub(super) fn is_outdated(&self, at: i64) -> bool {
        let own = |hours: &Hours| hours.zone();
        let clocks = self.counting(at).into_iter().filter(|(_, rule)| self.binds(rule));
        let clocks = clocks.filter_map(|(_, rule)| rule.hours.as_ref().and_then(own));
        let zones: Vec<Zone> = clocks.chain(self.case.whereabouts.zones().iter().copied()).collect();
        self.book.minimums().iter().any(|row| {
            let from = row.from.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp();
            let old = self.zones.version() < row.release.as_str();
            old && at.div_euclid(DAY) * DAY >= from && row.zones.iter().any(|zone| zones.contains(zone))
        })
    }

    pub(super) fn outdated(&self, at: i64, found: &mut Findings) {
        if self.is_outdated(at) {
            put(&mut found.missing, "zone_data", None);
            found.needs.insert("zone_data");
        }
    }
}
