//! What is said while many files are looked at.

use super::Context;
use crate::sys::fs::FsError;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A line on standard error that says how far it is; hidden where that is no terminal.
pub(super) fn progress(context: &Context) -> ProgressBar {
    let visible = context.terminal.error && !context.flags.quiet;
    let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
        bar.set_style(style);
    }
    bar
}

/// Why a file was not looked at.
pub(super) fn reason(error: &FsError) -> String {
    match error.kind() {
        Some(std::io::ErrorKind::PermissionDenied) => "you may not read it".into(),
        _ => "could not be read".into(),
    }
}
