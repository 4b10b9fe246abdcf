//! The curl program (curl(1), `--cacert` and `--config`). libcurl reads neither this file nor a variable.

use super::one_line::OneLine;

/// curl outside of shells.
pub(super) static CURL: OneLine = OneLine {
    program: "curl",
    leads: "curl, where no shell was (cron, editors)",
    file: ".curlrc",
    key: "cacert",
    quotes: true,
    colon: true,
};
