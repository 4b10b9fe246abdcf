//! A little program around go's own copy of golang.org/x/mod, which answers what its functions say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const MAIN: &str = r#"package main

import (
	"archive/zip"
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

func main() {
	if os.Args[1] == "zip" { // zip OUT NAME CONTENT...
		f, _ := os.Create(os.Args[2])
		w := zip.NewWriter(f)
		for i := 3; i < len(os.Args); i += 2 {
			one, _ := w.Create(os.Args[i])
			one.Write([]byte(os.Args[i+1]))
		}
		w.Close()
		f.Close()
		return
	}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		f := strings.Split(in.Text(), "\t")
		switch f[0] {
		case "match":
			fmt.Println(module.MatchPrefixPatterns(f[1], f[2]))
		case "version":
			_, major, ok := module.SplitPathVersion(f[1])
			fits := ok && module.CheckPathMajor(f[2], major) == nil
			fmt.Println(semver.IsValid(f[2]), f[2] != "" && module.CanonicalVersion(f[2]) == f[2], fits)
		}
	}
}
"#;

pub(crate) fn path() -> &'static Path {
    static BUILT: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    &BUILT
        .get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let go = fs::canonicalize("/usr/bin/go").unwrap();
            let source = go.parent().unwrap().parent().unwrap().join("src/cmd/vendor/golang.org/x/mod");
            let copied =
                Command::new("cp").arg("-rL").arg(source).arg(folder.path().join("mod")).status().unwrap();
            assert!(copied.success());
            let module = folder.path().join("mod");
            fs::create_dir_all(module.join("ask")).unwrap();
            fs::write(module.join("go.mod"), "module golang.org/x/mod\n\ngo 1.17\n").unwrap();
            fs::write(module.join("ask/main.go"), MAIN).unwrap();
            let program = folder.path().join("oracle");
            let built = Command::new("go")
                .args(["build", "-o"])
                .arg(&program)
                .arg("./ask")
                .current_dir(&module)
                .env("GOCACHE", folder.path().join("cache"))
                .env("GOENV", "off")
                .env("GOFLAGS", "")
                .output()
                .unwrap();
            assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
            (folder, program)
        })
        .1
}

/// One answer a question.
pub(crate) fn ask(questions: &[String]) -> Vec<String> {
    use std::io::Write;
    let mut child = Command::new(path())
        .arg("ask")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all((questions.join("\n") + "\n").as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    let answers: Vec<String> = String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), questions.len());
    answers
}
