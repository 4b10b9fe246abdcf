//! How a profile reaches a host: with the roots and the proxy that git would use for the profile's repositories there,
//! whether doorkey's settings are in force or not.

use super::own_git::OwnGit;
use crate::engine::in_force::{ca_path, check_root};
use crate::formats::pem;
use crate::formats::proxy::dialect::Decision;
use crate::model::profile::Profile;
use crate::model::route::Origin;
use crate::probes::https::Way;
use crate::probes::proxy_choice::{Configured, proxy_decision};
use crate::sys::Sys;
use crate::trust::git as git_trust;
use rustls_pki_types::CertificateDer;

/// The roots and the proxy's setting of a profile at a host.
#[derive(Debug)]
pub(super) struct Reach<'a> {
    profile: Option<&'a Profile>,
    roots: Vec<CertificateDer<'static>>,
    /// `http.proxy` of the user's own git.
    gits_proxy: Option<String>,
}

impl<'a> Reach<'a> {
    /// `url` is one of the profile's repositories at the host: git's settings may differ by owner.
    ///
    /// The host's API may have another name than the host; the same roots count for it. Verification is never off here,
    /// whatever git's settings say: what travels is a token.
    /// Without a profile the user's own settings count alone.
    pub(super) fn of(sys: &Sys, git: &OwnGit, profile: Option<&'a Profile>, url: &str) -> Self {
        let settings = git.http_settings(sys, url);
        let config = |_: &str, key: &str| settings.get(&key.to_ascii_lowercase()).cloned();
        let mut roots: Vec<CertificateDer<'static>> = Vec::new();
        for file in profile.iter().flat_map(|profile| &profile.trust.ca) {
            // Out of force, git does not know them yet. A file that cannot be used has a finding of its own.
            let bytes = ca_path(sys, file).ok().and_then(|path| sys.read(&path).ok().flatten());
            let Some(bytes) = bytes.filter(|b| check_root(b, sys.now()).is_ok()) else { continue };
            roots.extend(pem::read(&bytes).certs().cloned());
        }
        roots.extend(git_trust::look(sys, config, url).roots);
        Self { profile, roots, gits_proxy: settings.get("http.proxy").cloned() }
    }

    /// The proxy to an origin, if there is one.
    pub(super) fn proxy(&self, sys: &Sys, origin: &Origin) -> Decision {
        let own = self.profile.and_then(|profile| {
            let value = profile.proxy.for_origin(origin)?;
            Some((format!("[proxy] of profile {}", profile.name), value))
        });
        let setting = own.or_else(|| self.gits_proxy.clone().map(|value| ("http.proxy".into(), value)));
        let configured = setting.as_ref().map(|(key, value)| Configured { key, value });
        // "Set and empty" means something else than "not set", so the values come raw.
        proxy_decision(configured, |name: &str| sys.env_raw(name), &origin.to_string())
    }

    /// The way through a proxy.
    pub(super) fn way<'w>(&'w self, proxy: &'w Decision) -> Way<'w> {
        Way { roots: &self.roots, proxy, profile: self.profile.map(|p| p.name.as_str()) }
    }
}
