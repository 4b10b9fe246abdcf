//! Who is tried when, and who no more: the guard against lock-outs.
//!
//! A login that has not proved itself yet is tried alone at its host. When it is accepted, the other repositories of
//! that profile there follow side by side; when it is refused, nothing logs in at the host any more in this run. When
//! git comes as far as a login neither the first time nor the second, the rest is not waited for.
//! Tokens and keys are counted apart: no host locks a key out for a refused token.

use super::{Target, targets};
use crate::model::route::Scheme;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What became of the login.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Login {
    /// The host knew the account.
    Accepted,
    /// The host refused it, in words.
    Refused(String),
    /// git did not come as far as a login.
    Unreached,
    /// There was nothing to log in with, or it is not known whether it was used.
    None,
}

/// The host's name, and whether by key.
type Door = (String, bool);

#[derive(Debug)]
struct Place {
    door: Door,
    profile: Option<String>,
}

#[derive(Debug, Default)]
struct AtDoor {
    somebody_tries: bool,
    open_for: BTreeSet<Option<String>>,
    /// How often git did not come as far as a login while it was not proved yet.
    unreached: u8,
    /// Why nobody tries any more.
    closed: Option<String>,
}

#[derive(Debug)]
struct State {
    waiting: Vec<usize>,
    doors: BTreeMap<Door, AtDoor>,
}

/// What a worker is to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Next {
    /// Which target.
    pub(super) index: usize,
    /// Why it is not to be tried.
    pub(super) held: Option<String>,
}

/// The order of one run.
#[derive(Debug)]
pub(super) struct Order {
    places: Vec<Place>,
    state: Mutex<State>,
    changed: Condvar,
}

impl Order {
    pub(super) fn new(targets: &[Target]) -> Self {
        let place = |target: &Target| {
            let door = targets::place(&target.repo).map_or_else(
                |_| (String::new(), false),
                |origin| (origin.host.to_string(), origin.scheme == Scheme::Ssh),
            );
            Place { door, profile: target.profile.as_ref().map(ToString::to_string) }
        };
        Self {
            places: targets.iter().map(place).collect(),
            state: Mutex::new(State { waiting: (0..targets.len()).collect(), doors: BTreeMap::new() }),
            changed: Condvar::new(),
        }
    }

    /// The first that may be tried now; waits while each of them depends on one that is being tried. `None` at the end.
    pub(super) fn next(&self) -> Option<Next> {
        let mut state = self.lock();
        loop {
            if state.waiting.is_empty() {
                return None;
            }
            let found = (0..state.waiting.len()).find_map(|at| Some((at, self.permit(&mut state, at)?)));
            if let Some((at, next)) = found {
                state.waiting.remove(at);
                return Some(next);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn permit(&self, state: &mut State, at: usize) -> Option<Next> {
        let index = *state.waiting.get(at)?;
        let place = self.places.get(index)?;
        let door = state.doors.entry(place.door.clone()).or_default();
        if let Some(reason) = &door.closed {
            return Some(Next { index, held: Some(reason.clone()) });
        }
        if !door.open_for.contains(&place.profile) {
            if door.somebody_tries {
                return None;
            }
            door.somebody_tries = true;
        }
        Some(Next { index, held: None })
    }

    /// Notes what came of one that was permitted.
    pub(super) fn finish(&self, index: usize, login: Login) {
        let Some(place) = self.places.get(index) else { return };
        let mut state = self.lock();
        let door = state.doors.entry(place.door.clone()).or_default();
        let proved = door.open_for.contains(&place.profile);
        if !proved {
            door.somebody_tries = false;
        }
        match login {
            Login::Refused(reason) => door.closed = Some(reason),
            Login::Accepted => {
                door.open_for.insert(place.profile.clone());
            }
            // Nothing is known of the login yet: the next one goes alone too.
            Login::Unreached if !proved => {
                door.unreached += 1;
                if door.unreached > 1 {
                    let host = &place.door.0;
                    door.closed.get_or_insert_with(|| {
                        format!("git came to no login at {host} twice in this run; mend that first")
                    });
                }
            }
            Login::Unreached | Login::None => {}
        }
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
