//! Where the time goes: the logarithm of a mixture of thousands of kernels at a few points.
//!
//! Most kernels are so far from a point that they do not count. Kernels are therefore in blocks of
//! neighbours, and where a block is so far that none of them can count, it is not looked at. What is
//! looked at is contiguous, so that the compiler vectorizes it; the order of all sums is fixed, so that
//! every processor gives the same bits.

use std::borrow::Cow;
use std::ops::Range;

use super::grid::Masses;
use super::kernels::Kernels;
use super::parzen::{Factor, Parzen};
use super::weights::Weights;

/// Kernels in a block.
pub(super) const BLOCK: usize = 32;
/// Kernels that are worked on at once.
const LANES: usize = 8;
/// Parameters between two looks at whether a block still counts.
const STRIDE: usize = 2;
/// Terms so far below the largest that they cannot change the sum, not even a million of them.
const NEGLIGIBLE: f64 = -60.0;

/// ln Σ weight · exp(constant + Σ ln factor) for each point.
pub(super) fn ln_density(parzen: &Parzen, points: &[Vec<f64>]) -> Vec<f64> {
    let count = points.first().map_or(0, Vec::len);
    let mut mixture = Mixture {
        parzen,
        columns: Vec::new(),
        tables: Vec::new(),
    };
    for (factor, points) in parzen.factors.iter().zip(points) {
        match factor {
            Factor::Smooth(kernels) => mixture.columns.push(Column {
                kernels,
                points: points.iter().map(|x| kernels.interval.scaled(*x)).collect(),
            }),
            Factor::Stepped(kernels) => {
                let Masses { table, rows, prior } = Masses::new(kernels, points);
                let rows = rows.into();
                mixture.tables.push(Table { table, rows, prior });
            }
            Factor::Choice(choice) => mixture.tables.push(Table {
                table: choice.table(points),
                rows: choice.observed().into(),
                prior: choice.choices(),
            }),
        }
    }
    let prior = parzen.prior();
    let mut bounds = vec![0.0; parzen.peaks.len()];
    let points = 0..count;
    points
        .map(|point| mixture.at(point, count, prior, &mut bounds))
        .collect()
}

/// A mixture with what is known of its factors at some points.
struct Mixture<'a> {
    parzen: &'a Parzen,
    columns: Vec<Column<'a>>,
    tables: Vec<Table<'a>>,
}

/// A parameter of real numbers.
struct Column<'a> {
    kernels: &'a Kernels,
    /// On the scale of the model.
    points: Vec<f64>,
}

/// A parameter of few different values.
struct Table<'a> {
    /// Row by row, logarithms at the points.
    table: Vec<f64>,
    /// The row of each kernel.
    rows: Cow<'a, [u32]>,
    /// The prior's row.
    prior: usize,
}

