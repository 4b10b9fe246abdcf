//! git's setting for all hosts (git-config(1), `http.sslCAInfo`). A profile's own hosts have a closer one.

use super::{Files, Standing, Target, Text};
use crate::formats::git_config::{self, quote_value};
use crate::sys::Sys;
use std::path::{Path, PathBuf};

/// git in shells and elsewhere: libcurl reads no variable that shells set.
#[derive(Debug)]
pub(super) struct Git;

fn file(sys: &Sys) -> PathBuf {
    sys.places().git_config().unwrap_or_default()
}

/// At the start, so that doorkey's include stays the last word (git-config(1): the last value wins).
fn ours(files: &Files) -> String {
    let path = files.bundle().display().to_string();
    let quoted = quote_value(path.as_bytes()).unwrap_or_default();
    format!("[http]\n\tsslCAInfo = {}\n", String::from_utf8_lossy(&quoted))
}

impl Target for Git {
    fn name(&self) -> &'static str {
        "git"
    }

    fn leads(&self) -> &'static str {
        "git over HTTPS, for hosts without a setting of their own"
    }

    fn look(&self, sys: &Sys, files: &Files) -> Standing {
        if sys.program("git").is_none() {
            return Standing::NotHere;
        }
        let file = file(sys);
        let Ok(bytes) = sys.read(&file) else { return Standing::Unreadable { file } };
        let Some(bytes) = bytes else { return Standing::Off };
        let Ok(entries) = git_config::parse(&bytes) else { return Standing::Unreadable { file } };
        let last = entries.iter().rfind(|entry| entry.subsection.is_none() && entry.is("http", "sslcainfo"));
        match last.and_then(|entry| entry.text()) {
            None => Standing::Off,
            Some(to) if Path::new(to) == files.bundle() => Standing::On { file },
            Some(to) => Standing::Own { to: to.to_owned(), file },
        }
    }

    fn texts(&self, sys: &Sys, files: &Files) -> Vec<Text> {
        vec![Text::new(file(sys), ours(files))]
    }
}
