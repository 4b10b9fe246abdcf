//! Java programs, by the options that variables carry.

use super::{Asked, Tool, java_options};
use crate::formats::proxy::dialect::Decision;

pub(super) static TOOL: Tool =
    Tool { name: "Java programs", programs: &["java"], reads_variables: false, decide };

fn decide(asked: &Asked<'_>) -> Decision {
    java_options::decide(
        asked,
        &java_options::of_variables(asked, &["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"]),
    )
}
