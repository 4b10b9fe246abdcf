//! The agent, for machines whose kernel keeps no keys.

use crate::machine::{Machine, entry, profile, run, secret_in_use, sys_at, token_of};
use doorkey::secret::Secret;
use doorkey::stores::vault::{Access, Ended, Vault};
use doorkey::stores::{self, Store, StoreError};
use doorkey::sys::Sys;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const ROOT: &str = "VAULT_AGENT_ROOT";
const SOCKET: &str = "VAULT_AGENT_SOCKET";

fn vault_with_one_token(sys: &mut Sys) -> Vault {
    let vault = Vault::init_with_passphrase(sys, &Secret::copy_of(b"right")).unwrap();
    vault.put(sys, &profile("acme"), &token_of("ada"), &entry("one")).unwrap();
    vault
}

/// Serves in a thread, once the socket is there.
fn serve(machine: &Machine, vault: Vault, seconds: u64) -> JoinHandle<Result<Ended, StoreError>> {
    let mut sys = machine.later();
    let thread = std::thread::spawn(move || vault.serve(&mut sys, Duration::from_secs(seconds)));
    let end = Instant::now() + Duration::from_secs(5);
    while socket(machine).is_none() {
        assert!(Instant::now() < end, "no socket: {:?}", thread.join());
        std::thread::sleep(Duration::from_millis(5));
    }
    thread
}

fn socket(machine: &Machine) -> Option<PathBuf> {
    let entries = fs::read_dir(machine.path("run/doorkey")).ok()?;
    entries.map(|e| e.unwrap().path()).find(|p| p.extension().is_some_and(|e| e == "sock"))
}

