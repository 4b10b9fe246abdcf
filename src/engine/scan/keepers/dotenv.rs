//! `.env` files.

use super::Keeper;
use crate::formats::loose::{Care, Loose, assignments, urls};

pub(super) const KEEPER: Keeper = Keeper {
    code: "dotenv",
    title: "environment file",
    fits: |at| {
        let example =
            [".example", ".sample", ".template", ".dist", ".defaults"].iter().any(|e| at.name.ends_with(e));
        let script = [".ts", ".js", ".d.ts", ".py", ".rs", ".go"].iter().any(|e| at.name.ends_with(e));
        !example
            && !script
            && (at.name == ".env" || at.name.starts_with(".env.") || at.name.ends_with(".env"))
    },
    read,
    advice: "let the program get it from a store when it starts; revoke this one",
};

fn read(bytes: &[u8]) -> Vec<Loose> {
    let mut found = urls(bytes, Care::Likely);
    found.extend(assignments(bytes, Care::Any));
    found
}
