//! Maven: `<proxies>` of `~/.m2/settings.xml`, then Java's properties (Maven documentation, Settings Reference, Proxies;
//! the resolver's `DefaultProxySelector`).

use super::{Asked, Tool, java_options};
use crate::formats::maven_settings;
use crate::formats::proxy::dialect::{self, Decision};
use crate::formats::proxy::no_proxy::java::java;

pub(super) static TOOL: Tool = Tool { name: "Maven", programs: &["mvn"], reads_variables: false, decide };

fn decide(asked: &Asked<'_>) -> Decision {
    let names = ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "MAVEN_OPTS"];
    let options = java_options::of_variables(asked, &names);
    let path = java_options::home(asked, &options).join(".m2/settings.xml");
    let shown = asked.sys.shown(&path);
    let all = maven_settings::proxies(&asked.file(Some(&path)));
    let mut kept_away = None;
    // The first active one a protocol; one for http serves https, too.
    let open: Vec<_> = all
        .iter()
        .filter(|proxy| proxy.active)
        .filter(|proxy| {
            let found = java(&asked.target, &proxy.non_proxy_hosts);
            kept_away = kept_away.take().or(found.clone());
            found.is_none()
        })
        .collect();
    let of = |protocol: &str| open.iter().find(|proxy| proxy.protocol == protocol);
    let chosen = if asked.target.https { of("https").or_else(|| of("http")) } else { of("http") };
    match (chosen, kept_away) {
        (Some(proxy), _) => dialect::URLLIB
            .through(&format!("<proxy> in {shown}"), &format!("http://{}:{}", proxy.host, proxy.port))
            .by_own(),
        (None, Some(found)) => Decision::direct(format!(
            "nonProxyHosts in {shown} holds {}",
            crate::redact::for_terminal(&found.entry, false)
        ))
        .by_own(),
        (None, None) => java_options::decide(asked, &options),
    }
}
