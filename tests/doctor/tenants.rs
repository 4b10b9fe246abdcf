//! A machine with profiles in force, and what breaks their routes.

use crate::home::{CANARY, Home, same};
use std::fs;

/// One profile with a token and a key for `git.test`, in force.
fn in_force() -> Home {
    let home = Home::new();
    home.key("id_acme", &["-t", "ed25519"]);
    home.key("id_ed25519", &["-t", "ed25519"]);
    home.write(".gitconfig", "[user]\n\tname = Ada\n[credential]\n\thelper = cache\n", 0o644);
    home.write(".ssh/config", "Host web\n\tUser ada\n", 0o600);
    let key_file = home.path("vault.key");
    home.doorkey(&["store", "init", "--key-file", key_file.to_str().unwrap(), "--yes"]).fine();
    let arguments = [
        "profile",
        "add",
        "acme",
        "--host",
        "git.test",
        "--owner",
        "acme",
        "--ssh-key",
        "id_acme",
        "--user",
        "ada",
        "--yes",
    ];
    home.doorkey(&arguments).fine();
    let line = format!(
        "printf %s {CANARY} | {} token add acme --user ada --stdin --yes",
        env!("CARGO_BIN_EXE_doorkey")
    );
    home.program("sh", &["-c", &line]).fine();
    home.doorkey(&["use", "acme", "--yes"]).fine();
    same(&home.codes(), &[]);
    home
}

/// Which keys the real ssh would offer for a repository of the owner.
fn offered(home: &Home, owner: &str) -> Vec<String> {
    let config = home.path(".ssh/config");
    let command = format!("git-upload-pack '{owner}/app.git'");
    let ran = home.program("ssh", &["-G", "-F", config.to_str().unwrap(), "git@git.test", &command]).fine();
    let lines = ran.out.lines().filter_map(|line| line.strip_prefix("identityfile "));
    lines.map(|path| path.rsplit('/').next().unwrap().to_owned()).collect()
}

/// Mends everything that can be mended, and takes it back and does it again: the second time is as the first.
#[track_caller]
fn mend(home: &Home) {
    let before = home.snapshot();
    home.doorkey(&["doctor", "--fix", "--yes"]);
    home.doorkey(&["undo", "--yes"]).fine();
    assert!(home.snapshot() == before, "undo gave something else back");
    home.doorkey(&["doctor", "--fix", "--yes"]);
}

#[test]
fn a_helper_below_the_include_is_put_above_it() {
    let home = in_force();
    let text = home.read(".gitconfig") + "[credential \"https://git.test\"]\n\thelper =\n\thelper = cache";
    home.write(".gitconfig", text, 0o644);
    same(&home.codes(), &["helper-after-include"]);
    mend(&home);
    same(&home.codes(), &[]);
    let ran = home.doorkey(&["inspect", "helpers", "--json"]).json();
    assert_eq!(ran["git"]["chains"][0]["helpers"][0][0]["ours"], true, "{ran}");
    assert_eq!(ran["git"]["chains"][0]["helpers"].as_array().unwrap().len(), 1);
    // git itself asks doorkey now.
    let filled = home.program(
        "sh",
        &["-c", "printf 'protocol=https\\nhost=git.test\\npath=acme/app.git\\n\\n' | git credential fill"],
    );
    assert!(
        filled.out.contains("username=ada") && filled.out.contains(CANARY),
        "{}{}",
        filled.out,
        filled.err
    );
}

#[test]
fn other_settings_below_the_include_are_a_warning_and_shared_sections_are_left_to_people() {
    let home = in_force();
    let text = home.read(".gitconfig");
    home.write(".gitconfig", format!("{text}[alias]\n\tst = status\n"), 0o644);
    same(&home.codes(), &["git-include-not-last"]);
    mend(&home);
    same(&home.codes(), &[]);
    home.write("mine.inc", "", 0o644);
    home.write(".gitconfig", format!("{text}\tpath = ~/mine.inc\n"), 0o644);
    same(&home.codes(), &["git-include-not-last"]);
    let before = home.snapshot();
    home.doorkey(&["doctor", "--fix", "--yes"]).fine();
    assert!(home.snapshot() == before);
}

