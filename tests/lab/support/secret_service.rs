//! A desktop session without a desktop: a session bus for a home, and gnome-keyring as the Secret Service on it.

use super::home::Home;
use super::run::Output;
use super::server::Server;
use std::time::{Duration, Instant};

/// What answers to org.freedesktop.secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecretService {
    /// gnome-keyring with an open login keyring.
    Unlocked,
    /// gnome-keyring with a locked login keyring, and nobody there to ask for its password.
    Locked,
    /// Nothing: a bus without the service.
    Absent,
}

/// Without folders of services, so that nothing starts unasked.
const BUS: &str = "\
<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"
 \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">
<busconfig>
  <type>session</type>
  <listen>ADDRESS</listen>
  <policy context=\"default\">
    <allow send_destination=\"*\" eavesdrop=\"true\"/>
    <allow eavesdrop=\"true\"/>
    <allow own=\"*\"/>
  </policy>
</busconfig>
";

impl Home {
    /// Starts a session bus for this home and sets `DBUS_SESSION_BUS_ADDRESS` and `XDG_RUNTIME_DIR` in it.
    pub(crate) fn start_session_bus(&mut self, service: SecretService) {
        let runtime = self.path.join(".run");
        let address = format!("unix:path={}/bus", runtime.display());
        let configuration = self.write(".run/bus.conf", BUS.replace("ADDRESS", &address), 0o600);
        self.set_env("XDG_RUNTIME_DIR", &runtime);
        self.set_env("DBUS_SESSION_BUS_ADDRESS", &address);
        let configuration = format!("--config-file={}", configuration.display());
        let bus = self.call(["dbus-daemon", "--nofork", "--nopidfile", &configuration]);
        Server::start(&mut bus.command(), &format!("bus-{}.log", self.user))
            .wait_for("session bus", || runtime.join("bus").exists());
        if service == SecretService::Absent {
            return;
        }
        // The first line is the login keyring's password; the keyring is made with it.
        let daemon = ["gnome-keyring-daemon", "--unlock", "--components=secrets"];
        self.call(daemon).stdin("lab\n").run().ok();
        // The daemon goes into the background before it has taken its name.
        let asked = Instant::now();
        while !self.has_secret_service() {
            assert!(asked.elapsed() < Duration::from_secs(20), "gnome-keyring took no name on the bus");
            std::thread::sleep(Duration::from_millis(10));
        }
        if service == SecretService::Locked {
            self.lock_keyring();
        }
    }

    /// Locks the login keyring.
    pub(crate) fn lock_keyring(&self) {
        let login = "array:objpath:/org/freedesktop/secrets/collection/login";
        let path = "/org/freedesktop/secrets";
        self.bus_call("org.freedesktop.secrets", path, "org.freedesktop.Secret.Service.Lock", login).ok();
    }

    fn has_secret_service(&self) -> bool {
        let name = "string:org.freedesktop.secrets";
        let path = "/org/freedesktop/DBus";
        let answer = self.bus_call("org.freedesktop.DBus", path, "org.freedesktop.DBus.NameHasOwner", name);
        answer.ok().stdout.contains("boolean true")
    }

    fn bus_call(&self, to: &str, path: &str, method: &str, argument: &str) -> Output {
        self.run(["dbus-send", "--session", "--print-reply", &format!("--dest={to}"), path, method, argument])
    }
}
