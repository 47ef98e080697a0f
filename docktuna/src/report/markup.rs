//! HTML and SVG, into which no text of others gets unless it was escaped.

use crate::shown::shown;

/// A piece of a page. Tags are literals of this program; everything else goes through [`text`](Self::text).
#[derive(Debug, Default)]
pub(super) struct Markup(String);

impl Markup {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Markup of ours.
    pub(super) fn tag(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// A text of anybody's, between tags or between the quotes of an attribute. What a browser would not show but act
    /// upon, such as a change of the direction of writing, is spelled out.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for c in shown(text).chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c => self.0.push(c),
            }
        }
        self
    }

    pub(super) fn integer(&mut self, number: i64) -> &mut Self {
        self.text(&number.to_string())
    }

    /// Lines of text.
    pub(super) fn lines(&mut self, text: &str) -> &mut Self {
        for line in text.lines() {
            self.text(line).tag("\n");
        }
        self
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    /// The element `p` with a text.
    pub(super) fn paragraph(&mut self, text: &str) -> &mut Self {
        self.tag("<p>").text(text).tag("</p>\n")
    }

    /// A table of texts; `numeric` are the columns of numbers.
    pub(super) fn table(&mut self, head: &[&str], numeric: &[usize], rows: &[Vec<String>]) {
        self.tag("<div class=\"wide\"><table>\n<thead><tr>");
        for name in head {
            self.tag("<th>").text(name).tag("</th>");
        }
        self.tag("</tr></thead>\n<tbody>\n");
        for row in rows {
            self.tag("<tr>");
            for (i, cell) in row.iter().enumerate() {
                let open = if numeric.contains(&i) {
                    "<td class=\"number\">"
                } else {
                    "<td>"
                };
                self.tag(open).text(cell).tag("</td>");
            }
            self.tag("</tr>\n");
        }
        self.tag("</tbody></table></div>\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_no_markup() {
        let mut markup = Markup::new();
        markup
            .tag("<p title=\"")
            .text("\"'><script>&\u{202e}\0\n\u{9b}</p>")
            .tag("\">");
        assert_eq!(
            markup.into_text(),
            "<p title=\"&quot;&#39;&gt;&lt;script&gt;&amp;\\u{202e}\\u{0}\\n\\u{9b}&lt;/p&gt;\">"
        );
    }
}
