//! RubyGems' credentials.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "gem",
    title: "gem credentials",
    fits: |at| at.name == "credentials" && at.folder_ends(".gem"),
    read: loose::hosts,
    advice: "set GEM_HOST_API_KEY from a store for the moment of a push; revoke this key",
};
