//! The settings of go, each with the place that it comes from.

use crate::formats::go::env_file;
use crate::formats::shell;
use crate::sys::Sys;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Origin {
    /// The environment.
    Environment,
    /// The file of `go env -w`, or `$GOROOT/go.env` (Go 1.21 and newer).
    File {
        /// Which.
        path: PathBuf,
        /// In which line, from 1.
        line: usize,
    },
    /// It follows GOPRIVATE, since it is not set itself.
    Private,
    /// Built into go.
    Default,
}

/// A setting.
#[derive(Debug, Clone, Serialize)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// Its value, as it is; it may hold a password.
    #[serde(serialize_with = "without_password")]
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

fn without_password<S: serde::Serializer>(value: &str, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&crate::redact::urls(value))
}

/// The names in the order in which they are shown, with what go takes when nothing sets them.
const NAMES: [(&str, &str); 11] = [
    ("GOPROXY", "https://proxy.golang.org,direct"),
    ("GOPRIVATE", ""),
    ("GONOPROXY", ""),
    ("GOSUMDB", "sum.golang.org"),
    ("GONOSUMDB", ""),
    ("GOINSECURE", ""),
    ("GOFLAGS", ""),
    ("GOAUTH", ""),
    ("GOVCS", ""),
    ("GOTOOLCHAIN", ""),
    ("GOMODCACHE", ""),
];

/// All settings that matter to a download.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Settings(Vec<Setting>);

impl Settings {
    /// Reads them as `cmd/go/internal/cfg` does: the environment where it is not empty, the file of `go env -w`,
    /// `$GOROOT/go.env`, the default. go itself is not run: a newer one may fetch the toolchain that a go.mod names.
    #[must_use]
    pub fn look(sys: &Sys) -> Self {
        let mut files = Vec::new();
        for path in [user_file(sys), go_root(sys).map(|root| root.join("go.env"))].into_iter().flatten() {
            // go takes a file that it cannot read for none.
            if let Ok(Some(bytes)) = sys.read(&path) {
                files.push((path, env_file::read(&bytes)));
            }
        }
        let find = |name: &str| {
            if let Some(value) = sys.env(name) {
                return Some((value.to_owned(), Origin::Environment));
            }
            files.iter().find_map(|(path, lines)| {
                let (line, _, value) = lines.iter().rev().find(|(_, key, _)| key == name)?;
                (!value.is_empty()).then(|| (value.clone(), Origin::File { path: path.clone(), line: *line }))
            })
        };
        let private = find("GOPRIVATE");
        let settings = NAMES.map(|(name, default)| {
            let (value, origin) = find(name).unwrap_or_else(|| match (name, &private) {
                ("GONOPROXY" | "GONOSUMDB", Some((value, _))) => (value.clone(), Origin::Private),
                ("GOMODCACHE", _) => (default_cache(sys, find("GOPATH").map(|f| f.0)), Origin::Default),
                _ => (default.to_owned(), Origin::Default),
            });
            Setting { name, value, origin }
        });
        Self(settings.into())
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[Setting] {
        &self.0
    }

    /// A setting's value; empty where it has none.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.get(name).map_or("", |s| s.value.as_str())
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Setting> {
        self.0.iter().find(|s| s.name == name)
    }

    /// The command that sets it where it is set now: `go env -w` has no effect on what the environment sets. Of a value
    /// with a password there is no command to show.
    #[must_use]
    pub fn set(&self, name: &str, value: &str) -> String {
        let shown = crate::redact::urls(value);
        if shown != value {
            return format!("set {name} to {shown} where it is set now, with its login");
        }
        match self.get(name).map(|s| &s.origin) {
            Some(Origin::Environment) => format!("export {name}={}", shell::quoted(value)),
            _ => format!("go env -w {}", shell::quoted(&format!("{name}={value}"))),
        }
    }

    /// The command that takes it away where it is set now.
    #[must_use]
    pub fn unset(&self, name: &str) -> String {
        match self.get(name).map(|s| &s.origin) {
            Some(Origin::Environment) => format!("unset {name}"),
            _ => format!("go env -u {name}"),
        }
    }

    /// The last `-mod=` of GOFLAGS (`go help environment`).
    #[must_use]
    pub fn mod_flag(&self) -> Option<&str> {
        let flags = self.value("GOFLAGS").split_whitespace().rev();
        flags.filter_map(|f| f.trim_start_matches('-').strip_prefix("mod=")).next()
    }
}

/// The file of `go env -w`: GOENV, else `go/env` in the user's configuration folder (`os.UserConfigDir`).
fn user_file(sys: &Sys) -> Option<PathBuf> {
    match sys.env("GOENV") {
        Some("off") => None,
        Some(path) => Some(PathBuf::from(path)),
        None => Some(sys.places().xdg_config()?.join("go").join("env")),
    }
}

/// The folder that the `go` in PATH belongs to.
fn go_root(sys: &Sys) -> Option<PathBuf> {
    if let Some(root) = sys.env("GOROOT") {
        return Some(PathBuf::from(root));
    }
    let program = sys.real_path(&sys.program("go")?)?;
    Some(program.parent()?.parent()?.to_path_buf())
}

/// `pkg/mod` in the first folder of GOPATH, which is `~/go` by default (`go help gopath`).
fn default_cache(sys: &Sys, path: Option<String>) -> String {
    let first = path.as_deref().and_then(|list| list.split(':').next()).map(PathBuf::from);
    let folder = first.or_else(|| sys.places().home().map(|h| h.join("go")));
    folder.map_or(String::new(), |f| f.join(Path::new("pkg/mod")).display().to_string())
}
