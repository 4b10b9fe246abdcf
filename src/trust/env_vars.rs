//! The environment variables that change which roots a tool trusts.

use super::bundle::{Bundle, Problem, Summary, is_hash_name};
use crate::formats::java_options::JavaOptions;
use crate::sys::Sys;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What a variable does to the roots that are there without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// It adds: a file with one private root is right.
    Adds,
    /// It replaces: the file must hold the public roots as well.
    Replaces,
    /// It depends on the tool or distribution: treat it as replacing.
    Differs,
}

/// What a variable points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A PEM file.
    File,
    /// Folders with OpenSSL hash names, `:` between them.
    HashFolders,
    /// `-Djavax.net.ssl.trustStore=...` among options of the JVM.
    JvmOptions,
}

/// A trust variable that doorkey knows.
#[derive(Debug)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// What it points at.
    pub form: Form,
    /// What it does.
    pub effect: Effect,
    /// Whether a path that does not exist stops the tool; otherwise it is ignored in silence.
    pub fatal_when_missing: bool,
    /// Who reads it.
    pub tools: &'static [&'static str],
    /// Whether `ca install` gives it a value.
    pub given: bool,
}

impl Known {
    const fn not_given(mut self) -> Self {
        self.given = false;
        self
    }
}

const fn known(
    name: &'static str,
    form: Form,
    effect: Effect,
    fatal_when_missing: bool,
    tools: &'static [&'static str],
) -> Known {
    Known { name, form, effect, fatal_when_missing, tools, given: true }
}

use Effect::{Adds, Differs, Replaces};
use Form::{File, HashFolders, JvmOptions};

/// Every variable, with what was measured of it.
pub const KNOWN: &[Known] = &[
    // OpenSSL, Go and Ruby keep the default folder; rustls, httpx and deno do not.
    known(
        "SSL_CERT_FILE",
        File,
        Differs,
        true,
        &["openssl", "curl", "python", "go", "ruby", "php", "cargo", "uv", "httpx"],
    ),
    known(
        "SSL_CERT_DIR",
        HashFolders,
        Differs,
        false,
        &["openssl", "curl", "python", "go", "ruby", "cargo", "uv", "httpx"],
    ),
    // curl keeps its compiled-in folder on Debian; requests keeps nothing.
    known("CURL_CA_BUNDLE", File, Differs, true, &["curl", "requests", "R"]),
    // It would win over what a profile says for its hosts.
    known("GIT_SSL_CAINFO", File, Differs, true, &["git"]).not_given(),
    known("GIT_SSL_CAPATH", HashFolders, Replaces, false, &["git"]),
    known("REQUESTS_CA_BUNDLE", File, Replaces, true, &["requests", "pip", "poetry", "az", "gcloud", "aws"]),
    known("PIP_CERT", File, Replaces, true, &["pip"]),
    known("NODE_EXTRA_CA_CERTS", File, Adds, false, &["node", "npm", "yarn", "pnpm", "bun", "deno"]),
    // It takes the place of the public roots, of NODE_EXTRA_CA_CERTS and of `cafile` in every npmrc; npm reads both spellings.
    known("NPM_CONFIG_CAFILE", File, Replaces, false, &["npm"]).not_given(),
    known("npm_config_cafile", File, Replaces, false, &["npm"]).not_given(),
    known("AWS_CA_BUNDLE", File, Replaces, true, &["aws", "boto3", "terraform-provider-aws"]),
    known("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", File, Replaces, false, &["grpc"]),
    known("NIX_SSL_CERT_FILE", File, Replaces, true, &["nix"]),
    known("HTTPLIB2_CA_CERTS", File, Replaces, true, &["httplib2"]),
    known("CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE", File, Replaces, true, &["gcloud"]),
    // cargo takes SSL_CERT_FILE; with this one its libgit2 asks no credential helper.
    known("CARGO_HTTP_CAINFO", File, Differs, true, &["cargo"]).not_given(),
    known("DENO_CERT", File, Adds, true, &["deno"]),
    known("YARN_HTTPS_CA_FILE_PATH", File, Replaces, true, &["yarn berry"]),
    known("PERL_LWP_SSL_CA_FILE", File, Replaces, true, &["perl"]),
    known("HEX_CACERTS_PATH", File, Replaces, true, &["mix", "hex"]),
    known("JULIA_SSL_CA_ROOTS_PATH", File, Replaces, true, &["julia"]),
    known("SYSTEM_CERTIFICATE_PATH", File, Replaces, true, &["stack", "haskell"]),
    known("JAVA_TOOL_OPTIONS", JvmOptions, Replaces, false, &["java", "maven", "gradle"]),
];

