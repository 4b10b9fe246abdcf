//! Whose account an SSH key opens: the greeting of its host, by the user's own ssh, with that key alone.

use super::generation;
use super::profiles;
use super::render::{key_path, known_hosts_file, ssh_path, ssh_proxy_command};
use super::ssh_match::Asked;
use super::ssh_settings::users_settings;
use super::stored_token;
use super::trusted_hosts;
use super::verify::SshLog;
use crate::formats::ssh_greeting::{self, Greeting};
use crate::formats::ssh_key;
use crate::model::name::ProfileName;
use crate::model::profile::{Host, Profile};
use crate::providers::facts;
use crate::secret::Secret;
use crate::sys::Sys;
use crate::sys::run::{Ask, With};
use serde::Serialize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// ssh itself gives up after ten seconds without a connection.
const LIMIT: Duration = Duration::from_secs(30);

/// What came of one key at one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Checked {
    /// Whose.
    pub profile: String,
    /// At which host, with the port where it is not the usual one.
    pub host: String,
    /// The key's file.
    pub key: String,
    /// What came of it.
    pub outcome: Outcome,
    /// The account that the host named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// In words: what the host said, or what stood in the way.
    pub why: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// What came of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The host let it in.
    Opens,
    /// The host knows it as a key of one repository.
    DeployKey,
    /// The host let it in as another account than the profile's.
    OtherAccount,
    /// The host does not know it.
    Refused,
    /// It did not come to that.
    NotTried,
}

/// Tries every key of a profile, or of all, side by side, each with one login.
///
/// # Errors
/// The profiles cannot be read.
pub fn check(
    sys: &Sys,
    profile: Option<&ProfileName>,
    jobs: usize,
) -> Result<Vec<Checked>, profiles::ProfilesError> {
    let profiles = match profile {
        Some(name) => vec![profiles::one(sys, name)?],
        None => profiles::all_good(sys)?,
    };
    let keys: Vec<(&Profile, &Host, &String)> = profiles
        .iter()
        .flat_map(|profile| profile.hosts.iter().map(move |host| (profile, host)))
        .filter(|(_, host)| host.transport.ssh())
        .filter_map(|(profile, host)| Some((profile, host, host.ssh_key.as_ref()?)))
        .collect();
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, keys.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((profile, host, key)) = keys.get(index) else { return };
                    let one = try_key(sys, profile, host, key);
                    found.lock().unwrap_or_else(PoisonError::into_inner).push((index, one));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(index, _)| *index);
    Ok(found.into_iter().map(|(_, one)| one).collect())
}

