//! How dates, times, numbers and money are written where the recipient reads.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Timelike};

/// A way of writing: our own, close to Unicode CLDR 46. Every character of numbers, money, times and short dates is in GSM 03.38, so groups of digits are
/// parted by a plain space where Unicode CLDR has a narrow no-break one.
///
/// ```
/// use optin::message::{Locale, Tag, Tags, Template, Values};
///
/// let tags = Tags::new().with("offer.ends", Tag::date()).with("cart.total", Tag::money());
/// let offer = Template::parse("{offer.ends|date} {offer.ends|time} : {cart.total}")?.check(&tags)?;
/// let values = Values::new().with("offer.ends", "2026-11-27T21:00:00+01:00").with("cart.total", "1250.5 EUR");
/// assert_eq!(offer.render_in(&values, Locale::of("fr"))?.as_str(), "27/11 21 h : 1 250,50 €");
/// assert_eq!(offer.render_in(&values, Locale::of("en-US"))?.as_str(), "11/27 9 pm : €1,250.50");
/// assert!(offer.render_in(&Values::new().with("offer.ends", "soon"), Locale::of("fr")).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Locale(&'static Row);

/// Patterns by language, with the regions that differ.
#[derive(Debug)]
struct Row {
    tag: &'static str,
    /// Day and month: `d`, `m` and what stands between; a capital has two digits.
    short: &'static str,
    /// `d`, `b` for the month's name.
    long: &'static str,
    months: [&'static str; 12],
    /// From Monday.
    days: [&'static str; 7],
    clock: Clock,
    group: char,
    decimal: char,
    money: Money,
    /// The currency whose sign is a bare `$` here.
    dollar: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Clock {
    /// `9 pm`, `9:30 pm`; the mark before `am` and `pm`.
    Twelve(&'static str),
    /// The mark of the hour, that between hour and minute, and the end: `21 h`, `21 h 30`.
    Twenty(&'static str, &'static str, &'static str),
}

#[derive(Debug, Clone, Copy)]
enum Money {
    /// `$12.50`
    Before(&'static str),
    /// `12,50 €`
    After,
}

const EN_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const EN_DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const ES_MONTHS: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];
const ES_DAYS: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];
const PT_MONTHS: [&str; 12] = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
];
const PT_DAYS: [&str; 7] = ["segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo"];
const COLON: Clock = Clock::Twenty(":00", ":", "");

/// The first is everybody's: the dates of ISO 8601.
static ROWS: [Row; 12] = [
    Row {
        tag: "",
        short: "M-D",
        long: "M-D",
        months: EN_MONTHS,
        days: EN_DAYS,
        clock: COLON,
        group: ' ',
        decimal: '.',
        money: Money::After,
        dollar: "",
    },
    Row {
        tag: "en",
        short: "m/d",
        long: "b d",
        months: EN_MONTHS,
        days: EN_DAYS,
        clock: Clock::Twelve(" "),
        group: ',',
        decimal: '.',
        money: Money::Before(""),
        dollar: "USD",
    },
    Row {
        tag: "en-GB",
        short: "d/m",
        long: "d b",
        months: EN_MONTHS,
        days: EN_DAYS,
        clock: Clock::Twelve(""),
        group: ',',
        decimal: '.',
        money: Money::Before(""),
        dollar: "",
    },
    Row {
        tag: "fr",
        short: "D/M",
        long: "d b",
        months: [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
        days: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
        clock: Clock::Twenty(" h", " h ", ""),
        group: ' ',
        decimal: ',',
        money: Money::After,
        dollar: "",
    },
    Row {
        tag: "es",
        short: "d/m",
        long: "d de b",
        months: ES_MONTHS,
        days: ES_DAYS,
        clock: COLON,
        group: '.',
        decimal: ',',
        money: Money::After,
        dollar: "",
    },
    Row {
        tag: "es-US",
        short: "m/d",
        long: "d de b",
        months: ES_MONTHS,
        days: ES_DAYS,
        clock: Clock::Twelve(" "),
        group: ',',
        decimal: '.',
        money: Money::Before(""),
        dollar: "USD",
    },
    Row {
        tag: "es-MX",
        short: "d/m",
        long: "d de b",
        months: ES_MONTHS,
        days: ES_DAYS,
        clock: COLON,
        group: ',',
        decimal: '.',
        money: Money::Before(""),
        dollar: "MXN",
    },
    Row {
        tag: "de",
        short: "d.m.",
        long: "d. b",
        months: [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
        days: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
        clock: Clock::Twenty(" Uhr", ":", " Uhr"),
        group: '.',
        decimal: ',',
        money: Money::After,
        dollar: "",
    },
    Row {
        tag: "it",
        short: "d/m",
        long: "d b",
        months: [
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ],
        days: ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
        clock: COLON,
        group: '.',
        decimal: ',',
        money: Money::After,
        dollar: "",
    },
    Row {
        tag: "pt",
        short: "D/M",
        long: "d de b",
        months: PT_MONTHS,
        days: PT_DAYS,
        clock: Clock::Twenty("h", "h", ""),
        group: '.',
        decimal: ',',
        money: Money::After,
        dollar: "",
    },
    Row {
        tag: "pt-BR",
        short: "D/M",
        long: "d de b",
        months: PT_MONTHS,
        days: PT_DAYS,
        clock: Clock::Twenty("h", "h", ""),
        group: '.',
        decimal: ',',
        money: Money::Before(" "),
        dollar: "",
    },
    Row {
        tag: "nl",
        short: "d-m",
        long: "d b",
        months: [
            "januari",
            "februari",
            "maart",
            "april",
            "mei",
            "juni",
            "juli",
            "augustus",
            "september",
            "oktober",
            "november",
            "december",
        ],
        days: ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
        clock: Clock::Twenty(" uur", ":", " uur"),
        group: '.',
        decimal: ',',
        money: Money::Before(" "),
        dollar: "",
    },
];

/// English is written so in these regions; in any other that has no row of its own as in Great Britain.
const MONTH_FIRST: [&str; 3] = ["US", "CA", "PH"];

/// Signs that mean one currency everywhere; all are in GSM 03.38. Any other is its code.
const SIGNS: [(&str, &str); 3] = [("EUR", "€"), ("GBP", "£"), ("BRL", "R$")];

impl Locale {
    /// The way of this BCP 47 tag, such as `fr`, `en-GB` or `es_US`; of its language where the region has none of its
    /// own; else the figures of ISO 8601.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        let tag = tag.replace('_', "-");
        let (language, region) = tag.split_once('-').unwrap_or((&tag, ""));
        let month_first =
            region.is_empty() || MONTH_FIRST.iter().any(|known| known.eq_ignore_ascii_case(region));
        let british = language.eq_ignore_ascii_case("en") && !month_first;
        let tag = if british { "en-GB" } else { &*tag };
        let [everybody, rows @ ..] = &ROWS;
        let named = |wanted: &str| rows.iter().find(|row| row.tag.eq_ignore_ascii_case(wanted));
        Self(named(tag).or_else(|| named(language)).unwrap_or(everybody))
    }

    pub(super) fn date(self, date: NaiveDate) -> String {
        self.dated(self.0.short, date)
    }

    pub(super) fn long_date(self, date: NaiveDate) -> String {
        self.dated(self.0.long, date)
    }

    pub(super) fn weekday(self, date: NaiveDate) -> String {
        self.0
            .days
            .get(date.weekday().num_days_from_monday() as usize)
            .map_or_else(String::new, |d| (*d).to_owned())
    }

    fn dated(self, pattern: &str, date: NaiveDate) -> String {
        let (day, month) = (date.day(), date.month());
        // The `d` of Spanish and Portuguese "de" is no day.
        let pattern = pattern.replace(" de ", " \0 ");
        let written = pattern.chars().map(|c| match c {
            'd' => day.to_string(),
            'D' => format!("{day:02}"),
            'm' => month.to_string(),
            'M' => format!("{month:02}"),
            'b' => date
                .month0()
                .try_into()
                .ok()
                .and_then(|at: usize| self.0.months.get(at))
                .map_or_else(String::new, |m| (*m).to_owned()),
            '\0' => "de".to_owned(),
            other => other.to_string(),
        });
        written.collect()
    }

    pub(super) fn time(self, time: NaiveTime) -> String {
        let (hour, minute) = (time.hour(), time.minute());
        match self.0.clock {
            Clock::Twelve(mark) => {
                let half = if hour < 12 { "am" } else { "pm" };
                let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
                if minute == 0 {
                    format!("{hour}{mark}{half}")
                } else {
                    format!("{hour}:{minute:02}{mark}{half}")
                }
            }
            Clock::Twenty(whole, between, end) => {
                if minute == 0 {
                    format!("{hour}{whole}")
                } else {
                    format!("{hour}{between}{minute:02}{end}")
                }
            }
        }
    }

    /// `-1234.5` as it is written here; `None` for what is no decimal number.
    pub(super) fn number(self, plain: &str) -> Option<String> {
        let (sign, plain) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
        let (whole, part) = plain.split_once('.').map_or((plain, None), |(whole, part)| (whole, Some(part)));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !part.is_none_or(digits) {
            return None;
        }
        let mut written = sign.to_owned();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                written.push(self.0.group);
            }
            written.push(digit);
        }
        if let Some(part) = part {
            written.push(self.0.decimal);
            written.push_str(part);
        }
        Some(written)
    }

    /// `1250.5 EUR` as it is written here; `None` for what is no amount with a currency of three letters.
    pub(super) fn money(self, plain: &str) -> Option<String> {
        let (amount, code) = plain.trim().split_once(' ')?;
        if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
            return None;
        }
        let cents = match amount.split_once('.') {
            Some((_, part)) if part.len() == 1 => format!("{amount}0"),
            _ => amount.to_owned(),
        };
        let written = self.number(&cents)?;
        let (minus, amount) = written.strip_prefix('-').map_or(("", &*written), |amount| ("-", amount));
        let sign = SIGNS.iter().find(|(known, _)| *known == code).map(|(_, sign)| *sign);
        let sign = sign.or_else(|| (self.0.dollar == code).then_some("$"));
        Some(match (self.0.money, sign) {
            (Money::Before(mark), Some(sign)) => format!("{minus}{sign}{mark}{amount}"),
            (_, sign) => format!("{minus}{amount} {}", sign.unwrap_or(code)),
        })
    }
}

/// A day with its time of day, if it has one: `2026-11-27`, or an instant of RFC 3339 in the offset it is given in.
pub(super) fn moment(value: &str) -> Option<(NaiveDate, Option<NaiveTime>)> {
    let value = value.trim();
    if let Ok(instant) = DateTime::<FixedOffset>::parse_from_rfc3339(value) {
        return Some((instant.date_naive(), Some(instant.time())));
    }
    Some((NaiveDate::parse_from_str(value, "%Y-%m-%d").ok()?, None))
}

#[cfg(test)]
mod tests {
    use super::{Locale, ROWS, moment};
    use crate::message::gsm::septets;

