//! Looks at the machine: one file a source. Nothing here changes anything, and no secret leaves a function.

mod certs;
mod environment;
mod git;
mod git_settings;
mod helper_link;
mod key_file;
mod key_judged;
mod keys_below;
mod own;
mod repositories;
mod ssh;
mod ssh_config;
mod ssh_keys;
mod tokens;
mod trust;
mod walk;

pub use certs::{CertEvent, Certs, FoundCert};
pub use key_file::{KeyLook, Surroundings};
pub use keys_below::{Event, Summary, keys_below};
pub use walk::walk;

pub(super) use git_settings::is_ours;
pub(super) use ssh_config::included as included_by_ssh;
pub(super) use ssh_keys::{certificate_path, public_path};

use crate::engine::proxies;
use crate::model::facts::{Facts, Hidden, Unreadable};
use crate::model::name::ProfileName;
use crate::model::route::Scheme;
use crate::sys::Sys;
use crate::sys::fs::FsError;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Everything. The sources are read side by side where one does not need the other.
#[must_use]
pub fn machine(sys: &Sys) -> Facts {
    let home = sys.places().home().map(Path::to_path_buf).unwrap_or_default();
    let mut facts = Facts { now: sys.now(), home, ..Facts::default() };
    facts.environment = environment::look(sys);
    let (own, ssh, git, trust, tokens) = std::thread::scope(|scope| {
        let tokens = scope.spawn(|| collected(|troubles| tokens::look(sys, troubles)));
        let agent = scope.spawn(|| ssh::agent(sys));
        let trust = scope.spawn(|| trust::look(sys));
        let own = collected(|troubles| own::look(sys, troubles));
        let (mut ssh, git) = std::thread::scope(|inner| {
            let ssh = inner.spawn(|| collected(|troubles| ssh::look(sys, &own.0, troubles)));
            let git = collected(|troubles| git::look(sys, &own.0, troubles));
            (ssh.join().unwrap_or_default(), git)
        });
        ssh.0.agent = agent.join().unwrap_or_default();
        let trust = trust.join().unwrap_or_default();
        let tokens = tokens.join().unwrap_or_default();
        (own, ssh, git, trust, tokens)
    });
    for troubles in [own.1, ssh.1, git.1, tokens.1] {
        facts.unreadable.extend(troubles);
    }
    tidy(&mut facts.unreadable);
    facts.own = own.0;
    facts.ssh = ssh.0;
    facts.git = git.0;
    facts.tokens = tokens.0;
    facts.trust = trust;
    facts.trust.git = trust::of_git(sys, &facts.git);
    facts.proxies = proxies::facts(sys, servers(&facts));
    facts
}

/// The HTTPS servers that profiles and repositories name, as URLs, each once.
fn servers(facts: &Facts) -> Vec<String> {
    const MOST: usize = 20;
    let remotes = facts.tokens.repositories.iter().flat_map(|repository| &repository.remotes);
    let of_remotes = remotes.filter(|remote| remote.scheme == "https").filter_map(|remote| {
        let port = remote.port.filter(|port| *port != 443).map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("https://{}{port}/", remote.host.as_ref()?))
    });
    let of_profiles = facts.own.http_origins().into_iter().filter(|origin| origin.scheme == Scheme::Https);
    let of_profiles = of_profiles.map(|origin| format!("{origin}/"));
    of_profiles.chain(of_remotes).collect::<BTreeSet<_>>().into_iter().take(MOST).collect()
}

/// What the status says: doorkey itself, the keys that profiles name, and whether git can read its files. Quick, since
/// people ask for it often: nothing is searched, and no program runs.
#[must_use]
pub fn status(sys: &Sys) -> Facts {
    let home = sys.places().home().map(Path::to_path_buf).unwrap_or_default();
    let mut facts = Facts { now: sys.now(), home, ..Facts::default() };
    facts.own = own::look(sys, &mut facts.unreadable);
    facts.ssh.folder = ssh::folder(sys);
    facts.ssh.keys = ssh_keys::named(sys, &facts.own, &mut facts.unreadable);
    facts.tokens.plain = tokens::netrc(sys, &mut facts.unreadable);
    facts.tokens.files = tokens::secret_files(sys, &facts.tokens.plain);
    facts.git = git::look(sys, &facts.own, &mut facts.unreadable);
    tidy(&mut facts.unreadable);
    facts
}

/// What ends some day, of every profile or of one alone. No private key is read, no program runs, and nobody is asked.
#[must_use]
pub fn lasting(sys: &Sys, only: Option<&ProfileName>) -> Facts {
    let home = sys.places().home().map(Path::to_path_buf).unwrap_or_default();
    let mut facts = Facts { now: sys.now(), home, ..Facts::default() };
    facts.own = own::lasting(sys, only, &mut facts.unreadable);
    facts
}

/// What `use` must know before it puts profiles in force: the profiles, the files that git asks before any helper, and
/// whether git can read its own.
#[must_use]
pub fn before_use(sys: &Sys) -> Facts {
    let home = sys.places().home().map(Path::to_path_buf).unwrap_or_default();
    let mut facts = Facts { now: sys.now(), home, ..Facts::default() };
    facts.own = own::profiles(sys, &mut Vec::new());
    facts.tokens.plain = tokens::netrc(sys, &mut Vec::new());
    facts.git = git::read(sys, &mut facts.unreadable);
    facts
}

fn collected<T>(look: impl FnOnce(&mut Vec<Unreadable>) -> T) -> (T, Vec<Unreadable>) {
    let mut troubles = Vec::new();
    (look(&mut troubles), troubles)
}

/// A file's bytes; what cannot be read is noted, not taken for empty.
fn read(sys: &Sys, path: &Path, troubles: &mut Vec<Unreadable>) -> Option<Vec<u8>> {
    match sys.read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            troubles.push(unreadable(path.into(), &error));
            None
        }
    }
}

/// Sorted, each once; where a folder cannot be looked into, nothing is said of each file in it.
fn tidy(unreadable: &mut Vec<Unreadable>) {
    unreadable.sort_by(|a, b| a.path.cmp(&b.path));
    unreadable
        .dedup_by(|next, before| next.path.starts_with(&before.path) && before.hidden != Hidden::Partly);
}

fn unreadable(path: PathBuf, error: &FsError) -> Unreadable {
    let hidden = match error {
        FsError::NotAFile { .. } => Hidden::NotAFile,
        FsError::Io { source, .. } if source.kind() == ErrorKind::PermissionDenied => Hidden::Denied,
        _ => Hidden::Other,
    };
    Unreadable { path, problem: problem(error).into(), hidden }
}

/// Why a file cannot be read, in words that follow its path.
fn problem(error: &FsError) -> &'static str {
    match error {
        FsError::NotAFile { kind, .. } => match *kind {
            "a folder" => "is a folder, not a file",
            "a pipe" => "is a pipe, not a file",
            _ => "is not a file",
        },
        FsError::TooLarge { .. } => "is larger than any settings file",
        FsError::Unsafe { .. } => "may be changed by others",
        _ => "cannot be read",
    }
}
