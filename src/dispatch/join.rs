use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
};

use crate::ledger::BoxFuture;

/// Runs all futures at once on the caller's task, and gives their results in their order.
pub(super) fn join<T>(futures: Vec<BoxFuture<'_, T>>) -> Join<'_, T> {
    let woken = Arc::new(Woken(Mutex::new(Turns { ready: (0..futures.len()).collect(), whole: None })));
    let slot = |(at, future)| {
        let turn = Arc::new(Turn { at, woken: Arc::clone(&woken) });
        Slot { future: Some(future), done: None, waker: turn.into() }
    };
    Join { left: futures.len(), slots: futures.into_iter().enumerate().map(slot).collect(), woken }
}

/// See [`join`]. Each future has a waker of its own, so that one answer does not poll the whole window.
pub(super) struct Join<'a, T> {
    slots: Vec<Slot<'a, T>>,
    left: usize,
    woken: Arc<Woken>,
}

struct Slot<'a, T> {
    future: Option<BoxFuture<'a, T>>,
    done: Option<T>,
    waker: Waker,
}

struct Woken(Mutex<Turns>);

/// Who is to be polled, and whom to wake for that.
struct Turns {
    ready: Vec<usize>,
    whole: Option<Waker>,
}

impl Woken {
    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Turn {
    at: usize,
    woken: Arc<Woken>,
}

impl Wake for Turn {
    fn wake(self: Arc<Self>) {
        let whole = {
            let mut turns = self.woken.turns();
            turns.ready.push(self.at);
            turns.whole.take()
        };
        whole.into_iter().for_each(Waker::wake);
    }
}

impl<T> Unpin for Join<'_, T> {}

impl<T> Future for Join<'_, T> {
    type Output = Vec<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Vec<T>> {
        let Self { slots, left, woken } = self.get_mut();
        let ready = {
            let mut turns = woken.turns();
            turns.whole = Some(cx.waker().clone());
            std::mem::take(&mut turns.ready)
        };
        for at in ready {
            // Woken twice, or once more after its end: nothing is left to poll.
            let Some(slot) = slots.get_mut(at) else { continue };
            let Some(future) = &mut slot.future else { continue };
            if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&slot.waker)) {
                (slot.future, slot.done) = (None, Some(value));
                *left -= 1;
            }
        }
        if *left > 0 {
            return Poll::Pending;
        }
        Poll::Ready(slots.drain(..).filter_map(|slot| slot.done).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        pin::pin,
        sync::{
            Arc, Mutex,
            atomic::{AtomicUsize, Ordering},
        },
        task::{Context, Poll, Wake, Waker},
    };

    use super::join;
    use crate::ledger::BoxFuture;

    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl Wake for Counting {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// A future that waits until it is woken, and how often it and its neighbour were polled.
    #[test]
    fn whoever_is_woken_is_polled_and_nobody_else() {
        let polled = [const { AtomicUsize::new(0) }; 2];
        let wakers: Mutex<Vec<Waker>> = Mutex::default();
        let future = |at: usize| -> BoxFuture<'_, usize> {
            let (polled, wakers) = (&polled, &wakers);
            Box::pin(poll_fn(move |cx| {
                if polled[at].fetch_add(1, Ordering::SeqCst) > 0 {
                    return Poll::Ready(at);
                }
                wakers.lock().unwrap().push(cx.waker().clone());
                Poll::Pending
            }))
        };
        let mut all = pin!(join(vec![future(0), future(1)]));
        let whole = Arc::new(Counting::default());
        let waker = Waker::from(Arc::clone(&whole));
        let cx = &mut Context::from_waker(&waker);
        assert!(all.as_mut().poll(cx).is_pending());
        let second = wakers.lock().unwrap().pop().unwrap();
        second.wake_by_ref();
        assert_eq!(whole.0.load(Ordering::SeqCst), 1);
        assert!(all.as_mut().poll(cx).is_pending());
        assert_eq!(polled.each_ref().map(|count| count.load(Ordering::SeqCst)), [1, 2]);
        // A wake that comes late changes nothing.
        second.wake();
        assert!(all.as_mut().poll(cx).is_pending());
        wakers.lock().unwrap().pop().unwrap().wake();
        assert_eq!(all.as_mut().poll(cx), Poll::Ready(vec![0, 1]));
    }

    #[test]
    fn nothing_to_run_is_over_at_once() {
        let mut none = pin!(join::<u8>(Vec::new()));
        let cx = &mut Context::from_waker(Waker::noop());
        assert_eq!(none.as_mut().poll(cx), Poll::Ready(Vec::new()));
    }
}
