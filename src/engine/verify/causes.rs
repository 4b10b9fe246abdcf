//! The broken rungs that git itself speaks of, each with one cause and one repair.

use super::Said;
use super::ladder::Climb;
use crate::model::ladder::{Layer, Rung};
use crate::model::route::Scheme;
use crate::redact;

/// How the host knew git.
pub(super) fn known_as(climb: &Climb<'_>) -> String {
    if let Some(key) = &climb.heard.ssh.taken {
        return format!("with the key {} ({})", key.name, key.fingerprint);
    }
    match (&climb.heard.account, climb.origin.scheme) {
        (Some(account), _) => format!("as {} ({})", account.user, account.profile),
        // No log: core.sshCommand or GIT_SSH_COMMAND is the user's own.
        (None, Scheme::Ssh) => "by your own ssh command, which does not say with which key".into(),
        (None, _) => "without a credential of doorkey".into(),
    }
}

/// Whose the login was, in a sentence.
fn account(climb: &Climb<'_>) -> String {
    if let Some(key) = &climb.heard.ssh.taken {
        return format!("the key {}", key.name);
    }
    climb.who().unwrap_or_else(|| "the account that git used".into())
}

fn profile<'a>(climb: &Climb<'a>) -> &'a str {
    climb.target.profile.as_ref().map_or("PROFILE", |p| p.as_str())
}

fn url(climb: &Climb<'_>) -> String {
    redact::said(climb.real)
}

fn token_add(climb: &Climb<'_>) -> String {
    let user = climb.heard.account.as_ref().map_or("USER", |a| a.user.as_str());
    format!("doorkey token add {} --host {} --user {user}", profile(climb), climb.origin.authority())
}

pub(super) fn login_refused(climb: &Climb<'_>) -> Rung {
    let host = &climb.origin.host;
    let (cause, repair) = match climb.who() {
        Some(who) => (
            format!("{host} refused the token of {who}: it is wrong, expired or revoked"),
            format!("replace it: {}", token_add(climb)),
        ),
        None => (
            format!(
                "{host} refused a login that did not come from doorkey (a .netrc, a header, another helper)"
            ),
            "see what is in the way: doorkey doctor".into(),
        ),
    };
    Rung::broken(Layer::Authentication, "auth-refused", &climb.heard.words, cause, repair)
}

pub(super) fn no_login(climb: &Climb<'_>) -> Rung {
    let code = "no-credential";
    if let Some(refusal) = &climb.heard.refusal {
        let (cause, repair) = helper_words(refusal);
        return Rung::broken(Layer::Authentication, code, format!("doorkey: {refusal}"), cause, repair);
    }
    Rung::broken(
        Layer::Authentication,
        code,
        &climb.heard.words,
        format!("{} wants a login, and no credential helper of git has one", climb.origin.host),
        match &climb.target.profile {
            Some(profile) => format!("put doorkey's settings in force: doorkey use {profile}"),
            None => format!("let a profile speak for it: doorkey route add {} PROFILE", url(climb)),
        },
    )
}

/// The helper says cause and repair in one line: `cause; repair`.
fn helper_words(refusal: &str) -> (String, String) {
    let (cause, repair) = refusal.split_once("; ").unwrap_or((refusal, "see: doorkey doctor"));
    let cause = cause.strip_prefix("refused: ").unwrap_or(cause);
    (cause.to_owned(), repair.strip_prefix("run: ").unwrap_or(repair).to_owned())
}

pub(super) fn key_refused(climb: &Climb<'_>) -> Rung {
    let (ssh, words) = (&climb.heard.ssh, &climb.heard.words);
    let broken =
        |code, cause: String, repair: String| Rung::broken(Layer::Authentication, code, words, cause, repair);
    if let Some((cause, repair)) = unusable_file(words, profile(climb)) {
        return broken("key-unusable", cause, repair);
    }
    if let Some(key) = &ssh.taken {
        let name = &key.name;
        return broken(
            "key-locked",
            format!(
                "the host takes the key {name}, but ssh cannot use it: no agent holds it, and it has a passphrase"
            ),
            format!("ssh-add {name}"),
        );
    }
    if ssh.is_there && ssh.offered.is_empty() {
        let (cause, repair) = match &climb.heard.refusal {
            Some(refusal) => helper_words(refusal),
            None => (
                format!("ssh has no key to offer to {}", climb.origin.host),
                format!("doorkey ssh new {}", profile(climb)),
            ),
        };
        let evidence = match &climb.heard.refusal {
            Some(refusal) => format!("doorkey: {refusal}\n{words}"),
            None => words.clone(),
        };
        return Rung::broken(Layer::Authentication, "no-key", evidence, cause, repair);
    }
    let offered: Vec<String> =
        ssh.offered.iter().map(|key| format!("{} ({})", key.name, key.fingerprint)).collect();
    let keys = if offered.is_empty() { "the key".to_owned() } else { offered.join(", ") };
    let file = ssh.offered.first().map_or("KEY", |k| &k.name);
    broken(
        "key-refused",
        format!("{} does not know {keys}", climb.origin.host),
        format!("add the public half to the account at {}: {file}.pub", climb.origin.host),
    )
}

