"""The Python side of bench_suggest: what one suggestion costs Optuna and rustuna, in CPU time.

Reads a history from the file named first, and how many suggestions to make; prints a JSON object.
"""

import json
import sys
import time

import optuna
import rustuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def fill(study, create, distribution, history):
    names = [f"p{i}" for i in range(len(history[0]["params"]))]
    distributions = {name: distribution(0.0, 1.0) for name in names}
    for trial in history:
        params = dict(zip(names, trial["params"]))
        study.add_trial(create(value=trial["value"], params=params, distributions=distributions))
    return names


def suggest(study, names):
    """CPU milliseconds of one ask with all its parameters; the trial fails, so that the history stays."""
    start = time.process_time_ns()
    trial = study.ask()
    for name in names:
        trial.suggest_float(name, 0.0, 1.0)
    spent = (time.process_time_ns() - start) / 1e6
    return trial, spent


def main():
    with open(sys.argv[1]) as file:
        history = json.load(file)
    count = int(sys.argv[2])
    times = {}

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
    names = fill(study, optuna.create_trial, optuna.distributions.FloatDistribution, history)
    times["optuna"] = []
    for _ in range(count):
        trial, spent = suggest(study, names)
        times["optuna"].append(spent)
        study.tell(trial, state=optuna.trial.TrialState.FAIL)

    study = rustuna.create_study(sampler=rustuna.samplers.TPESampler(seed=1))
    names = fill(study, rustuna.create_trial, rustuna.distributions.Distribution.float, history)
    times["rustuna"] = []
    for _ in range(count):
        trial, spent = suggest(study, names)
        times["rustuna"].append(spent)
        study.tell(trial.number, state=rustuna.trial.TrialState.FAIL)
    print(json.dumps(times))


main()
