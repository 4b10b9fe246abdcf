//! Tools with a file of `key = value` lines, one of which names their roots.

use super::{Files, Standing, Target, Text};
use crate::formats::key_lines::{self, Style};
use crate::sys::Sys;
use std::path::{Path, PathBuf};

/// Such a tool.
#[derive(Debug)]
pub(super) struct OneLine {
    /// Its program, and its name on the command line.
    pub(super) program: &'static str,
    /// Whom it leads, in words.
    pub(super) leads: &'static str,
    /// Its file.
    pub(super) file: fn(&Sys) -> Option<PathBuf>,
    /// The key.
    pub(super) key: &'static str,
    /// Whether it takes the value in double quotes.
    pub(super) quotes: bool,
    /// How the file is written.
    pub(super) style: Style,
}

impl OneLine {
    fn path(&self, sys: &Sys) -> PathBuf {
        (self.file)(sys).unwrap_or_default()
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
            Ok(Some(bytes)) => match key_lines::last(&bytes, self.style, "", self.key) {
                None => Standing::Off,
                Some(to) if Path::new(&to.text) == files.bundle() => Standing::On { file },
                Some(to) => Standing::Own { file, to: to.text },
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
