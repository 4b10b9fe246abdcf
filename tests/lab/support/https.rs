//! The HTTPS host: nginx, fcgiwrap and git's own http-backend. Who asks is told by the exact Authorization header.

use super::etc::GIT_UID;
use super::identity::{IDENTITIES, Identity, NO_SCOPE};
use super::namespace::ROOT;
use super::server::Server;
use super::{log, pki, repositories};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{IpAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Name of the log.
pub(crate) const LOG: &str = "https.log";

/// Where [`settle`] asks.
const BARRIER: &str = "127.0.0.1:8081";

/// The certificate that each address and name shows.
const SITES: &[(&str, &str, &str)] = &[
    ("127.0.1.1", "tenant-a.git.test", "good"),
    ("127.0.1.2", "tenant-b.git.test", "good"),
    ("127.0.1.3", "git.test", "good"),
    ("127.0.1.4", "nochain.git.test", "nochain"),
    ("127.0.1.4", "expired.git.test", "expired"),
    ("127.0.1.4", "wronghost.git.test", "wronghost"),
    ("127.0.1.4", "selfsigned.git.test", "selfsigned"),
    ("127.0.1.4", "untrusted.git.test", "untrusted"),
    ("127.0.1.5", "public.test", "public"),
];

/// One request as the server saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HttpsSeen {
    /// Whence it came.
    pub(crate) client: IpAddr,
    /// `http` or `https`.
    pub(crate) scheme: String,
    /// The host that was asked for.
    pub(crate) host: String,
    /// The owner whose token came; `unknown` for a token of nobody; none without any.
    pub(crate) identity: Option<String>,
    /// The answer.
    pub(crate) status: u16,
    /// The method.
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// The Authorization header as it came.
    pub(crate) authorization: Option<String>,
}

/// Starts the host: port 443 on every address; port 80 the same without TLS, to see who sends a token in clear.
pub(crate) fn start() {
    let folder = std::path::Path::new(ROOT).join("nginx");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::os::unix::fs::chown(&folder, Some(GIT_UID), None).expect("its owner");
    std::fs::write(folder.join("nginx.conf"), configuration()).expect("its configuration");
    std::fs::write(folder.join("git.conf"), locations()).expect("its configuration");

    // As the owner of the repositories, else git calls their ownership dubious and nginx answers 500.
    let mut backend = Command::new("fcgiwrap");
    backend.args(["-c", "4", "-s", &format!("unix:{ROOT}/nginx/backend.sock")]).uid(GIT_UID).gid(GIT_UID);
    let mut backend = Server::start(&mut backend, "fcgiwrap.log");
    backend.wait_for("fcgiwrap", || folder.join("backend.sock").exists());
    let mut nginx = Command::new("nginx");
    Server::start(nginx.arg("-c").arg(folder.join("nginx.conf")), "nginx.log").wait_for_port(BARRIER);
}

