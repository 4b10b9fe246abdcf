//! What git's exit code and words mean. The texts are git's, curl's and OpenSSH's own under LC_ALL=C, and those of the
//! hosts.

use super::{Account, SshLog};
use crate::engine::credential::said_who;
use crate::model::ladder::Layer;
use crate::model::route::Scheme;
use crate::redact;
use crate::sys::Sys;
use crate::sys::run::{Ran, RunError};
use std::path::Path;
use std::time::Duration;

/// How git ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It listed the repository.
    Served,
    /// 401: the host refused the login.
    LoginRefused,
    /// Nobody had a credential for git.
    NoLogin,
    /// The host refused every key, or got none.
    KeyRefused,
    /// 403: the account is known, but may not.
    Forbidden {
        /// The organisation wants single sign-on.
        sso: bool,
    },
    /// Too many requests.
    RateLimited,
    /// There is no such repository for this account.
    NotFound,
    /// 5xx: the server failed, or a proxy in its place.
    ServerFailed,
    /// The host key, with its code.
    HostKey(&'static str),
    /// It did not come as far as a login: about this layer.
    Below(Layer),
    /// It did not end in time.
    TooSlow,
    /// Words that are not known here.
    Unknown,
}

/// All of what git said.
#[derive(Debug, Clone)]
pub struct Heard {
    /// How it ended.
    pub said: Said,
    /// The words that matter, made safe for a terminal; several lines.
    pub words: String,
    /// The one line in which doorkey's own helper refused.
    pub refusal: Option<String>,
    /// Whom doorkey's helper answered for.
    pub account: Option<Account>,
    /// The commit that HEAD is at; `None` in an empty repository.
    pub head: Option<String>,
    /// What ssh told of the connection.
    pub ssh: SshLog,
    /// Wall time.
    pub took: Duration,
}

impl Heard {
    pub(super) fn from_run(sys: &Sys, ran: Result<Ran, RunError>, scheme: Scheme) -> Self {
        let mut heard = match ran {
            Ok(ran) => {
                let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
                Self { took: ran.took, ..Self::read(ran.code, &out, &err, scheme) }
            }
            Err(RunError::TooSlow { limit, .. }) => {
                let words = format!("git did not end within {} s", limit.as_secs());
                Self { said: Said::TooSlow, words, took: limit, ..Self::read(None, "", "", scheme) }
            }
            Err(error) => Self { words: error.to_string(), ..Self::read(None, "", "", scheme) },
        };
        for key in heard.ssh.offered.iter_mut().chain(&mut heard.ssh.taken) {
            key.name = redact::for_terminal(&sys.shown(Path::new(&key.name)), false);
        }
        heard
    }

    /// Reads git's exit code, standard output and standard error.
    #[must_use]
    pub fn read(code: Option<i32>, stdout: &str, stderr: &str, scheme: Scheme) -> Self {
        let ssh = if scheme == Scheme::Ssh { SshLog::read(stderr) } else { SshLog::default() };
        let mut account = None;
        let mut refusal = None;
        let mut kept: Vec<&str> = Vec::new();
        for line in stderr.lines().map(str::trim_end) {
            if let Some((profile, user)) = said_who(line).filter(|_| scheme != Scheme::Ssh) {
                account = Some(Account { profile: profile.into(), user: user.into() });
            } else if let Some(said) = line.strip_prefix("doorkey: ") {
                refusal.get_or_insert_with(|| redact::said(said));
            } else if !is_noise(line) && !kept.contains(&line) {
                kept.push(line);
            }
        }
        let text = kept.join("\n").to_ascii_lowercase();
        let said = match (code, scheme) {
            (Some(0), _) => Said::Served,
            (_, Scheme::Ssh) => over_ssh(&text),
            _ => over_http(&text, refusal.is_some() && account.is_none()),
        };
        let words: Vec<String> = kept.iter().take(8).map(|line| shown(line)).collect();
        let head = stdout.split_whitespace().next().filter(|id| id.bytes().all(|b| b.is_ascii_hexdigit()));
        let head = head.map(ToOwned::to_owned);
        Self { said, words: words.join("\n"), refusal, account, head, ssh, took: Duration::ZERO }
    }
}

