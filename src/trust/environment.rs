//! The file that shells read where roots are installed for all that this user runs: variables that nobody has set.

use super::env_vars::{self, Effect, Form};
use super::targets::Files;
use crate::formats::shell::Shell;

/// Its text. What adds to the public roots gets the installed ones alone.
#[must_use]
pub fn text(files: &Files, shell: Shell) -> String {
    let mut text =
        String::from("# Roots for tools that take them from a variable. A value of yours stays.\n");
    for known in env_vars::KNOWN.iter().filter(|known| known.form == Form::File && known.given) {
        let path = if known.effect == Effect::Adds { files.extra() } else { files.bundle() };
        text.push_str(&shell.set_if_unset(known.name, &path.display().to_string()));
    }
    text
}
