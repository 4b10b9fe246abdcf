//! Calls of the OS keyring. None of them has a time limit of its own (a prompt that nobody sees blocks for ever), so
//! each runs in a thread and is left behind when its time is over; it may still finish later.

use crate::secret::Secret;
use crate::stores::KeyringProblem;
use keyring::{Entry, Error};
use std::sync::mpsc;
use std::time::Duration;
use zeroize::Zeroize;

/// How long a call may take.
pub(super) const LIMIT: Duration = Duration::from_secs(3);

/// The bytes of an entry; `None` when there is no such entry.
pub(super) fn get(service: &str, user: &str) -> Result<Option<Secret>, KeyringProblem> {
    let answer = call(service, user, |entry| entry.get_secret().map(Secret::take))?;
    none_if_absent(answer)
}

/// Sets the bytes of an entry, whether it is there or not.
pub(super) fn set(service: &str, user: &str, secret: &Secret) -> Result<(), KeyringProblem> {
    let secret = secret.clone();
    call(service, user, move |entry| entry.set_secret(secret.expose()))?.map_err(problem)
}

/// Deletes an entry; says whether it was there.
pub(super) fn delete(service: &str, user: &str) -> Result<bool, KeyringProblem> {
    let answer = call(service, user, Entry::delete_credential)?;
    Ok(none_if_absent(answer)?.is_some())
}

fn none_if_absent<T>(answer: Result<T, Error>) -> Result<Option<T>, KeyringProblem> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(problem(error)),
    }
}

fn call<T: Send + 'static>(
    service: &str,
    user: &str,
    work: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
) -> Result<Result<T, Error>, KeyringProblem> {
    let (send, receive) = mpsc::channel();
    let (service, user) = (service.to_owned(), user.to_owned());
    std::thread::spawn(move || {
        let _ = send.send(Entry::new(&service, &user).and_then(|entry| work(&entry)));
    });
    receive.recv_timeout(LIMIT).map_err(|_| KeyringProblem::TimedOut { limit: LIMIT })
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
