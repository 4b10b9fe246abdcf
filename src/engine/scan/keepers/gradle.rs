//! Gradle's properties.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "gradle",
    title: "gradle properties",
    fits: |at| at.name == "gradle.properties",
    read: loose::gradle,
    advice: "give it in ORG_GRADLE_PROJECT_... from a store; revoke it",
};
