use std::fmt;

/// One recipient's values for merge tags. Its `Debug` shows names only.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Values(Vec<(Box<str>, Box<str>)>);

impl Values {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The same with one more value.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a value; the last one set for a name stands.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.0.iter_mut().find(|(known, _)| **known == *name) {
            Some((_, old)) => *old = value.into(),
            None => self.0.push((name.into(), value.into())),
        }
    }

    /// Whether no value is set.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and values, for keeping.
    pub(crate) fn rows(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value)).collect()
    }

    /// The same with every value changed so.
    pub(crate) fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self(self.0.iter().map(|(name, value)| (name.clone(), change(value).into())).collect())
    }

    /// The value that stands, unless it is blank.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| **known == *name)?;
        (!value.trim().is_empty()).then_some(value)
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
