//! Where the time goes: the logarithm of a mixture of thousands of kernels at a few points.
//!
//! Everything is contiguous and in blocks of fixed size, so that the compiler vectorizes it; the order
//! of all sums is fixed, so that every processor gives the same bits. Most kernels are so far from a
//! point that they do not count: the distance over a few parameters shows it, and the rest of them is
//! not looked at. The prior is near everywhere, so that its block comes first.

use std::ops::Range;

use super::parzen::Factor;

/// Kernels in a block; its data stays in the first cache.
const BLOCK: usize = 128;
/// Kernels that are worked on at once.
const LANES: usize = 8;
/// Points that share what is loaded of a kernel.
const POINTS: usize = 4;
/// Parameters between two looks at whether a kernel still counts.
const STRIDE: usize = 2;
/// Terms so far below the largest that they cannot change the sum, not even a million of them.
const NEGLIGIBLE: f64 = -60.0;

type Exponents = [[f64; BLOCK]; POINTS];

/// ln Σ exp(constant + Σ ln factor) for each of `count` points.
pub(super) fn ln_density(
    factors: &[Factor],
    constants: &[f64],
    points: &[Vec<f64>],
    count: usize,
) -> Vec<f64> {
    let smooth: Vec<(Column<'_>, Vec<f64>)> = factors
        .iter()
        .zip(points)
        .filter_map(|(factor, points)| match factor {
            Factor::Smooth(smooth) => Some((
                Column {
                    scales: &smooth.scales,
                    shifts: &smooth.shifts,
                },
                smooth.scaled(points),
            )),
            _ => None,
        })
        .collect();
    let tables: Vec<(Vec<f64>, &[u32])> = factors
        .iter()
        .zip(points)
        .filter_map(|(factor, points)| match factor {
            Factor::Smooth(_) => None,
            Factor::Stepped(stepped) => Some((stepped.table(points), stepped.shape())),
            Factor::Choice(choice) => Some((choice.table(points), choice.shape())),
        })
        .collect();

    let mut sums = vec![Sum::default(); count];
    let mut exponents: Exponents = [[0.0; BLOCK]; POINTS];
    let last = constants.len().saturating_sub(1) / BLOCK;
    for block in std::iter::once(last).chain(0..last) {
        let start = block * BLOCK;
        let length = BLOCK.min(constants.len() - start);
        for first in (0..count).step_by(POINTS) {
            let mut places = [first; POINTS];
            for (place, at) in places.iter_mut().zip(first..) {
                *place = at.min(count - 1);
            }
            fill(&mut exponents, &constants[start..start + length]);
            for (table, shape) in &tables {
                let shape = &shape[start..start + length];
                look_up(&mut exponents, table, shape, count, places);
            }
            let floors = places.map(|place| sums[place].floor());
            squares(
                &mut exponents,
                &smooth,
                start..start + length,
                places,
                floors,
            );
            for (sum, exponents) in sums[first..].iter_mut().zip(&exponents) {
                sum.add(exponents);
            }
        }
    }
    sums.iter().map(Sum::ln).collect()
}

/// One parameter of real numbers.
struct Column<'a> {
    scales: &'a [f64],
    shifts: &'a [f64],
}

/// Starts a block; what is behind its end is nothing.
fn fill(exponents: &mut Exponents, constants: &[f64]) {
    for row in exponents {
        row[..constants.len()].copy_from_slice(constants);
        row[constants.len()..].fill(f64::NEG_INFINITY);
    }
}

