//! Small files, each asked of `ssh -G` too.

use doorkey::formats::ssh_config::{self, ConfigFile, ExecAnswer, Query, Resolution, resolve};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// The files of a pattern as ssh's glob finds them: sorted, relative ones in a folder that is not used here.
pub(crate) fn included(pattern: &str) -> Vec<(String, Vec<u8>)> {
    let path = Path::new(pattern);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|n| n.to_str())) else {
        return Vec::new();
    };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|n| ssh_config::pattern::matches(n, name));
    names.sort();
    names
        .into_iter()
        .map(|n| {
            let path = folder.join(n);
            let bytes = std::fs::read(&path).unwrap();
            (path.to_str().unwrap().to_owned(), bytes)
        })
        .collect()
}

/// What ssh may print and we leave out: it differs between the releases and builds of ssh, or needs their own lists.
const ITS_OWN: &[&str] = &[
    "casignaturealgorithms",
    "channeltimeout",
    "ciphers",
    "forwardx11trusted",
    "hostbasedacceptedalgorithms",
    "hostkeyalgorithms",
    "ipqos",
    "kexalgorithms",
    "macs",
    "obscurekeystroketiming",
    "pubkeyacceptedalgorithms",
    "securitykeyprovider",
    "serveraliveinterval",
    "warnweakcrypto",
    "xauthlocation",
];

/// Holds every line that we print against ssh's, and every keyword of ssh's against ours.
#[track_caller]
fn same_lines(found: &Resolution, host: &str, printed: &str, context: &str) {
    let mut ours: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (keyword, value) in ssh_config::print(found, host) {
        ours.entry(keyword).or_default().push(value);
    }
    // Each release tries a few default keys more or less.
    let own_keys = found.first("identityfile").is_none();
    for (keyword, values) in &ours {
        if *keyword == "identityfile" && own_keys {
            assert!(
                values.iter().all(|v| lines_of(printed, keyword).contains(&v.as_str())),
                "{values:?}: {context}"
            );
            continue;
        }
        assert_eq!(*values, lines_of(printed, keyword), "{keyword}: {context}");
    }
    for keyword in printed.lines().filter_map(|line| line.split_once(' ')).map(|(keyword, _)| keyword) {
        let known = ours.contains_key(keyword) || ITS_OWN.contains(&keyword) || keyword.starts_with("gssapi");
        assert!(known, "{keyword} is not printed: {context}");
    }
}

pub(crate) fn lines_of<'a>(printed: &'a str, keyword: &str) -> Vec<&'a str> {
    printed
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(k, _)| *k == keyword)
        .map(|(_, v)| v)
        .collect()
}

fn program(argv: &[&str]) -> String {
    let out = Command::new(argv[0]).args(&argv[1..]).output().unwrap();
    String::from_utf8(out.stdout).unwrap().trim_end().to_owned()
}

/// Evaluates the file `config` of a folder both ways and compares.
pub(crate) fn compare(files: &[(&str, &str)], host: &str, options: &[&str]) -> Resolution {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().to_str().unwrap();
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text.replace("{DIR}", root)).unwrap();
    }
    let file = dir.path().join("config");
    let bytes = std::fs::read(&file).unwrap();
    let config = ssh_config::parse(&bytes);

    let user = program(&["id", "-un"]);
    let asked = options.iter().position(|o| *o == "-l").map(|at| options[at + 1]);
    let port = options.iter().position(|o| *o == "-p").map(|at| options[at + 1].parse().unwrap());
    let home = program(&["sh", "-c", "getent passwd $(id -u) | cut -d: -f6"]);
    let query = Query { host, user: asked, port, local_user: &user, home: &home, ..Query::default() };
    let top = ConfigFile { path: "config", config: &config, user_config: true };
    let found = resolve(
        &[top],
        &query,
        |pattern, _| included(pattern),
        |command| match Command::new("sh").args(["-c", command]).status().unwrap().success() {
            true => ExecAnswer::Yes,
            false => ExecAnswer::No,
        },
    );

    let real = Command::new("ssh").arg("-G").arg("-F").arg(&file).args(options).arg(host).output().unwrap();
    let printed = String::from_utf8_lossy(&real.stdout);
    let said = String::from_utf8_lossy(&real.stderr);
    assert_eq!(
        real.status.success(),
        found.refusals.is_empty(),
        "{files:?}\nours: {:?}\nssh: {said}",
        found.refusals
    );
    if real.status.success() {
        same_lines(&found, host, &printed, &format!("{host} in {files:?}"));
    }
    found
}

fn one(text: &str, host: &str) -> Resolution {
    compare(&[("config", text)], host, &[])
}

#[test]
fn the_first_value_wins_and_lists_grow() {
    let text = "IdentityFile ~/.ssh/top\n\
        Host work *.corp !bad.corp\n  User alice\n  Port 2222\n  HostName %h.example.COM\n  IdentityFile /k/work\n\
        \x20 IdentitiesOnly yes\n  CertificateFile /k/work-cert.pub\n  UserKnownHostsFile /a /b\n\
        Host *\n  User bob\n  IdentityFile /k/work\n  IdentityFile none\n  ForwardAgent /run/sock\n  IdentitiesOnly no\n";
    for host in ["work", "a.corp", "bad.corp", "WORK", "other", "10.1.2.3"] {
        one(text, host);
    }
    let found = one(text, "work");
    assert_eq!(found.first("user").unwrap().origin.as_ref().unwrap().line, 3);
    let lines: Vec<usize> = found.all("identityfile").map(|s| s.origin.as_ref().unwrap().line).collect();
    assert_eq!(lines, [1, 6, 13]);
}

