//! The environment of a session: an allow-list, and what leads each tool to the session's own files.

use super::VARIABLE;
use super::files::{self, Asked};
use crate::engine::generation;
use crate::engine::{ambient, proxy_variables};
use crate::formats::shell;
use crate::sys::Sys;
use crate::trust::env_vars::{self, Form};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

/// Variables that say nothing of who somebody is (SECURITY rule 10). Those that end in `*` stand for a beginning.
const LET_IN: &[&str] = &[
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "PATH",
    "PWD",
    "OLDPWD",
    "SHLVL",
    "TMPDIR",
    "TZ",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TERM",
    "TERMINFO",
    "TERMINFO_DIRS",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "COLORTERM",
    "COLUMNS",
    "LINES",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "LS_COLORS",
    "LESS",
    "PAGER",
    "EDITOR",
    "VISUAL",
    "GPG_TTY",
    "TMUX",
    "TMUX_PANE",
    "STY",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_DIRS",
    "XDG_DATA_DIRS",
    "XDG_SESSION_ID",
    "XDG_SESSION_TYPE",
    "XDG_CURRENT_DESKTOP",
    "MANPATH",
    "INFOPATH",
    "LD_LIBRARY_PATH",
    "PKG_CONFIG_PATH",
    "CI",
    "JAVA_HOME",
    "GOPATH",
    "GOROOT",
    "GOCACHE",
    "GOMODCACHE",
    "GOTOOLCHAIN",
    "CARGO_HOME",
    "CARGO_TARGET_DIR",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "NVM_DIR",
    "PNPM_HOME",
    "VOLTA_HOME",
    "PYENV_ROOT",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "WSL_DISTRO_NAME",
    "WSL_INTEROP",
    "DOCKER_HOST",
];

/// The user's variables that are let in.
pub(super) fn let_in(sys: &Sys, kept: &[String], keeps_keyring: bool) -> BTreeMap<OsString, OsString> {
    // The desktop's keyring gives every program every tenant's entries; where doorkey's own store is in it, it must stay.
    let bus = |name: &str| keeps_keyring && name == "DBUS_SESSION_BUS_ADDRESS";
    let wanted = |name: &str| is_let_in(name) || bus(name) || kept.iter().any(|kept| kept == name);
    let all = sys.env_all().filter(|(name, _)| name.to_str().is_some_and(wanted));
    all.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What the session sets. `roots` is the file with the profile's own roots and the public ones.
pub(super) fn set(asked: &Asked<'_>, roots: Option<&Path>, has_java: bool) -> BTreeMap<OsString, OsString> {
    let mut found = BTreeMap::new();
    let mut set = |name: &str, value: OsString| found.insert(name.into(), value);
    let place = |name: &str| asked.folder.join(name).into_os_string();
    set(VARIABLE, asked.folder.into());
    // So that doorkey finds the same folders whatever else is set.
    set("DOORKEY_STATE_DIR", asked.state.into());
    if let Some(config) = asked.sys.places().config() {
        set("DOORKEY_CONFIG_DIR", config.into());
    }
    let mut path = place(files::PROGRAMS);
    path.push(":");
    path.push(asked.sys.env("PATH").unwrap_or("/usr/local/bin:/usr/bin:/bin"));
    set("PATH", path);
    for (name, value) in git(asked) {
        set(&name, value.into());
    }
    for (name, file) in [
        ("NETRC", files::NETRC),
        ("DOCKER_CONFIG", files::DOCKER),
        ("REGISTRY_AUTH_FILE", files::DOCKER_FILE),
        ("NPM_CONFIG_USERCONFIG", files::NPMRC),
        ("PIP_CONFIG_FILE", files::PIP),
        ("GOENV", files::GOENV),
        ("GH_CONFIG_DIR", files::GH),
        ("GLAB_CONFIG_DIR", files::GLAB),
        ("AWS_CONFIG_FILE", files::NOTHING),
        ("AWS_SHARED_CREDENTIALS_FILE", files::NOTHING),
        ("KUBECONFIG", files::KUBE),
        ("CLOUDSDK_CONFIG", files::CLOUD),
        ("AZURE_CONFIG_DIR", files::CLOUD),
    ] {
        set(name, place(file));
    }
    // cargo reads `credentials.toml` by its own provider only; ours answers for this profile's registries.
    let launcher = generation::launcher(asked.state);
    set("CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS", launcher.into());
    set("CARGO_NET_GIT_FETCH_WITH_CLI", "true".into());
    let private = ambient::go_private(asked.profile);
    if !private.is_empty() {
        set("GOPRIVATE", private.into());
    }
    for (name, value) in proxy_variables::variables(&asked.profile.proxy) {
        set(name, value.into());
    }
    // Files in which users keep proxies and logins.
    set("CURL_HOME", asked.folder.into());
    set("WGETRC", place(files::WGETRC));
    let mut java = proxy_variables::java_options(&asked.profile.proxy);
    if let Some(roots) = roots {
        for known in env_vars::KNOWN.iter().filter(|known| known.form == Form::File) {
            set(known.name, roots.into());
        }
        if has_java {
            let store = asked.folder.join(files::JAVA);
            java.push(format!("-Djavax.net.ssl.trustStore={}", store.display()));
            java.push("-Djavax.net.ssl.trustStoreType=JKS".into());
        }
    }
    if !java.is_empty() {
        // Every JVM reads it, those that Maven and Gradle start too; each says so on standard error.
        let words: Vec<String> = java.iter().map(|option| java_word(option)).collect();
        set("JAVA_TOOL_OPTIONS", words.join(" ").into());
    }
    found
}

/// JAVA_TOOL_OPTIONS is split at blanks that stand in no quotes (JVM Tool Interface, JNI_CreateJavaVM).
fn java_word(text: &str) -> String {
    match (text.contains(char::is_whitespace), text.contains('"')) {
        (false, _) => text.to_owned(),
        (true, false) => format!("\"{text}\""),
        (true, true) => format!("'{text}'"),
    }
}

fn is_let_in(name: &str) -> bool {
    LET_IN.iter().any(|known| match known.strip_suffix('*') {
        Some(head) => name.starts_with(head),
        None => *known == name,
    })
}

/// git's settings, and last those that no repository's own configuration can come after (git-config(1), ENVIRONMENT).
fn git(asked: &Asked<'_>) -> Vec<(String, String)> {
    let text = |path: &Path| shell::word(&path.display().to_string());
    let launcher = text(&generation::launcher(asked.state));
    let helper = format!("!{launcher} credential --generation {}", text(asked.folder));
    let pairs =
        [("credential.helper", ""), ("credential.helper", &helper), ("credential.useHttpPath", "true")];
    let mut found = vec![
        ("GIT_CONFIG_GLOBAL".into(), asked.folder.join(files::GITCONFIG).display().to_string()),
        ("GIT_SSH_COMMAND".into(), files::ssh_command(asked)),
        ("GIT_SSH_VARIANT".into(), "ssh".into()),
        ("GIT_CONFIG_COUNT".into(), pairs.len().to_string()),
    ];
    for (number, (key, value)) in pairs.iter().enumerate() {
        found.push((format!("GIT_CONFIG_KEY_{number}"), (*key).into()));
        found.push((format!("GIT_CONFIG_VALUE_{number}"), (*value).into()));
    }
    found
}
