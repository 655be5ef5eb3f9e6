use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use chrono::{DateTime, Utc};

use super::{ConsentError, Messenger};
use crate::{
    consent::{
        Basis, How, OptIn,
        event::{TextKept, Unblocked},
    },
    dispatch::{Batch, DispatchError, Dispatched, Worker},
    id::{MessageId, Name},
    inbound::{Desk, Inbound, OptOutSignal, OptedOut, ReceiveError, Received, Wish},
    ledger::{BookError, Urgency, Written},
    phone::PhoneNumber,
};

impl Messenger {
    /// Takes in a text that somebody sent: reads it, records it, and lets the answer wait in the outbox.
    ///
    /// When it returns for a STOP, no hand-over starts any more in whatever the STOP reaches, on any thread or
    /// process; [`Received::in_flight`] lists what had started before, and [`settled`](Self::settled) waits for it.
    ///
    /// # Errors
    /// The text is not recorded: let the gateway hand it over again. A STOP that could not be recorded holds in
    /// this process all the same, and its marketing waits until the ledger took it.
    pub async fn receive(&self, inbound: Inbound) -> Result<Received, ReceiveError> {
        let now = self.inner.clock.now().unwrap_or(inbound.sent_at);
        let desk = self.desk();
        let wish =
            desk.may_revoke(&inbound, now).then(|| self.inner.unstored.begin(Wish::Text(inbound.clone())));
        let call = self.call_to_action(&desk, &inbound, now).await?;
        let desk = Desk { call, ..desk };
        let received = match desk.receive(&inbound, now).await {
            // A STOP waits for no anchor; what opens does.
            Err(ReceiveError::OnlyCloses) => {
                self.is_ready().await?;
                Desk { only_closes: false, ..desk }.receive(&inbound, now).await?
            }
            received => received?,
        };
        wish.into_iter().for_each(|wish| wish.stored());
        Ok(received)
    }

    /// Takes in an opt-out, or the end of a number, that came by another road than a text: a provider's event, a word
    /// to support, an e-mail, a complaint, a carrier's deactivation notice. When it returns, no hand-over starts any
    /// more in whatever it reaches. The same signal twice is one record.
    ///
    /// ```
    /// # use optin::{Messenger, inbound::{OptOutSignal, ReceiveError}};
    /// # async fn doc(shop: Messenger, ana: optin::phone::PhoneNumber, at: chrono::DateTime<chrono::Utc>)
    /// # -> Result<(), ReceiveError> {
    /// let mail = OptOutSignal::by_email(ana, at).reference("ticket-81").note("Merci de ne plus m'écrire.");
    /// assert!(!shop.opted_out(&mail).await?.repeated);
    /// assert!(shop.opted_out(&mail).await?.repeated);                // nothing changes
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The signal is not recorded. It holds in this process all the same, as with [`receive`](Self::receive).
    pub async fn opted_out(&self, signal: &OptOutSignal) -> Result<OptedOut, ReceiveError> {
        let now = self.inner.clock.now().unwrap_or(signal.at);
        let wish = self.inner.unstored.begin(Wish::Signal(signal.clone()));
        let done = self.desk().opted_out(signal, now).await?;
        wish.stored();
        Ok(done)
    }

    /// The gateway or the network blocks this sender for the person no longer; without a sender, none of them. It
    /// is a fact of the gateway's: whoever stopped stays stopped until the person opens again. Returns whether
    /// something was blocked.
    ///
    /// # Errors
    /// The ledger failed.
    pub async fn restored(&self, number: PhoneNumber, sender: Option<&Name>) -> Result<bool, BookError> {
        let Some(now) = self.inner.clock.now() else { return Ok(false) };
        loop {
            let Some(mut person) = self.inner.book.find(number).await? else { return Ok(false) };
            let blocked = person.state.blocked.clone();
            let open: Vec<_> =
                blocked.into_iter().filter(|held| sender.is_none_or(|sender| held == sender)).collect();
            if open.is_empty() {
                return Ok(false);
            }
            for sender in open {
                person.stage(now.timestamp_millis(), Unblocked { sender }, &[])?;
            }
            if let Written::Done(_) = self.inner.book.write(person, Urgency::Normal).await? {
                return Ok(true);
            }
        }
    }

