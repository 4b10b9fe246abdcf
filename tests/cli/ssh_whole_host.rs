//! A profile that has a whole host offers its key there, and nowhere else: not to another profile's owner, not on
//! another port, and not after it was removed.

use crate::home::{Home, Ran};

/// `whole` claims all of git.test over SSH.
fn whole_host(more: &[&str]) -> Home {
    let home = Home::empty();
    home.write(".ssh/id_whole", "whole", 0o600);
    home.write(".ssh/config", "", 0o600);
    add(&home, "whole", &[&["--transport", "ssh", "--ssh-key", "id_whole"], more].concat());
    home
}

fn add(home: &Home, name: &str, more: &[&str]) {
    home.run(&[&["profile", "add", name, "--host", "git.test", "--yes"], more].concat()).ok();
}

fn in_force(home: &Home) {
    home.run(&["use", "whole", "--yes"]).ok();
}

/// The keys and the port that the real ssh would take, and whether it would use a key at all.
struct Offer {
    keys: Vec<String>,
    closed: bool,
    port: String,
    said: String,
}

fn offer(home: &Home, arguments: &[&str]) -> Offer {
    let config = home.path(".ssh/config");
    let mut command = home.program("ssh");
    command.args(["-G", "-F", config.to_str().unwrap()]).args(arguments);
    let ran = Ran::of(&command.output().unwrap()).ok();
    let values = |name: &str| -> Vec<String> {
        let lines = ran.out.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        lines.map(|value| value.rsplit('/').next().unwrap().to_owned()).collect()
    };
    let keys = values("identityfile").into_iter().filter(|key| home.path(&format!(".ssh/{key}")).exists());
    Offer {
        keys: keys.collect(),
        closed: values("pubkeyauthentication") == ["false"],
        port: values("port").concat(),
        said: ran.err,
    }
}

#[track_caller]
fn offers(home: &Home, arguments: &[&str], key: &str) {
    let found = offer(home, arguments);
    assert!(found.keys == [key] && !found.closed, "{arguments:?}: {:?} {}", found.keys, found.said);
}

#[track_caller]
fn offers_nothing(home: &Home, arguments: &[&str]) {
    let found = offer(home, arguments);
    assert!(found.keys.is_empty() && found.closed, "{arguments:?}: {:?} {}", found.keys, found.said);
}

#[test]
fn the_whole_host_is_open_to_everything_but_other_profiles() {
    let home = whole_host(&[]);
    in_force(&home);
    for arguments in [
        &["git@git.test", "git-upload-pack 'any/x.git'"][..],
        &["git@git.test"],
        &["-T", "git@GIT.TEST."],
        &["-s", "git@git.test", "sftp"],
        &["-p", "22", "git@git.test"],
    ] {
        offers(&home, arguments, "id_whole");
    }
}

#[test]
fn another_profiles_owner_counts_also_when_it_has_no_key() {
    let home = whole_host(&[]);
    add(&home, "globex", &["--owner", "globex", "--transport", "ssh"]);
    in_force(&home);
    assert!(home.run(&["which", "ssh://git@git.test/globex/x.git"]).ok().out.starts_with("globex "));
    offers_nothing(&home, &["git@git.test", "git-upload-pack 'globex/x.git'"]);
    offers(&home, &["git@git.test", "git-upload-pack 'any/x.git'"], "id_whole");
}

#[test]
fn another_profiles_single_repository_counts_also_when_it_has_no_key() {
    let home = whole_host(&[]);
    home.run(&["profile", "add", "globex", "--host", "other.test", "--yes"]).ok();
    home.run(&["route", "add", "ssh://git@git.test/partner/x", "globex", "--yes"]).ok();
    in_force(&home);
    offers_nothing(&home, &["git@git.test", "git-upload-pack 'partner/x.git'"]);
    offers(&home, &["git@git.test", "git-upload-pack 'partner/y.git'"], "id_whole");
}

#[test]
fn another_port_of_a_whole_host_gets_nothing() {
    let home = whole_host(&[]);
    in_force(&home);
    for arguments in [
        &["-p", "2222", "git@git.test"][..],
        &["git@git.test", "-p2222", "git-upload-pack 'any/x.git'"],
        &["ssh://git@git.test:2222"],
        &["-o", "Port=2222", "git@git.test"],
        &["-o", "Port = 2222", "git@git.test"],
        &["-oPort\t2222", "git@git.test"],
        &["-o", "port \"2222\"", "git@git.test"],
        &["-o", " port=2222 ", "-p", "22", "git@git.test"],
    ] {
        offers_nothing(&home, arguments);
        assert_eq!(offer(&home, arguments).port, "2222", "{arguments:?}");
    }
    offers(&home, &["-o", "Port = 22", "git@git.test"], "id_whole");
    // The user sends the one port that is claimed elsewhere, as for a host that is reached by 443.
    home.write(
        ".ssh/config",
        home.text(".ssh/config") + "Host git.test\n  HostName ssh.git.test\n  Port 443\n",
        0o600,
    );
    offers(&home, &["git@git.test"], "id_whole");
}

