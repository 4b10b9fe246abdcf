//! All key files below a folder. Threads read and judge; what they find is told in the order of the paths, as it comes.

use super::key_file::{KeyLook, Surroundings};
use super::ssh_keys::LARGEST;
use crate::formats::ssh_key::{Container, Half};
use crate::sys::Sys;
use crate::sys::fs::{FsError, Kind};
use crate::weak_keys::shared;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

/// Folders that lie deeper are not looked into: a loop of mounts must end.
const DEEPEST: usize = 64;

/// How many results may wait for one that takes longer.
const AHEAD: usize = 256;

/// What is told.
#[derive(Debug)]
pub enum Event {
    /// A key.
    Key(PathBuf, Box<KeyLook>),
    /// A file or folder that could not be looked at.
    Unreadable(PathBuf, FsError),
    /// So many files were looked at.
    Progress(usize),
}

/// What all of them came to.
#[derive(Debug, Default)]
pub struct Summary {
    /// Files that were looked at.
    pub files: usize,
    /// Keys among them.
    pub keys: usize,
    /// RSA keys with a prime in common: each with another one.
    pub shared: Vec<(PathBuf, PathBuf)>,
    /// Different RSA keys that were not looked at for that, as there are too many.
    pub not_compared: usize,
    /// The same private key in several files, by fingerprint.
    pub same: BTreeMap<String, Vec<PathBuf>>,
}

/// Looks at all of them. `Break` ends it early. A link is not followed.
pub fn keys_below(
    sys: &Sys,
    folder: &Path,
    threads: usize,
    on: &mut dyn FnMut(Event) -> ControlFlow<()>,
) -> Summary {
    let mut files = Vec::new();
    let mut troubles = Vec::new();
    list(sys, folder, 0, &mut files, &mut troubles);
    let mut summary = Summary { files: files.len(), ..Summary::default() };
    for (path, error) in troubles {
        if on(Event::Unreadable(path, error)).is_break() {
            return summary;
        }
    }
    let around = Surroundings::look(sys);
    let mut moduli = Vec::new();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel(AHEAD);
        for _ in 0..threads.max(1) {
            let (send, next, files, around) = (send.clone(), &next, &files, &around);
            scope.spawn(move || {
                while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let may_be = !matches!(sys.look(path), Ok(Some(look)) if look.size > LARGEST);
                    let look = if may_be { around.key_file(sys, path) } else { Ok(None) };
                    if send.send((path, look)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let mut early = BTreeMap::new();
        let mut privates = BTreeMap::new();
        for (count, path) in files.iter().enumerate() {
            let result = loop {
                if let Some(result) = early.remove(path.as_path()) {
                    break result;
                }
                let Ok((done, result)) = receive.recv() else { return };
                early.insert(done.as_path(), result);
            };
            let event = match result {
                Ok(Some(look))
                    if look.key.container != Container::Unknown && !told(path, &look, &privates) =>
                {
                    summary.keys += 1;
                    if let Ok(half) = &look.key.public {
                        if look.key.half() == Some(Half::Private) {
                            privates.insert(path, half.fingerprint.clone());
                            summary.same.entry(half.fingerprint.clone()).or_default().push(path.clone());
                        }
                        moduli.extend(shared::modulus(&half.key).map(|modulus| (modulus, path)));
                    }
                    Event::Key(path.clone(), Box::new(look))
                }
                Ok(_) if count % 64 == 0 => Event::Progress(count),
                Ok(_) => continue,
                Err(error) => Event::Unreadable(path.clone(), error),
            };
            if on(event).is_break() {
                next.store(files.len(), Ordering::Relaxed);
                return;
            }
        }
    });
    summary.same.retain(|_, files| files.len() > 1);
    let (moduli, paths): (Vec<_>, Vec<&PathBuf>) = moduli.into_iter().unzip();
    let compared = shared::compare(&moduli, threads);
    summary.not_compared = compared.left_out;
    let pairs = paths
        .iter()
        .zip(compared.partners)
        .filter_map(|(path, other)| Some(((*path).clone(), (*paths.get(other?)?).clone())));
    summary.shared = pairs.collect();
    summary
}

/// Whether all of a file was told with another one: a public half beside its private one.
fn told(path: &Path, look: &KeyLook, privates: &BTreeMap<&PathBuf, String>) -> bool {
    let private = path.extension().filter(|end| *end == "pub").map(|_| path.with_extension(""));
    let beside = private.and_then(|private| privates.get(&private));
    look.key.container == Container::PublicLine
        && look.key.public.as_ref().is_ok_and(|half| Some(&half.fingerprint) == beside)
}

/// The files below a folder that may be keys, sorted.
fn list(
    sys: &Sys,
    folder: &Path,
    depth: usize,
    files: &mut Vec<PathBuf>,
    troubles: &mut Vec<(PathBuf, FsError)>,
) {
    let mut entries = match sys.entries(folder) {
        Ok(entries) => entries,
        Err(error) => return troubles.push((folder.into(), error)),
    };
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    for entry in entries {
        let path = folder.join(&entry.name);
        match entry.kind {
            Kind::Dir if depth < DEEPEST => list(sys, &path, depth + 1, files, troubles),
            Kind::File => files.push(path),
            _ => {}
        }
    }
}
