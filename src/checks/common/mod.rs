//! What several checks have in common.

pub(super) mod ends;
pub(super) mod keys;
pub(super) mod proxies;
pub(super) mod tokens;
