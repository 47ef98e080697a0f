//! A Gaussian process.

mod cube;
mod descent;
mod evidence;
mod fit;
mod kept;
mod kernel;
mod matrix;
mod observed;
mod posterior;
mod propose;
mod targets;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

use std::time::{Duration, Instant};

use cube::Cube;
use kept::Kept;
use kernel::Kernel;
use observed::Observed;
use posterior::Posterior;
use propose::propose;

use super::{Draft, Sampler, Tpe};
use crate::error::Result;
use crate::space::distribution::Distribution;

/// Models the objective by a Gaussian process, and chooses the configuration that is expected to improve most on what
/// was found.
///
/// This is Bayesian optimization as in Snoek, Larochelle and Adams, "Practical Bayesian Optimization of Machine
/// Learning Algorithms" (NIPS 2012), with a Matérn covariance of smoothness 5/2. It needs fewer trials than [`Tpe`]
/// where the objective is smooth, and more time: some milliseconds with 200 trials, and far
/// more without optimization by the compiler. On rugged objectives it is worse. [`Auto`](super::Auto) asks both.
///
/// - A number is modelled on its scale, a choice is equal or not, and a parameter that is not active stands apart, so
///   conditional spaces have one model.
/// - The kernel is the most probable one, found again each time the trials have grown by a tenth.
/// - Running trials count as if they had ended as expected, so that parallel workers choose different values.
/// - Pruned and failed trials count as no better than the median, and trials that break constraints as the worst.
///
/// [`Tpe`] suggests instead of it in the first 10 trials, with more than [`max_trials`](Self::max_trials) trials, with
/// several objectives, with more than 50 parameters, for queued trials that fix some values, after a configuration that
/// the rules of the type refuse, and where a suggestion would take longer than [`max_time`](Self::max_time).
///
/// ```
/// use docktuna::sampler::Gp;
/// # #[derive(docktuna::Tunable)]
/// # struct Train { #[tune(range = 0.0..=1.0)] dropout: f64 }
/// # async fn example() -> docktuna::Result<()> {
/// let db = docktuna::OptunaDatabase::in_memory();
/// let study = db
///     .study_builder::<Train>("sentiment")
///     .sampler(Gp::default())
///     .seed(7)
///     .open()
///     .await?;
/// for _ in 0..30 {
///     let trial = study.ask().await?;
///     let loss = (trial.config().dropout - 0.3).powi(2);
///     trial.tell(loss).await?;
/// }
/// assert!(study.best().await?.value < 1e-4);
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Gp {
    n_startup_trials: usize,
    max_trials: usize,
    max_time: Option<Duration>,
    tpe: Tpe,
}

/// With more parameters a model of them all tells little and costs much.
const MOST_AXES: usize = 50;

impl Default for Gp {
    fn default() -> Self {
        Self {
            n_startup_trials: 10,
            max_trials: 300,
            max_time: None,
            tpe: Tpe::default(),
        }
    }
}

impl Gp {
    /// Draws uniformly until this number of trials is complete or pruned; 10 by default.
    #[must_use]
    pub fn n_startup_trials(mut self, trials: usize) -> Self {
        self.n_startup_trials = trials;
        self.tpe = self.tpe.n_startup_trials(trials);
        self
    }

    /// With more trials than this, of all states, [`Tpe`] suggests; 300 by default. The time of a suggestion grows
    /// with the third power of the number.
    #[must_use]
    pub fn max_trials(mut self, trials: usize) -> Self {
        self.max_trials = trials;
        self
    }

    /// [`Tpe`] suggests where a suggestion would take longer, by what the last ones took. There is no such bound by
    /// default, so that a study with a seed is repeatable; with one it depends on the machine.
    #[must_use]
    pub fn max_time(mut self, time: Duration) -> Self {
        self.max_time = Some(time);
        self
    }

    /// What it suggests: names and stored values. `None` where it leaves that to [`Tpe`].
    pub(super) fn suggest<'a>(&self, draft: &mut Draft<'a>) -> Option<Vec<(&'a str, f64)>> {
        let history = draft.history();
        let trials = history.rows();
        if draft.attempt() > 0
            || history.directions().len() != 1
            || history.finished() < self.n_startup_trials.max(2)
            || trials > self.max_trials
            || self.is_too_slow(draft, trials)
        {
            return None;
        }
        let begin = self.max_time.map(|_| Instant::now());
        let cube = Cube::of(draft.space());
        if cube.len() == 0 || cube.len() > MOST_AXES {
            return None;
        }
        let observed = Observed::new(&cube, history, draft.number());
        if observed.losses.len() < 2 {
            return None;
        }
        // The memory is not locked while it works, so that other workers of the process do not wait.
        let known = history
            .memo()
            .with(|kept: &mut Kept| kept.fits(&cube.recipe()));
        let fits = known.advance(&observed);
        let kernel = Kernel::from_logarithms(fits.last()?);
        history.memo().with(|kept: &mut Kept| kept.keep(fits));
        let posterior = Posterior::new(observed.points, &observed.targets, kernel)?;
        let mut points = propose(&cube, &posterior, &observed.best, draft.rng());
        let point = match draft.number() {
            Some(_) => points.next()?,
            // Asks of this process that are being answered now know the same trials.
            None => history.memo().with(|kept: &mut Kept| {
                let ended = history.trials().len();
                points.find(|point| kept.reserve(ended, cube.modelled(point)))
            })?,
        };
        if let Some(begin) = begin {
            history
                .memo()
                .with(|kept: &mut Kept| kept.took(trials, begin.elapsed()));
        }
        Some(cube.values(&point).collect())
    }

    /// Whether a suggestion with so many trials would take too long.
    fn is_too_slow(&self, draft: &Draft<'_>, trials: usize) -> bool {
        self.max_time.is_some_and(|max| {
            let expected = draft
                .history()
                .memo()
                .with(|kept: &mut Kept| kept.expected(trials));
            expected > max
        })
    }
}

impl Sampler for Gp {
    fn name(&self) -> &'static str {
        "gp"
    }

    fn reads_history(&self) -> bool {
        true
    }

    fn prepare(&self, draft: &mut Draft<'_>) -> Result<()> {
        for (name, value) in self.suggest(draft).unwrap_or_default() {
            draft.put(name, value);
        }
        Ok(())
    }

    fn sample(&self, draft: &mut Draft<'_>, name: &str, distribution: &Distribution) -> f64 {
        self.tpe.sample(draft, name, distribution)
    }
}
