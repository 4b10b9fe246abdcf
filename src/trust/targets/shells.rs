//! The variables that most tools take their roots from, for every program that a shell starts.

use super::{Files, Standing, Target, Text};
use crate::model::plan::Step;
use crate::sys::Sys;
use crate::sys::fs::FsError;
use std::path::PathBuf;

/// sh, bash and zsh: each file that is there gets one line, which reads a file of doorkey's.
#[derive(Debug)]
pub(super) struct Shells;

/// What a login shell, bash and zsh read; the first is made where none of them is there.
const FILES: &[&str] = &[".profile", ".bash_profile", ".bash_login", ".bashrc", ".zshenv"];

fn there(sys: &Sys) -> Vec<PathBuf> {
    let Some(home) = sys.places().home() else { return Vec::new() };
    let all = FILES.iter().map(|name| home.join(name));
    all.filter(|path| matches!(sys.look_through(path), Ok(Some(_)))).collect()
}

fn ours(files: &Files) -> String {
    let path = files.environment().display().to_string();
    let word = format!("'{}'", path.replace('\'', "'\\''"));
    format!("if [ -r {word} ]; then . {word}; fi # roots: doorkey ca status\n")
}

impl Target for Shells {
    fn name(&self) -> &'static str {
        "shells"
    }

    fn leads(&self) -> &'static str {
        "curl, openssl, Python, requests, pip, uv, httpx, node, npm, Go, cargo, aws, gcloud and others, in sh, bash, zsh"
    }

    fn look(&self, sys: &Sys, files: &Files) -> Standing {
        let ours = ours(files);
        let mut on = None;
        for path in there(sys) {
            match (Text { path: &path, ours: &ours }).is_there(sys) {
                Ok(true) => on = Some(path),
                Ok(false) => return Standing::Off,
                Err(_) => return Standing::Unreadable { file: path },
            }
        }
        on.map_or(Standing::Off, |file| Standing::On { file })
    }

    fn add(&self, sys: &Sys, files: &Files) -> Result<Vec<Step>, FsError> {
        let ours = ours(files);
        let mut paths = there(sys);
        if paths.is_empty() {
            paths.extend(sys.places().home().map(|home| home.join(".profile")));
        }
        let mut steps = Vec::new();
        for path in paths {
            // At the start: .bashrc ends early in shells that nobody types into.
            let text = Text { path: &path, ours: &ours };
            if !text.is_there(sys)? {
                steps.extend(text.add(sys)?);
            }
        }
        Ok(steps)
    }

    fn remove(&self, sys: &Sys, files: &Files) -> Result<Vec<Step>, FsError> {
        let ours = ours(files);
        let mut steps = Vec::new();
        for path in there(sys) {
            steps.extend(Text { path: &path, ours: &ours }.remove(sys)?);
        }
        Ok(steps)
    }
}
