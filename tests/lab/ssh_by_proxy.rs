//! SSH through an HTTP proxy, where a profile says so: git's whole work goes through the tunnel, and nothing else does.

use crate::routing_tenants::{add, make_store, only_key, put_in_force};
use crate::support::{Home, Lab, Mark, trial};
use libtest_mimic::Trial;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("ssh_by_proxy_carries_all_of_git", carries_all_of_git),
        trial("ssh_by_proxy_says_what_stood_in_the_way", what_stood_in_the_way),
        trial("ssh_by_proxy_only_where_it_is_said", only_where_it_is_said),
    ]
}

/// A proxy without a login, which writes down where people want to go and answers them so.
fn proxy(answer: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&seen);
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let list = Arc::clone(&list);
            std::thread::spawn(move || serve(client, answer, &list));
        }
    });
    (url, seen)
}

fn serve(mut client: TcpStream, answer: &str, list: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(client.try_clone().expect("a socket"));
    let (mut first, mut line) = (String::new(), String::new());
    reader.read_line(&mut first).expect("a request");
    while reader.read_line(&mut line).is_ok_and(|count| count > 2) {
        line.clear();
    }
    let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
    list.lock().expect("the list").push(target.clone());
    let _ = client.write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes());
    if !answer.starts_with("200") {
        return;
    }
    let upstream = TcpStream::connect(target).expect("the server is there");
    let mut up = upstream.try_clone().expect("a socket");
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut reader, &mut up);
        let _ = up.shutdown(Shutdown::Write);
    });
    let mut down = upstream;
    let _ = std::io::copy(&mut down, &mut client);
    let _ = client.shutdown(Shutdown::Write);
}

/// acme and globex on git.test, acme's SSH by a proxy.
fn tenants(proxy: &str, more: &[&str]) -> Home {
    let mut home = Home::fresh("routing");
    make_store(&home);
    home.know_ssh_hosts();
    let words = [&["--owner", "acme", "--proxy", proxy, "--proxy-for-ssh"][..], more].concat();
    add(&home, "acme", &words);
    add(&home, "globex", &["--owner", "globex"]);
    put_in_force(&mut home);
    home
}

/// Which keys did what at the server, for who came by the proxy.
fn keys_by_proxy(since: &Mark) -> Vec<(String, String)> {
    let seen = Lab::get().seen_ssh(since).into_iter();
    seen.filter(|seen| seen.client.to_string() == "127.0.0.1").map(|seen| (seen.key, seen.answer)).collect()
}

fn carries_all_of_git() {
    let (url, seen) = proxy("200 OK");
    let mut home = tenants(&url, &[]);
    let mark = Lab::get().mark();
    home.run(["git", "clone", "git@git.test:acme/app.git", "mine"]).ok();
    assert_eq!(keys_by_proxy(&mark), [("acme".to_owned(), "served".to_owned())]);
    assert_eq!(home.seen_ssh().len(), 0, "nothing came straight");
    // Both ways, and more than any buffer holds.
    home.run(["sh", "-c", "head -c 3000000 /dev/urandom > mine/big; git -C mine add big"]).ok();
    home.run(["git", "-C", "mine", "commit", "-q", "-m", "big"]).ok();
    home.run(["git", "-C", "mine", "push", "-f", "origin", &format!("HEAD:refs/heads/{}", home.user)]).ok();
    home.run(["git", "clone", "-b", &home.user.clone(), "git@git.test:acme/app.git", "again"]).ok();
    home.run(["cmp", "mine/big", "again/big"]).ok();
    home.forget_seen();
    home.run(["git", "ls-remote", "ssh://git@git.test:22/acme/app.git"]).ok();
    let targets = std::mem::take(&mut *seen.lock().expect("the list"));
    assert_eq!(targets, ["git.test:22"; 4]);
    home.forget_seen();
    // The other tenant goes straight; nobody's owner gets no key, and no tunnel.
    home.run(["git", "ls-remote", "git@git.test:globex/app.git"]).ok();
    only_key(&mut home, "globex", "straight");
    assert_ne!(home.run(["git", "ls-remote", "git@git.test:initech/app.git"]).code, Some(0));
    assert_eq!(*seen.lock().expect("the list"), Vec::<String>::new());
    // A session goes the same way.
    home.doorkey(["exec", "acme", "--", "git", "ls-remote", "git@git.test:acme/app.git"]).ok();
    assert_eq!(*seen.lock().expect("the list"), ["git.test:22"]);
    home.doorkey(["verify", "acme", "--repo", "git@git.test:acme/app.git"]).ok();
    seen.lock().expect("the list").clear();
    home.doorkey(["ssh", "check", "acme"]).ok().says("as alice");
    assert_eq!(*seen.lock().expect("the list"), ["git.test:22"], "the key's check goes that way, too");
    let how = home.run(["ssh", "-G", "git.test", "git-upload-pack 'acme/app.git'"]).ok().stdout.clone();
    let line = how.lines().find(|line| line.starts_with("proxycommand ")).expect("a command");
    assert!(line.contains("/bin/doorkey' ssh-connect http://127.0.0.1:"), "{line}");
}

fn what_stood_in_the_way() {
    for (answer, words) in [
        ("403 Forbidden", "403 Forbidden"),
        ("407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"", "offered: Basic"),
    ] {
        let (url, _) = proxy(answer);
        let home = tenants(&url, &[]);
        let git = home.run(["git", "ls-remote", "git@git.test:acme/app.git"]);
        assert_ne!(git.code, Some(0));
        git.says(&format!("doorkey: ssh goes through {url}: ")).says(words);
        let verify = home.doorkey(["verify", "acme", "--repo", "git@git.test:acme/app.git", "--json"]);
        let document: Value =
            serde_json::from_str(&verify.stdout).unwrap_or_else(|e| panic!("{e}: {verify}"));
        let rungs = document["repositories"][0]["rungs"].as_array().expect("rungs");
        let broken =
            rungs.iter().find(|rung| rung["outcome"] == "broken").unwrap_or_else(|| panic!("{document:#}"));
        assert_eq!(broken["code"], "ssh-proxy-failed", "{document:#}");
        assert!(broken["evidence"].as_str().expect("evidence").contains(words), "{document:#}");
    }
    // Nobody listens there.
    let home = tenants("http://127.0.0.1:9", &[]);
    home.run(["git", "ls-remote", "git@git.test:acme/app.git"]).says("ssh goes through http://127.0.0.1:9");
}

fn only_where_it_is_said() {
    let (url, seen) = proxy("200 OK");
    let home = tenants(&url, &["--no-proxy", "git.test"]);
    home.run(["git", "ls-remote", "git@git.test:acme/app.git"]).ok();
    assert_eq!(*seen.lock().expect("the list"), Vec::<String>::new());
    home.doorkey(["profile", "add", "x", "--host", "x.test", "--proxy-for-ssh", "--yes"]).exits(2);
    let wrong = [
        "profile",
        "add",
        "x",
        "--host",
        "x.test",
        "--proxy",
        "socks5://p.test:1",
        "--proxy-for-ssh",
        "--yes",
    ];
    home.doorkey(wrong).exits(2).says("http://");
}