#[test]
fn quotes_equal_signs_and_comments() {
    for text in [
        "User=alice\nPort = 23\nhOsTnAmE=\"a b\"\n",
        "User \"al ice\" # comment\n",
        "IdentityFile '/a b/c' # x\nIdentityFile \"/a\\\"b\"\nIdentityFile /a\\ b\nIdentityFile /a#b\n",
        "\"User\" alice\n",
        "  # comment\n\n\t\n\tUser\talice\t\n",
        "User alice\r\nIdentityFile /k\r\n",
        "User 'a'\"b\"c\n",
        "ProxyCommand ssh -W %h:%p \"b c\" # not a comment\n",
        "ProxyCommand = nc %h %p\n",
        "ProxyCommand=none\n",
        "ControlPath none\nControlMaster autoask\n",
        "ControlMaster YES\nStrictHostKeyChecking Accept-New\nPubkeyAuthentication unbound\n",
        "StrictHostKeyChecking off\nForwardAgent no\nPubkeyAuthentication no\nIdentityAgent SSH_AUTH_SOCK\n",
        "IdentityAgent none\n",
        "Host \"a b\" x\nUser q\n",
    ] {
        one(text, "x");
    }
}

#[test]
fn what_ssh_refuses_is_refused() {
    for text in [
        "User\n",
        "User \"alice\n",
        "User alice bob\n",
        "User \"\"\n",
        "Bogus yes\n",
        "IgnoreUnknown Bog*\nBogus yes\nUser a\n",
        "Bogus yes\nIgnoreUnknown Bog*\n",
        "\u{feff}User alice\n",
        "IdentitiesOnly maybe\n",
        "Port 0\n",
        "Port 65536\n",
        "Match\nUser a\n",
        "Match all host x\n",
        "Match host x all\n",
        "Match bogus x\n",
        "Match host\n",
        "Host \"\"\n",
        "ProxyCommand echo \"\n",
        "Host other\n  Bogus yes\n",
        "UseRoaming no\nProtocol 2\nUserKnownHostsFile2 /x\nUser z\n",
        "UserKnownHostsFile\n",
        "IdentityFile2 /k/old\nDSAAuthentication no\n",
    ] {
        one(text, "x");
    }
}

#[test]
fn jumps_and_commands() {
    for text in [
        "ProxyJump bastion\nProxyCommand nc %h %p\n",
        "ProxyCommand nc %h %p\nProxyJump bastion\n",
        "ProxyJump none\nProxyCommand nc %h %p\n",
        "ProxyJump none\nProxyJump b\n",
        "ProxyJump none\nProxyCommand nc\nProxyJump b\n",
        "ProxyCommand none\nProxyJump b\n",
        "ProxyJump me@b1:2222,b2 # comment\n",
        "Host y\nProxyJump z\nHost x\nProxyJump w\n",
    ] {
        one(text, "x");
    }
}

#[test]
fn matches() {
    let text = "Match host x user alice\n  IdentityFile /k/1\n\
        Match originalhost X\n  IdentityFile /k/2\n\
        Match host x exec \"test %n = x\"\n  IdentityFile /k/3\n\
        Match !host x exec \"exit 0\"\n  IdentityFile /k/4\n\
        Match host=a,x !user=bob\n  IdentityFile /k/5\n  HostName real\n\
        Match host x\n  IdentityFile /k/6\n\
        Match host real # comment\n  IdentityFile /k/7\n\
        Match !exec false\n  IdentityFile /k/8\n\
        Match user *,!bob\n  IdentityFile /k/9\n\
        Match all\n  IdentityFile /k/10\n";
    for host in ["x", "X", "a", "real"] {
        one(text, host);
        compare(&[("config", text)], host, &["-l", "alice", "-p", "77"]);
        compare(&[("config", text)], host, &["-l", "bob"]);
    }
}

#[test]
fn the_final_pass_sees_the_real_name() {
    let text = "Host short\n  HostName long.example\n  User a\n\
        Host long.example\n  IdentityFile /k/long\n\
        Match final host long.example\n  IdentityFile /k/final\n\
        Match !final\n  IdentityFile /k/first\n\
        Match canonical\n  Port 99\n";
    for host in ["short", "long.example", "none"] {
        one(text, host);
    }
    one("Host short\n  HostName long\nHost long\n  User u\n", "short");
}

#[test]
fn includes() {
    let files = [
        ("config", "Host a\n  Include {DIR}/inc.*\n  User late\nHost *\n  IdentityFile /k/all\n"),
        ("inc.1", "User one\nHost b\n  User two\n  IdentityFile /k/b\nMatch all\n  IdentityFile /k/m\n"),
        ("inc.2", "IdentityFile /k/2\nHost a\n  Port 5\n"),
    ];
    let found = compare(&files, "a", &[]);
    let origin = found.first("user").unwrap().origin.clone().unwrap();
    assert!(origin.file.ends_with("inc.1") && origin.line == 1);
    compare(&files, "b", &[]);
    compare(&[("config", "Include {DIR}/missing\nUser a\n")], "a", &[]);
    compare(&[("config", "Include {DIR}/config\n")], "a", &[]);
    compare(&[("config", "Host z\nInclude {DIR}/bad\n"), ("bad", "Junk yes\n")], "a", &[]);
}