#[test]
fn a_key_above_the_include_and_for_every_host_is_no_longer_offered() {
    let home = in_force();
    let config = home.read(".ssh/config");
    home.write(
        ".ssh/config",
        format!("Host *\n\tIdentityFile ~/.ssh/id_ed25519\n\tServerAliveInterval 9\n{config}"),
        0o600,
    );
    assert_eq!(offered(&home, "acme")[0], "id_ed25519");
    same(&home.codes(), &["identity-before-include", "identity-under-host-star", "ssh-include-not-first"]);
    mend(&home);
    same(&home.codes(), &[]);
    assert_eq!(offered(&home, "acme"), ["id_acme"]);
    // For every other host all is as it was.
    let path = home.path(".ssh/config");
    let other = home.program("ssh", &["-G", "-F", path.to_str().unwrap(), "elsewhere.test"]).fine().out;
    assert!(other.contains("id_ed25519") && other.contains("serveraliveinterval 9"), "{other}");
}

#[test]
fn a_key_named_for_the_host_itself_is_left_to_people() {
    let home = in_force();
    let config = home.read(".ssh/config");
    home.write(".ssh/config", format!("{config}Host git.test\n\tIdentityFile ~/.ssh/id_ed25519\n"), 0o600);
    same(&home.codes(), &["identity-for-managed-host"]);
    assert_eq!(offered(&home, "acme"), ["id_acme", "id_ed25519"]);
}

#[test]
fn a_shared_connection_above_the_include_is_found() {
    let home = in_force();
    let config = home.read(".ssh/config");
    home.write(
        ".ssh/config",
        format!("Host *\n\tControlMaster auto\n\tControlPath ~/.ssh/cm-%C\n{config}"),
        0o600,
    );
    same(&home.codes(), &["control-path-shared", "ssh-include-not-first"]);
    mend(&home);
    same(&home.codes(), &[]);
}

#[test]
fn the_includes_are_put_back() {
    let home = in_force();
    home.write(".gitconfig", "[user]\n\tname = Ada", 0o644);
    home.write(".ssh/config", "Host web\n\tUser ada\n", 0o600);
    same(&home.codes(), &["git-include-missing", "ssh-include-missing"]);
    mend(&home);
    same(&home.codes(), &[]);
    fs::remove_file(home.path(".gitconfig")).unwrap();
    fs::remove_file(home.path(".ssh/config")).unwrap();
    same(&home.codes(), &["git-include-missing", "ssh-include-missing"]);
    mend(&home);
    same(&home.codes(), &[]);
}

#[test]
fn a_line_in_a_comment_or_a_value_is_no_include() {
    let hide: [fn(&str) -> String; 2] = [
        |text| text.replace("\nInclude", "\n#Include").replace("[include]", "#[include]"),
        // For git the header is the end of the value above it; for ssh it stands behind a word.
        |text| text.replace("[include]", "[alias]\n\tx = a\\\n[include]").replace("Include", "# see Include"),
    ];
    for hide in hide {
        let home = in_force();
        let (git, ssh) = (home.read(".gitconfig"), format!("\n{}", home.read(".ssh/config")));
        home.write(".gitconfig", hide(&git), 0o644);
        home.write(".ssh/config", hide(&ssh), 0o600);
        assert_ne!(offered(&home, "acme"), ["id_acme"]);
        same(&home.codes(), &["git-include-missing", "ssh-include-missing"]);
        mend(&home);
        same(&home.codes(), &[]);
        assert_eq!(offered(&home, "acme"), ["id_acme"]);
        // `use` sees it too.
        home.write(".gitconfig", hide(&git), 0o644);
        home.write(".ssh/config", hide(&ssh), 0o600);
        home.doorkey(&["use", "acme", "--yes"]).fine();
        assert_eq!(offered(&home, "acme"), ["id_acme"]);
        let path = home.program("git", &["config", "--get", "credential.https://git.test.helper"]);
        assert!(path.fine().out.contains("credential --generation"));
        let before = home.stamps();
        home.doorkey(&["use", "acme", "--yes"]).fine();
        assert!(home.stamps() == before);
    }
}

