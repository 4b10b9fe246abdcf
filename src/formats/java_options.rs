//! Options of the Java virtual machine, as variables carry them, and Gradle's properties, which set the same.

/// The `-D` options, in their order.
#[derive(Debug, Clone, Default)]
pub struct JavaOptions(Vec<(String, String)>);

impl JavaOptions {
    /// Of a variable such as `JAVA_TOOL_OPTIONS`.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let split = |word: &str| {
            let (key, value) = word.strip_prefix("-D")?.split_once('=')?;
            Some((key.to_owned(), value.to_owned()))
        };
        Self(words(text).iter().filter_map(|word| split(word)).collect())
    }

    /// The `systemProp.` lines of a `gradle.properties` (java.util.Properties: `=`, `:` or a blank divides).
    #[must_use]
    pub fn of_gradle(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let split = |line: &str| {
            let rest = line.trim_start().strip_prefix("systemProp.")?;
            let (key, value) = rest.split_at(rest.find(['=', ':', ' '])?);
            let value = value.trim_start_matches(['=', ':', ' ']).trim_end();
            Some((key.to_owned(), value.replace("\\|", "|").replace("\\:", ":")))
        };
        Self(text.lines().filter_map(split).collect())
    }

    /// The value of a property: the last one counts.
    #[must_use]
    pub fn property(&self, key: &str) -> Option<&str> {
        self.0.iter().rfind(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// Splits at blanks outside quotes, as the JVM does.
fn words(value: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in value.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c.is_whitespace() => words.push(String::new()),
            _ => {
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
        }
    }
    words.retain(|w| !w.is_empty());
    words
}
