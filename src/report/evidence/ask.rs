use crate::{
    consent::PersonalField,
    id::{MessageId, Name},
    phone::PhoneNumber,
};

/// What a pack is made for, and what it may show.
///
/// Unless told otherwise it shows every personal value that can still be opened but the number itself, which stays
/// masked. Nothing that is not shown can be guessed from the pack.
///
/// ```
/// use optin::{consent::PersonalField, report::evidence::Ask};
/// let to_the_regulator = Ask::new().by("CNIL, dossier 2026-118").purpose("complaint").reveal_number();
/// let to_a_partner = Ask::new().only(&[PersonalField::Page]);
/// # let _ = (to_the_regulator, to_a_partner);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub(crate) by: Option<String>,
    pub(crate) purpose: Option<String>,
    pub(crate) number: bool,
    pub(crate) only: Option<Vec<PersonalField>>,
}

impl Ask {
    /// For nobody in particular.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Who asked for it; written into the pack.
    #[must_use]
    pub fn by(mut self, who: impl Into<String>) -> Self {
        self.by = Some(who.into());
        self
    }

    /// Why; written into the pack.
    #[must_use]
    pub fn purpose(mut self, why: impl Into<String>) -> Self {
        self.purpose = Some(why.into());
        self
    }

    /// Shows the whole number, with the salt that proves it.
    #[must_use]
    pub const fn reveal_number(mut self) -> Self {
        self.number = true;
        self
    }

    /// Shows these personal values only.
    #[must_use]
    pub fn only(mut self, fields: &[PersonalField]) -> Self {
        self.only = Some(fields.to_vec());
        self
    }

    pub(super) fn shows(&self, field: PersonalField) -> bool {
        match field {
            PersonalField::Number => self.number,
            field => self.only.as_ref().is_none_or(|only| only.contains(&field)),
        }
    }
}

/// One message, by what is known of it.
///
/// With the number it is found through the person's own stream. Without, every record of the file is read: there is
/// no index of messages or of gateways' ids, because such an index would outlive an erasure.
#[derive(Debug, Clone)]
pub struct MessageRef {
    pub(crate) which: Which,
    pub(crate) to: Option<PhoneNumber>,
}

#[derive(Debug, Clone)]
pub(crate) enum Which {
    Id(MessageId),
    Gateway(String),
    Source(Name),
}

impl MessageRef {
    /// By our own id.
    #[must_use]
    pub const fn id(message: MessageId) -> Self {
        Self { which: Which::Id(message), to: None }
    }

    /// By the gateway's id.
    #[must_use]
    pub fn gateway(id: impl Into<String>) -> Self {
        Self { which: Which::Gateway(id.into()), to: None }
    }

    /// By campaign or flow, and person: the last that started.
    #[must_use]
    pub const fn campaign(number: PhoneNumber, campaign: Name) -> Self {
        Self { which: Which::Source(campaign), to: Some(number) }
    }

    /// To whom it went, so that it is found at once.
    #[must_use]
    pub const fn to(mut self, number: PhoneNumber) -> Self {
        self.to = Some(number);
        self
    }
}
