//! wget (wget(1), `--ca-certificate`), which reads no variable for its roots where it is built with GnuTLS.

use super::one_line::OneLine;
use crate::formats::key_lines::WGETRC;
use crate::trust::settings;

/// wget, in shells and elsewhere.
pub(super) static WGET: OneLine = OneLine {
    program: "wget",
    leads: "wget",
    file: settings::wgetrc,
    key: "ca_certificate",
    quotes: false,
    style: WGETRC,
};
