//! The variables that most tools take their roots from, for every program that a shell starts.

use super::{Files, Standing, Target, Text};
use crate::formats::shell;
use crate::sys::Sys;
use std::path::PathBuf;

/// sh, bash and zsh: each file that is there gets one line, which reads a file of doorkey's.
#[derive(Debug)]
pub(super) struct Shells;

/// What a login shell, bash and zsh read; the first is made where none of them is there.
const FILES: &[&str] = &[".profile", ".bash_profile", ".bash_login", ".bashrc", ".zshenv"];

fn places(sys: &Sys) -> Vec<PathBuf> {
    let Some(home) = sys.places().home() else { return Vec::new() };
    let all = FILES.iter().map(|name| home.join(name));
    let there: Vec<PathBuf> = all.filter(|path| matches!(sys.look_through(path), Ok(Some(_)))).collect();
    if there.is_empty() { vec![home.join(".profile")] } else { there }
}

/// At the start of a file: .bashrc ends early in shells that nobody types into.
fn ours(files: &Files) -> String {
    let word = shell::quoted(&files.environment().display().to_string());
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
        let mut on = None;
        for text in self.texts(sys, files) {
            match text.is_there(sys) {
                Ok(true) => on = Some(text.path),
                Ok(false) => return Standing::Off,
                Err(_) => return Standing::Unreadable { file: text.path },
            }
        }
        on.map_or(Standing::Off, |file| Standing::On { file })
    }

    fn texts(&self, sys: &Sys, files: &Files) -> Vec<Text> {
        let ours = ours(files);
        places(sys).into_iter().map(|path| Text::new(path, ours.clone())).collect()
    }
}
