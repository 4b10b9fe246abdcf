//! `.pypirc`, for uploads.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "pypirc",
    title: "pypirc",
    fits: |at| at.name == ".pypirc",
    read: loose::pypirc,
    advice: "publish by trusted publishing, or keyring set URL __token__; revoke it",
};