/// Waits until the log holds every request that was answered before this call: nginx has one worker, which writes the
/// line before it looks at the next event.
pub(crate) fn settle() {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let request = format!("/lab-barrier/{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let before = log::length(LOG);
    let mut stream = TcpStream::connect(BARRIER).expect("nginx runs");
    write!(stream, "GET {request} HTTP/1.0\r\n\r\n").expect("nginx reads");
    stream.read_to_end(&mut Vec::new()).expect("nginx answers");
    while !log::lines_since(LOG, before).iter().any(|line| line.split('\t').any(|field| field == request)) {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The requests after the first `mark` bytes of the log.
pub(crate) fn seen(mark: usize) -> Vec<HttpsSeen> {
    let lines = log::lines_since(LOG, mark);
    lines.iter().filter(|line| !line.contains("\t/lab-barrier/")).map(|line| parse(line)).collect()
}

fn parse(line: &str) -> HttpsSeen {
    let fields: Vec<&str> = line.split('\t').collect();
    let [client, scheme, host, identity, status, method, path, authorization] = fields[..] else {
        panic!("a line of the log: {line:?}")
    };
    HttpsSeen {
        client: client.parse().expect("an address"),
        scheme: scheme.to_owned(),
        host: host.to_owned(),
        identity: (!identity.is_empty()).then(|| identity.to_owned()),
        status: status.parse().expect("a status"),
        method: method.to_owned(),
        path: path.to_owned(),
        authorization: (authorization != "-" && !authorization.is_empty()).then(|| authorization.to_owned()),
    }
}

fn configuration() -> String {
    let log = log::folder();
    let log = log.display();
    let mut sites = String::new();
    for (address, name, case) in SITES {
        let pki = pki::folder();
        let pki = pki.display();
        writeln!(
            sites,
            "  server {{ listen {address}:443 ssl; listen {address}:80; server_name {name};\n    \
             ssl_certificate {pki}/{case}.pem; ssl_certificate_key {pki}/{case}.key; include {ROOT}/nginx/git.conf; }}"
        )
        .expect("a string");
    }
    // Strings of a map match without regard to case: right for owners, so tokens are regular expressions.
    let (mut identities, mut allowed) = (String::new(), String::new());
    for identity in IDENTITIES.into_iter().chain([NO_SCOPE]) {
        let Identity { owner, token, .. } = identity;
        let basic = identity.basic().replace(' ', "\\ ").replace('+', "\\+");
        writeln!(identities, "    \"~^{basic}$\" {owner}; \"~^Bearer\\ {token}$\" {owner};")
            .expect("a string");
        if owner != NO_SCOPE.owner {
            writeln!(allowed, "    \"{owner}:{owner}\" 0;").expect("a string");
        }
    }
    format!(
        "user root; worker_processes 1; daemon off; pid {ROOT}/nginx/nginx.pid; error_log {log}/nginx.err;
events {{ worker_connections 512; }}
http {{
  log_format lab '$remote_addr\t$scheme\t$host\t$ident\t$status\t$request_method\t$request_uri\t$http_authorization';
  access_log {log}/{LOG} lab;
  client_max_body_size 0; ssl_session_cache none; default_type application/octet-stream;
  client_body_temp_path {ROOT}/nginx/body; proxy_temp_path {ROOT}/nginx/proxy; fastcgi_temp_path {ROOT}/nginx/fastcgi;
  uwsgi_temp_path {ROOT}/nginx/uwsgi; scgi_temp_path {ROOT}/nginx/scgi;
  map $http_authorization $ident {{
    default unknown; \"\" \"\";
{identities}  }}
  # who asks : whose repository it is -> why not. Hidden repositories are \"not found\", as on real hosts.
  map \"$ident:$owner\" $deny {{
    default 404; \"~^:\" 401; \"~^unknown:\" 401; \"~^noscope:\" 403;
{allowed}  }}
{sites}  server {{ listen {BARRIER}; location / {{ return 204; }} }}
}}
"
    )
}

/// What every site serves. `if` and `return` only, which nginx runs before anything else of a location.
fn locations() -> String {
    let repositories = repositories::folder();
    let repositories = repositories.display();
    let (oid, size, object) =
        (repositories::lfs_oid(), repositories::LFS_OBJECT.len(), repositories::LFS_OBJECT.trim_end());
    let deny =
        "if ($deny = 401) { return 401; } if ($deny = 403) { return 403; } if ($deny = 404) { return 404; }";
    format!(
        r#"error_page 401 @a401; error_page 403 @a403; error_page 404 @a404;
# git-lfs, downloads only: the batch answer names the one object there is, and how to ask for it.
location ~ ^/(?<owner>acme)/lfs\.git/info/lfs/objects/batch$ {{
  {deny}
  default_type application/vnd.git-lfs+json;
  return 200 '{{"transfer":"basic","objects":[{{"oid":"{oid}","size":{size},"actions":{{"download":{{"href":"$scheme://$host/acme/lfs.git/info/lfs/objects/{oid}","header":{{"Authorization":"$http_authorization"}}}}}}}}]}}';
}}
location ~ ^/(?<owner>acme)/lfs\.git/info/lfs/objects/[0-9a-f]+$ {{
  {deny}
  return 200 "{object}\n";
}}
# Everything of a repository goes to git's own backend.
location ~ ^/(?<owner>[^/]+)/.+/(HEAD|info/refs|objects/.+|git-upload-pack|git-receive-pack)$ {{
  {deny}
  include /etc/nginx/fastcgi_params;
  fastcgi_pass unix:{ROOT}/nginx/backend.sock;
  fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
  fastcgi_param GIT_PROJECT_ROOT {repositories}; fastcgi_param GIT_HTTP_EXPORT_ALL 1; fastcgi_param PATH_INFO $uri;
  fastcgi_param REMOTE_USER $ident; fastcgi_param HTTP_GIT_PROTOCOL $http_git_protocol; fastcgi_param HOME {ROOT};
  fastcgi_buffering off; fastcgi_request_buffering off;
}}
# Go asks without credentials which repository a module path means.
location ~ ^/(?<goowner>[^/.]+)/gomod(/|$) {{
  default_type text/html;
  return 200 '<meta name="go-import" content="$host/$goowner/gomod git https://$host/$goowner/gomod.git">';
}}
location = /ok.txt {{ default_type text/plain; return 200 "ok\n"; }}
location / {{ return 404; }}
location @a401 {{ add_header WWW-Authenticate 'Basic realm="Lab Git"' always; default_type text/plain; return 401 "Invalid username or token.\n"; }}
location @a403 {{ default_type text/plain; return 403 "Your token lacks the required scope (read_repository).\n"; }}
location @a404 {{ default_type text/plain; return 404 "Repository not found.\n"; }}
"#
    )
}
