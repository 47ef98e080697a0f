//! The schema in libpq's `options`, which are a server's arguments: `-c search_path=tuning`.

/// The schema that these options name; `None` where they set nothing.
///
/// # Errors
///
/// What they set beside it.
pub(super) fn schema(options: &str) -> Result<Option<String>, String> {
    let mut schema = None;
    let mut words = words(options).into_iter();
    while let Some(word) = words.next() {
        let setting = match word.strip_prefix("-c").or(word.strip_prefix("--")) {
            Some("") => words.next(),
            Some(setting) => Some(setting.to_owned()),
            None => None,
        };
        let setting = setting
            .as_deref()
            .and_then(|setting| setting.split_once('='));
        let (name, value) = setting
            .ok_or("its `options` hold something else than -c search_path=…; help: leave it out")?;
        let name = name.trim().to_ascii_lowercase().replace('-', "_");
        if name != "search_path" {
            return Err(other(&name));
        }
        schema = Some(identifier(value.trim()).ok_or(
            "the search_path in its `options` is not one schema; help: name the schema of the tables",
        )?);
    }
    Ok(schema)
}

fn other(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    let shown = if name.len() <= 64 && name.bytes().all(plain) {
        format!("`{name}`")
    } else {
        "something".to_owned()
    };
    format!(
        "its `options` set {shown}, which is not supported; help: set it with ALTER ROLE … SET, or leave it out"
    )
}

/// Words between white space; a backslash takes the character after it as it is.
fn words(options: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let mut chars = options.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => word.extend(chars.next()),
            c if c.is_ascii_whitespace() => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// One name, as SQL reads it.
fn identifier(text: &str) -> Option<String> {
    if let Some(quoted) = text.strip_prefix('"') {
        let name = quoted.strip_suffix('"')?;
        let bare = name.replace("\"\"", "");
        return (!name.is_empty() && !bare.contains('"')).then(|| name.replace("\"\"", "\""));
    }
    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let begins = |c: char| c.is_alphabetic() || c == '_';
    (text.starts_with(begins) && text.chars().all(plain)).then(|| text.to_ascii_lowercase())
}
