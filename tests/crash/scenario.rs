//! A command, the home it starts from, and the two states that may be read: before it and after it.

use crate::home::{Home, Ran, Tree, feed};
use crate::points::{Point, read_log, under_strace};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What the programs of the user read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct View {
    git: String,
    ssh: String,
    profiles: String,
    current: String,
    tokens: String,
    in_use: String,
    users_files: String,
}

pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    home: Home,
    arguments: Vec<&'static str>,
    input: &'static str,
    pub(crate) old: View,
    pub(crate) new: View,
    pub(crate) points: Vec<Point>,
}

impl Scenario {
    /// `setup` brings the home into the state before; `arguments` (and `input`) are the command.
    pub(crate) fn new(
        name: &'static str,
        setup: impl FnOnce(&Home),
        arguments: &[&'static str],
        input: &'static str,
    ) -> Self {
        // No disk waits for a sync there, and no power is cut in these tests.
        let home = Home::empty_below(Path::new("/dev/shm"));
        // Something of the user's own in every file that is touched.
        home.write(".gitconfig", "[user]\n\tname = Me\n# end", 0o644);
        home.write(".ssh/config", "Host *\n  ServerAliveInterval 30\n", 0o600);
        home.write(".ssh/id_acme", "not a key\n", 0o600);
        home.prepare();
        setup(&home);
        let copy = home.outside("before");
        cp(&home.dir(), &copy);
        let mut scenario = Self {
            name,
            old: view(&home),
            new: view(&home),
            home,
            arguments: arguments.to_vec(),
            input,
            points: Vec::new(),
        };
        let log = scenario.home.outside("log");
        let output = scenario.strace(&["-o", log.to_str().unwrap()]);
        assert!(output.status.success(), "{name}: {:#?}", Ran::of(&output));
        scenario.points = read_log(&log);
        assert!(scenario.points.len() > 5, "{name}: {:#?}", scenario.points);
        scenario.new = view(&scenario.home);
        assert_ne!(scenario.old, scenario.new, "{name} changes nothing that is read");
        scenario.assert_tidy("after a quiet run");
        scenario
    }

    /// Puts the home back to the state before the command.
    pub(crate) fn rewind(&self) {
        let status = Command::new("rm").arg("-rf").arg(self.home.dir()).status().unwrap();
        assert!(status.success());
        cp(&self.home.outside("before"), &self.home.dir());
    }

    fn command(&self) -> Command {
        let mut command = with_helper(self.home.doorkey(), &self.home);
        command.args(&self.arguments);
        command
    }

    /// The command once more, by itself.
    pub(crate) fn run(&self) -> Ran {
        feed(self.command(), self.input.as_bytes())
    }

    /// The command under strace.
    pub(crate) fn strace(&self, arguments: &[&str]) -> Output {
        let mut command = under_strace(&self.command(), arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), self.input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Runs it until the point and kills it there; says whether it was killed.
    pub(crate) fn kill_at(&self, point: &Point) -> bool {
        let inject = format!("inject={}:signal=KILL:when={}", point.call, point.when);
        self.strace(&["-o", "/dev/null", "-e", &inject]).status.signal() == Some(9)
    }

    /// Another command that changes things, and has nothing to do itself: what was interrupted is taken back.
    pub(crate) fn run_another(&self) -> Ran {
        self.home.run(&["doctor", "--fix", "--only", "run-interrupted", "--yes"])
    }

    pub(crate) fn view(&self) -> View {
        view(&self.home)
    }

    /// A file of the user's.
    pub(crate) fn text(&self, below: &str) -> String {
        self.home.text(below)
    }

    /// What git gets for a repository.
    pub(crate) fn given(&self, path: &str) -> String {
        let request = format!("protocol=https\nhost=git.test\npath={path}\n\n");
        self.home.run_with(&["credential", "get"], request.as_bytes()).out
    }

    /// What docker gets for a registry.
    pub(crate) fn docker(&self, registry: &str) -> String {
        let helper = self.home.path("bin/docker-credential-doorkey");
        let mut command = self.home.program(helper.to_str().unwrap());
        command.arg("get");
        feed(command, registry.as_bytes()).out
    }

    /// What cargo gets for an index.
    pub(crate) fn cargo(&self, index: &str) -> String {
        let launcher = self.home.state().join("bin/doorkey");
        let mut command = self.home.program(launcher.to_str().unwrap());
        command.arg("--cargo-plugin");
        let question = format!("{{\"v\":1,\"kind\":\"get\",\"registry\":{{\"index-url\":\"{index}\"}}}}\n");
        feed(command, question.as_bytes()).out
    }

    /// Whether ssh-keygen reads a private key.
    pub(crate) fn reads_key(&self, file: &str) -> bool {
        let read = ["-y", "-P", "", "-f", file];
        self.home.program("ssh-keygen").args(read).output().unwrap().status.success()
    }

    /// What npm finds in a session of a profile.
    pub(crate) fn npm(&self, profile: &str) -> String {
        self.home.run(&["exec", profile, "--", "env"]).out
    }

    pub(crate) fn tree(&self) -> Tree {
        self.home.tree()
    }

    pub(crate) fn locks(&self) -> Vec<PathBuf> {
        self.home.tree().into_keys().filter(|p| p.extension().is_some_and(|e| e == "lock")).collect()
    }

    /// No new file, lock or begun entry is left.
    pub(crate) fn assert_tidy(&self, at: &str) {
        let left: Vec<PathBuf> = self
            .home
            .tree()
            .into_keys()
            .filter(|p| {
                let name = p.file_name().unwrap().to_string_lossy().into_owned();
                name.contains("doorkey-new") || name.ends_with(".lock") || name.ends_with(".begun")
            })
            .collect();
        assert!(left.is_empty(), "{}, {at}: {left:?} is left", self.name);
        // Each generation is whole.
        for folder in std::fs::read_dir(self.home.state().join("generations")).into_iter().flatten() {
            let folder = folder.unwrap().path();
            for file in ["gitconfig", "ssh_config", "routes", "in-force"] {
                assert!(
                    folder.join(file).is_file(),
                    "{}, {at}: {} has no {file}",
                    self.name,
                    folder.display()
                );
            }
        }
    }
}

/// The command with the home's `bin` in PATH, where docker finds its helper.
pub(crate) fn with_helper(mut command: Command, home: &Home) -> Command {
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{path}", home.path("bin").display()));
    command
}

fn cp(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

/// What git, ssh and doorkey read, without the numbers of generations.
fn view(home: &Home) -> View {
    let ask = |program: &str, arguments: &[&str]| {
        let output = home.program(program).args(arguments).output().unwrap();
        assert!(output.status.success(), "{program} {arguments:?}: {:#?}", Ran::of(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        without_numbers(&text)
    };
    let doorkey = |arguments: &[&str]| without_numbers(&home.run(arguments).out);
    let config = home.path(".ssh/config");
    let ssh =
        ask("ssh", &["-G", "-F", config.to_str().unwrap(), "git@git.test", "git-upload-pack 'acme/app.git'"]);
    let request = b"protocol=https\nhost=git.test\npath=acme/app.git\n\n";
    View {
        git: ask("git", &["config", "--global", "--includes", "--list"]),
        ssh: ssh.lines().filter(|l| l.starts_with("identit") || l.contains("knownhosts")).collect(),
        profiles: doorkey(&["profile", "list", "--json"])
            .lines()
            .filter(|l| !l.contains("in-force"))
            .collect(),
        current: doorkey(&["current", "--json"]),
        tokens: doorkey(&["token", "list", "--json"])
            .lines()
            .filter(|l| !["\"added\"", "\"since\"", "\"version\""].iter().any(|k| l.contains(k)))
            .map(|l| format!("{l}\n"))
            .collect(),
        in_use: home.run_with(&["credential", "get"], request).out,
        users_files: home
            .users_tree()
            .iter()
            // A key of a run that did not end is set aside.
            .filter(|(path, _)| path.extension().is_none_or(|e| e != "undone"))
            .map(|(path, (mode, content, link))| {
                let text = String::from_utf8_lossy(content);
                // A key made by ssh-keygen is another one each time.
                let key = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("id_ed25519"));
                let text = if key { "(a key)" } else { &*text };
                format!("{} {mode:o} {link:?} {text:?}\n", path.display())
            })
            .collect(),
    }
}

fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    let mut digits = 0;
    for c in text.chars() {
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        if digits == 6 {
            out.truncate(out.len() - 5);
            out.push('N');
        } else {
            out.push(c);
        }
    }
    out
}

impl View {
    fn parts(&self) -> [(&'static str, &String); 7] {
        [
            ("git", &self.git),
            ("ssh", &self.ssh),
            ("profiles", &self.profiles),
            ("current", &self.current),
            ("tokens", &self.tokens),
            ("in use", &self.in_use),
            ("files", &self.users_files),
        ]
    }

    #[track_caller]
    pub(crate) fn assert_is(&self, wanted: &Self, at: &str) {
        for ((what, now), (_, wanted)) in self.parts().into_iter().zip(wanted.parts()) {
            assert!(now == wanted, "{at}\n{what} is\n{now}\nand not\n{wanted}");
        }
    }

    /// All of it is the old state, or all of it is the new one.
    #[track_caller]
    pub(crate) fn assert_either(&self, old: &Self, new: &Self, at: &str) {
        if self != old {
            self.assert_is(new, &format!("{at}\nneither the old state nor the new one"));
        }
    }

    /// Whether each part is the old or the new one, and the parts that other programs read change together.
    pub(crate) fn assert_between(&self, old: &Self, new: &Self, at: &str) {
        let parts = [
            ("git", &self.git, &old.git, &new.git),
            ("ssh", &self.ssh, &old.ssh, &new.ssh),
            ("profiles", &self.profiles, &old.profiles, &new.profiles),
            ("current", &self.current, &old.current, &new.current),
            ("tokens", &self.tokens, &old.tokens, &new.tokens),
            ("in use", &self.in_use, &old.in_use, &new.in_use),
        ];
        for (what, now, old, new) in parts {
            // The include line is there before what it reads: git lists it, and nothing follows from it.
            let early =
                what == "git" && [old, new].map(|s| without_include(s)).contains(&without_include(now));
            assert!(now == old || now == new || early, "{at}: {what} is neither old nor new: {now}");
        }
    }
}

fn without_include(git: &str) -> String {
    git.lines().filter(|l| !l.starts_with("include.path=")).collect()
}
