//! `token adopt`: plain git works before it, after it and after its undo, as the same identity; the value is nowhere
//! in the home afterwards.

use crate::routing_tenants::{TENANTS, add, gits, make_store, only_token, put_in_force};
use crate::support::{Home, Lab, trial};
use libtest_mimic::Trial;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("adopt_git_goes_on_working", git_goes_on_working),
        trial("adopt_git_goes_on_working_without_netrc", git_goes_on_working_without_netrc),
    ]
}

fn git_goes_on_working() {
    for git in gits() {
        let mut home = Home::fresh("adopt");
        home.trust_lab_root();
        home.git_config("credential.https://git.test/globex.helper", "store");
        home.git_config("user.name", "me");
        home.git_config("user.email", "me@home.test");
        let (acme, globex) = (Lab::get().identity("acme"), Lab::get().identity("globex"));
        // As people work: with the token in the remote, by git's own store, and by a short name.
        home.run([&git, "clone", "-q", &format!("https://{}@git.test/acme/app.git", acme.pair()), "mine"])
            .ok();
        home.write(".git-credentials", format!("https://{}@git.test\n", globex.pair()), 0o600);
        home.run([&git, "clone", "-q", "https://git.test/globex/app.git", "theirs"]).ok();
        home.git_config(&format!("url.https://{}@git.test/acme/.insteadOf", acme.pair()), "acme:");
        works(&mut home, &git, "mine", "acme");
        works(&mut home, &git, "theirs", "globex");
        make_store(&home);
        for owner in TENANTS {
            add(&home, owner, &["--owner", owner]);
        }
        put_in_force(&mut home);
        let users =
            |home: &Home| ["mine/.git/config", ".git-credentials", ".gitconfig"].map(|file| home.read(file));
        let before = users(&home);
        works(&mut home, &git, "mine", "acme");
        let output = home.doorkey(["token", "adopt", "--yes"]);
        output.ok().says("lay in plain text").does_not_say(acme.token).does_not_say(globex.token);
        for (folder, owner) in [("mine", "acme"), ("theirs", "globex")] {
            works(&mut home, &git, folder, owner);
        }
        home.run([&git, "ls-remote", "acme:tools.git"]).ok();
        only_token(&mut home, "acme", "by insteadOf");
        assert_eq!(holding(&home.path, acme.token), Vec::<PathBuf>::new());
        assert_eq!(holding(&home.path, globex.token), Vec::<PathBuf>::new());
        home.doorkey(["token", "adopt", "--yes"]).ok();
        home.doorkey(["undo", "--yes"]).ok();
        assert_eq!(users(&home), before);
        works(&mut home, &git, "mine", "acme");
    }
}

/// git sends what stands in `.netrc` before it asks a helper, so one entry is every owner's login there.
fn git_goes_on_working_without_netrc() {
    for git in gits() {
        let mut home = Home::fresh("netrc");
        home.trust_lab_root();
        home.git_config("user.name", "me");
        home.git_config("user.email", "me@home.test");
        let globex = Lab::get().identity("globex");
        let (user, token) = (globex.user, globex.token);
        let entry = format!("# mine\nmachine git.test\n\tlogin {user}\n\tpassword {token}\n# end\n");
        home.write(".netrc", &entry, 0o600);
        home.run([&git, "clone", "-q", "https://git.test/globex/app.git", "theirs"]).ok();
        works(&mut home, &git, "theirs", "globex");
        make_store(&home);
        for owner in TENANTS {
            add(&home, owner, &["--owner", owner]);
        }
        let output = home.doorkey(["token", "adopt", "--kind", "netrc", "--yes"]);
        output.ok().says("as soon as it is in force").says("curl --netrc-file").does_not_say(token);
        put_in_force(&mut home);
        assert_eq!(home.read(".netrc"), "# mine\n# end\n");
        works(&mut home, &git, "theirs", "globex");
        assert_eq!(holding(&home.path, token), Vec::<PathBuf>::new());
        for _ in ["use", "token adopt"] {
            home.doorkey(["undo", "--yes"]).ok();
        }
        assert_eq!(home.read(".netrc"), entry);
    }
}

fn works(home: &mut Home, git: &str, folder: &str, owner: &str) {
    home.forget_seen();
    home.run([git, "-C", folder, "fetch"]).ok();
    only_token(home, owner, "fetch");
    home.run([git, "-C", folder, "commit", "-q", "--allow-empty", "-m", "x"]).ok();
    let branch = format!("HEAD:refs/heads/{}", home.user);
    home.run([git, "-C", folder, "push", "-f", "origin", &branch]).ok();
    only_token(home, owner, "push");
}

/// The files below a folder that hold a text.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let meta = fs::symlink_metadata(&path).expect("what it is");
        if meta.is_dir() {
            found.extend(holding(&path, text));
        } else if meta.is_file() {
            let bytes = fs::read(&path).expect("its bytes");
            if memchr::memmem::find(&bytes, text.as_bytes()).is_some() {
                found.push(path);
            }
        }
    }
    found
}
