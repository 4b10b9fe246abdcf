//! `doorkey token check [PROFILE]`: a real login with each token, and what its host says of it.

use super::doctor;
use super::error::Failure;
use super::say::Mark;
use super::verify::cores;
use super::{Context, Exit, json};
use crate::engine::verify::token::{Answer, CheckError, Checked, Manner, check};
use crate::engine::verify::{Asked, How};
use crate::engine::when;
use crate::model::facts::{Ends, Known};
use crate::model::finding::Severity;
use crate::model::name::ProfileName;
use crate::providers::last_day;
use crate::redact;
use clap::Args;
use serde_json::{Value, json};

/// `doorkey token check [PROFILE]`
#[derive(Debug, Args)]
#[command(
    after_help = "Your own git logs in with each token, at the first repository under [[verify]] that it is for. Then the\n\
    host's API is asked, where its kind is known: whose the token is, what it may do, when it ends, whether\n\
    single sign-on or a policy keeps it out. One login for each token; after a refusal, none at that host.\n\
    A token that its host had refused is tried once more, and is in use again when it works. The end that the\n\
    host names is noted in the store. With --offline nobody is asked: what the store knows is judged.\n\n\
    Exit code 0 when all work and nothing is wrong with them, 1 otherwise.\n\nExamples:\n  \
    doorkey token check\n  doorkey token check acme --repo https://github.com/acme/app.git\n  \
    doorkey token check --offline --json"
)]
pub(crate) struct Wanted {
    /// Whose tokens (all profiles' when left out)
    pub(super) profile: Option<String>,
    /// Log in at this repository
    #[arg(long, value_name = "URL", conflicts_with = "offline")]
    repo: Option<String>,
    /// Ask nobody: judge what is known on this machine
    #[arg(long, conflicts_with = "online")]
    offline: bool,
    /// Log in and ask the host (what happens anyway)
    #[arg(long)]
    online: bool,
}

pub(super) fn run(context: &mut Context, wanted: &Wanted) -> Result<Exit, Failure> {
    let profile = wanted.profile.as_deref().map(ProfileName::new).transpose()?;
    let manner = Manner {
        online: (!wanted.offline).then(|| How::on(cores())),
        keep: !context.flags.dry_run && !wanted.offline,
    };
    let checked = check(&mut context.sys, profile.as_ref(), wanted.repo.as_deref(), manner)?;
    if context.flags.json {
        let tokens: Vec<Value> = checked.iter().map(as_json).collect();
        context.say.line(json::document("token-check", json!({ "tokens": tokens })));
    } else {
        if checked.is_empty() {
            context.say.info("There are no tokens. Keep one: doorkey token add PROFILE");
        }
        for one in &checked {
            show(context, one);
        }
    }
    Ok(if checked.iter().all(is_fine) { Exit::Fine } else { Exit::Findings })
}

fn is_fine(one: &Checked) -> bool {
    matches!(one.outcome, Answer::Works | Answer::NotAsked)
        && one.findings.iter().all(|f| f.severity == Severity::Note)
}

fn as_json(one: &Checked) -> Value {
    let mut value = json!(one);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("findings".into(), one.findings.iter().map(doctor::as_json).collect());
    }
    value
}

fn show(context: &mut Context, one: &Checked) {
    let token = format!("the token of {} for {} as {}", one.profile, one.origin, one.user);
    match one.outcome {
        Answer::Works => {
            let again = if one.cleared { "; it is in use again" } else { "" };
            context.say.marked(Mark::Good, format!("{token} works{again}"));
        }
        Answer::Refused => {
            context.say.marked(Mark::Bad, format!("{token} does not work: {}", redact::said(&one.why)));
        }
        Answer::NotTried => {
            context.say.marked(Mark::Warn, format!("{token} was not tried: {}", redact::said(&one.why)));
        }
        Answer::NotAsked => {
            let known = one.expires.map_or("no end is known".into(), |at| format!("ends {}", end(at)));
            context.say.marked(Mark::Good, format!("{token}: {known}"));
        }
    }
    if let Some(fix) = &one.fix {
        context.say.line(format!("  fix: {}", redact::said(fix)));
    }
    if let Some(host) = &one.host {
        show_host(context, one, host);
    }
    for finding in &one.findings {
        let severity = doctor::word(finding.severity);
        context.say.line(format!("  {severity}[{}]: {}", finding.code, redact::said(&finding.what)));
        context.say.line(format!("    why: {}", redact::said(&finding.why)));
        context.say.line(format!("    fix: {}", redact::said(&doctor::fix(finding))));
    }
}

fn show_host(context: &mut Context, one: &Checked, host: &Asked) {
    if let Some(known) = &host.known {
        let noted = if one.noted { " (noted)" } else { "" };
        let words = redact::said(&in_words(known).join(", "));
        context.say.info(format!("  {} says: {words}{noted}", host.title));
    } else if let Some(why) = host.why.as_ref().filter(|why| **why != one.why) {
        context.say.marked(Mark::Warn, format!("{} was no help: {}", host.title, redact::said(why)));
        if let Some(fix) = &host.fix {
            context.say.line(format!("  fix: {}", redact::said(fix)));
        }
    }
}

/// What a host said, in a few words each.
pub(super) fn in_words(known: &Known) -> Vec<String> {
    let mut words = Vec::new();
    words.extend(known.account.as_ref().map(|a| format!("account {a}")));
    words.extend(known.kind.map(str::to_owned));
    words.extend(known.name.as_ref().map(|n| format!("named {n:?}")));
    words.extend(known.scopes.as_ref().map(|s| match s.as_slice() {
        [] => "no scopes".into(),
        list => format!("scopes {}", list.join(" ")),
    }));
    match known.ends {
        Ends::NotSaid => {}
        Ends::Never => words.push("never ends".into()),
        Ends::At(at) => words.push(format!("ends {}", end(at))),
    }
    words.extend(known.last_used.map(|at| format!("last used {}", when::date(at))));
    if let Some(access) = known.repository.as_ref().filter(|r| r.read) {
        words.push(match access.write {
            Some(true) => "may push".into(),
            Some(false) => "may read only".into(),
            None => "may read".into(),
        });
    }
    words.extend(known.notes.iter().cloned());
    words
}

/// The day on which a token ends. One that dies in the first second of a day does not work on that day.
pub(super) fn end(at: i64) -> String {
    let (end, last) = (when::date(at), when::date(last_day(at)));
    if end == last { end } else { format!("{end} (its last day is {last})") }
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
