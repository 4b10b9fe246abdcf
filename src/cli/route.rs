//! `doorkey route add|list|remove`: single repositories that a profile speaks for.

use super::change::carry_out;
use super::error::Failure;
use super::profile::{edit_file, refreshed, usable_with};
use super::say::Mark;
use super::{Context, Exit, json};
use crate::engine::profiles::{self, route_text};
use crate::model::name::ProfileName;
use crate::model::plan::Plan;
use crate::model::profile::{Profile, claims_of};
use crate::model::profile_file::{Edit, check_no_secret, repo_route};
use clap::Subcommand;
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(crate) enum RouteCommand {
    /// Let a profile speak for one repository, or everything below a path
    #[command(after_help = "Example:\n  doorkey route add https://github.com/ada/fork.git acme")]
    Add {
        /// The repository's URL
        url: String,
        /// Who speaks for it
        profile: String,
    },
    /// All routes, of hosts and of single repositories
    List,
    /// Take a single repository's route away
    Remove {
        /// The URL as it was added
        url: String,
        /// Whose it is
        profile: String,
    },
}

pub(crate) fn run(context: &mut Context, command: RouteCommand) -> Result<Exit, Failure> {
    match command {
        RouteCommand::Add { url, profile } => add(context, &url, &profile),
        RouteCommand::Remove { url, profile } => remove(context, &url, &profile),
        RouteCommand::List => list(context),
    }
}

fn add(context: &mut Context, url: &str, profile: &str) -> Result<Exit, Failure> {
    let name = ProfileName::new(profile)?;
    let route = check_no_secret(url)
        .and_then(|()| repo_route(url))
        .map_err(|problem| Failure::usage(problem, "give the URL that git uses"))?;
    let mut new_host = false;
    let applied = carry_out(context, |context| {
        let mut all = usable_with(context, &name)?;
        new_host = !claims_of(&all).into_iter().any(|claim| claim.origin == route.origin);
        let profile = named(&mut all, &name)?;
        let mut plan = Plan::new(format!("route add {route} {name}"));
        if !profile.routes.contains(&route) {
            profile.routes.push(route.clone());
            plan.push(edit_file(context, &name, |edit: &mut Edit| edit.add_route(&route))?);
            plan.steps.extend(refreshed(context, &all)?);
        }
        Ok(plan)
    })?;
    if applied.is_some() && !context.flags.json {
        context.say.marked(Mark::Good, format!("{name} speaks for {route}"));
        if new_host {
            let origin = &route.origin;
            context.say.info(format!("  {origin} is managed from now on: other owners there are refused until a profile claims them"));
        }
    }
    Ok(Exit::Fine)
}

fn remove(context: &mut Context, url: &str, profile: &str) -> Result<Exit, Failure> {
    let name = ProfileName::new(profile)?;
    let route = repo_route(url).map_err(|problem| Failure::usage(problem, "give the URL that git uses"))?;
    let applied = carry_out(context, |context| {
        let mut all = usable_with(context, &name)?;
        let profile = named(&mut all, &name)?;
        if !profile.routes.contains(&route) {
            return Err(Failure::usage(
                format!("{name} has no route {route}"),
                "see them: doorkey route list",
            ));
        }
        profile.routes.retain(|r| *r != route);
        let mut plan = Plan::new(format!("route remove {route} {name}"));
        plan.push(edit_file(context, &name, |edit: &mut Edit| edit.remove_route(&route))?);
        plan.steps.extend(refreshed(context, &all)?);
        Ok(plan)
    })?;
    if applied.is_some() && !context.flags.json {
        context.say.marked(Mark::Good, format!("{name} speaks for {route} no more"));
    }
    Ok(Exit::Fine)
}

fn named<'a>(all: &'a mut [Profile], name: &ProfileName) -> Result<&'a mut Profile, Failure> {
    let found = all.iter_mut().find(|p| p.name == *name);
    Ok(found.ok_or_else(|| profiles::ProfilesError::Unknown(name.to_string()))?)
}

fn list(context: &mut Context) -> Result<Exit, Failure> {
    let all = profiles::all(&context.sys)?;
    let mut claims = claims_of(&all.good);
    claims.sort_by_key(route_text);
    if context.flags.json {
        let routes: Vec<_> = claims
            .iter()
            .map(|c| json!({ "route": route_text(c), "profile": c.profile.as_str(), "user": c.user, "folds-case": c.fold_case }))
            .collect();
        context.say.line(json::document("routes", json!({ "routes": routes })));
        return Ok(Exit::Fine);
    }
    if claims.is_empty() {
        context.say.info("There are no routes. A profile brings them: doorkey profile add NAME --host HOST");
        return Ok(Exit::Fine);
    }
    let rows =
        claims.iter().map(|c| vec![route_text(c), c.profile.to_string(), c.user.clone().unwrap_or_default()]);
    let table = super::table::of(&["route", "profile", "user"], rows);
    context.say.line(table);
    Ok(Exit::Fine)
}
