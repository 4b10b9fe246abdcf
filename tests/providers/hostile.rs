//! Hosts that lie, stall, flood, and echo.

use crate::server::{Answer, Request, Root, Server};
use crate::world::{Plan, TOKEN, World};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

/// A host whose API answers byte by byte.
fn raw(write: fn(&Request, &mut dyn Write)) -> World {
    let raw = move |request: &Request, stream: &mut dyn Write| {
        let api = request.target.starts_with("/api/");
        if api {
            write(request, stream);
        }
        api
    };
    let plan = Plan { raw: Some(Arc::new(raw)), verify: false, ..Plan::of("github") };
    plan.with(|_| Answer::html(404))
}

#[test]
fn a_redirect_elsewhere_carries_no_token() {
    let other = Server::start(&Root::new(), Arc::new(|_: &Request| Answer::html(200)), None);
    let place: &'static Mutex<String> = Box::leak(Box::default());
    for status in [301, 302, 303, 307, 308] {
        *place.lock().unwrap() = format!("https://localhost:{}/api/v3/user", other.port);
        let world = Plan::of("github")
            .with(move |_| Answer::html(status).with("Location", place.lock().unwrap().clone()));
        let checked = world.check();
        let to = format!("points to https://localhost:{}; the token was not sent there", other.port);
        assert!(checked.why().contains(&to), "{}", checked.why());
        assert_eq!(world.server.api_logins().len(), 1, "not even to itself");
    }
    assert!(other.seen().is_empty(), "{:?}", other.seen());
}

#[test]
fn a_redirect_within_the_host_is_not_followed_either() {
    let world = Plan::of("github").with(|_| Answer::html(302).with("Location", "/login"));
    assert!(world.check().why().contains("the token was not sent there"));
    assert_eq!(world.server.api_logins().len(), 1);
}

#[test]
fn one_login_and_no_more_at_a_host_that_refuses_everything() {
    // git first: its refusal is the last login.
    let plan = Plan { git: false, ..Plan::of("github") };
    let world = plan.with(|_| Answer::json(401, json!({ "message": "Bad credentials" })));
    let (code, checked) = world.check_with(&[]);
    assert_eq!((checked.outcome(), code), ("refused", 1), "{}", checked.0);
    assert_eq!(world.server.logins(), 1, "{:#?}", world.server.seen());
    // Without a repository the API is the only one that is asked.
    let plan = Plan { verify: false, ..Plan::of("github") };
    let world = plan.with(|_| Answer::json(401, json!({ "message": "Bad credentials" })));
    let (code, checked) = world.check_with(&[]);
    assert_eq!((checked.outcome(), code), ("refused", 1), "{}", checked.0);
    assert!(checked.0["why"].as_str().unwrap().contains("\"Bad credentials\""), "{}", checked.0);
    assert_eq!(world.server.logins(), 1);
}

#[test]
fn after_a_refusal_the_next_token_is_held_back() {
    let plan = Plan { verify: false, ..Plan::of("github") };
    let world = plan.with(|_| Answer::json(401, json!({ "message": "Bad credentials" })));
    let host = world.host();
    let add = ["token", "add", "acme", "--owner", "acme", "--host", &host, "--stdin", "--yes"];
    world.run(&add, "ghp_another0000000000000000000000000000").code(0);
    let tokens = world.run(&["token", "check", "--json"], "").code(1).json();
    let whys: Vec<&str> =
        tokens["tokens"].as_array().unwrap().iter().map(|t| t["host"]["why"].as_str().unwrap()).collect();
    assert!(whys[0].contains("does not know the token"), "{whys:?}");
    assert!(whys[1].contains("refused a login a moment ago"), "{whys:?}");
    assert_eq!(world.server.logins(), 1);
}

#[test]
fn an_answer_without_an_end_is_cut() {
    let flood = |_: &Request, stream: &mut dyn Write| {
        // 100 MB, if somebody reads them.
        let _ = stream.write_all(HEAD).and_then(|()| stream.write_all(b"Content-Length: 104857600\r\n\r\n"));
        let block = [b' '; 65536];
        while stream.write_all(&block).is_ok() {}
    };
    let world = raw(flood);
    let (code, checked) = world.check_with(&[]);
    assert_eq!((checked.outcome(), code), ("not-tried", 1), "{}", checked.0);
    assert!(checked.why().contains("no host says that much"), "{}", checked.why());

    let unsized_flood = |_: &Request, stream: &mut dyn Write| {
        let _ = stream.write_all(HEAD).and_then(|()| stream.write_all(b"\r\n"));
        while stream.write_all(&[b'['; 65536]).is_ok() {}
    };
    assert!(raw(unsized_flood).check().why().contains("no host says that much"));

    let chunks = |_: &Request, stream: &mut dyn Write| {
        let _ = stream.write_all(HEAD).and_then(|()| stream.write_all(b"Transfer-Encoding: chunked\r\n\r\n"));
        let block = [b"8000\r\n".as_slice(), &[b' '; 0x8000], b"\r\n"].concat();
        while stream.write_all(&block).is_ok() {}
    };
    assert!(raw(chunks).check().why().contains("no host says that much"));

    let headers = |_: &Request, stream: &mut dyn Write| {
        let _ = stream.write_all(HEAD);
        while stream.write_all(b"X-More: 0123456789012345678901234567890123456789\r\n").is_ok() {}
    };
    let checked = raw(headers).check();
    assert!(checked.why().contains("does not speak HTTP"), "{}", checked.why());
}

