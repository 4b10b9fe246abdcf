//! Variables that change who speaks to git hosts, and which proxy or program is between.

use super::{Program, Spot};
use serde::Serialize;

/// What the environment says.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Environment {
    /// The variables that matter here and are set.
    pub variables: Vec<Variable>,
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