    /// Waits until it is known what became of these messages to this person, or until `patience` is over, and
    /// returns those of which it is not: what a STOP found in flight.
    ///
    /// The library has no timer: `patience` is the host's, such as `tokio::time::sleep(Duration::from_secs(2))`.
    /// Messages of other processes are not watched; what they recorded meanwhile counts.
    ///
    /// # Errors
    /// The ledger failed.
    pub async fn settled(
        &self,
        number: PhoneNumber,
        messages: &[MessageId],
        patience: impl Future<Output = ()>,
    ) -> Result<Vec<MessageId>, BookError> {
        let (mut landed, mut patience) = (pin!(self.inner.flights.landed(messages)), pin!(patience));
        poll_fn(|context| match landed.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => patience.as_mut().poll(context),
        })
        .await;
        let Some(person) = self.inner.book.find(number).await? else { return Ok(Vec::new()) };
        let open = person.state.in_flight().map(|sent| sent.message);
        Ok(open.filter(|message| messages.contains(message)).collect())
    }

    /// Works off what is due: at most one batch. The host calls it again at
    /// [`next_due`](Dispatched::next_due); any number of processes may do so on one ledger.
    ///
    /// # Errors
    /// Nothing is lost: what was claimed comes back, what had started is looked up after its lease.
    pub async fn dispatch(&self, batch: Batch) -> Result<Dispatched, DispatchError> {
        let inner = &*self.inner;
        if let Some(now) = inner.clock.now() {
            self.store_wishes(now).await;
        }
        let worker = Worker {
            book: &inner.book,
            policy: &inner.policy,
            programs: &inner.programs,
            lint: &inner.lint,
            gateway: &*inner.gateway,
            clock: &*inner.clock,
            flights: &inner.flights,
            queue: &inner.queue,
            looked: &inner.looked,
            unstored: &inner.unstored,
            guards: &inner.guards,
            only_stops: false,
        };
        if let Err(error) = self.is_ready().await {
            // Whoever said STOP shall have the answer; nothing else leaves.
            Worker { only_stops: true, ..worker }.run(batch).await?;
            return Err(error.into());
        }
        self.record_loads().await?;
        #[cfg_attr(not(feature = "evidence"), allow(unused_mut, reason = "nothing is added without it"))]
        let mut done = worker.run(batch).await?;
        #[cfg(feature = "evidence")]
        {
            done.checkpoint = self.checkpoint_if_due().await;
        }
        Ok(done)
    }

    /// Stores what could not be stored before. The first that fails again ends the attempt: most likely the others
    /// fail too. It is the last of the next attempt, in case only this one does.
    async fn store_wishes(&self, now: DateTime<Utc>) {
        let mut again = self.inner.unstored.again().into_iter();
        while let Some(storing) = again.next() {
            let stored = match storing.wish().cloned() {
                Some(Wish::Text(inbound)) => self.desk().receive(&inbound, now).await.is_ok(),
                Some(Wish::Signal(signal)) => self.desk().opted_out(&signal, now).await.is_ok(),
                None => true,
            };
            if !stored {
                drop(again);
                drop(storing);
                return;
            }
            storing.stored();
        }
    }

    fn desk(&self) -> Desk<'_> {
        let inner = &*self.inner;
        Desk {
            book: &inner.book,
            matcher: &inner.matcher,
            replies: &inner.replies,
            programs: &inner.programs,
            policy: &inner.policy,
            only_closes: true,
            gateway_answers_stop: inner.gateway.capabilities().answers_stop,
            call: None,
        }
    }

    /// The words beside which the keyword was shown that came in, once they are kept. Words whose version mark stands
    /// for others cannot be shown later, and count for nothing.
    async fn call_to_action<'a>(
        &'a self,
        desk: &Desk<'_>,
        inbound: &Inbound,
        now: DateTime<Utc>,
    ) -> Result<Option<&'a TextKept>, ReceiveError> {
        let Some(program) = desk.joined_by(inbound, now) else { return Ok(None) };
        let calls = &self.inner.calls;
        let Some((_, words)) = calls.iter().find(|(name, _)| name == program.name()) else { return Ok(None) };
        let shown = OptIn::new(How::TextToJoin, Basis::ExpressWritten, None).words(words.clone());
        match self.keep_own_text(&shown, now).await {
            Ok(()) => Ok(Some(words)),
            Err(ConsentError::Book(error)) => Err(error.into()),
            Err(_) => Ok(None),
        }
    }
}
