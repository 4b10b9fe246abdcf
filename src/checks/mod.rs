//! What doctor knows to look for: one file a check, one line here.
//!
//! A check is data: a stable code, words, and a pure function over what was found. It touches nothing.

use crate::formats::shell;
use crate::model::facts::{About, Facts, GitSetting, Include, Region, Scope, Spot, StoreFacts, Variable};
use crate::model::finding::{Finding, Fix, Severity};
use crate::model::plan::{Anchor, Step};
use crate::registry::registry;
use serde::Serialize;
use std::path::Path;

mod common;

pub(crate) use common::ends::{new_certificate, root_in_place};
use common::keys::{convert, keys_of_grade};
pub(crate) use common::tokens::new_token;
use common::tokens::{kind, named, other_token, plain_tokens, token_command};

registry! {
    /// Every check, in the order of `doorkey explain`.
    pub static ALL: Check = CHECK;
    agent_offers_many_keys,
    alias_for_managed_host,
    askpass_set,
    borrowed_token_missing,
    bundle_damaged,
    ca_bundle_outdated,
    ca_expired_in_bundle,
    compat_setting_on,
    control_path_shared,
    credential_username_set,
    dead_include,
    dead_ssh_include,
    env_token_set,
    extra_header_set,
    file_unreadable,
    forward_agent_everywhere,
    git_ca_file_missing,
    git_config_broken,
    git_include_missing,
    git_include_not_last,
    helper_after_include,
    helper_keeps_plain_text,
    helper_named_twice,
    helper_not_installed,
    host_key_bad_line,
    host_key_conflict,
    host_key_duplicate,
    host_key_revoked,
    identity_before_include,
    identity_for_managed_host,
    identity_under_host_star,
    key_breakable,
    key_certificate_expired,
    key_damaged,
    key_easily_guessed,
    key_file_wrong,
    key_in_two_profiles,
    key_pair_mismatch,
    key_readable_by_others,
    key_weak,
    key_with_bad_bytes,
    key_without_passphrase,
    launcher_missing,
    launcher_outdated,
    netrc_entry_for_managed_host,
    no_proxy_read_differently,
    other_helper_wins,
    pinned_host_key_broken,
    private_key_in_bundle,
    profile_broken,
    profile_ca_unusable,
    profile_key_missing,
    profile_without_token,
    proxies_differ_by_tool,
    proxy_password_in_variable,
    proxy_variables_differ,
    proxy_without_scheme,
    public_half_missing,
    remote_names_other_user,
    repository_overrides_helper,
    run_interrupted,
    secret_readable_by_others,
    settings_outdated,
    shell_not_usable,
    spelling_skips_proxy,
    ssh_command_overrides,
    ssh_config_broken,
    ssh_config_writable_by_others,
    ssh_folder_open,
    ssh_home_differs,
    ssh_include_missing,
    ssh_include_not_first,
    ssl_verify_off,
    store_broken,
    store_damaged,
    store_forged,
    store_locked,
    store_missing,
    store_move_unfinished,
    store_rolled_back,
    store_unreachable,
    strict_host_key_checking_off,
    token_damaged,
    token_expired,
    token_expires_soon,
    token_in_git_config,
    token_in_git_credentials,
    token_in_netrc,
    token_in_npmrc,
    token_in_remote_url,
    token_long_lived,
    token_not_allowed,
    token_of_other_host,
    token_old,
    token_sees_no_repository,
    token_sso_not_authorised,
    token_suspect,
    token_too_broad,
    token_too_narrow,
    token_unused,
    token_without_end,
    token_wrong_account,
    trust_variable_missing_file,
    trust_variable_private_only,
    two_profiles_claim_route,
    url_rewritten,
}

/// Which part of the machine a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Keys, ssh's configuration, host keys.
    Ssh,
    /// Tokens in plain text and in the store.
    Tokens,
    /// Who is asked for a password.
    Helpers,
    /// Roots and verification.
    Trust,
    /// Which way requests go.
    Proxy,
    /// doorkey itself.
    Doorkey,
}

impl Group {
    /// As on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ssh => "ssh",
            Self::Tokens => "tokens",
            Self::Helpers => "helpers",
            Self::Trust => "trust",
            Self::Proxy => "proxy",
            Self::Doorkey => "doorkey",
        }
    }
}

/// One thing that can be wrong.
#[derive(Debug)]
pub struct Check {
    /// Says the trouble, not the rule. Never renamed.
    pub code: &'static str,
    /// The trouble in a few words.
    pub title: &'static str,
    /// What it is about.
    pub group: Group,
    /// How much a finding matters, if it does not say otherwise.
    pub severity: Severity,
    /// What it looks at.
    pub sees: &'static str,
    /// Why it hurts; also the `why` of its findings, if they do not say otherwise.
    pub hurts: &'static str,
    /// What its fix does.
    pub mends: &'static str,
    /// Looks for it.
    pub find: fn(&Facts) -> Vec<Finding>,
}

impl Check {
    /// A finding of this check.
    pub(crate) fn found(&self, what: impl Into<String>, fix: Fix) -> Finding {
        Finding { code: self.code, severity: self.severity, what: what.into(), why: self.hurts.into(), fix }
    }
}

