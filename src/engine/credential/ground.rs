//! What an answer to git is made from: the routes in force, what profiles claim now, and the records of one profile.

use crate::engine::withdrawn::still_claims;
use crate::engine::{bridge, profiles, refused_note};
use crate::model::bridge::Bridge;
use crate::model::name::ProfileName;
use crate::model::route::{Claim, Origin};
use crate::model::route_table::{self, Routes};
use crate::stores::{self, Entry, Record, StoreError};
use crate::sys::Sys;
use std::path::Path;

/// The machine as a credential request sees it. The fuzz target brings one that lies in memory.
///
/// An error is a refusal in words.
pub trait Ground {
    /// What the routes in force say of an origin.
    ///
    /// # Errors
    /// They cannot be read.
    fn routes(&self, origin: &Origin) -> Result<Routes, String>;

    /// Whether there still is such a profile.
    ///
    /// # Errors
    /// It cannot be told.
    fn has(&self, profile: &ProfileName) -> Result<bool, String>;

    /// Refuses a claim that the profile does not make any more.
    ///
    /// # Errors
    /// The refusal.
    fn still_claims(&self, claim: &Claim) -> Result<(), String>;

    /// The records of a profile.
    ///
    /// # Errors
    /// The store does not open.
    fn records(&self, profile: &ProfileName) -> Result<Vec<Record>, String>;

    /// What another program gives for this user on this origin.
    ///
    /// # Errors
    /// It gives nothing that could be used.
    fn borrow(&self, bridge: &Bridge, origin: &Origin, user: &str) -> Result<Entry, String>;

    /// Seconds since 1970-01-01 UTC.
    fn now(&self) -> i64;

    /// Whether an environment variable is `1`.
    fn is_set(&self, name: &str) -> bool;
}

/// The real one, for a generation's folder.
pub(super) struct Machine<'a> {
    pub(super) sys: &'a Sys,
    pub(super) generation: &'a Path,
}

impl Ground for Machine<'_> {
    fn routes(&self, origin: &Origin) -> Result<Routes, String> {
        let table = self
            .sys
            .read_trusted(&self.generation.join(route_table::FILE))
            .ok()
            .flatten()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        table.as_deref().and_then(|text| route_table::read(text, origin)).ok_or_else(|| {
            format!(
                "refused: the routes of {} are not readable; run: doorkey doctor",
                self.generation.display()
            )
        })
    }

    fn has(&self, profile: &ProfileName) -> Result<bool, String> {
        let file = profiles::file(self.sys, profile).map_err(|e| e.to_string())?;
        Ok(matches!(self.sys.look_through(&file), Ok(Some(_))))
    }

    fn still_claims(&self, claim: &Claim) -> Result<(), String> {
        still_claims(self.sys, claim).map(|_| ()).map_err(|why| format!("refused: {why}"))
    }

    fn records(&self, profile: &ProfileName) -> Result<Vec<Record>, String> {
        stores::records(self.sys, profile)
            .map_err(|e| format!("refused: the credentials of {profile} cannot be read: {}", unopened(&e)))
            .map(|mut records| {
                refused_note::apply(self.sys, profile, &mut records);
                records
            })
    }

    fn borrow(&self, bridge: &Bridge, origin: &Origin, user: &str) -> Result<Entry, String> {
        bridge::token(self.sys, bridge, origin, user)
            .map_err(|e| format!("refused: no token of {user} for {origin}: {e}; {}", e.fix()))
    }

    fn now(&self) -> i64 {
        self.sys.now()
    }

    fn is_set(&self, name: &str) -> bool {
        self.sys.env(name) == Some("1")
    }
}

/// A store that gives nothing, and the command that helps.
fn unopened(error: &StoreError) -> String {
    let command = match error {
        StoreError::Locked => "doorkey store unlock",
        StoreError::NoStore => "doorkey store init",
        _ => "doorkey store status",
    };
    format!("{error}; run: {command}")
}
