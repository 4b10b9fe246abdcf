//! Under which record of the store a found value is kept, and what becomes of one that is there.

use super::claimed::Owner;
use super::login::Login;
use super::{Fate, Kind};
use crate::formats::git_credential::MAX_VALUE;
use crate::model::name::ProfileName;
use crate::model::plan::RecordId;
use crate::model::route::OwnerPath;
use crate::redact;
use crate::secret::Secret;
use crate::stores::{Record, State, Store, in_use};
use crate::sys::Sys;
use std::collections::BTreeMap;

/// The store while a plan is made.
pub(super) struct Keeping<'a> {
    pub(super) sys: &'a Sys,
    pub(super) store: Box<dyn Store>,
    pub(super) records: BTreeMap<ProfileName, Vec<Record>>,
    /// What the plan puts into it.
    pub(super) planned: Vec<(ProfileName, RecordId, Secret)>,
}

/// Under which record a value is kept.
pub(super) struct Keep {
    pub(super) record: RecordId,
    pub(super) fate: Fate,
    pub(super) before: Option<u64>,
}

impl Keeping<'_> {
    pub(super) fn keep(
        &mut self,
        owner: &Owner,
        user: &str,
        login: &Login,
        replace: bool,
    ) -> Result<Keep, (String, String)> {
        let profile = &owner.profile.name;
        check(user, &login.value)?;
        if !self.records.contains_key(profile) {
            let records = self.store.records(self.sys, profile);
            let records = records.map_err(|e| (e.to_string(), "doorkey store status".to_owned()))?;
            self.records.insert(profile.clone(), records);
        }
        let records = self.records.get(profile).map(Vec::as_slice).unwrap_or_default();
        let origin = owner.claim.origin.to_string();
        let covers = |id: &RecordId| {
            let scope = OwnerPath::of_clean(&id.path);
            let exact = !login.kind.is_of_one_place() || (id.path == owner.path && id.user == user);
            exact
                && id.origin == origin
                && scope.is_ok_and(|scope| scope.covers(&owner.path, owner.claim.fold_case))
        };
        let here = records.iter().filter(|r| r.state != State::Retired).map(|r| &r.id);
        let planned = self.planned.iter().filter(|(name, ..)| name == profile).map(|(_, id, _)| id);
        let here: Vec<&RecordId> = here.chain(planned).filter(|id| covers(id)).collect();
        // git names no user where the URL has none any more: between two of them nothing is guessed.
        if owner.claim.user.is_none() && here.iter().any(|id| id.user != user) {
            let why = format!("profile {profile} has a token of another user for {origin}, and names none");
            let fix = match login.kind {
                Kind::Docker => format!("take the other out of use: doorkey token remove {profile}"),
                _ => format!("name one: doorkey profile edit {profile}"),
            };
            return Err((why, fix));
        }
        let new_path = if login.kind.is_of_one_place() { owner.path.clone() } else { String::new() };
        // The one that git's request would get.
        let mine = here.iter().filter(|id| id.user == user).max_by_key(|id| id.path.len());
        let record =
            mine.map_or_else(|| RecordId { origin, path: new_path, user: user.into() }, |id| (*id).clone());
        let another = |fix: &str| {
            let user = redact::user_name(&record.user);
            let why = format!("the store has another token of {profile} for {} as {user}", record.origin);
            (why, fix.to_owned())
        };
        if let Some((.., value)) = self.planned.iter().find(|(name, id, _)| name == profile && *id == record)
        {
            if !value.same_as(login.value.expose()) {
                return Err(another("look which of the two works: doorkey token check"));
            }
            return Ok(Keep { record, fate: Fate::Same, before: None });
        }
        let present = in_use(records, &record);
        let before = present.map(|r| r.version);
        let fate = match present {
            None => Fate::New,
            Some(r) if r.entry.secret.same_as(login.value.expose()) && r.state == State::Active => Fate::Same,
            Some(r) if r.entry.secret.same_as(login.value.expose()) => {
                let why = format!("{} refused this token", record.origin);
                return Err((why, format!("test it: doorkey token check {profile}")));
            }
            Some(_) if replace => Fate::Replaced,
            Some(_) => return Err(another("to take this one: doorkey token adopt --replace")),
        };
        Ok(Keep { record, fate, before })
    }
}

/// What comes through git's credential protocol whole (SECURITY rule 2).
fn check(user: &str, value: &Secret) -> Result<(), (String, String)> {
    let most = MAX_VALUE / 4 * 3 - 1;
    let bad = value.expose_str().is_none_or(|text| text.chars().any(char::is_control));
    if bad || value.is_empty() || user.len() + value.len() > most {
        return Err(("it is nothing that a credential helper carries".into(), String::new()));
    }
    Ok(())
}
