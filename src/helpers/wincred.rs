//! The helper for Windows' credential manager.

use super::{Helper, keyring};

pub(super) static HELPER: Helper =
    Helper { names: &["wincred"], expect: |_, _, _| keyring("the Windows credential manager") };
