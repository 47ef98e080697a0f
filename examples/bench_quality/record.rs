//! The file of results: one line of JSON for each run, written when the run ends.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use docktuna::BoxError;
use serde::{Deserialize, Serialize};

/// One run of a sampler on a problem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) problem: String,
    pub(crate) sampler: String,
    pub(crate) seed: u64,
    pub(crate) trials: usize,
    /// The smallest loss.
    pub(crate) best: f64,
}

type Key = (String, String, u64, usize);

impl Record {
    fn key(&self) -> Key {
        (
            self.problem.clone(),
            self.sampler.clone(),
            self.seed,
            self.trials,
        )
    }
}

/// The records of a file, and the file to add to.
pub(crate) struct Records {
    all: Vec<Record>,
    keys: HashSet<Key>,
    file: File,
}

impl Records {
    /// Reads what an earlier call left in `path`. A line that was cut short is done again.
    pub(crate) fn open(path: &Path) -> Result<Self, BoxError> {
        let shown = path.display();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(format!("{shown}: {error}").into()),
        };
        let mut all: Vec<Record> = Vec::new();
        let mut lines = text.lines().enumerate().peekable();
        while let Some((number, line)) = lines.next() {
            match serde_json::from_str(line) {
                Ok(record) => all.push(record),
                Err(_) if lines.peek().is_none() && !text.ends_with('\n') => {}
                Err(error) => {
                    let line = number + 1;
                    return Err(
                        format!("{shown}:{line}: {error}; help: name another --results").into(),
                    );
                }
            }
        }
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .map_err(|error| format!("{shown}: {error}"))?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.set_len(u64::try_from(text.rfind('\n').map_or(0, |end| end + 1))?)?;
        }
        file.flush()?;
        let keys = all.iter().map(Record::key).collect();
        Ok(Self { all, keys, file })
    }

    pub(crate) fn contains(&self, record: &Record) -> bool {
        self.keys.contains(&record.key())
    }

    pub(crate) fn add(&mut self, record: Record) -> Result<(), BoxError> {
        writeln!(self.file, "{}", serde_json::to_string(&record)?)?;
        self.keys.insert(record.key());
        self.all.push(record);
        Ok(())
    }

    /// The records of the runs that `wanted` names.
    pub(crate) fn of(&self, wanted: &[Record]) -> Vec<&Record> {
        let keys: HashSet<Key> = wanted.iter().map(Record::key).collect();
        let all = self.all.iter();
        all.filter(|record| keys.contains(&record.key())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(seed: u64) -> Record {
        Record {
            problem: "branin2".to_owned(),
            sampler: "random".to_owned(),
            seed,
            trials: 100,
            best: 0.1 + 0.2,
        }
    }

    #[test]
    fn a_run_that_was_cut_short_is_resumed_without_loss() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.jsonl");
        let mut records = Records::open(&path).unwrap();
        records.add(record(1)).unwrap();
        records.add(record(2)).unwrap();
        drop(records);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 5]).unwrap();

        let mut records = Records::open(&path).unwrap();
        assert_eq!(records.of(&[record(1), record(2)]), [&record(1)]);
        assert!(records.contains(&record(1)) && !records.contains(&record(2)));
        records.add(record(2)).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
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
