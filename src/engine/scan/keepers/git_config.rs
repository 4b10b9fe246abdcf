//! git's configuration at every level: remotes, insteadOf, extraheader.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "git-config",
    title: "git configuration",
    fits: |at| at.is_git_config(),
    read: loose::git_config,
    advice: "move it into the store (doorkey token adopt); then make a new one and revoke it",
};
