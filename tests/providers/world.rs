//! A home with one profile and its token, and the host it is for.

use crate::server::{Answer, Proxy, Raw, Request, Root, Server, refs};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

/// The token in the store: nothing that is printed may hold a part of it.
pub(crate) const TOKEN: &str = "ghp_cAnArY5f0e9b7d2aQ8w1x3z6y4v2u0t7s5r";

/// A repository that git does not get to see, whoever logs in.
pub(crate) const HIDDEN: &str = "acme/hidden";

/// What a run of the program gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:#?}"))
    }
}

/// What came of one token, from `token check --json`.
pub(crate) struct Checked(pub(crate) Value);

impl Checked {
    pub(crate) fn codes(&self) -> Vec<&str> {
        self.0["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect()
    }

    pub(crate) fn outcome(&self) -> &str {
        self.0["outcome"].as_str().unwrap()
    }

    pub(crate) fn known(&self) -> &Value {
        &self.0["host"]["known"]
    }

    /// Why the host said nothing.
    pub(crate) fn why(&self) -> &str {
        self.0["host"]["why"].as_str().unwrap_or_default()
    }
}

pub(crate) struct World {
    folder: TempDir,
    pub(crate) root: Arc<Root>,
    pub(crate) server: Server,
    /// The proxy to a host of the real world.
    pub(crate) proxy: Option<Proxy>,
    host: String,
    token: String,
}

/// How a world is made.
pub(crate) struct Plan {
    pub(crate) provider: Option<&'static str>,
    /// A name of the real world, reached through a proxy of the test; `None` = this machine.
    pub(crate) host: Option<&'static str>,
    pub(crate) user: &'static str,
    pub(crate) token: String,
    /// The path of the repository at the host.
    pub(crate) repo: &'static str,
    /// Whether the profile names the repository under `[[verify]]`.
    pub(crate) verify: bool,
    /// Whether git lets the token in.
    pub(crate) git: bool,
    pub(crate) raw: Option<Arc<Raw>>,
    pub(crate) more: Vec<String>,
}

impl Plan {
    pub(crate) fn of(provider: &'static str) -> Self {
        Self {
            provider: Some(provider),
            host: None,
            user: "alice",
            token: TOKEN.into(),
            repo: "acme/app",
            verify: true,
            git: true,
            raw: None,
            more: Vec::new(),
        }
    }

    /// A host with this API; git's part of it is the same everywhere.
    pub(crate) fn with(self, api: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> World {
        let (user, token, lets_in) = (self.user, self.token.clone(), self.git);
        let api = move |request: &Request| {
            if !request.target.contains("/info/refs?service=git-upload-pack") {
                return api(request);
            }
            match request.basic() {
                Some((name, password)) if lets_in && name == user && password == token => {
                    let hidden = request.target.starts_with(&format!("/{HIDDEN}.git/"));
                    if hidden { Answer::html(404) } else { refs() }
                }
                _ => Answer::html(401).with("WWW-Authenticate", "Basic realm=\"stand-in\""),
            }
        };
        let root = Arc::new(Root::new());
        let server = Server::start(&root, Arc::new(api), self.raw.clone());
        let proxy = self.host.map(|_| Proxy::start_to(Some(server.port)));
        let host = self.host.map_or_else(|| format!("localhost:{}", server.port), str::to_owned);
        let folder = TempDir::with_prefix("doorkey-").unwrap();
        let world = World { folder, root, server, proxy, host, token: self.token.clone() };
        world.prepare(&self);
        world
    }
}

impl World {
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub(crate) fn host(&self) -> String {
        self.host.clone()
    }

    fn prepare(&self, plan: &Plan) {
        fs::create_dir(self.path("home")).unwrap();
        fs::set_permissions(self.path("home"), fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(self.path("root.pem"), self.root.pem()).unwrap();
        let (key, root) = (self.path("vault-key"), self.path("root.pem"));
        self.run(&["store", "init", "--key-file", key.to_str().unwrap()], "").code(0);
        let (host, owner) = (self.host(), plan.repo.split('/').next().unwrap());
        let repo = format!("https://{host}/{}.git", plan.repo);
        let mut add =
            vec!["profile", "add", "acme", "--host", &host, "--owner", owner, "--transport", "https"];
        add.extend(["--user", plan.user, "--yes"]);
        if !plan.more.iter().any(|word| word == "--no-ca") {
            add.extend(["--ca", root.to_str().unwrap()]);
        }
        if let Some(provider) = plan.provider {
            add.extend(["--provider", provider]);
        }
        let proxy = self.proxy.as_ref().map(|p| format!("http://127.0.0.1:{}", p.port));
        if let Some(proxy) = &proxy {
            add.extend(["--proxy", proxy]);
        }
        if plan.verify {
            add.extend(["--verify", &repo]);
        }
        add.extend(plan.more.iter().filter(|word| *word != "--no-ca").map(String::as_str));
        self.run(&add, "").code(0);
        self.run(&["token", "add", "acme", "--user", plan.user, "--stdin", "--yes"], &plan.token).code(0);
        self.run(&["use", "acme", "--yes"], "").code(0);
    }

    /// Adds lines to the profile's file.
    pub(crate) fn edit_profile(&self, change: impl Fn(String) -> String) {
        let path = self.path("home/.config/doorkey/profiles/acme.toml");
        let text = change(fs::read_to_string(&path).unwrap());
        fs::write(&path, text).unwrap();
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorkey"));
        command.env_clear().env("HOME", self.path("home")).env("PATH", std::env::var_os("PATH").unwrap());
        command.current_dir(self.path("home"));
        command
    }

    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command();
        command.args(arguments);
        self.finish(command, input)
    }

    /// Runs to the end, and looks for the token in what came out.
    #[track_caller]
    pub(crate) fn finish(&self, mut command: Command, input: &str) -> Ran {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Who refuses the arguments does not wait for the rest.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let ran =
            Ran { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) };
        let tail = &self.token[self.token.len().saturating_sub(12)..];
        assert!(!ran.out.contains(tail) && !ran.err.contains(tail), "the token came out: {ran:#?}");
        ran
    }

    /// `token check` for the one token there is.
    #[track_caller]
    pub(crate) fn check(&self) -> Checked {
        self.check_with(&[]).1
    }

    #[track_caller]
    pub(crate) fn check_with(&self, more: &[&str]) -> (i32, Checked) {
        let mut arguments = vec!["token", "check", "acme", "--json"];
        arguments.extend(more);
        let ran = self.run(&arguments, "");
        let mut document = ran.json();
        assert_eq!(document["schema"], "doorkey/token-check/v1", "{document}");
        assert_eq!(document["tokens"].as_array().unwrap().len(), 1);
        (ran.code, Checked(document["tokens"][0].take()))
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// A day from now on, in a form of strftime(3).
pub(crate) fn form(days: i64, form: &str) -> String {
    jiff::Timestamp::from_second(now() + days * 86_400).unwrap().strftime(form).to_string()
}

/// Inode and times of every file below a folder: equal only when nothing was written.
pub(crate) fn stamps(folder: &std::path::Path) -> Vec<(PathBuf, u64, i64, i64)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let meta = fs::symlink_metadata(&path).unwrap();
        if meta.is_dir() {
            found.extend(stamps(&path));
        } else {
            found.push((path, meta.ino(), meta.mtime(), meta.mtime_nsec()));
        }
    }
    found.sort();
    found
}
