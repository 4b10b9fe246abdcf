//! The SSH host: port 22; port 2222 with another host key; port 2200, which takes no key and so shows which are offered.

use super::identity::IDENTITIES;
use super::namespace::ROOT;
use super::server::Server;
use super::{etc, log, repositories};
use std::fmt::Write as _;
use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Log of the gate behind the accepted keys.
pub(crate) const LOG: &str = "ssh.log";

/// Log of the sshd that takes no key.
pub(crate) const OFFERED_LOG: &str = "sshd-2200.log";

/// Every name that answers SSH, by address.
const HOSTS: &[(&str, &str)] =
    &[("127.0.1.1", "tenant-a.git.test"), ("127.0.1.2", "tenant-b.git.test"), ("127.0.1.3", "git.test")];

/// One command as the SSH host was asked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SshSeen {
    /// Whence it came.
    pub(crate) client: IpAddr,
    /// The port that was asked.
    pub(crate) port: u16,
    /// The owner whose key was accepted.
    pub(crate) key: String,
    /// `served`, `not-found`, `lfs`, `greeting` or `refused`.
    pub(crate) answer: String,
    /// The command as the client sent it; empty for none.
    pub(crate) command: String,
}

/// One key that a client offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offered {
    /// Whence it came.
    pub(crate) client: IpAddr,
    /// The client's port: one number for each connection.
    pub(crate) connection: u16,
    /// `SHA256:...` as ssh-keygen -l prints it.
    pub(crate) fingerprint: String,
}

/// The private key of an owner.
pub(crate) fn key(owner: &str) -> PathBuf {
    let path = Path::new(ROOT).join("keys").join(owner);
    assert!(path.exists(), "no key of {owner:?} in the lab");
    path
}

/// Starts the three servers and returns the lines for known_hosts.
pub(crate) fn start() -> String {
    for folder in ["ssh", "keys"] {
        fs::create_dir_all(Path::new(ROOT).join(folder)).expect("a folder");
    }
    fs::set_permissions(Path::new(ROOT).join("keys"), fs::Permissions::from_mode(0o700)).expect("its mode");
    let gate = Path::new(ROOT).join("ssh/git-gate");
    crate::executable::write(&gate, gate_script());
    let log = log::folder().join(LOG);
    fs::write(&log, "").expect("a log");
    chown(&log, Some(etc::GIT_UID), None).expect("its owner");

    let mut accepted = String::new();
    for identity in IDENTITIES {
        let path = Path::new(ROOT).join("keys").join(identity.owner);
        let public = make_key(&path, identity.owner);
        writeln!(accepted, "restrict,command=\"{} {}\" {public}", gate.display(), identity.owner)
            .expect("a string");
    }
    fs::write(Path::new(ROOT).join("ssh/authorized_keys"), accepted).expect("the accepted keys");

    let mut known = String::new();
    let mut servers = Vec::new();
    for port in [22, 2222, 2200] {
        let host_key = make_key(&Path::new(ROOT).join(format!("ssh/host-{port}")), "lab");
        let host_key = host_key.rsplit_once(' ').map_or(host_key.as_str(), |(key, _comment)| key);
        for (_, name) in HOSTS {
            let name = if port == 22 { (*name).to_owned() } else { format!("[{name}]:{port}") };
            writeln!(known, "{name} {host_key}").expect("a string");
        }
        servers.push((port, start_one(port)));
    }
    for (port, server) in &mut servers {
        server.wait_for_port(&format!("127.0.1.3:{port}"));
    }
    known
}

/// The commands after the first `mark` bytes of the log.
pub(crate) fn seen(mark: usize) -> Vec<SshSeen> {
    let parse = |line: String| {
        let fields: Vec<&str> = line.splitn(5, '\t').collect();
        let [client, port, key, answer, command] = fields[..] else { panic!("a line of the log: {line:?}") };
        SshSeen {
            client: client.parse().expect("an address"),
            port: port.parse().expect("a port"),
            key: key.to_owned(),
            answer: answer.to_owned(),
            command: command.to_owned(),
        }
    };
    log::lines_since(LOG, mark).into_iter().map(parse).collect()
}

/// The offered keys after the first `mark` bytes of the log.
pub(crate) fn offered(mark: usize) -> Vec<Offered> {
    log::lines_since(OFFERED_LOG, mark).iter().filter_map(|line| parse_offered(line)).collect()
}

/// `Failed publickey for git from 127.9.0.1 port 40000 ssh2: ED25519 SHA256:...`
fn parse_offered(line: &str) -> Option<Offered> {
    let (_, rest) = line.split_once("Failed publickey for ")?;
    let (_, rest) = rest.split_once(" from ")?;
    let words: Vec<&str> = rest.split_whitespace().collect();
    let fingerprint = words.iter().find(|word| word.starts_with("SHA256:"))?;
    Some(Offered {
        client: words.first()?.parse().ok()?,
        connection: words.get(2)?.parse().ok()?,
        fingerprint: (*fingerprint).to_owned(),
    })
}

