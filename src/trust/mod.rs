//! The places that keep roots: what is there, who reads it, and what is wrong with it. One file per place.
//!
//! They look and describe. Nothing here changes a store.

pub mod bundle;
pub mod env_vars;
pub mod environment;
pub mod forecast;
pub mod git;
pub mod root_stores;
pub mod settings;
pub mod system;
pub mod targets;
pub mod unverified;

use crate::sys::Sys;
use serde::Serialize;

/// The trust of this machine and session, as far as it does not depend on a URL.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TrustFacts {
    /// The system's own store.
    pub system: system::SystemTrust,
    /// Every trust variable that is set.
    pub variables: Vec<env_vars::Variable>,
}

/// Looks at everything but git, whose answer depends on the URL ([`git::look`]).
#[must_use]
pub fn look(sys: &Sys) -> TrustFacts {
    TrustFacts { system: system::look(sys), variables: env_vars::look(sys) }
}
