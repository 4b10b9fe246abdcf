//! Azure DevOps, in the cloud and on a server of one's own.

use super::answer::Stop;
use super::door::{Door, Form, coded};
use super::{About, Provider};
use crate::model::facts::{Barrier, Ends, Known, RepositoryAccess};
use crate::model::name::HostName;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Registered in [`super::ALL`].
pub(super) static PROVIDER: AzureDevOps = AzureDevOps;

/// A unit: all that is known stands in the tables.
#[derive(Debug)]
pub(super) struct AzureDevOps;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    /// Some failures come with status 200.
    pat_token_error: Option<String>,
    #[serde(rename = "count")]
    _count: Option<IgnoredAny>,
    id: Option<IgnoredAny>,
    value: Option<Vec<IgnoredAny>>,
}

impl Provider for AzureDevOps {
    fn name(&self) -> &'static str {
        "azure-devops"
    }

    fn form<'a>(&self, _: &About<'a>) -> Form<'a> {
        Form::Basic("")
    }

    /// A token cannot be asked for its account, scopes or end there: only whether it lives, and opens the repository.
    fn ask(&self, door: &mut Door<'_>, about: &About<'_>) -> Result<Known, Stop> {
        let Some(path) = about.repository else {
            return Err(Stop::Odd("without a repository there is no organization to ask".into()));
        };
        // ORG/PROJECT/_git/REPO, or ORG/_git/REPO where the project has the same name.
        let question = match path.split('/').collect::<Vec<_>>().as_slice() {
            [org, project, "_git", repo] => {
                format!("/{}/{}/_apis/git/repositories/{}", coded(org), coded(project), coded(repo))
            }
            [org, "_git", repo] => {
                format!("/{}/{}/_apis/git/repositories/{}", coded(org), coded(repo), coded(repo))
            }
            [org, ..] => format!("/{}/_apis/projects?$top=1", coded(org)),
            [] => return Err(Stop::Odd("the repository has no organization".into())),
        };
        let reply = door.get(&question).map_err(|stop| sign_in(stop, door.host()))?;
        let closed = |why| Some(RepositoryAccess { read: false, write: None, why: Some(why) });
        let mut known = Known { ends: Ends::NotSaid, ..Known::default() };
        known.repository = match reply.status {
            200 => {
                let answered: Answered = door.json(&reply)?;
                if let Some(error) = answered.pat_token_error.filter(|e| e != "none") {
                    return Err(Stop::Forbidden(door.text(&error)));
                }
                if answered.id.is_none() && answered.value.is_none() {
                    return Err(door.odd(&reply));
                }
                answered.id.map(|_| RepositoryAccess { read: true, write: None, why: None })
            }
            404 => closed(Barrier::AbsentOrHidden),
            403 => closed(Barrier::NotAllowed(door.said(&reply))),
            _ => return Err(door.odd(&reply)),
        };
        Ok(known)
    }
}

/// Where Microsoft's sign-in pages are.
const SIGN_IN: &[&str] = &["visualstudio.com", "microsoftonline.com", "azure.com"];

/// A token that is not known is led to the sign-in page instead of being refused with 401.
fn sign_in(stop: Stop, here: &HostName) -> Stop {
    let theirs = |host: &HostName| {
        host == here
            || SIGN_IN.iter().any(|s| host.as_str().strip_suffix(s).is_some_and(|h| h.ends_with('.')))
    };
    match stop {
        Stop::Moved(Some(origin)) if theirs(&origin.host) => {
            Stop::Refused(format!("it leads to a sign-in page of {origin}"))
        }
        Stop::Page(words) => Stop::Refused(words),
        other => other,
    }
}
