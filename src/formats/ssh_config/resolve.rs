//! What the files come to for one host: the first value of an option wins (ssh_config(5), DESCRIPTION).

use super::expand::{self, Tokens};
use super::pattern::{self, Listed};
use super::resolution::{ConfigFile, ExecAnswer, Origin, Query, Refusal, Resolution, Setting};
use super::{Action, Criterion, Fault, HostPattern, SshConfig, Subject, keyword, parse};
use std::collections::HashMap;
use std::rc::Rc;

/// `READCONF_MAX_DEPTH`: how deep includes may nest.
const MAX_DEPTH: usize = 16;

/// Includes are read anew at every place that names them. A handful of files that include each other would have
/// ssh read for ever; here the reading ends after so many.
const MAX_FILES: usize = 4096;

/// Evaluates the files for one host.
///
/// `includes` gives the files that a pattern of an `Include` stands for, in the order of glob(7), with their paths; it
/// is handed the pattern with its tokens expanded and whether the file is a user's (a relative pattern then starts in
/// `~/.ssh`, otherwise in the system's folder). `exec` answers for a command with its tokens expanded.
pub fn resolve(
    files: &[ConfigFile<'_>],
    query: &Query<'_>,
    mut includes: impl FnMut(&str, bool) -> Vec<(String, Vec<u8>)>,
    mut exec: impl FnMut(&str) -> ExecAnswer,
) -> Resolution {
    let mut run = Run {
        query,
        out: Resolution {
            local_user: query.local_user.to_owned(),
            original_host: query.host.to_owned(),
            home: query.home.to_owned(),
            local_uid: query.local_uid,
            local_host: query.local_host.map(str::to_owned),
            environment: query.environment.to_vec(),
            ..Resolution::default()
        },
        includes: &mut includes,
        exec: &mut exec,
        read: HashMap::new(),
        files_read: 0,
        host: query.host.to_owned(),
        last_pass: false,
        wants_last_pass: false,
    };
    let given = [
        ("user", query.user.map(str::to_owned)),
        ("port", query.port.map(|p| p.to_string())),
        ("tag", query.tag.map(str::to_owned)),
    ];
    for (keyword, value) in given {
        if let Some(value) = value {
            run.out.settings.push(Setting { keyword: keyword.into(), args: vec![value], origin: None });
        }
    }
    run.pass(files);
    run.host = run.connected_host();
    run.out.canonicalizes = run.out.first("canonicalizehostname").is_some()
        && run.out.flag("canonicalizehostname") != Some(false);
    if run.wants_last_pass || run.out.canonicalizes {
        run.last_pass = true;
        run.pass(files);
    }
    let mut out = run.out;
    out.host = run.host;
    out
}

type Includes<'a> = dyn FnMut(&str, bool) -> Vec<(String, Vec<u8>)> + 'a;
type Included = Rc<Vec<(Rc<str>, SshConfig)>>;

struct Run<'a> {
    query: &'a Query<'a>,
    out: Resolution,
    includes: &'a mut Includes<'a>,
    exec: &'a mut dyn FnMut(&str) -> ExecAnswer,
    read: HashMap<(String, bool), Included>,
    files_read: usize,
    /// What `Host` lines look at: the name asked for, in the last pass the one that is connected to.
    host: String,
    last_pass: bool,
    wants_last_pass: bool,
}

/// Where the reading is.
#[derive(Clone, Copy)]
struct Place {
    user_config: bool,
    /// The file is included from a block that does not hold: nothing in it counts, but its commands are run.
    parse_only: bool,
    depth: usize,
}

