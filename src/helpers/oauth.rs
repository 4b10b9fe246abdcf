//! git-credential-oauth: keeps nothing, and logs in with a browser when nobody before it knew a password.

use super::Helper;
use crate::model::facts::Expected;

pub(super) static HELPER: Helper = Helper {
    names: &["oauth"],
    expect: |_, _, _| Expected::MayAnswer("a login in the browser, as whoever is logged in there".into()),
};
