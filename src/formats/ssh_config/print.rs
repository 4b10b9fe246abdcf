//! What holds for a host in the words of `ssh -G` (OpenSSH's `dump_client_config`, readconf.c), in its order.
//!
//! Left out where nothing sets it is what differs between the releases and builds of ssh: the lists of algorithms,
//! `IPQoS`, `ServerAliveInterval` with `BatchMode`, `ForwardX11Trusted`, `SecurityKeyProvider`, the newest kinds of key among the default `IdentityFile`s.

use super::Resolution;
use super::forward;

/// How an option is printed.
#[derive(Clone, Copy)]
enum Form {
    /// `yes` or `no`; empty: left out where nothing sets it.
    Flag(&'static str),
    /// One of several words; `yes` and `no` as `true` and `false`.
    Word(&'static str),
    /// A number or a time, in seconds.
    Number(&'static str),
    /// A text as it is written.
    Text(&'static str),
    /// A path or command, tokens filled in.
    Expanded,
    /// The whole line after the keyword.
    Line,
    /// All its values, a line each.
    Each,
    /// All its words on one line.
    All(&'static str),
    /// Bytes and seconds.
    Rekey,
    /// A forwarding, a line each.
    Forward { both: bool },
}

use Form::{All, Each, Expanded, Flag, Forward, Line, Number, Rekey, Text, Word};

const OPTIONS: &[(&str, Form)] = &[
    ("addressfamily", Text("any")),
    ("batchmode", Flag("no")),
    ("canonicalizefallbacklocal", Flag("yes")),
    ("canonicalizehostname", Word("false")),
    ("checkhostip", Flag("no")),
    ("compression", Flag("no")),
    ("controlmaster", Word("false")),
    ("enablesshkeysign", Flag("no")),
    ("clearallforwardings", Flag("no")),
    ("exitonforwardfailure", Flag("no")),
    ("fingerprinthash", Text("SHA256")),
    ("forwardx11", Flag("no")),
    ("forwardx11trusted", Flag("")),
    ("gatewayports", Flag("no")),
    ("hashknownhosts", Flag("no")),
    ("hostbasedauthentication", Flag("no")),
    ("identitiesonly", Flag("no")),
    ("kbdinteractiveauthentication", Flag("yes")),
    ("nohostauthenticationforlocalhost", Flag("no")),
    ("passwordauthentication", Flag("yes")),
    ("permitlocalcommand", Flag("no")),
    ("proxyusefdpass", Flag("no")),
    ("pubkeyauthentication", Word("true")),
    ("requesttty", Word("auto")),
    ("sessiontype", Text("default")),
    ("stdinnull", Flag("no")),
    ("forkafterauthentication", Flag("no")),
    ("streamlocalbindunlink", Flag("no")),
    ("stricthostkeychecking", Word("ask")),
    ("tcpkeepalive", Flag("yes")),
    ("tunnel", Word("false")),
    ("verifyhostkeydns", Word("false")),
    ("visualhostkey", Flag("no")),
    ("updatehostkeys", Word("")),
    ("enableescapecommandline", Flag("no")),
    ("canonicalizemaxdots", Number("1")),
    ("connectionattempts", Number("1")),
    ("forwardx11timeout", Number("1200")),
    ("numberofpasswordprompts", Number("3")),
    ("serveralivecountmax", Number("3")),
    ("serveraliveinterval", Number("0")),
    ("requiredrsasize", Number("1024")),
    ("bindaddress", Text("")),
    ("bindinterface", Text("")),
    ("ciphers", Text("")),
    ("controlpath", Expanded),
    ("hostkeyalgorithms", Text("")),
    ("hostkeyalias", Text("")),
    ("hostbasedacceptedalgorithms", Text("")),
    ("identityagent", Expanded),
    ("ignoreunknown", Text("")),
    ("kbdinteractivedevices", Text("")),
    ("kexalgorithms", Text("")),
    ("casignaturealgorithms", Text("")),
    ("localcommand", Line),
    ("remotecommand", Expanded),
    ("loglevel", Text("INFO")),
    ("macs", Text("")),
    ("pkcs11provider", Text("")),
    ("preferredauthentications", Text("")),
    ("pubkeyacceptedalgorithms", Text("")),
    ("revokedhostkeys", Expanded),
    ("securitykeyprovider", Text("")),
    ("xauthlocation", Text("")),
    ("knownhostscommand", Line),
    ("tag", Text("")),
    ("dynamicforward", Forward { both: false }),
    ("localforward", Forward { both: true }),
    ("remoteforward", Forward { both: true }),
    ("identityfile", Each),
    ("canonicaldomains", All("none")),
    ("certificatefile", Each),
    ("globalknownhostsfile", All("/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2")),
    ("userknownhostsfile", All("~/.ssh/known_hosts ~/.ssh/known_hosts2")),
    ("sendenv", Each),
    ("setenv", Each),
    ("logverbose", All("none")),
    ("permitremoteopen", All("any")),
    ("addkeystoagent", Word("false")),
    ("forwardagent", Flag("no")),
    ("connecttimeout", Number("none")),
    ("tunneldevice", Text("any:any")),
    // ssh prints this one so.
    ("canonicalizePermittedcnames", All("none")),
    ("controlpersist", Flag("no")),
    ("escapechar", Text("~")),
    ("ipqos", All("")),
    ("rekeylimit", Rekey),
    ("streamlocalbindmask", Text("0177")),
    ("syslogfacility", Text("USER")),
    ("proxycommand", Line),
    ("proxyjump", Text("")),
];

/// Default keys that every release since 8.2 tries (readconf.c, `fill_default_options`).
const KEYS: [&str; 5] = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"];

/// Keyword and value of each line that `ssh -G` prints for `host`, as it was asked for.
#[must_use]
pub fn print(found: &Resolution, host: &str) -> Vec<(&'static str, String)> {
    let port = found.port().map_or_else(|| found.value("port").unwrap_or_default().into(), |p| p.to_string());
    let mut lines = vec![
        ("host", host.to_owned()),
        // OpenSSH 10 fills in tokens here.
        ("user", found.expand_tokens(found.user()).unwrap_or_else(|_| found.user().to_owned())),
        ("hostname", found.host().to_owned()),
        ("port", port),
    ];
    for (keyword, form) in OPTIONS {
        lines.extend(values(found, keyword, *form).into_iter().map(|value| (*keyword, value)));
    }
    lines
}

fn values(found: &Resolution, keyword: &str, form: Form) -> Vec<String> {
    let set = found.first(&keyword.to_ascii_lowercase());
    let first = set.and_then(|s| s.args.first()).map(String::as_str);
    let or = |usual: &str, shown: &dyn Fn(&str) -> String| -> Vec<String> {
        let value = first.map(shown).or_else(|| (!usual.is_empty()).then(|| usual.to_owned()));
        value.into_iter().collect()
    };
    let expanded = |text: &str| found.expand_path(text).unwrap_or_else(|_| text.to_owned());
    match form {
        // A jump makes its own command, without the passing of descriptors (ssh.c).
        Flag(usual) if keyword == "proxyusefdpass" && found.value("proxyjump").is_some() => {
            vec![usual.to_owned()]
        }
        Flag(usual) => or(usual, &|text| match keyword {
            "forwardagent" => expanded(&yes_or_no(text)),
            // No limit is how ssh keeps "yes".
            "controlpersist" if text.trim_start_matches('0').is_empty() => "yes".into(),
            "controlpersist" => seconds(text).unwrap_or_else(|| yes_or_no(text)),
            _ => yes_or_no(text),
        }),
        Word("") => or(usual_update(found), &|text| match word(keyword, text) {
            ask if ask == "ask" && is_quiet(found) => "false".into(),
            other => other,
        }),
        Word(usual) => or(usual, &|text| word(keyword, text)),
        // Debian's ssh asks every five minutes then.
        Number(_)
            if keyword == "serveraliveinterval" && set.is_none() && found.flag("batchmode") == Some(true) =>
        {
            Vec::new()
        }
        Number(usual) => or(usual, &|text| seconds(text).unwrap_or_else(|| text.to_ascii_lowercase())),
        Text(usual) => match (keyword, found.value(keyword)) {
            ("proxyjump", None) => Vec::new(),
            ("hostkeyalias", Some(alias)) => vec![alias.to_ascii_lowercase()],
            ("syslogfacility", Some(text)) => vec![text.to_ascii_uppercase()],
            // The first of the names that mean the same (log.c).
            ("loglevel", Some(text)) => vec![match text.to_ascii_uppercase().as_str() {
                "QUIET" => "SILENT".into(),
                "DEBUG1" => "DEBUG".into(),
                other => other.to_owned(),
            }],
            ("tunneldevice", Some(text)) if !text.contains(':') => vec![format!("{text}:any")],
            ("fingerprinthash", Some(text)) => vec![text.to_ascii_uppercase()],
            ("streamlocalbindmask", Some(text)) => {
                vec![
                    u32::from_str_radix(text, 8)
                        .map_or_else(|_| text.to_owned(), |mask| format!("0{mask:o}")),
                ]
            }
            ("addressfamily" | "sessiontype", Some(text)) => vec![text.to_ascii_lowercase()],
            // `+`, `-` and `^` change a list that only ssh itself knows.
            (_, Some(text)) if keyword.ends_with("algorithms") || ["ciphers", "macs"].contains(&keyword) => {
                (!text.starts_with(['+', '-', '^'])).then(|| text.to_owned()).into_iter().collect()
            }
            _ => or(usual, &str::to_owned),
        },
        Expanded => match found.value(keyword) {
            Some(_) if keyword == "remotecommand" => vec![expanded(&joined(found, keyword))],
            Some(text) => vec![expanded(text)],
            None => Vec::new(),
        },
        Line => found.value(keyword).map(|_| joined(found, keyword)).into_iter().collect(),
        Each => {
            let mut all: Vec<String> = found.all(keyword).flat_map(|s| each(keyword, &s.args)).collect();
            if keyword == "setenv" {
                all = all.iter().map(|text| with_value_expanded(found, text)).collect();
            }
            if all.is_empty() && keyword == "identityfile" {
                all = KEYS.map(|name| format!("~/.ssh/{name}")).to_vec();
            }
            all
        }
        All(usual) => {
            let words =
                set.map_or_else(|| usual.split_whitespace().map(str::to_owned).collect(), |s| s.args.clone());
            let twice = keyword == "ipqos" && words.len() == 1;
            let words = if twice { [words.clone(), words].concat() } else { words };
            let shown: Vec<String> = words
                .iter()
                .map(|w| if keyword == "userknownhostsfile" { expanded(w) } else { w.clone() })
                .collect();
            (!shown.is_empty()).then(|| shown.join(" ")).into_iter().collect()
        }
        Rekey => {
            let (bytes, time) = (
                first.map_or(Some(0), bytes),
                found.all(keyword).filter_map(|s| s.args.get(1)).find(|time| *time != "none"),
            );
            let time = time.map_or(Some("0".into()), |text| seconds(text));
            bytes.zip(time).map(|(bytes, time)| format!("{bytes} {time}")).into_iter().collect()
        }
        Forward { both } => {
            let shown = |args: &[String]| {
                let args: Vec<String> =
                    args.iter().map(|end| if is_path(end) { expanded(end) } else { end.clone() }).collect();
                forward::shown(&args, both)
            };
            let own = found.all(keyword).filter_map(|s| shown(&s.args));
            // ssh counts a local one that leads to a socket among the dynamic ones too (`dump_cfg_forwards`).
            let local = found
                .all("localforward")
                .filter(|s| keyword == "dynamicforward" && s.args.get(1).is_some_and(|to| is_path(to)));
            own.chain(local.filter_map(|s| shown(&s.args))).collect()
        }
    }
}

/// `UpdateHostKeys` is on where the user's known_hosts is the usual one and DNS is not asked (`fill_default_options`).
fn usual_update(found: &Resolution) -> &'static str {
    let dns = found
        .value("verifyhostkeydns")
        .is_some_and(|v| !["no", "false"].contains(&v.to_ascii_lowercase().as_str()));
    let usual = found.first("userknownhostsfile").is_none_or(|s| s.args == ["~/.ssh/known_hosts"]);
    if usual && !dns { "true" } else { "false" }
}

/// ssh takes `UpdateHostKeys ask` back where nobody would see the question (ssh.c).
fn is_quiet(found: &Resolution) -> bool {
    let quiet =
        |level: &str| ["quiet", "silent", "fatal", "error"].contains(&level.to_ascii_lowercase().as_str());
    // A command of one's own has no terminal, unless one is asked for.
    let no_terminal = match found.value("requesttty") {
        Some(text) if text.eq_ignore_ascii_case("force") => false,
        Some(_) if found.flag("requesttty").is_some() => found.flag("requesttty") == Some(false),
        _ => found.value("remotecommand").is_some(),
    };
    found.value("loglevel").is_some_and(quiet) || no_terminal
}

/// The setting's words as they stood on the line.
fn joined(found: &Resolution, keyword: &str) -> String {
    found.first(keyword).map(|s| s.args.join(" ")).unwrap_or_default()
}

fn each(keyword: &str, args: &[String]) -> Vec<String> {
    if matches!(keyword, "sendenv" | "setenv") { args.to_vec() } else { vec![args.join(" ")] }
}

fn yes_or_no(text: &str) -> String {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" => "yes".into(),
        "no" | "false" => "no".into(),
        _ => text.to_owned(),
    }
}

/// `NAME=value`: tokens count in the value alone.
fn with_value_expanded(found: &Resolution, text: &str) -> String {
    let Some((name, value)) = text.split_once('=') else { return text.to_owned() };
    found.expand_tokens(value).map_or_else(|_| text.to_owned(), |value| format!("{name}={value}"))
}

/// The path of a socket in a forwarding.
fn is_path(end: &str) -> bool {
    end.starts_with(['/', '~', '%', '$'])
}

/// ssh prints the first of the words that mean the same (readconf.c, `multistate_*`).
fn word(keyword: &str, text: &str) -> String {
    let text = text.to_ascii_lowercase();
    match (keyword, text.as_str()) {
        ("tunnel", "yes" | "true") => "point-to-point".into(),
        ("stricthostkeychecking", "off") => "false".into(),
        (_, "yes" | "true") => "true".into(),
        (_, "no" | "false") => "false".into(),
        _ => text,
    }
}

/// A time of sshd_config(5), TIME FORMATS, in seconds.
fn seconds(text: &str) -> Option<String> {
    let (mut total, mut number) = (0_u64, None::<u64>);
    for byte in text.bytes() {
        if byte.is_ascii_digit() {
            let digit = u64::from(byte - b'0');
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            continue;
        }
        let unit = match byte.to_ascii_lowercase() {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86_400,
            b'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    Some(total.checked_add(number.unwrap_or(0))?.to_string())
}

/// `1G`, `512M`, `default`: bytes.
fn bytes(text: &str) -> Option<u64> {
    if text.eq_ignore_ascii_case("default") {
        return Some(0);
    }
    let shift = match text.chars().last()?.to_ascii_uppercase() {
        'K' => 10,
        'M' => 20,
        'G' => 30,
        _ => return text.parse().ok(),
    };
    text.get(..text.len() - 1)?.parse::<u64>().ok()?.checked_mul(1 << shift)
}
