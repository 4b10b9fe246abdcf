//! Whether there is an OS keyring, and whether it is locked, asked of the bus alone: an entry asked for would start the
//! service where it is not running, and a started one is new and empty.

use super::service::LIMIT;
use crate::sys::Sys;
use crate::sys::process::within;

/// What can be said of the keyring: usable and how, or why not.
#[cfg(target_os = "linux")]
pub(crate) fn state(sys: &Sys) -> Result<String, String> {
    let address = sys.env("DBUS_SESSION_BUS_ADDRESS").map(str::to_owned);
    let socket = sys.places().runtime().map(|r| format!("unix:path={}", r.join("bus").display()));
    let there = sys.places().runtime().is_some_and(|r| sys.look(&r.join("bus")).ok().flatten().is_some());
    let Some(address) = address.or_else(|| socket.filter(|_| there)) else {
        return Err("there is no session bus".into());
    };
    match within(LIMIT, move || bus::locked(&address)) {
        None => Err(format!("it did not answer within {} s", LIMIT.as_secs())),
        Some(Ok(Some(false))) => Ok("the Secret Service of this session is unlocked".into()),
        Some(Ok(Some(true))) => {
            Err("the Secret Service of this session is locked: unlock it in the desktop".into())
        }
        Some(Ok(None)) => Err("no Secret Service runs in this session".into()),
        Some(Err(_)) => Err("the session bus does not answer".into()),
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn state(_: &Sys) -> Result<String, String> {
    Ok("the keyring of this system".into())
}

#[cfg(target_os = "linux")]
mod bus {
    use zbus::blocking::{Connection, Proxy, connection};

    const SERVICE: &str = "org.freedesktop.secrets";

    /// Whether the default collection is locked; `None`: nobody has the service's name.
    pub(super) fn locked(address: &str) -> zbus::Result<Option<bool>> {
        let bus: Connection = connection::Builder::address(address)?.build()?;
        let daemon =
            Proxy::new(&bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")?;
        let running: bool = daemon.call("NameHasOwner", &(SERVICE))?;
        if !running {
            return Ok(None);
        }
        let path = "/org/freedesktop/secrets/aliases/default";
        let collection = Proxy::new(&bus, SERVICE, path, "org.freedesktop.Secret.Collection")?;
        // Without a default collection there is nothing that could be opened either.
        Ok(Some(collection.get_property("Locked").unwrap_or(true)))
    }
}
