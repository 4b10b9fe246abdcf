//! A host of unknown kind: it has no API that could be asked.

use super::answer::Stop;
use super::door::{Door, Form};
use super::{About, Provider};
use crate::model::facts::Known;

/// Registered in [`super::ALL`].
pub(super) static PROVIDER: Generic = Generic;

/// A unit.
#[derive(Debug)]
pub(super) struct Generic;

impl Provider for Generic {
    fn name(&self) -> &'static str {
        "generic"
    }

    fn form<'a>(&self, _: &About<'a>) -> Form<'a> {
        Form::Bearer
    }

    fn ask(&self, _: &mut Door<'_>, _: &About<'_>) -> Result<Known, Stop> {
        Ok(Known::default())
    }
}
