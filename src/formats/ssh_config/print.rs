//! What holds for a host in the words of `ssh -G` (OpenSSH's `dump_client_config`, readconf.c), in its order.
//!
//! Left out where nothing sets it is what differs between the releases and builds of ssh: the lists of algorithms,
//! `IPQoS`, `ServerAliveInterval` with `BatchMode`, `ForwardX11Trusted`, `SecurityKeyProvider`, the newest kinds of key among the default `IdentityFile`s.

use super::Resolution;
use super::forward;

/// How an option is printed.
#[derive(Clone, Copy)]
enum Form {
    /// Its first word, as it is shown; and what stands there where nothing sets it, if anything does.
    First(&'static str, fn(&Resolution, &str) -> Option<String>),
    /// All its words on one line, and those that stand there where nothing sets it.
    Words(&'static str),
    /// The rest of its line.
    Line,
    /// Each of its values on a line.
    Each,
    /// By rules that no other option has.
    Own(fn(&Resolution) -> Vec<String>),
}

use Form::{Each, First, Line, Own, Words};

const OPTIONS: &[(&str, Form)] = &[
    ("addressfamily", First("any", lower)),
    ("batchmode", First("no", yes_or_no)),
    ("canonicalizefallbacklocal", First("yes", yes_or_no)),
    ("canonicalizehostname", First("false", word)),
    ("checkhostip", First("no", yes_or_no)),
    ("compression", First("no", yes_or_no)),
    ("controlmaster", First("false", word)),
    ("enablesshkeysign", First("no", yes_or_no)),
    ("clearallforwardings", First("no", yes_or_no)),
    ("exitonforwardfailure", First("no", yes_or_no)),
    ("fingerprinthash", First("SHA256", upper)),
    ("forwardx11", First("no", yes_or_no)),
    ("forwardx11trusted", First("", yes_or_no)),
    ("gatewayports", First("no", yes_or_no)),
    ("hashknownhosts", First("no", yes_or_no)),
    ("hostbasedauthentication", First("no", yes_or_no)),
    ("identitiesonly", First("no", yes_or_no)),
    ("kbdinteractiveauthentication", First("yes", yes_or_no)),
    ("nohostauthenticationforlocalhost", First("no", yes_or_no)),
    ("passwordauthentication", First("yes", yes_or_no)),
    ("permitlocalcommand", First("no", yes_or_no)),
    ("proxyusefdpass", Own(descriptor_passing)),
    ("pubkeyauthentication", First("true", word)),
    ("requesttty", First("auto", word)),
    ("sessiontype", First("default", lower)),
    ("stdinnull", First("no", yes_or_no)),
    ("forkafterauthentication", First("no", yes_or_no)),
    ("streamlocalbindunlink", First("no", yes_or_no)),
    ("stricthostkeychecking", First("ask", host_key_checking)),
    ("tcpkeepalive", First("yes", yes_or_no)),
    ("tunnel", First("false", tunnel)),
    ("verifyhostkeydns", First("false", word)),
    ("visualhostkey", First("no", yes_or_no)),
    ("updatehostkeys", Own(update_host_keys)),
    ("enableescapecommandline", First("no", yes_or_no)),
    ("canonicalizemaxdots", First("1", number)),
    ("connectionattempts", First("1", number)),
    ("forwardx11timeout", First("1200", number)),
    ("numberofpasswordprompts", First("3", number)),
    ("serveralivecountmax", First("3", number)),
    ("serveraliveinterval", Own(alive_interval)),
    ("requiredrsasize", First("1024", number)),
    ("bindaddress", First("", as_it_is)),
    ("bindinterface", First("", as_it_is)),
    ("ciphers", First("", algorithms)),
    ("controlpath", First("", expanded)),
    ("hostkeyalgorithms", First("", algorithms)),
    ("hostkeyalias", First("", lower)),
    ("hostbasedacceptedalgorithms", First("", algorithms)),
    ("identityagent", First("", expanded)),
    ("ignoreunknown", First("", as_it_is)),
    ("kbdinteractivedevices", First("", as_it_is)),
    ("kexalgorithms", First("", algorithms)),
    ("casignaturealgorithms", First("", algorithms)),
    ("localcommand", Line),
    ("remotecommand", Own(remote_command)),
    ("loglevel", First("INFO", level)),
    ("macs", First("", algorithms)),
    ("pkcs11provider", First("", as_it_is)),
    ("preferredauthentications", First("", as_it_is)),
    ("pubkeyacceptedalgorithms", First("", algorithms)),
    ("revokedhostkeys", First("", expanded)),
    ("securitykeyprovider", First("", as_it_is)),
    ("xauthlocation", First("", as_it_is)),
    ("knownhostscommand", Line),
    ("tag", First("", as_it_is)),
    ("dynamicforward", Own(dynamic_forwards)),
    ("localforward", Own(local_forwards)),
    ("remoteforward", Own(remote_forwards)),
    ("identityfile", Own(identity_files)),
    ("canonicaldomains", Words("none")),
    ("certificatefile", Each),
    ("globalknownhostsfile", Words("/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2")),
    ("userknownhostsfile", Own(user_known_hosts)),
    ("sendenv", Own(sent_variables)),
    ("setenv", Own(set_variables)),
    ("logverbose", Words("none")),
    ("permitremoteopen", Words("any")),
    ("addkeystoagent", First("false", word)),
    ("forwardagent", First("no", agent)),
    ("connecttimeout", First("none", number)),
    ("tunneldevice", First("any:any", device)),
    // ssh prints this one so.
    ("canonicalizePermittedcnames", Words("none")),
    ("controlpersist", First("no", persist)),
    ("escapechar", First("~", as_it_is)),
    ("ipqos", Own(quality)),
    ("rekeylimit", Own(rekey)),
    ("streamlocalbindmask", First("0177", mask)),
    ("syslogfacility", First("USER", upper)),
    ("proxycommand", Line),
    ("proxyjump", First("", as_it_is)),
];

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
    match form {
        First(usual, shown) => first(found, keyword, usual, shown),
        Words(usual) => one_line(&words(found, &keyword.to_ascii_lowercase(), usual)),
        Line => found.value(keyword).map(|_| joined(found, keyword)).into_iter().collect(),
        Each => found.all(keyword).map(|s| s.args.join(" ")).collect(),
        Own(shown) => shown(found),
    }
}

fn first(
    found: &Resolution,
    keyword: &str,
    usual: &str,
    shown: fn(&Resolution, &str) -> Option<String>,
) -> Vec<String> {
    let value = match found.value(keyword) {
        Some(text) => shown(found, text),
        None => (!usual.is_empty()).then(|| usual.to_owned()),
    };
    value.into_iter().collect()
}

fn words(found: &Resolution, keyword: &str, usual: &str) -> Vec<String> {
    let set = found.first(keyword).map(|s| s.args.clone());
    set.unwrap_or_else(|| usual.split_whitespace().map(str::to_owned).collect())
}

/// No words are no line.
fn one_line(words: &[String]) -> Vec<String> {
    (!words.is_empty()).then(|| words.join(" ")).into_iter().collect()
}

/// The setting's words as they stood on the line.
fn joined(found: &Resolution, keyword: &str) -> String {
    found.first(keyword).map(|s| s.args.join(" ")).unwrap_or_default()
}

fn filled_in(found: &Resolution, text: &str) -> String {
    found.expand_path(text).unwrap_or_else(|_| text.to_owned())
}

fn as_it_is(_: &Resolution, text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn lower(_: &Resolution, text: &str) -> Option<String> {
    Some(text.to_ascii_lowercase())
}

fn upper(_: &Resolution, text: &str) -> Option<String> {
    Some(text.to_ascii_uppercase())
}

fn expanded(found: &Resolution, text: &str) -> Option<String> {
    Some(filled_in(found, text))
}

fn yes_or_no(_: &Resolution, text: &str) -> Option<String> {
    Some(match text.to_ascii_lowercase().as_str() {
        "yes" | "true" => "yes".into(),
        "no" | "false" => "no".into(),
        _ => text.to_owned(),
    })
}

/// ssh prints the first of the words that mean the same (readconf.c, `multistate_*`).
fn word(_: &Resolution, text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    Some(match text.as_str() {
        "yes" | "true" => "true".into(),
        "no" | "false" => "false".into(),
        _ => text,
    })
}

fn host_key_checking(found: &Resolution, text: &str) -> Option<String> {
    if text.eq_ignore_ascii_case("off") { Some("false".into()) } else { word(found, text) }
}

fn tunnel(found: &Resolution, text: &str) -> Option<String> {
    word(found, text).map(|word| if word == "true" { "point-to-point".into() } else { word })
}

/// A number, or a time in seconds.
fn number(_: &Resolution, text: &str) -> Option<String> {
    seconds(text).or_else(|| Some(text.to_ascii_lowercase()))
}

fn agent(found: &Resolution, text: &str) -> Option<String> {
    yes_or_no(found, text).map(|text| filled_in(found, &text))
}

/// No limit is how ssh keeps "yes".
fn persist(found: &Resolution, text: &str) -> Option<String> {
    match seconds(text) {
        Some(zero) if zero == "0" => Some("yes".into()),
        Some(time) => Some(time),
        None => yes_or_no(found, text),
    }
}

/// The first of the names that mean the same (log.c).
fn level(_: &Resolution, text: &str) -> Option<String> {
    Some(match text.to_ascii_uppercase().as_str() {
        "QUIET" => "SILENT".into(),
        "DEBUG1" => "DEBUG".into(),
        other => other.to_owned(),
    })
}

fn device(_: &Resolution, text: &str) -> Option<String> {
    Some(if text.contains(':') { text.to_owned() } else { format!("{text}:any") })
}

fn mask(_: &Resolution, text: &str) -> Option<String> {
    Some(u32::from_str_radix(text, 8).map_or_else(|_| text.to_owned(), |mask| format!("0{mask:o}")))
}

/// `+`, `-` and `^` change a list that only ssh itself knows.
fn algorithms(_: &Resolution, text: &str) -> Option<String> {
    (!text.starts_with(['+', '-', '^'])).then(|| text.to_owned())
}

/// A jump makes its own command, without the passing of descriptors (ssh.c).
fn descriptor_passing(found: &Resolution) -> Vec<String> {
    match found.value("proxyjump") {
        Some(_) => vec!["no".into()],
        None => first(found, "proxyusefdpass", "no", yes_or_no),
    }
}

/// Debian's ssh asks every five minutes where `BatchMode` is on and nothing is set.
fn alive_interval(found: &Resolution) -> Vec<String> {
    let usual = if found.flag("batchmode") == Some(true) { "" } else { "0" };
    first(found, "serveraliveinterval", usual, number)
}

/// Where nothing is set, on where the user's known_hosts is the usual one and DNS is not asked (`fill_default_options`).
fn update_host_keys(found: &Resolution) -> Vec<String> {
    let dns = found.value("verifyhostkeydns").is_some() && found.flag("verifyhostkeydns") != Some(false);
    let usual = found.first("userknownhostsfile").is_none_or(|s| s.args == ["~/.ssh/known_hosts"]);
    let usual = if usual && !dns { "true" } else { "false" };
    first(found, "updatehostkeys", usual, |found, text| {
        // ssh takes `ask` back where nobody would see the question (ssh.c).
        word(found, text).map(|word| if word == "ask" && is_quiet(found) { "false".into() } else { word })
    })
}

fn is_quiet(found: &Resolution) -> bool {
    let quiet =
        |level: &str| ["quiet", "silent", "fatal", "error"].contains(&level.to_ascii_lowercase().as_str());
    // A command of one's own has no terminal, unless one is asked for.
    let no_terminal = match found.value("requesttty").map(str::to_ascii_lowercase).as_deref() {
        Some("yes" | "true" | "force") => false,
        Some("no" | "false") => true,
        _ => found.value("remotecommand").is_some(),
    };
    found.value("loglevel").is_some_and(quiet) || no_terminal
}

fn remote_command(found: &Resolution) -> Vec<String> {
    let command = found.value("remotecommand").map(|_| filled_in(found, &joined(found, "remotecommand")));
    command.into_iter().collect()
}

/// Default keys that every release since 8.2 tries (readconf.c, `fill_default_options`).
const KEYS: [&str; 5] = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"];

fn identity_files(found: &Resolution) -> Vec<String> {
    match values(found, "identityfile", Each) {
        none if none.is_empty() => KEYS.map(|name| format!("~/.ssh/{name}")).to_vec(),
        files => files,
    }
}

fn user_known_hosts(found: &Resolution) -> Vec<String> {
    let files = words(found, "userknownhostsfile", "~/.ssh/known_hosts ~/.ssh/known_hosts2");
    one_line(&files.iter().map(|file| filled_in(found, file)).collect::<Vec<_>>())
}

fn sent_variables(found: &Resolution) -> Vec<String> {
    found.all("sendenv").flat_map(|s| s.args.clone()).collect()
}

/// `NAME=value`: tokens count in the value alone.
fn set_variables(found: &Resolution) -> Vec<String> {
    let shown = |text: &String| {
        let (name, value) = text.split_once('=')?;
        found.expand_tokens(value).ok().map(|value| format!("{name}={value}"))
    };
    let all = found.all("setenv").flat_map(|s| &s.args);
    all.map(|text| shown(text).unwrap_or_else(|| text.clone())).collect()
}

/// One class stands for both kinds of session.
fn quality(found: &Resolution) -> Vec<String> {
    match words(found, "ipqos", "").as_slice() {
        [one] => vec![format!("{one} {one}")],
        classes => one_line(classes),
    }
}

/// Bytes and seconds.
fn rekey(found: &Resolution) -> Vec<String> {
    let bytes = found.value("rekeylimit").map_or(Some(0), bytes);
    let time = found.all("rekeylimit").filter_map(|s| s.args.get(1)).find(|time| *time != "none");
    let time = time.map_or(Some("0".into()), |text| seconds(text));
    bytes.zip(time).map(|(bytes, time)| format!("{bytes} {time}")).into_iter().collect()
}

fn local_forwards(found: &Resolution) -> Vec<String> {
    found.all("localforward").filter_map(|s| forwarding(found, &s.args, true)).collect()
}

fn remote_forwards(found: &Resolution) -> Vec<String> {
    found.all("remoteforward").filter_map(|s| forwarding(found, &s.args, true)).collect()
}

/// ssh counts a local one that leads to a socket among them too (`dump_cfg_forwards`).
fn dynamic_forwards(found: &Resolution) -> Vec<String> {
    let to_socket = found.all("localforward").filter(|s| s.args.get(1).is_some_and(|to| is_path(to)));
    found.all("dynamicforward").chain(to_socket).filter_map(|s| forwarding(found, &s.args, false)).collect()
}

fn forwarding(found: &Resolution, args: &[String], both: bool) -> Option<String> {
    let end = |end: &String| if is_path(end) { filled_in(found, end) } else { end.clone() };
    forward::shown(&args.iter().map(end).collect::<Vec<_>>(), both)
}

/// The path of a socket in a forwarding.
fn is_path(end: &str) -> bool {
    end.starts_with(['/', '~', '%', '$'])
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
