//! Composer's `auth.json`.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "composer",
    title: "composer login",
    fits: |at| at.name == "auth.json" && !at.folder_ends("containers"),
    read: loose::composer,
    advice: "use COMPOSER_AUTH from a store; revoke this token",
};
