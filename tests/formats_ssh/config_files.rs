//! What the reader says of a file beyond its meaning, and that no file stops it.

use doorkey::formats::ssh_config::{
    self, Action, ConfigFile, ExecAnswer, Query, Subject, expand, pattern, resolve,
};
use proptest::prelude::*;

#[test]
fn blocks_have_their_lines() {
    let text = b"# mine\nIdentityFile /k\n\nInclude first second\nHost * !x\n  User a\nHost *\n  IdentityFile ~/.ssh/id\n\
        Match host h exec \"/bin/true %h\"\n  Port 5\n";
    let config = ssh_config::parse(text);
    assert!(config.faults.is_empty());
    let blocks = config.blocks();
    let all: Vec<bool> = blocks.iter().map(ssh_config::Block::holds_for_all).collect();
    assert_eq!(all, [true, false, true, false]);
    assert_eq!(blocks[0].body.iter().map(|d| d.line).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(blocks[0].body[1].action, Action::Include(vec!["first".into(), "second".into()]));
    assert_eq!((blocks[2].body[0].line, blocks[2].body[0].first()), (8, "~/.ssh/id"));
    let head = blocks[3].head.unwrap();
    let Action::Match(criteria) = &head.action else { panic!("{head:?}") };
    assert_eq!(
        (head.line, criteria[1].subject, criteria[1].argument.as_str()),
        (9, Subject::Exec, "/bin/true %h")
    );
    for directive in &config.directives {
        let shown = std::str::from_utf8(&text[directive.span.clone()]).unwrap();
        assert!(shown.to_ascii_lowercase().contains(&directive.keyword), "{shown}");
    }
}

#[test]
fn what_is_not_known_is_undecided_and_left_out() {
    let config = ssh_config::parse(
        b"Match host h exec \"ask %h %p\"\n  User a\nMatch localnetwork 10.0.0.0/8\n  User b\n\
          Match host no exec never\nMatch tagged t version OpenSSH_9* sessiontype exec command git*\n  User c\nUser z\n",
    );
    let files = [ConfigFile { path: "f", config: &config, user_config: true }];
    let query = Query {
        host: "h",
        local_user: "me",
        tag: Some("t"),
        version: Some("OpenSSH_9.9"),
        command: Some("git-upload-pack x"),
        ..Query::default()
    };
    let mut asked = Vec::new();
    let found = resolve(
        &files,
        &query,
        |_, _| Vec::new(),
        |command| {
            asked.push(command.to_owned());
            ExecAnswer::Unknown
        },
    );
    assert_eq!(asked, ["ask h 22"]);
    assert_eq!(found.undecided.iter().map(|o| o.line).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(found.user(), "c");
}

#[test]
fn paths_expand() {
    let environment = [("X".to_owned(), "%h~".to_owned())];
    let tokens = expand::Tokens {
        home: Some("/home/a"),
        host: Some("h"),
        port: Some(22),
        user: Some("r"),
        environment: &environment,
        ..expand::Tokens::default()
    };
    assert_eq!(expand::path("~/.ssh/%r@%h:%p%%", &tokens).unwrap(), "/home/a/.ssh/r@h:22%");
    assert_eq!(expand::path("${X}/%d", &tokens).unwrap(), "%h~//home/a");
    assert_eq!(expand::path("a~", &tokens).unwrap(), "a~");
    for bad in ["%C", "%", "~other/x", "${NO}", "${X", "%u"] {
        assert!(expand::path(bad, &tokens).is_err(), "{bad}");
    }
}

/// The definition of the patterns, slow and plain.
fn plainly(text: &[u8], pattern: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|at| plainly(&text[at..], rest)),
        Some((want, rest)) => {
            text.split_first().is_some_and(|(b, tail)| (*want == b'?' || want == b) && plainly(tail, rest))
        }
    }
}

proptest! {
    #[test]
    fn patterns_follow_their_definition(text in "[ab.]{0,8}", pattern in "[ab.*?]{0,8}") {
        prop_assert_eq!(pattern::matches(&text, &pattern), plainly(text.as_bytes(), pattern.as_bytes()));
    }

    #[test]
    fn no_file_stops_the_reader(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        text in "((Host|Match|Include|User|IdentityFile|HostName|SendEnv|=|!|\"|'|\\\\|#|all|host|exec|final|%h|%|~|\\$\\{|a|\\*| |\t|\r|\n){0,40})",
    ) {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            let config = ssh_config::parse(bytes);
            for directive in &config.directives {
                prop_assert!(directive.span.end <= bytes.len());
            }
            let files = [ConfigFile { path: "f", config: &config, user_config: false }];
            let query = Query { host: "a", ..Query::default() };
            let found = resolve(&files, &query, |_, _| vec![("i".into(), bytes.to_vec())], |_| ExecAnswer::Yes);
            let _ = found.expand_path(&text);
        }
    }
}
