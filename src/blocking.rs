//! For hosts without an async runtime.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

/// Waits for a future on this thread, which sleeps while nothing happens.
///
/// Futures of this library need nothing else. A gateway that needs a runtime's timers or sockets brings its own.
///
/// ```
/// use optin::{blocking, ledger::{Ledger, MemoryLedger}};
/// let ledger = MemoryLedger::new()?;
/// assert_eq!(blocking::wait(Ledger::head(&ledger))?.leaves, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
