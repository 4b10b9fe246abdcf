//! The helper for the Secret Service (contrib/credential/libsecret).

use super::{Helper, keyring};

pub(super) static HELPER: Helper =
    Helper { names: &["libsecret"], expect: |_, _, _| keyring("the desktop keyring") };
