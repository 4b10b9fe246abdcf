//! Requests that are nearly right.

use super::world::{CLAIMS, KEPT};

/// A small generator of numbers (splitmix64): the same seed, the same requests.
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.roll() % count.max(1) as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }
}

/// A request in parts, before it becomes bytes.
struct Draft {
    scheme: String,
    host: String,
    port: Option<String>,
    path: Option<String>,
    user: Option<String>,
    as_url: bool,
    both: bool,
    more: Vec<String>,
}

const PATH_TRICKS: &[&str] = &[
    "..",
    ".",
    "",
    "%2e%2e",
    "%2E",
    "%2f",
    "%5c",
    "%00",
    "%0a",
    "%25",
    "%",
    "%2",
    "\\",
    "acme",
    "acme-labs",
    "acme ",
    " acme",
    "ACME",
    "Acme",
    "globex",
    "group",
    "sub",
    "secret",
    "deep",
    "old",
    "many",
    "acme.git",
    ".git",
    "secret.git",
    "deep.git",
    "acme%2fapp",
    "acme\u{2044}app",
    "acme\u{ff0f}app",
    "a\u{301}cme",
    "\u{212a}",
    "acm\u{435}",
    "acme;x",
    "acme:x",
    "acme@x",
    "@",
    "~",
    "x",
];
const HOST_TRICKS: &[&str] = &[
    ".",
    "..",
    "-",
    "@",
    "@evil.test",
    "evil.test",
    ".evil.test",
    "evil",
    "%2e",
    "%00",
    "%0a",
    "\\",
    "/",
    "//",
    "?",
    "#",
    ":",
    ":443",
    ":0443",
    ":+443",
    ":8443",
    ":80",
    ":0",
    ":65536",
    ":443 ",
    " ",
    "\t",
    "[",
    "]",
    "[::1]",
    "[0:0::1]",
    "[::1%25lo]",
    "[::ffff:127.0.0.1]",
    "\u{3002}",
    "\u{212a}",
    "xn--",
    "GIT.TEST",
    "g\u{131}t.test",
    "git.test",
    "solo.test",
    "github.com",
    "git.test.",
    "git.test:443",
    "git.test@evil.test",
    "evil.test@git.test",
    "evil.test#git.test",
    "git.test\u{0}",
    "_",
];
const LINES: &[&str] = &[
    "capability[]=authtype",
    "capability[]=state",
    "capability[]=",
    "state[]=x",
    "wwwauth[]=Basic realm=\"x\"",
    "password=x",
    "password=",
    "credential=x",
    "authtype=Basic",
    "ephemeral=1",
    "continue=1",
    "password_expiry_utc=1",
    "password_expiry_utc=99999999999",
    "oauth_refresh_token=x",
    "quit=1",
    "username=",
    "username=ada",
    "username=bob",
    "username=one",
    "username=two",
    "path=",
    "path=acme/app.git",
    "path=globex/app.git",
    "host=git.test",
    "host=solo.test",
    "host=",
    "protocol=https",
    "protocol=http",
    "protocol=",
    "url=https://git.test/acme/app.git",
    "url=https://ada@git.test/acme",
    "url=https://solo.test",
    "url=http://solo.test:8080/x",
    "url=",
    "host[]=git.test",
    "protocol[]=https",
    "Host=git.test",
    " host=git.test",
    "host =git.test",
    "=x",
    "x",
    "x=",
    "x=y",
    "\u{feff}host=git.test",
];
const BYTES: &[u8] = b"\0\t\n\r\x0b\x1b\x7f \x80\xc0\xff=/.@:%[]\\aA0";

/// The `number`-th plain request for a secret that is kept and may be handed out; `None` after the last.
pub(crate) fn plain(number: usize) -> Option<(usize, Vec<u8>)> {
    let usable = |(index, kept): (usize, &super::world::Kept)| {
        let claimed = CLAIMS.iter().find(|c| {
            c.profile == kept.profile && (c.scheme, c.host, c.port) == (kept.scheme, kept.host, kept.port)
        })?;
        let owner = if kept.path.is_empty() { claimed.owner } else { kept.path };
        kept.usable.then(|| {
            let path = [&[owner.join("/").as_str()][..], &["app.git"]].concat().join("/");
            let host = if kept.host.contains(':') { format!("[{}]", kept.host) } else { kept.host.into() };
            let text = format!(
                "protocol={}\nhost={host}:{}\npath={}\nusername={}\n\n",
                kept.scheme,
                kept.port,
                path.trim_start_matches('/'),
                kept.user
            );
            (index, text.into_bytes())
        })
    };
    KEPT.iter().enumerate().filter_map(usable).nth(number)
}

/// One request into `out`.
pub(crate) fn request(dice: &mut Dice, out: &mut Vec<u8>) {
    out.clear();
    let mut draft = draft(dice);
    for _ in 0..dice.below(4) {
        bend(dice, &mut draft);
    }
    write(dice, &draft, out);
    // Half of them get their bytes damaged as well.
    if dice.below(2) == 0 {
        for _ in 0..=dice.below(3) {
            damage(dice, out);
        }
    }
}

