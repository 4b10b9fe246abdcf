//! How the programs are linked.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a build script asks by its environment and answers by print"
)]

fn main() {
    println!("cargo:rerun-if-changed=.cargo/link.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        // 17,000 relative relocations take 24 bytes each, or nearly nothing (glibc 2.36 and later read them so).
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
