//! The private machine: own /etc, /run, users, names, trust store and system-wide configuration.

use super::namespace::{PATH, ROOT};
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names and addresses; the names are those of the recipes, so that error texts can be compared.
const HOSTS: &str = "\
127.0.0.1 localhost
127.0.1.1 tenant-a.git.test
127.0.1.2 tenant-b.git.test
127.0.1.3 git.test
127.0.1.4 nochain.git.test expired.git.test wronghost.git.test selfsigned.git.test untrusted.git.test
127.0.1.5 public.test
127.0.1.10 proxy.corp.test
";

/// Debian's own file, so that what the machine's owner added to it does not count.
const SSH_CONFIG: &str = "\
Include /etc/ssh/ssh_config.d/*.conf

Host *
    SendEnv LANG LC_*
    HashKnownHosts yes
    GSSAPIAuthentication yes
";

/// The user who owns the repositories and to whom ssh clients log in.
pub(crate) const GIT_UID: u32 = 990;

/// Whether a program is on the search path of a root user.
pub(crate) fn is_installed(name: &str) -> bool {
    find(name).is_some()
}

/// Every program of this name on the lab's search path, in its order.
pub(crate) fn find_all(name: &str) -> Vec<PathBuf> {
    PATH.split(':').map(|folder| Path::new(folder).join(name)).filter(|path| path.is_file()).collect()
}

/// The first program of this name on the lab's search path.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    find_all(name).into_iter().next()
}

/// Builds the private machine. Runs as pid 1 of the namespaces, before any test.
pub(crate) fn make_private() {
    // Both lie where other users may not look (a home of mode 0700), and /run may hide them.
    let programs = [
        ("doorkey", fs::read(env!("CARGO_BIN_EXE_doorkey")).expect("doorkey is built")),
        (
            "git-credential-doorkey",
            fs::read(env!("CARGO_BIN_EXE_git-credential-doorkey")).expect("it is built"),
        ),
    ];
    let toolchain = rust_toolchain();

    sh("ip link set lo up");
    sh("mount -t tmpfs -o mode=755 tmpfs /run");
    for folder in ["bin", "etc", "rust", "home", "log", "/run/sshd"] {
        fs::create_dir_all(Path::new(ROOT).join(folder)).expect("a folder of the lab");
    }
    for (name, program) in programs {
        let place = Path::new(ROOT).join("bin").join(name);
        fs::write(&place, program).expect("a copy of doorkey");
        fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).expect("its mode");
    }
    if let Some(toolchain) = toolchain {
        sh(&format!("mount --bind '{}' {ROOT}/rust", toolchain.display()));
    }

    copy_etc();
    // System-wide configuration outside /etc: git built with another prefix, npm.
    for folder in ["/usr/local/etc", "/usr/etc"] {
        if Path::new(folder).is_dir() {
            sh(&format!("mount -t tmpfs -o mode=755 tmpfs {folder}"));
        }
    }
    sh(&format!("mount --bind {ROOT}/etc /etc"));
    sh("mkdir -p /etc/lab-local-ca /usr/local/share/ca-certificates && \
        mount --bind /etc/lab-local-ca /usr/local/share/ca-certificates");
}

/// Adds a user, with a group of the same name, to the private /etc. One line, one write: readers see all of it or none.
pub(crate) fn add_user(name: &str, uid: u32, home: &Path) {
    append("/etc/group", &format!("{name}:x:{uid}:\n"));
    // Not `!`: sshd holds such an account for locked.
    append("/etc/shadow", &format!("{name}:*:19000:0:99999:7:::\n"));
    // Forced commands run through the login shell, so even `git` needs a real one.
    append("/etc/passwd", &format!("{name}:x:{uid}:{uid}::{}:/bin/sh\n", home.display()));
}

/// Puts a root certificate into "the system's" trust store as Debian keeps it: source, bundle, and link by hash.
pub(crate) fn trust_system_wide(name: &str, pem: &str) {
    fs::write(format!("/usr/local/share/ca-certificates/{name}.crt"), pem).expect("the source file");
    fs::write(format!("/etc/ssl/certs/{name}.pem"), pem).expect("the certificate");
    append("/etc/ssl/certs/ca-certificates.crt", pem);
    sh(&format!("cd /etc/ssl/certs && ln -sf {name}.pem $(openssl x509 -hash -noout -in {name}.pem).0"));
}

fn copy_etc() {
    let etc = Path::new(ROOT).join("etc");
    // In a user namespace /etc/shadow and the like cannot be read; nothing of ours needs their content.
    let copied = Command::new("cp").args(["-a", "/etc/."]).arg(&etc).output().expect("cp starts");
    assert!(
        copied.status.success() || is_mapped_root(),
        "copy of /etc: {}",
        String::from_utf8_lossy(&copied.stderr)
    );
    for own in ["gitconfig", "npmrc", "pip.conf", "resolv.conf", "ssh/ssh_config.d", "shadow"] {
        let path = etc.join(own);
        if path.is_dir() {
            fs::remove_dir_all(path).expect("removed");
        } else if path.symlink_metadata().is_ok() {
            fs::remove_file(path).expect("removed");
        }
    }
    let write = |name: &str, content: &str| fs::write(etc.join(name), content).expect("a file of /etc");
    write("hosts", HOSTS);
    // The lab's own name server says "no such name" to everything that is not in the hosts file.
    write("resolv.conf", "nameserver 127.0.0.1\n");
    write("shadow", "");
    fs::create_dir_all(etc.join("ssh/ssh_config.d")).expect("a folder of /etc");
    write("ssh/ssh_config", SSH_CONFIG);
    let switch = fs::read_to_string(etc.join("nsswitch.conf")).unwrap_or_default();
    let others = switch.lines().filter(|line| !line.starts_with("hosts:"));
    write("nsswitch.conf", &others.chain(["hosts: files dns", ""]).collect::<Vec<_>>().join("\n"));
    for name in ["passwd", "group"] {
        let lines = fs::read_to_string(etc.join(name)).expect("a file of /etc");
        write(
            name,
            &lines
                .lines()
                .filter(|line| !line.starts_with("git:"))
                .map(|line| format!("{line}\n"))
                .collect::<String>(),
        );
    }
}

/// Where the toolchain lies, if it lies where only its owner can look (rustup, in root's home).
fn rust_toolchain() -> Option<PathBuf> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    (path.is_dir() && !path.starts_with("/usr")).then_some(path)
}

/// Whether "root" is somebody else outside: a user namespace.
fn is_mapped_root() -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    map.split_whitespace().nth(1) != Some("0")
}

fn append(path: &str, text: &str) {
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path).expect(path);
    file.write_all(text.as_bytes()).expect(path);
}

fn sh(script: &str) {
    let status = Command::new("sh").args(["-ec", script]).status().expect("sh starts");
    assert!(status.success(), "{script}: {status}");
}
