//! The fuzz target of `fuzz/` for some seconds in process, and its requests put to the whole program, in a home with its
//! profiles and secrets.

#[path = "../../fuzz/src/mutate.rs"]
mod mutate;
#[path = "../../fuzz/src/oracle.rs"]
mod oracle;
#[path = "../../fuzz/src/strict.rs"]
mod strict;
#[path = "../../fuzz/src/world.rs"]
mod world;

use crate::home::Home;
use doorkey::model::name::ProfileName;
use doorkey::stores::{self, State};
use doorkey::sys::Sys;

/// The world of the fuzz target on a disk.
fn home() -> Home {
    let home = Home::empty();
    home.store();
    for (name, text) in world::profile_files() {
        home.write(&format!(".config/doorkey/profiles/{name}.toml"), &text, 0o600);
    }
    let folders = [("HOME", home.dir()), ("DOORKEY_STATE_DIR", home.state())];
    let mut sys = Sys::with_env(folders.map(|(name, path)| (name.into(), path.into())));
    let store = stores::open(&sys).unwrap();
    for (profile, record) in world::records() {
        let profile = ProfileName::new(profile).unwrap();
        store.put(&mut sys, &profile, &record.id, &record.entry).unwrap();
        match record.state {
            State::Active => false,
            State::Suspect => {
                store.mark_suspect(&mut sys, &profile, &record.id, &record.entry.secret).unwrap()
            }
            State::Retired => store.retire(&mut sys, &profile, &record.id).unwrap(),
        };
    }
    home.run(&["use", "acme", "--yes"]).ok();
    home
}

#[test]
fn the_program_answers_only_to_whom_it_belongs() {
    let (home, judge) = (home(), oracle::Judge::new());
    let ask = |input: &[u8]| {
        let ran = home.run_with(&["credential", "get"], input);
        judge.judge(input, ran.out.as_bytes(), ran.err.as_bytes())
    };
    let mut answered = 0;
    for (index, input) in (0..).map_while(mutate::plain) {
        let allowed = strict::read(&input).as_ref().and_then(strict::allowed);
        assert_eq!(ask(&input), Ok(allowed == Some(index)), "{}", input.escape_ascii());
        answered += u32::from(allowed == Some(index));
    }
    assert!(answered >= 10, "{answered}");
    let (mut dice, mut input) = (mutate::Dice(7), Vec::new());
    for _ in 0..300 {
        mutate::request(&mut dice, &mut input);
        if let Err(fault) = ask(&input) {
            panic!("{fault}: {}", input.escape_ascii());
        }
    }
}

#[test]
fn hostile_requests_get_nothing_that_is_not_theirs() {
    for seed in 0..2 {
        match oracle::series(seed, 60_000) {
            Ok(count) => assert!(count.answered > 3_000, "hardly anything is asked rightly: {count:?}"),
            Err((input, fault)) => panic!("{fault}\nseed {seed}, request: {}", input.escape_ascii()),
        }
    }
}

#[test]
fn the_judge_sees_each_kind_of_leak() {
    let judge = oracle::Judge::new();
    let secret = |index| format!("username=u\npassword={}\n", world::secret(index));
    let judged = |input: &str, index| judge.judge(input.as_bytes(), secret(index).as_bytes(), b"");
    let good = "protocol=https\nhost=git.test\npath=acme/app.git\n\n";
    assert_eq!(judged(good, 0), Ok(true));
    assert!(judged(good, 1).is_err(), "the secret of a deeper path");
    assert!(judged(good, 4).is_err(), "another profile's secret");
    let leaks = [
        good.replace("https", "http"),
        good.replace("git.test", "git.test.evil.test"),
        good.replace("git.test", "git.test:8443"),
        good.replace("git.test", "git%2etest"),
        good.replace("acme/", "acme-labs/"),
        good.replace("acme/", "acme/../globex/"),
        good.replace("acme/", "acme%2f"),
        good.replace("path=acme/app.git\n", ""),
        good.replace("\n", "\r\n"),
        good.replace("host=", "host=git.test\nhost="),
        good.replace("path=", "username=bob\npath="),
        good.replace("\n\n", "\n\nhost=x\n"),
        good.replace("path=", "url=https://solo.test/\npath="),
    ];
    for leak in leaks {
        assert!(judged(&leak, 0).is_err(), "{leak:?}");
    }
    assert!(judge.judge(good.as_bytes(), b"", format!("token {}", world::secret(3)).as_bytes()).is_err());
    // In the form of a header as well: base64 of `ada:` and the secret.
    let header = base64_of(&format!("ada:{}", world::secret(0)));
    let answer = format!("capability[]=authtype\nauthtype=Basic\ncredential={header}\nephemeral=1\n");
    assert_eq!(judge.judge(good.as_bytes(), answer.as_bytes(), b""), Ok(true));
    assert!(judge.judge(good.replace("acme", "globex").as_bytes(), answer.as_bytes(), b"").is_err());
}

fn base64_of(text: &str) -> String {
    let mut child = std::process::Command::new("base64")
        .arg("-w0")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}
