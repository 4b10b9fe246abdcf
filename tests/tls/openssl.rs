//! The real program, as judge.

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Runs `openssl` with these arguments and input, in a clean environment.
pub(crate) fn openssl(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new("openssl")
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").expect("PATH"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("openssl is installed");
    let mut pipe = child.stdin.take().expect("stdin");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = pipe.write_all(&input);
    });
    let output = child.wait_with_output().expect("openssl ends");
    writer.join().expect("writer ends");
    output
}

pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