/// A line of another's words, safe and not endless.
fn shown(line: &str) -> String {
    let short: String = line.chars().take(300).collect();
    redact::said(&short)
}

/// What says nothing: ssh's log, git's advice after every failure over ssh, the frame around ssh's warnings.
fn is_noise(line: &str) -> bool {
    const STARTS: &[&str] = &[
        "debug1:",
        "OpenSSH_",
        "Authenticated to ",
        "Transferred: ",
        "Bytes per second: ",
        "fatal: Could not read from remote repository.",
        "Please make sure you have the correct access rights",
        "and the repository exists.",
        "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY",
        "Someone could be eavesdropping on you right now",
        "It is also possible that a host key has just been changed",
        "Please contact your system administrator",
        "Add correct host key in ",
        // ssh's advice to drop the pin, which is the one thing not to do before anybody asked why it changed.
        "  remove with:",
        "  ssh-keygen -f ",
    ];
    line.trim().is_empty() || line.starts_with('@') || STARTS.iter().any(|start| line.starts_with(start))
}

fn over_http(text: &str, helper_refused: bool) -> Said {
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if helper_refused {
        return Said::NoLogin;
    }
    if has(&["could not read username", "could not read password", "told us to quit"]) {
        return Said::NoLogin;
    }
    if has(&["authentication failed for", "returned error: 401"]) {
        return Said::LoginRefused;
    }
    if has(SSO) || has(&["returned error: 403"]) {
        return Said::Forbidden { sso: has(SSO) };
    }
    if has(&["returned error: 429"]) {
        return Said::RateLimited;
    }
    if has(&[
        "returned error: 407",
        "connect tunnel failed",
        "proxy connect aborted",
        "from proxy after connect",
    ]) {
        return Said::Below(Layer::Proxy);
    }
    if has(&["' not found", "returned error: 404", "tf401019"]) {
        return Said::NotFound;
    }
    if has(&["returned error: 5"]) {
        return Said::ServerFailed;
    }
    if has(&["could not resolve host", "could not resolve proxy"]) {
        return Said::Below(Layer::Dns);
    }
    if has(&[
        "failed to connect",
        "couldn't connect",
        "connection refused",
        "connection timed out",
        "no route to host",
    ]) {
        return Said::Below(Layer::Tcp);
    }
    if has(&["certificate", "ssl", "tls", "cafile", "capath"]) {
        return Said::Below(Layer::Tls);
    }
    Said::Unknown
}

const SSO: &[&str] = &["saml sso", "single sign-on", "single sign on"];

fn over_ssh(text: &str) -> Said {
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if has(&["host key verification failed", "no matching host key", "host key is known for"]) {
        let changed = has(&["remote host identification has changed", "has changed and you have requested"]);
        let revoked = has(&["revoked"]);
        return Said::HostKey(match (changed, revoked) {
            (_, true) => "host-key-revoked",
            (true, _) => "host-key-changed",
            _ => "host-key-unknown",
        });
    }
    if has(&["permission denied (", "too many authentication failures"]) {
        return Said::KeyRefused;
    }
    if has(&["could not resolve hostname"]) {
        return Said::Below(Layer::Dns);
    }
    if has(&["ssh: connect to host"]) {
        return Said::Below(Layer::Tcp);
    }
    if has(SSO) {
        return Said::Forbidden { sso: true };
    }
    let missing =
        ["not found", "could not be found", "does not exist", "does not appear to be a git repository"];
    if has(&missing) {
        return Said::NotFound;
    }
    if has(&["error: permission to ", "access denied", "not authorized", "is suspended", "forbidden"]) {
        return Said::Forbidden { sso: false };
    }
    if has(&["unable to negotiate", "kex_exchange", "connection closed by", "connection reset by"]) {
        return Said::Below(Layer::HostKey);
    }
    Said::Unknown
}
