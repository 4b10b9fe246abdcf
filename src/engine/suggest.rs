//! Proposes profiles from what is there: one for each host and owner that repositories, keys or helpers speak of.

use crate::formats::shell;
use crate::model::facts::{Facts, Keeper, Remote, SshSetting};
use crate::model::name::{HostName, ProfileName};
use crate::model::provider;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A profile that could be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Suggestion {
    /// Its name.
    pub name: String,
    /// The git server, with the HTTPS port where that is not 443.
    pub host: String,
    /// The owner; `None` = the whole host.
    pub owner: Option<String>,
    /// `https`, `ssh` or `both`.
    pub transport: &'static str,
    /// The SSH port where that is not 22.
    pub ssh_port: Option<u16>,
    /// The user name for the token, where one is known.
    pub user: Option<String>,
    /// The key that ssh_config names for the host.
    pub ssh_key: Option<String>,
    /// `user.email`, for the commits.
    pub email: Option<String>,
    /// What it was seen in.
    pub seen: Vec<String>,
    /// The command that makes it.
    pub command: String,
}

#[derive(Default)]
struct Seen {
    https_port: Option<u16>,
    https: bool,
    ssh: bool,
    ssh_port: Option<u16>,
    user: Option<String>,
    key: Option<String>,
    places: BTreeSet<String>,
    repositories: usize,
}

/// A host in ssh_config that stands for another: `Host work` with `HostName git.acme.example`.
struct Alias {
    name: String,
    host: String,
    key: Option<String>,
    port: Option<u16>,
}

/// The proposals, those with the most repositories first. Routes that a profile claims already are left out.
#[must_use]
pub fn profiles(facts: &Facts) -> Vec<Suggestion> {
    let aliases = aliases(facts);
    let mut seen: BTreeMap<(String, Option<String>), Seen> = BTreeMap::new();
    for repository in &facts.tokens.repositories {
        let mut once = BTreeSet::new();
        for remote in &repository.remotes {
            let Some((host, alias)) = host_of(remote, &aliases) else { continue };
            let Some(owner) = remote.owner.clone() else { continue };
            let entry = seen.entry((host.clone(), Some(owner.clone()))).or_default();
            note(entry, remote, alias);
            if once.insert((host, owner)) {
                entry.repositories += 1;
                entry.places.insert(facts.shown(&repository.path));
            }
        }
    }
    // A host that only a stored password or a key speaks of: no owner is known there.
    for token in facts.tokens.plain.iter().filter(|t| t.keeper != Keeper::Npmrc) {
        let Some(host) = &token.host else { continue };
        let known = seen.iter_mut().filter(|((h, _), _)| h == host).map(|(_, entry)| entry);
        let mut known = known.peekable();
        if known.peek().is_none() {
            let entry = seen.entry((host.clone(), None)).or_default();
            entry.https = true;
            entry.https_port = token.port.filter(|p| *p != 443);
            entry.user.clone_from(&token.user);
            entry.places.insert(facts.shown(&token.spot.path));
        } else {
            // A password for the whole host may be anybody's there, but only over HTTPS.
            let mut over_https: Vec<&mut Seen> = known.filter(|entry| entry.https).collect();
            if let [only] = over_https.as_mut_slice() {
                only.user = only.user.take().or_else(|| token.user.clone());
            }
        }
    }
    for alias in aliases.iter().filter(|a| a.key.is_some() && is_git_host(&a.host)) {
        if !seen.keys().any(|(host, _)| *host == alias.host) {
            let entry = seen.entry((alias.host.clone(), None)).or_default();
            entry.ssh = true;
            entry.ssh_port = alias.port;
            entry.places.insert("~/.ssh/config".into());
        }
    }
    let mut found: Vec<(usize, Suggestion)> = Vec::new();
    let mut names = BTreeSet::new();
    for ((host, owner), entry) in seen {
        if HostName::new(&host).is_err() || claimed(facts, &host, owner.as_deref()) {
            continue;
        }
        let name = name_for(&host, owner.as_deref(), facts, &mut names);
        let key = entry.key.clone().or_else(|| {
            let named = aliases.iter().find(|a| a.name == host || (owner.is_none() && a.host == host));
            named.and_then(|a| a.key.clone()).or_else(|| default_key(facts).filter(|_| entry.ssh))
        });
        found.push((entry.repositories, suggestion(facts, name, host, owner, &entry, key)));
    }
    found.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.name.cmp(&y.name)));
    found.into_iter().map(|(_, suggestion)| suggestion).collect()
}

/// The key that ssh offers everywhere, where there is one and no other (ssh_config(5), IdentityFile).
fn default_key(facts: &Facts) -> Option<String> {
    const NAMES: &[&str] =
        &["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_xmss", "id_dsa"];
    let keys = facts.ssh.keys.iter().filter_map(|key| key.file.path.file_name()?.to_str());
    let found: Vec<&str> = keys.filter(|name| NAMES.contains(name)).collect();
    match found.as_slice() {
        [only] => Some((*only).to_owned()),
        _ => None,
    }
}

