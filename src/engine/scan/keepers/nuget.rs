//! NuGet's sources.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "nuget",
    title: "NuGet settings",
    fits: |at| at.name.eq_ignore_ascii_case("nuget.config"),
    read: loose::nuget,
    advice: "use a credential provider, or %NAME% from a store; revoke it",
};
