//! What shop platforms hand over, made into rows that the rest of the library understands.
//!
//! A row says that somebody agreed, opted out, could not be reached, complained, or none of these ([`Says`]). What
//! becomes of it is a [`Verdict`] with a [`Reason`]: an import may lower permission and never raises it past a
//! revocation. With the feature `import`, [`table`] reads any CSV, however it was spoiled on the way, and
//! [`List`] reads the exports of other platforms by what their headers say: what cannot be read is refused with its
//! line, never guessed.

#[cfg(feature = "import")]
mod columns;
#[cfg(feature = "import")]
mod format;
#[cfg(feature = "import")]
mod list;
#[cfg(feature = "import")]
mod number;
#[cfg(feature = "import")]
mod refusals;
mod row;
#[cfg(feature = "import")]
pub mod table;
#[cfg(feature = "import")]
mod time;
mod verdict;
#[cfg(feature = "import")]
mod words;

#[cfg(feature = "import")]
pub use format::{Format, FormatError, Mapping};
#[cfg(feature = "import")]
pub use list::{Entry, List, ListError, ListOptions};
#[cfg(feature = "import")]
pub use number::read_number;
#[cfg(feature = "import")]
pub use refusals::{Refusals, harmless};
pub use row::{ImportRow, Location, Says};
pub use verdict::{Counts, Judged, Reason, Verdict};
