//! What a provider reads in a token's own text.

use crate::formats::token::{Fact, recognise};
use crate::secret::Secret;

/// The number under which Bitbucket Data Center's API knows a token.
pub(super) fn bitbucket_dc_number(secret: &Secret) -> Option<String> {
    let facts = recognise(secret.expose())?.facts;
    facts.into_iter().find_map(|(name, fact)| match fact {
        Fact::Text(number) if name == "token-id" => Some(number),
        _ => None,
    })
}
