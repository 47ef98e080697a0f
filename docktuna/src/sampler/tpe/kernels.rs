//! The normal kernels of one parameter.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};
use std::ops::Range;

use super::axis::Interval;
use super::bandwidth::{bandwidth, narrowest};
use super::lanes::{BLOCK, largest, smallest};
use super::normal;
use crate::sampler::growth::make_room;

/// Normal kernels, one for each observation.
///
/// One observation more or less changes the widths of its neighbours only, so that the kernels can
/// follow a study trial by trial. What they are depends on the observations alone, and not on the way
/// that led there.
#[derive(Debug, Clone)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct Kernels {
    pub(super) interval: Interval,
    resolution: usize,
    pub(super) means: Vec<f64>,
    /// 1/(σ√2) for each.
    pub(super) scales: Vec<f64>,
    /// The observations from the smallest to the largest, equal ones by age.
    order: Vec<u32>,
    pub(super) spans: Spans,
}

/// The shape of one kernel: its mean, and 1/(σ√2).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shape {
    pub(super) mean: f64,
    pub(super) scale: f64,
}

/// Where the kernels of each block are.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct Spans {
    lows: Vec<f64>,
    highs: Vec<f64>,
    scales: Vec<f64>,
}

/// Where the kernels of one block are.
pub(super) struct Span {
    /// The smallest mean.
    pub(super) low: f64,
    /// The largest mean.
    pub(super) high: f64,
    /// The scale of the widest.
    pub(super) scale: f64,
}

impl Spans {
    /// Those of the blocks from `first` on.
    pub(super) fn from(&self, first: usize) -> impl Iterator<Item = Span> {
        let means = self.lows[first..].iter().zip(&self.highs[first..]);
        means
            .zip(&self.scales[first..])
            .map(|((low, high), scale)| Span {
                low: *low,
                high: *high,
                scale: *scale,
            })
    }

    /// Measures all blocks.
    fn measure(&mut self, means: &[f64], scales: &[f64]) {
        let blocks = self.resize(means.len());
        (0..blocks).for_each(|block| self.set(block, means, scales));
    }

    fn resize(&mut self, kernels: usize) -> usize {
        let blocks = kernels.div_ceil(BLOCK);
        for list in [&mut self.lows, &mut self.highs, &mut self.scales] {
            list.resize(blocks, 0.0);
        }
        blocks
    }

    /// After a kernel came to the block `first`, measures the blocks behind it: each got the last kernel of the block
    /// before, and lost its own last one.
    fn shift_up(&mut self, means: &[f64], scales: &[f64], first: usize) {
        let known = self.lows.len();
        let blocks = self.resize(means.len());
        for block in first + 1..blocks {
            let (came, went) = (block * BLOCK, (block + 1) * BLOCK);
            if block < known {
                self.exchange(block, means, scales, came, went);
            } else {
                self.set(block, means, scales);
            }
        }
    }

    /// The same after a kernel left the block `first`: each lost its first one.
    fn shift_down(&mut self, means: &[f64], scales: &[f64], first: usize) {
        let blocks = self.resize(means.len());
        for block in first + 1..blocks {
            let (came, went) = ((block + 1) * BLOCK - 1, block * BLOCK - 1);
            self.exchange(block, means, scales, came, went);
        }
    }

    /// One kernel of a block has come, where there is one at that place, and another one has gone.
    #[allow(clippy::float_cmp, reason = "a number that was copied")]
    fn exchange(&mut self, block: usize, means: &[f64], scales: &[f64], came: usize, went: usize) {
        let at = |place: usize| Some((*means.get(place)?, *scales.get(place)?));
        let is_end = |(mean, scale)| {
            mean == self.lows[block] || mean == self.highs[block] || scale == self.scales[block]
        };
        if at(went).is_some_and(is_end) {
            self.set(block, means, scales);
        } else if let Some((mean, scale)) = at(came) {
            self.lows[block] = self.lows[block].min(mean);
            self.highs[block] = self.highs[block].max(mean);
            self.scales[block] = self.scales[block].min(scale);
        }
    }

