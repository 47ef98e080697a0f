//! How much of a scenario is played, and the seed of everything in it that is drawn.

use std::env;
use std::hash::{DefaultHasher, Hash, Hasher};

use rand::SeedableRng;
use rand::rngs::ChaCha12Rng;

/// The form of a run and a seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    long: bool,
    seed: u64,
}

impl Plan {
    /// What the environment asks for.
    pub(crate) fn given() -> Self {
        let long = match env::var("DOCKTUNA_TEST_FAULTS").as_deref() {
            Ok("long") => true,
            Ok("short") | Err(_) => false,
            Ok(other) => panic!("DOCKTUNA_TEST_FAULTS is {other:?}: it is `short` or `long`"),
        };
        let seed = match env::var("DOCKTUNA_TEST_FAULTS_SEED") {
            Ok(seed) => seed
                .parse()
                .unwrap_or_else(|_| panic!("DOCKTUNA_TEST_FAULTS_SEED is {seed:?}: no number")),
            Err(_) => rand::random(),
        };
        Self { long, seed }
    }

    /// That of one scenario, so that it draws the same alone and among others.
    pub(crate) fn of(self, scenario: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (self.seed, scenario).hash(&mut hasher);
        Self {
            long: self.long,
            seed: hasher.finish(),
        }
    }

    /// One for the short form, one for the long one.
    pub(crate) fn pick<T>(self, short: T, long: T) -> T {
        if self.long { long } else { short }
    }

    pub(crate) fn seed(self) -> u64 {
        self.seed
    }

    /// A generator of the moments at which things break.
    pub(crate) fn rng(self) -> ChaCha12Rng {
        ChaCha12Rng::seed_from_u64(self.seed)
    }
}
