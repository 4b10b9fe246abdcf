//! `doorkey which [URL|DIR]`: who speaks there, and why.

use super::error::Failure;
use super::{Context, Exit, json};
use crate::engine::in_force;
use crate::engine::which::{Answer, NoPlace, Place, WhichError, ask_or_host, remotes};
use crate::sys::Sys;
use clap::Args;
use serde_json::json;

/// `doorkey which [URL|DIR]`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  doorkey which https://github.com/acme/app.git\n  doorkey which ~/work/acme/app\n\n\
    Exit code 0 when a profile speaks there, 1 when none does."
)]
pub(crate) struct Which {
    /// A repository's URL, or a folder in a repository (this one when left out)
    place: Option<String>,
}

pub(crate) fn run(context: &mut Context, wanted: &Which) -> Result<Exit, Failure> {
    let place = wanted.place.clone().unwrap_or_else(|| ".".into());
    let urls = match place_of(&context.sys, &place)? {
        Place::Url(url) => vec![("".to_owned(), url)],
        Place::Folder(folder) => found_remotes(&context.sys, &folder, "which")?,
    };
    let mut answers = Vec::new();
    for (remote, url) in urls {
        let answer = ask_or_host(&context.sys, &url).map_err(|e| match e {
            WhichError::Url(problem) => Failure::usage(
                problem,
                "write it as the host's own page does, without '..' and '%2F': https://HOST/OWNER/REPO",
            ),
            WhichError::Profiles(error) => error.into(),
        })?;
        answers.push((remote, url, answer));
    }
    let decided = answers.iter().any(|(_, _, a)| a.profile.is_some());
    if context.flags.json {
        let list: Vec<_> = answers
            .iter()
            .map(|(remote, url, a)| {
                json!({ "remote": remote, "url": crate::redact::urls(url), "profile": a.profile.as_ref().map(|p| p.as_str()),
                    "route": a.route, "why": a.why, "in-force": a.in_force })
            })
            .collect();
        context.say.line(json::document("which", json!({ "answers": list })));
    } else {
        for (remote, url, answer) in &answers {
            let head = if remote.is_empty() { String::new() } else { format!("{remote}: ") };
            context.say.line(format!("{head}{}", sentence(&context.sys, &crate::redact::urls(url), answer)));
        }
    }
    Ok(if decided { Exit::Fine } else { Exit::Findings })
}

fn sentence(sys: &Sys, url: &str, answer: &Answer) -> String {
    let who = answer.profile.as_ref().map_or("nobody".to_owned(), ToString::to_string);
    let state = match answer.in_force {
        true => String::new(),
        false => format!(" (not in force: {})", in_force::way_on(sys).1),
    };
    format!("{who} speaks for {url}: {}{state}", answer.why)
}

/// What is asked about, or why it is nothing that can be asked about.
pub(super) fn place_of(sys: &Sys, text: &str) -> Result<Place, Failure> {
    Place::of(sys, text).map_err(|problem| {
        let fix = match &problem {
            NoPlace::Folder(_) => "give a folder, or a URL: https://HOST/OWNER/REPO".to_owned(),
            NoPlace::NoScheme(text) => format!("write the scheme too: https://{text}"),
        };
        Failure::usage(crate::redact::urls(&problem.to_string()), crate::redact::urls(&fix))
    })
}

/// The remotes of the repository there; `command` is who wants to know.
pub(super) fn found_remotes(
    sys: &Sys,
    folder: &std::path::Path,
    command: &str,
) -> Result<Vec<(String, String)>, Failure> {
    let found = remotes(sys, folder).ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            format!("{} is not in a git repository", sys.shown(folder)),
            format!("{command} reads the remotes of the repository there"),
            format!("go into one, or give a URL: doorkey {command} https://HOST/OWNER/REPO"),
        )
    })?;
    if found.is_empty() {
        return Err(Failure::usage(
            "this repository has no remotes",
            format!("give a URL: doorkey {command} https://HOST/OWNER/REPO"),
        ));
    }
    Ok(found)
}
