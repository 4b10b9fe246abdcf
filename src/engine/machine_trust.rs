//! Roots for all that this user runs, outside of sessions too: the installed ones, the merged bundle that tools are led
//! to, and the places that lead there.

use super::apply::make_dirs;
use super::new_root::NewRoot;
use crate::formats::cert::{Cert, fingerprint, hex};
use crate::formats::pem;
use crate::formats::shell::Shell;
use crate::model::plan::Step;
use crate::sys::Sys;
use crate::sys::fs::FsError;
use crate::trust::environment::text;
use crate::trust::root_stores::{self, Found};
use crate::trust::system;
use crate::trust::targets::{self, Files, Standing, Target};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Why the roots of this user cannot be planned.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// HOME is not set.
    #[error("there is no home folder to work in")]
    NoHome,
    /// A file cannot be read.
    #[error(transparent)]
    Fs(#[from] FsError),
    /// A store that was asked for cannot be changed here.
    #[error("the store {store} cannot be changed: {why}")]
    NotByUs {
        /// Its name.
        store: &'static str,
        /// Why.
        why: &'static str,
    },
    /// The system has no bundle of public roots to merge with.
    #[error("this system has no bundle of public roots")]
    NoPublicRoots,
}

/// A root that is installed for this user.
#[derive(Debug, Clone)]
pub struct Installed {
    /// Its file.
    pub path: PathBuf,
    /// What it says.
    pub cert: Cert,
}

/// The files that places are led to.
///
/// # Errors
/// HOME is not set.
pub fn files(sys: &Sys) -> Result<Files, TrustError> {
    sys.places().state().map(Files::below).ok_or(TrustError::NoHome)
}

/// The installed roots, by their fingerprints. A file there that is none is left out.
///
/// # Errors
/// They cannot be listed.
pub fn installed(sys: &Sys) -> Result<Vec<Installed>, TrustError> {
    let mut found = Vec::new();
    for path in sys.list(&files(sys)?.roots())? {
        let Some(bytes) = sys.read(&path)? else { continue };
        let text = pem::read(&bytes);
        found.extend(
            text.certs()
                .filter_map(|der| Cert::read(der).ok())
                .map(|cert| Installed { path: path.clone(), cert }),
        );
    }
    Ok(found)
}

/// A place and how it stands.
#[derive(Debug)]
pub struct Stands {
    /// The place.
    pub target: &'static dyn Target,
    /// How it stands.
    pub standing: Standing,
}

/// Every place, and how it stands.
///
/// # Errors
/// HOME is not set.
pub fn look(sys: &Sys) -> Result<Vec<Stands>, TrustError> {
    let files = files(sys)?;
    let stands =
        |target: &&'static dyn Target| Stands { target: *target, standing: target.look(sys, &files) };
    Ok(targets::ALL.iter().map(stands).collect())
}

/// The steps that install a root, and lead the places there that are off; of those named, if any are.
///
/// # Errors
/// Nothing has changed.
pub fn install(sys: &Sys, root: &NewRoot, only: &[String]) -> Result<Vec<Step>, TrustError> {
    let files = files(sys)?;
    let mut roots = installed(sys)?;
    let mut steps = Vec::new();
    if !roots.iter().any(|one| one.cert.sha256 == root.cert.sha256) {
        let path = files.roots().join(format!("{}.pem", hex(&root.cert.sha256)));
        steps.extend(make_dirs(sys, &files.roots(), 0o700)?);
        steps.push(Step::Create { path: path.clone(), text: root.pem.as_str().into(), mode: 0o644 });
        roots.push(Installed { path, cert: root.cert.clone() });
    }
    steps.extend(written(sys, &files, &roots)?);
    for Stands { target, standing } in look(sys)? {
        let wanted = only.is_empty() || only.iter().any(|name| name == target.name());
        if wanted && standing == Standing::Off {
            steps.extend(target.add(sys, &files)?);
        }
    }
    let name = root_stores::name_of(&root.cert.sha256);
    for Found { store, name: called, not_by_us, .. } in root_stores::look(sys) {
        // The system's store is everybody's: only when it is named (SECURITY rule 45).
        let wanted = only.iter().any(|one| one == called) || (only.is_empty() && called != "system");
        match not_by_us {
            Some(why) if wanted && !only.is_empty() => {
                return Err(TrustError::NotByUs { store: called, why });
            }
            None if wanted && root_stores::holds(sys, &store, &name) == Some(false) => {
                let pem = root.pem.as_str().into();
                steps.push(Step::RootIn { store, name: name.clone(), pem, present: true });
            }
            _ => {}
        }
    }
    Ok(steps)
}

