//! The road that git takes to a repository: the URL after its rewrites, and the proxy.

use crate::engine::verify::{OwnGit, Target, first_stop, proxy_for};
use crate::model::profile_file::repo_route;
use crate::model::route::{Origin, Scheme};
use crate::sys::Sys;
use crate::sys::run::RunError;

/// As git's configuration has it.
#[derive(Debug)]
pub(super) struct Road {
    /// The URL that git uses.
    pub(super) url: String,
    /// Its origin.
    pub(super) origin: Origin,
    /// Host and port of the first machine on it: the proxy, or the host itself. ssh's own settings may lead elsewhere.
    pub(super) stop: (String, u16),
    /// Whether a proxy stands between.
    pub(super) has_proxy: bool,
}

impl Road {
    /// `None` where the URL cannot be read; the ladder says so.
    pub(super) fn look(sys: &Sys, target: &Target) -> Result<Option<Self>, RunError> {
        let git = OwnGit::look(sys)?;
        let url = git.real_url(sys, &target.repo);
        let Ok(origin) = repo_route(&url).map(|route| route.origin) else { return Ok(None) };
        let (stop, has_proxy) = if origin.scheme == Scheme::Ssh {
            ((origin.host.to_string(), origin.port), false)
        } else {
            let decision = proxy_for(sys, &git.http_settings(sys, &url), &url);
            (first_stop(&decision, &origin), decision.proxy().is_some())
        };
        Ok(Some(Self { url, origin, stop, has_proxy }))
    }
}
