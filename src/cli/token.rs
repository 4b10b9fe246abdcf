//! `doorkey token add|list|check|remove|inspect|scan|adopt`

use super::change::carry_out;
use super::error::Failure;
use super::say::Mark;
use super::{Context, Exit, json, table};
use crate::engine::{profiles, when};
use crate::model::name::ProfileName;
use crate::model::plan::{Plan, Step};
use crate::model::profile::{Host, Profile};
use crate::model::route::{Origin, Scheme};
use crate::stores::{self, Record, State, StoreError};
use crate::sys::Sys;
use clap::{Args, Subcommand};
use serde_json::json;
use std::collections::BTreeSet;

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Keep a token for a profile's host
    Add(super::token_add::Add),
    /// All tokens, without their values
    List(List),
    /// All that is known of one token; its value with --reveal
    Show(super::token_show::Show),
    /// The page where a token is made, filled in, and what to choose there
    Page(super::token_show::Page),
    /// Log in with each token, and ask its host what it knows of it
    Check(super::token_check::Wanted),
    /// Take a token out of use; it stays sealed for 30 days
    Remove(Remove),
    /// Say what a token is by its bytes alone: kind, checksum, expiry, never its value
    Inspect(super::token_inspect::Wanted),
    /// Find loose tokens: in the files of git and other programs, shells, CI and the environment
    Scan(super::token_scan::Wanted),
    /// Move loose tokens of git's own files into the store; git goes on working
    Adopt(super::token_adopt::Wanted),
}

impl TokenCommand {
    /// Whether it changes something by a plan.
    pub(crate) fn changes(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Inspect(_) | Self::Scan(_) | Self::Show(_) | Self::Page(_))
    }
}

/// `doorkey token list [PROFILE]`
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only of this profile
    profile: Option<String>,
}

/// `doorkey token remove PROFILE`
#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// Whose it is
    profile: String,
    /// For which host; may be left out when there is one token
    #[arg(long, value_name = "HOST[:PORT]")]
    host: Option<String>,
    /// The user name that goes with it
    #[arg(long)]
    user: Option<String>,
}

pub(crate) fn run(context: &mut Context, command: TokenCommand) -> Result<Exit, Failure> {
    match command {
        TokenCommand::Add(wanted) => super::token_add::add(context, &wanted),
        TokenCommand::List(wanted) => list(context, &wanted),
        TokenCommand::Show(wanted) => super::token_show::show(context, &wanted),
        TokenCommand::Page(wanted) => super::token_show::page(context, &wanted),
        TokenCommand::Check(wanted) => super::token_check::run(context, &wanted),
        TokenCommand::Remove(wanted) => remove(context, &wanted),
        TokenCommand::Inspect(wanted) => super::token_inspect::run(context, &wanted),
        TokenCommand::Scan(wanted) => super::token_scan::run(context, &wanted),
        TokenCommand::Adopt(wanted) => super::token_adopt::run(context, &wanted),
    }
}

/// The HTTPS origin that is meant: the one given, if the profile has it, or its only one.
pub(super) fn origin_of(profile: &Profile, given: Option<&str>) -> Result<Origin, Failure> {
    let claimed = profile.claims().into_iter().map(|claim| claim.origin);
    let known: BTreeSet<Origin> = claimed.filter(|o| o.scheme != Scheme::Ssh).collect();
    let known: Vec<Origin> = known.into_iter().collect();
    let names = || known.iter().map(Origin::authority).collect::<Vec<_>>().join(", ");
    let Some(given) = given else {
        return match known.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(Failure::usage(
                format!("profile {} has no host over HTTPS", profile.name),
                format!("give it one: doorkey profile edit {}", profile.name),
            )),
            _ => Err(Failure::usage(
                format!("profile {} has several hosts", profile.name),
                format!("add --host, one of: {}", names()),
            )),
        };
    };
    let wanted = match given.split_once("://") {
        Some(_) => Origin::parse(given)?,
        None => Origin::from_authority(Scheme::Https, given)?,
    };
    if known.contains(&wanted) {
        return Ok(wanted);
    }
    Err(Failure::new(
        Exit::Usage,
        format!("profile {} has no host {}", profile.name, wanted.authority()),
        "a token is only kept for a host that the profile names, so that it goes nowhere else",
        format!("its hosts: {}; add one: doorkey profile edit {}", names(), profile.name),
    ))
}

