use crate::id::{Name, NameError};

/// What a program writes about, as a person may name it: the brand's own category, with the words for it.
///
/// ```
/// use optin::program::Program;
/// let soldes = Program::new("soldes", "Maison Lune")?
///     .topic("promo", &["promos", "ads", "pub"])?
///     .topic("suivi", &["suivi", "commande", "order updates"])?;
/// assert_eq!(soldes.topics().len(), 2);
/// assert!(soldes.topic("avant-première 2026", &[]).is_err());        // a name is printable ASCII without spaces
/// # Ok::<(), optin::id::NameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    name: Name,
    words: Vec<String>,
}

impl Topic {
    pub(super) fn new(name: &str, words: &[&str]) -> Result<Self, NameError> {
        Ok(Self { name: Name::new(name)?, words: words.iter().map(|&word| word.to_owned()).collect() })
    }

    /// The category that its messages carry.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// The words that people use for it, its name left out.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }
}
