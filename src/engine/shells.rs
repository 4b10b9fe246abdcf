//! The user's own shell in a session: with its own settings, and after them the session's.
//!
//! A start-up file may set a token or an agent anew (`export GH_TOKEN=...`), so what the session sets is set once more
//! behind it, and what it leaves out is taken out.

use super::render::shell_word;
use super::session::Made;
use crate::sys::Sys;
use std::ffi::OsString;
use std::path::Path;

/// The arguments for a shell, which gets files of its own in the session where its kind is known.
pub fn arguments(sys: &Sys, program: &Path, profile: &str, made: &mut Made) -> Vec<OsString> {
    let home = sys.places().home().map(|home| home.display().to_string()).unwrap_or_default();
    match program.file_name().and_then(|name| name.to_str()) {
        Some("bash") => {
            let text = format!(
                "[ -r {rc} ] && . {rc}\n{walls}PS1=\"({profile}) $PS1\"\n",
                rc = shell_word(&format!("{home}/.bashrc")),
                walls = walls(made),
            );
            let file = made.add("bashrc", text);
            vec!["--rcfile".into(), file.into(), "-i".into()]
        }
        Some("zsh") => {
            let own = sys.env("ZDOTDIR").map_or(home, str::to_owned);
            for name in [".zshenv", ".zprofile", ".zshrc"] {
                let rc = shell_word(&format!("{own}/{name}"));
                let last = name == ".zshrc";
                let end = if last {
                    format!("{}PROMPT=\"({profile}) $PROMPT\"\n", walls(made))
                } else {
                    String::new()
                };
                made.add(&format!("zsh/{name}"), format!("[ -r {rc} ] && . {rc}\n{end}"));
            }
            let folder = made.place("zsh");
            made.environment.insert("ZDOTDIR".into(), folder.into());
            vec!["-i".into()]
        }
        Some("fish") => {
            let prompt = format!(
                "functions -c fish_prompt doorkey_own_prompt; function fish_prompt; printf '({profile}) '; \
                 doorkey_own_prompt; end"
            );
            vec!["-C".into(), fish_walls(made).into(), "-C".into(), prompt.into(), "-i".into()]
        }
        _ => vec!["-i".into()],
    }
}

/// What a start-up file may set that says who somebody is.
const TAKEN_OUT: &[&str] = &[
    "SSH_AUTH_SOCK",
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GITLAB_TOKEN",
    "GITEA_TOKEN",
    "BITBUCKET_TOKEN",
    "AZURE_DEVOPS_EXT_PAT",
    "NPM_TOKEN",
    "NODE_AUTH_TOKEN",
    "PYPI_TOKEN",
    "TWINE_PASSWORD",
    "CARGO_REGISTRY_TOKEN",
    "DOCKER_AUTH_CONFIG",
    "GIT_ASKPASS",
    "SSH_ASKPASS",
    "GIT_SSH",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_PARAMETERS",
    "GOAUTH",
    "GOPROXY",
    "GONOSUMDB",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "VAULT_TOKEN",
    "CURL_HOME",
];

fn taken_out(made: &Made) -> impl Iterator<Item = &'static str> {
    TAKEN_OUT.iter().copied().filter(|name| !made.environment.contains_key(std::ffi::OsStr::new(name)))
}

/// Lines of a POSIX shell.
fn walls(made: &Made) -> String {
    let mut text = String::new();
    for name in taken_out(made) {
        text.push_str(&format!("unset {name}\n"));
    }
    for (name, value) in made.walls() {
        text.push_str(&format!("export {name}={}\n", shell_word(&value)));
    }
    text
}

fn fish_walls(made: &Made) -> String {
    let mut text = String::new();
    for name in taken_out(made) {
        text.push_str(&format!("set -e {name}; "));
    }
    for (name, value) in made.walls() {
        let quoted = value.replace('\\', "\\\\").replace('\'', "\\'");
        match name.as_str() {
            // A list in fish.
            "PATH" => text.push_str(&format!("set -gx PATH (string split : '{quoted}'); ")),
            _ => text.push_str(&format!("set -gx {name} '{quoted}'; ")),
        }
    }
    text
}
