//! The files and settings of the `go` command that decide where a module comes from.

pub mod env_file;
pub mod go_mod;
pub mod go_sum;
pub mod patterns;
pub mod proxy_list;
pub mod vendor_modules;
pub mod version;
