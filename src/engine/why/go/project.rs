//! The files of the module that is built: go.mod, go.sum, vendor.

use super::broken;
use super::settings::Settings;
use crate::formats::go::go_mod::{FaultKind, GoMod};
use crate::formats::go::go_sum::GoSum;
use crate::formats::go::vendor_modules::VendorModules;
use crate::formats::shell;
use crate::model::ladder::Rung;
use crate::sys::Sys;
use std::path::{Component, Path, PathBuf};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Project {
    pub(super) file: GoMod,
    pub(super) rungs: Vec<Rung>,
    pub(super) notes: Vec<Rung>,
}

/// Looks at the go.mod of a folder, or of the first folder above that has one, as go does.
pub(super) fn look(sys: &Sys, settings: &Settings, module: &str, folder: &Path) -> Project {
    let mut project = Project::default();
    let has = |dir: &&Path| matches!(sys.look_through(&dir.join("go.mod")), Ok(Some(_)));
    let Some(root) = folder.ancestors().find(has) else { return project };
    let bytes = match sys.read(&root.join("go.mod")) {
        Ok(bytes) => bytes.unwrap_or_default(),
        Err(error) => {
            let repair = format!("make {} a file that you can read", root.join("go.mod").display());
            project.rungs.push(broken(
                "go-mod-unreadable",
                error.to_string(),
                "go cannot read go.mod",
                repair,
            ));
            return project;
        }
    };
    project.file = GoMod::read(&bytes);
    // A hostile file may have a fault in each line; the first ones say enough.
    project.rungs.extend(project.file.faults.iter().take(20).map(|fault| {
        let seen = format!("go.mod:{}: {}", fault.line, fault.words);
        let at = format!("line {} of {}", fault.line, root.join("go.mod").display());
        match fault.kind {
            FaultKind::Syntax => broken(
                "go-mod-syntax",
                seen,
                "go refuses the whole file for this line",
                format!("correct {at}"),
            ),
            FaultKind::Version => broken(
                "go-version-illegal",
                seen,
                "a version in go.mod begins with v and has three numbers",
                format!("write a version that is tagged in its repository, as v1.2.3, in {at}"),
            ),
            FaultKind::Major => broken(
                "go-major-suffix-missing",
                seen,
                "from version 2 on, the major number is part of the module's path (MODULE/v2)",
                format!("make path and version agree in {at}, and in the imports"),
            ),
        }
    }));
    replacements(sys, root, &mut project);
    let vendored = vendor(sys, settings, root, &mut project);
    if !vendored {
        sums(sys, settings, module, root, &mut project);
    }
    project
}

fn replacements(sys: &Sys, root: &Path, project: &mut Project) {
    for replace in project.file.replace.iter().filter(|r| r.new.is_folder()).take(1000) {
        let target = root.join(&replace.new.path);
        let seen = format!("go.mod:{}: replace {} => {}", replace.line, replace.old, replace.new);
        let back = format!("go mod edit {}", shell::word(&format!("-dropreplace={}", replace.old)));
        let there = matches!(sys.look_through(&target.join("go.mod")), Ok(Some(_)));
        if !there {
            project.rungs.push(broken(
                "go-replace-points-nowhere",
                format!("{seen}: there is no {}", target.join("go.mod").display()),
                "the folder that replaces the module is not there, or holds no go.mod",
                format!("put the module there, or take the line away: {back}"),
            ));
        } else if replace.new.path.starts_with('/') {
            project.notes.push(broken(
                "go-replace-local-path",
                seen,
                "the path exists on this machine only: the module does not build anywhere else",
                format!("keep it in a go.work file that is not committed, and here: {back}"),
            ));
        } else if leaves(&replace.new.path) {
            project.notes.push(broken(
                "go-replace-outside",
                seen,
                "the folder lies outside of this module, so a clone of this repository alone may not build",
                format!("keep it in a go.work file that is not committed, and here: {back}"),
            ));
        }
    }
}

/// Whether a relative path leads out of the folder that it begins in.
fn leaves(path: &str) -> bool {
    let mut depth = 0_i64;
    PathBuf::from(path).components().any(|part| {
        match part {
            Component::ParentDir => depth -= 1,
            Component::Normal(_) => depth += 1,
            _ => {}
        }
        depth < 0
    })
}

/// Whether go builds from vendor/: told to, or by itself where go.mod says Go 1.14 or newer (go.dev/ref/mod#vendoring).
fn vendor(sys: &Sys, settings: &Settings, root: &Path, project: &mut Project) -> bool {
    let new_enough = project.file.go.as_deref().is_some_and(|text| {
        let mut numbers = text.split('.').map(|n| n.parse::<u32>().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (1, 14)
    });
    let folder = matches!(sys.look_through(&root.join("vendor")), Ok(Some(_)));
    let used = match settings.mod_flag() {
        Some(flag) => flag == "vendor",
        None => folder && new_enough,
    };
    if settings.mod_flag() == Some("vendor") && !folder {
        project.rungs.push(broken(
            "go-flags-mod-vendor",
            format!(
                "GOFLAGS={}, and there is no {}",
                settings.value("GOFLAGS"),
                root.join("vendor").display()
            ),
            "GOFLAGS makes go look for modules in vendor alone, which is not there",
            "go mod vendor",
        ));
        return true;
    }
    if used && new_enough {
        let listed = sys.read(&root.join("vendor/modules.txt")).ok().flatten().unwrap_or_default();
        let differences = VendorModules::read(&listed).differences(&project.file);
        if !differences.is_empty() {
            project.rungs.push(broken(
                "go-vendor-inconsistent",
                format!("inconsistent vendoring in {}:\n{}", root.display(), differences.join("\n")),
                "go.mod was changed after the vendor folder was written",
                "go mod vendor",
            ));
        }
    }
    used
}

fn sums(sys: &Sys, settings: &Settings, module: &str, root: &Path, project: &mut Project) {
    let Some(required) = project.file.required(module) else { return };
    let replacement = project.file.replacement(module, required.module.version.as_deref());
    let real = replacement.map_or(&required.module, |r| &r.new);
    let Some(version) = real.version.as_deref() else { return };
    if settings.mod_flag() == Some("mod") {
        return;
    }
    let Ok(bytes) = sys.read(&root.join("go.sum")) else { return };
    let sum = GoSum::read(&bytes.unwrap_or_default());
    if let Some(line) = sum.malformed.first() {
        project.rungs.push(broken(
            "go-sum-malformed",
            format!("go.sum:{line}: malformed go.sum: wrong number of fields"),
            "a line of go.sum is damaged, often by a merge",
            format!("take line {line} away, then: go mod tidy"),
        ));
        return;
    }
    // Of a module that gives no package, go wants the go.mod alone.
    let missing = if required.indirect {
        !sum.has_go_mod(&real.path, version)
    } else {
        sum.of_files(&real.path, version).is_empty()
    };
    if missing {
        project.rungs.push(broken(
            "go-sum-missing",
            format!("go.sum has no line for {} {version}", real.path),
            "go.mod requires the module, and go.sum does not know its checksum",
            "go mod tidy",
        ));
    }
}
