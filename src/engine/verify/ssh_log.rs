//! What `ssh -v` tells of a connection: address, host key, keys offered and taken (OpenSSH 7 to 10).

/// The stages that ssh passed, as far as it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SshLog {
    /// Whether there is a log at all: the user's own ssh command may not write one.
    pub is_there: bool,
    /// `git.test [127.0.1.3] port 22`: where it connected.
    pub connecting: Option<String>,
    /// The connection opened.
    pub connected: bool,
    /// `ssh-ed25519 SHA256:...`: what the server showed.
    pub host_key: Option<String>,
    /// The host key is a known one.
    pub host_key_known: bool,
    /// The keys that were offered: `path TYPE SHA256:...`.
    pub offered: Vec<Key>,
    /// The key that was taken.
    pub taken: Option<Key>,
}

/// A key in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The file, or the comment of a key in the agent.
    pub name: String,
    /// `SHA256:...`
    pub fingerprint: String,
}

impl SshLog {
    /// Reads standard error of `ssh -v`. The server's own words follow the login, so of each line the first counts.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut log = Self::default();
        for line in text.lines().filter_map(|l| l.trim_end().strip_prefix("debug1: ")) {
            log.is_there = true;
            if let Some(place) = line.strip_prefix("Connecting to ") {
                log.connecting.get_or_insert_with(|| place.trim_end_matches('.').to_owned());
            } else if line.starts_with("Connection established") {
                log.connected = true;
            } else if let Some(key) = line.strip_prefix("Server host key: ") {
                log.connected = true;
                log.host_key.get_or_insert_with(|| key.to_owned());
            } else if line.starts_with("Host '") && line.contains("' is known and matches") {
                log.host_key_known = true;
            } else if let Some(key) = line.strip_prefix("Offering public key: ").and_then(Key::read) {
                log.offered.push(key);
            } else if let Some(key) = line.strip_prefix("Server accepts key: ").and_then(Key::read) {
                log.taken.get_or_insert(key);
            }
        }
        log
    }

    /// The address in `git.test [127.0.1.3] port 22`.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        self.connecting.as_deref()?.split_once('[')?.1.split_once(']').map(|(address, _)| address)
    }
}

impl Key {
    /// `/home/ada/my keys/id_x ED25519 SHA256:... explicit`: the name may hold blanks.
    fn read(text: &str) -> Option<Self> {
        let (front, back) = text.rsplit_once(" SHA256:")?;
        let (name, _kind) = front.rsplit_once(' ')?;
        let digest = back.split(' ').next()?;
        Some(Self { name: name.into(), fingerprint: format!("SHA256:{digest}") })
    }
}
