//! What doorkey does: look, judge, plan, change, prove.

pub mod apply;
mod closed;
pub mod credential;
pub mod diagnose;
pub mod generation;
pub mod identity;
pub mod in_force;
pub mod inspect;
pub mod journal;
pub mod preview;
pub mod profiles;
pub mod render;
pub mod ssh_match;
pub mod suggest;
pub mod verify;
mod way_back;
pub mod when;
pub mod which;
