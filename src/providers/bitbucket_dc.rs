//! Bitbucket Data Center.
//!
//! Tokens work below `/rest` only; any other page takes them for a failed login, and some of those lock the account
//! behind a captcha. So nothing else is asked, `applinks/whoami` least of all.

use super::answer::Stop;
use super::door::{Door, Form, coded};
use super::token_text::bitbucket_dc_number;
use super::{About, Provider, dates};
use crate::model::facts::{Ends, Known};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Registered in [`super::ALL`].
pub(super) static PROVIDER: BitbucketDc = BitbucketDc;

/// A unit: all that is known stands in the tables.
#[derive(Debug)]
pub(super) struct BitbucketDc;

#[derive(Deserialize)]
struct Page {
    #[serde(rename = "values")]
    _values: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    name: Option<String>,
    created_date: Option<i64>,
    expiry_date: Option<i64>,
    #[serde(default)]
    permissions: Vec<String>,
}

impl Provider for BitbucketDc {
    fn name(&self) -> &'static str {
        "bitbucket-dc"
    }

    fn form<'a>(&self, _: &About<'a>) -> Form<'a> {
        Form::Bearer
    }

    fn ask(&self, door: &mut Door<'_>, about: &About<'_>) -> Result<Known, Stop> {
        let (_, reply) = door.known::<Page>("/api/1.0/projects?limit=1")?;
        // Where anonymous access is on, a token that is not known gets an answer too.
        let Some(name) = reply.header("x-ausername").filter(|n| !n.is_empty()) else {
            return Err(Stop::Refused("it answers as to a stranger".into()));
        };
        let mut known = Known { account: Some(door.account(name)?), ends: Ends::NotSaid, ..Known::default() };
        if let Some(number) = bitbucket_dc_number(about.secret) {
            // Whether a token may read its own record is up to the server; if not, nothing follows from that.
            let path = format!("/access-tokens/latest/users/{}/{number}", coded(name));
            if let Ok((token, _)) = door.known::<Token>(&path) {
                known.name = token.name.map(|n| door.text(&n));
                known.scopes = Some(door.texts(token.permissions.iter().map(String::as_str)));
                known.created = token.created_date.map(dates::milliseconds);
                known.ends = token.expiry_date.map_or(Ends::Never, |at| Ends::At(dates::milliseconds(at)));
            }
        }
        Ok(known)
    }
}