/// What somebody could ask about a claim.
fn draft(dice: &mut Dice) -> Draft {
    let claim = &CLAIMS[dice.below(CLAIMS.len())];
    let user = match dice.below(4) {
        0 => claim.user.map(str::to_owned),
        1 => Some(KEPT[dice.below(KEPT.len())].user.to_owned()),
        _ => None,
    };
    let mut path: Vec<&str> = claim.owner.to_vec();
    if dice.below(8) != 0 {
        path.push(dice.pick(&["app.git", "app", "secret", "deep", "lib.git"]));
    }
    let host = if claim.host.contains(':') { format!("[{}]", claim.host) } else { claim.host.to_owned() };
    let default = if claim.scheme == "https" { 443 } else { 80 };
    let port = (claim.port != default || dice.below(4) == 0).then(|| claim.port.to_string());
    Draft {
        scheme: claim.scheme.into(),
        host,
        port,
        path: (dice.below(12) != 0).then(|| path.join("/")),
        user,
        as_url: dice.below(5) == 0,
        both: dice.below(8) == 0,
        more: Vec::new(),
    }
}

fn bend(dice: &mut Dice, draft: &mut Draft) {
    match dice.below(12) {
        0 => {
            draft.scheme =
                dice.pick(&["https", "http", "HTTPS", "hTtP", "ssh", "httpss", "https:", "", "ftp"]).into()
        }
        1 | 2 => {
            let trick = dice.pick(HOST_TRICKS);
            let at = boundary(dice, &draft.host);
            match dice.below(4) {
                0 => draft.host = trick.into(),
                1 => draft.host.push_str(trick),
                2 => draft.host.insert_str(0, trick),
                _ => draft.host.insert_str(at, trick),
            }
        }
        3 => {
            let ports = [
                "443",
                "80",
                "8443",
                "8080",
                "0443",
                "+443",
                "-1",
                "65979",
                "443 ",
                "",
                "44 3",
                "0x1bb",
                "\u{664}43",
            ];
            draft.port = (dice.below(5) != 0).then(|| dice.pick(&ports).into());
        }
        4..=6 => {
            let trick = dice.pick(PATH_TRICKS);
            let path = draft.path.get_or_insert_default();
            let at = boundary(dice, path);
            match dice.below(5) {
                0 => *path = trick.into(),
                1 => path.push_str(trick),
                2 => *path = format!("{trick}/{path}"),
                3 => *path = format!("{path}/{trick}"),
                _ => path.insert_str(at, trick),
            }
        }
        7 => {
            let users = [
                "ada", "bob", "carol", "sol", "one", "two", "otto", "six", "ADA", "ada ", "ada%00", "ada:x",
                "", "@",
            ];
            draft.user = (dice.below(4) != 0).then(|| dice.pick(&users).into());
        }
        8 => draft.as_url = !draft.as_url,
        9 => draft.both = !draft.both,
        10 => {
            let part = [&mut draft.host, &mut draft.scheme].into_iter().nth(dice.below(2));
            if let Some(part) = part {
                *part = if dice.below(2) == 0 { part.to_uppercase() } else { part.to_lowercase() };
            }
        }
        _ => draft.more.push(dice.pick(LINES).into()),
    }
}

/// A place in a text where a character begins.
fn boundary(dice: &mut Dice, text: &str) -> usize {
    let mut at = dice.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn write(dice: &mut Dice, draft: &Draft, out: &mut Vec<u8>) {
    let place = match &draft.port {
        Some(port) => format!("{}:{port}", draft.host),
        None => draft.host.clone(),
    };
    let mut lines = Vec::new();
    if draft.as_url {
        let user = draft.user.as_deref().map(|user| format!("{user}@")).unwrap_or_default();
        let path = draft.path.as_deref().unwrap_or_default();
        lines.push(format!("url={}://{user}{place}/{path}", draft.scheme));
    }
    if !draft.as_url || draft.both {
        lines.push(format!("protocol={}", draft.scheme));
        lines.push(format!("host={place}"));
        lines.extend(draft.path.as_deref().map(|path| format!("path={path}")));
        lines.extend(draft.user.as_deref().map(|user| format!("username={user}")));
    }
    for line in &draft.more {
        let at = dice.below(lines.len() + 1);
        lines.insert(at, line.clone());
    }
    let end = match dice.below(32) {
        0 => "\r\n",
        1 => "",
        _ => "\n",
    };
    for line in lines {
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(end.as_bytes());
    }
    if dice.below(4) != 0 {
        out.extend_from_slice(b"\n");
    }
}

fn damage(dice: &mut Dice, out: &mut Vec<u8>) {
    let at = dice.below(out.len() + 1);
    let byte = BYTES[dice.below(BYTES.len())];
    match dice.below(7) {
        0 => out.insert(at, byte),
        1 if at < out.len() => out[at] = byte,
        2 if at < out.len() => out[at] ^= 1 << dice.below(8),
        3 if at < out.len() => drop(out.remove(at)),
        4 => out.truncate(at),
        5 => {
            let to = (at + dice.below(24)).min(out.len());
            let piece = out[at..to].to_vec();
            let place = dice.below(out.len() + 1);
            out.splice(place..place, piece);
        }
        6 if dice.below(64) == 0 => {
            let long = 4000 + dice.below(200);
            out.splice(at..at, std::iter::repeat_n(b'a', long));
        }
        _ => out.extend_from_slice(b"\nhost=git.test\n"),
    }
}
