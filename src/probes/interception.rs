//! Programs and appliances that re-sign TLS connections, known by the names of the certificates they forge.
//!
//! The patterns are those of Chromium's `ssl_error_assistant` list and of the vendors' own documents. Products whose
//! owner chooses the name (Palo Alto, Check Point, Squid, pfSense...) have no safe pattern and are missing on purpose.

use crate::formats::cert::{Cert, Name};

enum Match {
    Is(&'static str),
    Starts(&'static str),
    Holds(&'static str),
}

use Match::{Holds, Is, Starts};

impl Match {
    fn fits(&self, value: &str) -> bool {
        match self {
            Is(text) => value == *text,
            Starts(text) => value.starts_with(text),
            Holds(text) => value.contains(text),
        }
    }
}

/// Product, part of the name, pattern.
const PRODUCTS: &[(&str, &str, Match)] = &[
    ("Avast", "CN", Holds("vast! Web/Mail Shield Root")),
    ("Avast", "CN", Is("Avast Web/Mail Shield Root")),
    ("Avast", "O", Is("avast! Web/Mail Shield")),
    ("AVG", "CN", Is("AVG Web/Mail Shield Root")),
    ("Norton", "CN", Is("Norton Web/Mail Shield Root")),
    ("Norton", "O", Is("Norton Web/Mail Shield")),
    ("Bitdefender", "CN", Starts("Bitdefender Personal CA")),
    ("ESET", "CN", Is("ESET SSL Filter CA")),
    ("Kaspersky", "CN", Starts("Kaspersky Anti-Virus Personal Root Certificate")),
    ("Kaspersky", "CN", Is("Kaspersky Web Anti-Virus Certification Authority")),
    ("Cisco Umbrella", "CN", Is("Cisco Umbrella Root CA")),
    ("Cisco Umbrella", "CN", Is("Cisco Umbrella Primary SubCA")),
    ("Zscaler", "O", Is("Zscaler Inc.")),
    ("Zscaler", "CN", Starts("Zscaler ")),
    ("Netskope", "CN", Is("caadmin.netskope.com")),
    ("Netskope", "CN", Holds(".goskope.com")),
    ("Netskope", "O", Is("netSkope Inc")),
    ("Cloudflare Gateway", "CN", Starts("Gateway CA - Cloudflare Managed")),
    ("Cloudflare Gateway", "CN", Starts("Cloudflare for Teams ECC Certificate Authority")),
    ("Cato Networks", "CN", Is("Cato Networks Root CA")),
    ("Cato Networks", "CN", Is("Cato Networks CA")),
    ("Menlo Security", "O", Is("Menlo Security Inc.")),
    ("Forcepoint", "CN", Is("Forcepoint Cloud CA")),
    ("Forcepoint", "O", Is("Forcepoint LLC")),
    ("Fortinet", "CN", Is("FortiGate CA")),
    ("Fortinet", "O", Is("Fortinet")),
    ("Fortinet", "O", Is("Fortinet Ltd.")),
    ("Sophos", "CN", Starts("Sophos SSL CA_")),
    ("Sophos", "CN", Starts("Sophos_CA_")),
    ("Sophos", "CN", Is("sophosutm Proxy CA")),
    ("Sophos", "CN", Is("Sophos Web Appliance")),
    ("Blue Coat", "O", Starts("Blue Coat")),
    ("McAfee Web Gateway", "CN", Is("McAfee Web Gateway")),
    ("SonicWall", "O", Is("HTTPS Management Certificate for SonicWALL")),
    ("Trend Micro IWSS", "CN", Is("IWSS.TREND")),
    ("ContentKeeper", "CN", Starts("ContentKeeper Appliance CA (")),
    ("Cyberoam", "O", Is("Cyberoam Certificate Authority")),
    ("NetSpark", "CN", Is("www.netspark.com")),
    ("Smoothwall", "CN", Is("Smoothwall-default-root-certificate-authority")),
    ("mitmproxy", "CN", Is("mitmproxy")),
    ("Fiddler", "CN", Is("DO_NOT_TRUST_FiddlerRoot")),
    ("Fiddler", "CN", Is("Fiddler Root Certificate Authority")),
    ("Burp Suite", "CN", Is("PortSwigger CA")),
    ("Charles", "CN", Starts("Charles Proxy CA (")),
    ("Charles", "O", Is("XK72 Ltd")),
];

/// The product that made one of these certificates, by their issuers' names.
#[must_use]
pub fn product(certs: &[Cert]) -> Option<&'static str> {
    certs.iter().find_map(|cert| of_name(&cert.issuer))
}

/// The product that bears this name.
#[must_use]
pub fn of_name(name: &Name) -> Option<&'static str> {
    let fits =
        |(label, pattern): (&str, &Match)| name.parts().any(|(l, value)| l == label && pattern.fits(value));
    PRODUCTS.iter().find(|(_, label, pattern)| fits((label, pattern))).map(|(product, _, _)| *product)
}

/// Hosts that use certificates of public authorities only: any other root there was put in by somebody in between.
const PUBLIC_HOSTS: &[&str] = &[
    "github.com",
    "githubusercontent.com",
    "gitlab.com",
    "bitbucket.org",
    "dev.azure.com",
    "visualstudio.com",
    "codeberg.org",
];

/// Whether the host, or a domain above it, is known to use public roots only.
#[must_use]
pub fn is_public_host(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    PUBLIC_HOSTS
        .iter()
        .any(|known| host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}