    #[test]
    fn each_language_writes_its_own_way() {
        let (date, time) = moment("2026-08-07T21:30:00-04:00").unwrap();
        let write = |tag: &str| {
            let locale = Locale::of(tag);
            let money = locale.money("1234567.5 EUR").unwrap();
            format!(
                "{} · {} · {} · {money}",
                locale.date(date),
                locale.long_date(date),
                locale.time(time.unwrap())
            )
        };
        assert_eq!(write("en"), "8/7 · August 7 · 9:30 pm · €1,234,567.50");
        assert_eq!(write("en-gb"), "7/8 · 7 August · 9:30pm · €1,234,567.50");
        assert_eq!(write("fr_CA"), "07/08 · 7 août · 21 h 30 · 1 234 567,50 €");
        assert_eq!(write("es"), "7/8 · 7 de agosto · 21:30 · 1.234.567,50 €");
        assert_eq!(write("de"), "7.8. · 7. August · 21:30 Uhr · 1.234.567,50 €");
        assert_eq!(write("it"), "7/8 · 7 agosto · 21:30 · 1.234.567,50 €");
        assert_eq!(write("pt-BR"), "07/08 · 7 de agosto · 21h30 · € 1.234.567,50");
        assert_eq!(write("nl"), "7-8 · 7 augustus · 21:30 uur · € 1.234.567,50");
        assert_eq!(write("en-ES"), write("en-GB"));
        let money = |tag: &str, value: &str| Locale::of(tag).money(value).unwrap();
        assert_eq!((money("en-US", "-12.5 USD"), money("en-CA", "50 USD")), ("-$12.50".into(), "$50".into()));
        assert_eq!((money("en-US", "50 CAD"), money("fr", "50 USD")), ("50 CAD".into(), "50 USD".into()));
        assert_eq!(write("pl"), "08-07 · 08-07 · 21:30 · 1 234 567.50 €");
    }

