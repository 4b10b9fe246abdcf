//! Tokens that another program gives: asked for each time, and remembered only where a host refused one.

use super::{Asked, Ground};
use crate::formats::git_credential::{Request, password_of_basic};
use crate::model::bridge::Bridge;
use crate::model::plan::RecordId;
use crate::stores::{Entry, Ledger, Moment, Record, State, Store, in_use};
use crate::sys::Sys;

/// The token that another program gives now, as a record. The store's own are left aside, but for one thing: whether the
/// host refused this very value.
pub(super) fn record(
    ground: &dyn Ground,
    bridge: &Bridge,
    asked: &Asked,
    records: &[Record],
) -> Result<Record, String> {
    let Asked { profile, origin, .. } = asked;
    let id =
        bridged_id(asked).ok_or_else(|| format!("refused: profile {profile} names no user for {origin}"))?;
    let entry = ground.borrow(bridge, origin, &id.user)?;
    let refused = records
        .iter()
        .find(|r| r.id == id && r.state == State::Suspect && r.entry.secret.same_as(entry.secret.expose()));
    let (state, since) = refused.map_or((State::Active, 0), |r| (r.state, r.since));
    Ok(Record { id, version: 0, entry, added: 0, state, since })
}

/// Under which name the store remembers that a borrowed token was refused.
fn bridged_id(asked: &Asked) -> Option<RecordId> {
    let user = asked.claim.as_ref()?.user.clone()?;
    Some(RecordId { origin: asked.origin.to_string(), path: String::new(), user })
}

/// A borrowed token that was refused is kept sealed, and known again when it is given once more: some hosts lock accounts.
pub(super) fn remember_refused(
    store: &dyn Store,
    sys: &mut Sys,
    request: &Request,
    asked: &Asked,
) -> Result<(), String> {
    let Some(id) = bridged_id(asked).filter(|id| request.username.as_ref().is_none_or(|u| *u == id.user))
    else {
        return Ok(());
    };
    let sent = match (&request.password, &request.credential) {
        (Some(password), _) => Some(password.clone()),
        (None, Some(credential)) => password_of_basic(&id.user, credential),
        (None, None) => None,
    };
    let Some(sent) = sent else { return Ok(()) };
    let mut refuse = |ledger: &mut Ledger, at: Moment| {
        let known = in_use(ledger.records(), &id)
            .is_some_and(|r| r.state == State::Suspect && r.entry.secret.same_as(sent.expose()));
        !known && ledger.put(&id, &Entry::new(sent.clone()), at) | ledger.mark_suspect(&id, &sent, at)
    };
    store.change(sys, &asked.profile, &id, &mut refuse).map(|_| ()).map_err(|e| e.to_string())
}
