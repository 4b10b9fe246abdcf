//! What other tools fetch from the lab's host through git: submodules, LFS objects, Go modules, packages.

use crate::support::{Home, Lab, trial};
use libtest_mimic::Trial;
use std::collections::BTreeSet;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("lab_consumers_submodules_of_two_owners", submodules_of_two_owners),
        trial("lab_consumers_lfs_over_https", lfs_over_https),
        trial("lab_consumers_lfs_over_ssh", lfs_over_ssh),
        trial("lab_consumers_go", go),
        trial("lab_consumers_npm", npm),
        trial("lab_consumers_pip", pip),
        trial("lab_consumers_cargo", cargo),
    ]
}

/// A home with acme's token in git's own store.
fn home() -> Home {
    let home = Home::fresh("consumer");
    home.trust_lab_root();
    home.git_config("credential.helper", "store");
    home.write(
        ".git-credentials",
        format!("https://{}@git.test\n", Lab::get().identity("acme").pair()),
        0o600,
    );
    home
}

fn submodules_of_two_owners() {
    let home = home();
    let globex = Lab::get().identity("globex").pair();
    home.git_config(&format!("url.https://{globex}@git.test/globex/.insteadOf"), "https://git.test/globex/");
    home.run(["git", "clone", "--recurse-submodules", "https://git.test/acme/submods.git"]).ok();
    assert_eq!(home.read("submods/lib/README"), "acme/lib\n");
    assert_eq!(home.read("submods/shared/README"), "globex/lib\n");
    let mut served: Vec<_> = home.seen_https().into_iter().filter(|seen| seen.status == 200).collect();
    served.retain(|seen| seen.path.starts_with("/globex/"));
    assert!(
        !served.is_empty() && served.iter().all(|seen| seen.identity.as_deref() == Some("globex")),
        "{served:#?}"
    );
}

fn lfs_over_https() {
    let home = home();
    home.run(["git", "lfs", "install", "--skip-repo"]).ok();
    home.run(["git", "clone", "https://git.test/acme/lfs.git"]).ok();
    assert_eq!(home.read("lfs/large.bin"), "a large file of acme\n");
    let seen = home.seen_https();
    let batch =
        seen.iter().rfind(|seen| seen.path.ends_with("/info/lfs/objects/batch")).expect("a batch request");
    assert_eq!((batch.identity.as_deref(), batch.status), (Some("acme"), 200));
}

fn lfs_over_ssh() {
    let home = Home::fresh("consumer");
    home.trust_lab_root();
    home.know_ssh_hosts();
    home.install_key("acme", ".ssh/id_ed25519");
    home.run(["git", "lfs", "install", "--skip-repo"]).ok();
    home.run(["git", "clone", "git@git.test:acme/lfs.git"]).ok();
    assert_eq!(home.read("lfs/large.bin"), "a large file of acme\n");
    assert!(home.seen_ssh().iter().any(|seen| seen.command.starts_with("git-lfs-authenticate acme/lfs.git")));
}

fn go() {
    let mut home = home();
    home.set_env("GOPRIVATE", "git.test");
    home.set_env("GOTOOLCHAIN", "local");
    home.set_env("SSL_CERT_FILE", Lab::get().root_ca());
    home.write("m/go.mod", "module m\n\ngo 1.19\n", 0o644);
    home.call(["go", "mod", "download", "git.test/acme/gomod@v1.0.0"]).in_folder("m").run().ok();
    assert!(home.read("go/pkg/mod/git.test/acme/gomod@v1.0.0/gomod.go").contains("acme"));
}

fn npm() {
    let home = home();
    home.write("n/package.json", "{\"name\":\"n\",\"private\":true}\n", 0o644);
    let url = "git+https://git.test/acme/npmpkg.git#v1.0.0";
    home.call(["npm", "install", "--no-audit", "--no-fund", url]).in_folder("n").run().ok();
    assert_eq!(home.read("n/node_modules/acme-npmpkg/index.js"), "module.exports = 'acme';\n");
}

fn pip() {
    let home = home();
    let url = "git+https://git.test/acme/pypkg.git@v1.0.0";
    home.run([
        "python3",
        "-m",
        "pip",
        "install",
        "--no-index",
        "--disable-pip-version-check",
        "--target=t",
        url,
    ])
    .ok();
    assert_eq!(home.read("t/acme_pypkg.py"), "owner = 'acme'\n");
}

fn cargo() {
    let mut home = home();
    home.set_env("CARGO_NET_GIT_FETCH_WITH_CLI", "true");
    let manifest = "[package]\nname = \"c\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\n\
                    acme-crate = { git = \"https://git.test/acme/crate.git\", tag = \"v1.0.0\" }\n";
    home.write("c/Cargo.toml", manifest, 0o644);
    home.write("c/src/lib.rs", "", 0o644);
    let output = home.call(["cargo", "fetch"]).in_folder("c").run();
    let served = home.seen_https().into_iter().filter(|seen| seen.status == 200);
    let identities: BTreeSet<_> = served.filter_map(|seen| seen.identity).collect();
    assert_eq!(identities, BTreeSet::from(["acme".to_owned()]), "{output}");
    // Debian's cargo-web 1.96 is built against a libgit2 that cannot check out what git has fetched for it.
    if output.code != Some(0) {
        output.exits(101).says("invalid version 0 on git_proxy_options");
        return;
    }
    home.read("c/Cargo.lock")
        .find("git+https://git.test/acme/crate.git?tag=v1.0.0#")
        .expect("the crate is locked");
}