/// Subtracts the squares of all parameters of real numbers. A lane in which no kernel counts for any
/// of the points, even before all is subtracted, becomes nothing.
fn squares(
    exponents: &mut Exponents,
    smooth: &[(Column<'_>, Vec<f64>)],
    kernels: Range<usize>,
    places: [usize; POINTS],
    floors: [f64; POINTS],
) {
    let whole = kernels.len() - kernels.len() % LANES;
    for lane in (0..whole).step_by(LANES) {
        let at = kernels.start + lane;
        let mut sums: [[f64; LANES]; POINTS] = exponents
            .each_ref()
            .map(|row| *row[lane..].first_chunk().expect("a whole lane"));
        for few in smooth.chunks(STRIDE) {
            for (column, points) in few {
                let scales: &[f64; LANES] = column.scales[at..].first_chunk().expect("as above");
                let shifts: &[f64; LANES] = column.shifts[at..].first_chunk().expect("as above");
                for (sum, place) in sums.iter_mut().zip(places) {
                    let x = points[place];
                    for i in 0..LANES {
                        let z = x * scales[i] - shifts[i];
                        sum[i] -= z * z;
                    }
                }
            }
            if !any_counts(&sums, &floors) {
                sums = [[f64::NEG_INFINITY; LANES]; POINTS];
                break;
            }
        }
        for (row, sum) in exponents.iter_mut().zip(&sums) {
            row[lane..lane + LANES].copy_from_slice(sum);
        }
    }
    for kernel in whole..kernels.len() {
        let at = kernels.start + kernel;
        for (row, place) in exponents.iter_mut().zip(places) {
            for (column, points) in smooth {
                let z = points[place] * column.scales[at] - column.shifts[at];
                row[kernel] -= z * z;
            }
        }
    }
}

/// Whether any of the exponents is above the floor of its point; without a branch for each.
fn any_counts(sums: &[[f64; LANES]; POINTS], floors: &[f64; POINTS]) -> bool {
    let mut any = false;
    for (sum, floor) in sums.iter().zip(floors) {
        for exponent in sum {
            any |= exponent > floor;
        }
    }
    any
}

/// Adds the logarithms of one table.
fn look_up(
    exponents: &mut Exponents,
    table: &[f64],
    shape: &[u32],
    count: usize,
    places: [usize; POINTS],
) {
    for (row, place) in exponents.iter_mut().zip(places) {
        for (exponent, shape) in row.iter_mut().zip(shape) {
            *exponent += table[*shape as usize * count + place];
        }
    }
}

/// A sum of exponentials, relative to the largest of them.
#[derive(Debug, Clone, Copy)]
struct Sum {
    largest: f64,
    sum: [f64; LANES],
}

impl Default for Sum {
    fn default() -> Self {
        Self {
            largest: f64::NEG_INFINITY,
            sum: [0.0; LANES],
        }
    }
}

impl Sum {
    /// What does not count any more.
    fn floor(&self) -> f64 {
        self.largest + NEGLIGIBLE
    }

    fn add(&mut self, exponents: &[f64; BLOCK]) {
        let largest = largest(exponents);
        if largest > self.largest {
            let shrink = (self.largest - largest).exp();
            self.sum.iter_mut().for_each(|sum| *sum *= shrink);
            self.largest = largest;
        }
        let floor = self.floor();
        if largest < floor || largest == f64::NEG_INFINITY {
            return;
        }
        for lanes in exponents.as_chunks::<LANES>().0 {
            if lanes.iter().all(|exponent| *exponent < floor) {
                continue;
            }
            for (sum, exponent) in self.sum.iter_mut().zip(lanes) {
                *sum += exp((exponent - self.largest).max(-700.0));
            }
        }
    }

    fn ln(&self) -> f64 {
        if self.largest == f64::NEG_INFINITY {
            self.largest
        } else {
            self.largest + self.sum.iter().sum::<f64>().ln()
        }
    }
}

fn largest(exponents: &[f64; BLOCK]) -> f64 {
    let mut largest = [f64::NEG_INFINITY; LANES];
    for lanes in exponents.as_chunks::<LANES>().0 {
        for (largest, exponent) in largest.iter_mut().zip(lanes) {
            *largest = if *exponent > *largest {
                *exponent
            } else {
                *largest
            };
        }
    }
    largest.iter().copied().fold(f64::NEG_INFINITY, f64::max)
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
    use super::super::parzen::{Observations, Parzen};
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
        let observed: Vec<Observations> = (0..5)
            .map(|k| Observations {
                values: column(k),
                order: None,
            })
            .collect();
        let parzen = Parzen::new(&axes, observed, vec![1.0; kernels as usize], 1);
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
