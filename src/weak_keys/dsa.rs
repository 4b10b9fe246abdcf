//! DSA.

use crate::model::weakness::{Grade, Weakness};
use ssh_key::public::KeyData;

pub(super) fn judge(key: &KeyData) -> Vec<Weakness> {
    let KeyData::Dsa(_) = key else { return Vec::new() };
    vec![Weakness {
        code: "dsa",
        grade: Grade::Weak,
        what: "is a DSA key".into(),
        why: "OpenSSH takes none since 7.0 unless it is told to, and knows none at all since 10.0",
        mend: None,
    }]
}
