//! `profile suggest` on a home with repositories of several owners.

use crate::home::{CANARY, Home};

#[test]
fn owners_and_hosts_become_profiles_that_can_be_added() {
    let home = Home::new();
    home.repository("work/acme/app", "https://github.com/acme/app.git");
    home.repository("work/acme/lib", "git@github.com-acme:acme/lib.git");
    home.repository("oss/tool", &format!("https://ada:{CANARY}@github.com/ada/tool.git"));
    home.repository("globex/core", "ssh://git@git.globex.test:2222/core/engine.git");
    home.write(
        ".ssh/config",
        "Host github.com-acme\n  HostName github.com\n  IdentityFile ~/.ssh/id_acme\nHost web\n  HostName www.test\n  IdentityFile ~/.ssh/id_web\n",
        0o600,
    );
    home.write(".git-credentials", format!("https://grace:{CANARY}@gitlab.initech.test:8443\n"), 0o600);
    home.write(".gitconfig", "[user]\n\temail = ada@acme.test\n", 0o644);
    let found = home.doorkey(&["profile", "suggest", "--json"]).fine().json();
    let commands: Vec<&str> =
        found["suggestions"].as_array().unwrap().iter().map(|s| s["command"].as_str().unwrap()).collect();
    assert_eq!(
        commands,
        [
            "doorkey profile add acme --host github.com --owner acme --transport both --ssh-key '~/.ssh/id_acme' --email ada@acme.test"
                .replace('\'', ""),
            "doorkey profile add ada --host github.com --owner ada --transport https --user ada --email ada@acme.test".into(),
            "doorkey profile add core --host git.globex.test --owner core --transport ssh --ssh-port 2222 --email ada@acme.test"
                .into(),
            "doorkey profile add initech --host gitlab.initech.test:8443 --transport https --user grace --email ada@acme.test"
                .into(),
        ]
    );
    // Each command is one that works, and what is claimed is not proposed again.
    for command in &commands {
        let mut words: Vec<&str> = command.split_whitespace().skip(1).collect();
        words.push("--yes");
        home.doorkey(&words).fine();
    }
    let left = home.doorkey(&["profile", "suggest", "--json"]).fine().json();
    assert_eq!(left["suggestions"].as_array().unwrap().len(), 0, "{left}");
}
