//! What to do about certificates that end, in the same words in checks and on the time line.

use crate::checks::advice;
use crate::model::finding::Fix;

/// How to get another SSH certificate; `path` as people write it. doorkey signs none.
pub(crate) fn new_certificate(path: &str) -> Fix {
    advice(format!("get a new certificate for {path} from who made it"))
}

/// What mends a CA file of a profile that cannot be used.
pub(crate) fn root_in_place(profile: &str) -> Fix {
    advice(format!("put the file in place, or edit [trust]: doorkey profile edit {profile}"))
}