#[test]
fn a_lost_launcher_comes_back() {
    let home = in_force();
    fs::remove_file(home.path(".local/state/doorkey/bin/doorkey")).unwrap();
    same(&home.codes(), &["launcher-missing"]);
    home.doorkey(&["on"]).fine();
    same(&home.codes(), &[]);
    // doctor does it as well, and says that it can.
    let launcher = home.path(".local/state/doorkey/bin/doorkey");
    fs::remove_file(&launcher).unwrap();
    let found = home.doorkey(&["doctor"]);
    assert!(found.out.contains("1 of them can be mended: doorkey doctor --fix"), "{}", found.out);
    let ran = home.doorkey(&["doctor", "--fix", "--only", "launcher-missing", "--yes"]).fine();
    assert!(ran.out.contains("mended [launcher-missing]"), "{}", ran.out);
    same(&home.codes(), &[]);
    fs::write(&launcher, "another version").unwrap();
    same(&home.codes(), &["launcher-outdated"]);
    home.doorkey(&["doctor", "--fix", "--yes"]).fine();
    same(&home.codes(), &[]);
    home.doorkey(&["undo", "--yes"]).fine();
    same(&home.codes(), &[]);
}

#[test]
fn a_profile_put_back_by_hand_is_out_of_date_and_nothing_else() {
    let home = in_force();
    let profile = "version = 1\n[[host]]\nname = \"far.test\"\ntransport = \"https\"\n[compat]\n";
    home.write(".config/doorkey/profiles/far.toml", profile, 0o600);
    same(&home.codes(), &["profile-without-token", "settings-outdated"]);
    home.doorkey(&["use", "acme", "--yes"]).fine();
    same(&home.codes(), &["profile-without-token"]);
    // An empty helper after ours is another thing, and says what follows.
    let mut home = home;
    home.set("GIT_CONFIG_COUNT", "1");
    home.set("GIT_CONFIG_KEY_0", "credential.https://git.test.helper");
    home.set("GIT_CONFIG_VALUE_0", "");
    let ran = home.doorkey(&["doctor", "--only", "other-helper-wins"]);
    assert!(
        ran.out.contains("git asks no helper") && ran.out.contains("git asks you instead"),
        "{}",
        ran.out
    );
}

