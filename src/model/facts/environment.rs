//! Variables that change who speaks to git hosts, and which proxy or program is between.

use super::{Program, Spot, as_text};
use serde::Serialize;
use std::path::PathBuf;

/// What the environment says.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Environment {
    /// The variables that matter here and are set.
    pub variables: Vec<Variable>,
    /// `SHELL`, when it is set.
    pub shell: Option<Shell>,
}

/// The shell by which ssh runs the commands of its configuration.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Shell {
    /// Its file.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// Whether it is there and can be run.
    pub there: bool,
}

/// A variable that is set.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value, where it can be no secret; passwords in URLs are masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What the command line in it does, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<Program>,
    /// The line of a shell's start-up file that sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_by: Option<Spot>,
}

impl Environment {
    /// A variable, when it is set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|v| v.name == name)
    }
}
