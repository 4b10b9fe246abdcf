//! `doorkey token check [PROFILE]`: a real login with each token.

use super::error::Failure;
use super::say::Mark;
use super::verify::cores;
use super::{Context, Exit, json};
use crate::engine::verify::How;
use crate::engine::verify::token::{Answer, CheckError, Checked, check};
use crate::model::name::ProfileName;
use clap::Args;
use serde_json::json;

/// `doorkey token check [PROFILE]`
#[derive(Debug, Args)]
#[command(
    after_help = "Your own git logs in with each token, at the first repository under [[verify]] that it is for.\n\
    A token that its host had refused is tried once more, and is in use again when it works.\n\n\
    Exit code 0 when all work, 1 when one does not."
)]
pub(crate) struct Wanted {
    /// Whose tokens (all profiles' when left out)
    profile: Option<String>,
    /// Log in at this repository
    #[arg(long, value_name = "URL")]
    repo: Option<String>,
}

pub(super) fn run(context: &mut Context, wanted: &Wanted) -> Result<Exit, Failure> {
    let profile = wanted.profile.as_deref().map(ProfileName::new).transpose()?;
    let keep = !context.flags.dry_run;
    let how = How::on(cores());
    let checked = check(&mut context.sys, profile.as_ref(), wanted.repo.as_deref(), how, keep)?;
    if context.flags.json {
        context.say.line(json::document("token-check", json!({ "tokens": checked })));
    } else {
        if checked.is_empty() {
            context.say.info("There are no tokens. Keep one: doorkey token add PROFILE");
        }
        for one in &checked {
            show(context, one);
        }
    }
    let fine = checked.iter().all(|c| c.outcome == Answer::Works);
    Ok(if fine { Exit::Fine } else { Exit::Findings })
}

fn show(context: &mut Context, one: &Checked) {
    let token = format!("the token of {} for {} as {}", one.profile, one.origin, one.user);
    match one.outcome {
        Answer::Works => {
            let again = if one.cleared { "; it is in use again" } else { "" };
            context.say.marked(Mark::Good, format!("{token} works{again}"));
        }
        Answer::Refused => context.say.marked(Mark::Bad, format!("{token} does not work: {}", one.why)),
        Answer::NotTried => context.say.marked(Mark::Warn, format!("{token} was not tried: {}", one.why)),
    }
    if let Some(fix) = &one.fix {
        context.say.line(format!("  fix: {fix}"));
    }
}

impl From<CheckError> for Failure {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::Profiles(error) => error.into(),
            CheckError::Target(error) => error.into(),
            CheckError::Store(error) => error.into(),
            CheckError::Run(error) => error.into(),
        }
    }
}
