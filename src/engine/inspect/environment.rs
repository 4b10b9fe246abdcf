//! The variables that matter, and which start-up file of a shell sets them.

use super::git_settings::program;
use crate::model::facts::{Environment, Shell, Spot, Variable};
use crate::redact;
use crate::sys::Sys;
use crate::sys::fs::Kind;
use std::path::{Path, PathBuf};

/// Their values are tokens.
pub(super) const SECRET: &[&str] = &[
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GITLAB_TOKEN",
    "GITLAB_ACCESS_TOKEN",
    "BITBUCKET_TOKEN",
    "GITEA_TOKEN",
    "NPM_TOKEN",
];

/// Their values may be command lines; only the program's name is kept.
const COMMANDS: &[&str] = &["GIT_SSH_COMMAND", "GIT_SSH", "GIT_ASKPASS", "SSH_ASKPASS"];

const PLAIN: &[&str] = &[
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_SSL_NO_VERIFY",
    "GIT_TERMINAL_PROMPT",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "PYTHONHTTPSVERIFY",
    "NPM_CONFIG_STRICT_SSL",
    "npm_config_strict_ssl",
    "PIP_TRUSTED_HOST",
    "GOINSECURE",
    "CONDA_SSL_VERIFY",
    "AZURE_CLI_DISABLE_CONNECTION_VERIFICATION",
    "CLOUDSDK_AUTH_DISABLE_SSL_VALIDATION",
    "SSH_AUTH_SOCK",
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];

pub(super) fn look(sys: &Sys) -> Environment {
    let trust = crate::trust::env_vars::KNOWN.iter().map(|known| known.name);
    let mut variables: Vec<Variable> = Vec::new();
    for name in SECRET.iter().chain(COMMANDS).chain(PLAIN).copied().chain(trust) {
        let Some(value) = sys.env(name) else { continue };
        // Options of the JVM may name the password of a trust store.
        let hidden = SECRET.contains(&name) || COMMANDS.contains(&name) || name == "JAVA_TOOL_OPTIONS";
        let is_proxy = name.to_ascii_lowercase().ends_with("_proxy");
        let mask = if is_proxy { redact::proxy } else { redact::urls };
        let value = (!hidden).then(|| mask(value));
        let program = COMMANDS.contains(&name).then(|| sys.env(name).map(program)).flatten();
        variables.push(Variable { name: name.to_owned(), value, program, set_by: None });
    }
    find_lines(sys, &mut variables);
    Environment { variables, shell: shell(sys) }
}

/// `SHELL`, by which ssh runs the commands of `Match exec`.
fn shell(sys: &Sys) -> Option<Shell> {
    let path = PathBuf::from(sys.env("SHELL")?);
    let there = matches!(sys.look_through(&path), Ok(Some(l)) if l.kind == Kind::File && l.mode & 0o111 != 0);
    Some(Shell { path, there })
}

/// The files that shells and sessions read when they start.
fn startup_files(sys: &Sys) -> Vec<PathBuf> {
    let home = sys.places().home().map(Path::to_path_buf).unwrap_or_default();
    let mut files: Vec<PathBuf> = [
        ".profile",
        ".bash_profile",
        ".bash_login",
        ".bashrc",
        ".zshenv",
        ".zprofile",
        ".zshrc",
        ".config/fish/config.fish",
    ]
    .iter()
    .map(|name| home.join(name))
    .collect();
    files.extend(sys.list(&home.join(".config/environment.d")).unwrap_or_default());
    files.push("/etc/environment".into());
    files
}

fn find_lines(sys: &Sys, variables: &mut [Variable]) {
    if variables.is_empty() {
        return;
    }
    for path in startup_files(sys) {
        let Ok(Some(bytes)) = sys.read(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        for (index, line) in text.lines().enumerate() {
            for variable in variables.iter_mut().filter(|v| v.set_by.is_none()) {
                if sets(line, &variable.name) {
                    variable.set_by = Some(Spot { path: path.clone(), line: index + 1 });
                }
            }
        }
    }
}

/// `NAME=...`, `export NAME=...`, `set -gx NAME ...`
fn sets(line: &str, name: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with('#') {
        return false;
    }
    let mut words = line.split_whitespace();
    match words.next() {
        Some("set") => words.any(|word| word == name),
        _ => line
            .split([' ', '\t', ';', '&'])
            .any(|word| word.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))),
    }
}
