//! `doorkey token show|page`: what is known of one token, and where one is made.

use super::error::Failure;
use super::token::{chosen, origin_of};
use super::token_check::end;
use super::{Context, Exit, doctor, json};
use crate::engine::{diagnose, profiles, stored_token, when};
use crate::model::facts::Wanted;
use crate::model::name::ProfileName;
use crate::model::plan::RecordId;
use crate::model::profile::Profile;
use crate::model::route::Origin;
use crate::providers::{facts, page as pages};
use crate::redact;
use crate::stores::State;
use clap::Args;
use serde_json::{Value, json};
use std::io::Write;

const DAY: i64 = 86_400;

/// `doorkey token show PROFILE`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  doorkey token show acme\n  doorkey token show acme --host github.com --reveal"
)]
pub(crate) struct Show {
    /// Whose it is
    pub(super) profile: String,
    /// For which host; may be left out when there is one token
    #[arg(long, value_name = "HOST[:PORT]")]
    host: Option<String>,
    /// The user name that goes with it
    #[arg(long)]
    user: Option<String>,
    /// Print the value, on a terminal only
    #[arg(long)]
    reveal: bool,
}

/// `doorkey token page PROFILE`
#[derive(Debug, Args)]
#[command(
    after_help = "Nothing is opened and nobody is asked: the address is printed, with name, end and scopes filled in where\n\
    the host takes them from a link, and the same in words.\n\nExamples:\n  \
    doorkey token page acme\n  doorkey token page acme --host github.com --json"
)]
pub(crate) struct Page {
    /// Whose the token is to be
    profile: String,
    /// For which of its hosts; may be left out when it has one
    #[arg(long, value_name = "HOST[:PORT]")]
    host: Option<String>,
}

pub(super) fn show(context: &mut Context, wanted: &Show) -> Result<Exit, Failure> {
    let name = ProfileName::new(&wanted.profile)?;
    let profile = profiles::one(&context.sys, &name)?;
    // A pipe or a file would keep the value (SECURITY rule 32).
    if wanted.reveal && (!context.terminal.output || context.flags.json) {
        return Err(Failure::new(
            Exit::Usage,
            "a token's value is shown on a terminal only",
            "a pipe or a file would keep it",
            "leave --reveal out, or let git ask for it: git credential fill",
        ));
    }
    let record = chosen(context, &name, wanted.host.as_deref(), wanted.user.as_deref())?;
    let Some(fact) = stored_token::of(&profile, &record) else { return Ok(Exit::Fine) };
    let findings = diagnose::of_token(&fact, context.sys.now());
    let renew = fact.renew_by();
    if context.flags.json {
        let body = json!({ "token": fact, "note": record.entry.note, "renew-by": renew,
            "findings": findings.iter().map(doctor::as_json).collect::<Vec<Value>>() });
        context.say.line(json::document("token", body));
        return Ok(Exit::Fine);
    }
    let kind = fact.host.provider.as_deref().and_then(facts::of).map(|f| f.title.clone());
    let state = match record.state {
        State::Suspect => format!("refused by its host {}", when::date(record.since)),
        _ => "in use".into(),
    };
    let lines = [
        ("profile", Some(fact.profile.clone())),
        ("for", Some(fact.origin.clone())),
        ("owner", Some(fact.path.clone()).filter(|p| !p.is_empty())),
        ("user", Some(fact.user.clone())),
        ("kind of host", kind),
        ("state", Some(state)),
        ("added", Some(when::date(fact.added))),
        ("ends", Some(fact.expires.map_or("not known".into(), end))),
        ("renew by", renew.map(when::date)),
        ("note", record.entry.note.clone()),
    ];
    for (label, value) in lines {
        if let Some(value) = value {
            context.say.line(format!("{label:<13}{}", redact::said(&value)));
        }
    }
    for finding in &findings {
        context.say.line(format!(
            "{}[{}]: {}",
            doctor::word(finding.severity),
            finding.code,
            redact::said(&finding.what)
        ));
        context.say.line(format!("  fix: {}", redact::said(&doctor::fix(finding))));
    }
    if wanted.reveal {
        // Straight from its buffer: no text is made of it.
        let mut out = std::io::stdout().lock();
        let written = out
            .write_all(b"value        ")
            .and_then(|()| out.write_all(record.entry.secret.expose()))
            .and_then(|()| out.write_all(b"\n"))
            .and_then(|()| out.flush());
        written.map_err(|_| Failure::new(Exit::CouldNot, "the terminal could not be written to", "", ""))?;
    }
    Ok(Exit::Fine)
}

pub(super) fn page(context: &mut Context, wanted: &Page) -> Result<Exit, Failure> {
    let profile = profiles::one(&context.sys, &ProfileName::new(&wanted.profile)?)?;
    let origin = origin_of(&profile, wanted.host.as_deref())?;
    let user = profile.host_for(&origin).and_then(|h| h.token_user.clone()).unwrap_or_default();
    let record = RecordId { origin: origin.to_string(), path: String::new(), user };
    let Some((title, page)) = page_for(context, &profile, &record) else {
        return Err(Failure::usage(
            format!("it is not known which kind of host {} is", origin.authority()),
            format!("say it with provider = \"...\" for that host: doorkey profile edit {}", profile.name),
        ));
    };
    if context.flags.json {
        let body = json!({ "profile": profile.name.as_str(), "origin": record.origin, "kind": title,
            "url": page.url, "choose": page.choose, "checked": facts::checked() });
        context.say.line(json::document("token-page", body));
        return Ok(Exit::Fine);
    }
    context.say.line(page.url.unwrap_or_else(|| format!("in the settings of {origin}")));
    for line in page.choose {
        context.say.line(format!("  {}", redact::said(&line)));
    }
    Ok(Exit::Fine)
}

/// Says where the token is made that is about to be asked for.
pub(super) fn say_page(context: &Context, profile: &Profile, record: &RecordId) {
    let Some((_, page)) = page_for(context, profile, record) else { return };
    if let Some(url) = page.url {
        context.say.aside(format!("Make it here: {url}"));
    }
    for line in page.choose {
        context.say.aside(format!("  {}", redact::said(&line)));
    }
}

/// The page for a token of a profile, with the kind of host in words. `None` when that is not known.
pub(super) fn page_for(
    context: &Context,
    profile: &Profile,
    record: &RecordId,
) -> Option<(String, pages::Page)> {
    let origin = Origin::parse(&record.origin).ok()?;
    let host = stored_token::host_at(profile, &origin);
    let facts = facts::of(&stored_token::provider_at(profile, &origin)?)?;
    let days = stored_token::max_age_days(host);
    let owner = if record.path.is_empty() {
        host.and_then(|h| h.owners.first()).map(|o| o.as_str().to_owned()).unwrap_or_default()
    } else {
        record.path.clone()
    };
    let wish = pages::Wish {
        host: &origin,
        name: format!("doorkey {}", profile.name),
        user: &record.user,
        owner: owner.split('/').next().unwrap_or_default(),
        days,
        date: when::date(context.sys.now() + i64::from(days) * DAY),
        write: stored_token::wanted(profile, record) != Wanted::Read,
        scopes: host.map(|h| h.token_scopes.as_slice()).unwrap_or_default(),
    };
    Some((facts.title.clone(), pages::page(facts, &wish)))
}
