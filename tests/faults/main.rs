//! The fault suite: real worker processes on a PostgreSQL server of their own, and what happens to both on spot
//! machines, behind networks and under operators.
//!
//! ```text
//! tests/run --test faults                                  the short form, as in every run of the tests
//! DOCKTUNA_TEST_FAULTS=long tests/run --test faults        the long form
//! tests/run --test faults -- kill cut                      these scenarios only
//! ```
//!
//! Each scenario is a function that breaks something again and again at moments drawn from a seed, and then compares
//! what its workers were told with what the database holds. `DOCKTUNA_TEST_FAULTS_SEED` repeats the moments of an
//! earlier run, whose seed was printed; how the processes run between them is the machine's. The end is a table.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a scenario that fails panics; clippy exempts only functions marked as tests"
)]

mod create_tables;
mod cut;
mod errors;
mod fleet;
mod freeze;
mod frozen;
mod full;
mod judge;
mod kill;
mod many_workers;
mod mixed;
mod plan;
mod read_only;
mod remote;
mod restart;
mod rotate;
mod settle;
mod table;
mod worker;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Instant;

use plan::Plan;
use table::{Row, Table};

/// A scenario and its name, which is also what it is called on the command line.
struct Scenario {
    name: &'static str,
    run: fn(Plan) -> Pin<Box<dyn Future<Output = Row>>>,
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "many_workers",
        run: |plan| Box::pin(many_workers::run(plan)),
    },
    Scenario {
        name: "kill",
        run: |plan| Box::pin(kill::run(plan)),
    },
    Scenario {
        name: "restart",
        run: |plan| Box::pin(restart::run(plan)),
    },
    Scenario {
        name: "freeze",
        run: |plan| Box::pin(freeze::run(plan)),
    },
    Scenario {
        name: "cut",
        run: |plan| Box::pin(cut::run(plan)),
    },
    Scenario {
        name: "frozen",
        run: |plan| Box::pin(frozen::run(plan)),
    },
    Scenario {
        name: "create_tables",
        run: |plan| Box::pin(create_tables::run(plan)),
    },
    Scenario {
        name: "mixed",
        run: |plan| Box::pin(mixed::run(plan)),
    },
    Scenario {
        name: "full",
        run: |plan| Box::pin(full::run(plan)),
    },
    Scenario {
        name: "errors",
        run: |plan| Box::pin(errors::run(plan)),
    },
    Scenario {
        name: "rotate",
        run: |plan| Box::pin(rotate::run(plan)),
    },
    Scenario {
        name: "read_only",
        run: |plan| Box::pin(read_only::run(plan)),
    },
    Scenario {
        name: "serve_kill",
        run: |plan| Box::pin(remote::kill(plan)),
    },
    Scenario {
        name: "serve_restart",
        run: |plan| Box::pin(remote::restart(plan)),
    },
    Scenario {
        name: "serve_cut",
        run: |plan| Box::pin(remote::cut(plan)),
    },
    Scenario {
        name: "serve_crowd",
        run: |plan| Box::pin(remote::crowd(plan)),
    },
    Scenario {
        name: "serve_fuzz",
        run: |plan| Box::pin(remote::fuzz(plan)),
    },
];

fn main() -> ExitCode {
    // This program is also the worker that its scenarios start.
    if let Some(order) = worker::Order::given() {
        return worker::main(order);
    }
    let wanted = wanted();
    let mut table = Table::new(Plan::given());
    for scenario in SCENARIOS {
        if wanted.is_empty() || wanted.iter().any(|name| scenario.name.contains(name)) {
            let began = Instant::now();
            let row = scenario.play(table.plan().of(scenario.name));
            table.add(scenario.name, row, began.elapsed());
        }
    }
    table.end()
}

impl Scenario {
    /// None if it panicked.
    fn play(&self, plan: Plan) -> Option<Row> {
        let played = catch_unwind(AssertUnwindSafe(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on((self.run)(plan))
        }));
        played.ok()
    }
}

/// The scenarios named on the command line. Options are for the test harness, which this program is not.
fn wanted() -> Vec<String> {
    const WITH_VALUE: &[&str] = &["--test-threads", "--skip", "--format", "--color", "-Z"];
    let mut names = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if WITH_VALUE.contains(&argument.as_str()) {
            arguments.next();
        } else if !argument.starts_with('-') {
            names.push(argument);
        }
    }
    names
}
