//! Programs that fetch from git hosts by themselves or through git: each gets the right identity for both owners, by
//! HTTPS and by SSH, with plain URLs.

use crate::routing_tenants::{TENANTS, keys_seen, tokens_seen, two_tenants};
use crate::support::{Home, Lab, Output, trial};
use libtest_mimic::Trial;
use std::collections::BTreeSet;
use std::time::Duration;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("routing_consumers_submodules", submodules),
        trial("routing_consumers_lfs_over_https", lfs_over_https),
        trial("routing_consumers_lfs_over_ssh", lfs_over_ssh),
        trial("routing_consumers_go_over_https", go_over_https),
        trial("routing_consumers_go_over_ssh", go_over_ssh),
        trial("routing_consumers_npm", npm),
        trial("routing_consumers_pip", pip),
        trial("routing_consumers_cargo_with_git", cargo_with_git),
        trial("routing_consumers_cargo_with_libgit2_over_https", cargo_with_libgit2_over_https),
        trial("routing_consumers_cargo_with_libgit2_over_ssh", cargo_with_libgit2_over_ssh),
    ]
}

/// Fails the test unless each repository of both owners was asked for with its own owner's token or key, and served.
#[track_caller]
fn each_by_its_owner(home: &mut Home, output: &Output) {
    let mut served = BTreeSet::new();
    for seen in home.seen_https() {
        if let Some(who) = &seen.identity {
            assert!(seen.path.starts_with(&format!("/{who}/")), "{output}\n{seen:?}");
            served.extend((seen.status == 200).then(|| who.clone()));
        }
    }
    for seen in home.seen_ssh() {
        let asked = seen.command.replace('\'', "/").replace("//", "/");
        assert!(asked.contains(&format!("/{}/", seen.key)), "{output}\n{seen:?}");
        served.insert(seen.key);
    }
    assert_eq!(served, BTreeSet::from(TENANTS.map(str::to_owned)), "{output}");
    home.forget_seen();
}

fn submodules() {
    for url in ["https://git.test/acme/submods.git", "git@git.test:acme/submods.git"] {
        let mut home = two_tenants("consumer");
        let output = home.run(["git", "clone", "--recurse-submodules", "-j2", url]);
        output.ok();
        assert_eq!(home.read("submods/lib/README"), "acme/lib\n");
        assert_eq!(home.read("submods/shared/README"), "globex/lib\n");
        each_by_its_owner(&mut home, &output);
        let output = home.run(["git", "-C", "submods", "submodule", "foreach", "git", "fetch"]);
        output.ok();
        each_by_its_owner(&mut home, &output);
    }
}

fn lfs_over_https() {
    let home = two_tenants("consumer");
    home.run(["git", "lfs", "install", "--skip-repo"]).ok();
    home.run(["git", "clone", "https://git.test/acme/lfs.git"]).ok();
    assert_eq!(home.read("lfs/large.bin"), "a large file of acme\n");
    let seen = home.seen_https();
    let batch =
        seen.iter().rfind(|seen| seen.path.ends_with("/info/lfs/objects/batch")).expect("a batch request");
    assert_eq!((batch.identity.as_deref(), batch.status), (Some("acme"), 200));
    assert_eq!(tokens_seen(&home), BTreeSet::from(["acme".into()]));
}

fn lfs_over_ssh() {
    let home = two_tenants("consumer");
    home.run(["git", "lfs", "install", "--skip-repo"]).ok();
    home.run(["git", "clone", "git@git.test:acme/lfs.git"]).ok();
    assert_eq!(home.read("lfs/large.bin"), "a large file of acme\n");
    assert!(keys_seen(&home).contains(&("acme".into(), "lfs".into())), "{:?}", keys_seen(&home));
    assert!(keys_seen(&home).iter().all(|(key, _)| key == "acme"));
    assert_eq!(tokens_seen(&home), BTreeSet::from(["acme".into()]));
}

/// A home in which Go asks the host itself. Its own HTTPS (`?go-get=1`, which needs no login here) reads no setting of
/// git's, so it is told of the root by SSL_CERT_FILE.
fn go_home() -> Home {
    let mut home = two_tenants("consumer");
    home.set_env("GOPRIVATE", "git.test");
    home.set_env("GOTOOLCHAIN", "local");
    home.set_env("SSL_CERT_FILE", Lab::get().root_ca());
    home.write("m/go.mod", "module m\n\ngo 1.19\n", 0o644);
    home
}

fn go_gets_both(mut home: Home) {
    let modules = TENANTS.map(|owner| format!("git.test/{owner}/gomod@v1.0.0"));
    let output = home.call(["go", "mod", "download", &modules[0], &modules[1]]).in_folder("m").run();
    output.ok();
    for owner in TENANTS {
        assert!(home.read(format!("go/pkg/mod/git.test/{owner}/gomod@v1.0.0/gomod.go")).contains(owner));
    }
    each_by_its_owner(&mut home, &output);
    // Go makes its cache read-only.
    home.run(["go", "clean", "-modcache"]).ok();
}

fn go_over_https() {
    go_gets_both(go_home());
}

/// As people have it who use SSH: the URL that Go makes of the module's path is rewritten.
fn go_over_ssh() {
    let home = go_home();
    home.git_config("url.ssh://git@git.test/.insteadOf", "https://git.test/");
    go_gets_both(home);
}

