//! There is no store for tokens.

use super::{Check, Group, command};
use crate::model::facts::{Facts, StoreFacts};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "store-missing",
    title: "there is no store for tokens",
    group: Group::Doorkey,
    severity: Severity::Error,
    sees: "whether a store was made, when profiles have HTTPS hosts",
    hurts: "no profile can have a token, so git gets no credential over HTTPS",
    mends: "nothing by itself: the store's passphrase, or the place of its key file, is yours to choose",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    if facts.own.store != StoreFacts::Missing || facts.own.http_origins().is_empty() {
        return Vec::new();
    }
    vec![CHECK.found("no store was made yet", command("doorkey store init"))]
}
