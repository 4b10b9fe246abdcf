//! GitLab's command line.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "glab",
    title: "glab login",
    fits: |at| at.name == "config.yml" && at.folder_ends("glab-cli"),
    read: loose::hosts,
    advice: "glab auth login --use-keyring; revoke this token",
};