fn try_key(sys: &Sys, profile: &Profile, host: &Host, key: &str) -> Checked {
    let home = sys.places().home().map(Path::to_path_buf).unwrap_or_default();
    let path = key_path(&home, key);
    let name = &profile.name;
    let place =
        if host.ssh_port == 22 { host.name.to_string() } else { format!("{}:{}", host.name, host.ssh_port) };
    let one = Checked {
        profile: name.to_string(),
        host: place,
        key: sys.shown(&path),
        outcome: Outcome::NotTried,
        account: None,
        why: String::new(),
        fix: None,
    };
    let not_tried = |why: &str, fix: String| Checked { why: why.into(), fix: Some(fix), ..one.clone() };
    let bytes = match sys.read(&path) {
        Ok(Some(bytes)) => Secret::take(bytes),
        Ok(None) => return not_tried("the key is not there", format!("doorkey ssh new {name}")),
        Err(error) => return not_tried(&error.to_string(), "doorkey doctor".into()),
    };
    let locked = ssh_key::read(bytes.expose()).encrypted;
    let known_hosts = match known_hosts(sys, profile, host) {
        Ok(files) => files,
        Err(()) => {
            return not_tried("its pinned host keys are not in force yet", format!("doorkey use {name}"));
        }
    };
    let (port, options) = match way(sys, &home, profile, host) {
        Ok(way) => way,
        Err(why) => {
            return not_tried(
                &why,
                format!("look at it yourself: ssh -v -T {}@{}", host.ssh_user, host.name),
            );
        }
    };
    let ask = Ask::SshGreeting {
        key: path,
        known_hosts,
        pinned: !host.known_hosts.is_empty(),
        options,
        port,
        user: host.ssh_user.clone(),
        host: host.name.to_string(),
    };
    let with = With { unset: vec!["SSH_ASKPASS", "DISPLAY"], ..With::default() };
    let ran = match sys.ask(&ask, with, LIMIT) {
        Ok(ran) => ran,
        Err(error) => return not_tried(&error.to_string(), "doorkey verify".into()),
    };
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    let log = SshLog::read(&err);
    let said: Vec<&str> =
        out.lines().chain(err.lines()).map(str::trim).filter(|line| is_hosts(line)).collect();
    // ssh's own failures end with 255; a git host's greeting with 0 or 1.
    if ran.code != Some(255) {
        return greeted(one, expected(profile, host), &said.join("\n"));
    }
    let last = said.last().copied().unwrap_or_default();
    let key = &one.key;
    if !last.contains("Permission denied") {
        let fix = format!("doorkey verify {name}");
        return not_tried(if last.is_empty() { "ssh said nothing" } else { last }, fix);
    }
    if locked && log.taken.is_some() {
        return not_tried(
            "the host takes it, but it needs its passphrase here",
            format!("ssh-add {key}, then: doorkey ssh check {name}"),
        );
    }
    if locked && log.offered.is_empty() {
        return not_tried(
            "it needs its passphrase, and its public half is not beside it",
            format!("ssh-add {key}"),
        );
    }
    Checked {
        outcome: Outcome::Refused,
        why: last.into(),
        fix: Some(format!("add {key}.pub to the account of {name} at {}", host.name)),
        ..one
    }
}

/// Settings of the user's that say how a host is reached, and nothing of keys.
const CARRIED: &[&str] = &[
    "HostKeyAlias",
    "ProxyCommand",
    "IdentityAgent",
    "AddressFamily",
    "BindAddress",
    "BindInterface",
    "KexAlgorithms",
    "HostKeyAlgorithms",
    "PubkeyAcceptedAlgorithms",
    "Ciphers",
    "MACs",
];

/// The way to a host by the user's own configuration. That file itself is not read by ssh here: a key that it names for
/// every host, and an agent has, would be shown before the one that is tried.
fn way(sys: &Sys, home: &Path, profile: &Profile, host: &Host) -> Result<(Option<u16>, Vec<String>), String> {
    let asked = Asked { host: host.name.to_string(), user: Some(host.ssh_user.clone()), ..Asked::default() };
    let led = users_settings(sys, home, &asked).map_err(|error| error.to_string())?;
    let mut options = Vec::new();
    // The profile's own comes first, and the first counts; the launcher is there once it is in force.
    if let Some(state) = sys.places().state()
        && let Some(command) = ssh_proxy_command(state, profile, host).map_err(|error| error.to_string())?
    {
        options.push(format!("ProxyCommand={command}"));
    }
    if led.host() != host.name.as_str() {
        options.push(format!("HostName={}", led.host()));
    }
    for keyword in CARRIED {
        let value = led.value(&keyword.to_ascii_lowercase());
        options.extend(value.map(|value| format!("{keyword}={value}")));
    }
    if let Some(jump) = led.value("proxyjump").filter(|jump| !jump.eq_ignore_ascii_case("none")) {
        options.push(format!("ProxyCommand={}", through(jump)?));
    }
    let port = if host.ssh_port == 22 { led.port().filter(|port| *port != 22) } else { Some(host.ssh_port) };
    Ok((port, options))
}

