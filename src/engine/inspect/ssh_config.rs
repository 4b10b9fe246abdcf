//! ssh's configuration: the files with what they include, and what they come to for managed hosts.
//!
//! `ssh -G` would run the commands of foreign `Match exec` lines, so the files are read here and no command is run.

use super::git_settings::is_ours;
use super::ssh::file_facts;
use crate::formats::ssh_config::{
    self, Action, ConfigFile, Directive, ExecAnswer, Query, Resolution, SshConfig, pattern,
};
use crate::model::facts::{
    BadConfigLine, BlockKind, DeadInclude, HeldIdentity, Own, Region, Spot, Ssh, SshFile, SshSetting,
    Unreadable,
};
use crate::sys::Sys;
use crate::sys::fs::Kind;
use std::path::{Path, PathBuf};

/// The options that matter here.
const WANTED: &[&str] = &[
    "identityfile",
    "certificatefile",
    "pkcs11provider",
    "controlpath",
    "stricthostkeychecking",
    "userknownhostsfile",
    "forwardagent",
    "identitiesonly",
    "hostname",
    "user",
    "port",
];

/// What `IdentityFile` and its like are called: they add up over all blocks.
const IDENTITIES: &[&str] = &["identityfile", "certificatefile", "pkcs11provider"];

/// ssh's own limit (readconf.c, READCONF_MAX_DEPTH).
const DEEPEST: usize = 16;

struct Reader<'a> {
    sys: &'a Sys,
    folder: &'a Path,
    include_at: Option<usize>,
    ssh: &'a mut Ssh,
    troubles: &'a mut Vec<Unreadable>,
}

pub(super) fn look(sys: &Sys, folder: &Path, own: &Own, ssh: &mut Ssh, troubles: &mut Vec<Unreadable>) {
    let path = folder.join("config");
    let Some(bytes) = super::read(sys, &path, troubles) else { return };
    let config = ssh_config::parse(&bytes);
    let mut reader = Reader { sys, folder, include_at: own.ssh_include.offset, ssh, troubles };
    reader.file(&path, &bytes, &config, None, 0);
    for host in own.ssh_hosts() {
        identities_for(sys, folder, &path, &config, &host, ssh);
    }
}

/// The block that an `Include` stands in, and so everything it reads.
#[derive(Clone)]
struct Around {
    all: bool,
    head: Option<String>,
}

impl Reader<'_> {
    fn file(&mut self, path: &Path, bytes: &[u8], config: &SshConfig, around: Option<&Around>, depth: usize) {
        let included = depth > 0;
        if let Some(file) = file_facts(self.sys, path, Kind::File) {
            self.ssh.files.push(SshFile { file, included });
        }
        let spot = |line: usize| Spot { path: path.into(), line };
        for bad in &config.faults {
            let bad = BadConfigLine { spot: spot(bad.line), problem: bad.fault.to_string() };
            self.ssh.bad_lines.push(bad);
        }
        self.unknown_words(path, config);
        if let Some(at) = self.include_at.filter(|_| !included) {
            let first = config.directives.first().filter(|d| d.span.start < at);
            self.ssh.before_include = first.map(|d| spot(d.line));
        }
        for block in config.blocks() {
            let head = block.head.map(|head| text_of(bytes, head));
            let inside = Around {
                all: block.holds_for_all() && around.is_none_or(|a| a.all),
                head: head.or_else(|| around.and_then(|a| a.head.clone())),
            };
            for directive in block.body {
                match &directive.action {
                    Action::Include(patterns) if depth < DEEPEST => {
                        let alone = (patterns.len() == 1).then(|| region(bytes, directive));
                        self.dead_includes(patterns, &spot(directive.line), alone.as_ref());
                        self.include(patterns, &inside, depth);
                    }
                    Action::Set if WANTED.contains(&directive.keyword.as_str()) => {
                        let before = !included && self.include_at.is_some_and(|at| directive.span.start < at);
                        self.ssh.settings.push(SshSetting {
                            keyword: directive.keyword.clone(),
                            value: directive.first().to_owned(),
                            holds: if inside.all { BlockKind::All } else { BlockKind::Some },
                            block: inside.head.clone(),
                            spot: spot(directive.line),
                            before_include: before,
                            region: Some(region(bytes, directive)),
                        });
                    }
                    _ => {}
                }
            }
        }
    }

    fn unknown_words(&mut self, path: &Path, config: &SshConfig) {
        let ignored: Vec<&str> =
            config.directives.iter().filter(|d| d.keyword == "ignoreunknown").map(Directive::first).collect();
        for directive in &config.directives {
            let known = directive.is_known()
                || ignored.iter().any(|list| {
                    pattern::in_list(&directive.keyword, &list.to_ascii_lowercase()) == pattern::Listed::Yes
                });
            if !known && directive.action == Action::Set {
                self.ssh.bad_lines.push(BadConfigLine {
                    spot: Spot { path: path.into(), line: directive.line },
                    problem: format!("ssh does not know the word {}", directive.keyword),
                });
            }
        }
    }

    /// Notes the files that are included by their name and are not there. What ssh would put in the place of a `%` or a
    /// variable is not known here.
    fn dead_includes(&mut self, patterns: &[String], spot: &Spot, region: Option<&Region>) {
        for written in patterns {
            let home = written.starts_with("~/");
            if written.contains(['*', '?', '[', '%', '$']) || (written.starts_with('~') && !home) {
                continue;
            }
            // ssh_config(5): a relative name starts at ~/.ssh.
            let path = self.folder.join(self.sys.expanded(written));
            if !is_ours(self.sys, &path) && matches!(self.sys.look_through(&path), Ok(None)) {
                let (spot, region) = (spot.clone(), region.cloned());
                self.ssh.dead_includes.push(DeadInclude { spot, path, region });
            }
        }
    }

    fn include(&mut self, patterns: &[String], around: &Around, depth: usize) {
        for written in patterns {
            for path in included(self.sys, self.folder, written) {
                if is_ours(self.sys, &path) {
                    continue;
                }
                let Some(bytes) = super::read(self.sys, &path, self.troubles) else { continue };
                let config = ssh_config::parse(&bytes);
                self.file(&path, &bytes, &config, Some(around), depth + 1);
            }
        }
    }
}