/// A key file that ssh could not load, by its own words.
fn unusable_file(words: &str, profile: &str) -> Option<(String, String)> {
    let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
    words.lines().find_map(|line| {
        if line.contains("bad permissions") {
            let file = quoted(line)?;
            return Some((
                format!("ssh ignores {file}, because others may read it"),
                format!("chmod 600 {file}"),
            ));
        }
        if line.contains("error in libcrypto") || line.contains("invalid format") {
            let file = quoted(line)?;
            return Some((
                format!("{file} is damaged, or has the line ends of another system"),
                format!("put the key back in place, or make a new one: doorkey ssh new {profile}"),
            ));
        }
        if let Some(rest) = line.strip_prefix("no such identity: ") {
            let file = rest.split(": ").next()?;
            return Some((
                format!("the key file {file} is not there"),
                format!("put it in place, or name another one: doorkey profile edit {profile}"),
            ));
        }
        if line.contains("contents do not match public") {
            return Some((
                "the .pub file beside the private key belongs to another key".into(),
                "write it anew: ssh-keygen -y -f KEY > KEY.pub".into(),
            ));
        }
        None
    })
}

pub(super) fn host_key(climb: &Climb<'_>, code: &'static str) -> Rung {
    let host = climb.origin.authority();
    let shown = climb.heard.ssh.host_key.as_deref().map(|k| redact::for_terminal(k, false));
    let mut evidence = climb.heard.words.clone();
    if let Some(key) = &shown {
        evidence = format!("the server shows {key}\n{evidence}");
    }
    let key = shown.unwrap_or_else(|| "the one it shows".into());
    let edit = format!("doorkey profile edit {}", profile(climb));
    let (cause, repair) = match code {
        "host-key-changed" => (
            format!(
                "the key of {host} is not the known one: the server was set up anew, or somebody sits in between"
            ),
            format!(
                "ask the owner of {host} for its fingerprint; only if it is {key}, change the pin: {edit}"
            ),
        ),
        "host-key-revoked" => (
            format!("the key of {host} is marked as revoked"),
            format!("do not connect; ask the owner of {host} for the new key, and pin it: {edit}"),
        ),
        _ => (
            format!("no key of {host} is known here"),
            format!(
                "compare {key} with what the owner of {host} publishes, then pin it (ssh.known-hosts): {edit}"
            ),
        ),
    };
    Rung::broken(Layer::HostKey, code, evidence, cause, repair)
}

pub(super) fn forbidden(climb: &Climb<'_>, sso: bool) -> Rung {
    let who = account(climb);
    let (cause, repair) = if sso {
        (
            format!("the organisation wants {who} to be authorised for single sign-on"),
            format!("authorise it on the page of tokens and keys at {}, then try again", climb.origin.host),
        )
    } else if climb.origin.scheme == Scheme::Ssh {
        (
            format!("{who} is known, but may not read this repository"),
            format!("ask the owner of {} to let it in", url(climb)),
        )
    } else {
        (
            format!(
                "{who} is known, but its token may not read this repository (scopes, or the host's policy)"
            ),
            format!("make a token that may read repositories, then: {}", token_add(climb)),
        )
    };
    Rung::broken(Layer::Authorisation, "forbidden", &climb.heard.words, cause, repair)
}

pub(super) fn rate_limited(climb: &Climb<'_>) -> Rung {
    Rung::broken(
        Layer::Authorisation,
        "rate-limited",
        &climb.heard.words,
        format!("{} has had too many requests from this address or account", climb.origin.host),
        "wait a while, then try again with --jobs 1",
    )
}

pub(super) fn not_found(climb: &Climb<'_>) -> Rung {
    let who = match climb.who() {
        Some(profile) if climb.heard.ssh.taken.is_some() => format!("{} of {profile}", account(climb)),
        _ => account(climb),
    };
    Rung::broken(
        Layer::Repository,
        "repository-not-found",
        &climb.heard.words,
        format!("there is no such repository, or it is hidden from {who}"),
        format!(
            "check the spelling; if it is there, ask its owner to let {who} in, or see whose it is: doorkey which {}",
            url(climb)
        ),
    )
}

pub(super) fn server_failed(climb: &Climb<'_>) -> Rung {
    Rung::broken(
        Layer::Repository,
        "server-failed",
        &climb.heard.words,
        format!("{}, or a proxy in its place, answered with a failure of its own", climb.origin.host),
        format!("try again later; if it stays so, tell the owner of {}", climb.origin.host),
    )
}

/// git's own words, when nothing better is known.
pub(super) fn git_failed(climb: &Climb<'_>, layer: Layer) -> Rung {
    let slow = climb.heard.said == Said::TooSlow;
    let (code, cause) = if slow {
        ("git-timed-out", "git waits for something: a slow network, a helper, or a question that nobody sees")
    } else if layer == Layer::Repository {
        ("git-failed", "git says it in its own words")
    } else {
        ("git-failed", "git failed here, though doorkey's own attempt did not")
    };
    let words = if climb.heard.words.is_empty() { "git said nothing" } else { &climb.heard.words };
    Rung::broken(layer, code, words, cause, format!("try it by hand: git ls-remote {}", url(climb)))
}
