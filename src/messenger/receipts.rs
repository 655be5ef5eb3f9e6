use thiserror::Error;

use super::Messenger;
use crate::{
    id::Name,
    ledger::{BookError, Envelope},
    message::Kind,
    phone::PhoneNumber,
    policy::{Code, Facts, Request},
    report::receipt::{Receipt, ReceiptContext, Sources, course},
};

impl Messenger {
    /// What a person consented to, program by program, in the fields of ISO/IEC TS 27560 and Kantara's receipt: see
    /// [`report::receipt`](crate::report::receipt). Nothing for a number that is not on record.
    ///
    /// # Errors
    /// The ledger failed, a record does not fit, or the clock cannot be read.
    pub async fn consent_receipts(
        &self,
        number: PhoneNumber,
        context: &ReceiptContext,
    ) -> Result<Vec<Receipt>, ReceiptError> {
        let at = self.inner.clock.now().ok_or(ReceiptError::NoClock)?;
        let Some(person) = self.inner.book.find(number).await? else { return Ok(Vec::new()) };
        let history = self.inner.book.history(&person).await?;
        let envelopes: Vec<Envelope> = history.into_iter().map(|(envelope, _)| envelope).collect();
        let mut receipts = Vec::new();
        for program in programs(&envelopes) {
            let mut course = course(&envelopes, program, at);
            let Some(grant) = course.grant.clone() else { continue };
            if let Some(whereabouts) = person.whereabouts.as_deref() {
                let facts = Facts { whereabouts, state: &person.state };
                let request =
                    Request { program, kind: Kind::Marketing, category: None, subject: None, sender: None };
                let decision = self.policy().decide(facts, request, at);
                let lapsed = decision.reasons.iter().find(|reason| reason.code == Code::BasisExpired);
                if let Some(rule) = lapsed.and_then(|reason| reason.rule_id()) {
                    course.lapse(at, format!("lapsed under {rule} by the day of this receipt"));
                }
            }
            let text = match grant.text {
                Some(digest) => self.consent_text(digest).await?,
                None => None,
            };
            let sources = Sources {
                recipient: person.recipient,
                program,
                house: self.inner.programs.iter().find(|known| known.name() == program),
                policy: &self.policy(),
                whereabouts: person.whereabouts.as_deref(),
                grant: &grant,
                text: text.as_ref(),
                course: &course,
                context,
                at,
            };
            receipts.push(sources.receipt());
        }
        Ok(receipts)
    }
}

/// The programs that the records name, in order.
fn programs(envelopes: &[Envelope]) -> Vec<&Name> {
    use crate::consent::Event::{Asked, Imported, OptedIn};
    let mut names: Vec<&Name> = Vec::new();
    for envelope in envelopes {
        let name = match &envelope.event {
            OptedIn(e) => &e.program,
            Asked(e) => &e.program,
            Imported(e) => &e.program,
            _ => continue,
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// A receipt could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// The ledger failed, or a record does not fit.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The clock cannot be read.
    #[error("the clock cannot be read")]
    NoClock,
}