/// What ssh itself makes of `ProxyJump`, with the user's configuration for the hosts on the way.
fn through(jump: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-@:[],".contains(c);
    if !jump.chars().all(fits) || jump.starts_with('-') {
        return Err(format!("ProxyJump {jump:?} is nothing that can be passed on"));
    }
    let (before, last) = jump.rsplit_once(',').map_or((None, jump), |(before, last)| (Some(before), last));
    let before = before.map_or(String::new(), |hosts| format!("-J {hosts} "));
    let (user, place) =
        last.rsplit_once('@').map_or((String::new(), last), |(user, place)| (format!("-l {user} "), place));
    let (place, port) = match place.rsplit_once(':') {
        Some((place, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !place.ends_with(':') => {
            (place, format!("-p {port} "))
        }
        _ => (place, String::new()),
    };
    let place = place.trim_matches(['[', ']']);
    Ok(format!("ssh {before}{user}{port}-W '[%h]:%p' -- {place}"))
}

/// Whether a line is none of ssh's log.
fn is_hosts(line: &str) -> bool {
    let own = [
        "debug1:",
        "debug2:",
        "debug3:",
        "OpenSSH_",
        "Authenticated to ",
        "Transferred: ",
        "Bytes per second: ",
    ];
    !line.is_empty() && !own.iter().any(|own| line.starts_with(own)) && !line.starts_with("Warning: ")
}

/// The account that a profile names at a host: its token's user, where that is no word for any account.
fn expected<'a>(profile: &Profile, host: &'a Host) -> Option<&'a str> {
    let kind = stored_token::provider_at(profile, &host.https_origin()).and_then(|name| facts::of(&name));
    let names_one =
        |user: &&str| !user.contains('@') && !kind.is_some_and(|kind| kind.takes_any_account(user));
    host.token_user.as_deref().filter(names_one)
}

fn greeted(one: Checked, expected: Option<&str>, said: &str) -> Checked {
    let first = said.lines().next().unwrap_or_default().to_owned();
    match ssh_greeting::read(said) {
        Greeting::DeployKey(of) => Checked {
            outcome: Outcome::DeployKey,
            why: format!("the host knows it as a key of one repository alone: {of}"),
            fix: Some(format!(
                "add {}.pub to an account, or keep it and make another: doorkey ssh new {}",
                one.key, one.profile
            )),
            ..one
        },
        Greeting::Account(account) => match expected {
            Some(expected) if !expected.eq_ignore_ascii_case(&account) => Checked {
                outcome: Outcome::OtherAccount,
                why: format!("it opens the account {account}, and the profile names {expected}"),
                fix: Some(format!(
                    "add the key to the account {expected}, or mend the profile: doorkey profile edit {}",
                    one.profile
                )),
                account: Some(account),
                ..one
            },
            _ => Checked { outcome: Outcome::Opens, account: Some(account), why: first, ..one },
        },
        Greeting::Unknown => Checked { outcome: Outcome::Opens, why: first, ..one },
    }
}

/// The files that doorkey's own block names for a profile, and the user's.
fn known_hosts(sys: &Sys, profile: &Profile, host: &Host) -> Result<String, ()> {
    let state = sys.places().state().ok_or(())?;
    let folder = state.join("current");
    let in_force = generation::current(sys).is_some();
    if !host.known_hosts.is_empty() {
        let pins = folder.join(format!("known_hosts.{}", profile.name));
        return if in_force && matches!(sys.look(&pins), Ok(Some(_))) {
            ssh_path(&pins).map_err(|_| ())
        } else {
            Err(())
        };
    }
    let mut files = vec![known_hosts_file(state, &profile.name)];
    if in_force {
        files.push(folder.join(format!("{}{}", trusted_hosts::PREFIX, profile.name)));
    }
    files.extend(sys.places().home().map(|home| home.join(".ssh/known_hosts")));
    let files: Vec<String> = files.iter().filter_map(|file| ssh_path(file).ok()).collect();
    Ok(files.join(" "))
}
