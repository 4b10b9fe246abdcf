//! Answers git's credential requests: by exact origin, by owner, and never by guess.
//!
//! git asks in the block of a managed host (SECURITY rule 13), so a refusal is closed: `quit=1` and one line that
//! says what to do. A request that no profile has anything to do with gets no answer at all, and git goes on.

mod borrowed;
mod ground;
mod netrc;
pub mod registry;

pub use ground::Ground;
pub use netrc::netrc;

use super::refused_note;
use super::when;
use crate::formats::git_credential::{Answer, Request, basic_credential};
use crate::formats::shell;
use crate::model::bridge::Bridge;
use crate::model::name::{HostName, ProfileName};
use crate::model::plan::RecordId;
use crate::model::route::{Claim, Decision, Origin, OwnerPath, Scheme, clean_decoded_path, decide};
use crate::model::route_table::Routes;
use crate::redact;
use crate::secret::Secret;
use crate::stores::{self, Entry, Record, State, Store};
use crate::sys::Sys;
use ground::Machine;
use std::path::Path;

/// Set to `1`, the helper stores and erases nothing: for `verify`, which only reads.
pub const READ_ONLY: &str = "DOORKEY_READONLY";

/// Set to `1`, a token that its host refused is handed out once more: for `token check`.
pub const TRY_SUSPECT: &str = "DOORKEY_TRY_SUSPECT";

/// Set to `1`, the helper says on standard error for whom it answers ([`said_who`] reads it): for `verify`, which
/// must know whether it was doorkey's credential that git sent.
pub const SAY_WHO: &str = "DOORKEY_SAY_WHO";

/// The profile and user in a line that the helper said under [`SAY_WHO`].
#[must_use]
pub fn said_who(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("doorkey: answered for ")?.split_once(" as ")
}

/// What the helper prints.
#[derive(Debug, Default)]
pub struct Reply {
    /// For git, on standard output.
    pub answer: Option<Secret>,
    /// For people, one line on standard error.
    pub said: Option<String>,
}

impl Reply {
    fn quit(said: impl Into<String>) -> Self {
        Self { answer: Answer::Quit.encode().ok(), said: Some(said.into()) }
    }

    fn nothing() -> Self {
        Self::default()
    }
}

/// Who is asked about: a profile, the claim that led to it, and the path.
struct Asked {
    profile: ProfileName,
    origin: Origin,
    /// `None` for an origin that no profile claims, kept for a profile with `store-unknown-origins`.
    claim: Option<Claim>,
    path: String,
    /// Who gives the token instead of the store.
    bridge: Option<Bridge>,
    forget_on_erase: bool,
}

/// Answers `get`.
#[must_use]
pub fn get(sys: &Sys, generation: &Path, input: &[u8]) -> Reply {
    reply(&Machine { sys, generation }, input)
}

/// Answers `get` from what `ground` holds.
#[must_use]
pub fn reply(ground: &dyn Ground, input: &[u8]) -> Reply {
    let request = match Request::parse(input) {
        Ok(request) => request,
        Err(refusal) => return Reply::quit(format!("refused a credential request: {refusal}")),
    };
    match asked(ground, &request) {
        Ok(Some(asked)) => answer(ground, &request, &asked).unwrap_or_else(Reply::quit),
        Ok(None) => Reply::nothing(),
        Err(said) => Reply::quit(said),
    }
}

/// Decides who speaks. `Err` is a refusal in words.
fn asked(ground: &dyn Ground, request: &Request) -> Result<Option<Asked>, String> {
    let Some(scheme) = Scheme::parse(&request.protocol).filter(|s| *s != Scheme::Ssh) else {
        return Ok(None);
    };
    let host = HostName::new(&request.host).map_err(|e| format!("refused a credential request: {e}"))?;
    let origin = Origin { scheme, host, port: request.port.unwrap_or(scheme.default_port()) };
    let path = match &request.path {
        Some(path) => Some(clean_decoded_path(path).map_err(|e| {
            format!(
                "refused: the repository path on {origin} {e}, so its owner is not certain; use the plain URL"
            )
        })?),
        None => None,
    };
    let routes = ground.routes(&origin)?;
    let decision = decide(&routes.claims, path.as_deref().filter(|p| !p.is_empty()));
    let claim = match decision {
        Decision::Claimed(claim) => claim.clone(),
        Decision::Unmanaged => return unmanaged(ground, &routes, origin, path),
        Decision::NoPath => {
            return Err(format!(
                "refused: {origin} is shared by owner, and this program asked without a repository path; \
                 see its owners: doorkey route list"
            ));
        }
        Decision::Unclaimed => return Err(unclaimed(&routes, &origin, path.as_deref().unwrap_or_default())),
    };
    routes.in_session(&claim.profile, format_args!("{origin}/{}", path.as_deref().unwrap_or_default()))?;
    // A generation lives on for running programs, but what was removed since is gone at once.
    ground.still_claims(&claim)?;
    let forget_on_erase = routes.compat.iter().any(|(p, c)| *p == claim.profile && c.forget_on_erase);
    let bridge = routes.bridges.iter().find(|(p, _)| *p == claim.profile).map(|(_, bridge)| bridge.clone());
    Ok(Some(Asked {
        profile: claim.profile.clone(),
        origin,
        claim: Some(claim),
        path: path.unwrap_or_default(),
        bridge,
        forget_on_erase,
    }))
}

