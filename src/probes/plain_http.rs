//! What is asked of servers without a login: a file over plain HTTP, and the time.

use super::dns::dns;
use super::https::{Reply, Timed, answer, answer_to_head};
use super::tcp::tcp;
use crate::formats::proxy::no_proxy::Target;
use crate::formats::proxy::setting::{Proxy, Scheme};
use crate::sys::Sys;
use std::io::{Read, Write};
use std::time::{Duration, Instant};
use url::Url;

/// Gets a file, directly or through an HTTP proxy (RFC 9112 section 3.2.2: a proxy is asked for the whole URL). No redirect
/// is followed, no login goes to the proxy. `None` where there was no answer with status 200.
#[must_use]
pub fn get(sys: &Sys, proxy: Option<&Proxy>, url: &str, patience: Duration) -> Option<Reply> {
    let target = Target::of(url).filter(|target| !target.https)?;
    let url = Url::parse(url).ok().filter(|url| url.username().is_empty() && url.password().is_none())?;
    let proxy = match proxy {
        Some(proxy) if proxy.scheme != Scheme::Http => return None,
        other => other,
    };
    let (host, port) = proxy.map_or((target.host.as_str(), target.port), |p| (p.host.as_str(), p.port));
    let (_, addresses) = dns(sys, host, port, patience);
    let (_, stream) = tcp(sys, &addresses, patience);
    let mut stream = Timed { stream: stream?, until: Instant::now() + patience };
    let path = match proxy {
        Some(_) => url.as_str().to_owned(),
        None => format!("{}{}", url.path(), url.query().map(|q| format!("?{q}")).unwrap_or_default()),
    };
    ask(&mut stream, "GET", &path, url.authority())?;
    answer(&mut stream).ok().filter(|reply| reply.status == 200)
}

/// The server's time in seconds since 1970, by the Date of its answer (RFC 9110 section 6.6.1), over a connection that is
/// there.
pub fn date(stream: &mut (impl Read + Write), authority: &str) -> Option<i64> {
    ask(stream, "HEAD", "/", authority)?;
    let reply = answer_to_head(stream).ok()?;
    let date = jiff::fmt::rfc2822::parse(reply.header("date")?).ok()?;
    Some(date.timestamp().as_second())
}

fn ask(stream: &mut impl Write, method: &str, path: &str, authority: &str) -> Option<()> {
    // RFC 9112 section 3.2: no blank, no control character, nothing but ASCII; the url crate writes no other.
    if !path.bytes().chain(authority.bytes()).all(|b| b.is_ascii_graphic()) {
        return None;
    }
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: doorkey/{}\r\nConnection: close\r\n\r\n",
        env!("CARGO_PKG_VERSION")
    );
    stream.write_all(request.as_bytes()).and_then(|()| stream.flush()).ok()
}