impl Mixture<'_> {
    /// The logarithm of the sum at the point `point` of `count`.
    fn at(&self, point: usize, count: usize, prior: f64, bounds: &mut [f64]) -> f64 {
        let Parzen { weights, ages, .. } = self.parzen;
        let mut sum = Sum::of(self.prior(point, count, prior));
        self.bounds(point, bounds);
        // Where the nearest come first, the others are soon told not to count.
        let first = place_of_largest(bounds);
        for block in first.into_iter().chain(0..bounds.len()) {
            if bounds[block] <= sum.floor() {
                continue;
            }
            bounds[block] = f64::NEG_INFINITY;
            let kernels = block * BLOCK..ages.len().min((block + 1) * BLOCK);
            let exponents = self.exponents(point, count, kernels.clone(), sum.floor());
            if let Some(exponents) = exponents {
                sum.add(&exponents, weights, &ages[kernels]);
            }
        }
        sum.ln()
    }

    /// The exponent of the prior.
    fn prior(&self, point: usize, count: usize, constant: f64) -> f64 {
        let tables = self.tables.iter();
        let tables = tables.map(|table| table.table[table.prior * count + point]);
        let squares = self.columns.iter().map(|column| {
            let (mean, scale) = column.kernels.prior();
            let z = (column.points[point] - mean) * scale;
            z * z
        });
        constant + tables.sum::<f64>() - squares.sum::<f64>()
    }

    /// For each block what none of its exponents is above.
    fn bounds(&self, point: usize, bounds: &mut [f64]) {
        bounds.copy_from_slice(&self.parzen.peaks);
        for column in &self.columns {
            let x = column.points[point];
            let spans = &column.kernels.spans;
            let spans = spans.lows.iter().zip(&spans.highs).zip(&spans.scales);
            for (bound, ((low, high), scale)) in bounds.iter_mut().zip(spans) {
                let distance = larger(larger(low - x, x - high), 0.0) * scale;
                *bound -= distance * distance;
            }
        }
    }

    /// The exponents of a block; `None` if none is above the floor, even before all is subtracted.
    fn exponents(
        &self,
        point: usize,
        count: usize,
        kernels: Range<usize>,
        floor: f64,
    ) -> Option<[f64; BLOCK]> {
        let mut exponents = [f64::NEG_INFINITY; BLOCK];
        let counting = &mut exponents[..kernels.len()];
        counting.copy_from_slice(&self.parzen.constants[kernels.clone()]);
        for table in &self.tables {
            for (exponent, row) in counting.iter_mut().zip(&table.rows[kernels.clone()]) {
                *exponent += table.table[*row as usize * count + point];
            }
        }
        for few in self.columns.chunks(STRIDE) {
            for Column {
                kernels: all,
                points,
            } in few
            {
                let x = points[point];
                let shapes = all.means[kernels.clone()]
                    .iter()
                    .zip(&all.scales[kernels.clone()]);
                for (exponent, (mean, scale)) in counting.iter_mut().zip(shapes) {
                    let z = (x - mean) * scale;
                    *exponent -= z * z;
                }
            }
            if largest(counting) <= floor {
                return None;
            }
        }
        Some(exponents)
    }
}

/// A sum of exponentials, relative to the largest of them.
struct Sum {
    largest: f64,
    sum: [f64; LANES],
}

impl Sum {
    /// The sum of one.
    fn of(exponent: f64) -> Self {
        let mut sum = [0.0; LANES];
        sum[0] = 1.0;
        Self {
            largest: exponent,
            sum,
        }
    }

    /// What does not count any more.
    fn floor(&self) -> f64 {
        self.largest + NEGLIGIBLE
    }

    fn add(&mut self, exponents: &[f64; BLOCK], weights: &Weights, ages: &[u32]) {
        let largest = largest(exponents);
        if largest > self.largest {
            let shrink = (self.largest - largest).exp();
            self.sum.iter_mut().for_each(|sum| *sum *= shrink);
            self.largest = largest;
        }
        let floor = self.floor();
        let lanes = exponents.as_chunks::<LANES>().0.iter();
        for (lanes, ages) in lanes.zip(ages.chunks(LANES)) {
            if lanes.iter().all(|exponent| *exponent < floor) {
                continue;
            }
            let mut terms = [0.0; LANES];
            for (term, exponent) in terms.iter_mut().zip(lanes) {
                *term = exp(larger(exponent - self.largest, -700.0));
            }
            for ((sum, term), age) in self.sum.iter_mut().zip(terms).zip(ages) {
                *sum += weights.of(*age as usize) * term;
            }
        }
    }

    fn ln(&self) -> f64 {
        self.largest + self.sum.iter().sum::<f64>().ln()
    }
}

/// The larger of two numbers, neither of which is NaN: one instruction.
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

