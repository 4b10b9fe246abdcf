//! The host keys that the user trusts already, for the hosts that a profile does not pin.
//!
//! A profile's blocks read files of its own only (SECURITY rule 9): what is accepted elsewhere for a host of the same
//! name must not hold for a tenant. So that nobody is asked anew, the lines that are there when a generation is made go
//! into it; ssh notes new ones in the profile's own file.

use super::ssh_match::Asked;
use super::ssh_settings::users_settings;
use crate::formats::{known_hosts, lines};
use crate::model::name::ProfileName;
use crate::model::profile::{Host, Profile};
use crate::sys::Sys;
use crate::sys::fs::FsError;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How the files are called in a generation, before the profile's name.
pub(super) const PREFIX: &str = "trusted_hosts.";

/// The lines of `~/.ssh/known_hosts` for each profile, in their order; empty where there are none.
///
/// # Errors
/// `known_hosts` cannot be read.
pub(super) fn of(sys: &Sys, profiles: &[Profile]) -> Result<BTreeMap<ProfileName, Vec<u8>>, FsError> {
    let mut found = BTreeMap::new();
    let Some(home) = sys.places().home() else { return Ok(found) };
    let Some(bytes) = sys.read(&home.join(".ssh/known_hosts"))? else { return Ok(found) };
    let known = known_hosts::parse(&bytes);
    for profile in profiles {
        let mut wanted = BTreeSet::new();
        for host in profile.hosts.iter().filter(|h| h.ssh_key.is_some() && h.known_hosts.is_empty()) {
            for (name, port) in names(sys, home, host) {
                wanted.extend(known.lookup(&name, port).map(|entry| (entry.span.start, entry.span.end)));
            }
        }
        let mut text = Vec::new();
        for (start, end) in wanted {
            text.extend_from_slice(lines::slice(&bytes, &(start..end)));
            text.push(b'\n');
        }
        if !text.is_empty() {
            found.insert(profile.name.clone(), text);
        }
    }
    Ok(found)
}

/// The names under which ssh looks for the host's key: its own, and those that the user's configuration leads to
/// (`HostName ssh.github.com`, `Port 443`, `HostKeyAlias`). Without the port's number ssh looks too.
fn names(sys: &Sys, home: &Path, host: &Host) -> BTreeSet<(String, u16)> {
    let name = host.name.to_string();
    let asked = Asked { host: name.clone(), user: Some(host.ssh_user.clone()), ..Asked::default() };
    let mut names = vec![name];
    let mut ports = vec![host.ssh_port, 22];
    // What cannot be read is reported by doctor; the host's own name is certain.
    if let Ok(led) = users_settings(sys, home, &asked) {
        names.push(led.host().to_owned());
        names.extend(led.value("hostkeyalias").map(str::to_owned));
        ports.extend(led.port());
    }
    names
        .into_iter()
        .flat_map(|name| ports.iter().map(move |port| (name.clone(), *port)).collect::<Vec<_>>())
        .collect()
}
