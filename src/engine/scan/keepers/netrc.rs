//! `.netrc`, which git, curl and others read by themselves, before any helper.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "netrc",
    title: "netrc",
    fits: |at| [".netrc", "_netrc", "netrc", ".authinfo"].contains(&at.name),
    read: loose::netrc,
    advice: "keep it in the store (doorkey token add PROFILE --host HOST), delete the entry; then revoke it",
};
