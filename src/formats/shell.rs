//! Words for shells: one text, whatever it holds, as one word that means itself.

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
