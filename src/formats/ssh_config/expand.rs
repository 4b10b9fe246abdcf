//! The `%` tokens, `${NAME}` and `~` of ssh_config(5), section TOKENS.

/// What the tokens stand for. `None` where it is not known: a text that uses it is not expanded.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tokens<'a> {
    /// `%d` and `~`: the home folder.
    pub home: Option<&'a str>,
    /// `%h`: the name after `HostName`.
    pub host: Option<&'a str>,
    /// `%n`: the name as it was asked for.
    pub original_host: Option<&'a str>,
    /// `%k`: the `HostKeyAlias`, otherwise the name as it was asked for.
    pub key_alias: Option<&'a str>,
    /// `%p`: the port.
    pub port: Option<u16>,
    /// `%r`: the remote user.
    pub user: Option<&'a str>,
    /// `%u`: the local user.
    pub local_user: Option<&'a str>,
    /// `%i`: the local user's number.
    pub local_uid: Option<u32>,
    /// `%l`: this machine's name; `%L` is its part before the first dot.
    pub local_host: Option<&'a str>,
    /// `%j`: the `ProxyJump` (OpenSSH 9.6), empty where there is none.
    pub jump: Option<&'a str>,
    /// `${NAME}`.
    pub environment: &'a [(String, String)],
}

/// Why a text is not expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotExpanded {
    /// A token that is not known here. `%C`, a hash whose input differs between releases, never is.
    #[error("the token %{0} is not known here")]
    Token(char),
    /// A `%` at the end.
    #[error("a percent sign at the end")]
    LonePercent,
    /// The environment has no such variable, or the brace is not closed.
    #[error("the environment variable is not set")]
    Variable,
    /// `~name`: the home folder of another user.
    #[error("the home folder of that user is not known here")]
    Home,
}

/// Replaces the `%` tokens.
///
/// # Errors
/// A token whose meaning is not known.
pub fn percent(text: &str, tokens: &Tokens<'_>) -> Result<String, NotExpanded> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let token = chars.next().ok_or(NotExpanded::LonePercent)?;
        let number;
        let value = match token {
            '%' => Some("%"),
            'd' => tokens.home,
            'h' => tokens.host,
            'n' => tokens.original_host,
            'k' => tokens.key_alias,
            'r' => tokens.user,
            'u' => tokens.local_user,
            'l' => tokens.local_host,
            'L' => tokens.local_host.and_then(|name| name.split('.').next()),
            'j' => tokens.jump,
            'p' => {
                number = tokens.port.map(|port| port.to_string());
                number.as_deref()
            }
            'i' => {
                number = tokens.local_uid.map(|uid| uid.to_string());
                number.as_deref()
            }
            _ => None,
        };
        out.push_str(value.ok_or(NotExpanded::Token(token))?);
    }
    Ok(out)
}

/// Replaces `${NAME}`; another `$` stays.
///
/// # Errors
/// A variable that is not set.
pub fn environment(text: &str, tokens: &Tokens<'_>) -> Result<String, NotExpanded> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or(NotExpanded::Variable)?;
        let (_, value) = tokens.environment.iter().find(|(n, _)| n == name).ok_or(NotExpanded::Variable)?;
        out.push_str(before);
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// Replaces a leading `~` or `~/`.
///
/// # Errors
/// The home folder is not known, or another user's is meant.
pub fn tilde(text: &str, home: Option<&str>) -> Result<String, NotExpanded> {
    let Some(rest) = text.strip_prefix('~') else { return Ok(text.to_owned()) };
    let home = home.ok_or(NotExpanded::Home)?.trim_end_matches('/');
    match rest.strip_prefix('/') {
        Some(path) => Ok(format!("{home}/{}", path.trim_start_matches('/'))),
        None if rest.is_empty() => Ok(format!("{home}/")),
        None => Err(NotExpanded::Home),
    }
}

/// All three in the order of ssh: `~`, then `${NAME}` and the tokens in one go. What a variable holds is not looked
/// at again.
///
/// # Errors
/// As the three.
pub fn path(text: &str, tokens: &Tokens<'_>) -> Result<String, NotExpanded> {
    let mut rest = tilde(text, tokens.home)?;
    let mut out = String::new();
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or(NotExpanded::Variable)?;
        out.push_str(&percent(before, tokens)?);
        out.push_str(&environment(&format!("${{{name}}}"), tokens)?);
        rest = after.to_owned();
    }
    out.push_str(&percent(&rest, tokens)?);
    Ok(out)
}
