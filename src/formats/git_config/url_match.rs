//! Which entries of `http.<url>.*` and `credential.<url>.*` are for a URL (urlmatch.c, credential.c).

use super::Entry;
use super::url::NormalUrl;
use crate::formats::git_credentials::UrlParts;
use std::collections::BTreeMap;

/// How well a pattern fits: the host's length, then the path's, then a user name. Nothing for no pattern.
type Fit = (usize, usize, bool);

/// The entries of a section without regard of URLs, in order.
pub fn section_entries<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    section: &str,
) -> impl Iterator<Item = &'a Entry> {
    entries.into_iter().filter(move |entry| entry.section.eq_ignore_ascii_case(section))
}

/// The entries that git listens to for this URL in a section like `http`, in the order given (of all files, the
/// weakest first). The last one of a key decides it; keys with many values (`extraHeader`) take all.
///
/// An entry without URL counts for every URL; one that fits worse than an earlier one of its key does not count.
/// Nothing for what is not a URL to git.
pub fn entries_for_url<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    section: &str,
    url: &[u8],
) -> Vec<&'a Entry> {
    let Some(url) = NormalUrl::of(url, false) else { return Vec::new() };
    let mut best: BTreeMap<&str, Fit> = BTreeMap::new();
    let mut heard = Vec::new();
    for entry in section_entries(entries, section) {
        let fit = match &entry.subsection {
            Some(pattern) => NormalUrl::of(pattern, true).and_then(|pattern| fit(&url, &pattern)),
            None => Some(Fit::default()),
        };
        let Some(fit) = fit else { continue };
        let known = best.entry(entry.key.as_str()).or_insert(fit);
        if fit >= *known {
            *known = fit;
            heard.push(entry);
        }
    }
    heard
}

/// The entries of `credential.*` that count for this URL, in the order given: git takes all that fit, whatever fits
/// better. Beside URLs a pattern may be a part of one, such as `git.test` or `https://`.
///
/// The URL is that of the remote, with its path: git matches before it drops the path without `useHttpPath`.
pub fn credential_entries<'a>(entries: impl IntoIterator<Item = &'a Entry>, url: &[u8]) -> Vec<&'a Entry> {
    let Some(have) = UrlParts::of(url) else { return Vec::new() };
    let normal = NormalUrl::of(&have.url(), false);
    let fits = |pattern: &[u8]| match NormalUrl::of(pattern, true) {
        Some(pattern) => normal.as_ref().is_some_and(|url| fit(url, &pattern).is_some()),
        None => UrlParts::of(pattern).is_some_and(|want| want.all_in(&have)),
    };
    section_entries(entries, "credential")
        .filter(|entry| entry.subsection.as_deref().is_none_or(fits))
        .collect()
}

/// `match_urls`
fn fit(url: &NormalUrl, pattern: &NormalUrl) -> Option<Fit> {
    let user_fits = pattern.user.is_none() || pattern.user == url.user;
    if pattern.scheme != url.scheme || !user_fits || pattern.port != url.port {
        return None;
    }
    if !host_fits(&url.host, &pattern.host) {
        return None;
    }
    Some((pattern.host.len(), path_fit(&url.path, &pattern.path)?, pattern.user.is_some()))
}

/// Label by label; a label `*` stands for any one. A final dot does not count.
fn host_fits(host: &[u8], pattern: &[u8]) -> bool {
    fn labels(name: &[u8]) -> Vec<&[u8]> {
        let name = name.strip_suffix(b".").unwrap_or(name);
        name.split(|&b| b == b'.').collect()
    }
    if host.is_empty() || pattern.is_empty() {
        return host.is_empty() && pattern.is_empty();
    }
    let (host, pattern) = (labels(host), labels(pattern));
    host.len() == pattern.len()
        && host.iter().zip(pattern).all(|(ours, theirs)| theirs == b"*" || *ours == theirs)
}

/// `url_match_prefix`: the length with the slash at its end. Whole segments, in their case.
fn path_fit(path: &[u8], pattern: &[u8]) -> Option<usize> {
    let pattern = pattern.strip_suffix(b"/").unwrap_or(pattern);
    let rest = path.strip_prefix(pattern)?;
    (rest.is_empty() || rest.starts_with(b"/")).then_some(pattern.len() + 1)
}
