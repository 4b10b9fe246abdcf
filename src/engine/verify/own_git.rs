//! The user's own git, as it is outside any repository, made to ask nobody and to change nothing.

use super::How;
use crate::engine::credential::{READ_ONLY, SAY_WHO, TRY_SUSPECT};
use crate::sys::Sys;
use crate::sys::run::{Ask, Ran, RunError, With};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// For what git answers from its configuration alone.
const AT_ONCE: Duration = Duration::from_secs(10);

/// No question, no new host key: verifying must not pin a key that nobody has looked at. `-v` shows which key was
/// offered and which was taken.
const SSH: &str =
    "ssh -v -o BatchMode=yes -o ConnectTimeout=10 -o StrictHostKeyChecking=yes -o UpdateHostKeys=no";

/// What the user's own settings say, in so far as it decides how git is run.
#[derive(Debug)]
pub(in crate::engine) struct OwnGit {
    dir: PathBuf,
    own_ssh: bool,
    rewrites: bool,
    /// For a git before 2.46, which tells helpers that come after ours to store what ours answered: our lines, by the
    /// place they stand for (`https://git.test`).
    ours_alone: Vec<(String, OsString)>,
    /// Whether any `http.proxy` is configured.
    pub(in crate::engine) has_proxy: bool,
}

impl OwnGit {
    /// Reads git's configuration once.
    pub(in crate::engine) fn look(sys: &Sys) -> Result<Self, RunError> {
        // A folder of ours is in no repository, whatever somebody made of `/`.
        let state = sys.places().state().filter(|s| matches!(sys.look_through(s), Ok(Some(_))));
        let dir = state.unwrap_or(Path::new("/")).to_path_buf();
        let mut git = Self { dir, own_ssh: false, rewrites: false, ours_alone: Vec::new(), has_proxy: false };
        let tells_all = tells_all_helpers(sys, git.quiet(sys));
        let listed = sys.ask(&Ask::GitConfig { dir: git.dir.clone() }, git.quiet(sys), AT_ONCE)?;
        git.own_ssh = sys.env("GIT_SSH_COMMAND").is_some() || sys.env("GIT_SSH").is_some();
        // scope NUL origin NUL key LF value NUL (git-config(1), --null); section and key come in lower case.
        for field in listed.stdout.split(|b| *b == 0).skip(2).step_by(3) {
            let key = field.split(|b| *b == b'\n').next().unwrap_or_default();
            git.own_ssh |= key == b"core.sshcommand";
            git.rewrites |= key.starts_with(b"url.") && key.ends_with(b".insteadof");
            git.has_proxy |= key.starts_with(b"http.") && key.ends_with(b".proxy");
            if let Some((place, line)) = our_helper(field).filter(|_| tells_all) {
                git.ours_alone.push((place, line));
            }
        }
        Ok(git)
    }

    /// `git ls-remote`, with the user's own settings and helpers.
    pub(super) fn ls_remote(&self, sys: &Sys, url: &str, how: How) -> Result<Ran, RunError> {
        let mut with = self.quiet(sys);
        with.set.extend([(READ_ONLY, "1".into()), (SAY_WHO, "1".into())]);
        if how.try_suspect {
            with.set.push((TRY_SUSPECT, "1".into()));
        } else {
            with.unset.push(TRY_SUSPECT);
        }
        let ours = self.ours_alone.iter().find(|(place, _)| url.starts_with(&format!("{place}/")));
        if let Some((place, line)) = ours.filter(|_| sys.env("GIT_CONFIG_COUNT").is_none()) {
            // Asked alone ours answers as it does first in the list, and nobody else is told to store it.
            let key = OsString::from(format!("credential.{place}.helper"));
            with.set.extend([
                ("GIT_CONFIG_COUNT", "2".into()),
                ("GIT_CONFIG_KEY_0", key.clone()),
                ("GIT_CONFIG_VALUE_0", "".into()),
                ("GIT_CONFIG_KEY_1", key),
                ("GIT_CONFIG_VALUE_1", line.clone()),
            ]);
        }
        if !self.own_ssh {
            with.set.push(("GIT_SSH_COMMAND", SSH.into()));
        }
        sys.ask(&Ask::GitLsRemote { url: url.into() }, with, how.limit)
    }

