//! Tools with a file of `key = value` lines in the home folder, one of which names their roots.

use super::{Files, Standing, Target, Text};
use crate::sys::Sys;
use std::path::{Path, PathBuf};

/// Such a tool.
#[derive(Debug)]
pub(super) struct OneLine {
    /// Its program, and its name on the command line.
    pub(super) program: &'static str,
    /// Whom it leads, in words.
    pub(super) leads: &'static str,
    /// Its file, in the home folder.
    pub(super) file: &'static str,
    /// The key.
    pub(super) key: &'static str,
    /// Whether it takes the value in double quotes.
    pub(super) quotes: bool,
    /// Whether `key: value` is read as well.
    pub(super) colon: bool,
}

impl OneLine {
    fn path(&self, sys: &Sys) -> PathBuf {
        sys.places().home().map(|home| home.join(self.file)).unwrap_or_default()
    }

    /// The value of the last line with the key: case, `-` and `_` do not count.
    fn value(&self, bytes: &[u8]) -> Option<String> {
        let plain = |text: &str| text.replace(['-', '_'], "").to_ascii_lowercase();
        let key = plain(self.key);
        let mut found = None;
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            let line = String::from_utf8_lossy(line).trim().to_owned();
            if line.starts_with('#') {
                continue;
            }
            let bare = line.strip_prefix("--").unwrap_or(&line);
            let cut = bare.find(|c: char| c == '=' || (self.colon && c == ':') || c.is_whitespace());
            let Some((name, rest)) = cut.map(|at| bare.split_at(at)) else { continue };
            if plain(name) == key {
                let value = rest.trim_start_matches(|c: char| c == '=' || c == ':' || c.is_whitespace());
                found = Some(value.trim().trim_matches('"').to_owned());
            }
        }
        found
    }
}

impl Target for OneLine {
    fn name(&self) -> &'static str {
        self.program
    }

    fn leads(&self) -> &'static str {
        self.leads
    }

    fn look(&self, sys: &Sys, files: &Files) -> Standing {
        if sys.program(self.program).is_none() {
            return Standing::NotHere;
        }
        let file = self.path(sys);
        match sys.read(&file) {
            Ok(None) => Standing::Off,
            Ok(Some(bytes)) => match self.value(&bytes) {
                None => Standing::Off,
                Some(to) if Path::new(&to) == files.bundle() => Standing::On { file },
                Some(to) => Standing::Own { file, to },
            },
            Err(_) => Standing::Unreadable { file },
        }
    }

    fn texts(&self, sys: &Sys, files: &Files) -> Vec<Text> {
        let quote = if self.quotes { "\"" } else { "" };
        let line = format!("{} = {quote}{}{quote}\n", self.key, files.bundle().display());
        vec![Text::new(self.path(sys), line)]
    }
}
