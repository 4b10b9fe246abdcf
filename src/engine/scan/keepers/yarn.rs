//! Yarn's settings.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "yarn",
    title: "yarn settings",
    fits: |at| at.name == ".yarnrc.yml" || at.name == ".yarnrc.yaml",
    read: loose::hosts,
    advice: "write ${NPM_TOKEN} there and set it from a store; revoke this one",
};
