//! Owner, group, extended attributes and modes of the user's files (SECURITY rules 21 and 26).

use crate::home::{Home, Ran};
use rustix::fs::XattrFlags;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::process::Command;

#[test]
fn a_file_of_somebody_else_is_refused() {
    let home = Home::prepared();
    home.write(".gitconfig", "[user]\n\tname = Me\n", 0o644);
    let mut command = home.doorkey();
    // As root, doorkey could replace another user's file; as another user, root's is at hand.
    if chown(home.path(".gitconfig"), Some(12345), Some(23456)).is_err() {
        command.env("GIT_CONFIG_GLOBAL", "/etc/hosts");
    }
    let before = home.tree();
    let ran = Ran::of(&command.args(["use", "acme", "--yes"]).output().unwrap()).with_code(3);
    assert!(ran.err.contains("belongs to user") && ran.err.contains("without sudo"), "{ran:#?}");
    let mut after = home.tree();
    // The journal's key and folder are doorkey's own, and there is no entry in it.
    after.retain(|path, _| before.contains_key(path) || !path.starts_with(home.state()));
    let changed = crate::home::differences(&before, &after);
    let users: Vec<_> = changed.iter().filter(|p| !p.starts_with(home.state())).collect();
    assert!(users.is_empty(), "{users:?}");
    home.run(&["current"]).with_code(1);
}

#[test]
fn the_group_is_kept() {
    let home = Home::prepared();
    home.write(".gitconfig", "[user]\n\tname = Me\n", 0o640);
    let ours: Vec<u32> = rustix::process::getgroups().unwrap().into_iter().map(|g| g.as_raw()).collect();
    let uid = fs::metadata(home.path(".gitconfig")).unwrap().uid();
    // Root may give it to any group; others to one of theirs.
    let group = if uid == 0 { 23456 } else { ours[0] };
    chown(home.path(".gitconfig"), None, Some(group)).unwrap();
    for command in [&["use", "acme", "--yes"][..], &["undo", "--yes"]] {
        home.run(command).ok();
        let meta = fs::metadata(home.path(".gitconfig")).unwrap();
        assert_eq!((meta.gid(), meta.mode() & 0o7777), (group, 0o640), "{command:?}");
    }
}

#[test]
fn every_extended_attribute_is_kept() {
    // A file system there takes more and larger ones than a disk's.
    let home = Home::empty_below(std::path::Path::new("/dev/shm"));
    home.prepare();
    home.write(".gitconfig", "[user]\n\tname = Me\n", 0o644);
    let file = home.path(".gitconfig");
    let mut names: Vec<String> = Vec::new();
    for number in 0..200 {
        let name = format!("user.{}.{number}", "a-long-name-".repeat(6));
        let value = vec![b'v'; if number == 0 { 20_000 } else { 5 }];
        if rustix::fs::setxattr(&file, name.as_str(), &value, XattrFlags::empty()).is_ok() {
            names.push(name);
        }
    }
    assert!(names.len() > 5, "this file system takes no attributes");
    let read = |name: &str| {
        let mut value = vec![0u8; 65536];
        let length = rustix::fs::getxattr(&file, name, &mut value[..]).unwrap_or(0);
        value.truncate(length);
        value
    };
    let before: Vec<Vec<u8>> = names.iter().map(|n| read(n)).collect();
    home.run(&["use", "acme", "--yes"]).ok();
    let after: Vec<Vec<u8>> = names.iter().map(|n| read(n)).collect();
    assert_eq!(before, after);
}

fn traced(home: &Home, arguments: &[&str]) -> (Ran, String) {
    let mut command = home.doorkey();
    command.args(arguments);
    let log = home.outside("log");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-y", "-o"]).arg(&log);
    strace.args(["-e", "trace=chmod,fchmod,fchmodat,fsync,rmdir"]);
    strace.arg(command.get_program()).args(command.get_args()).env_clear().current_dir(home.dir());
    for (name, value) in command.get_envs() {
        strace.env(name, value.unwrap());
    }
    let ran = Ran::of(&strace.output().unwrap());
    (ran, fs::read_to_string(&log).unwrap())
}

#[test]
fn a_new_mode_is_synced() {
    let home = Home::prepared();
    home.write(".ssh/config", "Host *\n", 0o666);
    let arguments = ["doctor", "--fix", "--only", "ssh-config-writable-by-others", "--yes"];
    let (ran, log) = traced(&home, &arguments);
    ran.ok();
    let chmod = log.lines().position(|l| l.contains("chmod") && l.contains(".ssh/config\"")).expect(&log);
    let sync = |l: &&str| l.contains("fsync(") && l.contains("/.ssh/config>");
    assert!(log.lines().skip(chmod).any(|l| sync(&l)), "{log}");
}

#[test]
fn a_removed_folder_is_synced() {
    let home = Home::prepared();
    home.run(&["use", "acme", "--yes"]).ok();
    let (ran, log) = traced(&home, &["undo", "--yes"]);
    ran.ok();
    let removed = log.lines().position(|l| l.contains("rmdir(") && l.contains("/.ssh\"")).expect(&log);
    let sync = |l: &&str| l.contains("fsync(") && l.contains("/home>");
    assert!(log.lines().skip(removed).any(|l| sync(&l)), "{log}");
}

#[test]
fn an_attribute_that_cannot_be_kept_stops_the_change() {
    let home = Home::prepared();
    home.write(".gitconfig", "[user]\n\tname = Me\n", 0o644);
    let file = home.path(".gitconfig");
    rustix::fs::setxattr(&file, "user.mine", b"1", XattrFlags::empty()).unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "inject=fsetxattr:error=EPERM"]);
    let mut command = home.doorkey();
    command.args(["use", "acme", "--yes"]);
    strace.arg(command.get_program()).args(command.get_args()).env_clear().current_dir(home.dir());
    for (name, value) in command.get_envs() {
        strace.env(name, value.unwrap());
    }
    let ran = Ran::of(&strace.output().unwrap()).with_code(3);
    assert!(ran.err.contains("user.mine"), "{ran:#?}");
    assert_eq!(home.text(".gitconfig"), "[user]\n\tname = Me\n");
    assert!(!home.path(".ssh").exists());
}
