//! Bytes in, values out: the files and protocols of other programs. No input or output here.
//!
//! The readers keep the byte span of what they found, so that an edit touches only its own bytes. They follow the
//! program that owns the format, not the format's manual, where the two differ; the tests ask that program.

pub mod cargo_config;
pub mod cargo_credential;
pub mod cert;
pub mod containers;
pub mod docker_config;
pub mod docker_credential;
pub mod git_config;
pub mod git_credential;
pub mod git_credentials;
pub mod go;
pub mod host;
pub mod icalendar;
pub mod java_options;
pub mod json_spans;
pub mod key_lines;
pub mod known_hosts;
pub mod lines;
pub mod loose;
pub mod maven_settings;
pub mod netrc;
pub mod npmrc;
pub mod pem;
pub mod percent;
pub mod prometheus;
pub mod proxy;
pub mod remote_url;
pub mod resolv_conf;
pub mod shell;
pub mod splice;
pub mod ssh_agent;
pub mod ssh_config;
pub mod ssh_greeting;
pub mod ssh_key;
pub mod token;
