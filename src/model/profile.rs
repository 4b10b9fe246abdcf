//! One tenant: identity, hosts with owners, trust, proxy, and the repositories that prove it.

use super::bridge::Bridge;
use super::name::{HostName, ProfileName};
use super::npm::NpmRegistry;
use super::plan::RecordId;
use super::provider;
use super::route::{Claim, Origin, OwnerPath, Scheme};
use crate::formats::percent;
use std::collections::BTreeSet;
use std::fmt;

/// A profile as its file says, checked.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name; the file is `NAME.toml`.
    pub name: ProfileName,
    /// For people.
    pub title: Option<String>,
    /// Folders in which its identity is in force, as written (`~/work/acme`).
    pub dirs: Vec<String>,
    /// Who signs.
    pub identity: Identity,
    /// Where it has accounts.
    pub hosts: Vec<Host>,
    /// Repositories elsewhere that it speaks for, one route each (`doorkey route add`).
    pub routes: Vec<RepoRoute>,
    /// Package registries that it speaks for.
    pub registries: Vec<Registry>,
    /// npm's registries.
    pub npm: Vec<NpmRegistry>,
    /// Which roots it trusts.
    pub trust: Trust,
    /// How it gets out.
    pub proxy: Proxy,
    /// Repositories that prove it.
    pub verify: Vec<Verify>,
    /// Settings that weaken rules, for programs that need it. All off by default.
    pub compat: Compat,
}

/// The name and address in commits.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// `user.name`.
    pub name: Option<String>,
    /// `user.email`.
    pub email: Option<String>,
    /// `ssh`, `gpg KEYID` or `none`.
    pub signing_key: Option<String>,
}

/// How repositories of a host are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// HTTPS with a token.
    Https,
    /// SSH with a key.
    Ssh,
    /// Both.
    #[default]
    Both,
}

impl Transport {
    /// Whether HTTPS is managed.
    #[must_use]
    pub fn https(self) -> bool {
        self != Self::Ssh
    }

    /// Whether SSH is managed.
    #[must_use]
    pub fn ssh(self) -> bool {
        self != Self::Https
    }

    /// As in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Ssh => "ssh",
            Self::Both => "both",
        }
    }
}

/// One git server of a profile.
#[derive(Debug, Clone)]
pub struct Host {
    /// Its name.
    pub name: HostName,
    /// The HTTPS port.
    pub port: u16,
    /// Its kind, where the name does not say.
    pub provider: Option<String>,
    /// The owners this profile speaks for; empty = the whole host.
    pub owners: Vec<OwnerPath>,
    /// How it is reached.
    pub transport: Transport,
    /// Plain `http://` is allowed for exactly this port (SECURITY rule 4).
    pub plain_http_port: Option<u16>,
    /// The user name that goes with the token.
    pub token_user: Option<String>,
    /// The scopes that a token is to have; empty = it is not said.
    pub token_scopes: Vec<String>,
    /// Who is asked for the token instead of the store; then the user is named too.
    pub token_from: Option<Bridge>,
    /// Longest life of a token, in days.
    pub token_max_age_days: Option<u32>,
    /// The SSH port.
    pub ssh_port: u16,
    /// The SSH user, `git` nearly everywhere.
    pub ssh_user: String,
    /// The private key's file, as written: a name below `~/.ssh`, or a path.
    pub ssh_key: Option<String>,
    /// Pinned host keys: `ssh-ed25519 AAAA...`.
    pub known_hosts: Vec<String>,
}

impl Host {
    /// The origin over HTTPS.
    #[must_use]
    pub fn https_origin(&self) -> Origin {
        Origin { scheme: Scheme::Https, host: self.name.clone(), port: self.port }
    }

    /// The origin over SSH.
    #[must_use]
    pub fn ssh_origin(&self) -> Origin {
        Origin { scheme: Scheme::Ssh, host: self.name.clone(), port: self.ssh_port }
    }

    /// Whether owner names fold case there.
    #[must_use]
    pub fn folds_case(&self) -> bool {
        provider::folds_case(self.name.as_str(), self.provider.as_deref())
    }

    /// The origins that this profile manages there.
    #[must_use]
    pub fn origins(&self) -> Vec<Origin> {
        let mut found = Vec::new();
        if self.transport.https() {
            found.push(self.https_origin());
            if let Some(port) = self.plain_http_port {
                found.push(Origin { scheme: Scheme::Http, host: self.name.clone(), port });
            }
        }
        if self.transport.ssh() {
            found.push(self.ssh_origin());
        }
        found
    }
}

/// One repository (or owner) that a profile speaks for beside its hosts' owners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoRoute {
    /// On which origin.
    pub origin: Origin,
    /// For which path.
    pub path: OwnerPath,
}

/// The URL, without a user, as `repo_route` reads it back.
impl fmt::Display for RepoRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.origin, percent::encode_path(self.path.as_str()))
    }
}

/// Whose programs ask a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistryKind {
    /// docker, podman, skopeo and others that ask docker's credential helpers.
    Docker,
    /// cargo.
    Cargo,
}

impl RegistryKind {
    /// As in the profile's file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Cargo => "cargo",
        }
    }

    /// Reads what [`RegistryKind::as_str`] gives.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Docker, Self::Cargo].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A package registry that a profile speaks for as a whole: all that those programs ask for there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// Whose programs.
    pub kind: RegistryKind,
    /// Where it is, always over https.
    pub origin: Origin,
}