fn list(context: &mut Context, wanted: &List) -> Result<Exit, Failure> {
    let names: Vec<ProfileName> = match &wanted.profile {
        Some(name) => vec![profiles::one(&context.sys, &ProfileName::new(name)?)?.name],
        None => profiles::all(&context.sys)?.good.into_iter().map(|p| p.name).collect(),
    };
    let store = stores::open(&context.sys)?;
    let mut found = Vec::new();
    for name in names {
        let records = store.records(&context.sys, &name)?;
        found.extend(records.into_iter().filter(|r| r.state != State::Retired).map(|r| (name.clone(), r)));
    }
    let borrowed = borrowed(&context.sys, wanted.profile.as_deref())?;
    if context.flags.json {
        let tokens: Vec<_> = found
            .iter()
            .map(|(name, r)| {
                json!({ "profile": name.as_str(), "origin": r.id.origin, "owner": r.id.path, "user": r.id.user,
                    "added": r.added, "expires": r.entry.password_expiry_utc.or(r.entry.expires), "state": r.state })
            })
            .collect();
        let borrowed = borrowed.iter().map(|(name, host)| {
            json!({ "profile": name.as_str(), "origin": host.https_origin().to_string(), "user": host.token_user,
                "from": host.token_from.as_ref().map(ToString::to_string) })
        });
        let body = json!({ "tokens": tokens, "borrowed": borrowed.collect::<Vec<_>>() });
        context.say.line(json::document("tokens", body));
        return Ok(Exit::Fine);
    }
    if found.is_empty() && borrowed.is_empty() {
        context.say.info("There are no tokens. Keep one: doorkey token add PROFILE");
        return Ok(Exit::Fine);
    }
    let rows = found.iter().map(|(name, r)| {
        let state = match r.state {
            State::Suspect => format!("refused by its host {}", when::date(r.since)),
            _ => "in use".into(),
        };
        let place =
            if r.id.path.is_empty() { r.id.origin.clone() } else { format!("{}/{}", r.id.origin, r.id.path) };
        vec![name.to_string(), place, r.id.user.clone(), when::date(r.added), state]
    });
    let borrowed = borrowed.iter().map(|(name, host)| {
        let from = host.token_from.as_ref().map(|from| format!("asked of {from} each time"));
        let user = host.token_user.clone().unwrap_or_default();
        vec![name.to_string(), host.https_origin().to_string(), user, String::new(), from.unwrap_or_default()]
    });
    let rows = rows.chain(borrowed);
    let text = table::of(&["profile", "for", "user", "added", "state"], rows);
    context.say.line(text);
    Ok(Exit::Fine)
}

/// The hosts whose tokens another program gives.
fn borrowed(sys: &Sys, only: Option<&str>) -> Result<Vec<(ProfileName, Host)>, Failure> {
    let mut found = Vec::new();
    for profile in profiles::all(sys)?.good {
        if only.is_none_or(|name| name == profile.name.as_str()) {
            let hosts = profile.hosts.into_iter().filter(|h| h.token_from.is_some());
            found.extend(hosts.map(|host| (profile.name.clone(), host)));
        }
    }
    Ok(found)
}

/// The one token of a profile that is meant.
pub(super) fn chosen(
    context: &Context,
    name: &ProfileName,
    host: Option<&str>,
    user: Option<&str>,
) -> Result<Record, Failure> {
    let store = stores::open(&context.sys)?;
    let host = host.map(|h| Origin::from_authority(Scheme::Https, h)).transpose()?;
    let mut records: Vec<_> = store
        .records(&context.sys, name)?
        .into_iter()
        .filter(|r| r.state != State::Retired)
        .filter(|r| host.as_ref().is_none_or(|h| r.id.origin == h.to_string()))
        .filter(|r| user.is_none_or(|u| *u == r.id.user))
        .collect();
    match (records.pop(), records.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(Failure::usage(
            format!("{name} has no such token"),
            format!("see: doorkey token list {name}"),
        )),
        _ => Err(Failure::usage(format!("{name} has several tokens"), "say which: --host HOST --user USER")),
    }
}

fn remove(context: &mut Context, wanted: &Remove) -> Result<Exit, Failure> {
    let name = ProfileName::new(&wanted.profile)?;
    let mut origin = String::new();
    let applied = carry_out(context, |context| {
        let record = chosen(context, &name, wanted.host.as_deref(), wanted.user.as_deref())?;
        let mut plan = Plan::new(format!("token remove {name}"));
        origin.clone_from(&record.id.origin);
        let before = Some(record.version);
        plan.push(Step::RetireSecret { profile: name.clone(), record: record.id, before });
        Ok(plan)
    })?;
    if applied.is_some() && !context.flags.json {
        context.say.marked(Mark::Good, format!("the token of {name} for {origin} is out of use"));
        context.say.info("  it is still valid at the host: revoke it there");
    }
    Ok(Exit::Fine)
}

/// The steps that take every token of a profile out of use. A machine without a store has none.
pub(super) fn retire_all(sys: &Sys, name: &ProfileName) -> Result<Vec<Step>, Failure> {
    let store = match stores::open(sys) {
        Ok(store) => store,
        Err(StoreError::NoStore) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let records = store.records(sys, name)?;
    Ok(records
        .into_iter()
        .filter(|r| r.state != State::Retired)
        .map(|r| Step::RetireSecret { profile: name.clone(), before: Some(r.version), record: r.id })
        .collect())
}
