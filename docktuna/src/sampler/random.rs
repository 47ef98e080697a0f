//! Independent, uniform sampling.

use rand::{Rng, RngExt};

use super::{Draft, Sampler};
use crate::space::distribution::Distribution;

/// Draws every parameter uniformly and independently of all others. On a log scale it draws uniformly in
/// the logarithm.
///
/// Random search is the baseline for other samplers (Bergstra and Bengio, "Random Search for
/// Hyper-Parameter Optimization", JMLR 13, 2012), and it needs no other trials.
#[derive(Debug, Clone, Copy, Default)]
pub struct Random;

impl Sampler for Random {
    fn name(&self) -> &'static str {
        "random"
    }

    fn sample(&self, draft: &mut Draft<'_>, _: &str, distribution: &Distribution) -> f64 {
        uniform(draft.rng(), distribution)
    }
}

/// A value of `distribution`, all of them equally likely; on a log scale, uniform in the logarithm.
#[allow(
    clippy::cast_precision_loss,
    reason = "integers and indices lie below 2^53"
)]
pub(super) fn uniform(rng: &mut dyn Rng, distribution: &Distribution) -> f64 {
    match distribution {
        Distribution::Float(range) => match range.step {
            Some(step) => {
                let steps = ((range.high - range.low) / step).round();
                let drawn = range.low + grid(rng, steps) * step;
                drawn.clamp(range.low, range.high)
            }
            None if range.log => {
                let drawn = between(rng, range.low.ln(), range.high.ln()).exp();
                // The exponential may leave the range by the last bit.
                drawn.clamp(range.low, range.high)
            }
            None => between(rng, range.low, range.high),
        },
        Distribution::Int(range) if range.log => {
            // Every integer owns the interval of half a unit on both sides of it.
            let (low, high) = (range.low as f64, range.high as f64);
            let drawn = between(rng, (low - 0.5).ln(), (high + 0.5).ln()).exp();
            drawn.round().clamp(low, high)
        }
        Distribution::Int(range) => {
            let steps = ((range.high - range.low) / range.step) as f64;
            range.low as f64 + grid(rng, steps) * range.step as f64
        }
        Distribution::Categorical(choices) => rng.random_range(0..choices.len()) as f64,
    }
}

/// A number of [low, high]; halves, because the distance of the ends may be infinite.
fn between(rng: &mut dyn Rng, low: f64, high: f64) -> f64 {
    let share: f64 = rng.random();
    (low * (1.0 - share) + high * share).clamp(low, high)
}

/// One of the numbers 0, 1, …, `steps`, all equally likely.
fn grid(rng: &mut dyn Rng, steps: f64) -> f64 {
    (rng.random::<f64>() * (steps + 1.0)).floor().min(steps)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha12Rng;

    use super::*;
    use crate::space::{FloatDomain, IntDomain};

    fn distributions() -> impl Strategy<Value = Distribution> {
        let float = (-1e300..1e300_f64, 0.0..1e300_f64)
            .prop_map(|(low, width)| Distribution::Float(FloatDomain::new(low, low + width)));
        let log = (1e-300..1e300_f64, 1.0..1e5_f64).prop_map(|(low, factor)| {
            Distribution::Float(FloatDomain::new(low, low * factor).log())
        });
        let stepped = (-100..100_i32, 1..1000_i32, 1..50_i32).prop_map(|(low, steps, tenths)| {
            let step = f64::from(tenths) / 10.0;
            let low = f64::from(low);
            let high = low + step * f64::from(steps);
            Distribution::Float(
                FloatDomain {
                    low,
                    high,
                    step: Some(step),
                    log: false,
                }
                .on_grid(),
            )
        });
        let int =
            (-(1_i64 << 52)..1 << 52, 0..1000_i64, 1..9_i64).prop_map(|(low, steps, step)| {
                Distribution::Int(IntDomain {
                    low,
                    high: low + steps * step,
                    step,
                    log: false,
                })
            });
        let log_int = (1..1_i64 << 40, 0..1_i64 << 40).prop_map(|(low, width)| {
            Distribution::Int(IntDomain {
                low,
                high: low + width,
                step: 1,
                log: true,
            })
        });
        let choices = (1..20_i64).prop_map(|n| {
            Distribution::Categorical((0..n).map(Into::into).collect::<Vec<_>>().into())
        });
        prop_oneof![float, log, stepped, int, log_int, choices]
    }

    proptest! {
        #[test]
        fn every_draw_lies_in_its_distribution(distribution in distributions(), seed: u64) {
            let mut rng = ChaCha12Rng::seed_from_u64(seed);
            for _ in 0..20 {
                let drawn = uniform(&mut rng, &distribution);
                prop_assert!(distribution.contains(drawn), "{drawn} is not in {distribution}");
            }
        }
    }

    #[test]
    fn every_value_of_a_grid_is_equally_likely() {
        let mut rng = ChaCha12Rng::seed_from_u64(1);
        let die = Distribution::Int(IntDomain::new(1, 6));
        let mut counts = [0_u32; 7];
        for _ in 0..60_000 {
            let drawn = die.value(uniform(&mut rng, &die));
            let Some(crate::Value::Int(face)) = drawn else {
                panic!("{drawn:?}")
            };
            counts[usize::try_from(face).unwrap()] += 1;
        }
        assert!(
            counts[1..]
                .iter()
                .all(|count| (9_500..10_500).contains(count)),
            "{counts:?}"
        );
    }
}
