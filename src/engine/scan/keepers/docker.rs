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
    advice: "set credsStore (docker-credential-secretservice, -pass), then docker logout and docker login again",
};
