//! The file that shells read where roots are installed for all that this user runs: variables that nobody has set.

use super::env_vars::{self, Effect, Form};
use super::targets::Files;
use crate::formats::shell;
use std::path::Path;

/// Whose words it is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// sh, bash, zsh.
    Posix,
    /// fish.
    Fish,
}

impl Shell {
    /// Sets a variable that is not set.
    fn line(self, name: &str, path: &Path) -> String {
        let path = path.display().to_string();
        match self {
            Self::Posix => {
                format!("if [ -z \"${{{name}+x}}\" ]; then export {name}={}; fi\n", shell::quoted(&path))
            }
            Self::Fish => format!("set -q {name}; or set -gx {name} {}\n", shell::fish_quoted(&path)),
        }
    }
}

/// Its text. What adds to the public roots gets the installed ones alone.
#[must_use]
pub fn text(files: &Files, shell: Shell) -> String {
    let mut text =
        String::from("# Roots for tools that take them from a variable. A value of yours stays.\n");
    for known in env_vars::KNOWN.iter().filter(|known| known.form == Form::File && known.given) {
        let path = if known.effect == Effect::Adds { files.extra() } else { files.bundle() };
        text.push_str(&shell.line(known.name, &path));
    }
    text
}
