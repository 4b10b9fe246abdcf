//! Words for shells: one text, whatever it holds, as one word that means itself.

/// Whose words a text for a shell is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// sh, bash, zsh.
    Posix,
    /// fish.
    Fish,
}

impl Shell {
    /// A text as one word.
    #[must_use]
    pub fn quoted(self, text: &str) -> String {
        match self {
            Self::Posix => quoted(text),
            Self::Fish => fish_quoted(text),
        }
    }

    /// A line that sets a variable for programs.
    #[must_use]
    pub fn set(self, name: &str, value: &str) -> String {
        let word = self.quoted(value);
        match self {
            Self::Posix => format!("export {name}={word}\n"),
            Self::Fish => format!("set -gx {name} {word}\n"),
        }
    }

    /// A line that sets a variable that nobody has set.
    #[must_use]
    pub fn set_if_unset(self, name: &str, value: &str) -> String {
        let word = self.quoted(value);
        match self {
            Self::Posix => format!("if [ -z \"${{{name}+x}}\" ]; then export {name}={word}; fi\n"),
            Self::Fish => format!("set -q {name}; or set -gx {name} {word}\n"),
        }
    }

    /// A line that takes a variable away.
    #[must_use]
    pub fn unset(self, name: &str) -> String {
        match self {
            Self::Posix => format!("unset {name}\n"),
            Self::Fish => format!("set -e {name}\n"),
        }
    }
}

/// In single quotes, for a POSIX shell (POSIX.1-2017, Shell Command Language, 2.2.2).
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// In single quotes, for fish (fish documentation, Quotes: `\\` and `\'` are the only escapes there).
#[must_use]
pub fn fish_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// As one word of a POSIX shell, quoted only where it has to be: for git, and for commands that people copy.
#[must_use]
pub fn word(text: &str) -> String {
    if is_plain(text) { text.into() } else { quoted(text) }
}

/// As [`word`], with a leading `~` that stands for the home folder, and `=`, left as they are: for an argument of a
/// command that people copy.
#[must_use]
pub fn argument(text: &str) -> String {
    if is_plain(&text.replace(['~', '='], "_")) { text.into() } else { quoted(text) }
}

/// Whether every shell takes the text as one word that means itself.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+:@%,".contains(c))
}
