//! The private keys in `~/.ssh`, and those that profiles and ssh_config name elsewhere.

use super::key_judged::{judge, judge_half};
use super::ssh::file_facts;
use super::{problem, unreadable};
use crate::formats::ssh_key::{self, ByteFault, Container, Half, KeyFile, Unread};
use crate::model::facts::{Own, Pair, SshKey, Unreadable};
use crate::secret::Secret;
use crate::sys::Sys;
use crate::sys::fs::Kind;
use crate::weak_keys::{Blacklists, shared};
use dashu_int::UBig;
use std::path::{Path, PathBuf};

/// Larger files are no keys.
pub(super) const LARGEST: u64 = 64 << 10;

/// Reading a key of RSA takes a while: they are shared out among so many threads.
const THREADS: usize = 4;

pub(super) fn look(sys: &Sys, folder: &Path, own: &Own, troubles: &mut Vec<Unreadable>) -> Vec<SshKey> {
    let mut paths = sys.list(folder).unwrap_or_else(|error| {
        troubles.push(unreadable(folder.into(), &error));
        Vec::new()
    });
    paths.retain(|path| may_be_key(sys, path));
    paths.extend(named_paths(sys, own, troubles));
    paths.sort();
    paths.dedup();
    let lists = &Blacklists::default();
    let share = paths.len().div_ceil(THREADS).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = paths
            .chunks(share)
            .map(|part| scope.spawn(|| part.iter().filter_map(|p| key(sys, lists, p)).collect::<Vec<_>>()))
            .collect();
        with_shared_primes(parts.into_iter().flat_map(|part| part.join().unwrap_or_default()).collect())
    })
}

/// Those alone that profiles name.
pub(super) fn named(sys: &Sys, own: &Own, troubles: &mut Vec<Unreadable>) -> Vec<SshKey> {
    let mut paths = named_paths(sys, own, troubles);
    paths.sort();
    paths.dedup();
    let lists = Blacklists::default();
    with_shared_primes(paths.iter().filter_map(|path| key(sys, &lists, path)).collect())
}

fn named_paths(sys: &Sys, own: &Own, troubles: &mut Vec<Unreadable>) -> Vec<PathBuf> {
    let paths: Vec<PathBuf> = own.keys.iter().filter(|k| k.there).filter_map(|k| k.path.clone()).collect();
    for path in &paths {
        if let Err(error) = sys.read(path) {
            troubles.push(unreadable(path.clone(), &error));
        }
    }
    paths
}

fn may_be_key(sys: &Sys, path: &Path) -> bool {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let other = matches!(name, "config" | "authorized_keys" | "environment" | "rc")
        || name.starts_with("known_hosts")
        || name.ends_with(".pub");
    !other && matches!(sys.look_through(path), Ok(Some(l)) if l.kind == Kind::File && l.size <= LARGEST)
}

fn key(sys: &Sys, lists: &Blacklists, path: &Path) -> Option<(SshKey, Option<UBig>)> {
    let file = file_facts(sys, path, Kind::File)?;
    let bytes = Secret::take(sys.read(path).ok()??);
    let (private, opened) = ssh_key::read_whole(bytes.expose());
    if private.half() != Some(Half::Private) {
        return None;
    }
    let public = sys.read(&public_path(path)).ok().flatten().map(|b| ssh_key::read(&b));
    let mut weaknesses = judge(sys, lists, &private, opened.as_ref());
    let half = private.public.as_ref().ok();
    // Where the private file hides its public half, the file beside it says what it is.
    let told = half.or(public.as_ref().and_then(|p| p.public.as_ref().ok()));
    if half.is_none() {
        weaknesses.extend(told.into_iter().flat_map(|half| judge_half(sys, lists, half)));
    }
    let modulus = told.and_then(|half| shared::modulus(&half.key));
    let key = SshKey {
        file,
        kind: told.map(|h| kind(&h.key_type)),
        bits: told.and_then(|h| h.bits),
        encrypted: private.encrypted,
        fingerprint: told.map(|h| h.fingerprint.clone()),
        pair: pair(&private, public.as_ref()),
        weaknesses,
        certificate_until: certificate_until(sys, path).ok().flatten(),
        damaged: is_damaged(&private),
        bad_bytes: private.byte_faults.first().map(ToString::to_string),
        line_ends_only: private.byte_faults.iter().all(|fault| {
            matches!(fault, ByteFault::CrLf | ByteFault::NoFinalNewline | ByteFault::TrailingBlanks)
        }),
    };
    Some((key, modulus))
}

/// Adds what is wrong with two keys together.
fn with_shared_primes(keys: Vec<(SshKey, Option<UBig>)>) -> Vec<SshKey> {
    let (mut keys, moduli): (Vec<SshKey>, Vec<Option<UBig>>) = keys.into_iter().unzip();
    let (indexes, moduli): (Vec<usize>, Vec<UBig>) =
        moduli.into_iter().enumerate().filter_map(|(index, modulus)| Some((index, modulus?))).unzip();
    for (index, _) in indexes
        .iter()
        .zip(shared::compare(&moduli, THREADS).partners)
        .filter(|(_, partner)| partner.is_some())
    {
        if let Some(key) = keys.get_mut(*index) {
            key.weaknesses.insert(0, shared::weakness());
        }
    }
    keys
}

/// `KEY.pub`
pub(in crate::engine) fn public_path(path: &Path) -> PathBuf {
    beside(path, ".pub")
}

/// `KEY-cert.pub`
pub(in crate::engine) fn certificate_path(path: &Path) -> PathBuf {
    beside(path, "-cert.pub")
}

/// Until when the certificate beside a private key holds, seconds since 1970; `None` = there is none.
///
/// # Errors
/// Why that cannot be told, in words that follow the certificate's path.
pub(super) fn certificate_until(sys: &Sys, path: &Path) -> Result<Option<i64>, &'static str> {
    let Some(bytes) = sys.read(&certificate_path(path)).map_err(|error| problem(&error))? else {
        return Ok(None);
    };
    let held = ssh_key::read(&bytes).certificate.ok_or("holds no certificate that can be read")?;
    Ok(Some(held.valid_before))
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn is_damaged(private: &KeyFile) -> bool {
    private.public.as_ref().err() == Some(&Unread::Damaged)
}

pub(super) fn pair(private: &KeyFile, public: Option<&KeyFile>) -> Pair {
    // PuTTY's own form holds both halves, and ssh does not read it.
    if private.container == Container::Ppk {
        return Pair::Unknown;
    }
    if is_damaged(private) {
        return Pair::Unknown;
    }
    let Some(public) = public else { return Pair::Missing };
    match (&private.public, &public.public) {
        (Ok(ours), Ok(theirs)) if ours.fingerprint == theirs.fingerprint => Pair::Same,
        (Ok(_), Ok(_)) => Pair::Other,
        _ => Pair::Unknown,
    }
}

/// `ssh-ed25519` is `ed25519`, `ecdsa-sha2-nistp256` is `ecdsa`, `sk-ssh-ed25519@openssh.com` is `ed25519-sk`.
fn kind(key_type: &str) -> String {
    let name = key_type.split('@').next().unwrap_or_default();
    let (name, sk) = name.strip_prefix("sk-").map_or((name, ""), |rest| (rest, "-sk"));
    let name = name.strip_prefix("ssh-").unwrap_or(name);
    let name = match name {
        "dss" => "dsa",
        name if name.starts_with("ecdsa") => "ecdsa",
        name => name,
    };
    format!("{name}{sk}")
}
