//! `ssh -v` of OpenSSH 9.2, shortened.

use doorkey::engine::verify::SshLog;

const LOG: &str = "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.17\r
debug1: Reading configuration data /home/ada/.ssh/config\r
debug1: Connecting to git.test [127.0.1.3] port 22.\r
debug1: Connection established.\r
debug1: Server host key: ssh-ed25519 SHA256:hGMk\r
debug1: Host 'git.test' is known and matches the ED25519 host key.\r
debug1: Will attempt key: /home/ada/my keys/id_a ED25519 SHA256:aaaa explicit\r
debug1: Offering public key: /home/ada/my keys/id_a ED25519 SHA256:aaaa explicit\r
debug1: Offering public key: ada@desk RSA SHA256:bbbb agent\r
debug1: Server accepts key: ada@desk RSA SHA256:bbbb agent\r
Authenticated to git.test ([127.0.1.3]:22) using \"publickey\".\r
debug1: Server accepts key: /what/the/server/says ED25519 SHA256:cccc\r
";

#[test]
fn the_stages_of_a_connection() {
    let log = SshLog::read(LOG);
    assert!(log.is_there && log.connected && log.host_key_known);
    assert_eq!(log.address(), Some("127.0.1.3"));
    assert_eq!(log.host_key.as_deref(), Some("ssh-ed25519 SHA256:hGMk"));
    let offered: Vec<_> = log.offered.iter().map(|k| (k.name.as_str(), k.fingerprint.as_str())).collect();
    assert_eq!(offered, [("/home/ada/my keys/id_a", "SHA256:aaaa"), ("ada@desk", "SHA256:bbbb")]);
    assert_eq!(log.taken.expect("a key").fingerprint, "SHA256:bbbb");
}

#[test]
fn without_a_log_nothing_is_claimed() {
    assert_eq!(SshLog::read("git@git.test: Permission denied (publickey).\n"), SshLog::default());
}
