//! The road that git takes to a repository: the URL after its rewrites, and the proxy.

use crate::engine::verify::{OwnGit, Target};
use crate::formats::proxy::dialect::Decision;
use crate::model::profile_file::repo_route;
use crate::model::route::{Origin, Scheme};
use crate::probes::proxy_choice::{Configured, proxy_decision};
use crate::sys::Sys;
use crate::sys::run::RunError;

/// As git's configuration has it.
#[derive(Debug)]
pub(super) struct Road {
    /// The URL that git uses.
    pub(super) url: String,
    /// Its origin.
    pub(super) origin: Origin,
    /// Through which proxy; none for ssh.
    decision: Option<Decision>,
}

impl Road {
    /// `None` where the URL cannot be read; the ladder says so.
    pub(super) fn look(sys: &Sys, target: &Target) -> Result<Option<Self>, RunError> {
        let git = OwnGit::look(sys)?;
        let url = git.real_url(sys, &target.repo);
        let Ok(origin) = repo_route(&url).map(|route| route.origin) else { return Ok(None) };
        let decision = (origin.scheme != Scheme::Ssh).then(|| {
            let settings = git.http_settings(sys, &url);
            let configured = settings.get("http.proxy").map(|value| Configured { key: "http.proxy", value });
            proxy_decision(configured, |name: &str| sys.env_raw(name), &url)
        });
        Ok(Some(Self { url, origin, decision }))
    }

    /// The first machine that git connects to: the proxy, or the host itself.
    pub(super) fn stop(&self) -> (String, u16) {
        match self.decision.as_ref().and_then(Decision::proxy) {
            Some(proxy) => (proxy.host.clone(), proxy.port),
            None => (self.origin.host.to_string(), self.origin.port),
        }
    }

    /// Whether a proxy stands between.
    pub(super) fn has_proxy(&self) -> bool {
        self.decision.as_ref().and_then(Decision::proxy).is_some()
    }
}
