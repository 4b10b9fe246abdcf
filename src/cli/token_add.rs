//! `doorkey token add PROFILE`: a token of a host, or of a registry of npm's.

use super::ask::{Source, secret_from};
use super::change::carry_out;
use super::error::Failure;
use super::say::Mark;
use super::token::origin_of;
use super::{Context, Exit};
use crate::engine::{profiles, stored_token, when};
use crate::formats::git_credential::MAX_VALUE;
use crate::model::name::{ProfileName, check_user};
use crate::model::plan::{Companions, Plan, RecordId, Step};
use crate::model::profile::Profile;
use crate::model::route::{Origin, OwnerPath};
use crate::providers::facts;
use crate::secret::Secret;
use crate::stores::{self, Record, State, in_use};
use clap::Args;

/// `doorkey token add PROFILE`
#[derive(Debug, Args)]
#[command(
    after_help = "The token comes from a hidden prompt, from standard input, or from an open file descriptor; never\n\
    from an argument, which other users of the machine could read.\n\nExamples:\n  \
    doorkey token add acme\n  doorkey token add acme --expires 2027-01-31 --note laptop\n  printf %s \"$TOKEN\" | doorkey token add acme --host github.com --user ada --stdin --yes"
)]
pub(crate) struct Add {
    /// Whose it is
    profile: String,
    /// For which of its hosts; may be left out when it has one
    #[arg(long, value_name = "HOST[:PORT]")]
    host: Option<String>,
    /// For the npm registry of this scope in the profile ("@acme", or "*"): npm gets it in `doorkey exec`
    #[arg(long, value_name = "SCOPE", conflicts_with_all = ["host", "user", "owner"])]
    npm: Option<String>,
    /// The user name that goes with it
    #[arg(long)]
    user: Option<String>,
    /// Only for repositories below this owner
    #[arg(long, value_name = "OWNER")]
    owner: Option<String>,
    /// The day on which it ends, where its host does not say that itself
    #[arg(long, value_name = "DATE")]
    expires: Option<String>,
    /// A word of yours: the token's name at the host
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Read the token from standard input
    #[arg(long, conflicts_with = "token_fd")]
    stdin: bool,
    /// Read the token from this open file descriptor
    #[arg(long, value_name = "N")]
    token_fd: Option<i32>,
}

pub(super) fn add(context: &mut Context, wanted: &Add) -> Result<Exit, Failure> {
    let name = ProfileName::new(&wanted.profile)?;
    let profile = profiles::one(&context.sys, &name)?;
    let (record, origin) = match &wanted.npm {
        Some(scope) => of_npm(&profile, scope)?,
        None => of_host(context, &profile, wanted)?,
    };
    let expires = wanted.expires.as_deref().map(|text| day(context, text)).transpose()?;
    if wanted.note.as_ref().is_some_and(|n| n.chars().count() > 200 || n.chars().any(char::is_control)) {
        return Err(Failure::usage(
            "the note is longer than 200 characters or has a line end in it",
            "shorten it",
        ));
    }
    // What is wrong with the store is said before the secret is asked for.
    stores::open(&context.sys)?;
    let source = match (wanted.stdin, wanted.token_fd) {
        (true, _) => Source::Stdin,
        (_, Some(number)) => Source::Descriptor(number),
        _ => Source::Prompt,
    };
    if matches!(source, Source::Prompt) && context.terminal.can_ask() && !context.flags.json {
        super::token_show::say_page(context, &profile, &record);
    }
    let secret = secret_from(context, source, "token", false)?;
    check_length(&record.user, &secret)?;
    warn_of_text(context, &profile, &origin, &secret);
    let applied = carry_out(context, |context| {
        let mut plan = Plan::new(format!("token add {name}"));
        let records = stores::open(&context.sys)?.records(&context.sys, &name)?;
        let present = in_use(&records, &record);
        // The same value again keeps what is known of it.
        let same = present.filter(|r| r.entry.secret.same_as(secret.expose()));
        let before = same.map(Record::companions).unwrap_or_default();
        let after = Companions {
            expires: expires.or(before.expires),
            note: wanted.note.clone().or_else(|| before.note.clone()),
        };
        if same.is_none_or(|r| r.state != State::Active) {
            let version = present.map(|r| r.version);
            plan.put_described(name.clone(), record.clone(), version, secret.clone(), after);
        } else if after != before {
            plan.push(Step::DescribeSecret { profile: name.clone(), record: record.clone(), before, after });
        }
        Ok(plan)
    })?;
    if applied.is_some() && !context.flags.json {
        context.say.marked(
            Mark::Good,
            format!("the token of {name} for {} as {} is kept", record.origin, record.user),
        );
    }
    Ok(Exit::Fine)
}

