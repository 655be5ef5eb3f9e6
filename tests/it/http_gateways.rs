//! The gateways over HTTP against a server on this machine: what they send, and what they make of every answer.

mod answers;
mod conforms;
mod faults;
mod kit;
mod look_ups;
mod mapping;
mod requests;
mod server;
mod stand_in;
