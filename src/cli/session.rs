//! What doorkey does inside a session: nothing that leads out of it.

use super::arguments::Command;
use super::error::Failure;
use super::ssh::SshCommand;
use super::store::StoreCommand;
use super::token::TokenCommand;
use super::{Context, Exit};
use crate::engine::session;

/// How far a command reaches.
enum Reach<'a> {
    /// It looks, and gives nothing secret away.
    Looks,
    /// It uses the credentials of this profile; of all where none is named.
    Uses(Option<&'a str>),
    /// It changes what holds outside.
    Changes,
    /// It looks at what holds outside.
    LooksOutside,
}

impl Command {
    fn reach(&self) -> Reach<'_> {
        match self {
            Self::Exec(wanted) => Reach::Uses(Some(&wanted.profile)),
            Self::Shell(wanted) => Reach::Uses(Some(&wanted.profile)),
            Self::Verify(wanted) => Reach::Uses(wanted.profile.as_deref()),
            Self::Token(TokenCommand::Show(wanted)) => Reach::Uses(Some(&wanted.profile)),
            Self::Token(TokenCommand::Check(wanted)) => Reach::Uses(wanted.profile.as_deref()),
            Self::Token(TokenCommand::Scan(wanted)) if wanted.asks_hosts() => Reach::LooksOutside,
            Self::Ssh(SshCommand::Check(wanted)) => Reach::Uses(wanted.profile.as_deref()),
            Self::Store(StoreCommand::Status) => Reach::Looks,
            Self::Store(_) | Self::Agent(_) => Reach::Changes,
            Self::Doctor(_) => Reach::LooksOutside,
            other if other.changes() => Reach::Changes,
            _ => Reach::Looks,
        }
    }
}

/// Refuses what would lead out of the session that this process runs in.
///
/// # Errors
/// The refusal; also where the session has ended.
pub(super) fn stay_inside(context: &Context, command: &Command) -> Result<(), Failure> {
    let own = session::here(&context.sys).map_err(|folder| {
        Failure::new(
            Exit::CouldNot,
            format!("the session {} has ended", folder.display()),
            format!("{} names it, and it is not there or not yours", session::VARIABLE),
            format!("leave this shell, or: unset {}", session::VARIABLE),
        )
    })?;
    let Some(own) = own else { return Ok(()) };
    let (what, fix) = match command.reach() {
        Reach::Looks => return Ok(()),
        Reach::Uses(Some(name)) if name == own.as_str() => return Ok(()),
        Reach::Uses(Some(name)) => (format!("{name} is another profile"), "leave it first (exit)".to_owned()),
        Reach::Uses(None) => {
            ("that is for all profiles".to_owned(), format!("name the session's own: {own}"))
        }
        Reach::LooksOutside => {
            ("that looks at what holds outside of it".to_owned(), "leave it first (exit)".to_owned())
        }
        Reach::Changes => {
            ("that changes what holds outside of it".to_owned(), "leave it first (exit)".to_owned())
        }
    };
    Err(Failure::new(Exit::Usage, format!("this is a session of {own}: {what}"), "", fix))
}
