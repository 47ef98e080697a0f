//! One number for each run: what the measurements with several objectives and several workers keep.

use std::collections::HashSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;

use docktuna::BoxError;
use serde::{Deserialize, Serialize};

use crate::lines;

/// One run of a sampler on a problem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Score {
    pub(crate) problem: String,
    pub(crate) sampler: String,
    pub(crate) seed: u64,
    pub(crate) trials: usize,
    /// What counts: the smallest loss, the hypervolume, or a share.
    pub(crate) best: f64,
}

type Key = (String, String, u64, usize);

impl Score {
    fn key(&self) -> Key {
        (
            self.problem.clone(),
            self.sampler.clone(),
            self.seed,
            self.trials,
        )
    }
}

/// The scores of a file, and the file to add to.
pub(crate) struct Scores {
    all: Vec<Score>,
    keys: HashSet<Key>,
    file: File,
}

impl Scores {
    /// Reads what an earlier call left in `path`.
    pub(crate) fn open(path: &Path) -> Result<Self, BoxError> {
        let (all, file): (Vec<Score>, File) = lines::open(path)?;
        let keys = all.iter().map(Score::key).collect();
        Ok(Self { all, keys, file })
    }

    pub(crate) fn contains(&self, score: &Score) -> bool {
        self.keys.contains(&score.key())
    }

    pub(crate) fn add(&mut self, score: Score) -> Result<(), BoxError> {
        writeln!(self.file, "{}", serde_json::to_string(&score)?)?;
        self.keys.insert(score.key());
        self.all.push(score);
        Ok(())
    }

    /// The scores of the runs that `wanted` names.
    pub(crate) fn of(&self, wanted: &[Score]) -> Vec<&Score> {
        let keys: HashSet<Key> = wanted.iter().map(Score::key).collect();
        let all = self.all.iter();
        all.filter(|score| keys.contains(&score.key())).collect()
    }
}
