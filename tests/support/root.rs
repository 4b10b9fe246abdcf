//! A root that nobody has the key of, valid for fifty years.

/// The certificate, PEM.
pub(crate) const ROOT: &str = include_str!("root.pem");
/// Its SHA-256.
pub(crate) const PRINT: &str =
    "FB:2E:93:12:3F:29:6D:7A:63:DC:FA:C4:71:A3:F4:9B:65:40:DA:49:CA:98:C8:D5:3B:47:04:7E:6F:74:4F:D7";
