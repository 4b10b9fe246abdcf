//! Programs that a test makes and then runs.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes a program of mode 0755.
///
/// Another process writes it. A descriptor open for writing in this one would be inherited by whatever a test beside
/// this one starts just then, and until that child calls exec(2) nobody can run the file: "Text file busy" (ETXTBSY).
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) {
    let mut writer = Command::new("sh")
        .args(["-c", r#"cat >"$1" && chmod 755 "$1""#, "sh"])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("sh starts");
    let sent = writer.stdin.take().expect("a pipe").write_all(content.as_ref());
    let status = writer.wait().expect("sh ends");
    assert!(sent.is_ok() && status.success(), "{} was not written: {sent:?}, {status}", path.display());
}
