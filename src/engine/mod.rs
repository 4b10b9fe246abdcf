//! What doorkey does: look, judge, plan, change, prove.

pub mod apply;
pub mod bridge;
mod closed;
pub mod credential;
pub mod diagnose;
pub mod generation;
pub mod identity;
pub mod in_force;
pub mod include_line;
pub mod inspect;
pub mod journal;
pub mod preview;
pub mod profiles;
pub mod render;
pub mod scan;
pub mod ssh_match;
pub mod ssh_port;
mod ssh_settings;
pub mod stored_token;
pub mod suggest;
mod trusted_hosts;
pub mod verify;
mod way_back;
pub mod when;
pub mod which;
pub mod withdrawn;
