//! `ssh resolve` against `ssh -G`, and `ssh known-hosts find` against `ssh-keygen -F`, through the whole program.

use crate::home::{Home, Ran};
use std::collections::BTreeMap;

/// The lines by keyword.
fn lines(text: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (keyword, value) in text.lines().filter_map(|line| line.split_once(' ')) {
        found.entry(keyword).or_default().push(value);
    }
    found
}

fn ssh(home: &Home, words: &[&str]) -> Ran {
    Ran::of(&home.program("ssh").arg("-G").args(words).output().unwrap())
}

#[test]
fn it_prints_what_ssh_prints() {
    let home = Home::empty();
    let text = "Host work\n  HostName git.%h.test\n  User ada\n  Port 2222\n  IdentityFile ~/.ssh/id_%r\n\
        \x20 LocalForward 8080 [::1]:80\n  DynamicForward 1080\n  SetEnv A=1 B=2\n  SendEnv LANG LC_*\n\
        \x20 ControlPath ~/.ssh/c-%r@%h:%p\n  ServerAliveInterval 1m\n  RekeyLimit 1G 1h\n  ConnectTimeout 10\n\
        Host *.test\n  ForwardAgent yes\n  ProxyJump me@jump:2200\n  Tunnel yes\n  EscapeChar none\n\
        Host *\n  StrictHostKeyChecking off\n  UserKnownHostsFile ~/.ssh/kh /b\n  LogLevel debug\n  RequestTTY force\n";
    home.write("config", text, 0o600);
    for words in [
        &["-F", "config", "work"][..],
        &["-F", "config", "WORK"],
        &["-F", "config", "a.test"],
        &["-F", "config", "bob@work"],
        &["-F", "config", "-l", "bob", "work"],
        &["-F", "config", "-p", "7", "-o", "User=carl", "work"],
        &["-F", "config", "-o", "Port 9", "-oBatchMode=yes", "dora@work"],
        &["-F", "config", "ssh://eva@work:77"],
        &["-F", "none", "other"],
        &["-F", "/dev/null", "-o", "ProxyJump=a,b", "10.0.0.1"],
    ] {
        let real = ssh(&home, words).ok();
        let ours = home.run(&[&["ssh", "resolve"], words].concat()).ok();
        let (real, ours) = (lines(&real.out), lines(&ours.out));
        assert!(ours.len() > 60, "{words:?}: {ours:#?}");
        for (keyword, values) in &ours {
            // Each release tries a few default keys more or less.
            if *keyword != "identityfile" || values[0] != "~/.ssh/id_rsa" {
                assert_eq!(real.get(keyword), Some(values), "{keyword} of {words:?}");
            }
        }
    }
}

#[test]
fn it_refuses_what_ssh_refuses_and_runs_nothing() {
    let home = Home::empty();
    home.write("bad", "Host x\n  Bogus yes\n", 0o600);
    let ran = home.run(&["ssh", "resolve", "-F", "bad", "x"]).with_code(1);
    assert!(
        ran.err.contains("bad:2") && ran.err.contains("unknown keyword") && ran.out.is_empty(),
        "{ran:#?}"
    );
    assert_ne!(ssh(&home, &["-F", "bad", "x"]).code, Some(0));
    let ran = home.run(&["ssh", "resolve", "-F", "none", "-o", "ProxyJump=a;b", "x"]).with_code(1);
    assert!(ran.err.contains("a shell would read"), "{ran:#?}");
    home.run(&["ssh", "resolve", "-F", "missing", "x"]).with_code(3);
    home.run(&["ssh", "resolve", "-F", "none", "--", "-oProxyCommand=touch x"]).with_code(2);

    home.write("exec", "Match exec \"touch ran\"\n  User eve\nHost *\n  User ada\n", 0o600);
    let ran = home.run(&["ssh", "resolve", "-F", "exec", "x"]).ok();
    assert!(ran.out.contains("user ada\n") && ran.err.contains("exec:1"), "{ran:#?}");
    assert!(!home.path("ran").exists());
    let json: serde_json::Value =
        serde_json::from_str(&home.run(&["ssh", "resolve", "-F", "exec", "x", "--json"]).ok().out).unwrap();
    assert_eq!(json["schema"], "doorkey/ssh-resolve/v1");
    assert_eq!(json["undecided"].as_array().unwrap().len(), 1);
}

#[test]
fn known_hosts_are_found_as_ssh_keygen_finds_them() {
    let home = Home::empty();
    let mut text = String::new();
    for (number, names) in ["git.test,10.0.0.1", "[git.test]:2222", "*.test,!bad.test"].iter().enumerate() {
        let key = home.path(&format!("k{number}"));
        let words = ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key.to_str().unwrap()];
        assert!(home.program("ssh-keygen").args(words).status().unwrap().success());
        let public = home.text(&format!("k{number}.pub"));
        let marker = ["", "@revoked ", "@cert-authority "][number];
        text.push_str(&format!("# a comment\n{marker}{names} {}\n", public.trim()));
        if number == 0 {
            text.push_str(&format!("wrong.test ssh-rsa {}\n", public.split(' ').nth(1).unwrap().trim()));
        }
    }
    home.write("plain", &text, 0o644);
    home.write("hashed", &text, 0o644);
    let hash = home.program("ssh-keygen").args(["-q", "-H", "-f", "hashed"]).status().unwrap();
    assert!(hash.success());
    let mut found = 0;
    for file in ["plain", "hashed"] {
        for host in
            ["git.test", "[git.test]:2222", "10.0.0.1", "a.test", "bad.test", "wrong.test", "GIT.test"]
        {
            let real = Ran::of(&home.program("ssh-keygen").args(["-F", host, "-f", file]).output().unwrap());
            let ours = home.run(&["ssh", "known-hosts", "find", host, "--file", file]);
            // ssh-keygen looks for a hashed name as it is typed; ssh asks in lower case, and so do we.
            if (file, host) != ("hashed", "GIT.test") {
                assert_eq!((real.code, &real.out), (ours.code, &ours.out), "{host} in {file}");
            }
            found += usize::from(ours.code == Some(0));
        }
    }
    assert!(found > 8, "{found}");
    let ran = home.run(&["ssh", "known-hosts", "find", "wrong.test", "--file", "plain", "--json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["matches"][0]["line"], 3);
    assert!(json["matches"][0]["skipped"].as_str().unwrap().contains("another type"), "{json}");
    home.run(&["ssh", "known-hosts", "find", "nobody.example", "--file", "plain"]).with_code(1);
    home.run(&["ssh", "known-hosts", "find", "git.test", "--file", "missing"]).with_code(3);
    // Where ssh looks by itself.
    home.write(".ssh/known_hosts", &text, 0o600);
    let ran = home.run(&["ssh", "known-hosts", "find", "git.test"]).ok();
    assert!(ran.out.starts_with("# ~/.ssh/known_hosts\n# Host git.test found: line 2"), "{ran:#?}");
}
