//! The addresses of `LocalForward`, `RemoteForward` and `DynamicForward` (ssh_config(5)).

/// As `ssh -G` prints a forwarding. `None` for one that cannot be read.
pub(super) fn shown(args: &[String], both: bool) -> Option<String> {
    let listen = end(args.first()?)?;
    match args.get(1) {
        Some(connect) if both => Some(format!("{listen} {}", end(connect)?)),
        // Without an end of its own, a remote one is a SOCKS proxy.
        None if both => Some(format!("{listen} [socks]:0")),
        _ => Some(listen),
    }
}

/// `8080`, `host:8080`, `host/8080`, `[::1]:8080`, or the path of a socket.
fn end(text: &str) -> Option<String> {
    if text.starts_with('/') {
        return Some(text.to_owned());
    }
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (Some(host), port.strip_prefix([':', '/'])?),
        None => match text.rsplit_once([':', '/']) {
            Some((host, port)) => (Some(host), port),
            None => (None, text),
        },
    };
    let port: u16 = port.parse().ok()?;
    match host {
        None => Some(port.to_string()),
        Some(host) => Some(format!("[{host}]:{port}")),
    }
}
