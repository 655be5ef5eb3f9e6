//! The locks of the memory ledger and of what is in flight: the standard library's; in tests of schedules, ones
//! whose every step is chosen.

use std::sync::{Arc, PoisonError, RwLock};

#[cfg(not(all(test, feature = "_shuttle")))]
pub(crate) use std::sync::{Mutex, MutexGuard};

/// A value that is replaced whole, while others go on with the one that they took.
#[derive(Debug)]
pub(crate) struct Current<T>(RwLock<Arc<T>>);

impl<T> Current<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(RwLock::new(Arc::new(value)))
    }

    /// The value as it is now.
    pub(crate) fn now(&self) -> Arc<T> {
        // Nothing under the lock panics; and a value that was put there is whole.
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts what becomes of the value in its place, unless it is refused.
    pub(crate) fn change<E>(&self, change: impl FnOnce(&T) -> Result<T, E>) -> Result<(), E> {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *held = Arc::new(change(&held)?);
        Ok(())
    }
}

#[cfg(all(test, feature = "_shuttle"))]
pub(crate) use explored::{Mutex, MutexGuard, explore};

#[cfg(all(test, feature = "_shuttle"))]
mod explored {
    use std::{
        cell::Cell,
        ops::{Deref, DerefMut},
        sync::{LockResult, PoisonError},
    };

    thread_local! { static EXPLORES: Cell<bool> = const { Cell::new(false) }; }

    /// Runs a test of schedules: locks that are made in it are shuttle's, which work nowhere else.
    pub(crate) fn explore(test: impl FnOnce()) {
        EXPLORES.set(true);
        test();
        EXPLORES.set(false);
    }

    #[derive(Debug)]
    pub(crate) enum Mutex<T> {
        Std(std::sync::Mutex<T>),
        Explored(shuttle::sync::Mutex<T>),
    }

    pub(crate) enum MutexGuard<'a, T> {
        Std(std::sync::MutexGuard<'a, T>),
        Explored(shuttle::sync::MutexGuard<'a, T>),
    }

    impl<T: Default> Default for Mutex<T> {
        fn default() -> Self {
            match EXPLORES.get() {
                true => Self::Explored(shuttle::sync::Mutex::new(T::default())),
                false => Self::Std(std::sync::Mutex::default()),
            }
        }
    }

    impl<T> Mutex<T> {
        pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
            match self {
                Self::Std(lock) => lock
                    .lock()
                    .map(MutexGuard::Std)
                    .map_err(|e| PoisonError::new(MutexGuard::Std(e.into_inner()))),
                Self::Explored(lock) => lock
                    .lock()
                    .map(MutexGuard::Explored)
                    .map_err(|e| PoisonError::new(MutexGuard::Explored(e.into_inner()))),
            }
        }
    }

    impl<T> Deref for MutexGuard<'_, T> {
        type Target = T;

        fn deref(&self) -> &T {
            match self {
                Self::Std(guard) => guard,
                Self::Explored(guard) => guard,
            }
        }
    }

    impl<T> DerefMut for MutexGuard<'_, T> {
        fn deref_mut(&mut self) -> &mut T {
            match self {
                Self::Std(guard) => guard,
                Self::Explored(guard) => guard,
            }
        }
    }
}
