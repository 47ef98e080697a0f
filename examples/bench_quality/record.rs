//! The file of results: one line of JSON for each run, written when the run ends.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Write;
use std::path::Path;

use docktuna::BoxError;
use serde::{Deserialize, Serialize};

use crate::lines;

/// The tables are made after so many trials, as far as a run goes.
pub(crate) const CHECKPOINTS: [usize; 5] = [50, 100, 200, 500, 1000];

/// Which run it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) problem: &'static str,
    pub(crate) sampler: &'static str,
    pub(crate) seed: u64,
}

/// One run of a sampler on a problem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) problem: String,
    pub(crate) sampler: String,
    pub(crate) seed: u64,
    pub(crate) trials: usize,
    /// The smallest loss after so many trials: at each checkpoint, and at the end.
    pub(crate) smallest: BTreeMap<usize, f64>,
}

impl Record {
    /// The record of a run that had these losses.
    pub(crate) fn new(key: &Key, losses: &[f64]) -> Self {
        let mut smallest = BTreeMap::new();
        let ends = CHECKPOINTS.into_iter().chain([losses.len()]);
        for end in ends.filter(|end| *end <= losses.len()) {
            let first = losses[..end].iter().copied();
            smallest.insert(end, first.fold(f64::INFINITY, f64::min));
        }
        Self {
            problem: key.problem.to_owned(),
            sampler: key.sampler.to_owned(),
            seed: key.seed,
            trials: losses.len(),
            smallest,
        }
    }

    fn is_of(&self, key: &Key) -> bool {
        (&*self.problem, &*self.sampler, self.seed) == (key.problem, key.sampler, key.seed)
    }
}

/// The records of a file, and the file to add to.
pub(crate) struct Records {
    all: Vec<Record>,
    /// The longest run of each problem, sampler and seed.
    longest: HashMap<(String, String, u64), usize>,
    file: File,
}

impl Records {
    /// Reads what an earlier call left in `path`. A line that was cut short is done again.
    pub(crate) fn open(path: &Path) -> Result<Self, BoxError> {
        let (all, file) = lines::open(path)?;
        let mut records = Self {
            all: Vec::new(),
            longest: HashMap::new(),
            file,
        };
        all.into_iter().for_each(|record| records.keep(record));
        Ok(records)
    }

    pub(crate) fn add(&mut self, record: Record) -> Result<(), BoxError> {
        writeln!(self.file, "{}", serde_json::to_string(&record)?)?;
        self.keep(record);
        Ok(())
    }

    fn keep(&mut self, record: Record) {
        let key = (record.problem.clone(), record.sampler.clone(), record.seed);
        let place = *self.longest.entry(key).or_insert(self.all.len());
        if self
            .all
            .get(place)
            .is_some_and(|known| known.trials < record.trials)
        {
            self.all[place] = record;
        } else if place == self.all.len() {
            self.all.push(record);
        }
    }

    /// The run called `key`, if it went on for `trials` trials or more.
    pub(crate) fn of(&self, key: &Key, trials: usize) -> Option<&Record> {
        let names = (key.problem.to_owned(), key.sampler.to_owned(), key.seed);
        let record = &self.all[*self.longest.get(&names)?];
        debug_assert!(record.is_of(key));
        Some(record).filter(|record| record.trials >= trials)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u64) -> Key {
        Key {
            problem: "branin2",
            sampler: "random",
            seed,
        }
    }

    fn record(seed: u64, trials: usize) -> Record {
        let losses = (0..trials).map(|i| 0.1 + 0.2 / f64::from(u32::try_from(i).unwrap() + 1));
        Record::new(&key(seed), &losses.collect::<Vec<_>>())
    }

    #[test]
    fn a_run_is_recorded_at_each_checkpoint_and_at_its_end() {
        let record = record(1, 120);
        let ends: Vec<usize> = record.smallest.keys().copied().collect();
        assert_eq!(ends, [50, 100, 120]);
        assert!(record.smallest[&50] > record.smallest[&120]);
    }

    #[test]
    fn a_run_that_was_cut_short_is_resumed_without_loss() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.jsonl");
        let mut records = Records::open(&path).unwrap();
        records.add(record(1, 100)).unwrap();
        records.add(record(2, 100)).unwrap();
        drop(records);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 5]).unwrap();

        let mut records = Records::open(&path).unwrap();
        assert_eq!(records.of(&key(1), 100), Some(&record(1, 100)));
        assert_eq!(records.of(&key(2), 100), None);
        records.add(record(2, 100)).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
    }

    #[test]
    fn the_longest_run_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.jsonl");
        let mut records = Records::open(&path).unwrap();
        for trials in [100, 200, 50] {
            records.add(record(1, trials)).unwrap();
        }
        for records in [&records, &Records::open(&path).unwrap()] {
            assert_eq!(records.of(&key(1), 50), Some(&record(1, 200)));
            assert_eq!(records.of(&key(1), 201), None);
        }
    }

    #[test]
    fn another_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "buy milk\n").unwrap();
        let Err(error) = Records::open(&path) else {
            panic!("it was taken for results")
        };
        assert!(error.to_string().contains("notes.txt:1"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "buy milk\n");
    }
}
