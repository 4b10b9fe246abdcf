//! Each fault is planted, go fails with its own words, `look` names it, and after the repair go succeeds.

use crate::go_world::World;
use doorkey::engine::why::go::GoRungs;
use std::fs;

fn codes(found: &GoRungs) -> Vec<&'static str> {
    found.rungs.iter().chain(&found.notes).filter_map(|r| r.code).collect()
}

struct Row {
    code: &'static str,
    plant: fn(&mut World),
    /// What go is asked to do, and the words of its failure.
    go: (&'static str, &'static str),
    /// What a person does, where the repair is no command.
    by_hand: Option<fn(&mut World)>,
}

const BUILD: &str = "go build -o /dev/null .";
const FETCH: &str = "go mod download example.com/m/v2@v2.0.0";

const ROWS: &[Row] = &[
    Row {
        code: "go-proxy-invalid",
        plant: |w| drop(w.env.insert("GOPROXY".into(), "htp://proxy.test".into())),
        go: (FETCH, "invalid proxy URL scheme"),
        by_hand: None,
    },
    Row {
        code: "go-proxy-invalid",
        plant: |w| drop(w.env.insert("GOPROXY".into(), " , ".into())),
        go: (FETCH, "contains no entries"),
        by_hand: None,
    },
    Row {
        code: "go-proxy-off",
        plant: |w| drop(w.env.insert("GOPROXY".into(), "off".into())),
        go: (FETCH, "disabled by GOPROXY=off"),
        by_hand: None,
    },
    Row {
        code: "go-version-illegal",
        plant: |w| w.edit("app/go.mod", " v1.0.0", " 1.0.0"),
        go: (BUILD, "invalid"),
        by_hand: Some(|w| w.edit("app/go.mod", " 1.0.0", " v1.0.0")),
    },
    Row {
        code: "go-major-suffix-missing",
        plant: |w| w.edit("app/go.mod", "example.com/m v1.0.0", "example.com/m v2.0.0"),
        go: (BUILD, "should be v0 or v1, not v2"),
        by_hand: Some(|w| {
            w.edit("app/go.mod", "example.com/m v2.0.0", "example.com/m/v2 v2.0.0");
            w.edit("app/main.go", "example.com/m\"", "example.com/m/v2\"");
            assert!(w.shell("go mod tidy").0);
        }),
    },
    Row {
        code: "go-mod-syntax",
        plant: |w| w.edit("app/go.mod", "require example.com/m", "requires example.com/m"),
        go: (BUILD, "unknown directive: requires"),
        by_hand: Some(|w| w.edit("app/go.mod", "requires example.com/m", "require example.com/m")),
    },
    Row {
        code: "go-replace-points-nowhere",
        plant: |w| w.edit("app/go.mod", "require", "replace example.com/m => ./gone\n\nrequire"),
        go: (BUILD, "gone"),
        by_hand: None,
    },
    Row {
        code: "go-vendor-inconsistent",
        plant: |w| {
            w.write("app/vendor/modules.txt", "# example.com/m v0.9.0\n## explicit\nexample.com/m\n");
            w.write("app/vendor/example.com/m/m.go", "package m\n\nconst X = 1\n");
        },
        go: (BUILD, "is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt"),
        by_hand: None,
    },
    Row {
        code: "go-sum-missing",
        plant: |w| fs::remove_file(w.path("app/go.sum")).unwrap(),
        go: (BUILD, "missing go.sum entry"),
        by_hand: None,
    },
    Row {
        code: "go-sum-malformed",
        plant: |w| w.edit("app/go.sum", "example.com/m v1.0.0 h1:", "<<<<<<< HEAD\nexample.com/m v1.0.0 h1:"),
        // go stops reading there, and misses what stands behind.
        go: (BUILD, "missing go.sum entry"),
        by_hand: Some(|w| w.edit("app/go.sum", "<<<<<<< HEAD\n", "")),
    },
    Row {
        code: "go-flags-mod-vendor",
        plant: |w| drop(w.env.insert("GOFLAGS".into(), "-mod=vendor".into())),
        go: (BUILD, "vendor"),
        by_hand: None,
    },
    Row {
        code: "go-cache-edited",
        plant: |w| {
            assert!(w.shell("chmod -R u+w \"$HOME/go\"").0);
            w.write("home/go/pkg/mod/example.com/m@v1.0.0/m.go", "package m\n\nconst X = 2\n");
        },
        go: ("go mod verify", "dir has been modified"),
        by_hand: None,
    },
    Row {
        code: "go-cache-zip-damaged",
        plant: |w| {
            assert!(w.shell("chmod -R u+w \"$HOME/go\"; rm -rf \"$HOME/go/pkg/mod/example.com\"").0);
            let zip = w.path("home/go/pkg/mod/cache/download/example.com/m/@v/v1.0.0.zip");
            let bytes = fs::read(&zip).unwrap();
            fs::write(&zip, &bytes[..bytes.len() / 2]).unwrap();
        },
        go: (BUILD, "not a valid zip file"),
        by_hand: None,
    },
];