/// A variable that is set.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub effect: Effect,
    /// Whether a path that does not exist stops the tools.
    pub fatal_when_missing: bool,
    /// Who reads it.
    pub tools: &'static [&'static str],
    /// What it points at; several for a list of folders.
    pub places: Vec<Pointed>,
}

/// One path of a variable.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case", tag = "form")]
pub enum Pointed {
    /// A file or folder of PEM.
    Pem {
        /// What is wrong with it as a whole.
        #[serde(flatten)]
        bundle: Bundle,
        /// What its certificates are.
        summary: Summary,
    },
    /// A Java trust store. It is not opened.
    Java {
        /// Where.
        path: PathBuf,
        /// Why it cannot be used, if that shows from outside.
        #[serde(skip_serializing_if = "Option::is_none")]
        problem: Option<Problem>,
        /// By its first bytes.
        kind: JavaStore,
        /// Whether `trustStorePassword` is given: PKCS12 loads no certificate without it, JKS does.
        has_password: bool,
    },
}

/// The kind of a Java store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JavaStore {
    /// Magic FEEDFEED.
    Jks,
    /// DER.
    Pkcs12,
    /// PEM text, which Java does not take as a store.
    Pem,
    /// Not known, or not there.
    Unknown,
}

impl Pointed {
    /// The path.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Pem { bundle, .. } => &bundle.path,
            Self::Java { path, .. } => path,
        }
    }

    /// Why it gives no certificates.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        match self {
            Self::Pem { bundle, .. } => bundle.problem,
            Self::Java { problem, .. } => *problem,
        }
    }
}

/// Looks at every trust variable that is set and not empty.
#[must_use]
pub fn look(sys: &Sys) -> Vec<Variable> {
    look_in(sys, &|name| sys.env_raw(name))
}

/// As [`look`], in another environment. Variables that name the same file share one reading of it.
#[must_use]
pub fn look_in(sys: &Sys, env: &dyn Fn(&str) -> Option<String>) -> Vec<Variable> {
    let now = sys.now();
    let mut read: Vec<(Form, Pointed)> = Vec::new();
    let mut found = Vec::new();
    for known in KNOWN {
        let Some(value) = env(known.name).filter(|v| !v.is_empty()) else { continue };
        let mut places = Vec::new();
        for (path, has_password) in paths(known.form, &value) {
            let seen = read.iter().find(|(form, p)| *form == known.form && p.path() == path);
            let pointed = match seen {
                Some((_, seen)) if known.form != JvmOptions => seen.clone(),
                _ => point(sys, known.form, &path, has_password, now),
            };
            read.push((known.form, pointed.clone()));
            places.push(pointed);
        }
        if places.is_empty() {
            continue;
        }
        let Known { name, effect, fatal_when_missing, tools, .. } = *known;
        found.push(Variable { name, effect, fatal_when_missing, tools, places });
    }
    found
}

/// The paths in a value, and for Java whether a password is given.
fn paths(form: Form, value: &str) -> Vec<(PathBuf, bool)> {
    match form {
        File => vec![(value.into(), false)],
        HashFolders => value.split(':').filter(|p| !p.is_empty()).map(|p| (p.into(), false)).collect(),
        JvmOptions => {
            let options = JavaOptions::read(value);
            let has_password = options.property("javax.net.ssl.trustStorePassword").is_some();
            let store =
                options.property("javax.net.ssl.trustStore").filter(|p| !p.is_empty() && *p != "NONE");
            store.map(|path| (path.into(), has_password)).into_iter().collect()
        }
    }
}

fn point(sys: &Sys, form: Form, path: &Path, has_password: bool, now: i64) -> Pointed {
    let bundle = match form {
        File => Bundle::file(sys, path),
        HashFolders => Bundle::folder(sys, path, is_hash_name),
        JvmOptions => {
            let (kind, problem) = java_store(sys, path);
            return Pointed::Java { path: path.into(), problem, kind, has_password };
        }
    };
    let summary = bundle.summary(now);
    Pointed::Pem { bundle, summary }
}

fn java_store(sys: &Sys, path: &Path) -> (JavaStore, Option<Problem>) {
    match sys.read(path) {
        Ok(Some(bytes)) => match bytes.as_slice() {
            [0xfe, 0xed, 0xfe, 0xed, ..] => (JavaStore::Jks, None),
            [0x30, 0x80..=0xff, ..] => (JavaStore::Pkcs12, None),
            [] => (JavaStore::Unknown, Some(Problem::Empty)),
            text if text.starts_with(b"-----BEGIN") => (JavaStore::Pem, None),
            _ => (JavaStore::Unknown, None),
        },
        Ok(None) => (JavaStore::Unknown, Some(Problem::Missing)),
        Err(_) => (JavaStore::Unknown, Some(Problem::Unreadable)),
    }
}
