//! Why a host said nothing of a token.

use crate::model::ladder::Rung;
use crate::model::route::Origin;

/// Why a host said nothing of a token.
#[derive(Debug, Clone)]
pub enum Stop {
    /// It did not accept the token; its words, which may be empty.
    Refused(String),
    /// A login at this host was refused before in this run: nothing was sent.
    Held,
    /// It is asked too often; until when, seconds since 1970, if it says so.
    Busy(Option<i64>),
    /// It knows the token, but does not let it do this; its words.
    Forbidden(String),
    /// It points to a page of this origin, which is not followed. `None`: to something that cannot be read.
    Moved(Option<Origin>),
    /// A web page came instead: a sign-in page, or somebody in between.
    Page(String),
    /// It answered something else than its API would.
    Odd(String),
    /// There was no answer.
    Unreached(Box<Rung>),
}
