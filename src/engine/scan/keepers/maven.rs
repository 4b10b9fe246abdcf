//! Maven's settings.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "maven",
    title: "maven settings",
    fits: |at| at.name == "settings.xml" || at.name == "settings-security.xml",
    read: loose::maven,
    advice: "encrypt it (mvn --encrypt-password) or read it from a variable (${env.NAME}); revoke it",
};
