//! The same trials with Python's Optuna, on the same server.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use docktuna::{BoxError, OptunaDatabase};
use serde::de::DeserializeOwned;

use crate::history::fill;
use crate::target::given_password;
use crate::{Arguments, Searched};

/// How long Optuna is measured before it is the other's turn: some trials of each worker.
const SLICE: Duration = Duration::from_secs(4);

/// Processes of Optuna that work on a study of their own.
pub(crate) struct Optuna {
    pub(crate) version: String,
    workers: Vec<Worker>,
}

impl Optuna {
    /// Starts as many processes as there are workers, with as many finished trials as our study has.
    pub(crate) async fn start(
        python: &Path,
        db: &OptunaDatabase,
        name: &str,
        params: &[String],
        arguments: &Arguments,
    ) -> Result<Self, BoxError> {
        let url = db.optuna_url().ok_or("Optuna cannot reach the database")?;
        let password = given_password(arguments.database.as_deref());
        let mut optuna = Self {
            version: String::new(),
            workers: Vec::new(),
        };
        for _ in 0..arguments.workers.get() {
            let mut command = Command::new(python);
            command
                .args(["-c", include_str!("optuna.py"), &url, name])
                .arg(match arguments.sampler {
                    Searched::Random => "random",
                    Searched::Tpe => "tpe",
                })
                .args(params)
                // One thread for each worker.
                .envs(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"].map(|n| (n, "1")))
                .envs(password.as_deref().map(|password| ("PGPASSWORD", password)));
            let mut worker = Worker::start(&mut command)
                .map_err(|error| format!("{}: {error}; help: --optuna PATH", python.display()))?;
            let (version, study): (String, i64) = worker.receive()?;
            // The first one has made the study.
            if optuna.workers.is_empty() {
                fill(db, study, params, arguments.history).await?;
            }
            optuna.version = version;
            optuna.workers.push(worker);
        }
        Ok(optuna)
    }

    /// Trials per second of all workers. Each has the time of its own last trial, so that none is counted as idle that
    /// waits for the others.
    pub(crate) fn slice(&mut self) -> Result<f64, BoxError> {
        for worker in &mut self.workers {
            worker.send(SLICE)?;
        }
        let mut rate = 0.0;
        for worker in &mut self.workers {
            let (trials, seconds): (f64, f64) = worker.receive()?;
            rate += trials / seconds;
        }
        Ok(rate)
    }
}

struct Worker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Worker {
    fn start(command: &mut Command) -> Result<Self, BoxError> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("a started process has no pipes".into());
        };
        Ok(Self {
            child,
            input,
            output: BufReader::new(output),
        })
    }

    fn send(&mut self, slice: Duration) -> Result<(), BoxError> {
        writeln!(self.input, "{}", slice.as_secs_f64())?;
        Ok(self.input.flush()?)
    }

    fn receive<T: DeserializeOwned>(&mut self) -> Result<T, BoxError> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err("the process ended; its own message is above".into());
        }
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Between two slices it has nothing to lose.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
