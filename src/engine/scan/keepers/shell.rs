//! What a shell reads when it starts.

use super::Keeper;
use crate::formats::loose::{Care, Loose, assignments, headers, urls};

pub(super) const KEEPER: Keeper = Keeper {
    code: "shell",
    title: "shell start-up file",
    fits: |at| {
        const NAMES: &[&str] = &[
            ".bashrc",
            ".bash_profile",
            ".bash_login",
            ".bash_aliases",
            ".profile",
            ".zshrc",
            ".zshenv",
            ".zprofile",
            ".zlogin",
            ".kshrc",
            ".cshrc",
            ".envrc",
            ".xprofile",
            ".xsessionrc",
            ".pam_environment",
            "config.fish",
            "profile.ps1",
            "Microsoft.PowerShell_profile.ps1",
        ];
        NAMES.contains(&at.name) || at.folder_ends("environment.d") || at.folder_ends("fish/conf.d")
    },
    read,
    advice: "every program that you start gets it: take it out, and let the one program that needs it ask a store; revoke it",
};

fn read(bytes: &[u8]) -> Vec<Loose> {
    let mut found = urls(bytes, Care::Any);
    found.extend(headers(bytes, Care::Any));
    found.extend(assignments(bytes, Care::Any));
    found
}
