//! Git Credential Manager. Before version 2.0.877 it was called `manager-core`.

use super::Helper;
use crate::model::facts::Expected;

pub(super) static HELPER: Helper = Helper {
    names: &["manager", "manager-core"],
    expect: |_, _, _| {
        Expected::MayAnswer("whatever Git Credential Manager holds for the host; it may open a window".into())
    },
};
