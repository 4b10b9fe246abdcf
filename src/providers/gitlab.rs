//! GitLab: gitlab.com and self-managed.

use super::answer::Stop;
use super::door::{Door, Form, coded};
use super::{About, Provider, dates};
use crate::model::facts::{Barrier, Ends, Known, RepositoryAccess};
use serde::Deserialize;

/// Registered in [`super::ALL`].
pub(super) static PROVIDER: GitLab = GitLab;

/// A unit: all that is known stands in the tables.
#[derive(Debug)]
pub(super) struct GitLab;

#[derive(Deserialize)]
struct Token {
    name: Option<String>,
    #[serde(default)]
    revoked: bool,
    active: Option<bool>,
    created_at: Option<String>,
    last_used_at: Option<String>,
    expires_at: Option<String>,
    scopes: Vec<String>,
}

#[derive(Deserialize)]
struct User {
    username: String,
}

#[derive(Deserialize)]
struct Project {
    permissions: Option<Permissions>,
}

#[derive(Deserialize)]
struct Permissions {
    project_access: Option<Access>,
    group_access: Option<Access>,
}

#[derive(Deserialize)]
struct Access {
    access_level: i64,
}

/// From this level on (Developer) GitLab lets somebody push.
const DEVELOPER: i64 = 30;

impl Provider for GitLab {
    fn name(&self) -> &'static str {
        "gitlab"
    }

    fn form<'a>(&self, _: &About<'a>) -> Form<'a> {
        Form::Header("PRIVATE-TOKEN")
    }

    fn ask(&self, door: &mut Door<'_>, about: &About<'_>) -> Result<Known, Stop> {
        let mut known = Known::default();
        // Every personal, project and group token may look at itself, whatever its scopes are.
        let reply = door.get("/personal_access_tokens/self")?;
        match reply.status {
            200 => {
                let token: Token = door.json(&reply)?;
                if token.revoked || token.active == Some(false) {
                    return Err(Stop::Refused("it is revoked or has run out".into()));
                }
                known.scopes = Some(door.texts(token.scopes.iter().map(String::as_str)));
                known.ends = match token.expires_at.as_deref() {
                    None => Ends::Never,
                    Some(text) => dates::first_second(text).map_or(Ends::NotSaid, Ends::At),
                };
                known.name = token.name.map(|n| door.text(&n));
                known.created = token.created_at.as_deref().and_then(dates::rfc3339);
                known.last_used = token.last_used_at.as_deref().and_then(dates::rfc3339);
            }
            // 16.0 and older, OAuth tokens and deploy tokens have no such page.
            403 | 404 => {}
            _ => return Err(door.odd(&reply)),
        }
        let reply = door.get("/user")?;
        known.account = match reply.status {
            200 => Some(door.account(&door.json::<User>(&reply)?.username)?),
            // Scopes for git alone do not open it: then the account stays unknown, and the token is good all the same.
            403 if known.scopes.is_some() => None,
            403 => return Err(Stop::Forbidden(door.said(&reply))),
            _ => return Err(door.odd(&reply)),
        };
        let may_ask = known.scopes.as_ref().is_some_and(|s| s.iter().any(|s| s == "api" || s == "read_api"));
        if let Some(path) = about.repository.filter(|_| may_ask) {
            let reply = door.get(&format!("/projects/{}", coded(path)));
            known.repository = match reply {
                Ok(reply) => match reply.status {
                    200 => Some(readable(&door.json(&reply)?)),
                    404 => Some(closed(Barrier::AbsentOrHidden)),
                    403 => Some(closed(Barrier::NotAllowed(door.said(&reply)))),
                    _ => None,
                },
                Err(stop @ (Stop::Refused(_) | Stop::Held)) => return Err(stop),
                Err(_) => None,
            };
        }
        Ok(known)
    }
}

fn closed(why: Barrier) -> RepositoryAccess {
    RepositoryAccess { read: false, write: None, why: Some(why) }
}

fn readable(project: &Project) -> RepositoryAccess {
    let levels = project.permissions.as_ref().map(|p| {
        [&p.project_access, &p.group_access].into_iter().flatten().map(|a| a.access_level).max().unwrap_or(0)
    });
    RepositoryAccess { read: true, write: levels.map(|level| level >= DEVELOPER), why: None }
}
