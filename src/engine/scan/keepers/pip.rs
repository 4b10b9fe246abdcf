//! pip's settings and lists of requirements.

use super::Keeper;
use crate::formats::loose::{self, Care};

pub(super) const KEEPER: Keeper = Keeper {
    code: "pip",
    title: "pip settings",
    fits: |at| {
        at.name == "pip.conf"
            || at.name == "pip.ini"
            || (at.name.starts_with("requirements") && at.name.ends_with(".txt"))
    },
    read: |bytes| loose::urls(bytes, Care::Any),
    advice: "pip install keyring, and leave the password out of the URL; revoke it",
};
