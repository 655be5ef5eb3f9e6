//! Evidence packs: what they show, that both verifiers take them, and that neither takes a changed one.

mod bad;
mod forged;
mod python;
mod shown;
mod strangers;
mod world;
