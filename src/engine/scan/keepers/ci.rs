//! Files that tell a CI what to do.

use super::Keeper;
use crate::formats::loose::{Care, Loose, assignments, headers, urls};

pub(super) const KEEPER: Keeper = Keeper {
    code: "ci",
    title: "CI file",
    fits: |at| {
        const NAMES: &[&str] = &[
            ".gitlab-ci",
            "azure-pipelines",
            "bitbucket-pipelines",
            ".travis",
            ".drone",
            ".woodpecker",
            "appveyor",
        ];
        const FOLDERS: &[&str] =
            &[".github/workflows", ".gitea/workflows", ".forgejo/workflows", ".circleci"];
        let yaml = at.name.ends_with(".yml") || at.name.ends_with(".yaml");
        let known = NAMES.iter().any(|n| at.name.starts_with(n)) || FOLDERS.iter().any(|f| at.folder_ends(f));
        at.name == "Jenkinsfile" || (yaml && known)
    },
    read,
    advice: "make it a masked secret of the CI and name that here; it is in the history of the repository: revoke it",
};

fn read(bytes: &[u8]) -> Vec<Loose> {
    let mut found = urls(bytes, Care::Likely);
    found.extend(headers(bytes, Care::Likely));
    found.extend(assignments(bytes, Care::Likely));
    found
}