fn unmanaged(
    ground: &dyn Ground,
    routes: &Routes,
    origin: Origin,
    path: Option<String>,
) -> Result<Option<Asked>, String> {
    let here = |profile: &ProfileName| routes.only.as_ref().is_none_or(|only| only == profile);
    if let Some((profile, compat)) = routes.compat.iter().find(|(p, c)| c.store_unknown_origins && here(p))
        && ground.has(profile)?
    {
        let forget_on_erase = compat.forget_on_erase;
        let profile = profile.clone();
        return Ok(Some(Asked {
            profile,
            origin,
            claim: None,
            path: path.unwrap_or_default(),
            bridge: None,
            forget_on_erase,
        }));
    }
    if routes.host_known {
        return Err(format!(
            "refused: a profile manages {}, but not as {origin}; a token is not sent there (use the profile's own URL)",
            origin.host
        ));
    }
    Ok(None)
}

fn unclaimed(routes: &Routes, origin: &Origin, path: &str) -> String {
    let owner = path.split('/').next().unwrap_or_default();
    let near = routes.claims.iter().find(|c| c.owner.as_str().eq_ignore_ascii_case(owner));
    let hint = match near {
        Some(claim) => format!(
            " ({} has {:?}; this host may tell upper and lower case apart, so set `provider` in the profile if it does not)",
            claim.profile,
            claim.owner.as_str()
        ),
        None => String::new(),
    };
    let url = shell::word(&format!("{origin}/{path}"));
    format!(
        "refused: no profile claims owner {owner:?} on {origin}{hint}; \
         to let a profile speak for it: doorkey route add {url} PROFILE"
    )
}

/// Finds the record and hands it out. `Err` is a refusal in words.
fn answer(ground: &dyn Ground, request: &Request, asked: &Asked) -> Result<Reply, String> {
    let Asked { profile, origin, .. } = asked;
    if let (Some(wanted), Some(given)) =
        (asked.claim.as_ref().and_then(|c| c.user.as_ref()), request.username.as_ref())
        && wanted != given
    {
        return Err(other_user(asked, given, wanted));
    }
    let mut records = ground.records(profile)?;
    if let Some(bridge) = &asked.bridge {
        records = vec![borrowed::record(ground, bridge, asked, &records)?];
    }
    let found = find(&records, asked, request.username.as_deref());
    let Some(record) = found else {
        if asked.claim.is_none() {
            return Ok(Reply::nothing());
        }
        return Err(none_fits(&records, request, asked));
    };
    if record.state == State::Suspect && !ground.is_set(TRY_SUSPECT) {
        return Err(format!(
            "refused: {origin} refused this token of {profile} ({}) {}; test it with: doorkey token check {profile}, \
             or replace it with: doorkey token add {profile}",
            record.id.user,
            when::date_time(record.since)
        ));
    }
    let expiry = record.entry.password_expiry_utc.or(record.entry.expires);
    if let Some(end) = expiry.filter(|e| *e <= ground.now()) {
        return Err(format!(
            "the token of {profile} for {origin} expired {}; replace it with: doorkey token add {profile}",
            when::date_time(end)
        ));
    }
    let user = record.id.user.as_str();
    if user.is_empty() && record.entry.secret.is_empty() {
        let bytes = Answer::SingleSignOn.encode().map_err(|e| format!("refused: {e}"))?;
        return Ok(Reply { answer: Some(bytes), said: None });
    }
    let password_expiry_utc = record.entry.password_expiry_utc.and_then(|t| u64::try_from(t).ok());
    let header = if request.capabilities.authtype && asked.claim.is_some() {
        basic_credential(user, &record.entry.secret)
    } else {
        None
    };
    let answer = match &header {
        Some(credential) => Answer::Header { authtype: "Basic", credential, password_expiry_utc },
        None => Answer::Password {
            username: user,
            password: &record.entry.secret,
            password_expiry_utc,
            oauth_refresh_token: record.entry.oauth_refresh_token.as_ref(),
        },
    };
    let bytes = answer.encode().map_err(|e| format!("refused: {e}"))?;
    // A profile's name holds no blank, so `said_who` reads it back whatever the user's name is.
    let said = ground.is_set(SAY_WHO).then(|| format!("answered for {profile} as {user}"));
    Ok(Reply { answer: Some(bytes), said })
}

