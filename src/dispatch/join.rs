use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use crate::ledger::BoxFuture;

/// Runs all futures at once on the caller's task, and gives their results in their order.
pub(super) fn join<T>(futures: Vec<BoxFuture<'_, T>>) -> Join<'_, T> {
    Join { slots: futures.into_iter().map(Slot::Running).collect() }
}

/// See [`join`]. A window holds 64 at most, so polling all of them on each wake costs little.
pub(super) struct Join<'a, T> {
    slots: Vec<Slot<'a, T>>,
}

enum Slot<'a, T> {
    Running(BoxFuture<'a, T>),
    Done(Option<T>),
}

impl<T> Unpin for Join<'_, T> {}

impl<T> Future for Join<'_, T> {
    type Output = Vec<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Vec<T>> {
        let slots = &mut self.get_mut().slots;
        let mut pending = false;
        for slot in slots.iter_mut() {
            if let Slot::Running(future) = slot {
                match future.as_mut().poll(cx) {
                    Poll::Ready(value) => *slot = Slot::Done(Some(value)),
                    Poll::Pending => pending = true,
                }
            }
        }
        if pending {
            return Poll::Pending;
        }
        let done = slots.drain(..).filter_map(|slot| match slot {
            Slot::Done(value) => value,
            Slot::Running(_) => None,
        });
        Poll::Ready(done.collect())
    }
}
