//! `doorkey profile suggest`: profiles that this machine seems to need, as commands.

use crate::cli::error::Failure;
use crate::cli::{Context, Exit, json};
use crate::engine::{inspect, suggest};
use serde_json::json;

pub(super) fn run(context: &mut Context) -> Result<Exit, Failure> {
    let facts = inspect::machine(&context.sys);
    let found = suggest::profiles(&facts);
    if context.flags.json {
        context.say.line(json::document("profile-suggest", json!({ "suggestions": found })));
        return Ok(Exit::Fine);
    }
    if found.is_empty() {
        context.say.info("No repository, key or password here speaks of a host that no profile has.");
        return Ok(Exit::Fine);
    }
    for suggestion in &found {
        let owner = suggestion.owner.as_deref().unwrap_or("the whole host");
        let (first, more) = (suggestion.seen.first(), suggestion.seen.len().saturating_sub(1));
        let seen = first.map(String::as_str).unwrap_or_default();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        context.say.info(format!("# {} on {}: seen in {seen}{more}", owner, suggestion.host));
        context.say.line(&suggestion.command);
    }
    Ok(Exit::Fine)
}