impl Run<'_> {
    fn pass(&mut self, files: &[ConfigFile<'_>]) {
        for file in files {
            let place = Place { user_config: file.user_config, parse_only: false, depth: 0 };
            self.file(&Rc::from(file.path), file.config, place, true);
        }
    }

    fn refuse(&mut self, origin: Origin, fault: Fault) {
        let refusal = Refusal { origin, fault };
        if !self.out.refusals.contains(&refusal) {
            self.out.refusals.push(refusal);
        }
    }

    fn file(&mut self, path: &Rc<str>, config: &SshConfig, place: Place, mut active: bool) {
        for bad in &config.faults {
            self.refuse(Origin { file: Rc::clone(path), line: bad.line }, bad.fault.clone());
        }
        for directive in &config.directives {
            let origin = Origin { file: Rc::clone(path), line: directive.line };
            match &directive.action {
                Action::Host(patterns) => active = !place.parse_only && holds(patterns, &self.host),
                Action::Match(criteria) => {
                    let answer = self.criteria(criteria);
                    if answer.is_none() && !place.parse_only && !self.out.undecided.contains(&origin) {
                        self.out.undecided.push(origin);
                    }
                    active = !place.parse_only && answer == Some(true);
                }
                Action::Include(patterns) => {
                    for pattern in patterns {
                        self.include(pattern, &origin, place, active);
                    }
                }
                Action::Set if !directive.is_known() && !self.ignores(&directive.keyword) => {
                    self.refuse(origin, Fault::UnknownKeyword);
                }
                Action::Set if active || keyword::counts_everywhere(&directive.keyword) => {
                    self.set(&directive.keyword, &directive.args, origin)
                }
                Action::Set => {}
            }
        }
    }

    fn ignores(&self, keyword: &str) -> bool {
        let list = self.out.value("ignoreunknown").unwrap_or_default();
        pattern::in_list(keyword, &list.to_ascii_lowercase()) == Listed::Yes
    }

    fn include(&mut self, written: &str, origin: &Origin, place: Place, active: bool) {
        if written.starts_with('~') && !place.user_config {
            return self.refuse(origin.clone(), Fault::BadInclude);
        }
        self.files_read += 1;
        if place.depth >= MAX_DEPTH || self.files_read > MAX_FILES {
            return self.refuse(origin.clone(), Fault::TooDeep);
        }
        let expanded = self.with_tokens(|tokens| {
            expand::percent(written, tokens).and_then(|text| expand::environment(&text, tokens))
        });
        let expanded = expanded.unwrap_or_else(|_| written.to_owned());
        let key = (expanded, place.user_config);
        let files = match self.read.get(&key) {
            Some(files) => Rc::clone(files),
            None => {
                let found = (self.includes)(&key.0, key.1);
                let parsed = found.into_iter().map(|(path, bytes)| (Rc::from(path), parse(&bytes)));
                let files: Included = Rc::new(parsed.collect());
                self.read.insert(key, Rc::clone(&files));
                files
            }
        };
        for (path, config) in files.iter() {
            let place = Place { parse_only: !active, depth: place.depth + 1, ..place };
            self.file(path, config, place, active);
        }
    }

    fn set(&mut self, keyword: &str, args: &[String], origin: Origin) {
        let out = &mut self.out;
        let taken = match keyword {
            // Their defaults are filled in before the last pass (readconf.c, `fill_default_options_for_canonicalization`).
            "canonicalizehostname" | "canonicalizemaxdots" | "canonicalizefallbacklocal"
                if self.last_pass =>
            {
                true
            }
            // The first of the two wins (ssh_config(5), ProxyJump), but `ProxyJump none` stops jumps only.
            "proxyjump" => out.first("proxyjump").is_some() || out.first("proxycommand").is_some(),
            "proxycommand" => out.value("proxyjump").is_some() || out.first("proxycommand").is_some(),
            "sendenv" => return self.send_env(args, &origin),
            // The last one counts (readconf.c).
            "streamlocalbindmask" => {
                out.settings.retain(|s| s.keyword != keyword);
                false
            }
            _ if keyword::accumulates(keyword) => out.all(keyword).any(|s| s.args == args),
            _ => out.first(keyword).is_some(),
        };
        if !taken {
            let setting = Setting { keyword: keyword.into(), args: args.to_vec(), origin: Some(origin) };
            out.settings.push(setting);
        }
    }

    /// `-PATTERN` takes away what was named before (ssh_config(5), `SendEnv`).
    fn send_env(&mut self, args: &[String], origin: &Origin) {
        for arg in args {
            let settings = &mut self.out.settings;
            if let Some(gone) = arg.strip_prefix('-') {
                settings.retain(|s| {
                    s.keyword != "sendenv" || !s.args.iter().any(|name| pattern::matches(name, gone))
                });
            } else {
                settings.push(Setting {
                    keyword: "sendenv".into(),
                    args: vec![arg.clone()],
                    origin: Some(origin.clone()),
                });
            }
        }
    }

    /// The name that would be connected to by what is known so far.
    fn connected_host(&self) -> String {
        let asked = self.query.host;
        let tokens = Tokens { host: Some(asked), ..Tokens::default() };
        let named = self.out.value("hostname").map(|name| expand::percent(name, &tokens));
        named.and_then(Result::ok).unwrap_or_else(|| asked.to_owned()).to_ascii_lowercase()
    }

    /// What `Match host` looks at: as [`Run::connected_host`], but the case does not matter there.
    fn matched_host(&self) -> String {
        if self.last_pass { self.host.clone() } else { self.connected_host() }
    }

    /// Runs an expansion with what is known so far.
    fn with_tokens<T>(&self, expansion: impl FnOnce(&Tokens<'_>) -> T) -> T {
        let host = self.matched_host();
        expansion(&Tokens {
            home: Some(self.query.home),
            host: Some(&host),
            original_host: Some(self.query.host),
            key_alias: Some(self.out.value("hostkeyalias").unwrap_or(self.query.host)),
            port: self.out.port(),
            user: Some(self.out.user()),
            local_user: Some(self.query.local_user),
            local_uid: self.query.local_uid,
            local_host: self.query.local_host,
            jump: Some(self.out.value("proxyjump").unwrap_or("")),
            environment: self.query.environment,
        })
    }

    /// Whether all criteria hold; `None` where that depends on one that is not known.
    fn criteria(&mut self, criteria: &[Criterion]) -> Option<bool> {
        let mut answer = Some(true);
        for criterion in criteria {
            if criterion.subject == Subject::Final {
                self.wants_last_pass = true;
            }
            if answer == Some(false) {
                // Only `final` still has an effect; a command is not run any more.
                continue;
            }
            match self.criterion(criterion) {
                Some(held) if held == criterion.negated => answer = Some(false),
                Some(_) => {}
                None => answer = None,
            }
        }
        answer
    }

    fn criterion(&mut self, criterion: &Criterion) -> Option<bool> {
        let argument = criterion.argument.as_str();
        let listed = |text: &str| pattern::in_list(text, argument) == Listed::Yes;
        Some(match criterion.subject {
            Subject::All => true,
            Subject::Canonical | Subject::Final => self.last_pass,
            Subject::Host => pattern::host_in_list(&self.matched_host(), argument) == Listed::Yes,
            Subject::OriginalHost => pattern::host_in_list(self.query.host, argument) == Listed::Yes,
            Subject::User => listed(self.out.user()),
            Subject::LocalUser => listed(self.query.local_user),
            Subject::Tagged => listed(self.out.value("tag").unwrap_or_default()),
            Subject::Command => listed(self.query.command.unwrap_or_default()),
            Subject::SessionType => listed(if self.query.command.is_some() { "exec" } else { "shell" }),
            Subject::Version => listed(self.query.version?),
            Subject::LocalNetwork => return None,
            Subject::Exec => {
                let command = self.with_tokens(|tokens| expand::percent(argument, tokens)).ok()?;
                return match (self.exec)(&command) {
                    ExecAnswer::Yes => Some(true),
                    ExecAnswer::No => Some(false),
                    ExecAnswer::Unknown => None,
                };
            }
        })
    }
}

/// Whether a `Host` line holds. Case counts here, unlike in `Match host`.
fn holds(patterns: &[HostPattern], host: &str) -> bool {
    let mut held = false;
    for one in patterns {
        if pattern::matches(host, &one.pattern) {
            if one.negated {
                return false;
            }
            held = true;
        }
    }
    held
}
