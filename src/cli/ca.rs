//! `doorkey ca inspect|verify|fetch|forecast|install|uninstall|refresh|status|targets`

use super::ask::{Source, secret_from};
use super::error::Failure;
use super::inspect_certs::Input;
use super::{Context, Exit};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum CaCommand {
    /// The certificates of files and folders: PEM, DER, PKCS#7, PKCS#12, Java's key stores
    Inspect(Inspect),
    /// Whether a certificate leads to a root you trust, and if not, at which link it breaks and why
    Verify(super::ca_verify::Verify),
    /// The root at the end of a server's chain, as it or the proxy in between sends it
    Fetch(super::ca_fetch::Fetch),
    /// Who will refuse a root, or what it signs, before it is installed, and what to ask of whoever runs it
    Forecast(super::ca_forecast::Forecast),
    /// Trust a corporate root: for a profile's hosts and sessions, or in all that this user runs
    Install(super::ca_install::Install),
    /// Take a root away again, by its file or fingerprint
    Uninstall(super::ca_install::Uninstall),
    /// Merge the installed roots with the system's anew, which change with its updates
    Refresh,
    /// Who trusts which root on this machine, and by which setting
    Status,
    /// The places that --scope machine leads to the installed roots
    Targets,
}

impl CaCommand {
    /// Whether it looks at the user's files, or only at what it is given.
    pub(super) fn needs_home(&self) -> bool {
        !matches!(self, Self::Inspect(_) | Self::Verify(_) | Self::Fetch(_) | Self::Forecast(_))
    }

    pub(super) fn changes(&self) -> bool {
        matches!(self, Self::Install(_) | Self::Uninstall(_) | Self::Refresh)
    }
}

/// `doorkey ca inspect PATH...`
#[derive(Debug, Args)]
#[command(
    after_help = "One certificate is shown as a whole, several as a line each: line, last day, key, SHA-256, subject. A folder's\n\
    files are read, not those below it. Without a passphrase, none and Java's `changeit` are tried.\n\n\
    Examples:\n  doorkey ca inspect corp-root.pem\n  doorkey ca inspect -v corp-root.pem\n  \
    doorkey ca inspect /etc/ssl/certs\n  doorkey ca inspect $JAVA_HOME/lib/security/cacerts --json\n  \
    openssl s_client -showcerts -connect git.acme.example:443 < /dev/null | doorkey ca inspect -\n\n\
    Exit code 0: certificates, and all is well; 1: something is damaged or out of date, or there are none."
)]
pub(crate) struct Inspect {
    /// Files and folders; - is standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Open containers with a passphrase, read from this open file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<i32>,
}

pub(crate) fn run(context: &mut Context, command: CaCommand) -> Result<Exit, Failure> {
    match command {
        CaCommand::Inspect(wanted) => {
            let source = wanted.passphrase_fd.map(Source::Descriptor);
            let phrase = source.map(|s| secret_from(context, s, "passphrase", false)).transpose()?;
            let inputs: Result<Vec<Input>, Failure> =
                wanted.paths.iter().map(|path| Input::named(path)).collect();
            super::inspect_certs::run(context, &inputs?, phrase.as_ref())
        }
        CaCommand::Verify(wanted) => super::ca_verify::run(context, &wanted),
        CaCommand::Fetch(wanted) => super::ca_fetch::run(context, &wanted),
        CaCommand::Forecast(wanted) => super::ca_forecast::run(context, &wanted),
        CaCommand::Install(wanted) => super::ca_install::install(context, &wanted),
        CaCommand::Uninstall(wanted) => super::ca_install::uninstall(context, &wanted),
        CaCommand::Refresh => super::ca_install::refresh(context),
        CaCommand::Status => super::ca_status::status(context),
        CaCommand::Targets => super::ca_status::targets(context),
    }
}
