//! `doorkey ca fetch HOST:PORT`: the root that a server's chain ends at, as the server or the proxy in between sends it.

use super::error::Failure;
use super::inspect_server::{self, Reached};
use super::{Context, Exit, json};
use crate::formats::cert::Cert;
use crate::formats::pem;
use clap::Args;
use serde_json::json;

/// `doorkey ca fetch HOST:PORT`
#[derive(Debug, Args)]
#[command(
    after_help = "Prints the root as PEM on standard output, and what it is on standard error. It proves nothing by\n\
    itself: whoever stands in between sends what he likes. Compare its fingerprint with the one that your\n\
    administrator published, and give that to `ca install --fingerprint`.\n\n\
    Examples:\n  doorkey ca fetch github.com:443 --proxy http://proxy.acme.example:3128 > proxy-root.pem\n  \
    doorkey ca install proxy-root.pem --profile acme\n\n\
    Exit code 0: a root was sent; 1: the chain ends below one; 3: there was no handshake."
)]
pub(crate) struct Fetch {
    /// The server
    #[arg(value_name = "HOST:PORT")]
    server: String,
    #[command(flatten)]
    reached: Reached,
}

pub(super) fn run(context: &mut Context, wanted: &Fetch) -> Result<Exit, Failure> {
    let (host, port) = inspect_server::server(&wanted.server).ok_or_else(|| {
        Failure::usage(
            format!("{:?} is no server", wanted.server),
            "name it as HOST:PORT, or by an https URL",
        )
    })?;
    let sent = inspect_server::sent(context, &host, port, &wanted.reached)?;
    let Some(root) = sent.iter().rfind(|cert| cert.is_self_issued() && cert.is_ca) else {
        return Err(none(&sent));
    };
    let pem = pem::of_certificate(root.der());
    if context.flags.json {
        context.say.line(json::document("ca-fetch", json!({ "root": root, "pem": pem })));
        return Ok(Exit::Fine);
    }
    context.say.aside(format!("root     {}", root.subject));
    context.say.aside(format!("SHA-256  {}", root.fingerprint()));
    context.say.line(pem.trim_end());
    Ok(Exit::Fine)
}

/// The root is seldom sent (RFC 8446 section 4.4.2 lets servers leave it out).
fn none(sent: &[Cert]) -> Failure {
    let top = sent.last();
    let issuer = top.map_or_else(String::new, |cert| cert.issuer.to_string());
    let fix = match top.and_then(|cert| cert.issuer_urls.first()) {
        Some(url) => {
            format!("ask your administrator for the certificate of {issuer}; the chain says it is at {url}")
        }
        None => format!("ask your administrator for the certificate of {issuer}"),
    };
    Failure::new(
        Exit::Findings,
        "the root is not among what was sent",
        format!("the chain ends below {issuer}"),
        fix,
    )
}
