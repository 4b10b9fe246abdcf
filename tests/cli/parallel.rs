//! A hundred helpers at once: nothing is lost, and nobody is given another's.

use crate::home::{Home, Ran};
use std::thread;

/// A hundred processes at once; gives what each printed, in order.
fn all_at_once(home: &Home, verb: &str, request: impl Fn(usize) -> String + Sync) -> Vec<Ran> {
    thread::scope(|scope| {
        let started: Vec<_> = (0..100)
            .map(|number| {
                let input = request(number);
                scope.spawn(move || {
                    loop {
                        let ran = home.run_with(&["credential", verb], input.as_bytes());
                        // Ten seconds of waiting may be over on a busy machine. That is said, and nothing is lost by it.
                        if !ran.err.contains("is held by another doorkey") {
                            break ran;
                        }
                    }
                })
            })
            .collect();
        started.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn about(number: usize, more: &str) -> String {
    format!("protocol=https\nhost=host{number}.test\n{more}\n")
}

fn with_password(number: usize) -> String {
    about(number, &format!("username=user{number}\npassword=secret-{number}-end\n"))
}

#[test]
fn a_hundred_stores_gets_and_erases_lose_nothing() {
    let home = Home::in_force();
    let file = ".config/doorkey/profiles/acme.toml";
    let text =
        format!("{}\n[compat]\nstore-unknown-origins = true\nforget-on-erase = true\n", home.text(file));
    home.write(file, &text, 0o600);
    home.run(&["use", "acme", "--yes"]).ok();

    for ran in all_at_once(&home, "store", with_password) {
        ran.ok();
    }
    let got = |ran: &Ran, number: usize| ran.out.contains(&format!("password=secret-{number}-end\n"));
    for (number, ran) in all_at_once(&home, "get", |n| about(n, "")).into_iter().enumerate() {
        assert!(got(&ran, number), "{number}: {ran:?}");
    }

    // Even numbers are erased while all are asked for, and stored anew: odd ones are there all the time.
    thread::scope(|scope| {
        let eraser = scope.spawn(|| {
            all_at_once(&home, "erase", |n| if n % 2 == 0 { with_password(n) } else { about(1000 + n, "") })
        });
        for (number, ran) in all_at_once(&home, "get", |n| about(n, "")).into_iter().enumerate() {
            assert!(
                got(&ran, number) || (number % 2 == 0 && !ran.out.contains("password=")),
                "{number}: {ran:?}"
            );
        }
        for ran in eraser.join().unwrap() {
            ran.ok();
        }
    });
    for (number, ran) in all_at_once(&home, "get", |n| about(n, "")).into_iter().enumerate() {
        assert_eq!(got(&ran, number), number % 2 == 1, "{number}: {ran:?}");
    }
}
