//! git's own test suite for credential helpers, `t0303-credential-external.sh`, with doorkey as the helper.
//!
//! It asks for things that doorkey does not do by itself: keep credentials of hosts that no profile names, and forget
//! one that was refused. A test profile with the compatibility settings does.

use crate::support::{Home, Lab, trial};
use libtest_mimic::Trial;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("t0303_gits_own_suite_passes", gits_own_suite_passes),
        trial("t0303_without_compatibility_nothing_is_kept", without_compatibility_nothing_is_kept),
    ]
}

/// The suite looks for a build of git around it. Only `test-tool env-helper` is asked of the build, by newer suites.
const TEST_TOOL: &str = r#"#!/bin/sh
case "$1 $2 $4" in 'env-helper --type=bool --exit-code') ;; *) echo "not built: test-tool $*" >&2; exit 99;; esac
default=${3#--default=}
eval "value=\${$5-$default}"
case $value in true|1|yes|on) exit 0;; *) exit 1;; esac
"#;

const BUILD_OPTIONS: &str =
    "SHELL_PATH=/bin/sh\nPERL_PATH=/usr/bin/perl\nDIFF=diff\nX=\nNO_PERL=\nNO_PYTHON=1\n";

/// A home with one profile, and doorkey on the search path under the name by which git finds helpers.
fn home(compat: &str) -> Home {
    let mut home = Home::fresh("t0303");
    let folder = home.path.join("bin");
    std::fs::create_dir(&folder).expect("a folder");
    std::os::unix::fs::symlink(Lab::doorkey(), folder.join("git-credential-doorkey")).expect("a link");
    // The suite makes a home of its own, so doorkey's folders are named.
    home.set_env("PATH", format!("{}:{}", folder.display(), crate::support::namespace::PATH));
    home.set_env("DOORKEY_CONFIG_DIR", home.path.join("config"));
    home.set_env("DOORKEY_STATE_DIR", home.path.join("state"));
    home.doorkey(["store", "init", "--key-file", "vault.key"]).ok();
    home.doorkey(["profile", "add", "compat", "--host", "compat.test", "--yes"]).ok();
    let profile = home.read("config/profiles/compat.toml") + compat;
    home.write("config/profiles/compat.toml", profile, 0o600);
    home.doorkey(["use", "compat", "--yes"]).ok();
    home
}

fn gits_own_suite_passes() {
    let home = home("\n[compat]\nstore-unknown-origins = true\nforget-on-erase = true\n");
    for (number, git) in Lab::get().gits().iter().enumerate() {
        let build = format!("build-{number}");
        home.write(format!("{build}/GIT-BUILD-OPTIONS"), BUILD_OPTIONS, 0o644);
        for folder in ["templates/blt/empty", "perl/build/lib/empty"] {
            home.write(format!("{build}/{folder}"), "", 0o644);
        }
        copy(&suite(), Path::new(&format!("{build}/t")), &home);
        home.write(format!("{build}/t/helper/test-tool"), TEST_TOOL, 0o755);
        // A folder with this one git: the search path begins with it.
        home.write(format!("{build}/git/empty"), "", 0o644);
        let folder = home.path.join(format!("{build}/git"));
        std::os::unix::fs::symlink(git, folder.join("git")).expect("a link");
        let output = home
            .call(["sh", "./t0303-credential-external.sh", "-v"])
            .in_folder(format!("{build}/t"))
            .env("GIT_TEST_INSTALLED", folder)
            .env("GIT_TEST_CREDENTIAL_HELPER", "doorkey")
            .limit(Duration::from_secs(300))
            .run();
        output
            .ok()
            .says("# passed all ")
            .says("helper (doorkey) can store empty username")
            .does_not_say("not ok");
        let passed = output.stdout.lines().filter(|line| line.starts_with("ok ")).count();
        assert!(passed >= 12, "{passed} tests of the suite with {}\n{output}", git.display());
    }
}

/// What `tests/setup` has put there.
fn suite() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/git-suite/t");
    assert!(
        folder.join("t0303-credential-external.sh").is_file(),
        "{} is missing: git's test suite comes from Debian's source package. Run tests/setup.",
        folder.display()
    );
    folder
}

fn copy(from: &Path, to: &Path, home: &Home) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &to, home);
        } else {
            home.write(&to, std::fs::read(&path).expect("a file"), 0o755);
        }
    }
}

fn without_compatibility_nothing_is_kept() {
    let home = home("");
    let helper = ["git", "-c", "credential.helper=doorkey", "credential"];
    for git in Lab::get().gits() {
        let call = |verb: &str, request: &str| {
            let git = git.to_str().expect("a path");
            home.call([git].into_iter().chain(helper[1..].iter().copied()).chain([verb])).stdin(request).run()
        };
        call("approve", "protocol=https\nhost=example.com\nusername=u\npassword=secret-of-another\n\n").ok();
        let asked = call("fill", "protocol=https\nhost=example.com\n\n");
        asked.exits(128).does_not_say("secret-of-another");
    }
    home.doorkey(["token", "list"]).ok().says("There are no tokens");
}
