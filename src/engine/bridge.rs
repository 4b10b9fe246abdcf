//! Asks `gh` or another git helper for a token, where a profile's file says so.

use crate::formats::git_credential::{Given, Wanted};
use crate::model::bridge::Bridge;
use crate::model::route::Origin;
use crate::secret::Secret;
use crate::stores::Entry;
use crate::sys::Sys;
use crate::sys::run::{Ask, RunError, With};
use std::ffi::OsString;
use std::time::Duration;

/// How long it may take: a helper may ask for something where nobody sees it.
const LIMIT: Duration = Duration::from_secs(3);

/// Variables from which `gh` would take a token for whatever host is asked for (SECURITY rule 7).
const TOKENS: &[&str] =
    &["GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_HOST"];

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum NoToken {
    /// The program is not there.
    #[error("{0} is not installed, or not in PATH")]
    Missing(String),
    /// It took too long.
    #[error("{0} did not answer within {LIMIT:?}")]
    Silent(String),
    /// It has no login for this user there.
    #[error("gh is not logged in to {origin} as {user}")]
    LoggedOut {
        /// Where.
        origin: Origin,
        /// As whom.
        user: String,
    },
    /// It cannot be asked for one user's token.
    #[error("this gh is too old to give the token of one user: 2.40 or later is needed")]
    OldGh,
    /// The answer is not used.
    #[error("git credential-{name} {problem}")]
    Helper {
        /// The helper's name.
        name: String,
        /// What is wrong.
        problem: String,
    },
}

impl NoToken {
    /// The command that helps.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::Missing(name) if name == "gh" => "install gh, then: gh auth login".into(),
            Self::Missing(name) => format!("install {name}"),
            Self::LoggedOut { origin, .. } => format!("gh auth login --hostname {}", origin.host),
            Self::OldGh => "install a newer gh".into(),
            Self::Silent(_) | Self::Helper { .. } => {
                "log in there once by that helper, then try again".into()
            }
        }
    }
}

/// The token of `user` on exactly this origin.
///
/// # Errors
/// [`NoToken`]; nothing else is tried.
pub fn token(sys: &Sys, bridge: &Bridge, origin: &Origin, user: &str) -> Result<Entry, NoToken> {
    match bridge {
        Bridge::Gh => of_gh(sys, origin, user),
        Bridge::Helper(name) => of_helper(sys, name, origin, user),
    }
}

/// Outside any repository: its configuration must have no say in this.
fn outside(sys: &Sys) -> With<'_> {
    let set = [("GH_PROMPT_DISABLED", "1"), ("GH_NO_UPDATE_NOTIFIER", "1"), ("GIT_TERMINAL_PROMPT", "0")];
    let set = set.map(|(name, value)| (name, OsString::from(value))).to_vec();
    let unset = [TOKENS, &["GIT_DIR", "GIT_WORK_TREE"]].concat();
    With { set, unset, dir: sys.places().home(), ..With::default() }
}

fn of_gh(sys: &Sys, origin: &Origin, user: &str) -> Result<Entry, NoToken> {
    let logged_out = || NoToken::LoggedOut { origin: origin.clone(), user: user.into() };
    let ask = Ask::GhToken { host: origin.host.to_string(), user: user.into() };
    let ran = sys.ask(&ask, outside(sys), LIMIT).map_err(|error| not_run("gh", &error))?;
    let (ok, old) = (ran.ok(), ran.said().contains("unknown flag"));
    let line = Secret::take(ran.stdout);
    if !ok {
        return Err(if old { NoToken::OldGh } else { logged_out() });
    }
    let token = line.expose().strip_suffix(b"\n").unwrap_or(line.expose());
    let token = token.strip_suffix(b"\r").unwrap_or(token);
    if token.is_empty() || token.len() > 4096 || !token.iter().all(u8::is_ascii_graphic) {
        return Err(logged_out());
    }
    Ok(Entry::new(Secret::copy_of(token)))
}

fn of_helper(sys: &Sys, name: &str, origin: &Origin, user: &str) -> Result<Entry, NoToken> {
    let (protocol, host) = (origin.scheme.as_str(), origin.authority());
    let question = format!("protocol={protocol}\nhost={host}\nusername={user}\n\n");
    let program = format!("git credential-{name}");
    let ask = Ask::HelperToken { name: name.into() };
    let with = With { input: Some(question.as_bytes()), ..outside(sys) };
    let ran = sys.ask(&ask, with, LIMIT).map_err(|error| not_run(&program, &error))?;
    let (ok, unknown) = (ran.ok(), ran.said().contains("is not a git command"));
    let answer = Secret::take(ran.stdout);
    if unknown {
        return Err(NoToken::Missing(program));
    }
    let failed = |problem: String| NoToken::Helper { name: name.into(), problem };
    if !ok {
        return Err(failed("failed".into()));
    }
    let wanted = Wanted { protocol, host: &host, user };
    let given = Given::read(answer.expose(), wanted).map_err(|problem| failed(problem.to_string()))?;
    let mut entry = Entry::new(given.password);
    entry.password_expiry_utc = given.password_expiry_utc;
    Ok(entry)
}

fn not_run(program: &str, error: &RunError) -> NoToken {
    match error {
        RunError::TooSlow { .. } => NoToken::Silent(program.into()),
        RunError::Missing(name) => NoToken::Missing(name.clone()),
        RunError::Failed { .. } | RunError::Ended { .. } => NoToken::Missing(program.into()),
    }
}
