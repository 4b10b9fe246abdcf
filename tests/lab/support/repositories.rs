//! The private repositories, made by `git fast-import`, owned by the user `git`.

use super::etc::GIT_UID;
use super::identity::IDENTITIES;
use super::namespace::ROOT;
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The one object of the LFS repository, and its SHA-256 (its name in git-lfs).
pub(crate) const LFS_OBJECT: &str = "a large file of acme\n";

/// Folder that holds `OWNER/NAME.git`.
pub(crate) fn folder() -> PathBuf {
    Path::new(ROOT).join("repositories")
}

/// SHA-256 of [`LFS_OBJECT`] in hex.
pub(crate) fn lfs_oid() -> String {
    use sha2::Digest;
    sha2::Sha256::digest(LFS_OBJECT).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string");
        hex
    })
}

/// Makes all repositories: app, tools and lib for each owner, the consumers' kinds for acme and globex.
pub(crate) fn make() {
    std::fs::create_dir_all(folder()).expect("a folder");
    std::os::unix::fs::chown(folder(), Some(GIT_UID), Some(GIT_UID)).expect("its owner");
    for identity in IDENTITIES.into_iter().filter(|identity| identity.owner != "personal") {
        let owner = identity.owner;
        for name in ["app", "tools", "lib"] {
            make_one(&format!("{owner}/{name}"), &[file("README", &format!("{owner}/{name}\n"))]);
        }
        // Hosts take owners without regard to case; nginx's maps do too.
        let capital = owner[..1].to_uppercase() + &owner[1..];
        std::os::unix::fs::symlink(owner, folder().join(capital)).expect("a link");
    }
    make_one("acme/sub/deep", &[file("README", "acme/sub/deep\n")]);
    for owner in ["acme", "globex"] {
        make_kinds(owner);
    }
    make_one(
        "acme/submods",
        &[
            file(
                ".gitmodules",
                "[submodule \"lib\"]\n\tpath = lib\n\turl = ../lib.git\n\
                 [submodule \"shared\"]\n\tpath = shared\n\turl = ../../globex/lib.git\n",
            ),
            format!("M 160000 {} lib\n", head("acme/lib")),
            format!("M 160000 {} shared\n", head("globex/lib")),
        ],
    );
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n",
        lfs_oid(),
        LFS_OBJECT.len()
    );
    make_one(
        "acme/lfs",
        &[file(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n"), file("large.bin", &pointer)],
    );
}

/// One package of each kind that other tools fetch through git.
fn make_kinds(owner: &str) {
    make_one(
        &format!("{owner}/gomod"),
        &[
            file("go.mod", &format!("module git.test/{owner}/gomod\n\ngo 1.19\n")),
            file("gomod.go", &format!("package gomod\n\nfunc Hello() string {{ return \"{owner}\" }}\n")),
        ],
    );
    make_one(
        &format!("{owner}/npmpkg"),
        &[
            file(
                "package.json",
                &format!("{{\"name\":\"{owner}-npmpkg\",\"version\":\"1.0.0\",\"main\":\"index.js\"}}\n"),
            ),
            file("index.js", &format!("module.exports = '{owner}';\n")),
        ],
    );
    make_one(
        &format!("{owner}/crate"),
        &[
            file(
                "Cargo.toml",
                &format!("[package]\nname = \"{owner}-crate\"\nversion = \"1.0.0\"\nedition = \"2021\"\n"),
            ),
            file("src/lib.rs", &format!("pub fn hello() -> &'static str {{ \"{owner}\" }}\n")),
        ],
    );
    // A build backend inside the package: pip then needs nothing from an index.
    make_one(
        &format!("{owner}/pypkg"),
        &[
            file(
                "pyproject.toml",
                "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n",
            ),
            file("backend.py", &PYTHON_BACKEND.replace("OWNER", owner)),
        ],
    );
}

const PYTHON_BACKEND: &str = r#"import zipfile


def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "OWNER_pypkg-1.0.0-py3-none-any.whl"
    info = "OWNER_pypkg-1.0.0.dist-info/"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        wheel.writestr("OWNER_pypkg.py", "owner = 'OWNER'\n")
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: OWNER-pypkg\nVersion: 1.0.0\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: lab\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(info + "RECORD", "")
    return name
"#;

/// One line of a fast-import commit: a file with its content.
fn file(path: &str, content: &str) -> String {
    format!("M 100644 inline {path}\ndata {}\n{content}\n", content.len())
}

/// A bare repository with one commit on `main`, tagged v1.0.0. Fixed dates, so that commits are the same at each start.
fn make_one(name: &str, changes: &[String]) {
    let path = folder().join(format!("{name}.git"));
    git(
        &[
            "init",
            "--quiet",
            "--bare",
            "--template=",
            "--initial-branch=main",
            path.to_str().expect("a path"),
        ],
        "",
    );
    let who = "Lab <lab@git.test> 1700000000 +0000";
    let mut stream = format!("commit refs/heads/main\nmark :1\ncommitter {who}\ndata 5\nBegin\n");
    stream.extend(changes.iter().map(String::as_str));
    write!(stream, "\nreset refs/tags/v1.0.0\nfrom :1\n\n").expect("a string");
    git(&["-C", path.to_str().expect("a path"), "fast-import", "--quiet"], &stream);
}

/// The commit that `main` names.
fn head(name: &str) -> String {
    let path = folder().join(format!("{name}.git"));
    git(&["-C", path.to_str().expect("a path"), "rev-parse", "main"], "").trim().to_owned()
}

/// Runs git as the owner of the repositories.
fn git(arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("git")
        .args(arguments)
        .uid(GIT_UID)
        .gid(GIT_UID)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("git reads");
    let output = child.wait_with_output().expect("git ends");
    assert!(output.status.success(), "git {arguments:?}: {}", output.status);
    String::from_utf8(output.stdout).expect("text")
}