    fn set(&mut self, block: usize, means: &[f64], scales: &[f64]) {
        let kernels = block * BLOCK..means.len().min((block + 1) * BLOCK);
        let (means, scales) = (&means[kernels.clone()], &scales[kernels]);
        self.lows[block] = smallest(means);
        self.highs[block] = largest(means);
        self.scales[block] = smallest(scales);
    }
}

impl Kernels {
    /// The kernels of observations, which come with their ages: 0 for the oldest.
    pub(super) fn new(
        interval: Interval,
        means: Vec<f64>,
        ages: &[u32],
        resolution: usize,
    ) -> Self {
        let mut sorted: Vec<(f64, u32, u32)> = (0..)
            .zip(ages)
            .zip(&means)
            .map(|((kernel, age), mean)| (*mean, *age, kernel))
            .collect();
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let order = sorted.into_iter().map(|(_, _, kernel)| kernel).collect();
        let mut kernels = Self {
            scales: vec![0.0; means.len()],
            interval,
            resolution,
            means,
            order,
            spans: Spans::default(),
        };
        for place in 0..kernels.order.len() {
            let kernel = kernels.order[place] as usize;
            kernels.scales[kernel] = scale(kernels.sigma_at(place));
        }
        kernels.spans.measure(&kernels.means, &kernels.scales);
        kernels
    }

    /// The kernels from the smallest mean to the largest.
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    /// The shape of a kernel, or behind the last of the prior.
    pub(super) fn shape(&self, kernel: usize) -> Shape {
        match self.means.get(kernel) {
            Some(mean) => Shape {
                mean: *mean,
                scale: self.scales[kernel],
            },
            None => Shape {
                mean: 0.5 * (self.interval.start + self.interval.end),
                scale: scale(self.interval.width()),
            },
        }
    }

    /// Adds an observation before the kernel `kernel`; `ages` know it already. Kernels that became
    /// wider or narrower are added to `changed`. The smallest width must not depend on the number of
    /// observations.
    pub(super) fn insert(
        &mut self,
        kernel: usize,
        mean: f64,
        ages: &[u32],
        changed: &mut Vec<usize>,
    ) {
        let index = u32::try_from(kernel).expect("a study has fewer than 2^31 trials");
        for other in &mut self.order {
            *other += u32::from(*other >= index);
        }
        make_room(&mut self.means, 1);
        self.means.insert(kernel, mean);
        make_room(&mut self.scales, 1);
        self.scales.insert(kernel, f64::NAN);
        self.spans
            .shift_up(&self.means, &self.scales, kernel / BLOCK);
        let place = self.place_of(kernel, ages);
        make_room(&mut self.order, 1);
        self.order.insert(place, index);
        self.refit(place.saturating_sub(1)..place + 2, kernel, changed);
    }

    /// Removes an observation; `ages` know it still. See [`insert`](Self::insert).
    pub(super) fn remove(&mut self, kernel: usize, ages: &[u32], changed: &mut Vec<usize>) {
        let place = self.place_of(kernel, ages);
        self.order.remove(place);
        self.means.remove(kernel);
        self.scales.remove(kernel);
        self.spans
            .shift_down(&self.means, &self.scales, kernel / BLOCK);
        let index = u32::try_from(kernel).expect("as above");
        for other in &mut self.order {
            *other -= u32::from(*other > index);
        }
        self.refit(place.saturating_sub(1)..place + 1, kernel, changed);
    }

