//! The curl program (curl(1), `--cacert` and `--config`). libcurl reads neither this file nor a variable.

use super::one_line::OneLine;
use crate::formats::key_lines::CURLRC;
use crate::trust::settings;

/// curl outside of shells.
pub(super) static CURL: OneLine = OneLine {
    program: "curl",
    leads: "curl, where no shell was (cron, editors)",
    file: settings::curlrc,
    key: "cacert",
    quotes: true,
    style: CURLRC,
};
