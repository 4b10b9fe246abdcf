//! What several checks of tokens say in the same words.

use crate::checks::{Check, advice, command};
use crate::formats::shell;
use crate::model::facts::{Facts, Keeper, PlainToken, StoreFacts, StoredToken};
use crate::model::finding::{Finding, Fix};
use crate::providers;
use std::path::Path;

/// One finding a file: which hosts have a password in it. `instead`: what takes its place; `None` = the store.
pub(in crate::checks) fn plain_tokens(
    facts: &Facts,
    check: &Check,
    keeper: Keeper,
    mend: Option<&str>,
    wanted: impl Fn(&PlainToken) -> bool,
) -> Vec<Finding> {
    let mut files: Vec<(&Path, Vec<&PlainToken>)> = Vec::new();
    for token in facts.tokens.plain.iter().filter(|t| t.keeper == keeper && wanted(t)) {
        match files.iter_mut().find(|(path, _)| *path == token.spot.path) {
            Some((_, tokens)) if tokens.iter().any(|t| t.host == token.host) => {}
            Some((_, tokens)) => tokens.push(token),
            None => files.push((&token.spot.path, vec![token])),
        }
    }
    let one = |(path, tokens): (&Path, Vec<&PlainToken>)| {
        let shown = facts.shown(path);
        let hosts: Vec<&str> = tokens.iter().map(|t| t.host.as_deref().unwrap_or("every host")).collect();
        let what = format!("{shown} holds passwords in plain text for {}", hosts.join(", "));
        let by_hand = || format!("{}, delete them from {shown}", in_the_store(facts, &tokens));
        let mend = mend.map_or_else(by_hand, str::to_owned);
        check.found(what, advice(format!("{mend}, and make new ones")))
    };
    files.into_iter().map(one).collect()
}

/// Where tokens of git hosts belong, by commands that can be run here: a host that no profile has needs one first.
fn in_the_store(facts: &Facts, tokens: &[&PlainToken]) -> String {
    let mut commands: Vec<String> = Vec::new();
    for token in tokens {
        let speakers =
            token.host.as_deref().map(|host| facts.own.speakers(host, token.port)).unwrap_or_default();
        let add = |profile: &String| {
            let host = token.host.as_deref().unwrap_or_default();
            format!("doorkey token add {profile} --host {}", authority(host, token.port))
        };
        commands.push(match speakers.as_slice() {
            [] => "doorkey profile suggest".into(),
            speakers => speakers.iter().map(add).collect::<Vec<_>>().join(" or: "),
        });
    }
    commands.sort();
    commands.dedup();
    if facts.own.store == StoreFacts::Missing {
        commands.insert(0, "doorkey store init".into());
    }
    format!("keep them in the store ({})", commands.join("; "))
}

fn authority(host: &str, port: Option<u16>) -> String {
    port.filter(|port| *port != 443).map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// `the token of acme for https://git.test as ada`
pub(in crate::checks) fn named(token: &StoredToken) -> String {
    format!("the token of {} for {} as {}", token.profile, token.origin, token.user)
}

/// The kind of a token's host, where it is known.
pub(in crate::checks) fn kind(token: &StoredToken) -> Option<&'static providers::Facts> {
    token.host.provider.as_deref().and_then(providers::facts::of)
}

/// `doorkey token VERB` for a token that is in the store.
pub(in crate::checks) fn token_command(verb: &str, token: &StoredToken) -> String {
    if let (Some(scope), "add") = (&token.npm, verb) {
        return format!("doorkey token add {} --npm {}", token.profile, shell::argument(scope));
    }
    let host = token.origin.split_once("://").map_or(token.origin.as_str(), |(_, host)| host);
    let owner = if token.path.is_empty() || verb != "add" {
        String::new()
    } else {
        format!(" --owner {}", shell::argument(&token.path.replace('%', "%25")))
    };
    format!("doorkey token {verb} {} --host {host} --user {}{owner}", token.profile, token.user)
}

/// The command that puts a new token into the place of one that is in the store.
pub(crate) fn new_token(token: &StoredToken) -> Fix {
    command(token_command("add", token))
}

/// How to get a token that is as it should be.
pub(in crate::checks) fn other_token(token: &StoredToken) -> Fix {
    let add = token_command("add", token);
    advice(format!("make another one (doorkey token page {}), then: {add}", token.profile))
}
