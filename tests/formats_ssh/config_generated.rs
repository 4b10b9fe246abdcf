//! Configurations made by chance, with `Include` and `Match`, each asked of `ssh -G` too: every line must be the same.
//! `DOORKEY_CONFIGS=10000 cargo test --test formats_ssh generated` asks for more of them.

use crate::config_oracle::compare;

/// SplitMix64 (Steele, Lea, Flood 2014): the same number, the same files.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// A keyword, and values that every release takes.
const OPTIONS: &[(&str, &[&str])] = &[
    ("AddKeysToAgent", &["yes", "no", "ask", "confirm"]),
    ("AddressFamily", &["any", "inet", "inet6"]),
    ("BatchMode", &["yes", "no"]),
    ("BindAddress", &["10.0.0.1", "::1"]),
    ("CanonicalizeMaxDots", &["0", "3"]),
    ("CertificateFile", &["~/.ssh/c-cert.pub", "/k/c-cert.pub", "none"]),
    ("CheckHostIP", &["yes", "no"]),
    ("Ciphers", &["aes128-ctr", "aes256-ctr,aes128-ctr"]),
    ("ClearAllForwardings", &["no"]),
    ("Compression", &["yes", "no"]),
    ("ConnectTimeout", &["10", "1m", "none"]),
    ("ConnectionAttempts", &["1", "4"]),
    ("ControlMaster", &["yes", "no", "auto", "ask", "autoask"]),
    ("ControlPath", &["none", "~/.ssh/c-%r@%h:%p", "/tmp/c-%n"]),
    ("ControlPersist", &["yes", "no", "10m", "0"]),
    ("DynamicForward", &["1080", "localhost:1081", "[::1]:1082", "*:1083"]),
    ("EnableEscapeCommandline", &["yes", "no"]),
    ("EscapeChar", &["~", "none", "%"]),
    ("ExitOnForwardFailure", &["yes", "no"]),
    ("FingerprintHash", &["md5", "sha256"]),
    ("ForwardAgent", &["yes", "no"]),
    ("ForwardX11", &["yes", "no"]),
    ("ForwardX11Timeout", &["1h", "30"]),
    ("ForwardX11Trusted", &["yes", "no"]),
    ("GatewayPorts", &["yes", "no"]),
    ("GlobalKnownHostsFile", &["/etc/kh", "/etc/kh1 /etc/kh2", "none"]),
    ("HashKnownHosts", &["yes", "no"]),
    ("HostKeyAlias", &["alias", "Alias.Test"]),
    ("HostName", &["real.test", "%h.test", "10.1.1.1", "Real.TEST"]),
    ("HostbasedAuthentication", &["yes", "no"]),
    ("IPQoS", &["af21 cs1", "none"]),
    ("IdentitiesOnly", &["yes", "no"]),
    ("IdentityAgent", &["none", "SSH_AUTH_SOCK", "~/.ssh/agent", "/run/a-%h"]),
    ("IdentityFile", &["~/.ssh/id_a", "/k/%h", "none", "/k/b", "\"/k/a b\""]),
    ("KbdInteractiveAuthentication", &["yes", "no"]),
    ("KexAlgorithms", &["curve25519-sha256"]),
    ("LocalCommand", &["echo %h", "true"]),
    ("LocalForward", &["8080 host:80", "localhost:8081 [::1]:81", "[::1]:8082 h:82", "/run/l h:83"]),
    ("LogLevel", &["quiet", "INFO", "debug2", "verbose"]),
    ("NoHostAuthenticationForLocalhost", &["yes", "no"]),
    ("NumberOfPasswordPrompts", &["1", "5"]),
    ("PasswordAuthentication", &["yes", "no"]),
    ("PermitLocalCommand", &["yes", "no"]),
    ("PermitRemoteOpen", &["any", "none", "host:80 other:*"]),
    ("Port", &["22", "2222"]),
    ("PreferredAuthentications", &["publickey", "publickey,password"]),
    ("ProxyCommand", &["none", "nc %h %p", "ssh -W %h:%p \"a b\""]),
    ("ProxyJump", &["none", "jump", "me@jump:2222", "a,b"]),
    ("ProxyUseFdpass", &["yes", "no"]),
    ("PubkeyAuthentication", &["yes", "no", "unbound", "host-bound"]),
    ("RekeyLimit", &["1G", "512M 1h", "default none", "100K 30"]),
    ("RemoteForward", &["9000 h:90", "localhost:9001 h:91", "9002"]),
    ("RequestTTY", &["yes", "no", "force", "auto"]),
    ("RequiredRSASize", &["1024", "2048"]),
    ("RevokedHostKeys", &["/etc/revoked"]),
    ("SendEnv", &["LANG LC_*", "A", "B C"]),
    ("ServerAliveCountMax", &["3", "7"]),
    ("ServerAliveInterval", &["0", "30", "1m30s"]),
    ("SessionType", &["none", "default", "subsystem"]),
    ("SetEnv", &["A=1", "A=1 B=2"]),
    ("StdinNull", &["yes", "no"]),
    ("StreamLocalBindMask", &["0177", "0077"]),
    ("StreamLocalBindUnlink", &["yes", "no"]),
    ("StrictHostKeyChecking", &["yes", "no", "ask", "off", "accept-new"]),
    ("SyslogFacility", &["AUTH", "user"]),
    ("TCPKeepAlive", &["yes", "no"]),
    ("Tunnel", &["yes", "no", "ethernet", "point-to-point"]),
    ("TunnelDevice", &["any", "1:2", "3:any"]),
    ("UpdateHostKeys", &["yes", "no", "ask"]),
    ("User", &["ada", "bob"]),
    ("UserKnownHostsFile", &["~/.ssh/known_hosts", "/a /b", "~/.ssh/kh_%h", "none"]),
    ("VerifyHostKeyDNS", &["yes", "no", "ask"]),
    ("VisualHostKey", &["yes", "no"]),
    ("XAuthLocation", &["/x/xauth"]),
];

