//! Bitbucket: Cloud (Atlassian's API tokens and access tokens) and Data Center.
//!
//! support.atlassian.com "API tokens", "Access tokens", "HTTP access tokens"; the checksum: published examples.

use super::checksum::crc32;
use super::shape::{Body, Issuer, Kind, Reading, alphanumeric, base64, run, url_safe};
use super::{Checksum, Fact};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub(super) static CLOUD: Issuer = Issuer {
    name: "Atlassian (Bitbucket Cloud)",
    checked_on: "2026-11-23",
    page: "https://id.atlassian.com/manage-profile/security/api-tokens; access tokens: the repository's, project's or workspace's settings",
    kinds: &[
        Kind::new("bitbucket-api", "API token", "ATATT3", Body::Own(with_check)).read_by(read_cloud),
        Kind::new(
            "bitbucket-access",
            "repository, project or workspace access token",
            "ATCTT3",
            Body::Own(with_check),
        )
        .read_by(read_cloud),
        Kind::new(
            "bitbucket-app-password",
            "app password",
            "ATBB",
            Body::Run { of: alphanumeric, least: 32, most: 32 },
        )
        .remark("app passwords have been dead since 2026-06-09; make an API token"),
    ],
};

pub(super) static DATA_CENTER: Issuer = Issuer {
    name: "Bitbucket Data Center",
    checked_on: "2026-11-23",
    page: "on its host, Manage account, HTTP access tokens",
    kinds: &[Kind::new(
        "bitbucket-data-center",
        "HTTP access token",
        "BBDC-",
        Body::Run { of: base64, least: DC_LENGTH, most: DC_LENGTH },
    )
    .read_by(|token| read_data_center(token.get(5..)?))],
};

/// The base64 of 12 digits, a colon and 20 bytes.
pub(super) const DC_LENGTH: usize = 44;

/// Lengths vary, says Atlassian. Where the end is `=` and eight digits, they are a checksum.
fn with_check(rest: &[u8]) -> Option<usize> {
    let body = run(rest, url_safe, 401);
    if !(24..=400).contains(&body) {
        return None;
    }
    let after = rest.get(body..).unwrap_or_default();
    let check = after.strip_prefix(b"=").map_or(0, |hex| run(hex, |b| b.is_ascii_hexdigit(), 9));
    Some(if check == 8 { body + 9 } else { body })
}

fn read_cloud(token: &[u8]) -> Option<Reading> {
    let (head, check) = token.split_at_checked(token.len().checked_sub(8)?)?;
    if !head.ends_with(b"=") {
        return Some(Reading::of(Checksum::None));
    }
    Some(Reading::checked(format!("{:08X}", crc32(head)).as_bytes() == check))
}

/// The token carries the number by which its host's API names it.
pub(super) fn read_data_center(body: &[u8]) -> Option<Reading> {
    let bytes = zeroize::Zeroizing::new(STANDARD.decode(body).ok()?);
    let (id, rest) = bytes.split_at_checked(12)?;
    if !id.iter().all(u8::is_ascii_digit) || rest.first() != Some(&b':') || rest.len() != 21 {
        return None;
    }
    let id = std::str::from_utf8(id).ok()?.to_owned();
    Some(Reading { strong: true, ..Reading::of(Checksum::None).with("token-id", Fact::Text(id)) })
}
