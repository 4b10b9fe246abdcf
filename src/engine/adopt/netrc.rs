//! Entries of `.netrc`: they go as whole lines, where nothing else of the file would be read in another way then.

use super::Kind;
use super::login::{Found, Login, Stays, lines_around};
use crate::formats::host::split_host_port;
use crate::formats::netrc::{Entry, Netrc};
use crate::secret::Secret;
use crate::sys::Sys;
use std::ops::Range;
use std::path::Path;
use zeroize::Zeroizing;

/// The logins of a file.
pub(super) fn logins(sys: &Sys, path: &Path, bytes: &[u8]) -> Vec<Found> {
    let of_user = sys.places().home().and_then(|home| sys.real_path(&home.join(".netrc")));
    if of_user.as_deref() != Some(path) {
        let why = "git does not read it: only .netrc in the home folder is asked";
        return vec![Err(Stays { line: 0, why: why.into() })];
    }
    let file = match Netrc::parse(bytes) {
        Ok(file) => file,
        Err(open) => {
            let why = "a quote is not closed, so curl and git give up on the file";
            return vec![Err(Stays { line: open.line, why: why.into() })];
        }
    };
    let filled = |e: &&Entry| e.password.as_ref().is_some_and(|p| !p.value.is_empty());
    file.entries.iter().filter(filled).map(|entry| login(bytes, &file, entry)).collect()
}

fn login(bytes: &[u8], file: &Netrc, entry: &Entry) -> Found {
    let stays = |why: &str| Stays { line: entry.line, why: why.into() };
    let host =
        entry.host.as_deref().ok_or_else(|| stays("`default` is for every host, so it is nobody's alone"))?;
    let same = |e: &&Entry| e.host.as_deref().is_some_and(|h| h.eq_ignore_ascii_case(host));
    if file.entries.iter().filter(same).count() > 1 {
        return Err(stays("the host has several entries, and without this one the next would be sent"));
    }
    if file.entries.iter().any(|e| e.host.is_none()) {
        return Err(stays("without it the password of `default` would be sent to this host"));
    }
    let url = split_host_port(host).filter(|(_, port)| port.is_none()).map(|_| format!("https://{host}"));
    let url = url.ok_or_else(|| stays("its host is written in a form that is not followed"))?;
    let odd = || stays("its lines hold more than the entry, or it is written in a form that is not moved");
    let region = lines_around(bytes, &entry.span);
    let text = bytes.get(region.clone()).unwrap_or_default();
    let fields = [&entry.login, &entry.password, &entry.account];
    let words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count();
    if words != 2 + 2 * fields.iter().filter(|f| f.is_some()).count() || entry.account.is_some() {
        return Err(odd());
    }
    let password = entry.password.as_ref().ok_or_else(odd)?;
    let rest = Zeroizing::new(
        [bytes.get(..region.start).unwrap_or_default(), bytes.get(region.end..).unwrap_or_default()].concat(),
    );
    let others = file.entries.iter().filter(|e| e.span != entry.span);
    let after = Netrc::parse(&rest).map_err(|_| odd())?;
    if memchr::memmem::find(&bytes.to_ascii_lowercase(), b"macdef").is_some()
        || !others.map(plain).eq(after.entries.iter().map(plain))
    {
        return Err(odd());
    }
    let part = |range: Range<usize>| bytes.get(range).unwrap_or_default();
    let user = entry.login.as_ref().and_then(|l| l.value.expose_str()).map(str::to_owned);
    Ok(Login {
        kind: Kind::Netrc,
        line: entry.line,
        url,
        user,
        value: password.value.clone(),
        old: Secret::copy_of(text),
        shown: [part(region.start..password.span.start), b"***", part(password.span.end..region.end)]
            .concat(),
        region,
        bare: Vec::new(),
        broad: false,
    })
}

/// What is read of an entry.
fn plain(entry: &Entry) -> (Option<&str>, Option<&[u8]>, Option<&[u8]>) {
    (
        entry.host.as_deref(),
        entry.login.as_ref().map(|f| f.value.expose()),
        entry.password.as_ref().map(|f| f.value.expose()),
    )
}