const HOSTS: &[&str] = &["work", "a.corp", "b.corp", "WORK", "10.1.1.1", "real.test"];
const PATTERNS: &[&str] = &["work", "*.corp", "*", "!b.corp *.corp", "real.*", "10.?.1.*", "w?rk other"];
const CRITERIA: &[&str] = &[
    "all",
    "host real.*",
    "originalhost work",
    "user ada",
    "!user ada",
    "host *.corp user bob",
    "localuser nobody-here",
    "exec true",
    "exec \"test %p = 22\"",
    "!exec false",
    "final host real.test",
];

fn block(chance: &mut Chance, text: &mut String, deep: bool) {
    match chance.below(6) {
        0 => {}
        1 | 2 => text.push_str(&format!("Match {}\n", chance.one(CRITERIA))),
        _ => text.push_str(&format!("Host {}\n", chance.one(PATTERNS))),
    }
    for _ in 0..chance.below(5) {
        if deep && chance.below(8) == 0 {
            text.push_str(chance.one(&["Include {DIR}/inc.1\n", "  Include {DIR}/inc.*\n"]));
        }
        let (keyword, values) = OPTIONS[chance.below(OPTIONS.len())];
        let keyword = if chance.below(4) == 0 { keyword.to_lowercase() } else { keyword.to_owned() };
        let between = chance.one(&[" ", "\t", "=", " = "]);
        text.push_str(&format!("{}{keyword}{between}{}\n", chance.one(&["", "  "]), chance.one(values)));
    }
}

#[test]
fn generated_configurations() {
    let count = std::env::var("DOORKEY_CONFIGS").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    for number in 0..count {
        let chance = &mut Chance(number);
        let mut file = |blocks: usize, deep: bool| {
            let mut text = String::new();
            for _ in 0..blocks {
                block(chance, &mut text, deep);
            }
            text
        };
        let texts = [file(5, true), file(2, false), file(1, false)];
        let files = [("config", &*texts[0]), ("inc.1", &*texts[1]), ("inc.2", &*texts[2])];
        let host = chance.one(HOSTS);
        let options: &[&str] =
            [&[][..], &["-l", "bob"], &["-p", "77"], &["-l", "ada", "-p", "22"]][chance.below(4)];
        compare(&files, host, options);
    }
}
