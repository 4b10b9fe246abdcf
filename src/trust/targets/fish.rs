//! fish reads every file of `conf.d` (fish(1), Configuration files).

use super::{Files, Standing, Target, Text};
use crate::formats::shell;
use crate::sys::Sys;
use std::path::Path;

/// The same variables as for other shells, in fish's words.
#[derive(Debug)]
pub(super) struct Fish;

fn ours(sys: &Sys, files: &Files) -> Text {
    let folder = sys.places().xdg_config().unwrap_or(Path::new("")).join("fish");
    let word = shell::fish_quoted(&files.fish_environment().display().to_string());
    let line = format!("test -r {word}; and source {word} # roots: doorkey ca status\n");
    Text::new(folder.join("conf.d/doorkey-roots.fish"), line)
}

impl Target for Fish {
    fn name(&self) -> &'static str {
        "fish"
    }

    fn leads(&self) -> &'static str {
        "the same as shells, in fish"
    }

    fn look(&self, sys: &Sys, files: &Files) -> Standing {
        let ours = ours(sys, files);
        // Who has used fish has its folder; for who has not, none is made.
        let folder = ours.path.ancestors().nth(2).map(|folder| sys.look_through(folder));
        if sys.program("fish").is_none() || !matches!(folder, Some(Ok(Some(_)))) {
            return Standing::NotHere;
        }
        match ours.is_there(sys) {
            Ok(true) => Standing::On { file: ours.path },
            Ok(false) => Standing::Off,
            Err(_) => Standing::Unreadable { file: ours.path },
        }
    }

    fn texts(&self, sys: &Sys, files: &Files) -> Vec<Text> {
        vec![ours(sys, files)]
    }
}
