//! What the benchmarks of the sampler draw.

use docktuna::Tunable;

/// Ten numbers, without an interaction.
#[derive(Tunable)]
pub struct Ten {
    #[tune(range = 0.0..=1.0)]
    p0: f64,
    #[tune(range = 0.0..=1.0)]
    p1: f64,
    #[tune(range = 0.0..=1.0)]
    p2: f64,
    #[tune(range = 0.0..=1.0)]
    p3: f64,
    #[tune(range = 0.0..=1.0)]
    p4: f64,
    #[tune(range = 0.0..=1.0)]
    p5: f64,
    #[tune(range = 0.0..=1.0)]
    p6: f64,
    #[tune(range = 0.0..=1.0)]
    p7: f64,
    #[tune(range = 0.0..=1.0)]
    p8: f64,
    #[tune(range = 0.0..=1.0)]
    p9: f64,
}

impl Ten {
    /// The numbers in order.
    #[must_use]
    pub fn values(&self) -> [f64; 10] {
        [
            self.p0, self.p1, self.p2, self.p3, self.p4, self.p5, self.p6, self.p7, self.p8,
            self.p9,
        ]
    }

    /// The squared distance from the optimum.
    #[must_use]
    pub fn loss(&self) -> f64 {
        self.values().iter().map(|x| (x - 0.3).powi(2)).sum()
    }
}
