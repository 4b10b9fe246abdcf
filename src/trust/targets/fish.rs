//! fish reads every file of `conf.d` (fish(1), Configuration files).

use super::{Files, Standing, Target, Text};
use crate::model::plan::Step;
use crate::sys::Sys;
use crate::sys::fs::FsError;
use std::path::PathBuf;

/// The same variables as for other shells, in fish's words.
#[derive(Debug)]
pub(super) struct Fish;

fn file(sys: &Sys) -> PathBuf {
    let Some(home) = sys.places().home() else { return PathBuf::new() };
    let config = sys.env("XDG_CONFIG_HOME").map_or_else(|| home.join(".config"), PathBuf::from);
    config.join("fish/conf.d/doorkey-roots.fish")
}

fn ours(files: &Files) -> String {
    let path = files.fish_environment().display().to_string();
    let word = format!("'{}'", path.replace('\\', "\\\\").replace('\'', "\\'"));
    format!("test -r {word}; and source {word} # roots: doorkey ca status\n")
}

impl Target for Fish {
    fn name(&self) -> &'static str {
        "fish"
    }

    fn leads(&self) -> &'static str {
        "the same as shells, in fish"
    }

    fn look(&self, sys: &Sys, files: &Files) -> Standing {
        let (file, ours) = (file(sys), ours(files));
        // Who has used fish has its folder; for who has not, none is made.
        let folder = file.ancestors().nth(2).map(|folder| sys.look_through(folder));
        if sys.program("fish").is_none() || !matches!(folder, Some(Ok(Some(_)))) {
            return Standing::NotHere;
        }
        match (Text { path: &file, ours: &ours }).is_there(sys) {
            Ok(true) => Standing::On { file },
            Ok(false) => Standing::Off,
            Err(_) => Standing::Unreadable { file },
        }
    }

    fn add(&self, sys: &Sys, files: &Files) -> Result<Vec<Step>, FsError> {
        Text { path: &file(sys), ours: &ours(files) }.add(sys)
    }

    fn remove(&self, sys: &Sys, files: &Files) -> Result<Vec<Step>, FsError> {
        Text { path: &file(sys), ours: &ours(files) }.remove(sys)
    }
}
