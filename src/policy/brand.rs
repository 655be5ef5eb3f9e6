use crate::{
    id::Name,
    law::{Hours, Register, Window},
};

/// What the brand asks of itself, on top of the law: it can only narrow.
#[derive(Debug, Clone, Default)]
pub struct Brand {
    pub(super) hours: Option<Hours>,
    pub(super) caps: Vec<BrandCap>,
    pub(super) registers: Vec<Register>,
}

/// At most `max` marketing messages in any `per_hours` rolling hours, of one category or of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandCap {
    /// How many may go; one more waits.
    pub max: u16,
    /// The rolling period, in hours.
    pub per_hours: u32,
    /// Only messages of this category count and are held; `None`: every marketing message.
    pub category: Option<Name>,
}

impl Brand {
    /// Nothing on top of the law.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Marketing goes out only within these windows of the recipient's own time.
    #[must_use]
    pub fn hours(mut self, windows: Vec<Window>) -> Self {
        self.hours = Some(Hours::new(windows));
        self
    }

    /// Adds a cap over all marketing.
    #[must_use]
    pub fn cap(mut self, max: u16, per_hours: u32) -> Self {
        self.caps.push(BrandCap { max, per_hours, category: None });
        self
    }

    /// Adds a cap over one category.
    #[must_use]
    pub fn cap_category(mut self, category: Name, max: u16, per_hours: u32) -> Self {
        self.caps.push(BrandCap { max, per_hours, category: Some(category) });
        self
    }

    /// Marketing goes only to people about whom this register was asked lately, whatever the law says: a list of
    /// litigators, say.
    #[must_use]
    pub fn register(mut self, register: Register) -> Self {
        self.registers.push(register);
        self
    }
}
