//! Where plotters draws: SVG whose colours are classes, so that the style sheet chooses them for paper, light and dark.

use std::convert::Infallible;
use std::fmt::Write;

use plotters::style::RGBColor;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};

use super::markup::Markup;

/// So many units of a canvas are one pixel of a chart in its natural size: plotters knows whole numbers only.
pub(super) const PIXEL: i32 = 4;

/// What something is drawn as. The style sheet has its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Text,
    /// A text above lines.
    Halo,
    Axis,
    Grid,
    /// A result.
    Dot,
    /// The best, and what leads to it.
    Best,
    /// What breaks a constraint.
    Infeasible,
    Complete,
    Pruned,
    Fail,
    Running,
    /// From the worst (0) to the best (7).
    Rank(u8),
}

/// The number of ranks.
pub(super) const RANKS: u8 = 8;

const NAMED: [(Ink, &str); 11] = [
    (Ink::Text, "text"),
    (Ink::Halo, "halo"),
    (Ink::Axis, "axis"),
    (Ink::Grid, "grid"),
    (Ink::Dot, "dot"),
    (Ink::Best, "best"),
    (Ink::Infeasible, "infeasible"),
    (Ink::Complete, "complete"),
    (Ink::Pruned, "pruned"),
    (Ink::Fail, "fail"),
    (Ink::Running, "running"),
];
const RANKED: [&str; RANKS as usize] = ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"];

impl Ink {
    /// The colour by which plotters hands it on.
    pub(super) fn color(self) -> RGBColor {
        match self {
            Self::Rank(rank) => RGBColor(0, 1, rank.min(RANKS - 1)),
            ink => {
                let place = NAMED.iter().position(|(named, _)| *named == ink);
                RGBColor(0, 0, place.and_then(|i| u8::try_from(i).ok()).unwrap_or(0))
            }
        }
    }

    /// The class that the style sheet knows.
    pub(super) fn class_name(self) -> &'static str {
        let RGBColor(r, g, b) = self.color();
        Self::class(BackendColor {
            alpha: 1.0,
            rgb: (r, g, b),
        })
    }

    fn class(color: BackendColor) -> &'static str {
        match color.rgb {
            (_, 1, rank) => RANKED.get(usize::from(rank)).copied().unwrap_or("r0"),
            (_, _, i) => NAMED.get(usize::from(i)).map_or("text", |(_, class)| class),
        }
    }
}

/// How a path is painted. The widths are those of lines, and of dots, which are lines without length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Brush {
    Line(u32),
    Dots(u32),
    Area,
}

/// Neighbours that are painted alike become one path, so that a dot takes few bytes.
struct Path {
    class: &'static str,
    brush: Brush,
    data: String,
    at: BackendCoord,
}

/// One chart.
pub(super) struct Canvas<'a> {
    markup: &'a mut Markup,
    size: (u32, u32),
    path: Option<Path>,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl<'a> Canvas<'a> {
    pub(super) fn new(markup: &'a mut Markup, size: (u32, u32)) -> Self {
        Self {
            markup,
            size,
            path: None,
        }
    }

    fn path(&mut self, color: BackendColor, brush: Brush) -> &mut Path {
        let class = Ink::class(color);
        let same = |path: &Path| path.class == class && path.brush == brush;
        if !self.path.as_ref().is_some_and(same) {
            self.flush();
        }
        self.path.get_or_insert_with(|| Path {
            class,
            brush,
            data: String::new(),
            at: (0, 0),
        })
    }

    fn flush(&mut self) {
        let Some(path) = self.path.take() else { return };
        let markup = &mut *self.markup;
        markup.tag("<path class=\"").tag(path.class);
        match path.brush {
            Brush::Area => markup.tag(" area"),
            Brush::Dots(_) => markup.tag(" dots"),
            Brush::Line(_) => markup.tag(" line"),
        };
        if let Brush::Line(width) | Brush::Dots(width) = path.brush {
            markup.tag("\" stroke-width=\"").integer(width.into());
        }
        markup.tag("\" d=\"").text(&path.data).tag("\"/>\n");
    }
}

impl Path {
    /// Goes there without drawing; relative, which is shorter.
    fn go(&mut self, (x, y): BackendCoord) {
        self.step(if self.data.is_empty() { 'M' } else { 'm' }, (x, y));
    }

    fn step(&mut self, command: char, (x, y): BackendCoord) {
        let (dx, dy) = (x - self.at.0, y - self.at.1);
        let between = if dy < 0 { "" } else { " " };
        // Writing to a text does not fail.
        let _ = write!(self.data, "{command}{dx}{between}{dy}");
        self.at = (x, y);
    }

    fn close(&mut self, start: BackendCoord) {
        self.data.push('z');
        self.at = start;
    }
}

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        self.flush();
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.draw_circle(point, 1, &color, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        if fill {
            self.fill_polygon(corners, style)
        } else {
            self.draw_path(corners.into_iter().chain([(left, top)]), style)
        }
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        if style.color().alpha > 0.0 {
            let path = self.path(style.color(), Brush::Line(style.stroke_width()));
            let mut points = points.into_iter();
            if let Some(first) = points.next() {
                path.go(first);
            }
            for point in points {
                if point != path.at {
                    path.step('l', point);
                }
            }
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        _fill: bool,
    ) -> Drawn {
        let path = self.path(style.color(), Brush::Dots(2 * radius));
        path.go(center);
        // A line of no length is not drawn everywhere.
        path.data.push_str("h1");
        path.at.0 += 1;
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let mut corners = corners.into_iter();
        if let (true, Some(first)) = (style.color().alpha > 0.0, corners.next()) {
            let path = self.path(style.color(), Brush::Area);
            path.go(first);
            for corner in corners {
                path.step('l', corner);
            }
            path.close(first);
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Drawn {
        if style.color().alpha <= 0.0 || text.is_empty() {
            return Ok(());
        }
        self.flush();
        let markup = &mut *self.markup;
        markup.tag("<text class=\"").tag(Ink::class(style.color()));
        markup.tag("\" x=\"").integer(x.into());
        markup.tag("\" y=\"").integer(y.into());
        match style.anchor().h_pos {
            HPos::Left => {}
            HPos::Center => {
                markup.tag("\" text-anchor=\"middle");
            }
            HPos::Right => {
                markup.tag("\" text-anchor=\"end");
            }
        }
        match style.anchor().v_pos {
            VPos::Top => markup.tag("\" dy=\".8em"),
            VPos::Center => markup.tag("\" dy=\".35em"),
            VPos::Bottom => markup.tag("\" dy=\"-.2em"),
        };
        if matches!(style.transform(), FontTransform::Rotate270) {
            markup.tag("\" transform=\"rotate(270,").integer(x.into());
            markup.tag(",").integer(y.into()).tag(")");
        }
        markup.tag("\">").text(text).tag("</text>\n");
        Ok(())
    }

    /// As wide as the texts of most fonts are at most.
    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a conversion ends at the limits"
        )]
        let size = style.size() as u32;
        let letters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        Ok((letters.saturating_mul(size) * 6 / 10, size))
    }
}
