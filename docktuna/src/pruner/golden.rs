//! Whole studies with Optuna's pruners, replayed decision by decision.
//!
//! The files in `golden/` were made by Optuna 5.0.0.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use flate2::read::GzDecoder;
use serde_json::Value as Json;

use super::*;
use crate::id::{TrialNumber, TrialState};
use crate::space::Direction;

/// Reads a file of `golden/`. It is read when it is needed: the published crate has these tests and
/// not their files.
macro_rules! golden {
    ($name:literal) => {{
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/pruner/golden/",
            $name,
            ".json.gz"
        );
        let bytes = std::fs::read(file)
            .unwrap_or_else(|error| panic!("{file}, of the repository: {error}"));
        let mut text = String::new();
        GzDecoder::new(bytes.as_slice())
            .read_to_string(&mut text)
            .expect("compressed text");
        serde_json::from_str::<Json>(&text).expect("JSON")
    }};
}

/// The options of a replay.
struct Options<'a>(&'a Json);

impl Options<'_> {
    fn float(&self, name: &str) -> Option<f64> {
        self.0.get(name)?.as_f64()
    }

    fn whole(&self, name: &str) -> Option<u32> {
        u32::try_from(self.0.get(name)?.as_u64()?).ok()
    }

    fn count(&self, name: &str) -> Option<usize> {
        usize::try_from(self.whole(name)?).ok()
    }

    fn percentile(&self) -> Percentile {
        Percentile::new(self.float("percentile").unwrap_or(50.0))
            .n_startup_trials(self.count("n_startup_trials").unwrap_or(5))
            .n_warmup_steps(self.whole("n_warmup_steps").unwrap_or(0))
            .interval_steps(self.whole("interval_steps").unwrap_or(1))
            .n_min_trials(self.count("n_min_trials").unwrap_or(1))
    }

    fn median(&self) -> Median {
        Median::default()
            .n_startup_trials(self.count("n_startup_trials").unwrap_or(5))
            .n_warmup_steps(self.whole("n_warmup_steps").unwrap_or(0))
            .interval_steps(self.whole("interval_steps").unwrap_or(1))
            .n_min_trials(self.count("n_min_trials").unwrap_or(1))
    }

    fn threshold(&self) -> Threshold {
        let bounds = match (self.float("lower"), self.float("upper")) {
            (Some(lower), Some(upper)) => Threshold::between(lower, upper),
            (Some(lower), None) => Threshold::lower(lower),
            (None, Some(upper)) => Threshold::upper(upper),
            (None, None) => panic!("a threshold needs a bound"),
        };
        bounds
            .n_warmup_steps(self.whole("n_warmup_steps").unwrap_or(0))
            .interval_steps(self.whole("interval_steps").unwrap_or(1))
    }

    fn patient(&self) -> Patient {
        let patient = Patient::new(self.count("patience").expect("it is always given"))
            .min_delta(self.float("min_delta").unwrap_or(0.0));
        match self.0.get("wrapped") {
            Some(_) => patient.before(Median::default().n_startup_trials(1)),
            None => patient,
        }
    }

    fn successive_halving(&self) -> SuccessiveHalving {
        let mut asha = SuccessiveHalving::default();
        if let Some(step) = self.whole("min_resource") {
            asha = asha.min_resource(step);
        }
        asha.reduction_factor(self.whole("reduction_factor").unwrap_or(4))
            .min_early_stopping_rate(self.whole("min_early_stopping_rate").unwrap_or(0))
            .bootstrap_count(self.count("bootstrap_count").unwrap_or(0))
    }

    fn hyperband(&self) -> Hyperband {
        let mut hyperband = Hyperband::default();
        if let Some(steps) = self.whole("max_resource") {
            hyperband = hyperband.max_resource(steps);
        }
        hyperband
            .min_resource(self.whole("min_resource").unwrap_or(1))
            .reduction_factor(self.whole("reduction_factor").unwrap_or(3))
            .bootstrap_count(self.count("bootstrap_count").unwrap_or(0))
    }

    fn wilcoxon(&self) -> Wilcoxon {
        Wilcoxon::default()
            .p_threshold(self.float("p_threshold").unwrap_or(0.1))
            .n_startup_steps(self.count("n_startup_steps").unwrap_or(2))
    }
}

