//! Which proxy git uses for a URL, if any (git-config(1) http.proxy; git's http.c; curl(1) ENVIRONMENT).

use crate::formats::proxy::dialect::{self, Decision, Goes, Named, Own};
use crate::formats::proxy::no_proxy::Target;
use crate::model::ladder::{Layer, Rung};
use std::fmt;

/// A proxy setting from git's configuration, already chosen for the URL by the caller.
#[derive(Clone, Copy)]
pub struct Configured<'a> {
    /// `http.proxy` or `http.<url>.proxy`, as it is written there. For messages.
    pub key: &'a str,
    /// Its value; empty means "no proxy". May hold a password.
    pub value: &'a str,
}

impl fmt::Debug for Configured<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configured").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Decides as git does. `env` answers with the raw value, so that "set and empty" can be told from "not set".
///
/// git's own setting wins over the environment; of the environment lower case wins over upper case, even when it is
/// set and empty; `http_proxy` exists in lower case only. `NO_PROXY` wins over all of them, `http.proxy` included.
pub fn proxy_decision(
    configured: Option<Configured<'_>>,
    env: impl Fn(&str) -> Option<String>,
    url: &str,
) -> Decision {
    let Some(target) = Target::of(url) else {
        return Decision::direct("only http:// and https:// URLs use an HTTP proxy");
    };
    let named = |one: Configured<'_>| Named { name: one.key.into(), value: one.value.into() };
    dialect::GIT.decide(&target, &Own { proxy: configured.map(named), list: None }, &env)
}

/// The rung to show when no proxy is to be climbed: not tried, or broken by an unreadable setting
/// (`proxy-unreadable`). `None` when there is a proxy.
#[must_use]
pub fn rung(decision: &Decision) -> Option<Rung> {
    match &decision.goes {
        Goes::Through(_) => None,
        Goes::Direct => Some(Rung::not_tried(Layer::Proxy, format!("direct: {}", decision.because))),
        Goes::Stops => Some(Rung::broken(
            Layer::Proxy,
            "proxy-unreadable",
            &decision.because,
            "the proxy's setting is no URL",
            "write the proxy as http://HOST:PORT under [proxy] with `doorkey profile edit NAME`",
        )),
    }
}
