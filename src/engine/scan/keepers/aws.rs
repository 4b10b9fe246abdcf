//! `~/.aws/credentials`.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "aws",
    title: "AWS credentials",
    fits: |at| at.name == "credentials" && at.folder_ends(".aws"),
    read: loose::aws,
    advice: "let `aws configure sso` or a credential_process give short-lived keys; delete this key in IAM",
};
