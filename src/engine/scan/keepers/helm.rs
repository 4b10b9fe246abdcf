//! Helm's repositories.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "helm",
    title: "helm repository",
    fits: |at| at.name == "repositories.yaml" && at.folder_ends("helm"),
    read: loose::listed,
    advice: "use an OCI registry with a credential helper; revoke it",
};