#[test]
fn each_fault_is_named_and_mended() {
    let mut wrong = Vec::new();
    for row in ROWS {
        let mut world = World::new();
        let clean = codes(&world.look("example.com/m", None));
        assert!(clean.is_empty(), "before anything is planted: {clean:?}");
        (row.plant)(&mut world);
        let (ok, said) = world.shell(row.go.0);
        let found = world.look("example.com/m", None);
        let rung = found.rungs.iter().find(|r| r.code == Some(row.code));
        let repair = rung.and_then(|r| r.repair.clone()).unwrap_or_default();
        match row.by_hand {
            Some(mend) => mend(&mut world),
            None => match repair.strip_prefix("unset ") {
                Some(name) => drop(world.env.remove(name)),
                None => {
                    let line = repair.rsplit_once(": ").map_or(repair.as_str(), |(_, line)| line);
                    let (ok, said) = world.shell(line);
                    if !ok {
                        wrong.push(format!("{}: the repair {line:?} fails: {said}", row.code));
                    }
                }
            },
        }
        let (after, said_after) = world.shell(row.go.0);
        let left = codes(&world.look("example.com/m", None));
        let words = said.lines().find(|l| l.contains(row.go.1)).unwrap_or("?").trim();
        println!("{:<26} | {:<30} | go: {words}", row.code, if after { "mended" } else { "NOT MENDED" });
        if ok || !said.contains(row.go.1) {
            wrong.push(format!("{}: go says {said:?}", row.code));
        }
        if rung.is_none() {
            wrong.push(format!("{}: found {:?}", row.code, codes(&found)));
        }
        if !after || left.contains(&row.code) {
            wrong.push(format!("{}: after the repair: {said_after} {left:?}", row.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What people copy must be one command, whatever a file or a setting holds, and show no password.
#[test]
fn repairs_hold_no_password_and_no_second_command() {
    let world = World::bare();
    let profile = "version = 1\n\n[[host]]\nname = \"git.test\"\nowners = [\"acme\"]\n";
    world.write("doorkey/profiles/acme.toml", profile);
    let secret = "s3cr3tPassw0rd";
    assert!(world.shell(&format!("go env -w GOPROXY=https://ada:{secret}@proxy.golang.org")).0);
    let evil = "x;touch${IFS}owned";
    let mod_text = format!("module a.test/a\n\ngo 1.17\n\nreplace \"{evil}\" => ./nowhere\n");
    world.write("app/go.mod", &mod_text);
    let found = world.look("git.test/acme/lib", None);
    let all: Vec<_> = found.rungs.iter().chain(&found.notes).collect();
    assert!(codes(&found).contains(&"go-replace-points-nowhere"), "{:?}", codes(&found));
    assert!(found.notes.iter().any(|n| n.code == Some("go-proxy-without-direct")), "{:?}", found.notes);
    for rung in all {
        let text = format!("{rung:?}");
        assert!(!text.contains(secret), "{text}");
        let repair = rung.repair.as_deref().unwrap_or_default();
        assert!(
            !repair.contains("***") || !repair.starts_with("go env"),
            "a command that would break it: {repair}"
        );
        assert!(!repair.contains("touch") || repair.contains(&format!("'-dropreplace={evil}'")), "{repair}");
    }
}

#[test]
fn a_private_name_is_kept_in() {
    let mut world = World::bare();
    world.write(
        "doorkey/profiles/acme.toml",
        "version = 1\n\n[[host]]\nname = \"git.acme.example\"\nowners = [\"team\"]\n",
    );
    let module = "git.acme.example/team/lib";
    for (set, code) in [
        (None, "go-private-name-leaks"),
        (Some("https://git.acme.example/team"), "go-pattern-never-matches"),
        (Some("x.test"), "go-private-name-leaks"),
    ] {
        world.env.remove("GOPRIVATE");
        let _ = fs::remove_file(world.path("home/.config/go/env"));
        if let Some(value) = set {
            assert!(world.shell(&format!("go env -w GOPRIVATE={value}")).0);
        }
        let found = world.look(module, None);
        assert!(codes(&found).contains(&code), "{set:?}: {:?}", codes(&found));
        let all = found.rungs.iter().chain(&found.notes);
        let repair = all.clone().find(|r| r.code == Some(code)).unwrap().repair.clone().unwrap();
        for rung in all {
            let text = rung.repair.clone().unwrap_or_default();
            assert!(!text.contains("GOSUMDB=off") && !text.contains("GOINSECURE"), "{text}");
        }
        assert!(world.shell(&repair).0, "{repair}");
        let found = world.look(module, None);
        println!("{code:<26} | GOPRIVATE={set:?} | {repair} | {:?}", found.way.asked);
        assert!(codes(&found).is_empty(), "{:?}", codes(&found));
        assert_eq!(found.way.asked, ["direct"]);
        assert_eq!(found.way.sum_database, None);
        assert_eq!(found.repository.as_deref(), Some("https://git.acme.example/team/lib"));
    }
}
