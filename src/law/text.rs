use super::rule::names;

names! {
    /// What a message must show.
    pub enum Requirement {
        /// Who sends it.
        Identity = "identity",
        /// How to reach the sender.
        Contact = "contact",
        /// How to end it.
        OptOut = "opt_out",
        /// A mark such as `(광고)`.
        Label = "label",
        /// A form of the sender's name, such as a prefix.
        SenderId = "sender_id",
        /// What it costs to get it: "Msg & data rates may apply".
        Rates = "rates",
        /// How often messages come.
        Frequency = "frequency",
        /// How to get help.
        Help = "help",
        /// Where the terms stand.
        Terms = "terms",
        /// Where the privacy policy stands.
        Privacy = "privacy",
        /// What is offered, in words.
        Description = "description",
        /// The sender's postal address.
        Address = "address",
        /// A language that it must be in; the forms are ISO 639-1 codes.
        Language = "language",
    }
}

names! {
    /// Where in the text something must stand.
    pub enum Position {
        /// Anywhere.
        Anywhere = "anywhere",
        /// At the start.
        Start = "start",
        /// At the end.
        End = "end",
    }
}

names! {
    /// In which of a program's messages something must stand.
    pub enum Occasion {
        /// In each.
        Each = "each",
        /// In the first of a program.
        First = "first",
        /// In one a month.
        Monthly = "monthly",
        /// Where consent is asked for: a form, a page, a poster.
        Request = "request",
        /// In the text that confirms an opt-in.
        OptIn = "opt_in",
        /// In the text that confirms an opt-out.
        OptOut = "opt_out",
        /// In the answer to HELP.
        Help = "help",
    }
}

names! {
    /// For which form of sender a required text holds.
    pub enum SenderForm {
        /// Any sender.
        Any = "any",
        /// A sender that can be answered: a short code or a number.
        Reachable = "reachable",
        /// A name that cannot be answered.
        Alphanumeric = "alphanumeric",
    }
}

/// What each message must carry.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RequiredText {
    /// What must be shown.
    pub what: Requirement,
    /// Forms that satisfy it, `{…}` standing for what the sender fills in; empty: no fixed words.
    #[serde(default)]
    pub forms: Vec<String>,
    /// Where it must stand.
    #[serde(default = "anywhere")]
    pub position: Position,
    /// For which senders.
    #[serde(default = "any_sender")]
    pub sender: SenderForm,
    /// In which messages.
    #[serde(default = "each")]
    pub on: Occasion,
    /// For how many days after the message what it names must work: an address, a way out.
    pub valid_days: Option<u16>,
}

const fn anywhere() -> Position {
    Position::Anywhere
}

const fn each() -> Occasion {
    Occasion::Each
}

const fn any_sender() -> SenderForm {
    SenderForm::Any
}