fn number(json: &Json) -> f64 {
    match json {
        Json::String(text) => text.parse().expect("nan, inf or -inf"),
        json => json.as_f64().expect("a number"),
    }
}

fn direction(json: &Json) -> Direction {
    match json.as_str() {
        Some("minimize" | "greater") => Direction::Minimize,
        Some("maximize" | "less") => Direction::Maximize,
        _ => panic!("{json}"),
    }
}

/// A study that is replayed.
struct Replay<'a> {
    study: &'a str,
    direction: Direction,
    pruner: &'a dyn Pruner,
    trials: BTreeMap<u64, Peer>,
    decisions: usize,
}

impl Replay<'_> {
    fn event(&mut self, event: &[Json]) {
        let trial = event[1].as_u64().expect("a number of a trial");
        match (event[0].as_str(), &event[2..]) {
            (Some("start"), []) => {
                self.trials.insert(trial, started(trial));
            }
            (Some("report"), [step, value, prune]) => {
                let step = u32::try_from(step.as_u64().expect("a step")).expect("a small step");
                let judged = self.trials.get_mut(&trial).expect("it was started");
                judged.curve.insert(step, number(value));
                judged.last_step = judged.last_step.max(Some(step));
                assert_eq!(Json::Bool(self.decide(trial)), *prune, "{event:?}");
                self.decisions += 1;
            }
            (Some("finish"), [state, value]) => {
                let finished = self.trials.get_mut(&trial).expect("it was started");
                finished.state = TrialState::parse(state.as_str().expect("a text")).expect("known");
                finished.value = (!value.is_null()).then(|| number(value));
            }
            _ => panic!("{event:?}"),
        }
    }

    /// Decides as a worker does, and once more with evidence that it says it can do without.
    fn decide(&mut self, trial: u64) -> bool {
        let judged = &self.trials[&trial];
        let progress = Progress {
            study: self.study,
            direction: self.direction,
            number: judged.number,
            curve: &judged.curve,
            rungs: &judged.rungs,
        };
        let needs_peers = self.pruner.needs_peers(&progress);
        let peers = self.peers(trial);
        let decision = if needs_peers {
            self.pruner.decide(&progress, &peers)
        } else {
            let alone = self.pruner.decide(&progress, &Peers::default());
            assert_eq!(alone, self.pruner.decide(&progress, &peers));
            alone
        };
        let judged = self.trials.get_mut(&trial).expect("it was started");
        for (rung, value) in decision.rungs {
            judged.rungs.insert(rung, value);
        }
        decision.prune
    }

    fn peers(&self, judged: u64) -> Peers {
        let others = self.trials.iter().filter(|(trial, _)| **trial != judged);
        let (finished, running): (Vec<Peer>, Vec<Peer>) = others
            .map(|(_, peer)| match peer.state {
                TrialState::Complete => peer.clone(),
                // Nothing but its rungs may count.
                _ => Peer {
                    curve: Curve::default(),
                    last_step: None,
                    ..peer.clone()
                },
            })
            .partition(|peer| peer.state.is_finished());
        Peers {
            finished: Arc::new(finished.into_iter().map(Arc::new).collect()),
            running,
        }
    }
}

fn started(number: u64) -> Peer {
    Peer {
        number: TrialNumber(i32::try_from(number).expect("a small number")),
        state: TrialState::Running,
        value: None,
        feasible: true,
        last_step: None,
        curve: Curve::default(),
        rungs: Rungs::default(),
    }
}