fn recipient(machine: &Machine) -> String {
    let text = fs::read_to_string(machine.path("state/vault/store.toml")).unwrap();
    text.split("recipient = \"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

fn ask(socket: &Path, question: &[u8]) -> Vec<u8> {
    let mut stream = UnixStream::connect(socket).unwrap();
    // The agent may close before it has read everything.
    let _ = stream.write_all(question);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

fn token(sys: &Sys) -> Result<Option<String>, StoreError> {
    let records = stores::open(sys)?.records(sys, &profile("acme"))?;
    Ok(secret_in_use(&records, &token_of("ada")))
}

#[test]
fn it_serves_until_it_is_told_to_lock() {
    let mut machine = Machine::new();
    let vault = vault_with_one_token(&mut machine.sys);
    let again = Vault::open_with_passphrase(&machine.sys, &Secret::copy_of(b"right")).unwrap();
    assert!(matches!(token(&machine.sys), Err(StoreError::Locked)));

    // A killed agent's socket is in the way.
    let recipient = recipient(&machine);
    fs::create_dir_all(machine.path("run/doorkey")).unwrap();
    fs::set_permissions(machine.path("run/doorkey"), fs::Permissions::from_mode(0o700)).unwrap();
    let left_over = machine.path(&format!("run/doorkey/vault-{}.sock", &recipient[recipient.len() - 8..]));
    drop(UnixListener::bind(&left_over).unwrap());
    assert!(matches!(token(&machine.sys), Err(StoreError::Locked)));
    fs::remove_file(&left_over).unwrap();
    drop(UnixListener::bind(&left_over).unwrap());

    let mut sys = machine.later();
    let agent = std::thread::spawn(move || vault.serve(&mut sys, Duration::from_secs(60)));
    let end = Instant::now() + Duration::from_secs(5);
    while token(&machine.later()).is_err() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(token(&machine.later()).unwrap().unwrap(), "one");
    assert!(matches!(Vault::access(&machine.later()).unwrap(), Access::Unlocked { .. }));
    assert_eq!(fs::metadata(&left_over).unwrap().permissions().mode() & 0o777, 0o600);
    let second = again.serve(&mut machine.later(), Duration::from_secs(60));
    assert!(matches!(second, Err(StoreError::AgentRuns { .. })), "{second:?}");

    let long = "x".repeat(100_000);
    for question in ["", "get", "get \n", "get age1other\n", "lock age1other\n", "lock", "\0", &long] {
        assert!(ask(&left_over, question.as_bytes()).is_empty(), "{question:.20}");
    }
    // A caller that says nothing holds the next one up for a second, not for ever.
    let silent = UnixStream::connect(&left_over).unwrap();
    assert_eq!(
        token(&machine.later()).ok().flatten().or_else(|| token(&machine.later()).unwrap()).unwrap(),
        "one"
    );
    drop(silent);

    assert!(Vault::lock(&mut machine.sys).unwrap());
    assert_eq!(agent.join().unwrap().unwrap(), Ended::Locked);
    assert!(matches!(token(&machine.later()), Err(StoreError::Locked)));
    assert!(!Vault::lock(&mut machine.sys).unwrap());
    assert!(!left_over.exists());
}

#[test]
fn its_time_runs_out() {
    let mut machine = Machine::new();
    let vault = vault_with_one_token(&mut machine.sys);
    let agent = serve(&machine, vault, 2);
    assert_eq!(token(&machine.later()).unwrap().unwrap(), "one");
    assert_eq!(agent.join().unwrap().unwrap(), Ended::TimedOut);
    assert!(matches!(token(&machine.later()), Err(StoreError::Locked)));
}

#[test]
fn others_get_nothing() {
    let mut machine = Machine::new();
    let vault = vault_with_one_token(&mut machine.sys);
    let folder = machine.path("run/doorkey");
    fs::create_dir_all(&folder).unwrap();
    for open in [0o755, 0o777, 0o710] {
        fs::set_permissions(&folder, fs::Permissions::from_mode(open)).unwrap();
        let refused = vault.serve(&mut machine.later(), Duration::from_secs(60));
        assert!(matches!(refused, Err(StoreError::Unsafe { .. })), "{open:o} gave {refused:?}");
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    if !rustix::process::geteuid().is_root() {
        return;
    }
    // Even with every folder and the socket itself opened up, another user is not answered.
    let agent = serve(&machine, vault, 60);
    let socket = socket(&machine).unwrap();
    for path in [machine.root.path(), &machine.path("run"), &folder, &socket] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
    }
    let question = format!("get {}\n", recipient(&machine));
    assert!(!ask(&socket, question.as_bytes()).is_empty());
    let (_folder, this) = crate::machine::program_for_all();
    let variable = format!("{SOCKET}={}", socket.display());
    let variable_2 = format!("{ROOT}={question}");
    let stranger = ["--reuid=4343", "--regid=4343", "--clear-groups", "env", &variable, &variable_2];
    let test = [this.to_str().unwrap(), "--exact", "--ignored", "agent::ask_as_a_stranger"];
    run("setpriv", &[&stranger[..], &test].concat(), b"").unwrap();
    // And the client does not trust a socket in folders like these.
    assert!(matches!(token(&machine.later()), Err(StoreError::Unsafe { .. })));
    for path in [machine.root.path(), &machine.path("run"), &folder, &socket] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
    }
    assert!(Vault::lock(&mut machine.sys).unwrap());
    agent.join().unwrap().unwrap();
}

#[test]
#[ignore = "run by others_get_nothing, as another user"]
fn ask_as_a_stranger() {
    let answer = ask(Path::new(&std::env::var(SOCKET).unwrap()), std::env::var(ROOT).unwrap().as_bytes());
    assert!(answer.is_empty(), "{answer:?}");
}

#[test]
fn it_serves_where_the_kernel_refuses() {
    let machine = Machine::new();
    let this = std::env::current_exe().unwrap();
    let variable = format!("{ROOT}={}", machine.root.path().display());
    let strace =
        ["-f", "-qq", "-o", "/dev/null", "-e", "inject=keyctl,add_key:error=EPERM", "env", &variable];
    let test = [this.to_str().unwrap(), "--exact", "--ignored", "agent::where_the_kernel_refuses"];
    run("strace", &[&strace[..], &test].concat(), b"").unwrap();
}

#[test]
#[ignore = "run by it_serves_where_the_kernel_refuses, under strace"]
fn where_the_kernel_refuses() {
    let mut sys = sys_at(Path::new(&std::env::var(ROOT).unwrap()));
    let vault = vault_with_one_token(&mut sys);
    let refused = vault.keep_unlocked(&mut sys, Duration::from_secs(60));
    assert!(matches!(refused, Err(StoreError::Keys(_))), "{refused:?}");
    assert!(matches!(token(&sys), Err(StoreError::Locked)));
    let mut own = sys_at(Path::new(&std::env::var(ROOT).unwrap()));
    let agent = std::thread::spawn(move || vault.serve(&mut own, Duration::from_secs(60)));
    let end = Instant::now() + Duration::from_secs(10);
    while token(&sys).is_err() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(token(&sys).unwrap().unwrap(), "one");
    assert!(Vault::lock(&mut sys).unwrap());
    assert_eq!(agent.join().unwrap().unwrap(), Ended::Locked);
    assert!(matches!(token(&sys), Err(StoreError::Locked)));
}

#[test]
fn without_a_runtime_folder_it_refuses() {
    let (machine, vault) = Machine::with_key_file();
    let refused = vault.serve(&mut machine.later(), Duration::from_secs(60));
    assert!(matches!(refused, Err(StoreError::OtherKind { .. })), "a key file is never cached: {refused:?}");
    let mut machine = Machine::new();
    let vault = vault_with_one_token(&mut machine.sys);
    let mut bare = Sys::with_env(
        ["state", "config"]
            .map(|d| (format!("DOORKEY_{}_DIR", d.to_uppercase()).into(), machine.path(d).into())),
    );
    let refused = vault.serve(&mut bare, Duration::from_secs(60));
    assert!(matches!(refused, Err(StoreError::NoRuntimeFolder)), "{refused:?}");
    assert!(matches!(token(&bare), Err(StoreError::Locked)));
}
