//! go.sum: the checksums that a module's dependencies must have (go.dev/ref/mod#go-sum-files).

use std::collections::BTreeMap;

/// What it lists.
#[derive(Debug, Clone, Default)]
pub struct GoSum {
    hashes: BTreeMap<(String, String), Vec<String>>,
    /// Lines that go refuses ("malformed go.sum: wrong number of fields"), counted from 1.
    pub malformed: Vec<usize>,
}

impl GoSum {
    /// Reads it (`modfetch.readGoSum`).
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let mut sum = Self::default();
        for (index, line) in bytes.split(|b| *b == b'\n').enumerate() {
            let text = String::from_utf8_lossy(line);
            let fields: Vec<&str> = text.split_whitespace().take(4).collect();
            match fields.as_slice() {
                [] => {}
                [path, version, hash] => {
                    let key = ((*path).to_owned(), (*version).to_owned());
                    sum.hashes.entry(key).or_default().push((*hash).to_owned());
                }
                _ => sum.malformed.push(index + 1),
            }
        }
        sum
    }

    /// The hashes of a module's files.
    #[must_use]
    pub fn of_files(&self, path: &str, version: &str) -> &[String] {
        self.hashes.get(&(path.to_owned(), version.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Whether the module's go.mod is listed, on its own or with its files.
    #[must_use]
    pub fn has_go_mod(&self, path: &str, version: &str) -> bool {
        !self.of_files(path, &format!("{version}/go.mod")).is_empty()
    }
}
