use crate::codec::cbor_map;

cbor_map! {
    /// How a text was read. The words themselves are sealed beside the record; the span leads to those that decided,
    /// and says nothing once they are destroyed.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Read {
        /// The tier: 1 exact keyword, 2 keyword in company, 3 free text, 4 unsure, 0 none.
        0 => pub tier: u8,
        /// The row of the tables that decided.
        1 => pub rule: String,
        /// ISO 639-1, where the words tell.
        2 => pub language: Option<String>,
        /// First byte of the words that decided.
        3 => pub from: Option<u32>,
        /// The byte after their last.
        4 => pub to: Option<u32>,
        /// How far a stop reaches by its words: `program`, `all`, `topic`.
        5 => pub scope: Option<String>,
    }
}