    /// The URL that git really uses, after `url.<base>.insteadOf`.
    pub(in crate::engine) fn real_url(&self, sys: &Sys, url: &str) -> String {
        if !self.rewrites {
            return url.into();
        }
        let ran = sys.ask(&Ask::GitUrl { url: url.into() }, self.quiet(sys), AT_ONCE).ok();
        let real = ran.filter(Ran::ok).and_then(|r| String::from_utf8(r.stdout).ok());
        real.map_or_else(|| url.into(), |text| text.trim_end().into())
    }

    /// git's HTTP settings for a URL, by key in lower case: `http.proxy`, `http.sslcainfo`.
    pub(in crate::engine) fn http_settings(&self, sys: &Sys, url: &str) -> BTreeMap<String, String> {
        let ran = sys.ask(&Ask::GitHttp { url: url.into() }, self.quiet(sys), AT_ONCE);
        let text = ran.map(|r| String::from_utf8_lossy(&r.stdout).into_owned()).unwrap_or_default();
        let pairs = text.split('\0').filter(|field| !field.is_empty());
        // A key without a value (`[http] sslVerify`) means true (git-config(1), Syntax).
        pairs
            .map(|field| field.split_once('\n').unwrap_or((field, "true")))
            .map(|(k, v)| (k.into(), v.into()))
            .collect()
    }

    /// The environment: nobody is asked, texts are English, no trace prints a token, and no repository is found.
    fn quiet(&self, sys: &Sys) -> With<'_> {
        let above = self.dir.parent().unwrap_or(&self.dir);
        let set: Vec<(&str, OsString)> = vec![
            ("LC_ALL", "C".into()),
            ("GIT_TERMINAL_PROMPT", "0".into()),
            // Empty wins over core.askPass too, which would open a window (git's prompt.c).
            ("GIT_ASKPASS", "".into()),
            ("SSH_ASKPASS_REQUIRE", "never".into()),
            ("GCM_INTERACTIVE", "0".into()),
            ("GIT_CEILING_DIRECTORIES", above.into()),
        ];
        let mut unset =
            vec!["SSH_ASKPASS", "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_CONFIG"];
        unset.extend(TRACES.iter().filter(|name| sys.env(name).is_some()));
        With { set, unset, input: None, dir: Some(&self.dir) }
    }
}

/// git-credential(1): the capability `authtype`, by which an answer is kept from other helpers, came with 2.46.
fn tells_all_helpers(sys: &Sys, with: With<'_>) -> bool {
    let Ok(ran) = sys.ask(&Ask::GitVersion, with, AT_ONCE) else { return false };
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    let version = text.split_whitespace().nth(2).unwrap_or_default();
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < (2, 46)
}

/// The place and the line of a helper that is ours, from a field of `git config --list -z`.
fn our_helper(field: &[u8]) -> Option<(String, OsString)> {
    let (key, line) = std::str::from_utf8(field).ok()?.split_once('\n')?;
    let place = key.strip_prefix("credential.")?.strip_suffix(".helper")?;
    line.contains(" credential --generation ").then(|| (place.to_owned(), line.into()))
}

/// git(1), "Trace": some of them print a token that stands in a URL.
const TRACES: &[&str] = &[
    "GIT_TRACE",
    "GIT_TRACE_CURL",
    "GIT_TRACE_CURL_NO_DATA",
    "GIT_TRACE_PACKET",
    "GIT_TRACE_PACKFILE",
    "GIT_TRACE_PACK_ACCESS",
    "GIT_TRACE_PERFORMANCE",
    "GIT_TRACE_REFS",
    "GIT_TRACE_SETUP",
    "GIT_TRACE_SHALLOW",
    "GIT_TRACE_BARE",
    "GIT_TRACE2",
    "GIT_TRACE2_EVENT",
    "GIT_TRACE2_PERF",
    "GIT_CURL_VERBOSE",
];
