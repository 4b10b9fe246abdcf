//! What ssh passes over in silence: included files that are gone, pinned keys that are none.

use crate::home::{Home, same};
use std::process::Command;

#[test]
fn an_included_file_that_is_gone_is_found_and_a_pattern_that_matches_nothing_is_not() {
    let home = Home::new();
    let config = "Include ~/.ssh/conf.d/gone.conf\nInclude ~/.ssh/conf.d/*.conf more*\nInclude here.conf gone.conf\n\
                  Include %d/.ssh/x ~nobody/x ${HOME}/x\nHost web\n\tUser ada\n";
    let path = home.write(".ssh/config", config, 0o600);
    home.write(".ssh/here.conf", "Host here\n\tUser bob\n", 0o600);
    let list = home.doorkey(&["doctor", "--json"]).json();
    let found = list["findings"].as_array().unwrap().iter().filter(|f| f["code"] == "dead-ssh-include");
    let what: Vec<_> = found.map(|f| f["what"].as_str().unwrap()).collect();
    let gone = [
        "~/.ssh/config:1 includes ~/.ssh/conf.d/gone.conf, which is not there",
        "~/.ssh/config:3 includes ~/.ssh/gone.conf, which is not there",
    ];
    assert_eq!(what, gone, "{list}");
    home.doorkey(&["doctor", "--fix", "--yes"]);
    assert_eq!(home.read(".ssh/config"), config.split_once('\n').unwrap().1);
    home.doorkey(&["undo", "--yes"]).fine();
    assert_eq!(home.read(".ssh/config"), config);
    // The file put back, all is well; and ssh reads the rest in any case.
    home.write(".ssh/conf.d/gone.conf", "", 0o600);
    home.write(".ssh/gone.conf", "", 0o600);
    same(&home.codes(), &[]);
    assert!(path.exists());
}

#[test]
fn a_pinned_key_that_is_no_key_is_found() {
    let home = Home::new();
    let key = home.key("id_host", &["-t", "ed25519"]);
    let good = home.read(".ssh/id_host.pub");
    let good = good.split(' ').take(2).collect::<Vec<_>>().join(" ");
    home.doorkey(&["store", "init", "--key-file", home.path("k").to_str().unwrap(), "--yes"]).fine();
    let cut = &good[..good.len() - 20];
    let cases = [
        (good.as_str(), true),
        ("ssh-ed25519 AAAA...", false),
        ("ssh-ed25519 AAAA", false),
        ("ssh-ed25519", false),
        (cut, false),
        (&good.replace("ssh-ed25519", "ssh-rsa"), false),
        ("SHA256:2Zb6VYp5uOXx2mX0f1iGQ5m6nRZ5W6nJ1mW8c6m0Q1U", false),
    ];
    for (pin, is_key) in cases {
        // The oracle: what ssh-keygen finds for the host in such a file.
        let file = home.write("known", format!("git.test {pin}\n"), 0o600);
        let listed = Command::new("ssh-keygen").arg("-lf").arg(&file).output().unwrap();
        assert_eq!(listed.status.success(), is_key, "{pin}");
        let text = format!(
            "version = 1\n[[host]]\nname = \"git.test\"\ntransport = \"ssh\"\nssh = {{ key = \"id_host\", known-hosts = [{pin:?}] }}\n"
        );
        home.write(".config/doorkey/profiles/acme.toml", text, 0o600);
        let wanted: &[&str] = if is_key { &[] } else { &["pinned-host-key-broken"] };
        same(&home.codes(), wanted);
        assert_eq!(home.doorkey(&[]).out.contains("a pinned key of git.test"), !is_key, "{pin}");
    }
    assert!(key.exists());
}
