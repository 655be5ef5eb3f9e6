//! What of one rule is taken away or made weaker.

use super::{
    super::{
        Certainty, Extent, Reach,
        schema::{RawGround, RawHours, RawRevocation, RawRule},
    },
    List, take, with,
};

/// The changes to one rule.
pub(super) struct OfRule<'l> {
    pub(super) list: &'l mut List,
    pub(super) at: usize,
    pub(super) name: String,
}

impl OfRule<'_> {
    pub(super) fn add_all(mut self, raw: &RawRule) {
        self.parts(raw);
        self.whom(raw);
        self.hours(raw);
        self.figures(raw);
        self.grounds(raw);
        self.revocation(raw);
    }

    fn add(&mut self, what: &str, change: impl Fn(&mut RawRule) + Send + Sync + 'static) {
        let at = self.at;
        self.list.add(format!("{}: {what}", self.name), move |draft| {
            with(&mut draft.rules, at, |(_, rule)| change(rule));
        });
    }

    /// Each entry of each list, and each part that a rule may have or not.
    fn parts(&mut self, raw: &RawRule) {
        macro_rules! each {
            ($($list:ident)*) => { $(
                for i in 0..raw.$list.len() {
                    self.add(&format!("{} {i}", stringify!($list)), move |rule| take(&mut rule.$list, i));
                }
            )* };
        }
        macro_rules! whole {
            ($($part:ident)*) => { $(
                if raw.$part.is_some() {
                    self.add(stringify!($part), |rule| rule.$part = None);
                }
            )* };
        }
        each!(lifted_by caps required registers retention records forbids);
        whole!(hours bases revocation feed from to);
        self.penalty(raw);
        for (i, forbidden) in raw.forbids.iter().enumerate() {
            for j in 0..forbidden.of.len() {
                self.add(&format!("forbids {i} of {j}"), move |rule| {
                    with(&mut rule.forbids, i, |forbidden| take(&mut forbidden.of, j));
                });
            }
            let turned = !forbidden.unless_age_checked;
            self.add(&format!("forbids {i} age"), move |rule| {
                with(&mut rule.forbids, i, |forbidden| forbidden.unless_age_checked = turned);
            });
        }
    }

    /// The figures that an exposure is counted by; a penalty in words alone changes nothing.
    fn penalty(&mut self, raw: &RawRule) {
        type Change = fn(&mut crate::law::Penalty);
        let Some(penalty) = &raw.penalty else { return };
        let mut add = |what: &str, change: Change| {
            self.add(&format!("penalty {what}"), move |rule| {
                if let Some(penalty) = &mut rule.penalty {
                    change(penalty);
                }
            });
        };
        if penalty.min.is_some() {
            add("min", |penalty| penalty.min = None);
        }
        if penalty.max.is_some() {
            add("max", |penalty| penalty.max = penalty.max.map(|max| max + 1));
            add("currency", |penalty| penalty.currency = "XXX".to_owned());
        }
        if penalty.per.is_some() {
            add("per", |penalty| penalty.per = None);
        }
    }

    /// Whom it binds, and how surely.
    fn whom(&mut self, raw: &RawRule) {
        for i in (0..raw.places.len()).filter(|_| raw.places.len() > 1) {
            self.add(&format!("places {i}"), move |rule| take(&mut rule.places, i));
        }
        for i in (0..raw.kinds.len()).filter(|_| raw.kinds.len() > 1) {
            self.add(&format!("kinds {i}"), move |rule| take(&mut rule.kinds, i));
        }
        if raw.kinds.iter().any(|kind| kind == "all") {
            self.add("kinds all", |rule| rule.kinds = vec!["marketing".to_owned()]);
        }
        let other = match raw.reach {
            Reach::Settled => Reach::Contested,
            Reach::Contested | Reach::Unclear => Reach::Voice,
            Reach::Voice => Reach::Settled,
        };
        self.add("reach", move |rule| rule.reach = other);
        for (i, lift) in raw.lifted_by.iter().enumerate() {
            let settled = lift.certainty == Certainty::Settled;
            let other = if settled { Certainty::Contested } else { Certainty::Settled };
            self.add(&format!("lifted_by {i} certainty"), move |rule| {
                with(&mut rule.lifted_by, i, |lift| lift.certainty = other);
            });
            if lift.months.is_some() {
                self.add(&format!("lifted_by {i} months"), move |rule| {
                    with(&mut rule.lifted_by, i, |lift| lift.months = lift.months.map(|months| months + 1));
                });
            }
        }
    }

    fn hours(&mut self, raw: &RawRule) {
        let Some(hours) = &raw.hours else { return };
        let mut add = |what: String, change: fn(&mut RawHours, usize), i: usize| {
            self.add(&what, move |rule| {
                if let Some(hours) = &mut rule.hours {
                    change(hours, i);
                }
            });
        };
        for i in 0..hours.windows.len() {
            add(format!("window {i}"), |hours, i| take(&mut hours.windows, i), i);
            let earlier: fn(&mut RawHours, usize) =
                |hours, i| with(&mut hours.windows, i, |window| window.from = "00:00".to_owned());
            add(format!("window {i} from"), earlier, i);
            let later: fn(&mut RawHours, usize) =
                |hours, i| with(&mut hours.windows, i, |window| window.to = "24:00".to_owned());
            add(format!("window {i} to"), later, i);
            // Beside another window, more days might change nothing.
            let days: fn(&mut RawHours, usize) = if hours.windows.len() == 1 {
                |hours, i| with(&mut hours.windows, i, |window| window.days = "all".to_owned())
            } else {
                |hours, i| with(&mut hours.windows, i, |window| window.days = "wed".to_owned())
            };
            if hours.windows.get(i).is_some_and(|window| window.days != "all") {
                add(format!("window {i} days"), days, i);
            }
        }
        for i in 0..hours.holidays.len() {
            add(format!("holidays {i}"), |hours, i| take(&mut hours.holidays, i), i);
        }
        for i in 0..hours.discouraged_holidays.len() {
            add(format!("discouraged_holidays {i}"), |hours, i| take(&mut hours.discouraged_holidays, i), i);
        }
        if hours.discouraged_days.is_some() {
            add("discouraged_days".to_owned(), |hours, _| hours.discouraged_days = None, 0);
        }
        if hours.zone.is_some() {
            add("zone".to_owned(), |hours, _| hours.zone = None, 0);
        }
    }

    /// Counts and terms, each one off.
    fn figures(&mut self, raw: &RawRule) {
        for i in 0..raw.caps.len() {
            self.add(&format!("caps {i} max"), move |rule| with(&mut rule.caps, i, |cap| cap.max += 1));
            self.add(&format!("caps {i} hours"), move |rule| {
                with(&mut rule.caps, i, |cap| cap.per_hours -= 1)
            });
        }
        for i in 0..raw.registers.len() {
            self.add(&format!("registers {i} days"), move |rule| {
                with(&mut rule.registers, i, |register| register.max_age_days += 1);
            });
        }
        for i in 0..raw.retention.len() {
            self.add(&format!("retention {i} months"), move |rule| {
                with(&mut rule.retention, i, |row| row.keep_months += 1);
            });
        }
        if raw.feed.is_some() {
            self.add("feed hours", |rule| {
                if let Some(feed) = &mut rule.feed {
                    feed.max_age_hours += 1;
                }
            });
        }
        for (i, text) in raw.required.iter().enumerate() {
            for j in 0..text.forms.len() {
                self.add(&format!("required {i} form {j}"), move |rule| {
                    with(&mut rule.required, i, |text| take(&mut text.forms, j));
                });
            }
        }
    }

    fn grounds(&mut self, raw: &RawRule) {
        type Change = fn(&mut RawGround);
        for (i, ground) in raw.bases.iter().flatten().enumerate() {
            let mut add = |what: &str, change: Change| {
                self.add(&format!("bases {i} {what}"), move |rule| {
                    if let Some(bases) = &mut rule.bases {
                        with(bases, i, change);
                    }
                });
            };
            let one_more: [(&str, Option<u16>, Change); 4] = [
                ("sale", ground.sale_within_months, |ground| {
                    ground.sale_within_months = ground.sale_within_months.map(|months| months + 1);
                }),
                ("inquiry", ground.inquiry_within_months, |ground| {
                    ground.inquiry_within_months = ground.inquiry_within_months.map(|months| months + 1);
                }),
                ("consent", ground.consent_within_months, |ground| {
                    ground.consent_within_months = ground.consent_within_months.map(|months| months + 1);
                }),
                ("rolling", ground.sale_rolling_months, |ground| {
                    ground.sale_rolling_months = ground.sale_rolling_months.map(|months| months + 1);
                }),
            ];
            for (what, months, change) in one_more {
                if months.is_some() {
                    add(what, change);
                }
            }
            if ground.sale {
                add("no sale", |ground| ground.sale = false);
            }
            if ground.inquiry {
                add("no inquiry", |ground| ground.inquiry = false);
            }
            self.add(&format!("bases {i}"), move |rule| {
                if let Some(bases) = &mut rule.bases {
                    take(bases, i);
                }
            });
        }
    }

    fn revocation(&mut self, raw: &RawRule) {
        type Change = fn(&mut RawRevocation);
        let Some(revocation) = &raw.revocation else { return };
        let mut add = |what: String, change: Change| {
            self.add(&what, move |rule| {
                if let Some(revocation) = &mut rule.revocation {
                    change(revocation);
                }
            });
        };
        let days: Change = |revocation| {
            revocation.within_days = revocation.within_days.map(|days| days + 1);
            revocation.within_business_days = revocation.within_business_days.map(|days| days + 1);
        };
        if revocation.within_days.is_some() || revocation.within_business_days.is_some() {
            add("revocation deadline".to_owned(), days);
        }
        if revocation.holidays.is_some() {
            add("revocation holidays".to_owned(), |revocation| revocation.holidays = None);
        }
        if revocation.confirmations.is_some() {
            add("revocation confirmations".to_owned(), |revocation| revocation.confirmations = None);
        }
        if revocation.confirm_within_minutes.is_some() {
            let change: Change = |revocation| revocation.confirm_within_minutes = None;
            add("revocation confirmation's minutes".to_owned(), change);
        }
        if revocation.told_within_days.is_some() {
            add("revocation told".to_owned(), |revocation| revocation.told_within_days = None);
        }
        add("revocation words".to_owned(), |revocation| revocation.any_words = !revocation.any_words);
        add("revocation channel".to_owned(), |revocation| revocation.any_channel = !revocation.any_channel);
        add("revocation clarify".to_owned(), |revocation| revocation.may_clarify = !revocation.may_clarify);
        add("revocation by class".to_owned(), |revocation| revocation.by_class = !revocation.by_class);
        add("revocation ends".to_owned(), |revocation| {
            revocation.ends = match revocation.ends {
                Extent::All => Extent::Program,
                Extent::Program => Extent::All,
            };
        });
        for i in 0..revocation.keywords.len() {
            self.add(&format!("revocation keyword {i}"), move |rule| {
                if let Some(revocation) = &mut rule.revocation {
                    take(&mut revocation.keywords, i);
                }
            });
        }
    }
}
