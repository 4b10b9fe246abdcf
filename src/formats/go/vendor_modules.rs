//! vendor/modules.txt, and whether it says what go.mod says (`cmd/go/internal/modload`, vendor.go).

use super::go_mod::{GoMod, Module};
use super::version;
use std::collections::BTreeMap;

/// What is noted for one module.
#[derive(Debug, Clone, Default)]
struct Meta {
    explicit: bool,
    replacement: Option<Module>,
}

/// The file's content, as far as it is compared.
#[derive(Debug, Clone, Default)]
pub struct VendorModules {
    metas: BTreeMap<Module, Meta>,
    /// Modules that give a package, with their version.
    listed: Vec<Module>,
    replaced: Vec<Module>,
}

impl VendorModules {
    /// Reads it (`readVendorList`).
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let mut file = Self::default();
        let mut current: Option<Module> = None;
        for line in String::from_utf8_lossy(bytes).lines() {
            if let Some(rest) = line.strip_prefix("# ") {
                current = file.header(rest, current);
                continue;
            }
            let Some(module) = &current else { continue };
            if let Some(rest) = line.strip_prefix("## ") {
                let explicit = rest.split(';').any(|entry| entry.trim() == "explicit");
                file.metas.entry(module.clone()).or_default().explicit |= explicit;
            } else if line.split_whitespace().count() == 1 && !file.listed.contains(module) {
                file.listed.push(module.clone());
            }
        }
        file
    }

    fn header(&mut self, rest: &str, before: Option<Module>) -> Option<Module> {
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let (module, tail) = match fields.as_slice() {
            [path, written, tail @ ..] if version::is_valid(written) => {
                (Module { path: (*path).into(), version: Some((*written).into()) }, tail)
            }
            [path, "=>", ..] => {
                (Module { path: (*path).into(), version: None }, fields.get(1..).unwrap_or_default())
            }
            [_, _, ..] => return None,
            _ => return before,
        };
        let replacement = match tail {
            ["=>", path] => Some(Module { path: (*path).into(), version: None }),
            ["=>", path, written] if version::is_valid(written) => {
                Some(Module { path: (*path).into(), version: Some((*written).into()) })
            }
            _ => None,
        };
        if replacement.is_some() {
            self.replaced.push(module.clone());
            self.metas.entry(module.clone()).or_default().replacement = replacement;
        }
        Some(module)
    }

    /// Where it differs from go.mod, in go's own words (`checkVendorConsistency`); for go.mod files of Go 1.14 and newer.
    #[must_use]
    pub fn differences(&self, file: &GoMod) -> Vec<String> {
        let mut found = Vec::new();
        for required in &file.require {
            if !self.metas.get(&required.module).is_some_and(|m| m.explicit) {
                found.push(format!(
                    "{}: is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt",
                    required.module
                ));
            }
        }
        for replace in &file.replace {
            match self.metas.get(&replace.old).and_then(|m| m.replacement.as_ref()) {
                None => found.push(format!(
                    "{}: is replaced in go.mod, but not marked as replaced in vendor/modules.txt",
                    replace.old
                )),
                Some(noted) if *noted != replace.new => found.push(format!(
                    "{}: is replaced by {} in go.mod, but marked as replaced by {noted} in vendor/modules.txt",
                    replace.old, replace.new
                )),
                Some(_) => {}
            }
        }
        for module in &self.listed {
            let explicit = self.metas.get(module).is_some_and(|m| m.explicit);
            if explicit && !file.require.iter().any(|r| r.module == *module) {
                found.push(format!(
                    "{module}: is marked as explicit in vendor/modules.txt, but not explicitly required in go.mod"
                ));
            }
        }
        for module in &self.replaced {
            let noted = self.metas.get(module).and_then(|m| m.replacement.as_ref());
            match (file.replacement(&module.path, module.version.as_deref()), noted) {
                (None, _) => found
                    .push(format!("{module}: is marked as replaced in vendor/modules.txt, but not replaced in go.mod")),
                (Some(now), Some(noted)) if now.new != *noted => found.push(format!(
                    "{module}: is marked as replaced by {noted} in vendor/modules.txt, but replaced by {} in go.mod",
                    now.new
                )),
                _ => {}
            }
        }
        found
    }
}