fn note(entry: &mut Seen, remote: &Remote, alias: Option<&Alias>) {
    match remote.scheme {
        "ssh" => {
            entry.ssh = true;
            let port = alias.and_then(|a| a.port).or(remote.port);
            // Two aliases of one host are two accounts: the one that the remote is written with counts.
            entry.key = entry.key.take().or_else(|| alias.and_then(|a| a.key.clone()));
            entry.ssh_port = entry.ssh_port.or(port.filter(|p| *p != 22));
        }
        _ => {
            entry.https = true;
            entry.https_port = entry.https_port.or(remote.port.filter(|p| *p != 443));
            let user =
                remote.user.clone().filter(|u| u != "git" && !u.contains("oauth") && !u.starts_with("x-"));
            entry.user = entry.user.take().or(user);
        }
    }
}

fn host_of<'a>(remote: &Remote, aliases: &'a [Alias]) -> Option<(String, Option<&'a Alias>)> {
    let host = remote.host.clone()?;
    if !matches!(remote.scheme, "https" | "ssh") {
        return None;
    }
    let alias = aliases.iter().find(|a| remote.scheme == "ssh" && a.name == host);
    Some((alias.map_or(host, |a| a.host.clone()), alias))
}

fn aliases(facts: &Facts) -> Vec<Alias> {
    let mut blocks: BTreeMap<String, Vec<&SshSetting>> = BTreeMap::new();
    for setting in &facts.ssh.settings {
        if let Some(block) = &setting.block {
            blocks.entry(block.clone()).or_default().push(setting);
        }
    }
    let mut found = Vec::new();
    for (block, settings) in blocks {
        let value = |keyword: &str| settings.iter().find(|s| s.keyword == keyword).map(|s| s.value.clone());
        let mut words = block.split_whitespace();
        if !words.next().is_some_and(|w| w.eq_ignore_ascii_case("host")) {
            continue;
        }
        for name in words.filter(|w| !w.contains(['*', '?', '!', '%'])) {
            found.push(Alias {
                name: name.to_ascii_lowercase(),
                host: value("hostname").unwrap_or_else(|| name.to_owned()).to_ascii_lowercase(),
                key: value("identityfile"),
                port: value("port").and_then(|p| p.parse().ok()).filter(|p| *p != 22),
            });
        }
    }
    found
}

/// Whether a host without a repository is worth a proposal: most hosts in ssh_config are no git servers.
fn is_git_host(host: &str) -> bool {
    provider::known(host).is_some() || host.split('.').any(|label| label.contains("git"))
}

fn claimed(facts: &Facts, host: &str, owner: Option<&str>) -> bool {
    let claims = facts.own.profiles.iter().flat_map(|p| p.claims());
    let mut on_host = claims.filter(|c| c.origin.host.as_str() == host).peekable();
    match owner {
        Some(owner) => on_host.any(|c| c.owner.covers(owner, c.fold_case)),
        None => on_host.peek().is_some(),
    }
}

/// The owner's name, else the host's first telling label; a number behind it when it is taken.
fn name_for(host: &str, owner: Option<&str>, facts: &Facts, names: &mut BTreeSet<String>) -> String {
    // `git.acme.example` is acme's, `gitlab.com` nobody's in particular.
    let labels: Vec<&str> = host.split('.').collect();
    let telling = labels.get(..labels.len().saturating_sub(1)).unwrap_or_default();
    let common = |label: &&&str| !matches!(**label, "www" | "git" | "ssh" | "gitlab" | "code");
    let label = telling.iter().find(common).or(telling.first()).copied().unwrap_or(host);
    let base: String = owner
        .unwrap_or(label)
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' })
        .collect();
    let base = base.trim_start_matches(['.', '_', '-', '~']).to_owned();
    let base = if ProfileName::new(&base).is_ok() { base } else { "profile".into() };
    let taken = |name: &str, names: &BTreeSet<String>| {
        names.contains(name) || facts.own.profiles.iter().any(|p| p.name.as_str() == name)
    };
    let mut name = base.clone();
    let mut number = 2;
    while taken(&name, names) {
        name = format!("{base}-{number}");
        number += 1;
    }
    names.insert(name.clone());
    name
}

fn suggestion(
    facts: &Facts,
    name: String,
    host: String,
    owner: Option<String>,
    seen: &Seen,
    key: Option<String>,
) -> Suggestion {
    let host = match seen.https_port {
        Some(port) => format!("{host}:{port}"),
        None => host,
    };
    let ssh_key = key.filter(|_| seen.ssh || seen.repositories == 0);
    // A host is taken over for SSH only with a key to offer there.
    let transport = match (seen.https, seen.ssh) {
        (true, true) => "both",
        (false, true) => "ssh",
        _ => "https",
    };
    let email = facts.git.identity.1.clone();
    let mut words = vec!["doorkey profile add".to_owned(), name.clone(), "--host".into(), host.clone()];
    let mut flag = |flag: &str, value: Option<&str>| {
        if let Some(value) = value {
            words.push(flag.to_owned());
            words.push(shell::argument(value));
        }
    };
    flag("--owner", owner.as_deref());
    flag("--transport", Some(transport));
    flag("--ssh-port", seen.ssh_port.map(|p| p.to_string()).as_deref());
    flag("--ssh-key", ssh_key.as_deref());
    flag("--user", seen.user.as_deref());
    flag("--email", email.as_deref());
    Suggestion {
        command: words.join(" "),
        name,
        host,
        owner,
        transport,
        ssh_port: seen.ssh_port,
        user: seen.user.clone(),
        ssh_key,
        email,
        seen: seen.places.iter().cloned().collect(),
    }
}
