//! Homes: each is a fresh user of the private /etc/passwd, because ssh takes `~/.ssh` from there and not from $HOME.

use super::etc;
use super::https::HttpsSeen;
use super::lab::{Lab, Mark};
use super::namespace::ROOT;
use super::proxy_tunnel::ConnectSeen;
use super::run::{Call, Output};
use super::ssh::{Offered, SshSeen};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The uid of home 0; the others count on.
const FIRST_UID: u32 = 20_000;

/// A user with an empty home. When dropped, the user's processes are killed; the files go with the lab.
#[derive(Debug)]
pub(crate) struct Home {
    /// The home directory, mode 0700.
    pub(crate) path: PathBuf,
    /// Name of the user.
    pub(crate) user: String,
    /// Id of the user and of the group.
    pub(crate) uid: u32,
    /// Variables that every command in this home gets beside PATH, HOME, USER and LANG.
    pub(crate) env: BTreeMap<OsString, OsString>,
    /// From where the servers see this home's connections, if they can tell.
    address: Option<IpAddr>,
    since: Mark,
}

impl Home {
    /// A fresh home and user; `name` shows in both. Starts the lab's HTTPS and SSH hosts if they do not run yet.
    pub(crate) fn fresh(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let lab = Lab::get();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let (uid, user) = (FIRST_UID + number, format!("{name}-{number}"));
        let path = Path::new(ROOT).join("home").join(&user);
        fs::DirBuilder::new().mode(0o700).create(&path).expect("a new folder");
        chown(&path, Some(uid), Some(uid)).expect("its owner");
        etc::add_user(&user, uid, &path);
        let address = homes_have_addresses().then(|| give_address(uid, number));
        Self { path, user, uid, env: BTreeMap::new(), address, since: lab.mark() }
    }

    /// Sets a variable for every command in this home.
    pub(crate) fn set_env(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) {
        self.env.insert(name.into(), value.into());
    }

    /// A command to be run in this home, as its user.
    pub(crate) fn call<S: AsRef<OsStr>>(&self, argv: impl IntoIterator<Item = S>) -> Call<'_> {
        Call::new(self, argv)
    }

    /// Runs a command in this home, as its user.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, argv: impl IntoIterator<Item = S>) -> Output {
        self.call(argv).run()
    }

    /// A doorkey command line to be run in this home.
    pub(crate) fn doorkey_call<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Call<'_> {
        let arguments = arguments.into_iter().map(|word| word.as_ref().to_owned());
        self.call([Lab::doorkey().into_os_string()].into_iter().chain(arguments))
    }

    /// Runs doorkey in this home.
    pub(crate) fn doorkey<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Output {
        self.doorkey_call(arguments).run()
    }

    /// Writes a file of the user, with folders of mode 0700 above it as needed.
    pub(crate) fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>, mode: u32) -> PathBuf {
        let path = self.path.join(path);
        let mut missing: Vec<_> = path.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
        while let Some(folder) = missing.pop() {
            fs::DirBuilder::new().mode(0o700).create(folder).expect("a new folder");
            chown(folder, Some(self.uid), Some(self.uid)).expect("its owner");
        }
        if mode & 0o111 == 0 {
            fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        } else {
            crate::executable::write(&path, content);
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode");
        chown(&path, Some(self.uid), Some(self.uid)).expect("its owner");
        path
    }

    /// Reads a file of the home.
    pub(crate) fn read(&self, path: impl AsRef<Path>) -> String {
        let path = self.path.join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// `git config --global NAME VALUE`.
    pub(crate) fn git_config(&self, name: &str, value: &str) {
        self.run(["git", "config", "--global", "--add", name, value]).ok();
    }

    /// Makes git trust the lab's root for every host (`http.sslCAInfo`).
    pub(crate) fn trust_lab_root(&self) {
        self.git_config("http.sslCAInfo", Lab::get().root_ca().to_str().expect("a path"));
    }

    /// Copies an owner's key pair to `path` (mode 0600) and `path.pub`.
    pub(crate) fn install_key(&self, owner: &str, path: &str) -> PathBuf {
        let key = Lab::get().key(owner);
        let public = fs::read(key.with_extension("pub")).expect("its public half");
        self.write(format!("{path}.pub"), public, 0o644);
        self.write(path, fs::read(key).expect("a key"), 0o600)
    }

    /// Writes the keys of the lab's SSH hosts to `~/.ssh/known_hosts`.
    pub(crate) fn know_ssh_hosts(&self) {
        self.write(".ssh/known_hosts", Lab::get().known_hosts(), 0o600);
    }

    /// Forgets what the servers have seen of this home so far.
    pub(crate) fn forget_seen(&mut self) {
        self.since = Lab::get().mark();
    }

    /// What the HTTPS host saw from this home (not through a proxy), oldest first.
    pub(crate) fn seen_https(&self) -> Vec<HttpsSeen> {
        self.own(Lab::get().seen_https(&self.since), |seen| seen.client)
    }

    /// What the SSH host was asked from this home, oldest first.
    pub(crate) fn seen_ssh(&self) -> Vec<SshSeen> {
        self.own(Lab::get().seen_ssh(&self.since), |seen| seen.client)
    }

    /// Which keys this home offered to the sshd on port 2200, which takes none.
    pub(crate) fn offered_keys(&self) -> Vec<Offered> {
        self.own(Lab::get().offered_keys(&self.since), |offered| offered.client)
    }

    /// What this home asked of the tunnelling proxy, oldest first.
    pub(crate) fn seen_connects(&self) -> Vec<ConnectSeen> {
        self.own(Lab::get().seen_connects(&self.since), |seen| seen.client)
    }

    fn own<T>(&self, all: Vec<T>, client: impl Fn(&T) -> IpAddr) -> Vec<T> {
        all.into_iter().filter(|one| self.address.is_none_or(|address| address == client(one))).collect()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Agents, multiplexed connections, credential caches: everything this user may signal.
        Call::new(self, ["kill", "-KILL", "--", "-1"]).command().status().ok();
    }
}

/// Whether each home has a source address of its own, so that servers tell homes apart and tests may run side by side.
/// It takes routing by user; where the kernel has none, tests run one after the other.
pub(crate) fn homes_have_addresses() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    // The rule for local addresses comes before all others, so ours need it moved down.
    *ANSWER.get_or_init(|| {
        ip(&format!("rule add pref 10 uidrange {FIRST_UID}-{FIRST_UID} lookup {FIRST_UID}"))
            && ip("rule add pref 1000 lookup local")
            && ip("rule del pref 0")
    })
}

fn give_address(uid: u32, number: u32) -> IpAddr {
    let [_, _, high, low] = number.to_be_bytes();
    let address = Ipv4Addr::new(127, 9, high, low);
    assert!(
        (number == 0 || ip(&format!("rule add pref 10 uidrange {uid}-{uid} lookup {uid}")))
            && ip(&format!("route add local 127.0.1.0/24 dev lo src {address} table {uid}")),
        "no address for uid {uid}"
    );
    address.into()
}

fn ip(arguments: &str) -> bool {
    Command::new("ip").args(arguments.split(' ')).output().is_ok_and(|output| output.status.success())
}
