//! `doorkey profile edit PROFILE`

use super::{Name, refreshed};
use crate::cli::change::carry_out;
use crate::cli::error::Failure;
use crate::cli::{Context, Exit, ask};
use crate::engine::profiles::{self, ProfilesError};
use crate::model::name::ProfileName;
use crate::model::plan::{Plan, Step};
use crate::model::profile::Profile;
use crate::model::profile_file;
use crate::sys::fs::Write;
use std::path::Path;

/// Opens the user's editor on a copy, so that a broken file never replaces a good one; what was typed is never lost.
pub(super) fn run(context: &mut Context, wanted: &Name) -> Result<Exit, Failure> {
    let name = ProfileName::new(&wanted.profile)?;
    let path = profiles::file(&context.sys, &name)?;
    let old = context.sys.read(&path)?.ok_or_else(|| ProfilesError::Unknown(name.to_string()))?;
    if !context.terminal.can_ask() {
        return Err(Failure::usage(
            "there is no terminal for an editor",
            format!("edit the file {} and run: doorkey profile check", context.sys.shown(&path)),
        ));
    }
    let editor = context.sys.env("VISUAL").or(context.sys.env("EDITOR")).unwrap_or("vi").to_owned();
    let mut text = old.clone();
    let new = loop {
        text = context.sys.edit_text(&editor, &format!("{name}.toml"), &text)?;
        if text == old {
            context.say.info("Nothing was changed.");
            return Ok(Exit::Fine);
        }
        match checked(context, &name, &path, &text) {
            Ok(_) => break text,
            Err(failure) => {
                context.say.aside(format!("{}\nThe profile itself is as it was.", failure.what));
                if !matches!(ask::confirm_yes(context, "Edit it again?"), Ok(true)) {
                    return Err(kept(context, &name, &text, failure)?);
                }
            }
        }
    };
    carry_out(context, |context| {
        if context.sys.read(&path)?.as_ref() != Some(&old) {
            return Err(Failure::new(
                Exit::CouldNot,
                format!("{} was changed while you edited it", context.sys.shown(&path)),
                "what was written there meanwhile would be lost",
                format!("edit it again: doorkey profile edit {name}"),
            ));
        }
        let mut plan = Plan::new(format!("profile edit {name}"));
        plan.push(Step::edit(path.clone(), &old, &new));
        plan.steps.extend(refreshed(context, &checked(context, &name, &path, &new)?)?);
        Ok(plan)
    })?;
    Ok(Exit::Fine)
}

/// All profiles with the new text for one of them.
fn checked(context: &Context, name: &ProfileName, path: &Path, text: &[u8]) -> Result<Vec<Profile>, Failure> {
    let text = String::from_utf8_lossy(text);
    let changed = profile_file::read(name, text.strip_prefix('\u{feff}').unwrap_or(&text))
        .map_err(|source| ProfilesError::Broken { path: path.into(), source })?;
    let mut all = profiles::all(&context.sys)?.good;
    all.retain(|p| p.name != *name);
    all.push(changed);
    profiles::check_routes(&all)?;
    Ok(all)
}

/// Keeps what was typed, and says where.
fn kept(
    context: &mut Context,
    name: &ProfileName,
    text: &[u8],
    failure: Failure,
) -> Result<Failure, Failure> {
    let state = context.sys.places().state().map(Path::to_path_buf).unwrap_or_default();
    let copy = state.join("edit").join(format!("{name}.not-taken.toml"));
    context.sys.write_atomic(&copy, text, Write::with_mode(0o600))?;
    let shown = context.sys.shown(&copy);
    Ok(Failure::new(
        Exit::Usage,
        failure.what,
        format!("the profile is as it was; what you typed is kept in {shown}"),
        format!("go on from there: doorkey profile edit {name}"),
    ))
}
