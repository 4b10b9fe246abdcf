//! What a token's own text says: the one place where providers look at it.

use crate::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// The number of a Bitbucket Data Center token, under which its API knows it: `BBDC-` and base64 of `NUMBER:` with
/// random bytes; older ones have no prefix.
pub(super) fn bitbucket_dc_number(secret: &Secret) -> Option<String> {
    let text = secret.expose_str()?;
    let coded = text.strip_prefix("BBDC-").unwrap_or(text);
    let plain = Zeroizing::new(STANDARD.decode(coded).ok()?);
    let (number, _) = plain.split_at_checked(plain.iter().position(|b| *b == b':')?)?;
    let digits = (6..=20).contains(&number.len()) && number.iter().all(u8::is_ascii_digit);
    if digits { String::from_utf8(number.to_vec()).ok() } else { None }
}
