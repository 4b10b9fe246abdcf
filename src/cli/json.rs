//! Output for programs: every document names its schema, and fields do not change their meaning.

use super::error::Failure;
use crate::redact;
use serde_json::{Map, Value, json};

/// A document with `"schema": "doorkey/NAME/v1"` first.
pub(crate) fn document(name: &str, body: Value) -> String {
    let mut map = Map::new();
    map.insert("schema".into(), json!(format!("doorkey/{name}/v1")));
    match body {
        Value::Object(fields) => map.extend(fields),
        other => {
            map.insert("value".into(), other);
        }
    }
    escape(&serde_json::to_string_pretty(&Value::Object(map)).unwrap_or_default())
}

/// A value on one line, for a document that is written piece by piece.
pub(crate) fn one_line(value: &Value) -> String {
    escape(&value.to_string())
}

/// C1 and bidirectional characters as `\uXXXX`, which JSON allows anywhere in a string (SECURITY rule 19).
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let code = u32::from(c);
        let hidden = matches!(code, 0x7f..=0x9f | 0x200e | 0x200f | 0x061c | 0x2028..=0x202e | 0x2066..=0x2069 | 0xfeff);
        if hidden {
            out.push_str(&format!("\\u{code:04x}"));
        } else {
            out.push(c);
        }
    }
    out
}

pub(crate) fn failure(failure: &Failure) -> Value {
    let [what, why, fix] = [&failure.what, &failure.why, &failure.fix].map(|text| redact::urls(text));
    let mut body = Map::new();
    if !failure.code.is_empty() {
        body.insert("code".into(), json!(failure.code));
    }
    for (key, value) in [("what", what), ("why", why), ("fix", fix)] {
        body.insert(key.into(), json!(value));
    }
    body.insert("exit".into(), json!(failure.exit as u8));
    Value::Object(body)
}
