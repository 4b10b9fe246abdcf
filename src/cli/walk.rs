//! `doorkey inspect helpers --for URL|DIR`: whom git asks for a password there, in order.

use super::error::Failure;
use super::which::{found_remotes, place_of};
use super::{Context, Exit, json, table};
use crate::engine::inspect;
use crate::engine::which::{Place, config_folder};
use crate::model::facts::{Expected, Facts, Walk};
use serde_json::json;

pub(super) fn run(context: &mut Context, place: &str) -> Result<Exit, Failure> {
    let (urls, repository) = match place_of(&context.sys, place)? {
        Place::Url(url) => (vec![url], None),
        Place::Folder(folder) => {
            let remotes = found_remotes(&context.sys, &folder, "inspect helpers --for")?;
            (remotes.into_iter().map(|(_, url)| url).collect(), config_folder(&folder))
        }
    };
    let facts = inspect::machine(&context.sys);
    let walks: Vec<Walk> = urls
        .iter()
        .filter_map(|url| inspect::walk(&context.sys, &facts, url, repository.as_deref()))
        .collect();
    if walks.is_empty() {
        return Err(Failure::usage(
            format!("git asks no credential helper for {}", crate::redact::urls(&urls.join(", "))),
            "give the URL of a repository over HTTPS; for SSH see: doorkey which URL",
        ));
    }
    if context.flags.json {
        context.say.line(json::document("helpers", json!({ "walks": walks })));
        return Ok(Exit::Fine);
    }
    for walk in &walks {
        for line in lines(&facts, walk) {
            context.say.line(line);
        }
    }
    context.say.info("\nread from the files; no helper was run");
    Ok(Exit::Fine)
}

fn lines(facts: &Facts, walk: &Walk) -> Vec<String> {
    let path = if walk.use_http_path { "with the repository's path" } else { "with the host alone" };
    let mut lines = vec![format!("{}: git asks {path}", walk.url)];
    for before in &walk.before {
        let at = before.spot.as_ref().map(|spot| format!(" ({})", facts.at(spot))).unwrap_or_default();
        lines.push(format!("before any helper git sends {}{at}", before.what));
    }
    let rows: Vec<Vec<String>> = walk
        .asked
        .iter()
        .enumerate()
        .map(|(number, asked)| {
            let plain = if asked.helper.plain_text { ", keeps plain text" } else { "" };
            vec![
                (number + 1).to_string(),
                format!("{}{plain}", asked.helper.name),
                expected(facts, &asked.expected),
                facts.at(&asked.spot),
            ]
        })
        .collect();
    if rows.is_empty() {
        lines.push("no helper: git asks GIT_ASKPASS, core.askPass, SSH_ASKPASS, or you".into());
    } else {
        lines.push(table::of(&["", "helper", "would answer", "where"], rows));
    }
    for gone in &walk.forgotten {
        lines.push(format!(
            "not asked: {} ({}), forgotten by the empty helper ({})",
            gone.helper.name,
            facts.at(&gone.spot),
            facts.at(&gone.by)
        ));
    }
    lines
}

fn expected(facts: &Facts, expected: &Expected) -> String {
    match expected {
        Expected::Answers { user, spot } => {
            let user = user.as_deref().filter(|user| !user.is_empty()).unwrap_or("nobody by name");
            let at = spot.as_ref().map(|spot| format!(" ({})", facts.at(spot))).unwrap_or_default();
            format!("as {user}{at}")
        }
        Expected::Nothing(why) => format!("nothing: {why}"),
        Expected::MayAnswer(how) => format!("perhaps: {how}"),
        Expected::Refuses(why) => format!("refuses, and git asks nobody else: {why}"),
        Expected::NotInstalled => "nothing: its program is not installed".into(),
    }
}
