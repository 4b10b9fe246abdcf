//! Package registries whose tokens are plain text: npm, crates.io, Docker Hub, JFrog, RubyGems.

use super::Checksum;
use super::github::six_digits_fit;
use super::shape::{Body, Issuer, Kind, Reading, alphanumeric, base64, hex, url_safe};
use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD_NO_PAD;

/// The scheme of GitHub's classic tokens.
pub(super) static NPM: Issuer = Issuer {
    name: "npm",
    checked_on: "2026-11-23",
    page: "npm token list, npm token revoke",
    kinds: &[Kind::new("npm", "access token", "npm_", Body::Run { of: alphanumeric, least: 36, most: 36 })
        .read_by(|token| Some(Reading::checked(six_digits_fit(token.get(4..)?))))],
};

/// rust-lang/crates.io, `crates_io_trustpub/src/access_token.rs`: the check character is all others, xored.
pub(super) static CRATES: Issuer = Issuer {
    name: "crates.io",
    checked_on: "2026-11-23",
    page: "Account settings, API tokens",
    kinds: &[
        Kind::new(
            "crates-trusted",
            "trusted publishing token",
            "cio_tp_",
            Body::Run { of: alphanumeric, least: 32, most: 32 },
        )
        .read_by(read_trusted)
        .remark("it lives for one publishing run"),
        Kind::new("crates", "API token", "cio", Body::Run { of: alphanumeric, least: 32, most: 32 })
            .remark("cargo keeps it in plain text unless a credential provider is set"),
    ],
};

fn read_trusted(token: &[u8]) -> Option<Reading> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let (check, random) = token.get(7..)?.split_last()?;
    let all = random.iter().fold(0, |sum, byte| sum ^ byte);
    let fits = DIGITS.get(usize::from(all) % DIGITS.len()) == Some(check);
    Some(Reading::checked(fits))
}

pub(super) static DOCKER: Issuer = Issuer {
    name: "Docker Hub",
    checked_on: "2026-11-23",
    page: "Account settings, Personal access tokens (organisations: Access tokens)",
    kinds: &[
        Kind::new(
            "docker-personal",
            "personal access token",
            "dckr_pat_",
            Body::Run { of: url_safe, least: 27, most: 64 },
        ),
        Kind::new(
            "docker-organisation",
            "organisation access token",
            "dckr_oat_",
            Body::Run { of: url_safe, least: 32, most: 64 },
        ),
    ],
};

pub(super) static JFROG: Issuer = Issuer {
    name: "JFrog",
    checked_on: "2026-11-23",
    page: "on its host, User profile, Identity tokens",
    kinds: &[
        Kind::new(
            "jfrog-reference",
            "reference token",
            "cmVmdGtu",
            Body::Run { of: base64, least: 56, most: 56 },
        )
        .read_by(read_reference),
        Kind::new("jfrog-api-key", "API key", "AKCp", Body::Run { of: alphanumeric, least: 69, most: 69 })
            .remark("API keys are being withdrawn; make an identity token"),
    ],
};

/// The base64 of `reftkn:` and more.
fn read_reference(token: &[u8]) -> Option<Reading> {
    let bytes = zeroize::Zeroizing::new(STANDARD_NO_PAD.decode(token).ok()?);
    let strong = bytes.starts_with(b"reftkn:");
    strong.then(|| Reading { strong, ..Reading::of(Checksum::None) })
}

pub(super) static RUBYGEMS: Issuer = Issuer {
    name: "RubyGems",
    checked_on: "2026-11-25",
    page: "Settings, API keys",
    kinds: &[Kind::new("rubygems", "API key", "rubygems_", Body::Run { of: hex, least: 48, most: 48 })],
};
