//! The lab as tests see it: one host over HTTPS and SSH, started when the first test asks.

use super::https::{self, HttpsSeen};
use super::identity::Identity;
use super::namespace::ROOT;
use super::proxy_tunnel::{self, ConnectSeen};
use super::ssh::{self, Offered, SshSeen};
use super::{etc, log, names, pki, proxy_intercepting, repositories};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The running servers. They end with the namespaces.
#[derive(Debug)]
pub(crate) struct Lab {
    known_hosts: String,
}

/// A point in time of the servers' logs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    https: usize,
    ssh: usize,
    offered: usize,
    connects: usize,
}

impl Lab {
    /// The lab; started by the first call. A lab that cannot start fails every test that asks, with the same words.
    pub(crate) fn get() -> &'static Self {
        static LAB: OnceLock<Result<Lab, String>> = OnceLock::new();
        let lab = LAB.get_or_init(|| {
            std::panic::catch_unwind(Self::start).map_err(|payload| super::panic_text(payload.as_ref()))
        });
        lab.as_ref().unwrap_or_else(|error| panic!("the lab did not start: {error}"))
    }

    fn start() -> Self {
        etc::add_user("git", etc::GIT_UID, Path::new(ROOT));
        names::start();
        pki::make();
        etc::trust_system_wide(
            "lab-public-root",
            &std::fs::read_to_string(pki::folder().join("public-root.crt")).expect("made"),
        );
        repositories::make();
        https::start();
        Self { known_hosts: ssh::start() }
    }

    /// The doorkey program under test.
    pub(crate) fn doorkey() -> PathBuf {
        Path::new(ROOT).join("bin/doorkey")
    }

    /// The account of an owner: user name and token.
    pub(crate) fn identity(&self, owner: &str) -> Identity {
        Identity::of(owner)
    }

    /// The token of an owner.
    pub(crate) fn token(&self, owner: &str) -> &'static str {
        Identity::of(owner).token
    }

    /// The private SSH key of an owner (root's copy; see `Home::install_key`); the public half ends in `.pub`.
    pub(crate) fn key(&self, owner: &str) -> PathBuf {
        ssh::key(owner)
    }

    /// The private root that signed the hosts' chains; not in the system's trust store.
    pub(crate) fn root_ca(&self) -> PathBuf {
        pki::folder().join("root.crt")
    }

    /// The intermediate below the root.
    pub(crate) fn intermediate_ca(&self) -> PathBuf {
        pki::folder().join("intermediate.crt")
    }

    /// Lines for known_hosts: every SSH host, port and key of the lab.
    pub(crate) fn known_hosts(&self) -> &str {
        &self.known_hosts
    }

    /// Now, in the servers' logs.
    pub(crate) fn mark(&self) -> Mark {
        https::settle();
        Mark {
            https: log::length(https::LOG),
            ssh: log::length(ssh::LOG),
            offered: log::length(ssh::OFFERED_LOG),
            connects: proxy_tunnel::count(),
        }
    }

    /// What the HTTPS host saw since the mark, from everybody, oldest first.
    pub(crate) fn seen_https(&self, since: &Mark) -> Vec<HttpsSeen> {
        https::settle();
        https::seen(since.https)
    }

    /// What the SSH host was asked since the mark, by everybody, oldest first.
    pub(crate) fn seen_ssh(&self, since: &Mark) -> Vec<SshSeen> {
        ssh::seen(since.ssh)
    }

    /// Which keys were offered to the sshd on port 2200 since the mark, by everybody, oldest first.
    pub(crate) fn offered_keys(&self, since: &Mark) -> Vec<Offered> {
        ssh::offered(since.offered)
    }

    /// What the tunnelling proxy was asked since the mark, by everybody, oldest first.
    pub(crate) fn seen_connects(&self, since: &Mark) -> Vec<ConnectSeen> {
        proxy_tunnel::seen(since.connects)
    }

    /// Starts the proxy that opens TLS and returns its address. The HTTPS host sees its requests come from 127.0.0.1.
    pub(crate) fn intercepting_proxy(&self) -> &'static str {
        proxy_intercepting::start();
        proxy_intercepting::URL
    }

    /// The root that signs what the intercepting proxy shows.
    pub(crate) fn proxy_ca(&self) -> PathBuf {
        pki::folder().join("proxy-ca.crt")
    }

    /// Starts the proxy that tunnels after Basic authentication and returns its address without the account.
    pub(crate) fn tunnel_proxy(&self) -> &'static str {
        proxy_tunnel::start();
        proxy_tunnel::URL
    }

    /// `user:password` for the tunnelling proxy.
    pub(crate) fn proxy_account(&self) -> &'static str {
        proxy_tunnel::ACCOUNT
    }

    /// Every different git on the lab's search path: the error texts differ between versions.
    pub(crate) fn gits(&self) -> Vec<PathBuf> {
        let mut gits: Vec<PathBuf> = etc::find_all("git");
        gits.dedup_by_key(|git| git.canonicalize().ok());
        gits
    }
}
