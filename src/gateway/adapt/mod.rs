//! Gateways around gateways. Each hands a permit on, or does not; none can use one twice.

mod failover;
mod recording;
mod throttled;

pub use failover::Failover;
pub use recording::{Call, Recording};
pub use throttled::Throttled;