/// Makes an Ed25519 key pair without passphrase and returns its public line.
fn make_key(path: &Path, comment: &str) -> String {
    let output = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f"])
        .arg(path)
        .output();
    assert!(output.is_ok_and(|output| output.status.success()), "ssh-keygen {}", path.display());
    fs::read_to_string(path.with_extension("pub")).expect("its public half").trim_end().to_owned()
}

fn start_one(port: u16) -> Server {
    let configuration = Path::new(ROOT).join(format!("ssh/sshd-{port}.conf"));
    let accepted = if port == 2200 { "none".to_owned() } else { format!("{ROOT}/ssh/authorized_keys") };
    let mut text: String =
        HOSTS.iter().map(|(address, _)| format!("ListenAddress {address}:{port}\n")).collect();
    write!(
        text,
        "HostKey {ROOT}/ssh/host-{port}
AuthorizedKeysFile {accepted}
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
AcceptEnv GIT_PROTOCOL
PidFile none
LogLevel VERBOSE
MaxAuthTries 50
MaxStartups 200:30:400
# Saves 100 ms a connection against the post-quantum exchange.
KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256
"
    )
    .expect("a string");
    fs::write(&configuration, &text).expect("a configuration");
    let sshd = etc::find("sshd").expect("sshd is installed");
    // Since 9.8 refused clients are held off, and the lab's clients are refused on purpose; older ones do not know the word.
    let held_off = format!("{text}PerSourcePenalties no\n");
    let newer = configuration.with_extension("newer");
    fs::write(&newer, held_off).expect("a configuration");
    let knows = Command::new(&sshd)
        .args(["-t", "-f"])
        .arg(&newer)
        .output()
        .is_ok_and(|output| output.status.success());
    let chosen = if knows { newer } else { configuration };
    let log = log::folder().join(format!("sshd-{port}.log"));
    // By its absolute path: sshd starts itself anew for each connection.
    Server::start(
        Command::new(sshd).arg("-D").arg("-E").arg(log).arg("-f").arg(chosen),
        &format!("sshd-{port}.out"),
    )
}

/// What every accepted key is bound to: logs who asks for what, and serves the owner's repositories only.
fn gate_script() -> String {
    let log = log::folder().join(LOG);
    let basic: String = IDENTITIES
        .iter()
        .map(|identity| format!("  {}) header='{}';;\n", identity.owner, identity.basic()))
        .collect();
    let users: String = IDENTITIES
        .iter()
        .map(|identity| format!("      {}) who={};;\n", identity.owner, identity.user))
        .collect();
    format!(
        r#"#!/bin/sh
key=$1 asked=$SSH_ORIGINAL_COMMAND
set -- $SSH_CONNECTION
client=$1 port=$4
say() {{ printf '%s\t%s\t%s\t%s\t%s\n' "$client" "$port" "$key" "$1" "$asked" >>'{log}'; }}

case $asked in
  '')
    say greeting
    who=$key
    case $key in
{users}    esac
    echo "Hi $who! You've successfully authenticated, but the lab does not provide shell access." >&2
    exit 1;;
  git-upload-pack\ *|git-receive-pack\ *|git-upload-archive\ *|git-lfs-authenticate\ *|git-lfs-transfer\ *) ;;
  *) say refused; echo 'fatal: command not allowed' >&2; exit 128;;
esac

verb=${{asked%% *}} path=${{asked#* }}
case $verb in git-lfs-*) path=${{path%% *}};; esac
path=${{path#\'}} path=${{path%\'}} path=${{path#/}}
# Hosts take owners without regard to case.
owner=$(printf %s "${{path%%/*}}" | tr '[:upper:]' '[:lower:]')
case $path in *..*) owner=;; esac
if [ "$owner" != "$key" ]; then
  say not-found
  echo 'ERROR: Repository not found.' >&2
  exit 1
fi
case $verb in
  git-lfs-authenticate)
    say lfs
    case $key in
{basic}    esac
    printf '{{"href":"https://git.test/%s/info/lfs","header":{{"Authorization":"%s"}},"expires_in":3600}}\n' "$path" "$header";;
  git-lfs-transfer) say lfs; echo 'fatal: the lab has no git-lfs-transfer' >&2; exit 1;;
  *) say served; cd '{repositories}' && exec git "${{verb#git-}}" "$owner/${{path#*/}}";;
esac
"#,
        log = log.display(),
        repositories = repositories::folder().display(),
    )
}
