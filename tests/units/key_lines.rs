//! One value out of files of lines, in the forms in which their programs take them.

use doorkey::formats::key_lines::{CURLRC, INI, NPMRC, Style, Value, WGETRC, last};

fn value(style: Style, section: &str, text: &str) -> Option<(String, usize)> {
    last(text.as_bytes(), style, section, "http-proxy").map(|Value { text, line }| (text, line))
}

#[test]
fn each_programs_forms() {
    let found = |text: &str, line| Some((text.to_owned(), line));
    // curl(1), --config: with or without dashes, any of three things between, quotes.
    for text in ["http-proxy = a", "--http-proxy a", "http-proxy: \"a\"", "HTTP_PROXY=a", "\thttp-proxy\ta\r"]
    {
        assert_eq!(value(CURLRC, "", text), found("a", 1), "{text:?}");
    }
    assert_eq!(value(WGETRC, "", "# http_proxy = x\nhttp_proxy = http://a:1\n"), found("http://a:1", 2));
    // Ruby's symbols, YAML's colon.
    assert_eq!(value(INI, "", ":http_proxy: http://a:1\n"), found("http://a:1", 1));
    assert_eq!(value(INI, "", ":http_proxy: :no_proxy\n"), found("no_proxy", 1));
    // The last one counts, in its section alone.
    let ini =
        "http-proxy = none\n[global]\nhttp-proxy = a\n[install]\nhttp-proxy: b\n[ global ]\nhttp-proxy=c\n";
    assert_eq!(value(INI, "global", ini), found("c", 7));
    assert_eq!(value(INI, "install", ini), found("b", 5));
    assert_eq!(value(INI, "", ini), found("none", 1));
    assert_eq!(value(INI, "other", ini), None);
    for text in
        ["; http-proxy=a", "http-proxy-later=a", "my-http-proxy=a", "http-proxy", "", "=a", "[http-proxy]"]
    {
        assert_eq!(value(NPMRC, "", text), None, "{text:?}");
    }
    // npm takes neither a colon nor a blank.
    assert_eq!(value(NPMRC, "", "http-proxy: a\n"), None);
}
