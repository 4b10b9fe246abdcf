//! What `doorkey why` says of Go modules, held against the installed go, and of error texts.
//! What `doorkey why` says.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may touch the machine and must fail loudly"
)]

mod go_faults;
mod go_hostile;
mod go_oracle;
mod go_rules;
mod go_settings;
mod go_world;
mod pasted;
mod pasted_cli;
mod pasted_hostile;
mod pasted_real;
mod repository;
