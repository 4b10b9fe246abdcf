//! `.gitcookies`, by which git logs in to Gerrit hosts.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "git-cookies",
    title: "git cookies",
    fits: |at| at.name == ".gitcookies",
    read: loose::cookies,
    advice: "make a new password at the host and keep that in the store (doorkey token add PROFILE --host HOST)",
};
