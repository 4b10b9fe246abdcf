//! Who git asks for a password for a URL, in order, replayed from the files: nobody is asked, and no helper is run.
//!
//! `git config --get-urlmatch` names the most specific helper, but git asks all that fit in file order, and an empty
//! `helper =` forgets those before it (gitcredentials(7), routing.md section 2).

use super::git::Reader;
use super::git_settings::is_true;
use crate::engine::which;
use crate::formats::git_config::{self, Entry};
use crate::formats::host::split_host_port;
use crate::formats::remote_url::{RemoteUrl, Scheme};
use crate::formats::token::is_user_a_token;
use crate::helpers::{self, Wanted};
use crate::model::facts::{
    About, Asked, Before, Chain, ChainLink, Expected, Facts, Forgotten, Keeper, Own, PlainToken, Spot, Walk,
};
use crate::model::profile::Profile;
use crate::model::route;
use crate::redact;
use crate::sys::Sys;
use std::path::Path;

/// The chain for every managed route over HTTP.
pub(super) fn chains(own: &Own, reader: &Reader<'_>) -> Vec<Chain> {
    let mut urls: Vec<String> = own
        .profiles
        .iter()
        .flat_map(Profile::claims)
        .filter(|c| c.origin.scheme != route::Scheme::Ssh)
        .map(|c| format!("{}/{}", c.origin, c.owner.as_str()).trim_end_matches('/').to_owned())
        .collect();
    urls.sort();
    urls.dedup();
    let chain = |origin: String| {
        let heard = Heard::of(reader, &format!("{origin}/doorkey-asks.git"));
        Chain { origin, helpers: heard.helpers, use_http_path: heard.use_http_path, user: heard.user_set }
    };
    urls.into_iter().map(chain).collect()
}

/// What git's `credential.*` settings say for a URL.
#[derive(Default)]
struct Heard {
    helpers: Vec<(ChainLink, Spot)>,
    forgotten: Vec<Forgotten>,
    use_http_path: bool,
    user: Option<String>,
    user_set: Option<(String, Spot)>,
}

impl Heard {
    fn of(reader: &Reader<'_>, url: &str) -> Self {
        let mut heard = Self::default();
        let entries = reader.entries.iter().map(|(entry, _)| entry);
        for entry in git_config::credential_entries(entries, url.as_bytes()) {
            match entry.key.as_str() {
                "usehttppath" => heard.use_http_path = is_true(entry),
                "username" => heard.user = entry.text().filter(|user| !user.is_empty()).map(str::to_owned),
                _ => {}
            }
            let Some(setting) = reader.setting_of(entry) else { continue };
            match &setting.about {
                About::HelperReset => {
                    let by = &setting.spot;
                    heard.forgotten.extend(heard.helpers.drain(..).map(|(helper, spot)| Forgotten {
                        helper,
                        spot,
                        by: by.clone(),
                    }));
                }
                About::Helper(link) => heard.helpers.push((link.clone(), setting.spot.clone())),
                About::User { name } => heard.user_set = Some((name.clone(), setting.spot.clone())),
                _ => {}
            }
        }
        heard
    }
}

/// Walks for one URL over HTTP, as git would in `repository` (the folder with its `config`), or outside any.
/// `None` for what git asks no helper for.
#[must_use]
pub fn walk(sys: &Sys, facts: &Facts, url: &str, repository: Option<&Path>) -> Option<Walk> {
    let parts = RemoteUrl::parse(url).ok()?;
    if !matches!(parts.scheme, Scheme::Http | Scheme::Https) {
        return None;
    }
    let mut troubles = Vec::new();
    let reader = Reader::read(sys, &mut troubles, repository);
    let heard = Heard::of(&reader, url);
    let host = parts.canonical_host()?;
    let authority = match parts.effective_port().filter(|port| Some(*port) != parts.scheme.default_port()) {
        Some(port) => format!("{host}:{port}"),
        None => host.clone(),
    };
    let path = parts.repo_path().unwrap_or_default();
    let user = parts.user.clone().filter(|user| !is_user_a_token(user)).or(heard.user);
    let wanted = Wanted {
        protocol: parts.scheme.name(),
        host: &authority,
        path: heard.use_http_path.then_some(path.as_str()),
        user: user.as_deref(),
    };
    let asked = heard
        .helpers
        .into_iter()
        .map(|(helper, spot)| {
            let expected = if helper.ours {
                of_doorkey(sys, facts, url, wanted.user)
            } else {
                helpers::expected(sys, &helper, &wanted)
            };
            Asked { helper, spot, expected }
        })
        .collect();
    let mut before = Vec::new();
    if parts.password.is_some() || parts.user.as_deref().is_some_and(is_user_a_token) {
        before.push(Before { what: "the password in the URL".into(), spot: None });
    }
    before.extend(extra_headers(&reader, url));
    before.extend(netrc(facts, &authority));
    Some(Walk {
        url: redact::urls(url),
        before,
        asked,
        forgotten: heard.forgotten,
        use_http_path: heard.use_http_path,
    })
}

/// What doorkey's helper decides, by the profiles' files.
fn of_doorkey(sys: &Sys, facts: &Facts, url: &str, user: Option<&str>) -> Expected {
    let answer = match which::ask(sys, url) {
        Ok(answer) => answer,
        Err(error) => return Expected::Refuses(error.to_string()),
    };
    let Some(profile) = answer.profile else {
        return if answer.managed {
            Expected::Refuses(answer.why)
        } else {
            Expected::Nothing("no profile has this host".into())
        };
    };
    let origin = answer.route.as_deref().unwrap_or_default();
    let mut own = facts.own.tokens.iter().filter(|t| {
        t.profile == profile.as_str()
            && origin
                .strip_prefix(t.origin.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    match own.find(|t| user.is_none_or(|u| u == t.user)) {
        Some(token) => Expected::Answers { user: Some(format!("{} ({profile})", token.user)), spot: None },
        None => {
            Expected::Refuses(format!("{profile} speaks there, but has no token for it that can be read now"))
        }
    }
}

/// git-config(1), `http.extraHeader`: sent with the first request.
fn extra_headers(reader: &Reader<'_>, url: &str) -> Vec<Before> {
    let entries: Vec<&Entry> = reader.entries.iter().map(|(entry, _)| entry).collect();
    git_config::entries_for_url(entries, "http", url.as_bytes())
        .into_iter()
        .filter_map(|entry| reader.setting_of(entry))
        .filter(|setting| setting.about == About::ExtraHeader)
        .map(|setting| Before { what: setting.name.clone(), spot: Some(setting.spot.clone()) })
        .collect()
}

/// curl takes `.netrc` after the first 401, before git asks a helper. The first entry that fits counts.
fn netrc(facts: &Facts, authority: &str) -> Option<Before> {
    let host = split_host_port(authority).map_or(authority.to_owned(), |(host, _)| host);
    let fits = |token: &&PlainToken| {
        token.keeper == Keeper::Netrc
            && token.host.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(&host))
    };
    let token = facts.tokens.plain.iter().find(fits)?;
    Some(Before { what: "the password in .netrc".into(), spot: Some(token.spot.clone()) })
}
