//! The file of git's helper `store`.

use super::Keeper;
use crate::formats::loose::{self, Care};

pub(super) const KEEPER: Keeper = Keeper {
    code: "git-credentials",
    title: "git-credentials",
    fits: |at| at.name == ".git-credentials" || (at.name == "credentials" && at.folder_ends("git")),
    read: |bytes| loose::urls(bytes, Care::Verbatim),
    advice: "keep it in the store (doorkey token add PROFILE --host HOST), delete the line; then revoke it",
};