#[test]
fn helpers_of_the_environment_and_of_repositories_are_found() {
    let mut home = in_force();
    home.repository("work/app", "https://git.test/acme/app.git");
    home.repository("work/other", "https://elsewhere.test/acme/app.git");
    for repository in ["work/app", "work/other"] {
        let path = home.path(repository);
        home.program("git", &["-C", path.to_str().unwrap(), "config", "credential.helper", "store"]).fine();
    }
    let found = home.doorkey(&["doctor", "--json"]).json();
    same(&home.codes(), &["repository-overrides-helper"]);
    assert_eq!(
        found["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|f| f["code"] == "repository-overrides-helper")
            .count(),
        1
    );
    home.set("GIT_CONFIG_COUNT", "2");
    home.set("GIT_CONFIG_KEY_0", "credential.helper");
    home.set("GIT_CONFIG_VALUE_0", "");
    home.set("GIT_CONFIG_KEY_1", "credential.https://git.test.helper");
    home.set("GIT_CONFIG_VALUE_1", "!echo password=x");
    same(&home.codes(), &["other-helper-wins", "repository-overrides-helper", "token-in-git-config"]);
}

#[test]
fn use_is_refused_while_netrc_answers_first() {
    for entry in ["machine git.test login ada password", "default login ada password"] {
        let home = in_force();
        home.doorkey(&["off"]).fine();
        home.write(".netrc", format!("{entry} {CANARY}\n"), 0o600);
        same(&home.codes(), &["netrc-entry-for-managed-host"]);
        let before = home.snapshot();
        let ran = home.doorkey(&["use", "acme", "--yes"]);
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        assert!(ran.err.contains("~/.netrc:1") && ran.err.contains("fix:"), "{}", ran.err);
        assert!(home.snapshot() == before);
        home.write(".netrc", format!("machine elsewhere.test login ada password {CANARY}\n"), 0o600);
        home.doorkey(&["use", "acme", "--yes"]).fine();
        same(&home.codes(), &["token-in-netrc"]);
    }
}

#[test]
fn profiles_are_judged_too() {
    let home = in_force();
    let profile =
        |name: &str, text: &str| home.write(&format!(".config/doorkey/profiles/{name}.toml"), text, 0o600);
    profile(
        "zwei",
        "version = 1\n[[host]]\nname = \"git.test\"\nowners = [\"ACME\", \"acme\"]\ntransport = \"https\"\n",
    );
    same(&home.codes(), &["profile-without-token", "two-profiles-claim-route"]);
    profile(
        "zwei",
        "version = 1\n[[host]]\nname = \"other.test\"\ntransport = \"ssh\"\nssh = { key = \"id_gone\" }\n[trust]\nca = [\"gone.pem\"]\n",
    );
    same(&home.codes(), &["profile-ca-unusable", "profile-key-missing", "settings-outdated"]);
    profile("zwei", "version = 1\n[[host]]\nname = \n");
    same(&home.codes(), &["profile-broken"]);
    profile("zwei", "version = 1\n[compat]\nforget-on-erase = true\n");
    same(&home.codes(), &["compat-setting-on", "settings-outdated"]);
}

#[test]
fn stores_and_tokens_are_judged_without_their_values() {
    let home = in_force();
    // git reports the token as refused.
    let said =
        format!("protocol=https\nhost=git.test\npath=acme/app.git\nusername=ada\npassword={CANARY}\n\n");
    let file = home.write("said", said, 0o600);
    let line = format!("git credential reject < '{}'", file.display());
    home.program("sh", &["-c", &line]).fine();
    same(&home.codes(), &["token-suspect"]);
    fs::rename(home.path("vault.key"), home.path("away.key")).unwrap();
    same(&home.codes(), &["key-file-wrong"]);
    fs::rename(home.path("away.key"), home.path("vault.key")).unwrap();

    let sealed = home.path(".local/state/doorkey/vault/profiles/acme.age");
    let suspect = fs::read(&sealed).unwrap();
    home.doorkey(&["token", "remove", "acme", "--yes"]).fine();
    let last = fs::read(&sealed).unwrap();
    fs::write(&sealed, &last[..last.len() - 1]).unwrap();
    same(&home.codes(), &["store-damaged"]);
    fs::write(&sealed, &suspect).unwrap();
    same(&home.codes(), &["store-rolled-back"]);
    let failed = home.doorkey(&["token", "list"]);
    assert!(
        failed.err.contains("error[store-rolled-back]") && failed.err.contains("store accept acme"),
        "{}",
        failed.err
    );
    home.doorkey(&["store", "accept", "acme"]).fine();
    same(&home.codes(), &["token-suspect"]);
    let bare = Home::new();
    bare.doorkey(&["profile", "add", "acme", "--host", "git.test", "--yes"]).fine();
    same(&bare.codes(), &["store-missing"]);
}

#[test]
fn a_locked_vault_is_said() {
    let home = Home::new();
    home.write("passphrase", "correct horse battery", 0o600);
    home.doorkey(&["profile", "add", "acme", "--host", "git.test", "--yes"]).fine();
    let line = format!("{} store init --passphrase-fd 3 --yes 3< passphrase", env!("CARGO_BIN_EXE_doorkey"));
    home.program("sh", &["-c", &line]).fine();
    home.doorkey(&["store", "lock"]).fine();
    same(&home.codes(), &["store-locked"]);
}

#[test]
fn an_interrupted_change_is_found_and_taken_back() {
    let home = in_force();
    let entry = "{\"schema\":\"doorkey/journal/v1\",\"id\":99,\"time\":0,\"title\":\"use acme\",\"steps\":[],\"inverse\":[]}";
    home.write(".local/state/doorkey/journal/000099.begun", entry, 0o600);
    same(&home.codes(), &["run-interrupted"]);
    home.doorkey(&["doctor", "--fix", "--only", "run-interrupted"]).fine();
    same(&home.codes(), &[]);
}

#[test]
fn aliases_other_users_rewrites_and_dead_shells_are_found() {
    let mut home = in_force();
    let config = home.read(".ssh/config");
    home.write(".ssh/config", format!("{config}Host work\n\tHostName git.test\n"), 0o600);
    same(&home.codes(), &["alias-for-managed-host"]);
    home.write(".ssh/config", config, 0o600);
    home.repository("app", "https://bob@git.test/acme/app.git");
    home.repository("lib", "https://ada@git.test/acme/lib.git");
    home.repository("far", "https://bob@git.test/initech/lib.git");
    same(&home.codes(), &["remote-names-other-user"]);
    let found = home.doorkey(&["doctor", "--json"]).json();
    let fix = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["code"] == "remote-names-other-user")
        .unwrap()["fix"]
        .clone();
    home.program("sh", &["-c", fix.as_str().unwrap()]).fine();
    same(&home.codes(), &[]);
    home.set("SHELL", "/nowhere/sh");
    same(&home.codes(), &["shell-not-usable"]);
    home.set("SHELL", "/bin/false");
    same(&home.codes(), &["shell-not-usable"]);
    home.set("SHELL", "/bin/sh");
    let text = home.read(".gitconfig");
    home.write(
        ".gitconfig",
        format!("[url \"ssh://git@git.test/\"]\n\tinsteadOf = https://git.test/\n{text}"),
        0o644,
    );
    same(&home.codes(), &["url-rewritten"]);
}

