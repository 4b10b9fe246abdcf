//! Files of a project that name places to fetch from.

use super::Keeper;
use crate::formats::loose::{Care, urls};

pub(super) const KEEPER: Keeper = Keeper {
    code: "project",
    title: "project file",
    fits: |at| {
        const NAMES: &[&str] = &[
            ".gitmodules",
            "package.json",
            "package-lock.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "composer.json",
            "Pipfile",
            "pyproject.toml",
            "poetry.lock",
            "Cargo.toml",
            "Gemfile",
            "Dockerfile",
            "Containerfile",
            "docker-compose.yml",
            "docker-compose.yaml",
            "compose.yaml",
            "compose.yml",
            "conda.yml",
            "environment.yml",
            ".condarc",
            ".pre-commit-config.yaml",
        ];
        NAMES.contains(&at.name)
    },
    read: |bytes| urls(bytes, Care::Likely),
    advice: "leave the login out of the URL, git's helper gives it; it is in the history of the repository: revoke it",
};
