//! Git hosts: what each kind says of a token, and how it is asked. One file a kind, one line here.
//!
//! A provider asks through a [`Door`], which holds the token and leads to one origin. What it learns is a value
//! ([`Known`]); what it does not learn has a reason ([`Stop`]). Facts that age stand in `templates/providers.toml`.

pub mod answer;
mod dates;
pub mod door;
mod echo;
pub mod facts;
pub mod page;
mod token_text;

pub use answer::Stop;
pub use dates::last_day;
pub use door::Door;
pub use facts::{Api, Facts};

use crate::model::facts::Known;
use crate::registry::registry;
use crate::secret::Secret;
use door::Form;
use std::fmt::Debug;

registry! {
    /// Every kind of git host.
    pub static ALL: dyn Provider = PROVIDER;
    azure_devops,
    bitbucket_cloud,
    bitbucket_dc,
    generic,
    gitea,
    github,
    gitlab,
}

/// What is asked about.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The user name that goes with the token.
    pub user: &'a str,
    /// A repository that it is for, as a clean path without `.git`: `acme/app`.
    pub repository: Option<&'a str>,
    /// The token.
    pub secret: &'a Secret,
}

/// One kind of git host.
pub trait Provider: Debug + Sync {
    /// As a profile's file says it under `provider`.
    fn name(&self) -> &'static str;

    /// How its API wants to see a token.
    fn form<'a>(&self, about: &About<'a>) -> Form<'a>;

    /// Asks who the token is, what it may do, when it ends, and whether it opens the repository: one login, and no
    /// question after a refusal.
    ///
    /// # Errors
    /// Why the host said nothing.
    fn ask(&self, door: &mut Door<'_>, about: &About<'_>) -> Result<Known, Stop>;
}

/// The provider of that name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Provider> {
    ALL.iter().find(|p| p.name() == name).copied()
}
