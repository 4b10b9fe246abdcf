//! `doorkey token scan` in a home of ten thousand clean files with secrets of every kind planted in it.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests run the program, write temporary files, and stop at the first surprise"
)]

mod borders;
mod clean;
mod found;
mod makers;
mod planted;
mod projects;