    #[test]
    fn what_is_no_value_is_none() {
        let locale = Locale::of("fr");
        for bad in ["", "12,5", "1e3", "--1", ".5", "5.", "١٢"] {
            assert_eq!(locale.number(bad), None, "{bad}");
        }
        for bad in ["12", "12 eur", "EUR 12", "x EUR", "12 EURO"] {
            assert_eq!(locale.money(bad), None, "{bad}");
        }
        for bad in ["", "tomorrow", "2026-13-01", "27/11/2026"] {
            assert_eq!(moment(bad), None, "{bad}");
        }
    }

    #[test]
    fn all_but_names_is_in_the_alphabet_of_one_septet_or_an_escape() {
        let (date, time) = moment("2026-12-30T23:59:00Z").unwrap();
        for row in &ROWS {
            let locale = Locale(row);
            for text in [
                locale.date(date),
                locale.time(time.unwrap()),
                locale.number("-1234567.89").unwrap(),
                locale.money("1234567.89 EUR").unwrap(),
            ] {
                assert!(text.chars().all(|c| septets(c).is_some()), "{} {text}", row.tag);
                assert!(text.chars().count() <= 14, "{} {text}", row.tag);
            }
            assert!(
                locale.long_date(date).chars().count() <= 20 && locale.weekday(date).chars().count() <= 12
            );
        }
    }
}
