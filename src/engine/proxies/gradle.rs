//! Gradle: `systemProp.` lines of `~/.gradle/gradle.properties`, which are Java's properties (Gradle documentation,
//! Accessing the web through an HTTP proxy).

use super::{Asked, Tool, java_options};
use crate::formats::java_options::JavaOptions;
use crate::formats::proxy::dialect::Decision;
use std::path::PathBuf;

pub(super) static TOOL: Tool = Tool { name: "Gradle", programs: &["gradle"], reads_variables: false, decide };

fn decide(asked: &Asked<'_>) -> Decision {
    let names = ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "JAVA_OPTS", "GRADLE_OPTS"];
    let mut sources = java_options::of_variables(asked, &names);
    let own = asked.sys.env("GRADLE_USER_HOME").map(PathBuf::from);
    let folder = own.unwrap_or_else(|| java_options::home(asked, &sources).join(".gradle"));
    let path = folder.join("gradle.properties");
    let bytes = asked.file(Some(&path));
    if !bytes.is_empty() {
        sources.push((asked.sys.shown(&path), JavaOptions::of_gradle(&bytes)));
    }
    java_options::decide(asked, &sources)
}
