//! Profiles and secrets that lie in memory: every kind of claim that doorkey knows, close beside each other.

use doorkey::engine::credential::Ground;
use doorkey::model::bridge::Bridge;
use doorkey::model::name::ProfileName;
use doorkey::model::plan::RecordId;
use doorkey::model::profile::Profile;
use doorkey::model::profile_file;
use doorkey::model::route::{Claim, Origin};
use doorkey::model::route_table::{self, Routes};
use doorkey::secret::Secret;
use doorkey::stores::{Entry, Record, State};
use std::collections::BTreeMap;

/// The clock of the world, seconds since 1970.
pub(crate) const NOW: i64 = 1_800_000_000;

/// One claim of a profile.
#[derive(Debug)]
pub(crate) struct Claimed {
    pub(crate) profile: &'static str,
    pub(crate) scheme: &'static str,
    pub(crate) host: &'static str,
    pub(crate) port: u16,
    /// Segments; none = the whole host.
    pub(crate) owner: &'static [&'static str],
    /// Whether upper and lower case are one.
    pub(crate) fold: bool,
    /// The user that the profile expects.
    pub(crate) user: Option<&'static str>,
}

/// One secret.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) profile: &'static str,
    pub(crate) scheme: &'static str,
    pub(crate) host: &'static str,
    pub(crate) port: u16,
    /// Segments that it is limited to.
    pub(crate) path: &'static [&'static str],
    pub(crate) user: &'static str,
    /// Whether it may be handed out at all.
    pub(crate) usable: bool,
}

const fn claim(
    profile: &'static str,
    scheme: &'static str,
    host: &'static str,
    port: u16,
    owner: &'static [&'static str],
    user: Option<&'static str>,
) -> Claimed {
    let fold = matches!(host.as_bytes(), b"github.com");
    Claimed { profile, scheme, host, port, owner, fold, user }
}

const fn kept(
    profile: &'static str,
    scheme: &'static str,
    host: &'static str,
    port: u16,
    path: &'static [&'static str],
    user: &'static str,
) -> Kept {
    Kept { profile, scheme, host, port, path, user, usable: true }
}

pub(crate) static CLAIMS: &[Claimed] = &[
    claim("acme", "https", "git.test", 443, &["acme"], Some("ada")),
    claim("acme", "https", "git.test", 443, &["group", "sub"], Some("ada")),
    claim("acme", "https", "github.com", 443, &["Acme"], Some("ada-acme")),
    claim("acme-labs", "https", "git.test", 443, &["acme-labs"], Some("carol")),
    claim("acme-labs", "https", "git.test", 443, &["acme", "secret"], Some("carol")),
    claim("globex", "https", "git.test", 443, &["globex"], Some("bob")),
    claim("globex", "https", "git.test", 8443, &["globex"], Some("bob")),
    claim("globex", "https", "github.com", 443, &["globex"], None),
    claim("solo", "https", "solo.test", 443, &[], Some("sol")),
    claim("solo", "http", "solo.test", 8080, &[], Some("sol")),
    claim("solo", "https", "::1", 443, &[], Some("six")),
    claim("many", "https", "git.test", 443, &["many"], None),
    claim("old", "https", "git.test", 443, &["old"], Some("otto")),
];

pub(crate) static KEPT: &[Kept] = &[
    kept("acme", "https", "git.test", 443, &[], "ada"),
    kept("acme", "https", "git.test", 443, &["acme", "deep"], "ada"),
    kept("acme", "https", "github.com", 443, &[], "ada-acme"),
    kept("acme-labs", "https", "git.test", 443, &[], "carol"),
    kept("globex", "https", "git.test", 443, &[], "bob"),
    kept("globex", "https", "git.test", 8443, &[], "bob"),
    kept("globex", "https", "github.com", 443, &[], "bob-globex"),
    kept("solo", "https", "solo.test", 443, &[], "sol"),
    kept("solo", "http", "solo.test", 8080, &[], "sol"),
    kept("solo", "https", "::1", 443, &[], "six"),
    kept("many", "https", "git.test", 443, &[], "one"),
    kept("many", "https", "git.test", 443, &[], "two"),
    // Of a host that the profile does not claim, of another profile's host, and not to be handed out any more.
    kept("acme", "https", "elsewhere.test", 443, &[], "ada"),
    kept("globex", "https", "solo.test", 443, &[], "sol"),
    Kept { usable: false, ..kept("old", "https", "git.test", 443, &[], "otto") },
    Kept { usable: false, ..kept("old", "https", "git.test", 443, &["old"], "otto") },
    Kept { usable: false, ..kept("old", "https", "git.test", 443, &["old", "app"], "otto") },
];

