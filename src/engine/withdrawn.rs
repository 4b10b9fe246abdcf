//! What a person took out of a profile's file after the generation was made: gone at once, though the rest of the
//! file counts only when it is put in force.

use super::profiles::{self, ProfilesError, route_text};
use crate::model::name::ProfileName;
use crate::model::profile::{Profile, RegistryKind};
use crate::model::route::Claim;
use crate::sys::Sys;

/// Why a claim of a generation does not hold any more.
#[derive(Debug, thiserror::Error)]
pub enum Withdrawn {
    /// The profile's file is gone.
    #[error("profile {0} was removed; run: doorkey use PROFILE, or: doorkey off")]
    Profile(ProfileName),
    /// The profile's file cannot be read or understood.
    #[error("profile {0} cannot be read any more: {1}; run: doorkey profile check")]
    Unreadable(ProfileName, ProfilesError),
    /// The file does not make the claim.
    #[error(
        "profile {profile} does not claim {route} any more; put its file in force: doorkey use {profile}"
    )]
    Claim {
        /// Whose it was.
        profile: ProfileName,
        /// `https://git.test/acme`
        route: String,
    },
}

/// The profile of a claim, if its file still makes the claim. The file itself is read in every git call: its times say
/// nothing of a file that was moved here or copied with them.
///
/// # Errors
/// [`Withdrawn`].
pub fn still_claims(sys: &Sys, claim: &Claim) -> Result<Profile, Withdrawn> {
    still(sys, claim, Profile::claims)
}

/// As [`still_claims`], for a claim on a package registry.
///
/// # Errors
/// [`Withdrawn`].
pub fn still_claims_registry(sys: &Sys, claim: &Claim, kind: RegistryKind) -> Result<Profile, Withdrawn> {
    still(sys, claim, |profile| profile.registry_claims(kind))
}

fn still(sys: &Sys, claim: &Claim, claims: impl Fn(&Profile) -> Vec<Claim>) -> Result<Profile, Withdrawn> {
    let profile = profiles::one(sys, &claim.profile).map_err(|error| match error {
        ProfilesError::Unknown(_) => Withdrawn::Profile(claim.profile.clone()),
        error => Withdrawn::Unreadable(claim.profile.clone(), error),
    })?;
    if claims(&profile).iter().any(|c| c.origin == claim.origin && c.owner == claim.owner) {
        return Ok(profile);
    }
    Err(Withdrawn::Claim { profile: claim.profile.clone(), route: route_text(claim) })
}
