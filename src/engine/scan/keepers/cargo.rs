//! Cargo's credentials.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "cargo",
    title: "cargo credentials",
    fits: |at| {
        (at.name == "credentials.toml" || at.name == "credentials" || at.name == "config.toml")
            && at.folder_ends(".cargo")
    },
    read: loose::cargo,
    advice: "move it into the store (doorkey token adopt), or set registry.global-credential-providers to a keyring provider (cargo:libsecret), then cargo login again; revoke this token",
};
