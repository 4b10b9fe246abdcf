//! Where a scan goes and where it does not.

use crate::found::{document, scan};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const TOKEN: &str = "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";

/// A home, and a folder beside it.
struct Ground(TempDir);

impl Ground {
    fn new() -> Self {
        let root = TempDir::with_prefix("doorkey-scan-").unwrap();
        fs::create_dir(root.path().join("home")).unwrap();
        Self(root)
    }

    fn home(&self) -> std::path::PathBuf {
        self.0.path().join("home")
    }

    /// Below the root, so that `home/x` lies in the home and `x` beside it.
    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// The files in which something was found, below the root.
    fn found(&self, words: &[&str]) -> Vec<String> {
        let document = document(&scan(&self.home(), &[words, &["--json"]].concat()));
        self.files(&document)
    }

    fn files(&self, document: &Value) -> Vec<String> {
        let path =
            |f: &Value| f["path"].as_str().map_or_else(|| format!("${}", f["variable"]), str::to_owned);
        let short = |p: String| {
            Path::new(&p).strip_prefix(self.0.path()).map_or(p.clone(), |p| p.to_str().unwrap().to_owned())
        };
        let mut files: Vec<String> =
            document["findings"].as_array().unwrap().iter().map(path).map(short).collect();
        files.sort();
        files
    }
}

#[test]
fn links_do_not_lead_out() {
    let ground = Ground::new();
    ground.write("outside/notes.txt", TOKEN);
    ground.write("outside/netrc", format!("machine x.example login a password {TOKEN}"));
    ground.write("home/dotfiles/my-netrc", format!("machine y.example login a password {}", "Blue-river-77"));
    let link = |to: &str, at: &str| symlink(ground.0.path().join(to), ground.home().join(at)).unwrap();
    link("outside", "folder");
    link("outside/notes.txt", "notes.txt");
    link("outside/netrc", "_netrc");
    link("home", "loop");
    // A file that is linked to by the name that its program knows is read by its meaning.
    link("home/dotfiles/my-netrc", ".netrc");
    assert_eq!(ground.found(&[]), ["home/.netrc"]);
    // Named on the command line it is inside.
    assert_eq!(ground.found(&["folder"]), ["outside/netrc", "outside/notes.txt"]);
}

#[test]
fn what_is_fetched_built_or_no_text_is_passed_over() {
    let ground = Ground::new();
    for file in ["node_modules/x/a.txt", "py/site-packages/a.txt", ".cargo/registry/a.txt", "cache/a.txt"] {
        ground.write(&format!("home/{file}"), TOKEN);
    }
    ground.write("home/cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55");
    ground.write("home/a.png", TOKEN);
    ground.write("home/binary", [b"\0\0".as_slice(), TOKEN.as_bytes()].concat());
    ground.write("home/kept/objects/a.txt", TOKEN);
    ground.write("home/repo/.git/HEAD", "");
    ground.write("home/repo/.git/refs/heads/main", "");
    ground.write("home/repo/.git/objects/12/34", TOKEN);
    // The environment of a program holds NUL bytes; a known file is read all the same.
    ground.write(
        "home/.bash_history",
        [b"\0".as_slice(), b"export X_TOKEN=", TOKEN.as_bytes(), b"\n"].concat(),
    );
    assert_eq!(ground.found(&[]), ["home/.bash_history", "home/kept/objects/a.txt"]);
    let all = ground.found(&["--all"]);
    assert_eq!(
        all,
        [
            "home/.bash_history",
            "home/.cargo/registry/a.txt",
            "home/cache/a.txt",
            "home/kept/objects/a.txt",
            "home/node_modules/x/a.txt",
            "home/py/site-packages/a.txt",
        ]
    );
}

#[test]
fn a_worktree_leads_to_its_repository_below_home() {
    let ground = Ground::new();
    for place in ["home/main", "outside"] {
        ground.write(&format!("{place}/.git/HEAD"), "ref: refs/heads/main\n");
        ground.write(&format!("{place}/.git/objects/x"), "");
        ground.write(&format!("{place}/.git/refs/x"), "");
        ground.write(
            &format!("{place}/.git/config"),
            "[remote \"o\"]\nurl = https://a:Blue-river-77@git.test/x\n",
        );
        ground.write(&format!("{place}/.git/worktrees/w/commondir"), "../..\n");
    }
    ground.write("home/trees/one/.git", "gitdir: ../../main/.git/worktrees/w\n");
    ground.write(
        "home/trees/two/.git",
        format!("gitdir: {}/outside/.git/worktrees/w\n", ground.0.path().display()),
    );
    ground.write("home/trees/three/.git", "gitdir: /dev/zero\n");
    assert_eq!(ground.found(&["trees"]), ["home/main/.git/config"]);
}