fn other_user(asked: &Asked, given: &str, ours: &str) -> String {
    let Asked { profile, origin, .. } = asked;
    format!(
        "refused: git asks for user {:?}, but profile {profile} is user {:?} on {origin}; \
         take the user out of the URL, or out of credential.username in git's configuration",
        redact::user_name(given),
        redact::user_name(ours)
    )
}

/// Why no record can be handed out, and what helps.
fn none_fits(records: &[Record], request: &Request, asked: &Asked) -> String {
    let Asked { profile, origin, .. } = asked;
    let here: Vec<&Record> = records
        .iter()
        .filter(|r| r.state != State::Retired && r.id.origin == origin.to_string() && covers(r, asked))
        .collect();
    match (here.as_slice(), request.username.as_deref()) {
        ([one], Some(given)) if one.id.user != given => other_user(asked, given, &one.id.user),
        ([_, _, ..], given) => {
            let users: Vec<&str> = here.iter().map(|r| redact::user_name(&r.id.user)).collect();
            let users = users.join(", ");
            let given = given.map(|user| format!(" {:?}", redact::user_name(user))).unwrap_or_default();
            format!(
                "refused: profile {profile} has tokens of {users} for {origin}, and git asks for user{given}; \
                 name one in the URL (https://USER@HOST/...), or take the other out of use: doorkey token remove {profile}"
            )
        }
        _ => {
            let user = asked.claim.as_ref().and_then(|c| c.user.as_deref()).unwrap_or("USER");
            format!(
                "profile {profile} has no token for {origin}; run: doorkey token add {profile} --host {} --user {user}",
                origin.authority()
            )
        }
    }
}

/// The record for a request: on exactly that origin, under the deepest path that covers it, of the user that is asked
/// for. Several users and none asked for: nothing is guessed.
fn find<'a>(records: &'a [Record], asked: &Asked, user: Option<&str>) -> Option<&'a Record> {
    let user = user.or_else(|| asked.claim.as_ref().and_then(|c| c.user.as_deref()));
    let origin = asked.origin.to_string();
    let mut fitting: Vec<&Record> = records
        .iter()
        .filter(|r| r.state != State::Retired && r.id.origin == origin)
        .filter(|r| user.is_none_or(|u| u == r.id.user))
        .filter(|r| covers(r, asked))
        .collect();
    let deepest = fitting.iter().map(|r| r.id.path.len()).max()?;
    fitting.retain(|r| r.id.path.len() == deepest);
    match (fitting.as_slice(), asked.claim.is_some()) {
        ([only], _) => Some(only),
        // git's own suite: the newest of several users, where nobody claims the origin.
        ([.., last], false) => Some(last),
        _ => None,
    }
}

fn covers(record: &Record, asked: &Asked) -> bool {
    match &asked.claim {
        Some(claim) => {
            OwnerPath::of_clean(&record.id.path).is_ok_and(|p| p.covers(&asked.path, claim.fold_case))
        }
        None => record.id.path == asked.path || asked.path.is_empty(),
    }
}