fn npm() {
    for prefix in ["git+https://git.test/", "git+ssh://git@git.test/"] {
        let mut home = two_tenants("consumer");
        home.write("n/package.json", "{\"name\":\"n\",\"private\":true}\n", 0o644);
        let urls = TENANTS.map(|owner| format!("{prefix}{owner}/npmpkg.git#v1.0.0"));
        let words = ["npm", "install", "--no-audit", "--no-fund", &urls[0], &urls[1]];
        let output = home.call(words).in_folder("n").run();
        output.ok();
        for owner in TENANTS {
            let index = home.read(format!("n/node_modules/{owner}-npmpkg/index.js"));
            assert_eq!(index, format!("module.exports = '{owner}';\n"));
        }
        each_by_its_owner(&mut home, &output);
    }
}

fn pip() {
    for prefix in ["git+https://git.test/", "git+ssh://git@git.test/"] {
        let mut home = two_tenants("consumer");
        let urls = TENANTS.map(|owner| format!("{prefix}{owner}/pypkg.git@v1.0.0"));
        let words = ["-m", "pip", "install", "--no-index", "--disable-pip-version-check", "--target=t"];
        let words = ["python3"].into_iter().chain(words).chain(urls.iter().map(String::as_str));
        let output = home.call(words).limit(Duration::from_secs(120)).run();
        output.ok();
        for owner in TENANTS {
            assert_eq!(home.read(format!("t/{owner}_pypkg.py")), format!("owner = '{owner}'\n"));
        }
        each_by_its_owner(&mut home, &output);
    }
}

/// A crate that depends on one of each owner.
fn crate_home(prefix: &str) -> Home {
    let home = two_tenants("consumer");
    let manifest = "[package]\nname = \"c\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\n";
    let dependency =
        |owner| format!("{owner}-crate = {{ git = \"{prefix}{owner}/crate.git\", tag = \"v1.0.0\" }}\n");
    let manifest = manifest.to_owned() + &TENANTS.map(dependency).concat();
    home.write("c/Cargo.toml", manifest, 0o644);
    home.write("c/src/lib.rs", "", 0o644);
    home
}

fn cargo_with_git() {
    for prefix in ["https://git.test/", "ssh://git@git.test/"] {
        let mut home = crate_home(prefix);
        home.set_env("CARGO_NET_GIT_FETCH_WITH_CLI", "true");
        let output = home.call(["cargo", "fetch"]).in_folder("c").run();
        // Debian's cargo-web 1.96 is built against a libgit2 that cannot check out what git has fetched for it.
        if output.code != Some(0) {
            output.exits(101).says("invalid version 0 on git_proxy_options");
            assert!(
                tokens_seen(&home).iter().chain(keys_seen(&home).iter().map(|(key, _)| key)).eq(["acme"])
            );
            continue;
        }
        each_by_its_owner(&mut home, &output);
    }
}

/// What a cargo says whose libgit2 is of another version than it was made for.
const DEAF_LIBGIT2: &str = "invalid version 0 on git_proxy_options";

/// cargo's built-in libgit2 reads git's configuration and asks the helper of `https://git.test` with the path, so it is
/// routed as git is. It knows no `http.<url>.sslCAInfo`: a private root is told it by SSL_CERT_FILE. (With cargo's
/// `http.cainfo`, or another of its http settings, it asks no helper at all; routing.md.)
fn cargo_with_libgit2_over_https() {
    let mut home = crate_home("https://git.test/");
    let output = home.call(["cargo", "fetch"]).in_folder("c").run();
    // Debian's cargo-web 1.96 is built against a libgit2 that it cannot talk to.
    if output.stderr.contains(DEAF_LIBGIT2) {
        assert_eq!(home.seen_https(), []);
        return;
    }
    output.exits(101).says("the SSL certificate is invalid");
    assert_eq!(home.seen_https(), []);
    home.set_env("SSL_CERT_FILE", Lab::get().root_ca());
    let output = home.call(["cargo", "fetch"]).in_folder("c").run();
    each_by_its_owner(&mut home, &output);

    let manifest = home.read("c/Cargo.toml").replace("globex", "initech");
    home.write("c/Cargo.toml", manifest, 0o644);
    // It shows nothing of what a helper says, and gets nothing from ours.
    let output = home.call(["cargo", "fetch"]).in_folder("c").run();
    output
        .exits(101)
        .says("attempted to find username/password via git's `credential.helper` support, but failed");
    assert!(home.seen_https().iter().all(|seen| !seen.path.contains("initech") || seen.identity.is_none()));
}

/// libgit2 does not run ssh and reads none of its configuration: it has the keys of the agent and no others, whosever
/// they are. Nothing that doorkey writes reaches it; `net.git-fetch-with-cli = true` does.
fn cargo_with_libgit2_over_ssh() {
    let mut home = crate_home("ssh://git@git.test/");
    let output = home.call(["cargo", "fetch"]).in_folder("c").run();
    if output.stderr.contains(DEAF_LIBGIT2) {
        assert_eq!(keys_seen(&home), []);
        return;
    }
    output.exits(101).says("net.git-fetch-with-cli");
    assert_eq!(keys_seen(&home), []);
    let socket = home.path.join("agent.sock");
    home.run(["ssh-agent", "-a", socket.to_str().expect("a path")]).ok();
    home.set_env("SSH_AUTH_SOCK", &socket);
    home.run(["ssh-add", "-q", ".ssh/id_globex"]).ok();
    home.call(["cargo", "fetch"]).in_folder("c").run().exits(101);
    let globex_for_acme = ("globex".to_owned(), "not-found".to_owned());
    assert!(keys_seen(&home).iter().all(|seen| *seen == globex_for_acme), "{:?}", keys_seen(&home));
}