#[test]
fn a_file_that_is_too_large_is_said() {
    let ground = Ground::new();
    ground.write("home/large.txt", vec![b'a'; (16 << 20) + 1]);
    ground
        .write("home/nearly.txt", [vec![b'a'; (16 << 20) - 100], format!(" {TOKEN}").into_bytes()].concat());
    let document = document(&scan(&ground.home(), &["--json"]));
    assert_eq!(ground.files(&document), ["home/nearly.txt"]);
    assert!(document["missed"][0]["path"].as_str().unwrap().ends_with("large.txt"), "{document}");
    let people = scan(&ground.home(), &[]);
    assert!(
        String::from_utf8_lossy(&people.stderr).contains("~/large.txt: larger than 16 MiB"),
        "{people:?}"
    );
}

#[test]
fn pipes_and_odd_names_are_no_trouble() {
    let ground = Ground::new();
    let status = Command::new("mkfifo").arg(ground.home().join(".netrc")).status().unwrap();
    assert!(status.success());
    ground.write("home/a\nb\u{1b}[31m\u{202e}.txt", TOKEN);
    let deep = format!("home/{}x.txt", "d/".repeat(120));
    ground.write(&deep, TOKEN);
    let output = scan(&ground.home(), &[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
    assert!(shown.contains("1 secret;"), "deeper than 100 folders nothing is read: {shown}");
}

#[test]
fn the_environment_is_read_without_a_path_only() {
    let ground = Ground::new();
    ground.write("home/empty/x", "");
    ground.write("elsewhere/npmrc", format!("//r.example/:_authToken={}\n", "a1b2c3d4e5f6"));
    let run = |words: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_doorkey"))
            .args(["token", "scan", "--json"])
            .args(words)
            .env_clear()
            .env("HOME", ground.home())
            .env("GITLAB_TOKEN", "Blue-river-77")
            .env("INNOCENT", format!("x {TOKEN} y"))
            .env("PROXY", "http://corp:Blue-river-78@proxy.example:3128")
            .env("TOKEN_FILE", "/run/token")
            .env("API_TOKEN", "/run/secrets/token")
            .env("NPM_CONFIG_USERCONFIG", ground.0.path().join("elsewhere/npmrc"))
            .current_dir(ground.home())
            .output()
            .unwrap();
        ground.files(&document(&output))
    };
    assert_eq!(run(&[]), ["$\"GITLAB_TOKEN\"", "$\"INNOCENT\"", "$\"PROXY\"", "elsewhere/npmrc"]);
    assert!(run(&["empty"]).is_empty());
}

#[test]
fn a_path_that_is_not_there_is_an_error_and_nothing_is_written() {
    let ground = Ground::new();
    let output = scan(&ground.home(), &["absent", "--json"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(document(&output)["schema"], "doorkey/error/v1");
    assert!(fs::read_dir(ground.home()).unwrap().next().is_none());
}

#[test]
fn a_reader_that_goes_away_ends_the_scan() {
    let ground = Ground::new();
    for n in 0..2000 {
        ground.write(&format!("home/{n}.txt"), TOKEN);
    }
    let script = format!("\"{}\" token scan | head -n 1", env!("CARGO_BIN_EXE_doorkey"));
    let output = Command::new("sh")
        .args(["-c", &script])
        .env_clear()
        .env("HOME", ground.home())
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
}

#[test]
fn what_the_store_has_too_is_told() {
    let ground = Ground::new();
    let doorkey = |words: &[&str], input: &str| {
        let script = "printf %s \"$1\" | \"$0\" \"${@:2}\"";
        let output = Command::new("bash")
            .args(["-c", script, env!("CARGO_BIN_EXE_doorkey"), input])
            .args(words)
            .env_clear()
            .env("HOME", ground.home())
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        assert!(output.status.success(), "{words:?}: {output:?}");
    };
    let key = ground.0.path().join("key");
    doorkey(&["store", "init", "--key-file", key.to_str().unwrap()], "");
    doorkey(
        &["profile", "add", "acme", "--host", "git.test", "--owner", "acme", "--user", "ada", "--yes"],
        "",
    );
    doorkey(&["token", "add", "acme", "--host", "git.test", "--user", "ada", "--stdin", "--yes"], TOKEN);
    ground.write("home/notes.txt", TOKEN);
    let document = document(&scan(&ground.home(), &["--json"]));
    let finding = &document["findings"][0];
    assert_eq!(ground.files(&document), ["home/notes.txt"]);
    assert_eq!(
        finding["stored"],
        serde_json::json!({"profile": "acme", "origin": "https://git.test", "user": "ada"})
    );
    let people = String::from_utf8_lossy(&scan(&ground.home(), &[]).stdout).into_owned();
    assert!(people.contains("the store has it too"), "{people}");
}
