//! Bitbucket Cloud.

use super::answer::Stop;
use super::door::{Door, Form, coded};
use super::{About, Provider};
use crate::model::facts::{Barrier, Ends, Known, RepositoryAccess};
use serde::Deserialize;

/// Registered in [`super::ALL`].
pub(super) static PROVIDER: BitbucketCloud = BitbucketCloud;

/// A unit: all that is known stands in the tables.
#[derive(Debug)]
pub(super) struct BitbucketCloud;

#[derive(Deserialize)]
struct User {
    username: Option<String>,
    nickname: Option<String>,
    account_id: Option<String>,
}

impl Provider for BitbucketCloud {
    fn name(&self) -> &'static str {
        "bitbucket"
    }

    /// An API token logs in to the API with the account's e-mail address, which git does not take; git's user names do
    /// not work there. Bearer is for access tokens of repositories, projects and workspaces.
    fn form<'a>(&self, about: &About<'a>) -> Form<'a> {
        if about.user.contains('@') { Form::Basic(about.user) } else { Form::Bearer }
    }

    fn ask(&self, door: &mut Door<'_>, about: &About<'_>) -> Result<Known, Stop> {
        let personal = about.secret.expose().starts_with(b"ATATT");
        if personal && !about.user.contains('@') {
            // To try would be a refused login of a token that is good for git.
            return Err(Stop::Odd(
                "Bitbucket's API wants the account's e-mail address with such a token, and the profile has a user name"
                    .into(),
            ));
        }
        let reply = door.get("/user")?;
        let scopes = reply.header("x-oauth-scopes").map(|list| door.texts(list.split(',')));
        let mut known = Known { scopes, ends: Ends::NotSaid, ..Known::default() };
        known.kind = if personal { Some("api token") } else { Some("access token") };
        match reply.status {
            200 => {
                let user: User = door.json(&reply)?;
                let name = user.username.or(user.nickname).or(user.account_id).unwrap_or_default();
                known.account = Some(door.account(&name)?);
            }
            // It lacks read:user, or is a repository's own.
            403 => {}
            _ => return Err(door.odd(&reply)),
        }
        if let Some((workspace, name)) = about.repository.and_then(|path| path.split_once('/')) {
            let closed = |why| Some(RepositoryAccess { read: false, write: None, why: Some(why) });
            known.repository = match door.get(&format!("/repositories/{}/{}", coded(workspace), coded(name)))
            {
                Ok(reply) => match reply.status {
                    200 => {
                        door.json::<serde::de::IgnoredAny>(&reply)?;
                        Some(RepositoryAccess { read: true, write: None, why: None })
                    }
                    404 => closed(Barrier::AbsentOrHidden),
                    403 => closed(Barrier::NotAllowed(door.said(&reply))),
                    _ => None,
                },
                Err(stop @ (Stop::Refused(_) | Stop::Held)) => return Err(stop),
                Err(_) => None,
            };
        }
        if known.account.is_none() && known.repository.is_none() {
            return Err(Stop::Forbidden(door.said(&reply)));
        }
        Ok(known)
    }
}