#[test]
fn a_port_that_is_the_only_one_claimed_is_not_guessed() {
    let home = whole_host(&["--ssh-port", "2222"]);
    in_force(&home);
    offers(&home, &["-p", "2222", "git@git.test"], "id_whole");
    offers_nothing(&home, &["git@git.test"]);
    offers_nothing(&home, &["-p", "22", "git@git.test"]);
    home.write(".ssh/config", home.text(".ssh/config") + "Host git.test\n  Port 2222\n", 0o600);
    offers(&home, &["git@git.test"], "id_whole");
    offers(&home, &["git@git.test", "git-upload-pack 'any/x.git'"], "id_whole");
    offers_nothing(&home, &["-p", "22", "git@git.test"]);
}

#[test]
fn of_several_ports_the_one_in_the_users_configuration_decides() {
    let two_ports = || {
        let home = whole_host(&["--owner", "acme"]);
        home.write(".ssh/id_globex", "globex", 0o600);
        add(
            &home,
            "globex",
            &["--owner", "globex", "--transport", "ssh", "--ssh-port", "2222", "--ssh-key", "id_globex"],
        );
        in_force(&home);
        home
    };
    let asks = |owner: &'static str| ["git@git.test", owner];
    let (acme, globex) = (asks("git-upload-pack 'acme/x.git'"), asks("git-upload-pack 'globex/x.git'"));
    let home = two_ports();
    offers(&home, &acme, "id_whole");
    offers_nothing(&home, &globex);
    let at_2222 = [
        "Host git.test\n  Port 2222\n",
        "Host *.test\n  Port=2222\nHost *\n  Port 22\n",
        "Match host git.test user git\n  Port 2222\n",
        "Include more\n",
    ];
    for text in at_2222 {
        let home = two_ports();
        home.write(".ssh/config", home.text(".ssh/config") + text, 0o600);
        home.write(".ssh/more", "Host git.*\n  Port 2222\n", 0o600);
        let include = format!("Include {}\n", home.path(".ssh/more").display());
        home.write(".ssh/config", home.text(".ssh/config").replace("Include more\n", &include), 0o600);
        assert_eq!(offer(&home, &acme).port, "2222", "{text}");
        offers_nothing(&home, &acme);
        offers(&home, &globex, "id_globex");
        // An explicit port is not asked about.
        let explicit = ["-p", "22", "git@git.test", "git-upload-pack 'acme/x.git'"];
        offers(&home, &explicit, "id_whole");
    }
    // A command decides: nobody can tell but ssh, and it does later.
    let home = two_ports();
    home.write(
        ".ssh/config",
        home.text(".ssh/config") + "Match host git.test exec \"true\"\n  Port 2222\n",
        0o600,
    );
    let found = offer(&home, &acme);
    assert!(found.keys.is_empty() && found.said.contains("ssh://git@git.test:PORT/"), "{}", found.said);
    offers_nothing(&home, &globex);
}

#[test]
fn what_was_taken_out_of_the_profile_by_hand_is_gone_at_once() {
    let file = ".config/doorkey/profiles/whole.toml";
    let shared = ["--owner", "acme", "--owner", "client"];
    let client = ["git@git.test", "git-upload-pack 'client/x.git'"];
    let home = whole_host(&shared);
    in_force(&home);
    offers(&home, &client, "id_whole");
    home.write(file, home.text(file).replace(", \"client\"", ""), 0o600);
    offers_nothing(&home, &client);
    assert!(offer(&home, &client).said.contains("does not claim ssh://git.test/client any more"));
    offers(&home, &["git@git.test", "git-upload-pack 'acme/x.git'"], "id_whole");
    let edits = [("transport = \"ssh\"", "transport = \"https\""), ("ssh = { key = \"id_whole\" }", "")];
    for (taken, put) in edits {
        let home = whole_host(&[]);
        in_force(&home);
        offers(&home, &client, "id_whole");
        assert!(home.text(file).contains(taken), "{}", home.text(file));
        home.write(file, home.text(file).replace(taken, put), 0o600);
        offers_nothing(&home, &client);
        std::fs::remove_file(home.path(file)).unwrap();
        offers_nothing(&home, &client);
    }
}
