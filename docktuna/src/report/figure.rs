//! The frame of a chart: axes, marks, a title and what is said below.

use std::convert::Infallible;
use std::fmt;

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, ShapeStyle, TextStyle};

use super::axis::Axis;
use super::canvas::{Canvas, Ink, PIXEL};
use super::markup::Markup;

/// The size of a chart in pixels: that of a phone's screen.
pub(super) const WIDTH: i32 = 380;
pub(super) const HEIGHT: i32 = 250;
/// Of a letter.
pub(super) const LETTER: i32 = 12;

/// A chart that could not be drawn.
#[derive(Debug)]
pub(crate) struct Undrawn(String);

impl fmt::Display for Undrawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a chart cannot be drawn: {}", self.0)
    }
}

impl From<DrawingAreaErrorKind<Infallible>> for Undrawn {
    fn from(error: DrawingAreaErrorKind<Infallible>) -> Self {
        Self(error.to_string())
    }
}

/// A drawing of any kind.
pub(super) type Area<'a> = DrawingArea<Canvas<'a>, Shift>;
/// A drawing with axes.
pub(super) type Plot<'a> = ChartContext<'a, Canvas<'a>, Cartesian2d<Axis, Axis>>;

/// What stands around a drawing.
pub(super) struct Figure {
    /// For links and tests; no two have the same.
    pub(super) id: String,
    pub(super) title: String,
    /// What is drawn, for people who cannot see it.
    pub(super) label: String,
    /// In pixels.
    pub(super) size: (i32, i32),
    /// Sentences below it.
    pub(super) notes: Vec<String>,
    /// The colours, with what they mean.
    pub(super) key: Vec<(Ink, String)>,
}

impl Figure {
    pub(super) fn new(id: String, title: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            id,
            title: title.into(),
            label: label.into(),
            size: (WIDTH, HEIGHT),
            notes: Vec::new(),
            key: Vec::new(),
        }
    }

    /// Draws it.
    pub(super) fn draw(
        self,
        markup: &mut Markup,
        draw: impl FnOnce(&Area<'_>) -> Result<(), Undrawn>,
    ) -> Result<(), Undrawn> {
        let (width, height) = (self.size.0 * PIXEL, self.size.1 * PIXEL);
        // How much of its natural width a chart keeps on a phone, where it is moved sideways.
        markup.tag(match self.size.0 {
            ..=380 => "<figure>\n<figcaption>",
            381..=700 => "<figure class=\"broad half\">\n<figcaption>",
            701..=1200 => "<figure class=\"broad full\">\n<figcaption>",
            _ => "<figure class=\"broad huge\">\n<figcaption>",
        });
        markup.text(&self.title).tag("</figcaption>\n");
        if !self.key.is_empty() {
            markup.tag("<p class=\"key\">");
            for (ink, meaning) in &self.key {
                markup.tag("<span><i class=\"").tag(ink.class_name());
                markup.tag("\"></i>").text(meaning).tag("</span> ");
            }
            markup.tag("</p>\n");
        }
        markup
            .tag("<div class=\"drawing\"><svg role=\"img\" id=\"")
            .text(&self.id);
        markup.tag("\" aria-label=\"").text(&self.label);
        markup
            .tag("\" viewBox=\"0 0 ")
            .integer(width.into())
            .tag(" ")
            .integer(height.into());
        markup.tag("\" width=\"").integer(self.size.0.into());
        markup
            .tag("\" height=\"")
            .integer(self.size.1.into())
            .tag("\">\n");
        {
            let size = (width.unsigned_abs(), height.unsigned_abs());
            let area = Canvas::new(markup, size).into_drawing_area();
            draw(&area)?;
            area.present()?;
        }
        markup.tag("</svg></div>\n");
        for note in &self.notes {
            markup.tag("<p class=\"note\">").text(note).tag("</p>\n");
        }
        markup.tag("</figure>\n");
        Ok(())
    }
}

/// Text of an ink, with its anchor.
pub(super) fn letters(ink: Ink, h_pos: HPos, v_pos: VPos) -> TextStyle<'static> {
    let mut style = TextStyle::from(("sans-serif", LETTER * PIXEL));
    style.color = ink.color().to_backend_color();
    style.pos(Pos::new(h_pos, v_pos))
}

