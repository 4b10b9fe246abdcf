//! `doorkey inspect proxy`: which proxy each tool takes for a URL, and by which setting. Changes nothing, tries nothing.

use super::error::Failure;
use super::{Context, Exit, json, table};
use crate::engine::profiles;
use crate::engine::proxies::{self, Choice};
use crate::formats::proxy::no_proxy::Target;
use crate::model::route::Scheme;
use crate::redact;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Where nothing is named and there is no profile.
const ANYWHERE: &str = "https://github.com/";

pub(super) fn run(context: &mut Context, place: Option<&str>) -> Result<Exit, Failure> {
    let urls = match place {
        Some(place) => vec![url(place)?],
        None => own_hosts(context),
    };
    let mut looked = Vec::new();
    for url in urls {
        looked.extend(proxies::look(&context.sys, &url).map(|choices| (url, choices)));
    }
    if context.flags.json {
        let each = looked.iter().map(|(url, choices)| {
            json!({ "url": redact::urls(url), "agree": ways(choices) < 2, "tools": choices })
        });
        context.say.line(json::document("proxies", json!({ "urls": each.collect::<Vec<_>>() })));
        return Ok(Exit::Fine);
    }
    for (number, (url, choices)) in looked.iter().enumerate() {
        if number > 0 {
            context.say.line("");
        }
        say(context, url, choices);
    }
    context.say.info(
        "\nby settings and variables, nothing was tried; a server is tried with: doorkey inspect HOST:PORT",
    );
    Ok(Exit::Fine)
}

/// A URL as given; a host alone means https.
fn url(place: &str) -> Result<String, Failure> {
    let text = if place.contains("://") { place.to_owned() } else { format!("https://{place}/") };
    match Target::of(&text) {
        Some(_) => Ok(text),
        None => Err(Failure::usage(
            format!("{} is no URL that a proxy is used for", redact::said(place)),
            "name an http:// or https:// URL, or a host; SSH: doorkey ssh resolve HOST",
        )),
    }
}

/// The HTTPS hosts of the profiles, each once.
fn own_hosts(context: &Context) -> Vec<String> {
    let all = profiles::all(&context.sys).map(|all| all.good).unwrap_or_default();
    let origins = all.iter().flat_map(|profile| &profile.hosts).flat_map(|host| host.origins());
    let mut urls: Vec<String> =
        origins.filter(|origin| origin.scheme == Scheme::Https).map(|origin| format!("{origin}/")).collect();
    urls.sort();
    urls.dedup();
    if urls.is_empty() { vec![ANYWHERE.into()] } else { urls }
}

/// How many ways tools which are here take.
fn ways(choices: &[Choice]) -> usize {
    choices.iter().filter(|choice| choice.here).map(|choice| &choice.way).collect::<BTreeSet<_>>().len()
}

fn say(context: &mut Context, url: &str, choices: &[Choice]) {
    let here = choices.iter().filter(|choice| choice.here || context.flags.verbose);
    context.say.line(format!("to {}", redact::urls(url)));
    let rows = here.clone().map(|choice| {
        let tool = if choice.here { choice.tool.to_owned() } else { format!("{} (not here)", choice.tool) };
        // The address stands in the second column already.
        vec![tool, choice.way.to_string(), choice.by.clone()]
    });
    context.say.line(table::of(&["tool", "goes", "because"], rows));
    let mut notes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for choice in here {
        for warning in &choice.warnings {
            notes.entry(warning).or_default().push(choice.tool);
        }
    }
    for (note, tools) in notes {
        context.say.line(format!("note: {note} ({})", tools.join("; ")));
    }
    let ways = ways(choices);
    if ways > 1 {
        context.say.line(format!("the tools go {ways} different ways"));
    }
}
