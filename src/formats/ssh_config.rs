//! The files of ssh_config(5): their lines with their places, and what they come to for one host.
//!
//! Follows `readconf.c` of OpenSSH. Words after the keyword are read as the current releases read them; releases
//! before 9.9 knew no backslash and no single quote on a `Match` line.

pub mod expand;
mod forward;
mod keyword;
pub mod pattern;
mod print;
mod resolution;
mod resolve;
mod words;

pub use print::print;
pub use resolution::{ConfigFile, ExecAnswer, Origin, Query, Refusal, Resolution, Setting};
pub use resolve::resolve;

use super::lines;
use std::ops::Range;

/// What ssh would refuse a line for. One such line and ssh refuses to start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file begins with a byte order mark, which ssh takes for a part of the first keyword.
    #[error("the file begins with a byte order mark")]
    ByteOrderMark,
    /// A keyword alone.
    #[error("no argument after the keyword")]
    NoArgument,
    /// An argument is there, but is empty.
    #[error("an empty argument")]
    EmptyArgument,
    /// A quote without its partner.
    #[error("a quote is not closed")]
    OpenQuote,
    /// More arguments than the keyword takes.
    #[error("more arguments than the keyword takes")]
    ExtraArguments,
    /// A value that the keyword does not know, such as `maybe` for yes or no.
    #[error("a value that the keyword does not know")]
    BadValue,
    /// The criteria of a `Match` line: none, unknown, without argument, or `all` beside others.
    #[error("bad criteria after Match")]
    BadMatch,
    /// A keyword that no release of OpenSSH knows and `IgnoreUnknown` does not cover.
    #[error("an unknown keyword")]
    UnknownKeyword,
    /// Includes nest deeper than 16, mostly a file that includes itself.
    #[error("includes nest deeper than 16")]
    TooDeep,
    /// `Include ~...` in the system's file.
    #[error("a system file cannot include from a home folder")]
    BadInclude,
}

/// A pattern of a `Host` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern {
    /// Written with `!`: a match makes the whole block not apply.
    pub negated: bool,
    /// With `*` and `?`, without the `!`.
    pub pattern: String,
}

/// What a criterion of a `Match` line looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// `all`
    All,
    /// `canonical`: only in the pass after canonicalization.
    Canonical,
    /// `final`: only in a second pass, which it asks for.
    Final,
    /// `host`: the name after `HostName`.
    Host,
    /// `originalhost`: the name as it was asked for.
    OriginalHost,
    /// `user`: the remote user.
    User,
    /// `localuser`
    LocalUser,
    /// `exec`: a command by the user's shell.
    Exec,
    /// `tagged` (OpenSSH 9.4).
    Tagged,
    /// `localnetwork` (OpenSSH 9.4).
    LocalNetwork,
    /// `command` (OpenSSH 9.8).
    Command,
    /// `version` (OpenSSH 10.0).
    Version,
    /// `sessiontype` (OpenSSH 10.0).
    SessionType,
}

impl Subject {
    fn of(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "all" => Self::All,
            "canonical" => Self::Canonical,
            "final" => Self::Final,
            "host" => Self::Host,
            "originalhost" => Self::OriginalHost,
            "user" => Self::User,
            "localuser" => Self::LocalUser,
            "exec" => Self::Exec,
            "tagged" => Self::Tagged,
            "localnetwork" => Self::LocalNetwork,
            "command" => Self::Command,
            "version" => Self::Version,
            "sessiontype" => Self::SessionType,
            _ => return None,
        })
    }

    fn stands_alone(self) -> bool {
        matches!(self, Self::All | Self::Canonical | Self::Final)
    }
}

/// One criterion of a `Match` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// Written with `!`.
    pub negated: bool,
    /// What it looks at.
    pub subject: Subject,
    /// Its argument; empty for `all`, `canonical` and `final`.
    pub argument: String,
}

/// What a line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Opens a block for hosts.
    Host(Vec<HostPattern>),
    /// Opens a block under criteria.
    Match(Vec<Criterion>),
    /// Reads other files, by patterns as written.
    Include(Vec<String>),
    /// Sets an option.
    Set,
}

/// A line that is neither blank nor a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// 1-based.
    pub line: usize,
    /// Where its text lies in the file, without the line end.
    pub span: Range<usize>,
    /// In lower case, an old name replaced by the present one (`identityfile2` is `identityfile`).
    pub keyword: String,
    /// The arguments without quotes and comment. For the options that hold a command, and for `proxyjump`, one
    /// argument: the rest of the line as it stands. Values of a fixed set, such as `yes`, in lower case.
    pub args: Vec<String>,
    /// What it does.
    pub action: Action,
}

impl Directive {
    /// Whether a release of OpenSSH up to 10 knows the keyword.
    #[must_use]
    pub fn is_known(&self) -> bool {
        keyword::is_known(&self.keyword)
    }

    /// The first argument.
    #[must_use]
    pub fn first(&self) -> &str {
        self.args.first().map_or("", String::as_str)
    }
}

/// A fault and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// 1-based.
    pub line: usize,
    /// What ssh refuses.
    pub fault: Fault,
}

/// One file. Its bytes stay with the caller; the spans point into them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SshConfig {
    /// Every good line, in order.
    pub directives: Vec<Directive>,
    /// Every bad one.
    pub faults: Vec<BadLine>,
}

/// The lines from one `Host` or `Match` to the next.
#[derive(Debug, Clone)]
pub struct Block<'a> {
    /// The line that opens it; `None` for what stands before the first `Host` or `Match`, which holds for all hosts.
    pub head: Option<&'a Directive>,
    /// The others, in order.
    pub body: Vec<&'a Directive>,
}

