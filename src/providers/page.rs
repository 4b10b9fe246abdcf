//! The page where a token is made, filled in as far as the host lets a link do that, and the same in words.

use super::door::coded;
use super::facts::Facts;
use crate::model::route::Origin;
use serde::Serialize;

/// What the token is to be.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// Where it is for.
    pub host: &'a Origin,
    /// Its name at the host.
    pub name: String,
    /// Whose.
    pub user: &'a str,
    /// For whose repositories; may be empty.
    pub owner: &'a str,
    /// How long it lives, in days.
    pub days: u32,
    /// Its last day: `2026-12-31`.
    pub date: String,
    /// Whether it is to push.
    pub write: bool,
    /// The scopes that the profile's file names; empty = those of the table.
    pub scopes: &'a [String],
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Page {
    /// Its address; `None` where no host of that kind has the same one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What to choose there, line by line.
    pub choose: Vec<String>,
}

/// The page for a token.
#[must_use]
pub fn page(facts: &Facts, wish: &Wish<'_>) -> Page {
    let usual = if wish.write { &facts.scopes_write } else { &facts.scopes_read };
    let scopes = if wish.scopes.is_empty() { usual } else { wish.scopes };
    let days = wish.days.to_string();
    let (authority, list) = (wish.host.authority(), scopes.join(","));
    let values = [
        ("{host}", authority.as_str()),
        ("{name}", wish.name.as_str()),
        ("{user}", wish.user),
        ("{owner}", wish.owner),
        ("{days}", days.as_str()),
        ("{date}", wish.date.as_str()),
        ("{access}", if wish.write { "write" } else { "read" }),
        ("{scopes}", list.as_str()),
    ];
    let url = facts.page.iter().find(|p| p.fits(&wish.host.host)).map(|p| filled_in(&p.url, &values));
    // What is not known is not asked for.
    let known = |line: &&String| values.iter().all(|(mark, value)| !line.contains(mark) || !value.is_empty());
    let choose = facts.words.iter().filter(known).map(|line| {
        values.iter().fold(line.clone(), |text, (mark, value)| text.replace(mark, &value.replace(',', ", ")))
    });
    Page { url, choose: choose.collect() }
}

/// A link with its values coded; a parameter without a value is left out.
fn filled_in(url: &str, values: &[(&str, &str)]) -> String {
    let fill = |text: &str| {
        values.iter().fold(text.to_owned(), |text, (mark, value)| {
            let value = if *mark == "{host}" { (*value).to_owned() } else { coded(value) };
            text.replace(mark, &value)
        })
    };
    let Some((path, query)) = url.split_once('?') else { return fill(url) };
    let pairs: Vec<String> = query.split('&').map(fill).filter(|pair| !pair.ends_with('=')).collect();
    format!("{}?{}", fill(path), pairs.join("&"))
}
