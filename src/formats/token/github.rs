//! GitHub, GHE.com and Enterprise Server.
//!
//! GitHub changelog 2021-03-31 (forms), github.blog 2021-04-05 (checksum), changelog 2026-04-24 (`ghs_` with a JWT).

use super::checksum::{base62, crc32};
use super::shape::{Body, Issuer, Kind, Reading, jwt, run, word};
use super::{Checksum, Fact};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub(super) static GITHUB: Issuer = Issuer {
    name: "GitHub",
    checked_on: "2026-11-23",
    page: "Settings, Developer settings, Personal access tokens; OAuth and App tokens: Settings, Applications",
    kinds: &[
        classic("github-classic", "personal access token (classic)", "ghp_"),
        Kind::new("github-fine-grained", "fine-grained personal access token", "github_pat_", FINE),
        classic("github-oauth", "OAuth app token", "gho_")
            .remark("it has no expiry; sign out of the app that got it, or revoke the app"),
        classic("github-app-user", "App user token", "ghu_").remark("it lives eight hours"),
        classic("github-refresh", "App refresh token", "ghr_").remark("it lives six months and works once"),
        Kind::new(
            "github-installation-jwt",
            "App installation token (stateless)",
            "ghs_",
            Body::Own(stateless),
        )
        .read_by(read_stateless)
        .remark("it lives one hour"),
        classic("github-installation", "App installation token", "ghs_").remark("it lives one hour"),
    ],
};

const FINE: Body = Body::Run { of: word, least: 82, most: 82 };

/// 36 characters, of which the last six are a checksum. GitHub asks to allow for up to 255 in all.
const fn classic(code: &'static str, title: &'static str, mark: &'static str) -> Kind {
    Kind::new(code, title, mark, Body::Run { of: word, least: 36, most: 251 }).read_by(read_classic)
}

/// The rule is known for 40 characters only.
fn read_classic(token: &[u8]) -> Option<Reading> {
    let body = token.get(4..)?;
    if body.len() != 36 || !body.iter().all(u8::is_ascii_alphanumeric) {
        return Some(Reading::of(Checksum::None));
    }
    Some(Reading::checked(six_digits_fit(body)))
}

/// GitHub's and npm's: the CRC of the random part, in base 62.
pub(super) fn six_digits_fit(body: &[u8]) -> bool {
    let (random, check) = body.split_at(body.len().saturating_sub(6));
    base62(crc32(random)) == check
}

/// `APPID_JWT`, about 520 characters in all.
fn stateless(rest: &[u8]) -> Option<usize> {
    let app = run(rest, |b| b.is_ascii_digit(), 20);
    let after = rest.get(app..)?.strip_prefix(b"_").filter(|_| app > 0)?;
    Some(app + 1 + jwt(after)?)
}

fn read_stateless(token: &[u8]) -> Option<Reading> {
    let (app, jwt) = std::str::from_utf8(token.get(4..)?).ok()?.split_once('_')?;
    let mut reading = Reading::of(Checksum::None);
    if let Ok(app) = app.parse() {
        reading = reading.with("app-id", Fact::Number(app));
    }
    let payload = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1)?).ok()?;
    let claims: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&payload).ok()?;
    for (claim, name) in [("iat", "created"), ("exp", "expires")] {
        let time = claims.get(claim).and_then(serde_json::Value::as_i64);
        if let Some(time) = time {
            reading = reading.with(name, Fact::Time(time));
        }
    }
    reading.strong = true;
    Some(reading)
}
