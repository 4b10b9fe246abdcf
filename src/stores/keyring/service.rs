//! Calls of the OS keyring. None of them has a time limit of its own (a prompt that nobody sees blocks for ever), so
//! each runs in a thread and is left behind when its time is over; it may still finish later.
//!
//! The limit is for all calls of one operation together: a profile with many entries must not wait for each.

use crate::secret::Secret;
use crate::stores::KeyringProblem;
use crate::sys::process::within;
use keyring::{Entry, Error};
use std::time::{Duration, Instant};
use zeroize::Zeroize;

/// How long an operation may take.
pub(super) const LIMIT: Duration = Duration::from_secs(3);

/// The calls of one operation.
#[derive(Debug)]
pub(super) struct Calls {
    until: Instant,
}

impl Calls {
    pub(super) fn begin() -> Self {
        Self { until: Instant::now() + LIMIT }
    }

    /// The bytes of an entry; `None` when there is no such entry.
    pub(super) fn get(&self, service: &str, user: &str) -> Result<Option<Secret>, KeyringProblem> {
        none_if_absent(self.call(service, user, |entry| entry.get_secret().map(Secret::take))?)
    }

    /// Sets the bytes of an entry, whether it is there or not.
    pub(super) fn set(&self, service: &str, user: &str, secret: &Secret) -> Result<(), KeyringProblem> {
        let secret = secret.clone();
        self.call(service, user, move |entry| entry.set_secret(secret.expose()))?.map_err(problem)
    }

    /// Deletes an entry; says whether it was there.
    pub(super) fn delete(&self, service: &str, user: &str) -> Result<bool, KeyringProblem> {
        Ok(none_if_absent(self.call(service, user, Entry::delete_credential)?)?.is_some())
    }

    fn call<T: Send + 'static>(
        &self,
        service: &str,
        user: &str,
        work: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<Result<T, Error>, KeyringProblem> {
        let (service, user) = (service.to_owned(), user.to_owned());
        let left = self.until.saturating_duration_since(Instant::now());
        within(left, move || Entry::new(&service, &user).and_then(|entry| work(&entry)))
            .ok_or(KeyringProblem::TimedOut { limit: LIMIT })
    }
}

fn none_if_absent<T>(answer: Result<T, Error>) -> Result<Option<T>, KeyringProblem> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(problem(error)),
    }
}

/// The library's errors may carry the bytes of an entry; those are wiped and not passed on.
fn problem(error: Error) -> KeyringProblem {
    match error {
        Error::NoDefaultStore => {
            let said = Entry::store_status().as_ref().err().map(ToString::to_string).unwrap_or_default();
            KeyringProblem::NoService { said }
        }
        Error::NoStorageAccess(_) => KeyringProblem::Locked,
        Error::BadEncoding(mut bytes) | Error::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            KeyringProblem::Failed { said: "an entry is not in the form it was stored in".into() }
        }
        other => KeyringProblem::Failed { said: other.to_string() },
    }
}
