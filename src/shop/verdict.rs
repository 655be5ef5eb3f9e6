use std::fmt;

use crate::{consent::Grade, phone::PhoneNumber};

macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $( $(#[$vmeta:meta])* $variant:ident, $code:literal, $words:literal );* $(;)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name { $( $(#[$vmeta])* #[doc = $words] $variant ),* }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),* ];

            /// Its stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code ),* }
            }

            /// What it means, for people.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $( Self::$variant => $words ),* }
            }

            /// The value with this [`code`](Self::code).
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $( $code => Some(Self::$variant), )* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

codes! {
    /// What became of one row of a list.
    Verdict {
        Consent, "consent", "The consent stands.";
        Claim, "claim", "Kept as a claim: it opens nothing until the person acts.";
        OptOut, "opt_out", "An opt-out: it stands.";
        Bounce, "bounce", "The number could not be reached.";
        Complaint, "complaint", "A complaint: nothing more is sent.";
        Noted, "noted", "Neither a consent nor an opt-out.";
        Refused, "refused", "Left out: nothing of it is kept.";
    }
}

codes! {
    /// Why a row got its verdict, or what was done to read it.
    Reason {
        Consented, "consented", "The list says that the person agreed.";
        PlusRestored, "plus_restored", "The `+` was lost, and the digits are a number only with it.";
        ZeroRestored, "zero_restored", "The leading zero was lost, and the digits are a number only with it.";
        ExcelNumber, "excel_number", "A spreadsheet wrote the number as an amount; its digits are all there.";
        Undated, "undated", "The list does not say when the person agreed.";
        NoZone, "no_zone", "A time without a zone: taken as the moment that permits least.";
        Revoked, "revoked", "The person had opted out: only a fresh act of the person can open again.";
        Doubtful, "doubtful", "A text of the person waits for a human: it may be an opt-out.";
        Referred, "referred", "Somebody else gave the number: nobody can consent for a friend.";
        Unreachable, "unreachable", "The number could not be reached before: no marketing until somebody is heard from it.";
        OptedOut, "opted_out", "The list says that the person opted out.";
        Bounced, "bounced", "The list says that the number could not be reached.";
        Complained, "complained", "The list says that the person complained.";
        NeverAsked, "never_asked", "The list says nothing of a consent to texts.";
        Pending, "pending", "A double opt-in that was never confirmed.";
        EmailOnly, "email_only", "A consent to e-mail is no consent to texts.";
        OtherPhone, "other_phone", "The number is another than the one for texts: of a delivery, or a landline's.";
        NoNumber, "no_number", "No phone number.";
        ExcelScientific, "excel_scientific", "A spreadsheet rounded the number, such as 3.36E+10: its digits are lost.";
        Character, "character", "A letter, an extension or another character that no phone number has.";
        Length, "length", "Too few digits or too many.";
        NotANumber, "not_a_number", "The digits are no number of the country.";
        NoRegion, "no_region", "A national number, and nothing says of which country.";
        Ambiguous, "ambiguous", "The digits are two different numbers, with and without a lost `+`.";
        Unassigned, "unassigned", "No such number has been assigned.";
        Landline, "landline", "A landline cannot get texts.";
        NotMobile, "not_mobile", "A number of a service or of an internet line, not a mobile.";
        UnknownStatus, "unknown_status", "The list says something of the consent that is not understood.";
        UnknownTime, "unknown_time", "The time of the consent cannot be read: it counts as undated.";
        Future, "future", "The list dates the consent in the future.";
        Ragged, "ragged", "The row has more or fewer cells than the header.";
        Nul, "nul", "A NUL character: the file is damaged.";
        TooLong, "too_long", "A cell of more than 1 MB.";
        BrokenQuotes, "broken_quotes", "Text after a closing quote: the cells cannot be told apart.";
        Erased, "erased", "The person was erased on request: nothing is kept.";
    }
}

/// What a list says of a row, and what was made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// The line of the file, from 1; of rows that the host made, their place.
    pub line: u64,
    /// Who, where the number could be read.
    pub number: Option<PhoneNumber>,
    /// What became of it.
    pub verdict: Verdict,
    /// How well the consent could be shown; only of consents and claims.
    pub grade: Option<Grade>,
    /// Why.
    pub reason: Reason,
}

/// Rows by verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u64; 7]);

impl Counts {
    /// How many rows got this verdict.
    #[must_use]
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.0.get(verdict as usize).copied().unwrap_or(0)
    }

    /// All rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.0.iter().sum()
    }

    /// What lowers permission: opt-outs, bounces, complaints.
    #[must_use]
    pub fn lowering(&self) -> u64 {
        self.of(Verdict::OptOut) + self.of(Verdict::Bounce) + self.of(Verdict::Complaint)
    }

    pub(crate) fn add(&mut self, verdict: Verdict, rows: u64) {
        if let Some(count) = self.0.get_mut(verdict as usize) {
            *count += rows;
        }
    }

    /// Verdicts with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (Verdict, u64)> {
        Verdict::ALL.iter().copied().zip(self.0)
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |verdict| self.of(verdict);
        write!(
            f,
            "{} consents stand · {} claims · {} opt-outs · {} without either",
            of(Verdict::Consent),
            of(Verdict::Claim),
            of(Verdict::OptOut),
            of(Verdict::Noted)
        )?;
        for (verdict, what) in
            [(Verdict::Bounce, "bounces"), (Verdict::Complaint, "complaints"), (Verdict::Refused, "refused")]
        {
            if of(verdict) > 0 {
                write!(f, " · {} {what}", of(verdict))?;
            }
        }
        Ok(())
    }
}
