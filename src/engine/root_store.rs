//! Changes of stores of roots that their own programs make.

use super::apply::ApplyError;
use crate::model::plan::RootStore;
use crate::sys::Sys;
use crate::sys::fs::Write;
use crate::sys::run::With;
use crate::trust::root_stores::{self, PATIENCE};
use std::ffi::OsString;

/// Puts a root into a store, or takes it out; where it is so already, nothing happens.
///
/// # Errors
/// The store's program failed, in its own words.
pub(super) fn ensure(
    sys: &mut Sys,
    store: &RootStore,
    name: &str,
    pem: &[u8],
    present: bool,
) -> Result<(), ApplyError> {
    if root_stores::holds(sys, store, name) == Some(present) && *store != RootStore::Debian {
        return Ok(());
    }
    match store {
        RootStore::Debian => debian(sys, name, pem, present),
        RootStore::Nss { folder } => {
            let mut place = OsString::from("sql:");
            place.push(folder);
            let words = |list: &[&str]| list.iter().map(OsString::from).collect::<Vec<_>>();
            let mut arguments = vec![OsString::from("-d"), place];
            // C: a CA that servers' certificates may lead to, and nothing else.
            arguments.extend(match present {
                true => words(&["-A", "-t", "C,,", "-n", name, "-a"]),
                false => words(&["-D", "-n", name]),
            });
            let with = With { input: present.then_some(pem), ..With::default() };
            run(sys, "certutil", &arguments, with)
        }
    }
}

/// The file, and then the program, also where the file was there: a run that was killed may have stopped in between.
fn debian(sys: &mut Sys, name: &str, pem: &[u8], present: bool) -> Result<(), ApplyError> {
    let file = root_stores::debian_file(name);
    let before = sys.read(&file)?;
    match (present, &before) {
        (true, Some(bytes)) if bytes == pem => {}
        (true, _) => sys.write_over(&file, before.as_deref(), pem, Write::with_mode(0o644))?,
        (false, Some(_)) => sys.remove_file(&file)?,
        (false, None) => {}
    }
    // Without --fresh the link of a file that is gone stays until something else changes.
    let arguments = if present { Vec::new() } else { vec![OsString::from("--fresh")] };
    run(sys, "update-ca-certificates", &arguments, With::default())
}

fn run(sys: &mut Sys, program: &str, arguments: &[OsString], with: With<'_>) -> Result<(), ApplyError> {
    let ran = sys
        .run(program, arguments, with, PATIENCE)
        .map_err(|error| ApplyError::RootStore(error.to_string()))?;
    if ran.ok() {
        return Ok(());
    }
    let said = crate::redact::for_terminal(&ran.said(), false);
    Err(ApplyError::RootStore(format!("{program} did not do it: {said}")))
}
