//! Prometheus' text format (Prometheus documentation, Exposition formats), as node_exporter's textfile collector reads
//! it: no timestamps, which that refuses. Written only.

/// A gauge: its name, what it is in one line, and its values by label.
#[derive(Debug)]
pub struct Gauge<'a> {
    /// `doorkey_credential_expires_seconds`
    pub name: &'a str,
    /// For people.
    pub help: &'a str,
    /// Labels and value of each line. No two lines may have the same labels.
    pub lines: Vec<(Vec<(&'a str, &'a str)>, i64)>,
}

impl Gauge<'_> {
    /// Its lines; HELP and TYPE also where it has no value.
    #[must_use]
    pub fn text(&self) -> String {
        let name = self.name;
        let mut out = format!("# HELP {name} {}\n# TYPE {name} gauge\n", self.help);
        for (labels, value) in &self.lines {
            let labels: Vec<String> =
                labels.iter().map(|(label, text)| format!("{label}=\"{}\"", escaped(text))).collect();
            let braces = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            out.push_str(&format!("{name}{braces} {value}\n"));
        }
        out
    }
}

/// A label's value: backslash, quote and line feed are escaped.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