/// The value of a secret: its number is in it.
pub(crate) fn secret(index: usize) -> String {
    format!("s3cr3t-{index:02}-abcdefghijklmnopqrst")
}

/// The profiles as their files.
pub(crate) fn profile_files() -> Vec<(&'static str, String)> {
    let mut names: Vec<&str> = CLAIMS.iter().map(|c| c.profile).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| (name, profile_file(name))).collect()
}

fn profile_file(name: &str) -> String {
    let mut hosts: BTreeMap<(&str, u16), Vec<&Claimed>> = BTreeMap::new();
    for claim in CLAIMS.iter().filter(|c| c.profile == name && c.scheme == "https") {
        hosts.entry((claim.host, claim.port)).or_default().push(claim);
    }
    let mut text = "version = 1\n".to_owned();
    for ((host, port), claims) in hosts {
        let owners: Vec<String> =
            claims.iter().map(|c| c.owner.join("/")).filter(|o| !o.is_empty()).collect();
        text += &format!("[[host]]\nname = {host:?}\nport = {port}\ntransport = \"https\"\n");
        if !owners.is_empty() {
            text += &format!("owners = {owners:?}\n");
        }
        if let Some(user) = claims.first().and_then(|c| c.user) {
            text += &format!("token = {{ user = {user:?} }}\n");
        }
        let plain = CLAIMS.iter().find(|c| c.profile == name && c.scheme == "http" && c.host == host);
        if let Some(plain) = plain {
            text += &format!("plain-http-port = {}\n", plain.port);
        }
    }
    text
}

/// The origin as doorkey writes it in a record.
fn origin(scheme: &str, host: &str, port: u16) -> String {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let default = if scheme == "https" { 443 } else { 80 };
    if port == default { format!("{scheme}://{host}") } else { format!("{scheme}://{host}:{port}") }
}

/// Every record with the profile it belongs to.
pub(crate) fn records() -> Vec<(&'static str, Record)> {
    let one = |(index, kept): (usize, &Kept)| {
        let mut entry = Entry::new(Secret::copy_of(secret(index).as_bytes()));
        let mut state = State::Active;
        // Three reasons not to hand one out, in turn: refused by its host, retired, expired.
        match index % 3 {
            _ if kept.usable => {}
            0 => state = State::Suspect,
            1 => state = State::Retired,
            _ => entry.expires = Some(NOW - 1),
        }
        let id = RecordId {
            origin: origin(kept.scheme, kept.host, kept.port),
            path: kept.path.join("/"),
            user: kept.user.into(),
        };
        (kept.profile, Record { id, version: 1, entry, added: 0, state, since: 0 })
    };
    KEPT.iter().enumerate().map(one).collect()
}

/// The world as doorkey sees it.
#[derive(Debug)]
pub(crate) struct World {
    table: String,
    records: BTreeMap<String, Vec<Record>>,
}

impl World {
    pub(crate) fn new() -> Self {
        let read = |(name, text): (&str, String)| -> Profile {
            let name = ProfileName::new(name).expect("a name");
            profile_file::read(&name, &text).unwrap_or_else(|e| panic!("{name}: {e:?}\n{text}"))
        };
        let profiles: Vec<Profile> = profile_files().into_iter().map(read).collect();
        let mut by_profile: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        for (profile, record) in records() {
            by_profile.entry(profile.into()).or_default().push(record);
        }
        Self { table: route_table::write(&profiles, None), records: by_profile }
    }
}

impl Ground for World {
    fn routes(&self, origin: &Origin) -> Result<Routes, String> {
        route_table::read(&self.table, origin).ok_or_else(|| "the table is broken".into())
    }

    fn has(&self, _: &ProfileName) -> Result<bool, String> {
        Ok(true)
    }

    fn still_claims(&self, _: &Claim) -> Result<(), String> {
        Ok(())
    }

    fn records(&self, profile: &ProfileName) -> Result<Vec<Record>, String> {
        Ok(self.records.get(profile.as_str()).cloned().unwrap_or_default())
    }

    fn borrow(&self, _: &Bridge, _: &Origin, _: &str) -> Result<Entry, String> {
        Err("nobody gives anything here".into())
    }

    fn now(&self) -> i64 {
        NOW
    }

    fn is_set(&self, _: &str) -> bool {
        false
    }
}
