//! GitHub's command line.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "gh",
    title: "gh login",
    fits: |at| at.name == "hosts.yml" && at.folder_ends("gh"),
    read: loose::hosts,
    advice: "gh auth logout, then gh auth login: it keeps the token in the keyring where there is one",
};
