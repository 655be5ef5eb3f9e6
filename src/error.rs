use thiserror::Error;

use crate::{
    campaign::{ApproveError, CampaignError},
    dispatch::DispatchError,
    id::{NameError, NoRandomness},
    inbound::ReceiveError,
    law::BansError,
    ledger::{BookError, KeyFileError, KeyStoreError, LedgerError},
    message::{RenderError, TemplateError},
    messenger::{
        BuildError, ConsentError, EraseError, LaunchError, PlanError, ReloadBansError, RotateError,
        ScrubError,
    },
    permit::ReserveError,
    phone::{CountryError, PhoneNumberError},
    place::{PlaceError, PostalCodeError},
};

/// Any error of this library, for `?`. Each operation has its own, finer one.
///
/// A refusal is never an error: it is a [`Decision`](crate::policy::Decision). No error holds a whole number, a
/// body or a secret.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each variant wraps the documented error of its name")]
pub enum Error {
    #[error(transparent)]
    Approve(#[from] ApproveError),
    #[error(transparent)]
    Ask(#[from] crate::messenger::AskError),
    #[error(transparent)]
    OneTimeCode(#[from] crate::consent::CodeError),
    #[error(transparent)]
    Question(#[from] crate::inbound::QuestionError),
    #[cfg(feature = "import")]
    #[error(transparent)]
    AuditRead(#[from] crate::report::audit::AuditReadError),
    #[error(transparent)]
    Bans(#[from] BansError),
    #[error(transparent)]
    Book(#[from] BookError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Campaign(#[from] CampaignError),
    #[cfg(feature = "evidence")]
    #[error(transparent)]
    Checkpoint(#[from] crate::ledger::CheckpointError),
    #[error(transparent)]
    Consent(#[from] ConsentError),
    #[error(transparent)]
    Country(#[from] CountryError),
    #[error(transparent)]
    Dispatch(#[from] DispatchError),
    #[error(transparent)]
    Erase(#[from] EraseError),
    #[cfg(feature = "evidence")]
    #[error(transparent)]
    Evidence(#[from] crate::report::evidence::EvidenceError),
    #[cfg(feature = "webhook")]
    #[error(transparent)]
    Hook(#[from] crate::gateway::webhook::HookError),
    #[cfg(feature = "webhook")]
    #[error(transparent)]
    Mapping(#[from] crate::gateway::webhook::MappingError),
    #[error("not a time: write RFC 3339")]
    Time(#[from] chrono::ParseError),
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    #[error(transparent)]
    KeyStore(#[from] KeyStoreError),
    #[error(transparent)]
    Launch(#[from] LaunchError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Name(#[from] NameError),
    #[error(transparent)]
    PhoneNumber(#[from] PhoneNumberError),
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    PostalCode(#[from] PostalCodeError),
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    #[error(transparent)]
    Receive(#[from] ReceiveError),
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error(transparent)]
    Reserve(#[from] ReserveError),
    #[cfg(feature = "evidence")]
    #[error(transparent)]
    Receipt(#[from] crate::messenger::ReceiptError),
    #[error(transparent)]
    ReloadBans(#[from] ReloadBansError),
    #[error(transparent)]
    Rotate(#[from] RotateError),
    #[error(transparent)]
    RegisterFile(#[from] crate::register::FileError),
    #[error(transparent)]
    Scrub(#[from] ScrubError),
    #[error(transparent)]
    Template(#[from] TemplateError),
}
