//! Which entries of `http.<url>.*` and `credential.<url>.*` are for a URL (urlmatch.c, credential.c).

use super::Entry;
use super::url::NormalUrl;
use crate::formats::percent;
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
    let Some(have) = Parts::of(url) else { return Vec::new() };
    let normal = NormalUrl::of(&have.url(), false);
    let fits = |pattern: &[u8]| match NormalUrl::of(pattern, true) {
        Some(pattern) => normal.as_ref().is_some_and(|url| fit(url, &pattern).is_some()),
        None => Parts::of(pattern).is_some_and(|want| want.all_in(&have)),
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

/// A URL or a part of one (credential.c, `credential_from_url_gently`): each part decoded, `None` where missing. A line
/// end in a part makes git refuse it.
#[derive(Default)]
struct Parts {
    protocol: Option<Vec<u8>>,
    user: Option<Vec<u8>>,
    host: Option<Vec<u8>>,
    path: Option<Vec<u8>>,
}

impl Parts {
    fn of(url: &[u8]) -> Option<Self> {
        let (protocol, rest) = match url.windows(3).position(|three| three == b"://") {
            Some(end) => (url.get(..end).filter(|name| !name.is_empty()), url.get(end + 3..)?),
            None => (None, url),
        };
        let end = rest.iter().position(|b| b"/?#".contains(b)).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end)?;
        let (info, host) = match authority.iter().position(|&b| b == b'@') {
            Some(at) => (authority.get(..at), authority.get(at + 1..)?),
            None => (None, authority),
        };
        let user = info.and_then(|info| info.split(|&b| b == b':').next());
        let path =
            rest.get(rest.iter().take_while(|&&b| b == b'/').count()..).filter(|path| !path.is_empty());
        let parts = Self {
            protocol: protocol.map(<[u8]>::to_vec),
            user: user.map(decoded),
            host: Some(host).filter(|host| !host.is_empty()).map(decoded),
            path: path.map(|path| without_final_slashes(decoded(path))),
        };
        let all = [&parts.protocol, &parts.user, &parts.host, &parts.path];
        let has_line_end = all.into_iter().flatten().any(|part| part.contains(&b'\n'));
        (!has_line_end).then_some(parts)
    }

    fn all_in(&self, have: &Self) -> bool {
        let same = |want: &Option<Vec<u8>>, have: &Option<Vec<u8>>| want.is_none() || want == have;
        same(&self.protocol, &have.protocol)
            && same(&self.host, &have.host)
            && same(&self.path, &have.path)
            && same(&self.user, &have.user)
    }

    /// `credential_format`
    fn url(&self) -> Vec<u8> {
        let mut out = self.protocol.clone().unwrap_or_default();
        out.extend(b"://");
        if let Some(user) = self.user.as_ref().filter(|user| !user.is_empty()) {
            out.extend(encoded(user, b"/"));
            out.push(b'@');
        }
        out.extend(self.host.iter().flatten());
        if let Some(path) = &self.path {
            out.push(b'/');
            out.extend(encoded(path, b""));
        }
        out
    }
}

/// `url_decode`: a broken `%XX` and `%00` stay as they are.
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, mut tail)) = rest.split_first() {
        let mut byte = first;
        if let (b'%', Some((&[high, low], after))) = (first, tail.split_first_chunk::<2>())
            && let Some(escaped) = percent::hex_pair(high, low).filter(|&b| b != 0)
        {
            (byte, tail) = (escaped, after);
        }
        out.push(byte);
        rest = tail;
    }
    out
}

fn without_final_slashes(mut path: Vec<u8>) -> Vec<u8> {
    while path.len() > 1 && path.last() == Some(&b'/') {
        path.pop();
    }
    path
}

/// `strbuf_add_percentencode`
fn encoded(text: &[u8], also: &[u8]) -> Vec<u8> {
    let strange =
        |b: u8| b <= 0x1f || b >= 0x7f || b" <>\"%{}|\\^`:?#[]@!$&'()*+,;=".contains(&b) || also.contains(&b);
    text.iter().flat_map(|&b| if strange(b) { format!("%{b:02X}").into_bytes() } else { vec![b] }).collect()
}
