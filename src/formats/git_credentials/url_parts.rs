//! URLs split as credential.c of git 2.47 does it, whatever they hold.

use crate::formats::percent;
use crate::secret::Secret;

/// A URL or a part of one (`credential_from_url_gently`): each part decoded, `None` where missing.
pub(in crate::formats) struct UrlParts {
    pub(in crate::formats) protocol: Option<Vec<u8>>,
    pub(in crate::formats) user: Option<Vec<u8>>,
    pub(in crate::formats) password: Option<Secret>,
    pub(in crate::formats) host: Option<Vec<u8>>,
    pub(in crate::formats) path: Option<Vec<u8>>,
}

impl UrlParts {
    /// `None` where a part holds a line end, which git refuses.
    pub(in crate::formats) fn of(url: &[u8]) -> Option<Self> {
        let (protocol, rest) = match url.windows(3).position(|three| three == b"://") {
            Some(end) => (url.get(..end).filter(|name| !name.is_empty()), url.get(end + 3..)?),
            None => (None, url),
        };
        let end = rest.iter().position(|b| b"/?#".contains(b)).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end)?;
        let (user, password, host) = match authority.iter().position(|&b| b == b'@') {
            Some(at) => {
                let mut info = authority.get(..at)?.splitn(2, |&b| b == b':');
                (info.next(), info.next(), authority.get(at + 1..)?)
            }
            None => (None, None, authority),
        };
        let path = rest.get(rest.iter().take_while(|&&b| b == b'/').count()..)?;
        let parts = Self {
            protocol: protocol.map(<[u8]>::to_vec),
            user: user.map(percent::decode_as_git),
            password: password.map(|text| Secret::take(percent::decode_as_git(text))),
            host: Some(percent::decode_as_git(host)).filter(|host| !host.is_empty()),
            path: Some(path)
                .filter(|path| !path.is_empty())
                .map(|path| without_final_slashes(percent::decode_as_git(path))),
        };
        let ends = |part: &[u8]| part.contains(&b'\n');
        let has_line_end = parts.password.as_ref().is_some_and(|password| ends(password.expose()))
            || [&parts.protocol, &parts.user, &parts.host, &parts.path]
                .into_iter()
                .flatten()
                .any(|p| ends(p));
        (!has_line_end).then_some(parts)
    }

    /// Whether every part that is here is the same there (`credential_match`), but for the password.
    pub(in crate::formats) fn all_in(&self, have: &Self) -> bool {
        let same = |want: &Option<Vec<u8>>, have: &Option<Vec<u8>>| want.is_none() || want == have;
        same(&self.protocol, &have.protocol)
            && same(&self.host, &have.host)
            && same(&self.path, &have.path)
            && same(&self.user, &have.user)
    }

    /// As git writes it to match it (`credential_format`), without the password.
    pub(in crate::formats) fn url(&self) -> Vec<u8> {
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
