//! GitHub: github.com, GHE.com and Enterprise Server.

use super::answer::Stop;
use super::door::{Door, Form, coded};
use super::{About, Provider, dates};
use crate::model::facts::{Barrier, Ends, Known, RepositoryAccess};
use crate::probes::https::Reply;
use serde::Deserialize;

/// Registered in [`super::ALL`].
pub(super) static PROVIDER: GitHub = GitHub;

/// A unit: all that is known stands in the tables.
#[derive(Debug)]
pub(super) struct GitHub;

#[derive(Deserialize)]
struct User {
    login: String,
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

impl Provider for GitHub {
    fn name(&self) -> &'static str {
        "github"
    }

    fn form<'a>(&self, _: &About<'a>) -> Form<'a> {
        Form::Bearer
    }

    fn ask(&self, door: &mut Door<'_>, about: &About<'_>) -> Result<Known, Stop> {
        let (user, reply): (User, Reply) = door.known("/user")?;
        // A list of scopes comes for classic tokens and OAuth apps only, even when it is empty.
        let scopes = reply.header("x-oauth-scopes").map(|list| door.texts(list.split(',')));
        let kind = if scopes.is_some() { "classic" } else { "fine-grained" };
        let ends = match reply.header("github-authentication-token-expiration") {
            None => Ends::Never,
            Some(text) => dates::github(text).map_or(Ends::NotSaid, Ends::At),
        };
        let mut known = Known {
            account: Some(door.account(&user.login)?),
            kind: Some(kind),
            scopes,
            ends,
            ..Known::default()
        };
        if let Some((owner, name)) = about.repository.and_then(|path| path.split_once('/')) {
            let asked = door.get(&format!("/repos/{}/{}", coded(owner), coded(name)));
            known.repository = match asked {
                Ok(reply) => Some(repository(door, &reply)?),
                Err(Stop::Moved(_)) => {
                    known.notes.push("the repository has another name or owner by now".into());
                    None
                }
                // What was learnt of the token holds.
                Err(Stop::Busy(_) | Stop::Odd(_) | Stop::Unreached(_)) => None,
                Err(stop) => return Err(stop),
            };
        }
        Ok(known)
    }
}

fn repository(door: &Door<'_>, reply: &Reply) -> Result<RepositoryAccess, Stop> {
    let closed = |why| RepositoryAccess { read: false, write: None, why: Some(why) };
    // Single sign-on is told with 403, and sometimes with 404.
    if let Some(rest) = reply.header("x-github-sso").and_then(|h| h.strip_prefix("required")) {
        let page = rest.split(';').find_map(|p| p.trim().strip_prefix("url="));
        return Ok(closed(Barrier::Sso { page: page.and_then(|p| door.link(p)) }));
    }
    match reply.status {
        200 => {
            let repo: Repo = door.json(reply)?;
            let write = repo.permissions.as_ref().map(|p| p.push);
            Ok(RepositoryAccess { read: repo.permissions.is_none_or(|p| p.pull), write, why: None })
        }
        404 => Ok(closed(Barrier::AbsentOrHidden)),
        403 | 451 => Ok(closed(Barrier::NotAllowed(door.said(reply)))),
        _ => Err(door.odd(reply)),
    }
}
