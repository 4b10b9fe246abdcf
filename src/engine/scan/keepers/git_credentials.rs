//! The file of git's helper `store`.

use super::Keeper;
use crate::formats::loose::{self, Care};

pub(super) const KEEPER: Keeper = Keeper {
    code: "git-credentials",
    title: "git-credentials",
    fits: |at| at.name == ".git-credentials" || (at.name == "credentials" && at.folder_ends("git")),
    read: |bytes| loose::urls(bytes, Care::Verbatim),
    advice: "move it into the store (doorkey token adopt); then make a new one and revoke it",
};
