//! Where a login stands in a file of git's, and the edit that takes it out: whole lines, so that their place is found
//! again however the file changes, and not a byte more.

use super::Kind;
use crate::formats::git_config::{self, Entry};
use crate::formats::lines::bom_length;
use crate::formats::loose::{self, Care, Loose};
use crate::formats::token;
use crate::secret::Secret;
use std::ops::Range;
use zeroize::Zeroizing;

/// A login that can be taken out.
pub(super) struct Login {
    pub(super) kind: Kind,
    /// 1-based.
    pub(super) line: usize,
    /// The URL it is for, without the login.
    pub(super) url: String,
    /// The name in it that is no token.
    pub(super) user: Option<String>,
    pub(super) value: Secret,
    /// The whole lines that are replaced.
    pub(super) region: Range<usize>,
    /// Them as they are.
    pub(super) old: Secret,
    /// Them with the secret masked.
    pub(super) shown: Vec<u8>,
    /// What takes their place.
    pub(super) bare: Vec<u8>,
    /// Whether a program may be told another owner's repository by the same setting.
    pub(super) broad: bool,
}

/// A secret that stays where it is.
pub(super) struct Stays {
    pub(super) line: usize,
    pub(super) why: String,
}

pub(super) type Found = Result<Login, Stays>;

/// The logins of `.git-credentials`, a URL a line.
pub(super) fn git_credentials(bytes: &[u8]) -> Vec<Found> {
    let all = loose::urls(bytes, Care::Verbatim);
    let each = all.iter().map(|one| {
        let place = Place::of(bytes, &all, one)?;
        let line = place.slice(place.region.clone());
        let scheme = memchr::memmem::find(line, b"://").and_then(|at| line.get(..at)).unwrap_or_default();
        if !scheme.iter().all(u8::is_ascii_alphanumeric) {
            return Err(place.stays("the line does not begin with the URL, so git passes it over"));
        }
        Ok(Login { bare: Vec::new(), ..place.url_login(Kind::GitCredentials)? })
    });
    each.collect()
}

/// The logins of a git configuration.
pub(super) fn git_configuration(bytes: &[u8]) -> Vec<Found> {
    let all = loose::git_config(bytes);
    let entries = git_config::parse(bytes);
    let each = all.iter().map(|one| {
        let place = Place::of(bytes, &all, one)?;
        match &entries {
            Ok(entries) => of_setting(&place, entries),
            Err(fault) => Err(place.stays(format!("git cannot read this file: {fault}"))),
        }
    });
    each.collect()
}

/// The URLs of a repository's remotes, without logins.
pub(super) fn remotes(bytes: &[u8]) -> Vec<String> {
    let entries = git_config::parse(bytes).unwrap_or_default();
    let urls = entries.iter().filter(|e| e.is("remote", "url") || e.is("remote", "pushurl"));
    urls.filter_map(|e| String::from_utf8(without_logins(e.value.as_deref()?)).ok()).collect()
}

fn of_setting(place: &Place<'_>, entries: &[Entry]) -> Found {
    let span = &place.loose.span;
    let entry = entries.iter().position(|e| e.span.start <= span.start && span.end <= e.span.end);
    let Some((index, entry)) = entry.and_then(|i| Some((i, entries.get(i)?))) else {
        if !place.is_header_of("url") {
            return Err(place.stays("it stands in a comment or in the name of a section"));
        }
        let login = Login { broad: true, ..place.url_login(Kind::InsteadOf)? };
        return place.checked(login, entries, None);
    };
    let is_remote = ["remote", "submodule"].contains(&entry.section.as_str())
        && ["url", "pushurl"].contains(&entry.key.as_str());
    if is_remote && place.loose.setting == "URL" {
        return place.checked(place.url_login(Kind::Remote)?, entries, None);
    }
    if entry.is("http", "extraheader") {
        return place.checked(place.header(entry)?, entries, Some(index));
    }
    Err(place.stays(format!("{}.{} is not a setting that is moved", entry.section, entry.key)))
}

/// A secret in its file.
struct Place<'a> {
    bytes: &'a [u8],
    loose: &'a Loose,
    line: usize,
    region: Range<usize>,
}

impl<'a> Place<'a> {
    fn of(bytes: &'a [u8], all: &[Loose], loose: &'a Loose) -> Result<Self, Stays> {
        let region = lines_around(bytes, &loose.span);
        let before = bytes.get(..loose.span.start).unwrap_or_default();
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        let place = Self { bytes, loose, line, region };
        let in_it = |other: &&Loose| place.region.contains(&other.span.start);
        if all.iter().filter(in_it).count() > 1 {
            return Err(place.stays(SECOND));
        }
        Ok(place)
    }

    fn stays(&self, why: impl Into<String>) -> Stays {
        Stays { line: self.line, why: why.into() }
    }

    fn slice(&self, range: Range<usize>) -> &'a [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// Whether the line is `[SECTION "..."]` up to the secret.
    fn is_header_of(&self, section: &str) -> bool {
        let text = String::from_utf8_lossy(self.slice(self.region.start..self.loose.span.start));
        let rest = text.trim_start().strip_prefix('[').map(str::to_ascii_lowercase);
        rest.and_then(|rest| Some(rest.strip_prefix(section)?.trim_start().starts_with('"'))) == Some(true)
    }

