//! `~/.ssh` as a whole, its known_hosts, and the agent.

use super::{ssh_config, ssh_keys};
use crate::formats::known_hosts::{self, Marker, Names};
use crate::formats::lines;
use crate::model::facts::{
    Agent, FileFacts, HostKeyProblem, HostKeyTrouble, Own, Region, Spot, Ssh, Unreadable,
};
use crate::sys::Sys;
use crate::sys::fs::Kind;
use crate::sys::run::{Ask, With};
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

pub(super) fn look(sys: &Sys, own: &Own, troubles: &mut Vec<Unreadable>) -> Ssh {
    let mut ssh = Ssh::default();
    let Some(folder) = sys.places().ssh() else { return ssh };
    ssh.folder = self::folder(sys);
    ssh.passwd_home = other_home(sys);
    ssh.keys = ssh_keys::look(sys, &folder, own, troubles);
    ssh_config::look(sys, &folder, own, &mut ssh, troubles);
    known_hosts_of(sys, &folder.join("known_hosts"), &mut ssh, troubles);
    ssh
}

/// What ssh's configuration says, and the agent; no key is read.
pub(super) fn settings(sys: &Sys, own: &Own) -> Ssh {
    let mut ssh = Ssh { agent: agent(sys), ..Ssh::default() };
    if let Some(folder) = sys.places().ssh() {
        ssh_config::look(sys, &folder, own, &mut ssh, &mut Vec::new());
    }
    ssh
}

/// `~/.ssh`, when it is there.
pub(super) fn folder(sys: &Sys) -> Option<FileFacts> {
    file_facts(sys, &sys.places().ssh()?, Kind::Dir)
}

/// Mode and owner, through a link; `None` when nothing of that kind is there.
pub(super) fn file_facts(sys: &Sys, path: &Path, kind: Kind) -> Option<FileFacts> {
    let look = sys.look_through(path).ok().flatten().filter(|l| l.kind == kind)?;
    let is_link = matches!(sys.look(path), Ok(Some(l)) if l.kind == Kind::Link);
    let real = sys.real_path(path).filter(|_| is_link).unwrap_or_else(|| path.into());
    Some(FileFacts { path: path.into(), real, mode: look.mode, ours: look.uid == sys.uid() })
}

fn other_home(sys: &Sys) -> Option<String> {
    let (home, passwd) = (sys.places().home()?, sys.places().passwd_home()?);
    let same = home == passwd || sys.real_path(home) == sys.real_path(passwd);
    (!same).then(|| passwd.display().to_string())
}

/// Asks the agent, when there is one: it may be a forwarded one that is slow, so not for long.
pub(super) fn agent(sys: &Sys) -> Agent {
    if sys.env("SSH_AUTH_SOCK").is_none() {
        return Agent::default();
    }
    let mut agent = Agent { named: true, ..Agent::default() };
    let Ok(ran) = sys.ask(&Ask::AgentKeys, With::default(), Duration::from_secs(2)) else { return agent };
    // ssh-add(1): 0 = keys, 1 = none, 2 = no agent.
    agent.answers = matches!(ran.code, Some(0 | 1));
    if ran.ok() {
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        agent.keys = text.lines().filter_map(|l| l.split_whitespace().nth(1)).map(str::to_owned).collect();
    }
    agent
}

fn known_hosts_of(sys: &Sys, path: &Path, ssh: &mut Ssh, troubles: &mut Vec<Unreadable>) {
    let Some(bytes) = super::read(sys, path, troubles) else { return };
    let found = known_hosts::parse(&bytes);
    ssh.known_hosts = found.entries.len();
    let whole_lines: HashMap<usize, Region> = lines::lines(&bytes)
        .map(|line| {
            let end = line.span.end + line.eol.bytes().len();
            let text = bytes.get(line.span.start..end).unwrap_or_default().to_vec();
            (line.number, Region { offset: line.span.start, text: text.into() })
        })
        .collect();
    let mut problem = |line: usize, host: Option<String>, trouble: HostKeyTrouble| {
        let spot = Spot { path: path.into(), line };
        let region = whole_lines.get(&line).cloned();
        ssh.host_keys.push(HostKeyProblem { spot, host, trouble, region });
    };
    for fault in &found.faults {
        problem(fault.line, None, HostKeyTrouble::Bad { problem: fault.fault.to_string() });
    }
    let plain = |names: &Names| match names {
        Names::Plain(list) => Some(list.clone()),
        Names::Hashed { .. } => None,
    };
    // A host with a key of its own kind twice, by the names as they are written.
    let mut seen: HashMap<(String, &str), (usize, &[u8])> = HashMap::new();
    let mut whole: HashMap<(String, &[u8]), usize> = HashMap::new();
    for entry in found.entries.iter().filter(|e| e.marker.is_none()) {
        let Some(names) = plain(&entry.names) else { continue };
        let repeated = whole.get(&(names.to_ascii_lowercase(), entry.key.as_slice())).copied();
        if let Some(first) = repeated {
            problem(entry.line, Some(names), HostKeyTrouble::Repeated { first });
            continue;
        }
        whole.insert((names.to_ascii_lowercase(), &entry.key), entry.line);
        let mut contradicts = None;
        for name in names.split(',').filter(|n| !n.starts_with('!') && !n.contains(['*', '?'])) {
            let key = (name.to_ascii_lowercase(), entry.key_type.as_str());
            match seen.get(&key) {
                Some((first, other)) if *other != entry.key.as_slice() => {
                    contradicts = Some((*first, name.to_owned()));
                }
                Some(_) => {}
                None => {
                    seen.insert(key, (entry.line, &entry.key));
                }
            }
        }
        if let Some((first, name)) = contradicts {
            problem(entry.line, Some(name), HostKeyTrouble::Contradicts { first });
        }
    }
    for revoked in found.entries.iter().filter(|e| e.marker == Some(Marker::Revoked)) {
        let accepted = found.entries.iter().find(|e| e.marker.is_none() && e.key == revoked.key);
        if let Some(accepted) = accepted {
            problem(
                accepted.line,
                plain(&accepted.names),
                HostKeyTrouble::Revoked { accepted: revoked.line },
            );
        }
    }
}