fn text_of(bytes: &[u8], directive: &Directive) -> String {
    let text = bytes.get(directive.span.clone()).unwrap_or_default();
    String::from_utf8_lossy(text).trim().to_owned()
}

/// The line with its line end, if it has one.
fn region(bytes: &[u8], directive: &Directive) -> Region {
    let rest = bytes.get(directive.span.end..).unwrap_or_default();
    let eol = if rest.starts_with(b"\r\n") { 2 } else { usize::from(rest.starts_with(b"\n")) };
    let text = bytes.get(directive.span.start..directive.span.end + eol).unwrap_or_default();
    Region { offset: directive.span.start, text: text.to_vec().into() }
}

/// The files that a pattern of `Include` stands for (ssh_config(5), Include; glob(7)), sorted.
pub(in crate::engine) fn included(sys: &Sys, folder: &Path, written: &str) -> Vec<PathBuf> {
    let expanded = sys.expanded(written);
    let path = if expanded.is_absolute() { expanded } else { folder.join(expanded) };
    let mut found = vec![PathBuf::new()];
    for part in path.components() {
        let text = part.as_os_str().to_string_lossy();
        if !text.contains(['*', '?']) {
            for one in &mut found {
                one.push(part);
            }
            continue;
        }
        let fits = |path: &PathBuf| {
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            (!name.starts_with('.') || text.starts_with('.')) && pattern::matches(name, &text)
        };
        found = found.iter().flat_map(|dir| sys.list(dir).unwrap_or_default()).filter(fits).collect();
    }
    found.retain(|path| matches!(sys.look_through(path), Ok(Some(l)) if l.kind == Kind::File));
    found
}

/// Notes the user's identities that ssh offers to a managed host beside the profile's.
fn identities_for(sys: &Sys, folder: &Path, path: &Path, config: &SshConfig, host: &str, ssh: &mut Ssh) {
    let Some(home) = sys.places().home().map(|h| h.to_string_lossy().into_owned()) else { return };
    let name = path.to_string_lossy();
    let files = [ConfigFile { path: &name, config, user_config: true }];
    let query = Query {
        host,
        user: Some("git"),
        local_user: sys.env("USER").unwrap_or_default(),
        home: &home,
        command: Some("git-upload-pack 'doorkey/asks.git'"),
        ..Query::default()
    };
    let includes = |written: &str, _: bool| -> Vec<(String, Vec<u8>)> {
        let paths = included(sys, folder, written).into_iter().filter(|p| !is_ours(sys, p));
        paths
            .filter_map(|p| sys.read(&p).ok().flatten().map(|b| (p.to_string_lossy().into_owned(), b)))
            .collect()
    };
    let by = |answer: ExecAnswer| ssh_config::resolve(&files, &query, includes, |_| answer);
    let certain = by(ExecAnswer::Unknown);
    note_identities(&certain, host, false, ssh);
    if !certain.undecided.is_empty() {
        // Commands are not run: what one of them may bring is noted as that.
        for answer in [ExecAnswer::Yes, ExecAnswer::No] {
            note_identities(&by(answer), host, true, ssh);
        }
    }
}

fn note_identities(found: &Resolution, host: &str, depends: bool, ssh: &mut Ssh) {
    for setting in found.settings.iter().filter(|s| IDENTITIES.contains(&s.keyword.as_str())) {
        let Some(origin) = &setting.origin else { continue };
        let is_none = setting.args.first().is_some_and(|a| a.eq_ignore_ascii_case("none"));
        let spot = Spot { path: PathBuf::from(&*origin.file), line: origin.line };
        if is_none {
            continue;
        }
        if let Some(held) = ssh.other_identities.iter_mut().find(|h| h.setting.spot == spot) {
            if !held.hosts.iter().any(|known| known == host) {
                held.hosts.push(host.to_owned());
            }
        } else if let Some(setting) = ssh.settings.iter().find(|s| s.spot == spot) {
            ssh.other_identities.push(HeldIdentity {
                hosts: vec![host.to_owned()],
                depends,
                setting: setting.clone(),
            });
        }
    }
}