#[test]
fn a_spelling_that_git_tells_apart_from_the_owners_is_found() {
    let home = Home::new();
    let add = |name: &str, host: &str, more: &[&str]| {
        let arguments = ["profile", "add", name, "--host", host, "--owner", name, "--yes"];
        home.doorkey(&[&arguments[..], more].concat()).fine();
    };
    add("acme", "github.com", &["--proxy", "http://proxy.test:3128"]);
    add("globex", "github.com", &["--proxy", "http://proxy.test:3128"]);
    home.doorkey(&["use", "acme", "--yes"]).fine();
    let found = || home.codes().into_iter().any(|code| code == "spelling-skips-proxy");
    assert!(!found(), "one proxy for the whole host");
    add("initech", "github.com", &[]);
    assert!(found());
    home.repository("app", "https://github.com/ACME/app.git");
    home.repository("lib", "https://github.com/acme/lib.git");
    let report = home.doorkey(&["doctor", "--json"]).json();
    let all = report["findings"].as_array().unwrap();
    let strays: Vec<_> =
        all.iter().filter(|f| f["code"] == "spelling-skips-proxy" && f["severity"] == "warning").collect();
    assert_eq!(strays.len(), 1, "{strays:#?}");
    let proxy = || {
        let url = home.program("git", &["-C", "app", "remote", "get-url", "origin"]).fine().out;
        home.program("git", &["config", "--get-urlmatch", "http.proxy", url.trim()]).out
    };
    assert_eq!(proxy(), "");
    home.program("sh", &["-c", strays[0]["fix"].as_str().unwrap()]).fine();
    assert_eq!(proxy(), "http://proxy.test:3128\n");
}
