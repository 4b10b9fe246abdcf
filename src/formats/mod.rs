//! Bytes in, values out: the files and protocols of other programs. No input or output here.

pub mod cert;
pub mod pem;
