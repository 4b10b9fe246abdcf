//! The user's own shell in a session: with its own settings, and after them the session's.
//!
//! A start-up file may set a token or an agent anew (`export GH_TOKEN=...`), so what the session sets is set once more
//! behind it, and what it leaves out is taken out.

use super::Made;
use crate::formats::shell;
use crate::model::name::ProfileName;
use crate::sys::Sys;
use std::ffi::OsString;
use std::path::Path;

/// The arguments for a shell, which gets files of its own in the session where its kind is known.
pub(super) fn arguments(sys: &Sys, program: &Path, profile: &ProfileName, made: &mut Made) -> Vec<OsString> {
    let home = sys.places().home().map(|home| home.display().to_string()).unwrap_or_default();
    match program.file_name().and_then(|name| name.to_str()) {
        Some("bash") => {
            let text = format!(
                "[ -r {rc} ] && . {rc}\n{walls}PS1=\"({profile}) $PS1\"\n",
                rc = shell::word(&format!("{home}/.bashrc")),
                walls = walls(made),
            );
            let file = made.add("bashrc", text);
            vec!["--rcfile".into(), file.into(), "-i".into()]
        }
        Some("zsh") => {
            let own = sys.env("ZDOTDIR").map_or(home, str::to_owned);
            for name in [".zshenv", ".zprofile", ".zshrc"] {
                let rc = shell::word(&format!("{own}/{name}"));
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

/// What a start-up file may set that says who somebody is, as patterns of a shell (SECURITY rule 10).
const TAKEN_OUT: &[&str] = &[
    "*TOKEN*",
    "*SECRET*",
    "*PASSWORD*",
    "*PASSWD*",
    "*ASKPASS*",
    "*_PAT",
    "GIT_*",
    "SSH_*",
    "AWS_*",
    "GO*PROXY",
    "GONOSUMDB",
    "GOAUTH",
    "DOCKER_AUTH_CONFIG",
    "CURL_HOME",
];

/// Names that are let in or set by the session stay.
fn stays(made: &Made) -> Vec<&str> {
    made.environment.keys().filter_map(|name| name.to_str()).collect()
}

/// Lines of a POSIX shell. `env` prints values of several lines too; a name that is none is unset in vain.
fn walls(made: &Made) -> String {
    let mut text = format!(
        "for doorkey_name in $(env | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p'); do\n  case $doorkey_name in\n    \
         {}) ;;\n    {}) unset \"$doorkey_name\" ;;\n  esac\ndone\nunset doorkey_name\n",
        stays(made).join("|"),
        TAKEN_OUT.join("|")
    );
    for (name, value) in made.walls() {
        text.push_str(&format!("export {name}={}\n", shell::word(&value)));
    }
    text
}

fn fish_walls(made: &Made) -> String {
    let patterns: Vec<String> = TAKEN_OUT.iter().map(|pattern| format!("'{pattern}'")).collect();
    let mut text = format!(
        "for doorkey_name in (set -xn); switch $doorkey_name; case {}; case {}; set -e $doorkey_name; end; end; ",
        stays(made).join(" "),
        patterns.join(" ")
    );
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