/// A line of an ink; the width is in quarters of a pixel.
pub(super) fn line(ink: Ink, width: u32) -> ShapeStyle {
    ink.color().stroke_width(width)
}

pub(super) fn filled(ink: Ink) -> ShapeStyle {
    ink.color().filled()
}

/// Axes with names, marks and a grid. The name of the vertical one stands above it, where a phone has room.
pub(super) fn plot<'a>(
    area: &Area<'a>,
    (x, x_name): (&Axis, &str),
    (y, y_name): (&Axis, &str),
) -> Result<Plot<'a>, Undrawn> {
    let rows = 5;
    let letter = LETTER * PIXEL;
    let log = |axis: &Axis, name: &str| match axis.is_log() {
        true => format!("{name} (logarithmic)"),
        false => name.to_owned(),
    };
    let above = letters(Ink::Text, HPos::Left, VPos::Top);
    area.draw_text(
        &super::axis::shortened(&log(y, y_name), 45),
        &above,
        (PIXEL, PIXEL),
    )?;
    let widest = i32::try_from(y.longest_mark(rows)).unwrap_or(0).max(3);
    let left = widest * letter * 6 / 10 + 3 * PIXEL;
    let columns = usize::try_from((WIDTH * PIXEL - left) / (letter * 6 / 10)).unwrap_or(0);
    let columns = (columns / (x.longest_mark(6) + 2)).clamp(2, 8);
    // Half of the last mark stands beside the end of the axis.
    let last = x
        .ticks(columns)
        .pop()
        .map_or(0, |(_, text)| text.chars().count());
    let right = i32::try_from(last).unwrap_or(0) * letter * 35 / 100 + PIXEL;
    let mut plot = ChartBuilder::on(area)
        .margin_top(letter * 3 / 2)
        .margin_right(right)
        .x_label_area_size(letter * 3)
        .y_label_area_size(left)
        .build_cartesian_2d(x.clone(), y.clone())?;
    let marks = letters(Ink::Text, HPos::Center, VPos::Top);
    plot.configure_mesh()
        .axis_style(line(Ink::Axis, 3))
        .bold_line_style(line(Ink::Grid, 3))
        .light_line_style(plotters::style::TRANSPARENT)
        .x_labels(columns)
        .y_labels(rows)
        .label_style(marks.clone())
        .axis_desc_style(marks)
        .x_desc(super::axis::shortened(&log(x, x_name), 45))
        .draw()?;
    Ok(plot)
}

/// Dots, the smaller the more there are.
pub(super) fn dots(plot: &mut Plot<'_>, ink: Ink, points: Vec<(f64, f64)>) -> Result<(), Undrawn> {
    let radius = match points.len() {
        ..=60 => 14,
        61..=600 => 10,
        _ => 7,
    };
    sized(plot, ink, radius, points)
}

/// The best one, above all others.
pub(super) fn star(
    plot: &mut Plot<'_>,
    point: impl IntoIterator<Item = (f64, f64)>,
) -> Result<(), Undrawn> {
    sized(plot, Ink::Best, 18, point)
}

/// Dots with a radius in quarters of a pixel.
fn sized(
    plot: &mut Plot<'_>,
    ink: Ink,
    radius: i32,
    points: impl IntoIterator<Item = (f64, f64)>,
) -> Result<(), Undrawn> {
    let style = filled(ink);
    let points = points.into_iter();
    plot.draw_series(points.map(|point| Circle::new(point, radius, style)))?;
    Ok(())
}

/// One line through points.
pub(super) fn polyline(
    plot: &mut Plot<'_>,
    ink: Ink,
    width: u32,
    points: Vec<(f64, f64)>,
) -> Result<(), Undrawn> {
    plot.draw_series([PathElement::new(points, line(ink, width))])?;
    Ok(())
}

/// A bar from corner to corner, in units of the canvas.
pub(super) fn bar(ink: Ink, from: (i32, i32), to: (i32, i32)) -> Rectangle<(i32, i32)> {
    Rectangle::new([from, to], filled(ink))
}
