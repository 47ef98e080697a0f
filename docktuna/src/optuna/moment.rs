//! Moments as an SQLite file holds them: texts, in any form that Python reads.
//!
//! SQLAlchemy hands the text to Python's `datetime.fromisoformat`, and Optuna 5 takes what comes for UTC,
//! without a look at an offset. So an offset is read and ignored here, too.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Weekday};

/// A moment, or the text that is none.
pub(crate) type Moment = Result<NaiveDateTime, String>;

/// Reads a moment as Python does.
pub(crate) fn read_moment(text: String) -> Moment {
    parse(&text).ok_or(text)
}

/// Says of which row a text is no moment.
pub(crate) fn moment(
    found: Option<Moment>,
    of: impl FnOnce() -> String,
) -> Result<Option<NaiveDateTime>, String> {
    let unreadable = |text| format!("{}: {text:?} is no date and time", of());
    found.transpose().map_err(unreadable)
}

fn parse(text: &str) -> Option<NaiveDateTime> {
    let (day, rest) = date(text)?;
    let mut rest = rest.chars();
    // Any one character may stand between the two.
    let Some(_) = rest.next() else {
        return Some(day.and_time(NaiveTime::MIN));
    };
    let text = rest.as_str();
    let zone = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(zone);
    is_zone(zone).then_some(())?;
    Some(day.and_time(time(clock)?))
}

/// A day, by its month or its week, and what follows.
fn date(text: &str) -> Option<(NaiveDate, &str)> {
    let (year, rest) = number(text, 4)?;
    let year = i32::try_from(year).ok().filter(|year| *year > 0)?;
    let (dashed, rest) = skip(rest, '-');
    if let Some(rest) = rest.strip_prefix('W') {
        let (week, rest) = number(rest, 2)?;
        let (day, rest) = match (dashed, rest.strip_prefix('-')) {
            (true, Some(after)) => number(after, 1)?,
            (false, _) if rest.starts_with(|c: char| c.is_ascii_digit()) => number(rest, 1)?,
            _ => (1, rest),
        };
        let day = Weekday::try_from(u8::try_from(day).ok()?.checked_sub(1)?).ok()?;
        return Some((NaiveDate::from_isoywd_opt(year, week, day)?, rest));
    }
    let (month, rest) = number(rest, 2)?;
    let rest = if dashed {
        rest.strip_prefix('-')?
    } else {
        rest
    };
    let (day, rest) = number(rest, 2)?;
    Some((NaiveDate::from_ymd_opt(year, month, day)?, rest))
}

/// Hours, with or without minutes, seconds and fractions, of which six digits count.
fn time(text: &str) -> Option<NaiveTime> {
    let (hour, minute, second, fraction) = clock(text)?;
    NaiveTime::from_hms_micro_opt(hour, minute, second, fraction)
}

fn clock(text: &str) -> Option<(u32, u32, u32, u32)> {
    let (hour, mut rest) = number(text, 2)?;
    let (colons, after) = skip(rest, ':');
    let mut parts = [0, 0];
    if colons || after.starts_with(|c: char| c.is_ascii_digit()) {
        (parts[0], rest) = number(after, 2)?;
        let (colon, after) = skip(rest, ':');
        if colon && !colons {
            return None;
        }
        if colon || (!colons && after.starts_with(|c: char| c.is_ascii_digit())) {
            (parts[1], rest) = number(after, 2)?;
            if let Some(digits) = rest.strip_prefix(['.', ',']) {
                return Some((hour, parts[0], parts[1], micros(digits)?));
            }
        }
    }
    rest.is_empty().then_some((hour, parts[0], parts[1], 0))
}

fn micros(digits: &str) -> Option<u32> {
    let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    whole.then_some(())?;
    let six: String = digits.chars().chain("00000".chars()).take(6).collect();
    six.parse().ok()
}

fn is_zone(text: &str) -> bool {
    match text.strip_prefix(['+', '-']) {
        // Less than a day.
        Some(offset) => clock(offset)
            .is_some_and(|(hour, minute, second, _)| hour < 24 && minute < 60 && second < 60),
        None => matches!(text, "" | "Z"),
    }
}

fn skip(text: &str, c: char) -> (bool, &str) {
    text.strip_prefix(c)
        .map_or((false, text), |rest| (true, rest))
}

/// A number of exactly this many digits.
fn number(text: &str, digits: usize) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    let all = number.bytes().all(|byte| byte.is_ascii_digit());
    Some((number.parse().ok().filter(|_| all)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        Some(parse(text)?.format("%Y-%m-%d %H:%M:%S%.6f").to_string())
    }

    #[test]
    fn every_form_of_pythons_is_read() {
        for (text, expected) in [
            ("2026-01-02 03:04:05.678901", "2026-01-02 03:04:05.678901"),
            ("2026-01-02T03:04:05.6789019", "2026-01-02 03:04:05.678901"),
            ("2026-01-02 03:04:05,5", "2026-01-02 03:04:05.500000"),
            ("2026-01-02é03:04", "2026-01-02 03:04:00.000000"),
            ("2026-01-02 03", "2026-01-02 03:00:00.000000"),
            ("2026-01-02", "2026-01-02 00:00:00.000000"),
            ("20260102T030405", "2026-01-02 03:04:05.000000"),
            ("2026-01-02 0304", "2026-01-02 03:04:00.000000"),
            ("2026-W01", "2025-12-29 00:00:00.000000"),
            ("2026W013", "2025-12-31 00:00:00.000000"),
            ("2026-W53-7 23:59:59", "2027-01-03 23:59:59.000000"),
            // As Optuna 5 does: an offset is of no account.
            ("2026-01-02T03:04:05Z", "2026-01-02 03:04:05.000000"),
            ("2026-01-02 03:04:05+02:00", "2026-01-02 03:04:05.000000"),
            ("2026-01-02 03:04-05", "2026-01-02 03:04:00.000000"),
            (
                "2026-01-02 03:04:05.5+02:00:30.5",
                "2026-01-02 03:04:05.500000",
            ),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_python_refuses_is_refused() {
        for text in [
            "",
            "garbage",
            "2026",
            "2026-01-02 ",
            "2026-1-2 3:4:5",
            " 2026-01-02",
            "2026-13-02",
            "2025-02-29",
            "0000-01-01",
            "10000-01-01",
            "2026-W54-1",
            "2026-01-02 24:00",
            "2026-01-02 03:60",
            "2026-01-02 03:04:60",
            "2026-01-02 03:0405",
            "2026-01-02 03:04:05 ",
            "2026-01-02 03:04:05 UTC",
            "2026-01-02 03:04:05+24:00",
            "2026-01-02 03:04:05+2",
            "２０２６-01-02",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
