//! Gitea, Forgejo, Codeberg.

use super::answer::Stop;
use super::door::{Door, Form, coded};
use super::{About, Provider, dates};
use crate::model::facts::{Barrier, Ends, Known, RepositoryAccess};
use serde::Deserialize;

/// Registered in [`super::ALL`].
pub(super) static PROVIDER: Gitea = Gitea;

/// A unit: all that is known stands in the tables.
#[derive(Debug)]
pub(super) struct Gitea;

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Deserialize)]
struct Token {
    name: Option<String>,
    scopes: Option<Vec<String>>,
    created_at: Option<String>,
    last_used_at: Option<String>,
    user: Option<User>,
}

#[derive(Deserialize)]
struct Repo {
    permissions: Option<Permissions>,
}

#[derive(Deserialize)]
struct Permissions {
    #[serde(default)]
    pull: bool,
    #[serde(default)]
    push: bool,
}

impl Provider for Gitea {
    fn name(&self) -> &'static str {
        "gitea"
    }

    fn form<'a>(&self, _: &About<'a>) -> Form<'a> {
        Form::Bearer
    }

    fn ask(&self, door: &mut Door<'_>, about: &About<'_>) -> Result<Known, Stop> {
        let mut known = Known { ends: Ends::NotSaid, ..Known::default() };
        // Gitea since June 2026 lets a token look at itself. Forgejo and older ones have no such page: 404, also to a bad
        // token, so nothing follows from that.
        let reply = door.get("/token")?;
        if reply.status == 200 {
            let token: Token = door.json(&reply)?;
            known.account = token.user.map(|u| door.account(&u.login)).transpose()?;
            known.scopes = token.scopes.map(|list| door.texts(list.iter().map(String::as_str)));
            known.name = token.name.map(|n| door.text(&n));
            known.created = token.created_at.as_deref().and_then(dates::rfc3339);
            known.last_used = token.last_used_at.as_deref().and_then(dates::rfc3339);
        }
        if known.account.is_none() {
            let reply = door.get("/user")?;
            known.account = match reply.status {
                200 => Some(door.account(&door.json::<User>(&reply)?.login)?),
                // It lacks read:user, which git does not need.
                403 => {
                    known.notes.push("the token may not say whose it is: it lacks read:user".into());
                    None
                }
                _ => return Err(door.odd(&reply)),
            };
        }
        if let Some((owner, name)) = about.repository.and_then(|path| path.split_once('/')) {
            known.repository = match door.get(&format!("/repos/{}/{}", coded(owner), coded(name))) {
                Ok(reply) => repository(door, &reply)?,
                Err(stop @ (Stop::Refused(_) | Stop::Held)) => return Err(stop),
                Err(_) => None,
            };
        }
        Ok(known)
    }
}

fn repository(
    door: &Door<'_>,
    reply: &crate::probes::https::Reply,
) -> Result<Option<RepositoryAccess>, Stop> {
    let closed = |why| Some(RepositoryAccess { read: false, write: None, why: Some(why) });
    Ok(match reply.status {
        200 => {
            let repo: Repo = door.json(reply)?;
            let write = repo.permissions.as_ref().map(|p| p.push);
            Some(RepositoryAccess { read: repo.permissions.is_none_or(|p| p.pull), write, why: None })
        }
        404 => closed(Barrier::AbsentOrHidden),
        403 => closed(Barrier::NotAllowed(door.said(reply))),
        _ => None,
    })
}
