//! Gitea's command line.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "tea",
    title: "tea login",
    fits: |at| at.name == "config.yml" && at.folder_ends("tea"),
    read: loose::listed,
    advice: "delete the token at its host (/user/settings/applications) and keep a new one in the store",
};
