//! Values and origins against `go env -json`.

use crate::go_world::World;
use doorkey::engine::why::go::{Origin, Settings};

const NAMES: [&str; 9] = [
    "GOPROXY",
    "GOPRIVATE",
    "GONOPROXY",
    "GONOSUMDB",
    "GOSUMDB",
    "GOINSECURE",
    "GOFLAGS",
    "GOVCS",
    "GOMODCACHE",
];

#[test]
fn values_are_those_of_go() {
    let file = "# GOPROXY=no\n GOPRIVATE=no\nGOPRIVATE=a.test\nGOPRIVATE=b.test \nGOSUMDB=\"x\"\nGOFLAGS=-mod=mod\nGOVCS\n=\nGOVCS=*:git\nGOPATH=/srv/go:/x\n";
    let mut compared = 0;
    for file in ["", file, "GONOPROXY=c.test\nGOPROXY=\n"] {
        for env in [
            vec![],
            vec![("GOENV", "off")],
            vec![("GOPRIVATE", "e.test"), ("GOPROXY", "")],
            vec![("GONOSUMDB", "none"), ("GOSUMDB", "off"), ("GOPROXY", "direct")],
            vec![("XDG_CONFIG_HOME", "/nowhere")],
            vec![("GOMODCACHE", "/srv/cache"), ("GOINSECURE", "i.test"), ("GOFLAGS", "-mod=vendor")],
            vec![("GOPATH", "/home/x/go")],
        ] {
            let mut world = World::bare();
            world.write("home/.config/go/env", file);
            world.env.extend(env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
            let (ok, said) = world.shell("go env -json");
            assert!(ok, "{said}");
            let theirs: serde_json::Value = serde_json::from_str(&said).unwrap();
            let ours = Settings::look(&world.sys());
            for name in NAMES {
                assert_eq!(
                    ours.value(name),
                    theirs[name].as_str().unwrap(),
                    "{name} with {env:?} and {file:?}"
                );
                let set = env.iter().any(|(k, v)| *k == name && !v.is_empty());
                assert_eq!(ours.get(name).unwrap().origin == Origin::Environment, set, "{name} {env:?}");
                compared += 1;
            }
        }
    }
    println!("settings: {compared} values as `go env -json`");
}