/// Which token of a host is meant.
fn of_host(context: &mut Context, profile: &Profile, wanted: &Add) -> Result<(RecordId, Origin), Failure> {
    let name = &profile.name;
    let origin = origin_of(profile, wanted.host.as_deref())?;
    if let Some(from) = profile.host_for(&origin).and_then(|h| h.token_from.as_ref()) {
        return Err(Failure::new(
            Exit::Usage,
            format!("the token of {name} for {origin} comes from {from}"),
            "one that is kept here would never be used",
            format!("take from out of the profile first: doorkey profile edit {name}"),
        ));
    }
    let expected = profile.host_for(&origin).and_then(|h| h.token_user.clone());
    let user = match (&wanted.user, &expected) {
        (Some(given), Some(wish)) if given != wish => {
            return Err(Failure::new(
                Exit::Usage,
                format!("profile {name} is user {wish:?} on {origin}, not {given:?}"),
                "a token under another name would never be used",
                format!("leave --user out, or change the profile: doorkey profile edit {name}"),
            ));
        }
        (Some(given), _) => given.clone(),
        (None, Some(wish)) => wish.clone(),
        (None, None) if context.terminal.can_ask() && !context.flags.json => {
            super::ask::text(context, &format!("User name on {origin}"), None)?
        }
        (None, None) => return Err(Failure::usage("a token needs its user name", "add --user USER")),
    };
    check_user(&user)?;
    let path = wanted.owner.as_deref().map_or(Ok(OwnerPath::whole_host()), OwnerPath::new)?;
    check_owner(profile, &origin, &path)?;
    Ok((RecordId { origin: origin.to_string(), path: path.as_str().into(), user }, origin))
}

/// Which token of npm's is meant.
fn of_npm(profile: &Profile, scope: &str) -> Result<(RecordId, Origin), Failure> {
    let name = &profile.name;
    let Some(registry) = profile.npm.iter().find(|registry| registry.scope == scope) else {
        let known: Vec<&str> = profile.npm.iter().map(|registry| registry.scope.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(Failure::new(
            Exit::Usage,
            format!("profile {name} has no npm registry for {scope:?}; it has {known}"),
            "a token is only kept for a registry that the profile names, so that it goes nowhere else",
            format!(
                "name it ([registries] npm = {{ {scope:?} = \"https://...\" }}): doorkey profile edit {name}"
            ),
        ));
    };
    let (record, origin) = (registry.record(), registry.origin.clone());
    if record.path.is_empty() && profile.claims().iter().any(|claim| claim.origin == origin) {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "git uses the tokens of {name} for {origin} too, and the registry has no path of its own"
            ),
            "git would send npm's token",
            format!("give the registry its path: doorkey profile edit {name}"),
        ));
    }
    Ok((record, origin))
}

/// A token for an owner that the profile does not speak for would never be used.
fn check_owner(profile: &Profile, origin: &Origin, path: &OwnerPath) -> Result<(), Failure> {
    let claims: Vec<_> = profile.claims().into_iter().filter(|c| c.origin == *origin).collect();
    let fits = claims
        .iter()
        .any(|c| c.owner.covers(path.as_str(), c.fold_case) || path.covers(c.owner.as_str(), c.fold_case));
    if fits {
        return Ok(());
    }
    let owners: Vec<&str> = claims.iter().map(|c| c.owner.as_str()).collect();
    Err(Failure::new(
        Exit::Usage,
        format!("profile {} does not speak for {:?} on {origin}", profile.name, path.as_str()),
        "a token for an owner that no route of the profile covers would never be used",
        format!("its owners there: {}; or leave --owner out", owners.join(", ")),
    ))
}

/// git hands a login back as `base64(user:token)` in one line, of which 4 KiB are read (SECURITY rule 2).
fn check_length(user: &str, secret: &Secret) -> Result<(), Failure> {
    const MOST: usize = MAX_VALUE / 4 * 3 - 1;
    if user.len() + secret.len() <= MOST {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Usage,
        format!("that token has {} bytes", secret.len()),
        format!(
            "with its user name it may have {MOST}: a longer one does not come through git's credential protocol whole"
        ),
        "look whether it is a token at all, and not a whole file",
    ))
}

/// Says what a token's own text gives away before it is kept: that it is damaged, or another host's. No refusal: hosts of
/// one's own may mark their tokens as they like.
fn warn_of_text(context: &Context, profile: &Profile, origin: &Origin, secret: &Secret) {
    let Some(text) = stored_token::text_of(secret) else { return };
    if text.damaged {
        context.say.aside(format!("warning: this {} is mistyped or cut off", text.title));
    }
    let host = stored_token::provider_at(profile, origin).and_then(|kind| facts::of(&kind));
    if let Some(host) = host.filter(|host| !host.may_make(text.kind)) {
        let shown = origin.authority();
        context.say.aside(format!("warning: this is a {}, and {shown} is {}", text.title, host.title));
    }
}

/// A day as it is typed, in its first second: hosts that name a day let the token die then, or later.
fn day(context: &Context, text: &str) -> Result<i64, Failure> {
    let at = when::start_of_day(text).ok_or_else(|| {
        Failure::usage(format!("{text:?} is no day"), "write it as 2027-01-31: --expires YYYY-MM-DD")
    })?;
    if at <= context.sys.now() {
        return Err(Failure::usage(
            format!("{text} is over already"),
            "give the day on which the token ends",
        ));
    }
    Ok(at)
}
