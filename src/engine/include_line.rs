//! doorkey's one line in git's configuration and the one in ssh's: its text, and where it stands.

use super::generation;
use super::render::{RenderError, escape_pattern, ssh_path};
use crate::formats::{git_config, lines};
use std::path::Path;

/// The program whose configuration it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// git: the last section of the user's file, so that nothing after it resets the helper.
    Git,
    /// ssh: the first line of the user's file, since the first value wins.
    Ssh,
}

const GIT_HEADER: &str = "[include]\n";

impl Reader {
    /// The text of the line. It goes through the link `current`, so it never changes.
    ///
    /// # Errors
    /// The program could not read the path back.
    pub fn line(self, state: &Path) -> Result<String, RenderError> {
        let current = generation::current_link(state);
        match self {
            Self::Git => {
                let path = current.join("gitconfig").display().to_string();
                Ok(format!("{GIT_HEADER}\tpath = \"{}\"\n", path.replace('\\', "\\\\").replace('"', "\\\"")))
            }
            Self::Ssh => Ok(format!("Include {}\n", ssh_pattern(&current.join("ssh_config"))?)),
        }
    }

    /// The offset at which the program reads the line. Not where its bytes stand in a comment, or in another value.
    #[must_use]
    pub fn find(self, file: &[u8], line: &str) -> Option<usize> {
        let starts_line =
            |at: usize| at == lines::bom_length(file) || file.get(..at).is_some_and(|b| b.ends_with(b"\n"));
        let mut places =
            file.windows(line.len()).enumerate().filter(|(_, w)| *w == line.as_bytes()).map(|(at, _)| at);
        match self {
            // Every line of ssh's file stands for itself.
            Self::Ssh => places.find(|at| starts_line(*at)),
            Self::Git => {
                // A file that git refuses to read has a finding of its own.
                let entries = git_config::parse(file).ok();
                places.find(|at| {
                    let path = at + GIT_HEADER.len();
                    let read = |e: &git_config::Entry| {
                        e.is("include", "path") && e.subsection.is_none() && e.span.start == path
                    };
                    starts_line(*at) && entries.as_ref().is_none_or(|all| all.iter().any(read))
                })
            }
        }
    }
}

/// A path for ssh's `Include`, which is a pattern of glob(7).
fn ssh_pattern(path: &Path) -> Result<String, RenderError> {
    // From OpenSSH 9.9 on `%` begins a token here, before that it stands for itself: so neither `%` nor `%%` is read by
    // both, but as the one in the middle of a range it is.
    Ok(escape_pattern(&ssh_path(path)?).replace("%%", "[$-&]"))
}
