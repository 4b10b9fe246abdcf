//! Whether people are there.

use std::io::IsTerminal;

/// Which of the three standard streams are a terminal.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Standard input.
    pub input: bool,
    /// Standard output.
    pub output: bool,
    /// Standard error.
    pub error: bool,
}

impl Terminal {
    /// Asks the operating system.
    #[must_use]
    pub fn find() -> Self {
        Self {
            input: std::io::stdin().is_terminal(),
            output: std::io::stdout().is_terminal(),
            error: std::io::stderr().is_terminal(),
        }
    }

    /// Whether a question can be asked and answered.
    #[must_use]
    pub fn can_ask(self) -> bool {
        self.input && self.error
    }
}
