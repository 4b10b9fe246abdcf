//! Tokens without any mark: told only where a text is one of them and nothing else.

use super::shape::{Body, Issuer, Kind, Reading, hex};
use super::{Checksum, Token, atlassian, aws, azure};

/// Gitea, Forgejo and their instances (Codeberg); also GitHub's tokens from before April 2021 look so.
pub(super) static GITEA: Issuer = Issuer {
    name: "Gitea, Forgejo or GitHub before 2021",
    checked_on: "2026-11-23",
    page: "on its host, /user/settings/applications",
    kinds: &[Kind::new("hex-40", "access token, if it is no commit id", "", Body::Own(|_| None))
        .remark("40 hexadecimal digits look the same in all of these, and in a commit id; such a token has no expiry field")],
};

pub(super) fn recognise(text: &[u8]) -> Option<Token> {
    azure::old(text)
        .or_else(|| aws::signature(text))
        .or_else(|| data_center(text))
        .or_else(|| forty_digits(text))
}

/// Before Bitbucket 8 the token stood without its prefix.
fn data_center(text: &[u8]) -> Option<Token> {
    let reading = atlassian::read_data_center(text)?;
    let kind = atlassian::DATA_CENTER.kinds.first()?;
    Some(Token::of(&atlassian::DATA_CENTER, kind, reading, true))
}

fn forty_digits(text: &[u8]) -> Option<Token> {
    let kind = GITEA.kinds.first()?;
    let is_one = text.len() == 40 && text.iter().all(|b| hex(*b));
    is_one.then(|| Token::of(&GITEA, kind, Reading::of(Checksum::None), super::looks::looks_random(text)))
}
