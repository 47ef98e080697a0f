//! Data on standard output: as a table, as JSON, as CSV.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use chrono::NaiveDateTime;
use clap::ValueEnum;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::failure::Failure;
use crate::shown::{shown, shown_json};
use crate::space::Value;

/// How data is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns for people.
    #[default]
    Table,
    /// JSON, in the forms that the guide describes.
    Json,
    /// Comma-separated values with a line of names.
    Csv,
}

/// Rows under names.
pub(super) struct Sheet {
    pub(super) columns: Vec<Cow<'static, str>>,
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Sheet {
    pub(super) fn new(columns: &[&'static str]) -> Self {
        Self {
            columns: columns.iter().map(|name| Cow::Borrowed(*name)).collect(),
            rows: Vec::new(),
        }
    }
}

/// What stands at one place of a sheet.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    Empty,
    Text(String),
    Count(i64),
    Number(f64),
    /// A share of 1.
    Share(f64),
    Value(Value),
    Moment(NaiveDateTime),
    Seconds(f64),
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn count(count: usize) -> Self {
        Self::Count(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// The cell, or an empty one.
    pub(super) fn maybe<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Empty, cell)
    }

    /// For people.
    fn for_table(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => shown(text).into_owned(),
            Self::Count(count) => count.to_string(),
            Self::Number(number) => format!("{number:?}"),
            Self::Share(share) => format!("{share:.4}"),
            Self::Value(value) => shown(&value.to_string()).into_owned(),
            Self::Moment(moment) => moment.format("%Y-%m-%d %H:%M:%S").to_string(),
            Self::Seconds(seconds) => duration(*seconds),
        }
    }

    /// For programs.
    pub(super) fn for_csv(&self) -> String {
        match self {
            Self::Empty | Self::Value(Value::None) => String::new(),
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Number(number) | Self::Share(number) | Self::Seconds(number) => {
                format!("{number:?}")
            }
            Self::Value(Value::Str(text) | Value::Json(text)) => text.clone().into_owned(),
            Self::Value(value) => value.to_string(),
            Self::Moment(moment) => moment.format("%Y-%m-%d %H:%M:%S%.6f").to_string(),
        }
    }

    fn is_numeric(&self) -> bool {
        match self {
            Self::Value(value) => value.as_f64().is_some(),
            Self::Empty | Self::Count(_) | Self::Number(_) | Self::Share(_) | Self::Seconds(_) => {
                true
            }
            Self::Text(_) | Self::Moment(_) => false,
        }
    }
}

/// A span of time in two units at most: `1h02m`, `3m07s`, `12.3s`.
fn duration(seconds: f64) -> String {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a conversion ends at the limits"
    )]
    let whole = seconds.round() as u64;
    match whole {
        _ if seconds < 59.95 => format!("{seconds:.1}s"),
        0..3600 => format!("{}m{:02}s", whole / 60, whole % 60),
        3600..86_400 => format!("{}h{:02}m", whole / 3600, whole / 60 % 60),
        _ => format!("{}d{:02}h", whole / 86_400, whole / 3600 % 24),
    }
}

/// Standard output.
pub(super) struct Output {
    out: BufWriter<Stdout>,
    /// Whether a terminal would act upon what is written.
    is_terminal: bool,
}

impl Output {
    pub(super) fn new() -> Self {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        Self {
            out: BufWriter::new(stdout),
            is_terminal,
        }
    }

    pub(super) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// A sheet, or a JSON list of what it shows.
    pub(super) fn list<T: Serialize>(
        mut self,
        format: Format,
        items: &[T],
        sheet: impl FnOnce(&[T]) -> Sheet,
    ) -> Result<(), Failure> {
        match format {
            Format::Table => self.table(&sheet(items))?,
            Format::Csv => self.csv(&sheet(items))?,
            Format::Json => {
                let mut list = List::new();
                for item in items {
                    list.item(&mut self.out, item)?;
                }
                list.end(&mut self.out)?;
            }
        }
        self.flush()
    }