/// Which roots a profile trusts beside the public ones.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// PEM files, as written: a name beside the profile, or a path.
    pub ca: Vec<String>,
}

/// How a profile gets out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxy {
    /// For HTTPS and HTTP.
    pub url: Option<String>,
    /// Hosts that are reached directly.
    pub no_proxy: Vec<String>,
    /// Whether ssh goes through it, too: an HTTP proxy that opens tunnels to the port of ssh.
    pub for_ssh: bool,
}

impl Proxy {
    /// The proxy for an origin; empty where it is reached directly, `None` where the profile says nothing.
    #[must_use]
    pub fn for_origin(&self, origin: &Origin) -> Option<String> {
        let url = self.url.as_ref()?;
        let direct = self.no_proxy.iter().any(|entry| bypasses(entry, origin));
        Some(if direct { String::new() } else { url.clone() })
    }

    /// The proxy for ssh to an origin.
    #[must_use]
    pub fn for_ssh_to(&self, origin: &Origin) -> Option<String> {
        self.for_origin(origin).filter(|url| self.for_ssh && !url.is_empty())
    }
}

/// Whether a `no-proxy` entry covers the origin's host, as curl reads NO_PROXY: the name itself or a name below it.
fn bypasses(entry: &str, origin: &Origin) -> bool {
    let (name, port) = match entry.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') => (name, port.parse::<u16>().ok()),
        _ => (entry, None),
    };
    let name = name.trim_start_matches('.').to_ascii_lowercase();
    let host = origin.host.as_str();
    let fits =
        name == "*" || host == name || host.strip_suffix(&name).is_some_and(|head| head.ends_with('.'));
    fits && port.is_none_or(|p| p == origin.port)
}

/// One repository that proves a profile.
#[derive(Debug, Clone)]
pub struct Verify {
    /// The URL that the user's git is asked for.
    pub repo: String,
    /// `read` or `write`, as written.
    pub access: String,
}

/// Settings that weaken rules. `doctor` reports each that is on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compat {
    /// Keep credentials for origins that no profile claims.
    pub store_unknown_origins: bool,
    /// Drop a credential when git says it was refused, instead of marking it as suspect.
    pub forget_on_erase: bool,
}

impl Profile {
    /// The npm registry that a record is for.
    #[must_use]
    pub fn npm_for(&self, id: &RecordId) -> Option<&NpmRegistry> {
        self.npm.iter().find(|registry| registry.takes(id))
    }

    /// Everything it claims: per managed origin one claim an owner, or one for the whole host; and its single routes.
    #[must_use]
    pub fn claims(&self) -> Vec<Claim> {
        let mut found = Vec::new();
        for host in &self.hosts {
            let whole = [OwnerPath::whole_host()];
            let owners: &[OwnerPath] = if host.owners.is_empty() { &whole } else { &host.owners };
            for origin in host.origins() {
                for owner in owners {
                    found.push(Claim {
                        profile: self.name.clone(),
                        origin: origin.clone(),
                        owner: owner.clone(),
                        fold_case: host.folds_case(),
                        user: host.token_user.clone().filter(|_| origin.scheme != Scheme::Ssh),
                    });
                }
            }
        }
        for route in &self.routes {
            let host = self.hosts.iter().find(|h| h.name == route.origin.host);
            found.push(Claim {
                profile: self.name.clone(),
                origin: route.origin.clone(),
                owner: route.path.clone(),
                fold_case: provider::folds_case(
                    route.origin.host.as_str(),
                    host.and_then(|h| h.provider.as_deref()),
                ),
                user: host.and_then(|h| h.token_user.clone()).filter(|_| route.origin.scheme != Scheme::Ssh),
            });
        }
        found
    }

    /// Its claims on the registries of one kind, which are no claims on git's repositories there.
    #[must_use]
    pub fn registry_claims(&self, kind: RegistryKind) -> Vec<Claim> {
        let mine = self.registries.iter().filter(|registry| registry.kind == kind);
        let claim = |origin: &Origin| Claim {
            profile: self.name.clone(),
            origin: origin.clone(),
            owner: OwnerPath::whole_host(),
            fold_case: false,
            user: None,
        };
        mine.map(|registry| claim(&registry.origin)).collect()
    }

    /// What it asks of git's HTTP for an origin: CA files and a proxy.
    #[must_use]
    pub fn http_wish(&self, origin: &Origin) -> (&[String], Option<String>) {
        (&self.trust.ca, self.proxy.for_origin(origin))
    }

    /// Whether it asks for anything.
    #[must_use]
    pub fn asks_for_http(&self, origin: &Origin) -> bool {
        self.http_wish(origin) != (&[], None)
    }

    /// The host entry for an origin.
    #[must_use]
    pub fn host_for(&self, origin: &Origin) -> Option<&Host> {
        self.hosts.iter().find(|h| h.origins().contains(origin))
    }
}

/// Everything that some profiles claim. Whether owner names fold case is a matter of the host, so one profile that
/// knows its kind of host says it for all.
#[must_use]
pub fn claims_of(profiles: &[Profile]) -> Vec<Claim> {
    let mut claims: Vec<Claim> = profiles.iter().flat_map(Profile::claims).collect();
    let folding: BTreeSet<_> = claims.iter().filter(|c| c.fold_case).map(|c| c.origin.host.clone()).collect();
    for claim in &mut claims {
        claim.fold_case = folding.contains(&claim.origin.host);
    }
    claims
}
