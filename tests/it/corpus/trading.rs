//! Back-tests.

use std::time::Duration;

use docktuna::Tunable;
use serde::{Deserialize, Serialize};

super::corpus! {
    a_crossover Crossover,
    a_strategy Strategy,
    risk Risk,
}

/// Hundredths of a currency, as an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Cents(i64);

impl Cents {
    fn from_units(units: f64) -> Option<Self> {
        let cents = (units * 100.0).round();
        #[allow(clippy::cast_possible_truncation, reason = "checked just before")]
        (cents.abs() < 1e15).then_some(Self(cents as i64))
    }

    #[allow(clippy::cast_precision_loss, reason = "below 1e15")]
    fn units(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

#[derive(Tunable, Serialize, Deserialize)]
#[tune(validate = Self::ordered)]
struct Crossover {
    #[tune(range = 2..=50)]
    fast: usize,
    #[tune(range = 10..=200)]
    slow: usize,
    average: Average,
    #[tune(choices = ["1m", "5m", "1h", "1d"], as = String)]
    interval: Interval,
}

impl Crossover {
    fn ordered(&self) -> Result<(), &'static str> {
        if self.fast < self.slow {
            Ok(())
        } else {
            Err("fast is not faster than slow")
        }
    }
}

#[derive(Tunable, Serialize, Deserialize)]
enum Average {
    Simple,
    Exponential,
    Kaufman(#[tune(range = 2..=10)] u8, #[tune(range = 20..=60)] u8),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Interval(String);

impl From<String> for Interval {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl AsRef<str> for Interval {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[derive(Tunable)]
enum Strategy {
    MeanReversion {
        #[tune(range = 5..=100)]
        lookback: u32,
        #[tune(range = 0.5..=4.0)]
        entry_z: f64,
        #[tune(range = 0.0..=1.0)]
        exit_z: f64,
    },
    Breakout(Channel),
    MarketMaking {
        #[tune(range = 0.01..=5.0, as = f64, from = Cents::from_units, into = Cents::units)]
        spread: Cents,
        #[tune(range = 1..=100)]
        levels: u8,
    },
}

#[derive(Tunable)]
struct Channel(#[tune(range = 10..=100)] u32);

#[derive(Tunable)]
struct Risk {
    #[tune(range = 0.001..=0.05, log)]
    per_trade: f64,
    #[tune(range = 0.5..=10.0)]
    stops: (f64, Option<f64>),
    #[tune(range = 100.0..=10_000.0, as = f64, from = Cents::from_units, into = Cents::units)]
    max_loss: Cents,
    #[tune(range = 60..=86_400, log, as = u64, from = Duration::from_secs, into = Duration::as_secs)]
    max_holding: Duration,
    #[tune(skip)]
    account: Option<String>,
}
