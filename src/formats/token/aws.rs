//! AWS CodeCommit: the names of access keys, and the passwords that its helper makes of them.
//!
//! AWS IAM "Unique identifiers"; awscli 1.45, `customizations/codecommit.py` (SigV4 with the method GIT).

use super::shape::{Body, Issuer, Kind, Reading, hex};
use super::{Checksum, Fact, Token};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

pub(super) static AWS: Issuer = Issuer {
    name: "AWS (CodeCommit)",
    checked_on: "2026-11-23",
    page: "IAM, Users, Security credentials",
    kinds: &[
        access_key("aws-access-key-id", "access key id", "AKIA"),
        access_key("aws-temporary-key-id", "temporary access key id", "ASIA"),
        SIGNATURE,
    ],
};

const SIGNATURE: Kind =
    Kind::new("aws-codecommit-password", "signed password for git", "", Body::Own(|_| None))
        .remark("it is made for one repository and dies within minutes: no helper may keep it");

/// `20260101T000000Z` and 64 hexadecimal digits.
pub(super) const SIGNATURE_LENGTH: usize = 80;

/// The name of a key opens nothing without the key.
const fn access_key(code: &'static str, title: &'static str, mark: &'static str) -> Kind {
    Kind {
        secret: false,
        remark: "it is only the name of a key; its secret stands elsewhere",
        ..Kind::new(code, title, mark, Body::Run { of: key_byte, least: 16, most: 16 })
    }
}

fn key_byte(byte: u8) -> bool {
    byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte)
}

/// A password of CodeCommit, by its form.
pub(super) fn signature(text: &[u8]) -> Option<Token> {
    let (time, digits) = text.split_at_checked(SIGNATURE_LENGTH - 64)?;
    if text.len() != SIGNATURE_LENGTH || !digits.iter().all(|b| hex(*b)) {
        return None;
    }
    let made = DateTime::strptime("%Y%m%dT%H%M%SZ", time).ok()?.to_zoned(TimeZone::UTC).ok()?;
    let kind = AWS.kinds.iter().find(|k| k.code == SIGNATURE.code)?;
    let made = Fact::Time(made.timestamp().as_second());
    Some(Token::of(&AWS, kind, Reading::of(Checksum::None).with("created", made), true))
}
