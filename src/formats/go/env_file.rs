//! The file that `go env -w` writes, and `$GOROOT/go.env`, which has the same form.

/// The lines that count, in order; of two with one key the later one holds.
///
/// `cmd/go/internal/cfg`, `readEnvFile`: a line counts when it has a `=` and begins with `A` to `Z`. Nothing is trimmed or
/// unquoted: a quote or a space is part of the value.
#[must_use]
pub fn read(bytes: &[u8]) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    for (index, line) in bytes.split(|b| *b == b'\n').enumerate() {
        if !line.first().is_some_and(u8::is_ascii_uppercase) {
            continue;
        }
        let Some(at) = line.iter().position(|b| *b == b'=') else { continue };
        let (key, value) = line.split_at(at);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        found.push((index + 1, text(key), text(value.get(1..).unwrap_or_default())));
    }
    found
}
