//! Logins of docker and podman, in base64, which is no encryption.

use super::Keeper;
use crate::formats::loose;

pub(super) const KEEPER: Keeper = Keeper {
    code: "docker",
    title: "docker login",
    fits: |at| {
        (at.name == "config.json" && at.folder_ends(".docker"))
            || at.name == ".dockercfg"
            || (at.name == "auth.json" && at.folder_ends("containers"))
    },
    read: loose::docker,
    advice: "move it into the store (doorkey token adopt), or set credsStore (docker-credential-secretservice, -pass) and log in again; then make a new one and revoke it",
};
