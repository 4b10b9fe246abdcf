//! `doorkey ssh check [PROFILE]`: whose account each key opens.

use super::error::Failure;
use super::say::Mark;
use super::verify::cores;
use super::{Context, Exit, json};
use crate::engine::ssh_check::{Checked, Outcome, check};
use crate::model::name::ProfileName;
use crate::redact;
use clap::Args;
use serde_json::json;
use std::collections::BTreeMap;

/// `doorkey ssh check [PROFILE]`
#[derive(Debug, Args)]
#[command(
    after_help = "Your own ssh logs in with each key that a profile names, with that key alone, and the\n\
    host's greeting tells the account. GitHub, GitLab, Gitea and Forgejo name it; others only let\n\
    the key in. Nothing is asked: a key with a passphrase must be in your agent (ssh-add). A host\n\
    whose own key is not known is not trusted for this.\n\n\
    Exit code 0 when every key opens its host, 1 otherwise.\n\nExamples:\n  \
    doorkey ssh check\n  doorkey ssh check acme --json"
)]
pub(crate) struct Wanted {
    /// Whose keys (all profiles' when left out)
    pub(super) profile: Option<String>,
}

pub(super) fn run(context: &mut Context, wanted: &Wanted) -> Result<Exit, Failure> {
    let profile = wanted.profile.as_deref().map(ProfileName::new).transpose()?;
    let checked = check(&context.sys, profile.as_ref(), cores().max(8))?;
    let shared = shared_accounts(&checked);
    if context.flags.json {
        context.say.line(json::document("ssh-check", json!({ "keys": checked, "shared-accounts": shared })));
    } else {
        if checked.is_empty() {
            context.say.info("No profile names a key. Make one: doorkey ssh new PROFILE");
        }
        checked.iter().for_each(|one| show(context, one));
        for (account, profiles) in &shared {
            let who = profiles.join(" and ");
            context.say.marked(
                Mark::Warn,
                format!("{who} open the same account, {account}: they are not apart there"),
            );
        }
    }
    let fine = checked.iter().all(|one| one.outcome == Outcome::Opens) && shared.is_empty();
    Ok(if fine { Exit::Fine } else { Exit::Findings })
}

/// Accounts that several profiles open, as `account at host`.
fn shared_accounts(checked: &[Checked]) -> BTreeMap<String, Vec<&str>> {
    let mut found: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for one in checked {
        let Some(account) = &one.account else { continue };
        let profiles = found.entry(format!("{account} at {}", one.host)).or_default();
        if !profiles.contains(&one.profile.as_str()) {
            profiles.push(&one.profile);
        }
    }
    found.retain(|_, profiles| profiles.len() > 1);
    found
}

fn show(context: &mut Context, one: &Checked) {
    let key = format!("{}: {}", one.profile, one.key);
    let (mark, words) = match (one.outcome, &one.account) {
        (Outcome::Opens, Some(account)) => (Mark::Good, format!("{key} opens {} as {account}", one.host)),
        (Outcome::Opens, None) if one.why.is_empty() => (Mark::Good, format!("{key} opens {}", one.host)),
        (Outcome::Opens, None) => {
            (Mark::Good, format!("{key} opens {}: {:?}", one.host, redact::said(&one.why)))
        }
        (Outcome::Refused, _) => {
            (Mark::Bad, format!("{} does not know {key}: {}", one.host, redact::said(&one.why)))
        }
        (Outcome::OtherAccount, _) => {
            (Mark::Bad, format!("{key} at {}: {}", one.host, redact::said(&one.why)))
        }
        (Outcome::DeployKey, _) => (Mark::Warn, format!("{key} at {}: {}", one.host, redact::said(&one.why))),
        (Outcome::NotTried, _) => {
            (Mark::Warn, format!("{key} was not tried at {}: {}", one.host, redact::said(&one.why)))
        }
    };
    context.say.marked(mark, words);
    if let Some(fix) = &one.fix {
        context.say.line(format!("  fix: {}", redact::said(fix)));
    }
}
