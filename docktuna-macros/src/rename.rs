//! The styles of `rename_all`, as serde writes them: fields are taken to be in `snake_case`,
//! variants in `PascalCase`.

/// How a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

/// Every style, under the name it is asked for.
pub(crate) const STYLES: [(&str, Style); 8] = [
    ("lowercase", Style::Lower),
    ("UPPERCASE", Style::Upper),
    ("PascalCase", Style::Pascal),
    ("camelCase", Style::Camel),
    ("snake_case", Style::Snake),
    ("SCREAMING_SNAKE_CASE", Style::ScreamingSnake),
    ("kebab-case", Style::Kebab),
    ("SCREAMING-KEBAB-CASE", Style::ScreamingKebab),
];

impl Style {
    pub(crate) fn named(name: &str) -> Option<Self> {
        STYLES
            .iter()
            .find(|(style, _)| *style == name)
            .map(|(_, style)| *style)
    }

    pub(crate) fn field(self, name: &str) -> String {
        match self {
            Self::Lower | Self::Snake => name.to_owned(),
            Self::Upper | Self::ScreamingSnake => name.to_ascii_uppercase(),
            Self::Pascal => pascal(name),
            Self::Camel => first_lower(&pascal(name)),
            Self::Kebab => name.replace('_', "-"),
            Self::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
        }
    }

    pub(crate) fn variant(self, name: &str) -> String {
        match self {
            Self::Pascal => name.to_owned(),
            Self::Lower => name.to_ascii_lowercase(),
            Self::Upper => name.to_ascii_uppercase(),
            Self::Camel => first_lower(name),
            Self::Snake => snake(name),
            Self::ScreamingSnake => snake(name).to_ascii_uppercase(),
            Self::Kebab => snake(name).replace('_', "-"),
            Self::ScreamingKebab => snake(name).to_ascii_uppercase().replace('_', "-"),
        }
    }
}

fn pascal(snake: &str) -> String {
    let mut pascal = String::new();
    let mut starts = true;
    for letter in snake.chars() {
        if letter == '_' {
            starts = true;
        } else if starts {
            pascal.push(letter.to_ascii_uppercase());
            starts = false;
        } else {
            pascal.push(letter);
        }
    }
    pascal
}

fn snake(pascal: &str) -> String {
    let mut snake = String::new();
    for (i, letter) in pascal.char_indices() {
        if i > 0 && letter.is_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn first_lower(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_lowercase())
        .into_iter()
        .chain(letters)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_variants_are_written_as_serde_does() {
        let rows = [
            ("lowercase", "weight_decay", "adamw"),
            ("UPPERCASE", "WEIGHT_DECAY", "ADAMW"),
            ("PascalCase", "WeightDecay", "AdamW"),
            ("camelCase", "weightDecay", "adamW"),
            ("snake_case", "weight_decay", "adam_w"),
            ("SCREAMING_SNAKE_CASE", "WEIGHT_DECAY", "ADAM_W"),
            ("kebab-case", "weight-decay", "adam-w"),
            ("SCREAMING-KEBAB-CASE", "WEIGHT-DECAY", "ADAM-W"),
        ];
        for (name, field, variant) in rows {
            let style = Style::named(name).expect("a style");
            assert_eq!(style.field("weight_decay"), field, "{name}");
            assert_eq!(style.variant("AdamW"), variant, "{name}");
        }
        assert_eq!(Style::named("Snake_case"), None);
    }

    #[test]
    fn unusual_names_do_not_break_a_style() {
        for (_, style) in STYLES {
            for name in ["", "_", "__x", "Ünïcode", "a1_2", "ß"] {
                style.field(name);
                style.variant(name);
            }
        }
    }
}