/// Replays every study of a file, lets `verify` look at the end of each, and returns how many
/// decisions were compared.
fn replay<P: Pruner>(
    file: &Json,
    pruner: impl Fn(Options<'_>) -> P,
    verify: impl Fn(&Json, &P, &BTreeMap<u64, Peer>),
) -> usize {
    let mut decisions = 0;
    for stored in file["replays"].as_array().expect("replays") {
        let pruner = pruner(Options(&stored["pruner"]));
        assert_eq!(pruner.check(), Ok(()));
        let mut replay = Replay {
            study: stored["study_name"].as_str().expect("a name"),
            direction: direction(&stored["direction"]),
            pruner: &pruner,
            trials: BTreeMap::new(),
            decisions: 0,
        };
        for event in stored["events"].as_array().expect("events") {
            replay.event(event.as_array().expect("an event"));
        }
        decisions += replay.decisions;
        verify(stored, &pruner, &replay.trials);
    }
    decisions
}

fn nothing_more<P>(_: &Json, _: &P, _: &BTreeMap<u64, Peer>) {}

/// The rungs of every trial are those that Optuna noted, to the bit.
fn same_rungs<P>(stored: &Json, _: &P, trials: &BTreeMap<u64, Peer>) {
    for (trial, rungs) in stored["rungs"].as_object().expect("rungs by trial") {
        let ours = &trials[&trial.parse().expect("a number")].rungs;
        let theirs: Rungs = rungs
            .as_object()
            .expect("values by rung")
            .iter()
            .map(|(rung, value)| (rung.parse().expect("a rung"), number(value)))
            .collect();
        let rungs = 0..=ours.next().max(theirs.next());
        for rung in rungs {
            let bits = |rungs: &Rungs| rungs.get(rung).map(f64::to_bits);
            assert_eq!(bits(ours), bits(&theirs), "trial {trial}, rung {rung}");
        }
    }
}

fn same_brackets(stored: &Json, hyperband: &Hyperband, trials: &BTreeMap<u64, Peer>) {
    let study = stored["study_name"].as_str().expect("a name");
    let count = i32::try_from(trials.len()).expect("a small number");
    let (budgets, brackets) = hyperband::tests::brackets(hyperband, study, count);
    assert_eq!(stored["n_brackets"], budgets.len());
    assert_eq!(stored["budgets"], Json::from(budgets));
    let theirs = stored["bracket_of_trial"].as_array().expect("brackets");
    for (ours, theirs) in brackets.iter().zip(theirs) {
        // Optuna's pruner knows none before it knows the largest resource.
        assert!(
            theirs.is_null() || theirs == ours,
            "{brackets:?} {theirs:?}"
        );
    }
    same_rungs(stored, hyperband, trials);
}

#[test]
fn percentile_decides_as_optuna() {
    let file = golden!("percentile");
    assert_eq!(replay(&file, |o| o.percentile(), nothing_more), 3961);
}

#[test]
fn median_decides_as_optuna() {
    let file = golden!("median");
    assert_eq!(replay(&file, |o| o.median(), nothing_more), 3693);
}

#[test]
fn threshold_decides_as_optuna() {
    let file = golden!("threshold");
    assert_eq!(replay(&file, |o| o.threshold(), nothing_more), 3362);
}

#[test]
fn patient_decides_as_optuna() {
    let file = golden!("patient");
    assert_eq!(replay(&file, |o| o.patient(), nothing_more), 5727);
}

#[test]
fn successive_halving_decides_as_optuna() {
    let file = golden!("successive_halving");
    let decisions = replay(&file, |o| o.successive_halving(), same_rungs);
    assert_eq!(decisions, 3966);
}

#[test]
fn hyperband_decides_as_optuna() {
    let file = golden!("hyperband");
    assert_eq!(replay(&file, |o| o.hyperband(), same_brackets), 2617);
}

#[test]
fn wilcoxon_decides_as_optuna() {
    let file = golden!("wilcoxon");
    assert_eq!(replay(&file, |o| o.wilcoxon(), nothing_more), 3662);
    let tests = file["p_values"].as_array().expect("p values");
    assert_eq!(tests.len(), 46);
    for test in tests {
        let differences = test["differences"].as_array().expect("differences");
        let differences: Vec<f64> = differences.iter().map(number).collect();
        let ours = signed_rank::p_value(&differences, direction(&test["alternative"]));
        let theirs = number(&test["p"]);
        assert!((ours - theirs).abs() < 1e-9, "{ours} {test}");
    }
}