    /// One object as JSON.
    pub(super) fn object(&mut self, object: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(object).map_err(io::Error::other)?;
        writeln!(self.out, "{}", shown_json(&text))?;
        Ok(())
    }

    /// One object on a line.
    pub(super) fn json_line(&mut self, object: &impl Serialize) -> Result<(), Failure> {
        Ok(writeln!(self.out, "{}", json(object)?)?)
    }

    /// A table with the names of its columns above it.
    pub(super) fn table(&mut self, sheet: &Sheet) -> Result<(), Failure> {
        let mut table = plain();
        let names = sheet.columns.iter().map(|name| shown(name).into_owned());
        table.set_header(names);
        self.fill(table, sheet)
    }

    /// A table of names and values.
    pub(super) fn pairs(&mut self, sheet: &Sheet) -> Result<(), Failure> {
        self.fill(plain(), sheet)
    }

    fn fill(&mut self, mut table: Table, sheet: &Sheet) -> Result<(), Failure> {
        for row in &sheet.rows {
            table.add_row(row.iter().map(Cell::for_table));
        }
        for (place, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 2));
            let numeric = |row: &Vec<Cell>| row.get(place).is_none_or(Cell::is_numeric);
            if !sheet.rows.is_empty() && sheet.rows.iter().all(numeric) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Ok(writeln!(self.out, "{}", table.trim_fmt())?)
    }

    pub(super) fn csv(&mut self, sheet: &Sheet) -> Result<(), Failure> {
        let mut csv = CsvLines::new();
        csv.line(self, sheet.columns.iter().map(|name| name.to_string()))?;
        for row in &sheet.rows {
            csv.line(self, row.iter().map(Cell::for_csv))?;
        }
        Ok(())
    }

    pub(super) fn line(&mut self, text: &str) -> Result<(), Failure> {
        Ok(writeln!(self.out, "{text}")?)
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        Ok(self.out.write_all(bytes)?)
    }

    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Columns with two spaces between them and no lines.
fn plain() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(comfy_table::ContentArrangement::Disabled);
    table
}

/// Lines of CSV. What a terminal would act upon is escaped on a terminal, and nowhere else.
pub(super) struct CsvLines;

impl CsvLines {
    pub(super) fn new() -> Self {
        Self
    }

    pub(super) fn line(
        &mut self,
        output: &mut Output,
        cells: impl Iterator<Item = String>,
    ) -> Result<(), Failure> {
        let is_terminal = output.is_terminal;
        let cells = cells.map(|cell| match is_terminal {
            true => shown(&cell).into_owned(),
            false => cell,
        });
        write_csv(&mut output.out, cells)?;
        Ok(())
    }
}

/// One line of CSV.
pub(super) fn write_csv(
    out: &mut impl Write,
    cells: impl Iterator<Item = String>,
) -> io::Result<()> {
    let mut line = csv::WriterBuilder::new().from_writer(Vec::new());
    line.write_record(cells).map_err(io::Error::other)?;
    let line = line.into_inner().map_err(|error| error.into_error())?;
    out.write_all(&line)
}

/// A JSON list, an item a line.
pub(super) struct List {
    items: usize,
}

impl List {
    pub(super) fn new() -> Self {
        Self { items: 0 }
    }

    pub(super) fn item(&mut self, out: &mut impl Write, item: &impl Serialize) -> io::Result<()> {
        let before = if self.items == 0 { "[\n" } else { ",\n" };
        self.items += 1;
        write!(out, "{before}{}", json(item)?)
    }

    pub(super) fn end(self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(if self.items == 0 { b"[]\n" } else { b"\n]\n" })
    }
}

/// An object on one line.
pub(super) fn json(object: &impl Serialize) -> io::Result<String> {
    let text = serde_json::to_string(object).map_err(io::Error::other)?;
    Ok(shown_json(&text).into_owned())
}
