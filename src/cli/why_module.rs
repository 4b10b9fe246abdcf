//! Why go cannot download a module, for people and for programs.

use super::error::Failure;
use super::say::Mark;
use super::verify::ladder;
use super::why_repository::{self, Wish};
use super::{Context, Exit, json};
use crate::engine::why::go::{self, GoRungs, Origin, Setting};
use crate::model::ladder::Outcome;
use crate::redact;
use serde_json::json;

/// go's own rules first; where they hold and go asks the module's own host, the repository there too.
pub(super) fn run(
    context: &mut Context,
    module: &str,
    version: Option<&str>,
    wish: &Wish<'_>,
) -> Result<Exit, Failure> {
    let folder = context.sys.cwd().unwrap_or_default();
    let found = go::look(&context.sys, module, version, &folder);
    let fine = !found.rungs.iter().any(|r| r.outcome == Outcome::Broken);
    if !context.flags.json {
        show(context, module, &found, fine);
    }
    // A public proxy may come before: then the host is not asked, and nothing is tried there.
    let direct = fine && found.way.asked.first().is_some_and(|first| first == "direct");
    let urls: Vec<String> = found.repository.iter().filter(|_| direct).cloned().collect();
    let climbed = why_repository::climbed(context, &urls, wish)?;
    if context.flags.json {
        let go = serde_json::to_value(&found).unwrap_or_default();
        let repositories = why_repository::list(&climbed);
        let body = json!({ "module": module, "version": version, "go": go, "repositories": repositories });
        context.say.line(json::document("why-module", body));
    }
    Ok(if fine && why_repository::fine(&climbed) { Exit::Fine } else { Exit::Findings })
}

fn show(context: &mut Context, module: &str, found: &GoRungs, fine: bool) {
    let whose = found.profile.as_ref().map_or(String::new(), |p| format!(" ({p})"));
    context.say.marked(if fine { Mark::Good } else { Mark::Bad }, format!("{module}{whose}"));
    for setting in found.settings.all() {
        if !setting.value.is_empty() || setting.origin != Origin::Default {
            let line = format!(
                "    {:<11} {}  ({})",
                setting.name,
                redact::urls(&setting.value),
                origin(context, setting)
            );
            context.say.info(line);
        }
    }
    let by = found.way.private_by.as_ref().map_or(String::new(), |p| format!(" (by the pattern {p})"));
    context.say.info(format!("    go asks     {}{by}", found.way.asked.join(", then ")));
    let sums = found.way.sum_database.as_deref().unwrap_or("no database");
    context.say.info(format!("    checksums   go.sum, then {sums}"));
    if let Some(repository) = &found.repository {
        context.say.info(format!("    repository  {repository}"));
    }
    // Each stands on its own: one may be mended without the others.
    for rung in found.rungs.iter().chain(&found.notes) {
        ladder(context, std::slice::from_ref(rung));
    }
}

fn origin(context: &Context, setting: &Setting) -> String {
    match &setting.origin {
        Origin::Environment => "environment".into(),
        Origin::File { path, line } => format!("{}:{line}", context.sys.shown(path)),
        Origin::Private => "as GOPRIVATE".into(),
        Origin::Default => "default".into(),
    }
}
