//! hub, the older command line for GitHub.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "hub",
    title: "hub login",
    fits: |at| at.name == "hub" && at.folder_ends(".config"),
    read: loose::hosts,
    advice: "use gh with a keyring; revoke this token",
};
