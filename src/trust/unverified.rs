//! Settings that switch the check of certificates off, in the files of tools other than git. One row a setting.

use crate::redact::for_terminal;
use crate::sys::Sys;
use std::path::PathBuf;

/// A line that switches it off.
#[derive(Debug, Clone)]
pub struct Off {
    /// Whose.
    pub tool: &'static str,
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// Where the line begins, in bytes.
    pub offset: usize,
    /// The whole line with its end, where taking it out is all that there is to do.
    pub text: Option<Vec<u8>>,
    /// The setting, for people.
    pub said: String,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `key = value`, `key: value`, `key value` or a lone word; `#` and `;` begin comments.
    Lines,
    /// JSON: the line is named, but not taken out.
    Json,
}

#[derive(Debug)]
struct Row {
    tool: &'static str,
    /// Below the home folder, or from the root.
    file: &'static str,
    form: Form,
    key: &'static str,
    /// Any of these; empty: any value at all.
    values: &'static [&'static str],
}

const fn row(
    tool: &'static str,
    file: &'static str,
    key: &'static str,
    values: &'static [&'static str],
) -> Row {
    Row { tool, file, form: Form::Lines, key, values }
}

const fn json(tool: &'static str, file: &'static str, key: &'static str) -> Row {
    Row { tool, file, form: Form::Json, key, values: &[] }
}

const NO: &[&str] = &["false", "no", "off", "0"];
const YES: &[&str] = &["true", "yes", "on", "1"];

const ROWS: &[Row] = &[
    row("npm", ".npmrc", "strict-ssl", NO),
    row("yarn", ".yarnrc", "strict-ssl", NO),
    row("yarn", ".yarnrc.yml", "enableStrictSsl", NO),
    row("pip", ".config/pip/pip.conf", "trusted-host", &[]),
    row("pip", ".pip/pip.conf", "trusted-host", &[]),
    row("conda", ".condarc", "ssl_verify", NO),
    row("curl", ".curlrc", "insecure", &[]),
    row("curl", ".curlrc", "-k", &[]),
    row("wget", ".wgetrc", "check_certificate", NO),
    row("gem", ".gemrc", ":ssl_verify_mode", &["0"]),
    row("Go", ".config/go/env", "GOINSECURE", &[]),
    row("Maven", ".mavenrc", "-Dmaven.wagon.http.ssl.insecure", YES),
    row("gcloud", ".config/gcloud/properties", "disable_ssl_validation", YES),
    row("gcloud", ".config/gcloud/configurations/config_default", "disable_ssl_validation", YES),
    row("podman", ".config/containers/registries.conf", "insecure", YES),
    json("docker", ".config/docker/daemon.json", "insecure-registries"),
    json("docker", "/etc/docker/daemon.json", "insecure-registries"),
    json("composer", ".config/composer/config.json", "disable-tls"),
];

/// Every such line that is there.
#[must_use]
pub fn look(sys: &Sys) -> Vec<Off> {
    let mut found = Vec::new();
    let Some(home) = sys.places().home() else { return found };
    for row in ROWS {
        let path = if row.file.starts_with('/') { PathBuf::from(row.file) } else { home.join(row.file) };
        if let Ok(Some(bytes)) = sys.read(&path) {
            found.extend(lines(row, &path, &bytes));
        }
    }
    found
}

fn lines(row: &Row, path: &std::path::Path, bytes: &[u8]) -> Vec<Off> {
    let mut found = Vec::new();
    let mut offset = 0;
    let all: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    for (index, line) in all.iter().enumerate() {
        let text = String::from_utf8_lossy(line);
        if is_off(row, text.trim()) {
            // A value that goes on in the next line is not all of it.
            let goes_on =
                all.get(index + 1).is_some_and(|next| next.starts_with(b" ") || next.starts_with(b"\t"));
            found.push(Off {
                tool: row.tool,
                path: path.into(),
                line: index + 1,
                offset,
                text: (row.form == Form::Lines && !goes_on).then(|| line.to_vec()),
                said: for_terminal(text.trim(), false),
            });
        }
        offset += line.len();
    }
    found
}

fn is_off(row: &Row, line: &str) -> bool {
    if row.form == Form::Json {
        let rest = line.trim_start_matches('"').strip_prefix(row.key).and_then(|rest| rest.strip_prefix('"'));
        let value = rest.map(|rest| rest.trim_start_matches([':', ' ']).trim_end_matches([',', ' ']));
        return value.is_some_and(|value| !matches!(value, "[]" | "false" | "null"));
    }
    if line.starts_with(['#', ';']) {
        return false;
    }
    let bare = line.strip_prefix("--").unwrap_or(line).trim_start_matches('"');
    let Some(rest) =
        bare.get(..row.key.len()).filter(|key| same(key, row.key)).and_then(|_| bare.get(row.key.len()..))
    else {
        return false;
    };
    let rest = rest.trim_start_matches('"');
    if !rest.is_empty() && !rest.starts_with([' ', '\t', '=', ':']) {
        return false;
    }
    let value = rest.trim_start_matches([' ', '\t', '=', ':']).trim_matches(['"', '\'']).to_ascii_lowercase();
    row.values.is_empty() && (row.key == "insecure" || row.key == "-k" || !value.is_empty())
        || row.values.contains(&value.as_str())
}

/// Case, `-` and `_` do not count in most of these files, and where they do nobody writes another key that way.
fn same(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.replace('_', "-").to_ascii_lowercase();
    plain(a) == plain(b)
}
