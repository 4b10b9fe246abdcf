//! A machine with a module proxy of files, so that go needs no network.

use crate::go_oracle;
use doorkey::engine::why::go::{GoRungs, look};
use doorkey::sys::Sys;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) env: BTreeMap<String, String>,
}

impl World {
    /// With example.com/m v1.0.0 and example.com/m/v2 v2.0.0 in the proxy, and a module that requires the first.
    pub(crate) fn new() -> Self {
        let world = Self::bare();
        let at = |p: &str| world.path(p);
        for (path, version) in [("example.com/m", "v1.0.0"), ("example.com/m/v2", "v2.0.0")] {
            let dir = at("proxy").join(path).join("@v");
            fs::create_dir_all(&dir).unwrap();
            let text = format!("module {path}\n\ngo 1.17\n");
            fs::write(dir.join(format!("{version}.mod")), &text).unwrap();
            fs::write(dir.join(format!("{version}.info")), format!("{{\"Version\":\"{version}\"}}")).unwrap();
            fs::write(dir.join("list"), format!("{version}\n")).unwrap();
            let root = format!("{path}@{version}");
            let made = Command::new(go_oracle::path())
                .arg("zip")
                .arg(dir.join(format!("{version}.zip")))
                .args([
                    format!("{root}/go.mod"),
                    text,
                    format!("{root}/m.go"),
                    "package m\n\nconst X = 1\n".into(),
                ])
                .args([format!("{root}/in/in.go"), "package in\n".into()])
                .status()
                .unwrap();
            assert!(made.success());
        }
        world.good("env", &["env", "-w", &format!("GOPROXY=file://{}", world.path("proxy").display())]);
        world.good("env", &["env", "-w", "GONOSUMDB=example.com"]);
        world.write("app/go.mod", "module example.com/app\n\ngo 1.17\n\nrequire example.com/m v1.0.0\n");
        world.write(
            "app/main.go",
            "package main\n\nimport \"example.com/m\"\n\nfunc main() { println(m.X) }\n",
        );
        world.good("tidy", &["mod", "tidy"]);
        world
    }

    /// With nothing but a home.
    pub(crate) fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |p: &str| folder.path().join(p);
        fs::create_dir_all(at("home")).unwrap();
        fs::create_dir_all(at("app")).unwrap();
        let text = |p: PathBuf| p.to_str().unwrap().to_owned();
        let env = BTreeMap::from([
            ("HOME".to_owned(), text(at("home"))),
            ("PATH".to_owned(), "/usr/bin:/bin".to_owned()),
            ("DOORKEY_CONFIG_DIR".to_owned(), text(at("doorkey"))),
            ("DOORKEY_STATE_DIR".to_owned(), text(at("state"))),
            ("GOCACHE".to_owned(), text(go_oracle::path().parent().unwrap().join("cache"))),
        ]);
        Self { folder, env }
    }

    pub(crate) fn path(&self, p: &str) -> PathBuf {
        self.folder.path().join(p)
    }

    pub(crate) fn write(&self, p: &str, text: &str) {
        let path = self.path(p);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn edit(&self, p: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(p)).unwrap();
        assert!(text.contains(from), "{p} lacks {from:?}:\n{text}");
        self.write(p, &text.replace(from, to));
    }

    pub(crate) fn shell(&self, line: &str) -> (bool, String) {
        let out = Command::new("sh")
            .args(["-c", line])
            .env_clear()
            .envs(&self.env)
            .current_dir(self.path("app"))
            .output()
            .unwrap();
        (
            out.status.success(),
            String::from_utf8_lossy(&out.stderr).trim().to_owned()
                + String::from_utf8_lossy(&out.stdout).trim(),
        )
    }

    fn good(&self, what: &str, args: &[&str]) {
        let line = args.iter().map(|a| format!("'{a}'")).collect::<Vec<_>>().join(" ");
        let (ok, said) = self.shell(&format!("go {line}"));
        assert!(ok, "{what}: {said}");
    }

    pub(crate) fn sys(&self) -> Sys {
        Sys::with_env(self.env.iter().map(|(k, v)| (OsString::from(k), OsString::from(v))))
    }

    pub(crate) fn look(&self, module: &str, version: Option<&str>) -> GoRungs {
        look(&self.sys(), module, version, &self.path("app"))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // go makes its cache read-only.
        let _ = Command::new("chmod").args(["-R", "u+w"]).arg(self.folder.path()).status();
    }
}
