//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Keeps git credentials, SSH keys and corporate CAs of several tenants apart on one machine, and proves it.
#[derive(Debug, Parser)]
#[command(name = "doorkey", version, max_term_width = 100, propagate_version = true)]
#[command(after_help = "Without a command: the status of this machine.\n\nExamples:\n  \
    doorkey store init --key-file ~/.doorkey.key\n  \
    doorkey profile add acme --host github.com --owner acme --email ada@acme.example\n  \
    doorkey token add acme --user ada-acme\n  \
    doorkey use acme\n  \
    doorkey verify acme\n  \
    doorkey doctor --fix")]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) flags: Flags,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Flags that every command knows.
#[derive(Debug, Clone, Args)]
pub(crate) struct Flags {
    /// Show what would change, and change nothing
    #[arg(short = 'n', long, global = true, help_heading = "Options of every command")]
    pub(crate) dry_run: bool,
    /// Do it without asking
    #[arg(short = 'y', long, global = true, help_heading = "Options of every command")]
    pub(crate) yes: bool,
    /// Print one JSON document on standard output
    #[arg(long, global = true, help_heading = "Options of every command")]
    pub(crate) json: bool,
    /// Say only what is needed
    #[arg(short, long, global = true, help_heading = "Options of every command")]
    pub(crate) quiet: bool,
    /// Say more
    #[arg(short, long, global = true, help_heading = "Options of every command")]
    pub(crate) verbose: bool,
    /// Colour on standard output
    #[arg(long, global = true, help_heading = "Options of every command", value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub(crate) color: ColorChoice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tenants: suggest, add, list, show, edit, remove, check
    #[command(subcommand)]
    Profile(super::profile::ProfileCommand),
    /// Single repositories that a profile speaks for: a fork, an outside collaborator
    #[command(subcommand)]
    Route(super::route::RouteCommand),
    /// Which profile speaks for a URL or folder, and why
    Which(super::which::Which),
    /// Prove each repository of a profile with your own git, and say which rung is broken
    Verify(super::verify::Wanted),
    /// Why a repository or Go module cannot be fetched, or what an error text means, and what to do
    Why(super::why::Wanted),
    /// Put git's and ssh's settings in force, with this profile's identity
    Use(super::switch::Use),
    /// The profile in force, in one line
    Current,
    /// Plain git and ssh again, at once
    Off,
    /// Undo `off`
    On,
    /// Run a command with one profile's credentials, and nothing of another's
    Exec(super::exec::Exec),
    /// Your shell with one profile's credentials, and nothing of another's
    Shell(super::exec::Shell),
    /// A line for your shell's start file: a profile's folders bring its proxy and roots
    Hook(super::hook::Hook),
    /// A profile's proxy and roots as variables, without a credential
    Env(super::hook::Env),
    /// Tokens: add, list, show, page, check, remove, inspect, scan
    #[command(subcommand)]
    Token(super::token::TokenCommand),
    /// What expires: tokens, SSH keys, certificates of every profile on one time line
    Rotate(super::rotate::Wanted),
    /// SSH keys: make one, whose account it opens, its form; what ssh_config and known_hosts say
    #[command(subcommand)]
    Ssh(super::ssh::SshCommand),
    /// Where secrets are kept: init, status, unlock, lock, move, export, accept
    #[command(subcommand)]
    Store(super::store::StoreCommand),
    /// Keep the vault open where the kernel's keyring is refused
    Agent(super::agent::Agent),
    /// Certificate authorities: whether a certificate leads to a root, and why not
    #[command(subcommand)]
    Ca(super::ca::CaCommand),
    /// What is on this machine: SSH keys, tokens, credential helpers, trusted roots
    Inspect(super::inspect::Inspect),
    /// What is wrong on this machine, why, and what to do
    Doctor(super::doctor::Doctor),
    /// What a finding's code means, why it hurts, and what its fix does
    Explain(super::explain::Explain),
    /// Take the last change back, or the one with this number
    Undo(super::undo::Which),
    /// What doorkey changed, newest first
    History,
    /// What a change did, as a diff of its steps
    Diff(super::undo::Which),
    /// Completions for a shell, on standard output
    Completions(super::completions::Wanted),
    /// git's credential helper protocol; git calls this
    #[command(after_help = "Reads a request on standard input as gitcredentials(7) says:\n  \
        printf 'protocol=https\\nhost=github.com\\npath=acme/app.git\\n\\n' | doorkey credential get\n\n\
        netrc HOST prints one entry in the form of .netrc, into a pipe only (one URL a command):\n  \
        curl --netrc-file <(doorkey credential netrc github.com) https://github.com/...")]
    Credential {
        /// get, store, erase or capability; netrc HOST
        words: Vec<String>,
    },
    /// Tells ssh whether a connection belongs to a profile; ssh calls this
    SshMatch {
        /// The profile
        words: Vec<String>,
    },
}