    /// The login of a URL, and the line without it.
    fn url_login(&self, kind: Kind) -> Found {
        let Self { loose, region, .. } = self;
        let odd = || self.stays("the URL is written in a form that is not moved");
        let head = self.slice(region.start..loose.span.start);
        let start = region.start + memchr::memmem::rfind(head, b"://").ok_or_else(odd)? + 3;
        let ends = |b: &u8| b.is_ascii_whitespace() || b"/?#\"'<>`\\".contains(b);
        let rest = self.slice(start..region.end);
        let authority = rest.get(..rest.iter().position(ends).unwrap_or(rest.len())).unwrap_or_default();
        // git takes the first `@` and curl the last: with two of them nobody knows which host it is for.
        let mut signs = memchr::memchr_iter(b'@', authority);
        let (Some(sign), None) = (signs.next(), signs.next()) else { return Err(odd()) };
        let after = start + sign + 1;
        let raw_user = authority.split(|b| *b == b':').next().unwrap_or_default();
        let user = loose.user.clone().filter(|user| user.as_bytes() == raw_user);
        let (head, tail) = (self.slice(region.start..start), self.slice(after..region.end));
        let with = |login: &[u8]| [head, login, tail].concat();
        let name = user.as_deref().map(str::as_bytes).unwrap_or_default();
        let scheme = head.get(..head.len() - 3).unwrap_or_default();
        let scheme = scheme.rsplit(|b| !b.is_ascii_alphanumeric() && !b"+-.".contains(b)).next();
        let url_end =
            after + self.slice(after..region.end).iter().position(url_ends).unwrap_or(region.end - after);
        let url = [scheme.unwrap_or_default(), b"://", self.slice(after..url_end)].concat();
        Ok(Login {
            kind,
            line: self.line,
            url: String::from_utf8(url).map_err(|_| odd())?,
            user: loose.user.clone(),
            value: loose.value.clone(),
            region: region.clone(),
            old: Secret::copy_of(self.slice(region.clone())),
            shown: with(&[name, if name.is_empty() { b"***@" } else { b":***@" }].concat()),
            bare: with(b""),
            broad: false,
        })
    }

    /// `http.<url>.extraHeader`: the whole setting goes.
    fn header(&self, entry: &Entry) -> Found {
        let url = entry.subsection.as_deref().and_then(|s| std::str::from_utf8(s).ok());
        let Some(url) = url.filter(|url| url.contains("://")) else {
            return Err(self.stays("the header goes to every host, so it is nobody's alone"));
        };
        if self.loose.setting != "authorization" {
            return Err(self.stays(format!("a {} header is not what git's helper gives", self.loose.setting)));
        }
        // A JSON web token (RFC 7519) is taken as Bearer only; git's helpers give Basic.
        if self.loose.user.is_none() && self.loose.value.expose().starts_with(b"eyJ") {
            return Err(self.stays("its host takes it in that header only"));
        }
        let region = lines_around(self.bytes, &entry.span);
        let head = self.slice(region.start..entry.span.start);
        let tail = self.slice(entry.span.end..region.end);
        let setting = self.slice(entry.span.clone());
        let name_end = setting.iter().position(|b| *b == b'=').map_or(0, |at| at + 1);
        let end: &[u8] = if setting.ends_with(b"\r\n") {
            b"\r\n"
        } else if setting.ends_with(b"\n") {
            b"\n"
        } else {
            b""
        };
        Ok(Login {
            kind: Kind::ExtraHeader,
            line: self.line,
            url: url.to_owned(),
            user: self.loose.user.clone(),
            value: self.loose.value.clone(),
            shown: [head, setting.get(..name_end).unwrap_or_default(), b" ***", end, tail].concat(),
            bare: [head, tail].concat(),
            old: Secret::copy_of(self.slice(region.clone())),
            region,
            broad: true,
        })
    }

    /// The login, if git reads the file afterwards as before but for it. `gone` is the entry that goes as a whole.
    fn checked(&self, login: Login, before: &[Entry], gone: Option<usize>) -> Found {
        if token::find(&login.bare).iter().any(|found| found.token.is_certain()) {
            return Err(self.stays(SECOND));
        }
        let head = self.slice(0..login.region.start);
        let tail = self.slice(login.region.end..self.bytes.len());
        let text = Zeroizing::new([head, &login.bare, tail].concat());
        let after = git_config::parse(&text).unwrap_or_default();
        let kept = before.iter().enumerate().filter(|(i, _)| Some(*i) != gone).map(|(_, e)| e);
        let plain = |e: &Entry| (without_logins(&e.name()), e.value.as_deref().map(without_logins));
        if !kept.map(plain).eq(after.iter().map(plain)) {
            return Err(self.stays("git would read more of the file in another way without it"));
        }
        Ok(login)
    }
}

const SECOND: &str = "another secret stands in the same line";

fn url_ends(b: &u8) -> bool {
    b.is_ascii_whitespace() || b"\"'<>`\\".contains(b)
}

/// A text without what stands between `://` and `@`.
pub(super) fn without_logins(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, b"://") {
        let (head, tail) = rest.split_at_checked(at + 3).unwrap_or((rest, b""));
        out.extend_from_slice(head);
        let end = tail.iter().position(|b| *b == b'/').unwrap_or(tail.len());
        let sign = tail.get(..end).and_then(|authority| memchr::memrchr(b'@', authority));
        rest = tail.get(sign.map_or(0, |at| at + 1)..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

/// The whole lines that hold a span, with the last line end and without a byte order mark.
pub(super) fn lines_around(bytes: &[u8], span: &Range<usize>) -> Range<usize> {
    let head = bytes.get(..span.start).unwrap_or_default();
    let start = memchr::memrchr(b'\n', head).map_or(bom_length(bytes), |at| at + 1);
    // A span may end with its own line end.
    let last = span.end.saturating_sub(1).max(span.start);
    let end =
        memchr::memchr(b'\n', bytes.get(last..).unwrap_or_default()).map_or(bytes.len(), |at| last + at + 1);
    start..end
}
