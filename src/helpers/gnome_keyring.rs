//! The helper for GNOME Keyring of older gits: the Secret Service under another name.

use super::{Helper, keyring};

pub(super) static HELPER: Helper =
    Helper { names: &["gnome-keyring"], expect: |_, _, _| keyring("the desktop keyring") };
