use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

/// The two ends of one answer, which the writer thread gives to a waiting future of any runtime.
pub(super) fn pair<T>() -> (Reply<T>, Answer<T>) {
    let slot = Arc::new(Slot(Mutex::new(State::Waiting(None))));
    (Reply(Arc::clone(&slot)), Answer(slot))
}

#[derive(Debug)]
struct Slot<T>(Mutex<State<T>>);

#[derive(Debug)]
enum State<T> {
    Waiting(Option<Waker>),
    Given(T),
    /// Answered and taken, or dropped without an answer.
    Gone,
}

impl<T> Slot<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, to: State<T>) {
        let mut state = self.state();
        if let State::Waiting(waker) = &mut *state {
            let waker = waker.take();
            *state = to;
            drop(state);
            waker.into_iter().for_each(Waker::wake);
        }
    }
}

/// The end that answers. Dropped without an answer, the other end gets `None`.
#[derive(Debug)]
pub(super) struct Reply<T>(Arc<Slot<T>>);

impl<T> Reply<T> {
    pub(super) fn give(self, answer: T) {
        self.0.settle(State::Given(answer));
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        self.0.settle(State::Gone);
    }
}

/// The end that waits.
#[derive(Debug)]
pub(super) struct Answer<T>(Arc<Slot<T>>);

impl<T> Future for Answer<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut state = self.0.state();
        match std::mem::replace(&mut *state, State::Gone) {
            State::Waiting(_) => {
                *state = State::Waiting(Some(context.waker().clone()));
                Poll::Pending
            }
            State::Given(answer) => Poll::Ready(Some(answer)),
            State::Gone => Poll::Ready(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::pair;

    #[test]
    fn an_answer_arrives_from_another_thread_and_a_dropped_reply_is_told() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (reply, answer) = pair();
        let thread = std::thread::spawn(move || reply.give(7));
        assert_eq!(runtime.block_on(answer), Some(7));
        thread.join().unwrap();
        let (reply, answer) = pair::<u8>();
        let thread = std::thread::spawn(move || drop(reply));
        assert_eq!(runtime.block_on(answer), None);
        thread.join().unwrap();
    }
}
