//! npm's settings, the user's and a project's.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "npmrc",
    title: "npm settings",
    fits: |at| at.name == ".npmrc" || at.name == "npmrc",
    read: loose::npmrc,
    advice: "move it into the store (doorkey token adopt --kind npm), from where npm gets it in doorkey exec; revoke this one",
};
