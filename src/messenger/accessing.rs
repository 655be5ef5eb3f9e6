use std::collections::BTreeSet;

use chrono::DateTime;

use super::{EraseError, Messenger};
use crate::{
    consent::{Event, Grant},
    id::Name,
    phone::PhoneNumber,
    report::{
        access::{AccessExport, AccessRecord},
        receipt::ReceiptContext,
    },
};

impl Messenger {
    /// Everything on record about a number's present holder, for that person: see
    /// [`report::access`](crate::report::access). `None` for a number that nobody knows.
    ///
    /// # Errors
    /// The ledger failed, a record does not fit, or the clock cannot be read.
    pub async fn access_export(
        &self,
        number: PhoneNumber,
        context: &ReceiptContext,
    ) -> Result<Option<AccessExport>, EraseError> {
        let at = self.inner.clock.now().ok_or(EraseError::NoClock)?;
        let Some(person) = self.inner.book.find(number).await? else { return Ok(None) };
        let mut records = Vec::new();
        for (envelope, personal) in self.inner.book.history(&person).await? {
            let words = match grant_of(&envelope.event).and_then(|grant| grant.text) {
                Some(digest) => self.consent_text(digest).await?.map(|kept| kept.text),
                None => None,
            };
            records.push(AccessRecord {
                seq: envelope.seq,
                at: DateTime::from_timestamp_millis(envelope.at_ms).unwrap_or_default(),
                event: envelope.event,
                personal,
                words,
            });
        }
        let trail = self.trail(&person, at).await?;
        let held = self.held(person.recipient).await?;
        let whereabouts = person.whereabouts.as_deref();
        let places = whereabouts.map(|whereabouts| whereabouts.places()).unwrap_or_default();
        let policy = self.policy();
        // By the records: a host that names other programs does not change what the person gets.
        let named: BTreeSet<&Name> = records.iter().filter_map(|record| program_of(&record.event)).collect();
        let open = named.iter().filter(|name| person.state.stands_open(name));
        let open = open.map(|name| name.as_str().to_owned()).collect();
        let programs = named.iter().map(|name| self.described(name)).collect();
        Ok(Some(AccessExport {
            at,
            number,
            recipient: person.recipient,
            erased: person.state.erased,
            open,
            places: places.iter().map(ToString::to_string).collect(),
            zones: whereabouts.iter().flat_map(|w| w.zones()).map(|zone| zone.name().to_owned()).collect(),
            programs,
            stay: policy.stay(places, &trail, held.as_deref(), at),
            suppressed: policy.suppressed_until(places, &trail, at),
            context: context.clone(),
            records,
        }))
    }
}

impl Messenger {
    /// A program with its brand and help contact, as far as the host names them.
    fn described(&self, name: &Name) -> (String, String, Option<String>) {
        let known = self.inner.programs.iter().find(|program| program.name() == name);
        let help = known.map(|program| program.help_contact()).filter(|help| !help.is_empty());
        let brand = known.map_or(name.as_str(), |program| program.brand());
        (name.as_str().to_owned(), brand.to_owned(), help.map(str::to_owned))
    }
}

const fn program_of(event: &Event) -> Option<&Name> {
    match event {
        Event::OptedIn(e) => Some(&e.program),
        Event::Asked(e) => Some(&e.program),
        Event::Imported(e) => Some(&e.program),
        Event::Started(e) => Some(&e.program),
        Event::Questioned(e) => Some(&e.program),
        _ => None,
    }
}

const fn grant_of(event: &Event) -> Option<&Grant> {
    match event {
        Event::OptedIn(e) => Some(&e.grant),
        Event::Asked(e) => Some(&e.grant),
        Event::Imported(e) => Some(&e.grant),
        _ => None,
    }
}