pub(super) fn largest(numbers: &[f64]) -> f64 {
    let (lanes, rest) = numbers.as_chunks::<LANES>();
    let mut largest = [f64::NEG_INFINITY; LANES];
    for lanes in lanes {
        for (largest, number) in largest.iter_mut().zip(lanes) {
            *largest = larger(*number, *largest);
        }
    }
    largest
        .iter()
        .chain(rest)
        .copied()
        .fold(f64::NEG_INFINITY, larger)
}

pub(super) fn smallest(numbers: &[f64]) -> f64 {
    let (lanes, rest) = numbers.as_chunks::<LANES>();
    let mut smallest = [f64::INFINITY; LANES];
    for lanes in lanes {
        for (smallest, number) in smallest.iter_mut().zip(lanes) {
            *smallest = if number < smallest {
                *number
            } else {
                *smallest
            };
        }
    }
    smallest
        .iter()
        .chain(rest)
        .copied()
        .fold(f64::INFINITY, f64::min)
}

fn place_of_largest(numbers: &[f64]) -> Option<usize> {
    let places = 0..numbers.len();
    places.reduce(|best, place| {
        if numbers[place] > numbers[best] {
            place
        } else {
            best
        }
    })
}

/// The exponential of a number from −700 to 0, right to a few units in the last place.
///
/// The library's own is a call for each number, which the compiler cannot vectorize.
#[inline]
fn exp(x: f64) -> f64 {
    /// 1.5 · 2⁵²: adding it leaves the rounded number in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    // The Taylor series: |r| is at most ln(2)/2, so the next term is below 1e-16.
    let mut p = 1.0 / 6_227_020_800.0;
    for factorial in [
        479_001_600.0,
        39_916_800.0,
        3_628_800.0,
        362_880.0,
        40_320.0,
        5_040.0,
        720.0,
        120.0,
        24.0,
        6.0,
        2.0,
        1.0,
        1.0,
    ] {
        p = p * r + 1.0 / factorial;
    }
    // The exponent of 2ⁿ, from the lowest bits.
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    p * power
}

#[cfg(test)]
mod tests {
    use super::super::axis::Axis;
    use super::super::parzen::Parzen;
    use super::*;
    use crate::distribution::Distribution;
    use crate::space::FloatDomain;

    #[test]
    fn the_exponential_is_exact_to_the_last_places() {
        for i in 0..70_000 {
            let x = -f64::from(i) / 100.0 + 1e-9;
            let x = x.min(0.0);
            let relative = (exp(x) - x.exp()).abs() / x.exp();
            assert!(relative < 1e-15, "{x}: {relative:e}");
        }
    }

    /// Thousands of narrow kernels, of which few count anywhere, with nothing left out.
    #[test]
    fn what_is_left_out_does_not_count() {
        let kernels = 2_000_u32;
        let unit = |i: u32, k: u32| {
            f64::from(i.wrapping_mul(2_654_435_761).wrapping_add(k * 97) % 9973) / 9973.0
        };
        let unit_interval = Distribution::Float(FloatDomain::new(0.0, 1.0));
        let axes = [Axis::new(&unit_interval, false).unwrap(); 5];
        let column = |k| (0..kernels).map(|i| unit(i, k)).collect::<Vec<_>>();
        let weights = Weights::equal(kernels as usize);
        let observations: Vec<Vec<f64>> = (0..5).map(column).collect();
        let parzen = Parzen::new(&axes, &observations, weights, 1);
        let points: Vec<Vec<f64>> = (0..5)
            .map(|k| (0..7).map(|i| unit(i + 5000, k + 3)).collect())
            .collect();
        let found = parzen.ln_density(&points);
        for (place, found) in found.iter().enumerate() {
            let terms: Vec<f64> = (0..=kernels as usize)
                .map(|kernel| parzen.ln_term(kernel, &points, place))
                .collect();
            let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = terms.iter().map(|term| (term - largest).exp()).sum();
            let expected = largest + sum.ln();
            assert!(
                (found - expected).abs() < 1e-12 * expected.abs().max(1.0),
                "{found} {expected}"
            );
        }
    }
}
