//! `doorkey verify [PROFILE]`: the proof against the real repositories, with the user's own git.

use super::error::Failure;
use super::say::Mark;
use super::{Context, Exit, json};
use crate::engine::verify::{self, How, NoTarget, Target, Verdict, Verified};
use crate::model::ladder::{Layer, Outcome, Rung};
use crate::model::name::ProfileName;
use crate::redact;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

/// `doorkey verify [PROFILE]`
#[derive(Debug, Args)]
#[command(
    after_help = "Asks your own git (git ls-remote) for each repository under [[verify]], and where it fails, finds the\n\
    rung that is broken: dns, tcp, proxy, tls or host-key, authentication, authorisation, repository. Changes nothing.\n\
    After one refused login at a host, no other is tried there.\n\nExamples:\n  \
    doorkey verify acme\n  doorkey verify --repo https://github.com/acme/app.git\n\n\
    Exit code 0 when all are reached, 1 when one is not, 3 when git is missing."
)]
pub(crate) struct Wanted {
    /// Whose repositories (all profiles' when left out)
    pub(super) profile: Option<String>,
    /// Only this repository
    #[arg(long, value_name = "URL")]
    repo: Option<String>,
    /// How many at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,
}

pub(crate) fn run(context: &mut Context, wanted: &Wanted) -> Result<Exit, Failure> {
    let profile = wanted.profile.as_deref().map(ProfileName::new).transpose()?;
    let targets = verify::targets(&context.sys, profile.as_ref(), wanted.repo.as_deref())?;
    let mut how = How::on(cores());
    how.jobs = wanted.jobs.map_or(how.jobs, usize::from);
    let results = tried(context, &targets, how)?;
    if context.flags.json {
        context.say.line(json::document("verify", json!({ "repositories": results })));
    } else {
        for verified in &results {
            show(context, verified);
        }
        summary(context, &results);
    }
    let fine = results.iter().all(|v| v.verdict == Verdict::Ok && !is_wrong(v));
    Ok(if fine { Exit::Fine } else { Exit::Findings })
}

/// Tries them, with a progress bar on a terminal.
pub(super) fn tried(context: &Context, targets: &[Target], how: How) -> Result<Vec<Verified>, Failure> {
    let visible = context.terminal.error && !context.flags.quiet;
    let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(targets.len() as u64), target);
    if let Ok(style) = ProgressStyle::with_template("{pos}/{len} {wide_msg}") {
        bar.set_style(style);
    }
    let results = verify::verify(&context.sys, targets, how, &|done| {
        bar.set_message(done.repo.clone());
        bar.inc(1);
    });
    bar.finish_and_clear();
    Ok(results?)
}

pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Another profile's credential proves nothing for this one.
fn is_wrong(verified: &Verified) -> bool {
    verified.note.as_ref().is_some_and(|n| n.code == "wrong-profile")
}

fn show(context: &mut Context, verified: &Verified) {
    let Verified { repo, took_ms, .. } = verified;
    let whose = verified.profile.as_ref().map_or(String::new(), |p| format!(" ({p})"));
    match verified.verdict {
        Verdict::Ok => {
            let known = verified.rung(Layer::Authentication).map(|r| r.evidence.as_str()).unwrap_or_default();
            let known =
                if context.flags.verbose { known } else { known.split(" (SHA256:").next().unwrap_or(known) };
            // `as alice (acme)` names the profile itself.
            let whose = if verified.account.is_some() { String::new() } else { whose };
            let mark = if verified.note.is_some() { Mark::Warn } else { Mark::Good };
            context.say.marked(mark, format!("{repo}  read  {known}{whose}  {took_ms} ms"));
        }
        Verdict::NotTried => {
            let why = verified.rung(Layer::Authentication).map(|r| r.evidence.as_str()).unwrap_or_default();
            context.say.marked(Mark::Warn, format!("{repo}  not tried{whose}: {why}"));
        }
        Verdict::Broken => {
            let layer = verified.broken().map_or("", |r| layer_name(r.layer));
            context.say.marked(Mark::Bad, format!("{repo}  broken at {layer}{whose}  {took_ms} ms"));
            ladder(context, &verified.rungs);
        }
    }
    if let Some(note) = &verified.note {
        context.say.line(format!("    {}: {}", note.code, note.what));
        context.say.line(format!("      fix: {}", note.fix));
    }
}

/// What holds in one line each, what is broken in full, and nothing of what was not tried above it.
pub(super) fn ladder(context: &mut Context, rungs: &[Rung]) {
    for rung in rungs {
        let name = layer_name(rung.layer);
        match rung.outcome {
            Outcome::Ok => context.say.info(format!("    {name:<14}  ok: {}", one_line(&rung.evidence))),
            Outcome::NotTried => context.say.info(format!("    {name:<14}  -: {}", one_line(&rung.evidence))),
            Outcome::Broken => {
                context.say.line(format!("    {name:<14}  {}", rung.code.unwrap_or_default()));
                let mut label = "seen: ";
                for line in rung.evidence.lines() {
                    context.say.line(format!("      {label} {line}"));
                    label = "      ";
                }
                for (label, text) in [("cause:", &rung.cause), ("fix:  ", &rung.repair)] {
                    if let Some(text) = text {
                        context.say.line(format!("      {label} {text}"));
                    }
                }
                return;
            }
        }
    }
}

fn summary(context: &mut Context, results: &[Verified]) {
    let reached = results.iter().filter(|v| v.verdict == Verdict::Ok).count();
    if results.len() > 1 {
        context.say.info(format!("{reached} of {} repositories can be read.", results.len()));
    }
    if results.iter().any(|v| v.verdict == Verdict::Ok && v.access == "write") {
        context.say.info("Write access is not proved: only reading was tried.");
    }
}

fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// As in JSON.
pub(super) fn layer_name(layer: Layer) -> &'static str {
    match layer {
        Layer::Dns => "dns",
        Layer::Tcp => "tcp",
        Layer::Proxy => "proxy",
        Layer::Tls => "tls",
        Layer::HostKey => "host-key",
        Layer::Http => "http",
        Layer::Authentication => "authentication",
        Layer::Authorisation => "authorisation",
        Layer::Go => "go",
        Layer::Repository => "repository",
    }
}

impl From<NoTarget> for Failure {
    fn from(error: NoTarget) -> Self {
        let what = redact::urls(&error.to_string());
        match error {
            NoTarget::Profiles(error) => error.into(),
            NoTarget::Url(_) => {
                Self::usage(what, "give the URL that git uses: --repo https://HOST/OWNER/REPO.git")
            }
            NoTarget::NoProfiles => Self::usage(what, "make one: doorkey profile add"),
            NoTarget::NoRepositories(profile) => {
                let name = profile.as_ref().map_or("NAME", |p| p.as_str());
                let why = "a profile is proved against repositories that its account can read";
                let fix = format!(
                    "add one with `doorkey profile edit {name}`: [[verify]] and repo = \"https://HOST/OWNER/REPO.git\"; \
                     or name one here: doorkey verify {name} --repo URL"
                );
                Self::new(Exit::Usage, what, why, fix)
            }
        }
    }
}
