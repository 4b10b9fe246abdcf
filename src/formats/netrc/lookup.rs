//! curl's look-up (lib/netrc.c, `parsenetrc`), state for state: it reads words, not entries, so that a password
//! `default` of another machine is taken for the keyword.

use super::words::Word;
use crate::secret::Secret;

/// What is sent.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The login of the file, or the one that was asked for. Empty where there is none.
    pub login: Secret,
    /// Empty where there is none.
    pub password: Secret,
    /// 1-based line of the login or, without one, of the password.
    pub line: usize,
}

#[derive(Clone, Copy)]
enum State {
    /// Outside of every machine, or in another.
    Nothing,
    /// After `machine`.
    HostName,
    /// In a machine that is asked for, or in `default`.
    Ours,
    /// In a macro, to the next empty line.
    Macro,
}

#[derive(Clone, Copy)]
enum Awaited {
    Keyword,
    Login,
    Password,
}

struct Lookup<'a> {
    wanted: Option<&'a str>,
    state: State,
    awaited: Awaited,
    host_found: bool,
    login_found: bool,
    login: Option<&'a Word>,
    password: Option<&'a Word>,
}

pub(super) fn taken(lines: &[Vec<Word>], host: &str, wanted: Option<&str>) -> Option<Taken> {
    let mut lookup = Lookup {
        wanted,
        state: State::Nothing,
        awaited: Awaited::Keyword,
        host_found: false,
        login_found: false,
        login: None,
        password: None,
    };
    'file: for line in lines {
        if let State::Macro = lookup.state {
            if line.is_empty() {
                lookup.state = State::Nothing;
            }
            continue;
        }
        for word in line {
            if lookup.ends_with(word, host) {
                break 'file;
            }
        }
    }
    lookup.answer()
}

impl<'a> Lookup<'a> {
    /// Takes one word; true when all is found.
    fn ends_with(&mut self, word: &'a Word, host: &str) -> bool {
        match self.state {
            State::Macro => {}
            State::Nothing if word.is("macdef") => self.state = State::Macro,
            State::Nothing if word.is("machine") => self.machine(),
            State::Nothing if word.is("default") => self.ours(),
            State::Nothing => {}
            State::HostName if word.is(host) => self.ours(),
            State::HostName => self.state = State::Nothing,
            State::Ours => return self.value(word),
        }
        false
    }

    fn machine(&mut self) {
        self.state = State::HostName;
        self.awaited = Awaited::Keyword;
        (self.login_found, self.login, self.password) = (false, None, None);
    }

    fn ours(&mut self) {
        self.state = State::Ours;
        self.host_found = true;
    }

    fn value(&mut self, word: &'a Word) -> bool {
        match self.awaited {
            Awaited::Login => {
                self.login_found = self.wanted.is_none_or(|wanted| wanted.as_bytes() == word.text.expose());
                self.login = Some(word);
                self.awaited = Awaited::Keyword;
            }
            Awaited::Password => {
                self.password = Some(word);
                self.awaited = Awaited::Keyword;
            }
            Awaited::Keyword if word.is("login") => self.awaited = Awaited::Login,
            Awaited::Keyword if word.is("password") => self.awaited = Awaited::Password,
            Awaited::Keyword if word.is("machine") => self.machine(),
            Awaited::Keyword if word.is("default") => {
                (self.login, self.password) = (None, None);
                return self.wanted.is_some();
            }
            Awaited::Keyword => {}
        }
        self.login_found && self.password.is_some()
    }

    fn answer(self) -> Option<Taken> {
        let word = self.login.or(self.password).filter(|_| self.host_found)?;
        let text = |word: Option<&Word>| word.map_or_else(|| Secret::copy_of(b""), |word| word.text.clone());
        if self.wanted.is_some() && !self.login_found && self.password.is_none() {
            return None;
        }
        Some(Taken {
            login: self.wanted.map_or_else(|| text(self.login), |name| Secret::copy_of(name.as_bytes())),
            password: text(self.password),
            line: word.line,
        })
    }
}
