/// How a report is to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Rendering {
    /// In which language.
    pub language: crate::policy::Language,
    /// Whole numbers instead of masked ones.
    pub numbers: bool,
}