impl Block<'_> {
    /// Whether it holds for every host: the top of the file, `Host *` without exceptions, or `Match all`.
    #[must_use]
    pub fn holds_for_all(&self) -> bool {
        match self.head.map(|head| &head.action) {
            None => true,
            Some(Action::Host(patterns)) => {
                patterns.iter().any(|p| !p.negated && p.pattern == "*") && !patterns.iter().any(|p| p.negated)
            }
            Some(Action::Match(criteria)) => criteria.iter().all(|c| c.subject == Subject::All && !c.negated),
            Some(Action::Include(_) | Action::Set) => false,
        }
    }
}

impl SshConfig {
    /// The blocks in order. The first is the top of the file, which may be empty.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block<'_>> {
        let mut done = Vec::new();
        let mut open = Block { head: None, body: Vec::new() };
        for directive in &self.directives {
            if matches!(directive.action, Action::Host(_) | Action::Match(_)) {
                done.push(std::mem::replace(&mut open, Block { head: Some(directive), body: Vec::new() }));
            } else {
                open.body.push(directive);
            }
        }
        done.push(open);
        done
    }
}

/// Reads a file. A bad line goes to [`SshConfig::faults`] and the reading goes on.
#[must_use]
pub fn parse(bytes: &[u8]) -> SshConfig {
    let mut config = SshConfig::default();
    if lines::bom_length(bytes) > 0 {
        config.faults.push(BadLine { line: 1, fault: Fault::ByteOrderMark });
    }
    for line in lines::lines(bytes) {
        match directive(line.text) {
            Ok(None) => {}
            Ok(Some((keyword, args, action))) => config.directives.push(Directive {
                line: line.number,
                span: line.span.clone(),
                keyword,
                args,
                action,
            }),
            Err(fault) => config.faults.push(BadLine { line: line.number, fault }),
        }
    }
    config
}

type Parts = (String, Vec<String>, Action);

fn directive(text: &[u8]) -> Result<Option<Parts>, Fault> {
    // ssh reads C strings.
    let text = text.split(|&b| b == 0).next().unwrap_or_default();
    let text = String::from_utf8_lossy(text);
    let text = text.trim_end_matches([' ', '\t', '\r', '\n', '\x0c']);
    let Some((written, rest)) = words::keyword(text) else { return Ok(None) };
    let keyword = keyword::present_name(&written.to_ascii_lowercase()).to_owned();
    let rest = rest.trim_start_matches(words::BLANK);
    if rest.is_empty() {
        return Err(Fault::NoArgument);
    }
    let args = words::split(rest).ok_or(Fault::OpenQuote)?;
    let action = match keyword.as_str() {
        "host" => Action::Host(host_patterns(&args)?),
        "match" => Action::Match(criteria(&args)?),
        "include" if args.iter().any(String::is_empty) => return Err(Fault::EmptyArgument),
        "include" => Action::Include(args.clone()),
        _ => Action::Set,
    };
    let mut args = if keyword::takes_rest_of_line(&keyword) {
        let rest = rest.trim_start_matches([' ', '\t', '\r', '\n', '=']);
        let rest = match keyword.as_str() {
            "proxyjump" => rest.split('#').next().unwrap_or_default().trim_end(),
            _ => rest,
        };
        vec![rest.to_owned()]
    } else {
        args
    };
    if action == Action::Set {
        keyword::check(&keyword, &args)?;
        if keyword::fixed_values(&keyword).is_some() {
            args.iter_mut().for_each(|arg| arg.make_ascii_lowercase());
        }
    }
    Ok(Some((keyword, args, action)))
}

fn host_patterns(args: &[String]) -> Result<Vec<HostPattern>, Fault> {
    args.iter()
        .map(|arg| match arg.strip_prefix('!') {
            _ if arg.is_empty() => Err(Fault::EmptyArgument),
            Some(pattern) => Ok(HostPattern { negated: true, pattern: pattern.to_owned() }),
            None => Ok(HostPattern { negated: false, pattern: arg.clone() }),
        })
        .collect()
}

fn criteria(args: &[String]) -> Result<Vec<Criterion>, Fault> {
    let mut found: Vec<Criterion> = Vec::new();
    let mut args = args.iter();
    while let Some(word) = args.next() {
        let (negated, word) = word.strip_prefix('!').map_or((false, word.as_str()), |word| (true, word));
        let (name, given) =
            word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value.to_owned())));
        let subject = Subject::of(name).ok_or(Fault::BadMatch)?;
        let argument = if subject.stands_alone() {
            if given.is_some() {
                return Err(Fault::BadMatch);
            }
            String::new()
        } else {
            // `host= a` and `host =a` are one criterion too.
            let given = given.filter(|value| !value.is_empty());
            let argument = given.or_else(|| args.next().cloned()).ok_or(Fault::BadMatch)?;
            if argument.is_empty() && !matches!(subject, Subject::Tagged | Subject::Command) {
                return Err(Fault::BadMatch);
            }
            argument
        };
        found.push(Criterion { negated, subject, argument });
    }
    // `all` after one other criterion passes ssh's own check, but says nothing then.
    let all = found.iter().position(|c| c.subject == Subject::All);
    match all {
        Some(at) if at > 1 || at + 1 != found.len() => Err(Fault::BadMatch),
        _ if found.is_empty() => Err(Fault::BadMatch),
        _ => Ok(found),
    }
}
