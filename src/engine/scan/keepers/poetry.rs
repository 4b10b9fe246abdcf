//! Poetry's logins.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "poetry",
    title: "poetry login",
    fits: |at| at.name == "auth.toml" && at.folder_ends("pypoetry"),
    read: loose::poetry,
    advice: "poetry keeps it in the keyring where there is one: poetry config again; revoke it",
};
