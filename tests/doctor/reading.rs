//! The reading commands change nothing, and print no secret.

use crate::home::{CANARY, Home};

fn lived_in() -> Home {
    let home = Home::new();
    home.key("id_ed25519", &["-t", "ed25519"]);
    home.write(".gitconfig", format!("[http]\n\textraHeader = Authorization: Basic {CANARY}\n"), 0o644);
    home.write(".netrc", format!("default login ada password {CANARY}\n"), 0o600);
    home.write(".git-credentials", format!("https://{CANARY}0123456789abcdef:x@git.test\n"), 0o600);
    home.repository("work/app", &format!("https://{CANARY}0123456789abcdef@git.test/acme/app.git"));
    home
}

#[test]
fn reading_commands_write_nothing() {
    let home = lived_in();
    let before = home.stamps();
    for arguments in [
        &["doctor"][..],
        &["doctor", "--json", "--strict"],
        &["doctor", "--fix", "--dry-run"],
        &["inspect"],
        &["inspect", "ssh"],
        &["inspect", "tokens"],
        &["inspect", "helpers"],
        &["inspect", "trust"],
        &["inspect", "all", "--json"],
        &["profile", "suggest"],
        &["profile", "suggest", "--json"],
        &["explain"],
        &["explain", "key-weak", "--json"],
    ] {
        let ran = home.doorkey(arguments);
        assert!(ran.code == 0 || ran.code == 1, "{arguments:?}: {}{}", ran.out, ran.err);
        assert_eq!(home.stamps(), before, "{arguments:?}");
    }
}

#[test]
fn inspect_says_what_is_there() {
    let home = lived_in();
    let ssh = home.doorkey(&["inspect", "ssh", "--json"]).fine().json();
    assert_eq!(ssh["schema"], "doorkey/inspect/v1");
    let key = &ssh["ssh"]["keys"][0];
    assert_eq!(
        (key["kind"].as_str(), key["bits"].as_u64(), key["mode"].as_str()),
        (Some("ed25519"), Some(256), Some("0600"))
    );
    let said =
        home.program("ssh-keygen", &["-l", "-f", home.path(".ssh/id_ed25519").to_str().unwrap()]).fine();
    assert!(said.out.contains(key["fingerprint"].as_str().unwrap()), "{}", said.out);
    let tokens = home.doorkey(&["inspect", "tokens", "--json"]).fine().json();
    let plain = tokens["tokens"]["plain"].as_array().unwrap();
    assert_eq!(plain.len(), 2, "{tokens}");
    assert_eq!(tokens["tokens"]["repositories"][0]["remotes"][0]["password"], true);
    let text = home.doorkey(&["inspect"]).fine().out;
    for title in ["SSH", "TOKENS", "HELPERS", "TRUST"] {
        assert!(text.contains(title), "{text}");
    }
}

#[test]
fn a_dry_run_shows_the_diff_without_the_secrets_around_it() {
    let home = lived_in();
    home.write(
        ".gitconfig",
        format!(
            "[http]\n\textraHeader = Authorization: Basic {CANARY}\n\tsslVerify = false\n\tcookieFile = x\n"
        ),
        0o644,
    );
    let ran = home.doorkey(&["doctor", "--fix", "--dry-run"]).fine_or_findings();
    assert!(ran.out.contains("-\tsslVerify = false"), "{}", ran.out);
    let ran = home.doorkey(&["doctor", "--fix", "--dry-run", "--json"]).fine_or_findings();
    assert!(ran.out.contains("sslVerify = false"), "{}", ran.out);
    home.doorkey(&["doctor", "--fix", "--yes"]).fine_or_findings();
    home.doorkey(&["diff"]).fine();
    home.doorkey(&["undo", "--yes"]).fine();
}

trait FineOrFindings {
    fn fine_or_findings(self) -> Self;
}

impl FineOrFindings for crate::home::Ran {
    fn fine_or_findings(self) -> Self {
        assert!(self.code <= 1, "{}{}", self.out, self.err);
        self
    }
}