/// The names that `--for` knows.
pub fn names() -> impl Iterator<Item = &'static str> {
    targets::ALL.iter().map(|target| target.name()).chain(["nss", "system"])
}

/// The steps that take a root away; with the last one, places and files too. None when it is not installed.
///
/// # Errors
/// Nothing has changed.
pub fn uninstall(sys: &Sys, print: &[u8; 32]) -> Result<Vec<Step>, TrustError> {
    let files = files(sys)?;
    let (gone, left): (Vec<Installed>, Vec<Installed>) =
        installed(sys)?.into_iter().partition(|one| one.cert.sha256 == *print);
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let mut steps = Vec::new();
    if left.is_empty() {
        // A setting goes before the file that it names: a missing file stops many tools.
        for Stands { target, standing } in look(sys)? {
            // Of the shells' files some may have the line, and some not.
            if matches!(standing, Standing::On { .. } | Standing::Off) {
                steps.extend(target.remove(sys, &files)?);
            }
        }
    }
    let name = root_stores::name_of(print);
    for Found { store, not_by_us, .. } in root_stores::look(sys) {
        if not_by_us.is_none() && root_stores::holds(sys, &store, &name) == Some(true) {
            let pem = gone.first().map_or_else(String::new, |one| pem::of_certificate(one.cert.der()));
            steps.push(Step::RootIn { store, name: name.clone(), pem: pem.as_str().into(), present: false });
        }
    }
    for one in gone {
        let text = sys.read(&one.path)?.unwrap_or_default();
        steps.push(Step::Remove { path: one.path, text: text.into(), mode: 0o644 });
    }
    steps.extend(written(sys, &files, &left)?);
    Ok(steps)
}

/// The steps that bring the merged files up to date: the system's roots change, too. None when they are.
///
/// # Errors
/// Nothing has changed.
pub fn refresh(sys: &Sys) -> Result<Vec<Step>, TrustError> {
    written(sys, &files(sys)?, &installed(sys)?)
}

/// The merged files for these roots; none for none.
fn written(sys: &Sys, files: &Files, roots: &[Installed]) -> Result<Vec<Step>, TrustError> {
    let mut wanted: Vec<(PathBuf, Option<Vec<u8>>)> =
        [files.bundle(), files.extra(), files.environment(), files.fish_environment()]
            .map(|path| (path, None))
            .into();
    if !roots.is_empty() {
        let extra: String = roots.iter().map(|one| named(&one.cert)).collect();
        let public = system::public_bundle(sys)?.ok_or(TrustError::NoPublicRoots)?;
        // The system may have an installed one too by now: each once, so that this does not change the bundle.
        let installed: BTreeSet<[u8; 32]> = roots.iter().map(|one| one.cert.sha256).collect();
        let public =
            pem::read(&public).into_certs().into_iter().filter(|der| !installed.contains(&fingerprint(der)));
        let bundle = public.fold(extra.clone(), |all, der| all + &pem::of_certificate(&der));
        let texts =
            [bundle, extra, text(files, Shell::Posix), text(files, Shell::Fish)].map(String::into_bytes);
        for (slot, text) in wanted.iter_mut().zip(texts) {
            slot.1 = Some(text);
        }
    }
    let mut steps = Vec::new();
    for (path, text) in wanted {
        match (sys.read(&path)?, text) {
            (None, None) => {}
            (Some(old), Some(new)) if old == new => {}
            (None, Some(new)) => steps.push(Step::Create { path, text: new.into(), mode: 0o644 }),
            (Some(old), Some(new)) => steps.push(Step::edit(path, &old, &new)),
            (Some(old), None) => steps.push(Step::Remove { path, text: old.into(), mode: 0o644 }),
        }
    }
    Ok(steps)
}

/// A root in a bundle, under a line that says whose it is.
fn named(cert: &Cert) -> String {
    format!("# {}, SHA-256 {}\n{}", cert.subject, cert.fingerprint(), pem::of_certificate(cert.der()))
}