/// One byte at a time: each renews the socket's own limit, so there is one for all of it.
#[test]
fn an_answer_that_trickles_ends_in_time() {
    let drip = |_: &Request, stream: &mut dyn Write| {
        while stream.write_all(b"H").and_then(|()| stream.flush()).is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(300));
        }
    };
    let checked = raw(drip).check();
    assert!(checked.why().contains("gave no whole answer"), "{}", checked.why());
}

#[test]
fn broken_answers_are_said_and_break_nothing() {
    let answers: [fn(&mut dyn Write); 9] = [
        |s| drop(s.write_all(b"")),
        |s| drop(s.write_all(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")),
        |s| drop(s.write_all(b"HTTP/1.1 999999 X\r\n\r\n")),
        |s| drop(s.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Length: 8\r\n\r\n{}       ")),
        |s| drop(s.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}")),
        |s| drop(s.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n")),
        |s| drop(s.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n")),
        |s| drop(s.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx")),
        |s| {
            drop(s.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{",
            ))
        },
    ];
    for answer in answers {
        let raw = move |request: &Request, stream: &mut dyn Write| {
            let api = request.target.starts_with("/api/");
            if api {
                answer(stream);
            }
            api
        };
        let plan = Plan { raw: Some(Arc::new(raw)), verify: false, ..Plan::of("github") };
        let world = plan.with(|_| Answer::html(404));
        let (code, checked) = world.check_with(&[]);
        assert_eq!((checked.outcome(), code), ("not-tried", 1), "{}", checked.0);
        assert!(!checked.why().is_empty(), "{}", checked.0);
    }
}

#[test]
fn an_answer_in_chunks_is_read() {
    let world = raw(|_, stream| {
        let body = br#"{"login": "alice"}"#;
        let (a, b) = body.split_at(7);
        let _ = write!(
            stream,
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        );
        let _ = write!(stream, "Transfer-Encoding: chunked\r\n\r\n7;ext=1\r\n");
        let _ = stream.write_all(a);
        let _ = write!(stream, "\r\nb\r\n");
        let _ = stream.write_all(b);
        let _ = write!(stream, "\r\n0\r\nTrailer: x\r\n\r\n");
    });
    let checked = world.check();
    assert_eq!((checked.outcome(), &checked.known()["account"]), ("works", &json!("alice")), "{}", checked.0);
}

/// Wherever a host puts the token, whole, in part or coded, it does not come out again.
#[test]
fn a_token_that_is_sent_back_is_not_shown() {
    let basic = STANDARD.encode(format!("alice:{TOKEN}"));
    let coded = STANDARD.encode(TOKEN);
    let forms =
        [TOKEN.to_owned(), TOKEN[6..18].to_owned(), basic[12..32].to_owned(), coded[12..32].to_owned()];
    for form in forms {
        for at in 0..4 {
            let echo = format!("you sent {form}, thanks");
            let shown = form.clone();
            let plan = Plan { verify: at == 3, ..Plan::of("github") };
            let world = plan.with(move |request| match (at, request.target.as_str()) {
                (0, _) => Answer::json(401, json!({ "message": echo })),
                (1, _) => Answer::json(200, json!({ "login": shown })),
                (2, _) => {
                    Answer::json(200, json!({ "login": "alice" })).with("X-OAuth-Scopes", shown.clone())
                }
                (_, "/api/v3/user") => Answer::json(200, json!({ "login": "alice" })),
                _ => Answer::json(403, json!({ "message": echo }))
                    .with("X-GitHub-SSO", format!("required; url=https://x.test/{shown}")),
            });
            for arguments in [&["token", "check", "--json"][..], &["token", "check"]] {
                let ran = world.run(arguments, "");
                assert!(!ran.out.contains(&form) && !ran.err.contains(&form), "{at}: {ran:#?}");
            }
        }
    }
}
