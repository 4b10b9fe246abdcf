//! GitLab, gitlab.com and self-managed.
//!
//! The prefixes: GitLab docs, `security/tokens`. Routable tokens: GitLab's `lib/authn/token_field/generator/routable_token.rb`.

use super::checksum::{base36, crc32};
use super::shape::{Body, Issuer, Kind, Reading, jwt, run, url_safe};
use super::{Checksum, Fact};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub(super) static GITLAB: Issuer = Issuer {
    name: "GitLab",
    checked_on: "2026-11-23",
    page: "on its host, /-/user_settings/personal_access_tokens (deploy, project and group tokens: the project's or group's settings)",
    kinds: &[
        kind("gitlab-personal", "access token (personal, project or group)", "glpat-")
            .remark("it dies at 00:00 UTC of the day on which it expires"),
        kind("gitlab-deploy", "deploy token", "gldt-")
            .remark("it works with its own user name only, gitlab+deploy-token-N"),
        kind("gitlab-oauth-app", "OAuth application secret", "gloas-"),
        kind("gitlab-job", "CI job token", "glcbt-").remark("it lives as long as its job"),
        kind("gitlab-runner", "runner authentication token", "glrt-"),
        kind("gitlab-runner-registered", "runner authentication token (registered)", "glrtr-"),
        kind("gitlab-runner-registration", "runner registration token", "GR1348941"),
        kind("gitlab-trigger", "pipeline trigger token", "glptt-"),
        kind("gitlab-feed", "feed token", "glft-"),
        kind("gitlab-incoming-mail", "incoming mail token", "glimt-"),
        kind("gitlab-agent", "agent token for Kubernetes", "glagent-"),
        kind("gitlab-workspace", "workspace token", "glwt-"),
        kind("gitlab-scim", "SCIM token", "glsoat-"),
        kind("gitlab-feature-flags", "feature flags client token", "glffct-"),
        // The prefix can be set for each instance; what follows the dot is the same everywhere.
        Kind {
            before: back_to_prefix,
            ..Kind::new(
                "gitlab-own-prefix",
                "access token of an instance with a prefix of its own",
                ".01.",
                Body::Own(tail),
            )
            .read_by(read_own_prefix)
        },
    ],
};

/// The random part of an old token has 20 characters; 50 and more are in use for some kinds.
const fn kind(code: &'static str, title: &'static str, mark: &'static str) -> Kind {
    Kind::new(code, title, mark, Body::Own(length)).read_by(read)
}

/// Two digits of length and seven of checksum.
const TAIL: usize = 9;
/// GitLab's limit is 159 bytes of payload, with 17 around them, in base 64; and a prefix.
const MOST: usize = 300;

/// Old: a run. Routable: a run, `.01.` and nine characters; in an older form without `01.`.
fn length(rest: &[u8]) -> Option<usize> {
    // Job tokens may be a JWT.
    if let Some(length) = jwt(rest).filter(|_| rest.starts_with(b"eyJ")) {
        return Some(length);
    }
    let body = run(rest, url_safe, MOST + 1);
    if !(20..=MOST).contains(&body) {
        return None;
    }
    let after = rest.get(body..).unwrap_or_default();
    let versioned = after.get(3..).filter(|_| after.first() == Some(&b'.') && after.get(3) == Some(&b'.'));
    if let Some(length) = versioned.and_then(|t| tail(t.get(1..)?)) {
        return Some(body + 4 + length);
    }
    let unversioned = after.strip_prefix(b".").and_then(tail);
    Some(body + unversioned.map_or(0, |length| length + 1))
}

fn tail(rest: &[u8]) -> Option<usize> {
    (run(rest, is_digit36, TAIL + 1) == TAIL && !rest.get(TAIL).is_some_and(|b| url_safe(*b))).then_some(TAIL)
}

fn is_digit36(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_lowercase()
}

fn back_to_prefix(before: &[u8]) -> Option<usize> {
    let length = before.iter().rev().take(MOST + 1).take_while(|b| url_safe(**b)).count();
    (27..=MOST).contains(&length).then_some(length)
}

fn read(token: &[u8]) -> Option<Reading> {
    // A dot more than nine characters from the end belongs to a JWT.
    let dots = || token.iter().enumerate().filter(|(_, b)| **b == b'.').map(|(at, _)| at);
    let Some(dot) = dots().next().filter(|_| dots().next_back() == token.len().checked_sub(TAIL + 1)) else {
        return Some(Reading::of(Checksum::None));
    };
    let (head, check) = token.split_at_checked(token.len().checked_sub(7)?)?;
    let fits = base36(crc32(head)) == check;
    // The form without a version is known by hearsay only.
    let versioned = token.get(dot + 1..)?.contains(&b'.');
    let mut reading = match (fits, versioned) {
        (false, false) => Reading::of(Checksum::Unsure),
        _ => Reading::checked(fits),
    };
    if fits {
        let digits =
            |range| std::str::from_utf8(head.get(range)?).ok().and_then(|t| u64::from_str_radix(t, 36).ok());
        if let Some(version) = versioned.then(|| digits(dot + 1..dot + 3)).flatten() {
            reading = reading.with("version", Fact::Number(version));
        }
        let length = digits(head.len() - 2..head.len()).and_then(|n| usize::try_from(n).ok());
        let encoded = length.and_then(|n| head.get(dot.checked_sub(n)?..dot));
        reading.facts.extend(encoded.and_then(routing).unwrap_or_default());
    }
    Some(reading)
}

/// Only a checksum that fits tells such a text from a file name.
fn read_own_prefix(token: &[u8]) -> Option<Reading> {
    read(token).filter(|reading| reading.checksum == Checksum::Valid)
}

/// Lines `k:v` between 16 random bytes and a byte of their length. Integers stand in base 36.
fn routing(encoded: &[u8]) -> Option<Vec<(&'static str, Fact)>> {
    let bytes = zeroize::Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).ok()?);
    let (length, rest) = bytes.split_last()?;
    let lines = std::str::from_utf8(rest.get(rest.len().checked_sub(usize::from(*length))?..)?).ok()?;
    let fact = |line: &str| {
        let (key, value) = line.split_once(':')?;
        let name = match key {
            "c" => "cell-id",
            "g" => "group-id",
            "o" => "organisation-id",
            "p" => "project-id",
            "u" => "user-id",
            "t" => "token-type",
            _ => return None,
        };
        Some((name, Fact::Number(u64::from_str_radix(value, 36).ok()?)))
    };
    Some(lines.lines().filter_map(fact).collect())
}
