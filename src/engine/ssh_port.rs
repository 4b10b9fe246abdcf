//! The port that an ssh connection goes to: it belongs to the route as the host does (SECURITY rule 1).

use super::ssh_match::{Asked, NoMatch};
use super::ssh_settings::users_settings;
use crate::model::name::HostName;
use crate::model::route::Scheme;
use crate::model::route_table;
use crate::sys::Sys;

/// The port. `told` is what ssh put into the place of `%p`: what its command line says, or the standard port when
/// it says nothing and the user's configuration, which ssh reads after doorkey's, may still name another.
///
/// # Errors
/// [`NoMatch::Port`] when it cannot be told.
pub fn port(
    sys: &Sys,
    table: &str,
    host: &HostName,
    asked: &Asked,
    told: Option<u16>,
) -> Result<u16, NoMatch> {
    let standard = Scheme::Ssh.default_port();
    let by_arguments = asked.port.filter(|port| told.is_none_or(|told| told == *port));
    if let Some(port) = told.filter(|port| *port != standard).or(by_arguments) {
        return Ok(port);
    }
    // Where nothing else is claimed, no other profile can be meant, wherever the user's own file leads to
    // (`HostName ssh.github.com`, `Port 443`).
    if route_table::ports(table, Scheme::Ssh, host) == [standard] {
        return Ok(standard);
    }
    configured(sys, asked).ok_or(NoMatch::Port)
}

/// What the user's and the system's files say. `None` where that depends on a command.
fn configured(sys: &Sys, asked: &Asked) -> Option<u16> {
    let home = sys.places().passwd_home().or(sys.places().home())?;
    let found = users_settings(sys, home, asked).ok()?;
    found.port().filter(|_| found.undecided.is_empty() && !found.canonicalizes)
}