    /// Measures anew after a kernel came or went at the place `moved`: the widths at some places in the order, and the
    /// blocks that this changes.
    #[allow(clippy::float_cmp, reason = "the same sum gives the same bits")]
    fn refit(&mut self, places: Range<usize>, moved: usize, changed: &mut Vec<usize>) {
        let known = changed.len();
        for place in places.start..places.end.min(self.order.len()) {
            let kernel = self.order[place] as usize;
            let scale = scale(self.sigma_at(place));
            if self.scales[kernel] != scale {
                self.scales[kernel] = scale;
                changed.push(kernel);
            }
        }
        let changed = changed[known..].iter().copied();
        for block in changed.chain([moved]).map(|kernel| kernel / BLOCK) {
            if block * BLOCK < self.means.len() {
                self.spans.set(block, &self.means, &self.scales);
            }
        }
    }

    /// Where an observation is in the order, or would be.
    fn place_of(&self, kernel: usize, ages: &[u32]) -> usize {
        let (mean, age) = (self.means[kernel], ages[kernel]);
        self.order.partition_point(|other| {
            let other = *other as usize;
            let by_mean = self.means[other].total_cmp(&mean);
            by_mean.then(ages[other].cmp(&age)).is_lt()
        })
    }

    /// The standard deviation of a kernel, or behind the last of the prior.
    pub(super) fn sigma(&self, kernel: usize, ages: &[u32]) -> f64 {
        if kernel < ages.len() {
            self.sigma_at(self.place_of(kernel, ages))
        } else {
            self.interval.width()
        }
    }

    fn sigma_at(&self, place: usize) -> f64 {
        let mean = |place: usize| Some(self.means[*self.order.get(place)? as usize]);
        let left = place.checked_sub(1).and_then(mean);
        let here = self.means[self.order[place] as usize];
        let narrowest = narrowest(&self.interval, self.order.len(), self.resolution);
        bandwidth(&self.interval, left, here, mean(place + 1), narrowest)
    }

    /// ln of what exp(−((x − mean)·scale)²) is multiplied by to be a density on the interval, as far
    /// as it is the same for all kernels.
    pub(super) fn shared_constant(&self) -> f64 {
        -0.5 * std::f64::consts::PI.ln() - self.interval.width().ln()
    }

    /// The same, what is of one kernel, or behind the last of the prior: a factor that is multiplied, and a logarithm that is added.
    pub(super) fn own_constant(&self, kernel: usize) -> (f64, f64) {
        /// So many standard deviations away nothing is cut off that a double could tell.
        const BEYOND: f64 = 8.5 * FRAC_1_SQRT_2;
        let Shape { mean, scale } = self.shape(kernel);
        let start = (self.interval.start - mean) * scale;
        let end = (self.interval.end - mean) * scale;
        // Relative to the width, so that products of many factors stay in range.
        let height = self.interval.width() * scale;
        if start > 0.0 || end < 0.0 {
            return (height, -normal::ln_mass(start * SQRT_2, end * SQRT_2));
        }
        // Mostly one end is near, or none.
        let mut mass = 1.0;
        if start >= -BEYOND {
            mass -= 0.5 * libm::erfc(-start);
        }
        if end <= BEYOND {
            mass -= 0.5 * libm::erfc(end);
        }
        (height / mass, 0.0)
    }

    /// The value at the quantile `q` of a kernel, or behind the last of the prior.
    pub(super) fn quantile(&self, kernel: usize, ages: &[u32], q: f64) -> f64 {
        let (mean, sigma) = (self.shape(kernel).mean, self.sigma(kernel, ages));
        let start = (self.interval.start - mean) / sigma;
        let end = (self.interval.end - mean) / sigma;
        let x = normal::truncated_quantile(start, end, q);
        self.interval.value(mean + sigma * x)
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        (self.means.capacity() + self.scales.capacity()) * size_of::<f64>()
            + self.order.capacity() * size_of::<u32>()
            + 3 * self.spans.lows.capacity() * size_of::<f64>()
    }
}

fn scale(sigma: f64) -> f64 {
    FRAC_1_SQRT_2 / sigma
}
