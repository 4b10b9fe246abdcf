//! What things are: profiles, routes, findings, plans. No input or output here.

pub mod bridge;
pub mod expiry;
pub mod facts;
pub mod finding;
pub mod ladder;
pub mod name;
pub mod npm;
pub mod plan;
pub mod profile;
pub mod profile_file;
pub mod provider;
pub mod route;
pub mod route_table;
pub mod text;
pub mod weakness;
