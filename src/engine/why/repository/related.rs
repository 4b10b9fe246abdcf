//! Which of doctor's checks can be the cause of a broken rung: what `why` names beside it, and `why --fix` mends.

use crate::checks;
use crate::engine::{diagnose, inspect};
use crate::model::finding::{Finding, Severity};
use crate::sys::Sys;

/// The code of a rung, and the checks that explain it. A code that ends in `-` stands for all that begin so.
const CAUSES: &[(&str, &[&str])] = &[
    (
        "no-credential",
        &[
            "launcher-missing",
            "launcher-outdated",
            "settings-outdated",
            "git-config-broken",
            "git-include-missing",
            "git-include-not-last",
            "dead-include",
            "helper-after-include",
            "helper-not-installed",
            "other-helper-wins",
            "repository-overrides-helper",
            "credential-username-set",
            "borrowed-token-missing",
            "profile-broken",
            "profile-without-token",
            "store-broken",
            "store-damaged",
            "store-locked",
            "store-missing",
            "store-unreachable",
            "token-damaged",
            "token-suspect",
            "two-profiles-claim-route",
        ],
    ),
    (
        "auth-refused",
        &[
            "token-expired",
            "token-suspect",
            "token-damaged",
            "token-of-other-host",
            "token-wrong-account",
            "netrc-entry-for-managed-host",
            "extra-header-set",
            "other-helper-wins",
            "repository-overrides-helper",
            "remote-names-other-user",
            "token-in-remote-url",
        ],
    ),
    (
        "no-key",
        &[
            "launcher-missing",
            "launcher-outdated",
            "settings-outdated",
            "ssh-config-broken",
            "ssh-config-writable-by-others",
            "ssh-include-missing",
            "ssh-include-not-first",
            "dead-ssh-include",
            "ssh-home-differs",
            "shell-not-usable",
            "profile-broken",
            "profile-key-missing",
            "two-profiles-claim-route",
        ],
    ),
    ("key-unusable", KEY_FILES),
    ("key-locked", KEY_FILES),
    (
        "key-refused",
        &[
            "identity-under-host-star",
            "identity-for-managed-host",
            "identity-before-include",
            "agent-offers-many-keys",
            "alias-for-managed-host",
            "ssh-command-overrides",
            "ssh-include-not-first",
            "key-file-wrong",
            "key-pair-mismatch",
            "key-certificate-expired",
        ],
    ),
    (
        "host-key-",
        &[
            "host-key-bad-line",
            "host-key-conflict",
            "host-key-duplicate",
            "host-key-revoked",
            "pinned-host-key-broken",
            "settings-outdated",
        ],
    ),
    (
        "tls-",
        &[
            "git-ca-file-missing",
            "trust-variable-missing-file",
            "trust-variable-private-only",
            "bundle-damaged",
            "ca-bundle-outdated",
            "ca-expired-in-bundle",
            "profile-ca-unusable",
            "settings-outdated",
        ],
    ),
    ("proxy-", PROXIES),
    ("tcp-", PROXIES),
    ("dns-", PROXIES),
    (
        "forbidden",
        &[
            "token-not-allowed",
            "token-sees-no-repository",
            "token-sso-not-authorised",
            "token-too-narrow",
            "token-wrong-account",
        ],
    ),
    (
        "repository-not-found",
        &[
            "netrc-entry-for-managed-host",
            "remote-names-other-user",
            "token-sees-no-repository",
            "token-sso-not-authorised",
            "token-too-narrow",
            "token-wrong-account",
            "two-profiles-claim-route",
            "url-rewritten",
        ],
    ),
];

const KEY_FILES: &[&str] = &[
    "key-damaged",
    "key-file-wrong",
    "key-pair-mismatch",
    "key-readable-by-others",
    "key-with-bad-bytes",
    "profile-key-missing",
    "public-half-missing",
    "ssh-folder-open",
];

const PROXIES: &[&str] = &[
    "no-proxy-read-differently",
    "proxies-differ-by-tool",
    "proxy-variables-differ",
    "proxy-without-scheme",
    "spelling-skips-proxy",
];

/// The whole table: codes of rungs, and the checks that explain them.
#[must_use]
pub fn table() -> &'static [(&'static str, &'static [&'static str])] {
    CAUSES
}

/// The checks for a broken rung; none where nothing on this machine can be the cause.
fn checks_for(code: &str) -> Vec<&'static str> {
    let fits = |known: &str| if known.ends_with('-') { code.starts_with(known) } else { code == known };
    CAUSES.iter().filter(|(known, _)| fits(known)).flat_map(|(_, checks)| checks.iter().copied()).collect()
}

/// What is wrong on this machine that can be the cause of a broken rung, the worst first.
#[must_use]
pub fn findings(sys: &Sys, code: &str) -> Vec<Finding> {
    let wanted = checks_for(code);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut found = diagnose::findings(&inspect::machine(sys), &wanted);
    found.retain(|finding| finding.severity > Severity::Note && finding.code != checks::UNREADABLE);
    found
}
