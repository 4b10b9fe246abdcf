//! What a shell remembers of the commands that were typed.

use super::Keeper;
use crate::formats::loose::{Care, Loose, assignments, flags, headers, urls};

pub(super) const KEEPER: Keeper = Keeper {
    code: "shell-history",
    title: "shell history",
    fits: |at| {
        [
            ".bash_history",
            ".zsh_history",
            ".zhistory",
            ".sh_history",
            ".histfile",
            "fish_history",
            ".python_history",
        ]
        .contains(&at.name)
            || at.name == "ConsoleHost_history.txt"
    },
    read,
    advice: "delete the line (history -d), and give secrets by prompt or standard input; revoke it",
};

fn read(bytes: &[u8]) -> Vec<Loose> {
    let mut found = urls(bytes, Care::Any);
    found.extend(headers(bytes, Care::Any));
    found.extend(flags(bytes));
    found.extend(assignments(bytes, Care::Any));
    found
}
