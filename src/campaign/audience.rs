use std::{fmt, sync::Arc};

use crate::{message::Values, phone::PhoneNumber};

pub(crate) type Rows = dyn Fn() -> Box<dyn Iterator<Item = (PhoneNumber, Values)> + Send> + Send + Sync;

/// Who is meant. It is walked twice, once to plan and once to launch, so it must give the same rows again.
#[derive(Clone)]
pub struct Audience(Source);

#[derive(Clone)]
pub(crate) enum Source {
    /// The host's rows.
    Rows(Arc<Rows>),
    /// Every person of the ledger whom the program knows.
    Everyone,
}

impl Audience {
    /// Rows made anew for each walk, such as a query of the shop's database: nothing is held in memory.
    pub fn stream<I>(rows: impl Fn() -> I + Send + Sync + 'static) -> Self
    where
        I: Iterator<Item = (PhoneNumber, Values)> + Send + 'static,
    {
        Self(Source::Rows(Arc::new(move || Box::new(rows()))))
    }

    /// Everyone in the ledger whom the campaign's program knows. Every tag then needs its fallback: the ledger
    /// holds no merge values.
    #[must_use]
    pub const fn everyone() -> Self {
        Self(Source::Everyone)
    }

    pub(crate) const fn source(&self) -> &Source {
        &self.0
    }
}

impl From<Vec<(PhoneNumber, Values)>> for Audience {
    fn from(rows: Vec<(PhoneNumber, Values)>) -> Self {
        let rows: Arc<[(PhoneNumber, Values)]> = rows.into();
        Self::stream(move || {
            let rows = Arc::clone(&rows);
            (0..rows.len()).filter_map(move |at| rows.get(at).cloned())
        })
    }
}

impl fmt::Debug for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Audience")
    }
}