/// Handles `store`: git found that a login worked. Only what a profile claims is kept, for the user it expects.
///
/// # Errors
/// In words, for standard error.
pub fn store(sys: &mut Sys, generation: &Path, input: &[u8]) -> Result<(), String> {
    let request = Request::parse(input).map_err(|r| format!("refused to store a credential: {r}"))?;
    // Without a password it is a header we made ourselves, or one that must not be kept.
    let Some(password) = &request.password else { return Ok(()) };
    if request.ephemeral || read_only(sys) {
        return Ok(());
    }
    let Some(asked) = asked(&Machine { sys, generation }, &request)? else { return Ok(()) };
    // Only single sign-on has neither name nor password, and a profile's host is not left to that.
    let user = match &request.username {
        Some(user) => user.as_str(),
        None if asked.claim.is_none() && password.is_empty() => "",
        None => return Ok(()),
    };
    let wanted = asked.claim.as_ref().and_then(|c| c.user.as_deref());
    if wanted.is_some_and(|w| w != user) {
        return Ok(());
    }
    let store = stores::open(sys).map_err(|e| e.to_string())?;
    let origin = asked.origin.to_string();
    if asked.claim.is_some() {
        let records = store.records(sys, &asked.profile).map_err(|e| e.to_string())?;
        let mut present = records.iter().filter(|r| r.state != State::Retired && r.id.origin == origin);
        if let Some(first) = present.next() {
            // What the user keeps here is replaced by `token add` alone: the value that git hands back may come from a
            // URL that somebody else wrote, may be the one of a narrower record, or of a second user.
            let mut same = std::iter::once(first).chain(present).filter(|r| {
                r.state == State::Suspect && r.id.user == user && r.entry.secret.same_as(password.expose())
            });
            let works_again = same.find(|r| covers(r, &asked)).map(|r| r.id.clone());
            return match works_again {
                Some(id) => store.clear_suspect(sys, &asked.profile, &id).map(|_| ()),
                None => Ok(()),
            }
            .map_err(|e| e.to_string());
        }
    }
    if asked.bridge.is_some() {
        return Ok(());
    }
    let path = if asked.claim.is_some() { String::new() } else { asked.path.clone() };
    let record = RecordId { origin, path, user: user.into() };
    let mut entry = Entry::new(password.clone());
    entry.password_expiry_utc = request.password_expiry_utc.and_then(|t| i64::try_from(t).ok());
    entry.oauth_refresh_token = request.oauth_refresh_token.clone();
    store.put(sys, &asked.profile, &record, &entry).map(|_| ()).map_err(|e| e.to_string())
}

/// Handles `erase`: the host refused a login. The same secret becomes suspect; another one is nothing to us.
///
/// # Errors
/// In words, for standard error.
pub fn erase(sys: &mut Sys, generation: &Path, input: &[u8]) -> Result<(), String> {
    let request = Request::parse(input).map_err(|r| format!("refused to erase a credential: {r}"))?;
    if read_only(sys) {
        return Ok(());
    }
    let Some(asked) = asked(&Machine { sys, generation }, &request)? else { return Ok(()) };
    let store = stores::open(sys).map_err(|e| e.to_string())?;
    if asked.bridge.is_some() {
        return borrowed::remember_refused(store.as_ref(), sys, &request, &asked);
    }
    let records = store.records(sys, &asked.profile).map_err(|e| e.to_string())?;
    let origin = asked.origin.to_string();
    for record in records.iter().filter(|r| r.state != State::Retired && r.id.origin == origin) {
        if !covers(record, &asked) || request.username.as_ref().is_some_and(|u| *u != record.id.user) {
            continue;
        }
        if asked.forget_on_erase {
            if refused_value(&request, record) != Some(false) {
                store.retire(sys, &asked.profile, &record.id).map_err(|e| e.to_string())?;
            }
        } else if refused_value(&request, record) == Some(true) {
            mark(store.as_ref(), sys, &asked.profile, record)?;
        }
    }
    Ok(())
}

fn mark(store: &dyn Store, sys: &mut Sys, profile: &ProfileName, record: &Record) -> Result<(), String> {
    let Err(error) = store.mark_suspect(sys, profile, &record.id, &record.entry.secret) else {
        return Ok(());
    };
    if refused_note::note(sys, profile, record) {
        return Err(format!(
            "the store could not note that a token of {profile} was refused ({error}); it is not sent again before it was \
             tested: doorkey token check {profile}"
        ));
    }
    Err(format!(
        "the store could not note that a token of {profile} was refused ({error}): it would be sent again, and a host may \
         lock the account; make room, or switch git's questions off: doorkey off"
    ))
}

/// Whether the request carries exactly this record's secret; `None` when it carries none.
fn refused_value(request: &Request, record: &Record) -> Option<bool> {
    if let Some(password) = &request.password {
        return Some(record.entry.secret.same_as(password.expose()));
    }
    let sent = request.credential.as_ref()?;
    Some(
        basic_credential(&record.id.user, &record.entry.secret)
            .is_some_and(|ours| ours.same_as(sent.expose())),
    )
}

/// `verify` and the tests run git with the real helper, which then must not change anything.
fn read_only(sys: &Sys) -> bool {
    sys.env(READ_ONLY) == Some("1")
}
