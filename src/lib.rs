//! doorkey: inspects and repairs SSH keys, access tokens, git credential helpers and corporate CA trust per
//! tenant profile, and proves the result against private repositories.
//!
//! # The floors
//!
//! Imports point down only. `tests/house` reads this table and holds every file to it.
//!
//! ```text
//! 5 cli
//! 4 engine
//! 3 checks trust stores providers probes helpers weak_keys chains
//! 2 sys
//! 1 model formats
//! 0 secret redact registry
//! ```
//!
//! Data flows one way: `&Sys` --inspect--> [`model::facts`] --diagnose--> findings --plan--> a
//! [`model::plan::Plan`], which is shown as a diff, and only [`engine::apply`] carries it out.

pub mod chains;
pub mod checks;
pub mod cli;
pub mod engine;
pub mod formats;
pub mod helpers;
pub mod model;
pub mod probes;
pub mod providers;
pub mod redact;
mod registry;
pub mod secret;
pub mod stores;
pub mod sys;
pub mod trust;
pub mod weak_keys;
