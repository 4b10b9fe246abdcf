//! The keywords of ssh_config(5): their names, how many arguments they take, and the values of the fixed ones.

use super::Fault;

/// The present name of a keyword in lower case.
pub(super) fn present_name(keyword: &str) -> &str {
    match keyword {
        "identityfile2" => "identityfile",
        "dsaauthentication" => "pubkeyauthentication",
        "pubkeyacceptedkeytypes" => "pubkeyacceptedalgorithms",
        "hostbasedkeytypes" | "hostbasedacceptedkeytypes" => "hostbasedacceptedalgorithms",
        "challengeresponseauthentication" | "skeyauthentication" | "tisauthentication" => {
            "kbdinteractiveauthentication"
        }
        "keepalive" => "tcpkeepalive",
        "smartcarddevice" => "pkcs11provider",
        other => other,
    }
}

/// Options whose value is the rest of the line, comment and quotes included.
pub(super) fn takes_rest_of_line(keyword: &str) -> bool {
    matches!(keyword, "proxycommand" | "localcommand" | "remotecommand" | "knownhostscommand" | "proxyjump")
}

/// Options whose later values are added to the earlier ones. Of `RekeyLimit` the first time counts, though it may stand
/// on a later line than the first size (readconf.c, `oRekeyLimit`).
pub(super) fn accumulates(keyword: &str) -> bool {
    matches!(
        keyword,
        "identityfile"
            | "certificatefile"
            | "sendenv"
            | "localforward"
            | "remoteforward"
            | "dynamicforward"
            | "rekeylimit"
    )
}

/// Options that ssh takes from blocks that do not hold, too: readconf.c (seen in 9.2) sets them without looking whether
/// the block is active.
pub(super) fn counts_everywhere(keyword: &str) -> bool {
    matches!(keyword, "syslogfacility" | "streamlocalbindmask")
}

/// Options that take one argument, and no more.
const SINGLE: &[&str] = &[
    "addressfamily",
    "batchmode",
    "bindaddress",
    "bindinterface",
    "canonicalizefallbacklocal",
    "canonicalizehostname",
    "canonicalizemaxdots",
    "casignaturealgorithms",
    "certificatefile",
    "checkhostip",
    "ciphers",
    "clearallforwardings",
    "compression",
    "connectionattempts",
    "connecttimeout",
    "controlmaster",
    "controlpath",
    "controlpersist",
    "dynamicforward",
    "enableescapecommandline",
    "enablesshkeysign",
    "escapechar",
    "exitonforwardfailure",
    "fingerprinthash",
    "forkafterauthentication",
    "forwardagent",
    "forwardx11",
    "forwardx11timeout",
    "forwardx11trusted",
    "gatewayports",
    "gssapiauthentication",
    "gssapidelegatecredentials",
    "hashknownhosts",
    "hostbasedacceptedalgorithms",
    "hostbasedauthentication",
    "hostkeyalgorithms",
    "hostkeyalias",
    "hostname",
    "identitiesonly",
    "identityagent",
    "identityfile",
    "ignoreunknown",
    "kbdinteractiveauthentication",
    "kbdinteractivedevices",
    "kexalgorithms",
    "loglevel",
    "macs",
    "nohostauthenticationforlocalhost",
    "numberofpasswordprompts",
    "obscurekeystroketiming",
    "passwordauthentication",
    "permitlocalcommand",
    "pkcs11provider",
    "port",
    "preferredauthentications",
    "proxyusefdpass",
    "pubkeyacceptedalgorithms",
    "pubkeyauthentication",
    "refuseconnection",
    "requesttty",
    "requiredrsasize",
    "revokedhostkeys",
    "securitykeyprovider",
    "serveralivecountmax",
    "serveraliveinterval",
    "sessiontype",
    "stdinnull",
    "streamlocalbindmask",
    "streamlocalbindunlink",
    "stricthostkeychecking",
    "syslogfacility",
    "tag",
    "tcpkeepalive",
    "tunnel",
    "tunneldevice",
    "updatehostkeys",
    "user",
    "verifyhostkeydns",
    "versionaddendum",
    "visualhostkey",
    "warnweakcrypto",
    "xauthlocation",
];

/// Options that take several, and the old names that ssh still lets pass (it reports them as unsupported or
/// deprecated and goes on).
const OTHER: &[&str] = &[
    "addkeystoagent",
    "canonicaldomains",
    "canonicalizepermittedcnames",
    "channeltimeout",
    "globalknownhostsfile",
    "host",
    "include",
    "ipqos",
    "knownhostscommand",
    "localcommand",
    "localforward",
    "logverbose",
    "match",
    "permitremoteopen",
    "proxycommand",
    "proxyjump",
    "rekeylimit",
    "remotecommand",
    "remoteforward",
    "sendenv",
    "setenv",
    "userknownhostsfile",
    "afstokenpassing",
    "cipher",
    "compressionlevel",
    "fallbacktorsh",
    "globalknownhostsfile2",
    "gssapiclientidentity",
    "gssapikeyexchange",
    "gssapikexalgorithms",
    "gssapirenewalforcesrekey",
    "gssapiserveridentity",
    "gssapitrustdns",
    "kerberosauthentication",
    "kerberostgtpassing",
    "protocol",
    "rhostsauthentication",
    "rhostsrsaauthentication",
    "rsaauthentication",
    "useprivilegedport",
    "useroaming",
    "usersh",
    "userknownhostsfile2",
    "usekeychain",
];

/// Whether OpenSSH up to release 10 has the keyword. `usekeychain` is Apple's.
pub(super) fn is_known(keyword: &str) -> bool {
    SINGLE.contains(&keyword) || OTHER.contains(&keyword)
}

/// Holds the arguments to what ssh checks while it reads: their number, and the values of the options that decide
/// which key and host are used.
pub(super) fn check(keyword: &str, args: &[String]) -> Result<(), Fault> {
    let Some(first) = args.first() else { return Err(Fault::NoArgument) };
    if !is_known(keyword) {
        return Ok(());
    }
    if first.is_empty() {
        return Err(Fault::EmptyArgument);
    }
    if args.len() > 1 && SINGLE.contains(&keyword) {
        return Err(Fault::ExtraArguments);
    }
    if keyword == "port" {
        return port_is_good(first);
    }
    let Some(more) = fixed_values(keyword) else { return Ok(()) };
    let first = first.to_ascii_lowercase();
    let good = ["yes", "no", "true", "false"].contains(&first.as_str()) || more.contains(&first.as_str());
    if good { Ok(()) } else { Err(Fault::BadValue) }
}

/// What an option of the yes-or-no kind takes beside yes and no, in any case. `None` for the other kinds.
pub(super) fn fixed_values(keyword: &str) -> Option<&'static [&'static str]> {
    Some(match keyword {
        "identitiesonly" | "batchmode" | "passwordauthentication" | "hashknownhosts" | "checkhostip" => &[],
        "pubkeyauthentication" => &["unbound", "host-bound"],
        "controlmaster" => &["ask", "auto", "autoask"],
        "stricthostkeychecking" => &["off", "ask", "accept-new"],
        "canonicalizehostname" => &["always"],
        _ => return None,
    })
}

/// A number from 1 to 65535, or a name, which ssh looks up among the machine's services.
fn port_is_good(text: &str) -> Result<(), Fault> {
    match text.parse::<i64>() {
        Ok(number) if !(1..=65535).contains(&number) => Err(Fault::BadValue),
        _ => Ok(()),
    }
}