impl Finding {
    /// With another reason than the check's own.
    fn because(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// With another severity than the check's own.
    fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

/// Advice, as a fix.
fn advice(text: impl Into<String>) -> Fix {
    Fix::Advice(text.into())
}

/// A command of the user's, as a fix.
fn command(text: impl Into<String>) -> Fix {
    Fix::Command(text.into())
}

/// The check with a code.
#[must_use]
pub fn by_code(code: &str) -> Option<&'static Check> {
    ALL.iter().find(|check| check.code == code).copied()
}

/// The code of files that could not be looked at, which may hide what the other checks look for.
pub const UNREADABLE: &str = "file-unreadable";

/// What keeps `use` from putting profiles in force: files at which every git stops, and credentials that git would send
/// before it asks doorkey.
#[must_use]
pub fn before_use(facts: &Facts) -> Vec<Finding> {
    let mut found = git_config_broken::everywhere(facts);
    found.extend((file_unreadable::CHECK.find)(facts));
    found.extend((netrc_entry_for_managed_host::CHECK.find)(facts));
    found
}

/// Whether the status looks for it: all about doorkey itself, and what else keeps a profile from working or soon will.
#[must_use]
pub fn is_in_status(check: &Check) -> bool {
    const OTHERS: &[&str] = &[
        "git-config-broken",
        "git-include-missing",
        "helper-after-include",
        "key-damaged",
        "key-readable-by-others",
        "netrc-entry-for-managed-host",
        "other-helper-wins",
        "profile-ca-unusable",
        "profile-without-token",
        "secret-readable-by-others",
        "ssh-include-missing",
        "token-expired",
        "token-expires-soon",
        "token-suspect",
    ];
    check.group == Group::Doorkey || OTHERS.contains(&check.code)
}

/// Takes exactly one line, or one setting of a line, out of a file.
fn without_line(spot: &Spot, region: Option<&Region>) -> Fix {
    match region {
        Some(region) => Fix::Steps(vec![Step::Splice {
            path: spot.path.clone(),
            at: Anchor::Near(region.offset),
            old: region.text.clone(),
            new: "".into(),
        }]),
        None => advice(format!("take it out of {} (line {})", spot.path.display(), spot.line)),
    }
}

/// Moves doorkey's Include to the top of ssh's configuration.
fn include_to_top(facts: &Facts) -> Fix {
    let include = &facts.own.ssh_include;
    let Some(offset) = include.offset else { return command("doorkey on") };
    Fix::Steps(vec![
        Step::Splice {
            path: include.path.clone(),
            at: Anchor::Near(offset),
            old: include.text.as_str().into(),
            new: "".into(),
        },
        Step::Splice {
            path: include.path.clone(),
            at: Anchor::Start,
            old: "".into(),
            new: include.text.as_str().into(),
        },
    ])
}

/// Moves doorkey's section to the end of git's configuration.
fn include_to_end(facts: &Facts) -> Fix {
    let include = &facts.own.git_include;
    match include.offset.filter(|_| facts.git.include_movable) {
        Some(offset) => Fix::Steps(vec![
            append_include(include),
            Step::Splice {
                path: include.path.clone(),
                at: Anchor::Near(offset),
                old: include.text.as_str().into(),
                new: "".into(),
            },
        ]),
        None => advice(format!(
            "move the section with doorkey's path to the end of {} by hand: other lines share it",
            facts.shown(&include.path)
        )),
    }
}

/// Puts doorkey's section at the end of a file. The added text holds the line end that the last line lacks, so that
/// undo gives back exactly what was.
fn append_include(include: &Include) -> Step {
    let new = if include.open_end { format!("\n{}", include.text) } else { include.text.clone() };
    Step::Splice {
        path: include.path.clone(),
        at: Anchor::Near(include.file_length),
        old: "".into(),
        new: new.into(),
    }
}

/// The helper lines of the user's that git reads after doorkey's include.
fn helpers_after_include(facts: &Facts) -> Vec<&GitSetting> {
    let all = &facts.git.settings;
    let ours = all.iter().position(|s| matches!(s.about, About::Include { ours: true, .. }));
    let after = ours.and_then(|at| all.get(at..)).unwrap_or_default();
    let helper = |s: &&GitSetting| matches!(s.about, About::Helper(_) | About::HelperReset);
    after.iter().filter(|s| s.scope == Scope::Global && !s.conditional).filter(helper).collect()
}

/// A finding where the store cannot be read for one of these reasons. `fix` gets the profile that it is about.
fn broken_store(
    facts: &Facts,
    check: &Check,
    codes: &[&str],
    fix: impl Fn(Option<&str>) -> Fix,
) -> Vec<Finding> {
    match &facts.own.store {
        StoreFacts::Broken { code, problem, profile } if codes.contains(code) => {
            vec![check.found(problem.clone(), fix(profile.as_deref()))]
        }
        _ => Vec::new(),
    }
}

/// ` (by ~/.bashrc:3)`, when a start-up file is known to set a variable.
fn set_by(facts: &Facts, variable: &Variable) -> String {
    variable.set_by.as_ref().map(|spot| format!(" (by {})", facts.at(spot))).unwrap_or_default()
}

/// How to get rid of a variable.
fn unset(facts: &Facts, variable: &Variable) -> Fix {
    match &variable.set_by {
        Some(spot) => advice(format!("unset {}, and take {} out", variable.name, facts.at(spot))),
        None => command(format!("unset {}", variable.name)),
    }
}

/// As [`unset`], by name.
fn unset_named(facts: &Facts, name: &str) -> Fix {
    facts.environment.get(name).map_or_else(|| command(format!("unset {name}")), |v| unset(facts, v))
}

/// A file as a word for a shell, with something behind its name.
fn file_word(facts: &Facts, path: &Path, ending: &str) -> String {
    let shown = format!("{}{ending}", facts.shown(path));
    // The tilde stands for the home folder only where nothing is quoted.
    if shell::argument(&shown) == shown {
        shown
    } else {
        shell::argument(&format!("{}{ending}", path.display()))
    }
}
