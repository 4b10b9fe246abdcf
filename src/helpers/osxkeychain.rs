//! The helper for macOS's keychain.

use super::{Helper, keyring};

pub(super) static HELPER: Helper =
    Helper { names: &["osxkeychain"], expect: |_, _, _| keyring("the keychain") };
