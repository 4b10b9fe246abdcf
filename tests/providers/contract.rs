//! Holds an answer of a stand-in against the host's own description of it: what it must have, and of which kind.

use serde_json::Value;
use std::sync::OnceLock;

/// The extracts: `contracts/NAME.json`.
pub(crate) fn of(name: &'static str) -> &'static Value {
    static GITHUB: OnceLock<Value> = OnceLock::new();
    static GITEA: OnceLock<Value> = OnceLock::new();
    static OTHERS: OnceLock<Value> = OnceLock::new();
    let (place, text) = match name {
        "github" => (&GITHUB, include_str!("contracts/github.json")),
        "gitea" => (&GITEA, include_str!("contracts/gitea.json")),
        "others" => (&OTHERS, include_str!("contracts/others.json")),
        _ => panic!("no contract {name}"),
    };
    place.get_or_init(|| serde_json::from_str(text).unwrap())
}

/// Gives the value back when it is what the description says.
#[track_caller]
pub(crate) fn kept(contract: &'static str, schema: &str, value: Value) -> Value {
    let all = of(contract);
    if let Err(problem) = fits(all, &all["schemas"][schema], &value, schema) {
        panic!("the stand-in breaks the contract: {problem}\n{value:#}");
    }
    value
}

fn fits(all: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    assert!(schema.is_object(), "{at}: no such schema");
    if let Some(name) = schema["$ref"].as_str() {
        return fits(all, &all["schemas"][name.rsplit('/').next().unwrap()], value, at);
    }
    if value.is_null() {
        let nullable = schema["nullable"] == true || types(schema).contains(&"null");
        return if nullable { Ok(()) } else { Err(format!("{at} is null")) };
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(list) = schema[word].as_array() {
            let found: Vec<_> = list.iter().map(|s| fits(all, s, value, at)).collect();
            if found.iter().all(Result::is_err) {
                return Err(format!("{at} is none of {word}: {found:?}"));
            }
        }
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        fits(all, part, value, at)?;
    }
    let kinds = types(schema);
    let is = |kind: &&str| match *kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        other => panic!("{at}: type {other}"),
    };
    if !kinds.is_empty() && !kinds.iter().filter(|k| **k != "null").any(is) {
        return Err(format!("{at} is no {kinds:?}: {value}"));
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        return Err(format!("{at} is {value}, none of {allowed:?}"));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            return Err(format!("{at} has no {name}"));
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(schema) => fits(all, schema, inner, &format!("{at}.{name}"))?,
            None if schema["properties"].is_object() => return Err(format!("{at} knows no {name}")),
            None => {}
        }
    }
    for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
        if schema["items"].is_object() {
            fits(all, &schema["items"], inner, &format!("{at}[{index}]"))?;
        }
    }
    Ok(())
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The judge itself: it must find what is wrong.
#[test]
fn the_contract_is_judged() {
    let all = of("github");
    let user = &all["examples"]["user"];
    let judge = |value: &Value| fits(all, &all["schemas"]["private-user"], value, "user");
    judge(user).unwrap();
    let mut wrong = user.clone();
    wrong.as_object_mut().unwrap().remove("login");
    assert!(judge(&wrong).is_err_and(|e| e.contains("login")));
    let mut wrong = user.clone();
    wrong["login"] = 7.into();
    assert!(judge(&wrong).is_err());
    let mut wrong = user.clone();
    wrong["invented"] = true.into();
    assert!(judge(&wrong).is_err_and(|e| e.contains("invented")));
}
